# SPDX-License-Identifier: Apache-2.0
"""`gradus solve` and `gradus verify` on nonlinear models that go wrong, as their authors would meet them."""
import json
import pathlib
import tempfile
import unittest

from program import gradus

MODELS = {
    "apart": ("x: {start: 1}", "y: {start: 2}", "x", ["disk: x^2 + y^2 <= 1", "beyond: x + y >= 3"]),
    "inconsistent": ("x: {start: 1}", "y: {start: 2}", "x^4 + y^2", ["a: x + y == 1", "b: x * y - 1 == 0"]),
    "domain": ("x: {start: -1}", "y: {start: 1}", "log(x) + x^2 + y^2", []),
    "contradictory": ("x: {lower: 2, upper: 1}", "y: {start: 1}", "exp(x) + y^2", []),
    "dependent": ("x: {start: 1}", "y: {start: 2}", "exp(x) + y^4", ["a: x + y^2 == 1", "b: 2*x + 2*y^2 == 2"]),
    "free": ("x: {start: 3}", "y: {start: 1}", "(x - 1)^2 + exp(x - 1) - x", ["a: x + y^2 >= 0"]),
}


class Nonlinear(unittest.TestCase):
    def solve(self, name):
        """The exit code, the result and what verify says of it."""
        first, second, objective, rows = MODELS[name]
        lines = [f"name: {name}", "variables:", f"  {first}", f"  {second}", f"minimize: {objective}"]
        lines += ["subject to:"] + [f"  {row}" for row in rows] if rows else []
        with tempfile.TemporaryDirectory() as folder:
            model, answer = pathlib.Path(folder) / f"{name}.yaml", pathlib.Path(folder) / "answer.json"
            model.write_text("\n".join(lines) + "\n")
            run = gradus("solve", model, "--quiet", "--time-limit", "20", "--solution", answer)
            self.assertTrue(answer.exists(), run.stderr)
            return run, json.loads(answer.read_text()), gradus("verify", model, answer)

    def test_rows_that_cannot_meet_are_named(self):
        for name, rows in (("apart", {"disk", "beyond"}), ("inconsistent", {"a", "b"})):
            run, result, check = self.solve(name)
            self.assertEqual((run.returncode, result["status"]), (0, "locallyInfeasible"), name)
            self.assertEqual(set(result["conflict"]["rows"]), rows)
            self.assertEqual(check.returncode, 0, check.stdout)

    def test_a_start_outside_the_domain_is_traced_to_its_expression(self):
        run, result, _ = self.solve("domain")
        self.assertEqual((run.returncode, result["status"]), (1, "failed"))
        self.assertIn("log(x) is not a number, because x is -1", run.stderr)
        self.assertEqual(len(run.stderr.strip().splitlines()), 1)

    def test_contradictory_bounds_are_infeasible(self):
        run, result, check = self.solve("contradictory")
        self.assertEqual((run.returncode, result["status"]), (0, "infeasible"))
        self.assertEqual(result["conflict"]["bounds"], ["x"])
        self.assertEqual(check.returncode, 0, check.stdout)

    def test_dependent_equations_do_no_harm(self):
        run, result, check = self.solve("dependent")
        self.assertEqual((run.returncode, result["status"]), (0, "locallyOptimal"), run.stdout)
        self.assertEqual(check.returncode, 0, check.stdout)

    def test_a_convex_objective_with_a_useless_row_is_solved(self):
        run, result, check = self.solve("free")
        self.assertEqual(run.returncode, 0, run.stdout)
        # 2(x − 1) + exp(x − 1) = 1 has the root x − 1 = 0.
        self.assertAlmostEqual(result["solution"]["x"], 1, delta=1e-5)
        self.assertEqual(check.returncode, 0, check.stdout)


if __name__ == "__main__":
    unittest.main()
