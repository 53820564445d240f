# SPDX-License-Identifier: Apache-2.0
"""Documentation/tutorial.md: its commands work, its YAML is the example's, its Swift is what a test builds and runs."""
import re
import textwrap
import unittest

from program import ROOT
from test_readme import commands, run_all

TUTORIAL = ROOT / "Documentation" / "tutorial.md"


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", TUTORIAL.read_text(), re.MULTILINE | re.DOTALL)


class Tutorial(unittest.TestCase):
    def test_its_commands_work(self):
        lines = commands(TUTORIAL)
        self.assertGreater(len(lines), 4)
        run_all(self, lines)

    def test_commands_of_other_pages_work(self):
        lines = commands(ROOT / "Documentation" / "training.md")
        self.assertGreater(len(lines), 2)
        run_all(self, lines)

    def test_its_yaml_is_part_of_the_example(self):
        example = (ROOT / "Examples" / "dairy.yaml").read_text()
        for block in blocks("yaml"):
            self.assertIn(block, example)

    def test_its_swift_is_what_is_tested(self):
        source = (ROOT / "Tests" / "TutorialTests" / "DairyTutorial.swift").read_text()
        tested = re.findall(r"// tutorial: \w+\n(.*?) *// tutorial: end", source, re.DOTALL)
        self.assertEqual(blocks("swift"), [textwrap.dedent(part) for part in tested])

    def test_the_swift_of_other_pages_is_what_is_tested(self):
        pages = {
            "proofs-and-sensitivity": "TourSnippet",
            "linear-systems": "LinearSystemSnippet",
            "implicit-differentiation": "ImplicitSnippet",
            "training": "TrainingSnippet",
            "language-models": "LanguageSnippet",
            "formulating": "FormulationSnippet",
        }
        for name, test in pages.items():
            page = (ROOT / "Documentation" / f"{name}.md").read_text()
            source = (ROOT / "Tests" / "TutorialTests" / f"{test}.swift").read_text()
            tested = re.findall(r"// tutorial: \w+\n(.*?) *// tutorial: end", source, re.DOTALL)
            written = re.findall(r"```swift\n(.*?)```", page, re.DOTALL)
            self.assertEqual(written, [textwrap.dedent(part) for part in tested])


if __name__ == "__main__":
    unittest.main()
