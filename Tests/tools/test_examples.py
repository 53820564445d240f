# SPDX-License-Identifier: Apache-2.0
"""The example problems: solved by the built program, checked by code that shares nothing with it."""
import csv
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from program import ROOT, gradus

EXAMPLES = ROOT / "Examples"
TABLE = (EXAMPLES / "README.md").read_text()


def stated(name):
    """The optimum that Examples/README.md states for a file."""
    row = next(line for line in TABLE.splitlines() if line.startswith(f"| `{name}`"))
    return float(re.search(r"-?\d+(?:\.\d+)?", row.split("|")[5])[0])


class Solved(unittest.TestCase):
    def solve(self, name, verdict, check):
        with tempfile.TemporaryDirectory() as folder:
            answer = pathlib.Path(folder) / "answer.json"
            solved = gradus("solve", EXAMPLES / name, "--format", "json", "--solution", answer, "--set", "gap=1e-6")
            if solved.returncode == 5:
                self.skipTest(solved.stderr.strip())
            self.assertEqual(solved.returncode, 0, solved.stderr)
            result = json.loads(solved.stdout)
            self.assertEqual(result["status"], "optimal")
            self.assertTrue(math.isclose(result["objective"], stated(name), rel_tol=1e-6), result["objective"])
            verified = gradus("verify", EXAMPLES / name, answer)
            self.assertEqual(verified.returncode, verdict, verified.stdout + verified.stderr)
            if check is not None:
                script = [sys.executable, ROOT / "tools" / "check_answer.py", EXAMPLES / name, answer]
                checked = subprocess.run(script, capture_output=True, text=True, timeout=60)
                self.assertEqual(checked.returncode, check, checked.stdout + checked.stderr)

    def test_diet(self):
        self.solve("diet.mps", 0, 0)

    def test_portfolio(self):
        self.solve("portfolio.qps", 0, 0)

    def test_crew_roster(self):
        """An integer bound that HiGHS alone reports stays unconfirmed."""
        self.solve("crew_roster.lp", 4, None)


class Stated(unittest.TestCase):
    def test_the_curve_fit_is_a_stationary_point_with_the_stated_value(self):
        with open(EXAMPLES / "cooling.csv", newline="") as file:
            rows = [(float(row["minutes"]), float(row["celsius"])) for row in csv.DictReader(file)]
        room, start, rate = 21.115844171318788, 64.56481553175264, 0.0308373522401401
        residuals = [(t, room + start * math.exp(-rate * t) - y) for t, y in rows]
        self.assertAlmostEqual(sum(r * r for _, r in residuals), stated("cooling.csv") or 0, delta=1e-9)
        slopes = (sum(r for _, r in residuals), sum(r * math.exp(-rate * t) for t, r in residuals),
                  sum(-r * start * t * math.exp(-rate * t) for t, r in residuals))
        self.assertLess(max(map(abs, slopes)), 1e-4)


if __name__ == "__main__":
    unittest.main()
