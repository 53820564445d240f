# SPDX-License-Identifier: Apache-2.0
"""Examples/LibraryUser: a package that depends on Gradus, with an optimizer of its own, and README's Swift; built and run."""
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "Examples" / "LibraryUser"
SCRATCH = ROOT / ".build-example"


class LibraryUser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        begin = time.monotonic()
        cls.built = subprocess.run(
            ["swift", "build", "--package-path", PACKAGE, "--scratch-path", SCRATCH],
            capture_output=True, text=True, timeout=900)
        print(f"built the example package in {time.monotonic() - begin:.0f} s", flush=True)

    def test_it_builds_without_the_packages_of_the_command_line(self):
        self.assertEqual(self.built.returncode, 0, self.built.stdout + self.built.stderr)
        checkouts = SCRATCH / "checkouts"
        self.assertEqual([entry.name for entry in checkouts.iterdir()] if checkouts.exists() else [], [])

    def test_its_rule_solves_in_fewer_answers_than_plain_descent(self):
        run = subprocess.run([SCRATCH / "debug" / "compare"], capture_output=True, text=True, timeout=120)
        self.assertEqual(run.returncode, 0, run.stderr)
        lines = re.findall(r"^(\w+): (\w+), f = (\S+), (\d+) answers$", run.stdout, re.MULTILINE)
        self.assertEqual([line[0] for line in lines], ["BarzilaiBorwein", "GradientDescent"], run.stdout)
        for _, status, value, _ in lines:
            self.assertIn(status, ("optimal", "locallyOptimal"))
            self.assertLess(float(value), 1e-9)
        self.assertLess(int(lines[0][3]), 0.2 * int(lines[1][3]))

    def test_the_swift_of_the_readme_is_what_is_built_and_it_solves(self):
        blocks = re.findall(r"^```swift\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
        source = (PACKAGE / "Sources" / "readme" / "main.swift").read_text()
        self.assertEqual([source], ["// SPDX-License-Identifier: Apache-2.0\n" + block for block in blocks])
        run = subprocess.run([SCRATCH / "debug" / "readme"], capture_output=True, text=True, timeout=120)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(run.stdout.startswith("locallyOptimal "), run.stdout)
        point = [float(number) for number in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", run.stdout)]
        self.assertEqual(len(point), 2, run.stdout)
        for x in point:
            self.assertAlmostEqual(x, 1, delta=1e-6)


class Benchmarks(unittest.TestCase):
    def test_they_resolve_nothing_of_the_command_line_either(self):
        # In a folder of its own: an old one keeps what was once fetched into it.
        with tempfile.TemporaryDirectory() as scratch:
            command = ["swift", "package", "--package-path", ROOT / "Benchmarks", "--scratch-path", scratch, "show-dependencies"]
            shown = subprocess.run(command, capture_output=True, text=True, timeout=300)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn(str(ROOT), shown.stdout)
            self.assertNotIn("argument-parser", shown.stdout)
            checkouts = pathlib.Path(scratch) / "checkouts"
            self.assertEqual([entry.name for entry in checkouts.iterdir()] if checkouts.exists() else [], [])


if __name__ == "__main__":
    unittest.main()
