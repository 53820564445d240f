# SPDX-License-Identifier: Apache-2.0
"""Examples/LibraryUser: a package that depends on Gradus, with an optimizer of its own, built and measured."""
import pathlib
import re
import subprocess
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


if __name__ == "__main__":
    unittest.main()
