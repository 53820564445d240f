# SPDX-License-Identifier: Apache-2.0
"""tools/check_answer.py on problems small enough to solve on paper: honest answers pass, tampered ones do not."""
import contextlib
import copy
import gzip
import importlib.util
import io
import json
import math
import pathlib
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("check_answer", ROOT / "tools" / "check_answer.py")
check_answer = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_answer)

# min -x - 2y + 10,  x + y <= 4,  1 <= x + 3y <= 6,  x <= 3: x = 3, y = 1; duals -1/2 each; the objective is 5.
LINEAR = """NAME          SMALL
ROWS
 N  COST
 L  TOTAL
 L  MIX
COLUMNS
    X         COST              -1.0   TOTAL              1.0
    X         MIX                1.0
    Y         COST              -2.0   TOTAL              1.0
    Y         MIX                3.0
RHS
    RHS       COST             -10.0   TOTAL              4.0
    RHS       MIX                6.0
RANGES
    RNG       MIX                5.0
BOUNDS
 UP BND       X                  3.0
ENDATA
"""
LINEAR_ANSWER = {
    "schema": "gradus.result/1", "status": "optimal", "objective": 5.0, "bound": 5.0,
    "problem": {"sense": "minimize", "variables": 2}, "certificate": {"bound": "checked", "verified": True},
    "solution": {"X": 3.0, "Y": 1.0}, "duals": {"TOTAL": -0.5, "MIX": -0.5},
}

# max 5a + 4b,  6a + 4b <= 24,  a + 2b <= 6, whole numbers: a = 4, b = 0, objective 20 (the relaxation has 21).
INTEGER = """NAME TOY
OBJSENSE
    MAX
ROWS
 N obj
 L r1
 L r2
COLUMNS
    M1 'MARKER' 'INTORG'
    a obj 5 r1 6
    a r2 1
    b obj 4 r1 4
    b r2 2
    M2 'MARKER' 'INTEND'
RHS
    r1 24 r2 6
BOUNDS
 PL BND a
 PL BND b
ENDATA
"""
INTEGER_ANSWER = {
    "schema": "gradus.result/1", "status": "optimal", "objective": 20.0, "bound": 20.0,
    "problem": {"sense": "maximize"}, "certificate": {"bound": "reportedBy HiGHS 1.15.1", "verified": False},
    "solution": {"a": 4.0, "b": 0.0},
}

# min (x^2 + y^2)/2 - x,  x + y >= 2: x = 3/2, y = 1/2, dual 1/2, objective -1/4.
QUADRATIC = """NAME QP
ROWS
 N obj
 G sum
COLUMNS
    x obj -1 sum 1
    y sum 1
RHS
    rhs sum 2
BOUNDS
 FR bnd x
 FR bnd y
QUADOBJ
    x x 1
    y y 1
ENDATA
"""
QUADRATIC_ANSWER = {
    "schema": "gradus.result/1", "status": "optimal", "objective": -0.25, "bound": -0.25,
    "solution": {"x": 1.5, "y": 0.5}, "duals": {"sum": 0.5},
}

# x + y >= 3 with x, y <= 1.
INFEASIBLE = """NAME NONE
ROWS
 N obj
 G need
 L spare
COLUMNS
    x obj 1 need 1
    x spare 1
    y obj 1 need 1
RHS
    rhs need 3 spare 5
BOUNDS
 UP bnd x 1
 UP bnd y 1
ENDATA
"""
INFEASIBLE_ANSWER = {"schema": "gradus.result/1", "status": "infeasible", "ray": {"need": 1.0, "spare": 0.0}}

# min -x,  x - y <= 1: unbounded along (1, 1).
UNBOUNDED = """NAME ENDLESS
ROWS
 N obj
 L tie
COLUMNS
    x obj -1 tie 1
    y tie -1
RHS
    rhs tie 1
ENDATA
"""
UNBOUNDED_ANSWER = {
    "schema": "gradus.result/1", "status": "unbounded", "objective": 0.0, "solution": {"x": 0.0, "y": 0.0},
    "ray": {"x": 1.0, "y": 1.0},
}


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_check(self, problem, answer, name="problem.mps"):
        path, result = self.folder / name, self.folder / "result.json"
        path.write_bytes(problem if isinstance(problem, bytes) else problem.encode())
        result.write_text(answer if isinstance(answer, str) else json.dumps(answer))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = check_answer.main([str(path), str(result)])
        self.message = out.getvalue() + err.getvalue()
        self.assertEqual(self.message.count("\n"), 1, "one line a message")
        return code

    def check(self, expected, text, answer, words="", **changes):
        answer = copy.deepcopy(answer)
        for key, value in changes.items():
            if isinstance(value, dict) and isinstance(answer.get(key), dict):
                answer[key] |= value
            elif value is None:
                del answer[key]
            else:
                answer[key] = value
        code = self.run_check(text, answer)
        self.assertEqual(code, expected, self.message)
        self.assertIn(words, self.message)


class Honest(Case):
    def test_linear_optimum(self):
        self.check(0, LINEAR, LINEAR_ANSWER, "confirmed")

    def test_quadratic_optimum(self):
        self.check(0, QUADRATIC, QUADRATIC_ANSWER, "confirmed")

    def test_integer_optimum_is_confirmed_as_a_point_only(self):
        self.check(4, INTEGER, INTEGER_ANSWER, "point feasible with objective 20")

    def test_infeasibility_by_its_ray_of_either_sign(self):
        self.check(0, INFEASIBLE, INFEASIBLE_ANSWER, "the ray proves")
        self.check(0, INFEASIBLE, INFEASIBLE_ANSWER, "the ray proves", ray={"need": -0.3})

    def test_unboundedness_by_its_ray(self):
        self.check(0, UNBOUNDED, UNBOUNDED_ANSWER, "confirmed")

    def test_maximization_keeps_the_users_signs(self):
        relaxation = INTEGER.replace("'INTORG'", "'INTEND'")
        answer = {"schema": "gradus.result/1", "status": "optimal", "objective": 21.0, "bound": 21.0,
                  "solution": {"a": 3.0, "b": 1.5}, "duals": {"r1": 0.75, "r2": 0.5}}
        self.check(0, relaxation, answer, "confirmed")
        self.check(100, relaxation, answer, "wrong sign", duals={"r1": -0.75, "r2": -0.5})

    def test_feasible_with_a_proved_bound(self):
        answer = dict(LINEAR_ANSWER, status="feasible", solution={"X": 0.0, "Y": 1.0}, objective=8.0, bound=None)
        answer.pop("duals")
        self.check(0, LINEAR, dict(answer), "point feasible")
        self.check(4, LINEAR, dict(answer, bound=2.0), "cannot check")

    def test_several_results_need_as_many_problems(self):
        document = {"schema": "gradus.results/1", "results": [LINEAR_ANSWER]}
        self.check(0, LINEAR, document, "confirmed")
        self.check(2, LINEAR, dict(document, results=[LINEAR_ANSWER, LINEAR_ANSWER]), "usage")

    def test_no_statement_is_nothing_to_confirm(self):
        self.check(4, LINEAR, {"schema": "gradus.result/1", "status": "limit"}, "no statement")


class Tampered(Case):
    def test_wrong_objective(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "objective", objective=4.999, bound=4.999)

    def test_infeasible_point(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "infeasible: 'MIX'", solution={"Y": 1.001}, objective=4.998)

    def test_point_outside_a_bound(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "'Y'", solution={"X": 1.5, "Y": -0.1}, objective=8.7)

    def test_suboptimal_point_with_a_matching_bound(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "gap", solution={"X": 1.0, "Y": 1.0}, objective=7.0, bound=7.0)

    def test_flipped_dual(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "wrong sign", duals={"TOTAL": 0.5})
        self.check(100, QUADRATIC, QUADRATIC_ANSWER, "wrong sign", duals={"sum": -0.5})

    def test_scaled_duals(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "", duals={"TOTAL": -0.25, "MIX": -0.25})

    def test_missing_or_invented_duals(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "invents 'OTHER'", duals={"OTHER": 0.0})
        answer = dict(LINEAR_ANSWER, duals={"TOTAL": -0.5})
        self.check(100, LINEAR, answer, "lacks 'MIX'")
        self.check(4, LINEAR, LINEAR_ANSWER, "no duals", duals=None)

    def test_wrong_status(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "feasible point", status="infeasible")
        self.check(4, LINEAR, LINEAR_ANSWER, "without a ray", status="unbounded")
        self.check(100, INFEASIBLE, dict(LINEAR_ANSWER, solution={"x": 1.0, "y": 1.0}, objective=2.0), "infeasible")

    def test_other_sense(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "maximize", problem={"sense": "maximize"})

    def test_fractional_integer(self):
        self.check(100, INTEGER, INTEGER_ANSWER, "whole number", solution={"a": 3.0, "b": 1.5}, objective=21.0,
                   bound=21.0)

    def test_forged_integer_bound_is_never_confirmed(self):
        self.check(4, INTEGER, INTEGER_ANSWER, "cannot check", solution={"a": 2.0, "b": 2.0}, objective=18.0,
                   bound=18.0)

    def test_reported_bound_is_not_verified(self):
        self.check(100, INTEGER, INTEGER_ANSWER, "only reported", certificate={"verified": True})

    def test_bound_that_excludes_the_point(self):
        self.check(100, INTEGER, INTEGER_ANSWER, "excludes", bound=19.0)
        self.check(100, LINEAR, LINEAR_ANSWER, "excludes", bound=5.5)

    def test_bound_tighter_than_the_truth(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "gap", solution={"X": 2.9, "Y": 1.0}, objective=5.1, bound=5.1)

    def test_gap_too_wide_for_optimal(self):
        self.check(100, INTEGER, INTEGER_ANSWER, "leaves a gap", bound=21.0)
        self.check(100, LINEAR, LINEAR_ANSWER, "leaves a gap", bound=4.0)

    def test_forged_ray_of_infeasibility(self):
        self.check(100, INFEASIBLE, INFEASIBLE_ANSWER, "proves nothing", ray={"need": 0.0, "spare": 1.0})
        self.check(100, INFEASIBLE, INFEASIBLE_ANSWER, "invents", ray={"other": 1.0})
        self.check(4, INFEASIBLE, INFEASIBLE_ANSWER, "without a ray", ray=None)
        feasible = INFEASIBLE.replace("need 3", "need 2")
        self.check(100, feasible, INFEASIBLE_ANSWER, "proves nothing")

    def test_forged_ray_of_unboundedness(self):
        self.check(100, UNBOUNDED, UNBOUNDED_ANSWER, "leaves", ray={"x": 1.0, "y": 0.5})
        self.check(100, UNBOUNDED, UNBOUNDED_ANSWER, "improve", ray={"x": 0.0, "y": 1.0})
        self.check(100, UNBOUNDED, UNBOUNDED_ANSWER, "infeasible", solution={"x": 2.0}, objective=-2.0)

    def test_missing_variable(self):
        self.check(100, LINEAR, dict(LINEAR_ANSWER, solution={"X": 3.0}), "lacks 'Y'")

    def test_extra_variable(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "invents 'Z'", solution={"Z": 0.0})

    def test_values_that_are_not_numbers(self):
        for value in ("nan", "inf", True, [1.0], "3.0"):
            self.check(100, LINEAR, LINEAR_ANSWER, "not a finite number", solution={"X": value})
        self.assertEqual(self.run_check(LINEAR, json.dumps(dict(LINEAR_ANSWER, objective=math.nan))), 3)

    def test_no_point(self):
        self.check(100, LINEAR, LINEAR_ANSWER, "without a point", solution=None)

    def test_saddle_of_a_nonconvex_program(self):
        saddle = QUADRATIC.replace("y y 1", "y y -1")
        answer = dict(QUADRATIC_ANSWER, solution={"x": 1.0, "y": 1.0}, duals={"sum": 0.0})
        answer |= {"objective": -1.0, "bound": -1.0}
        self.check(4, saddle, answer, "not convex")


class Reading(Case):
    def problem(self, text, name="problem.mps"):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return check_answer.read_problem(str(path))

    def test_blanks_in_names_of_the_fixed_layout(self):
        text = LINEAR.replace("TOTAL", "TO AL").replace("    X   ", "    X 1 ").replace("  X     ", "  X 1   ")
        problem = self.problem(text)
        self.assertEqual(problem.rows["TO AL"], [-math.inf, 4.0])
        self.assertEqual(problem.sides["X 1"], [0.0, 3.0])
        self.assertEqual(problem.offset, 10.0)

    def test_ranges_of_every_row_type(self):
        text = """ROWS
 N obj
 E up
 E down
 L low
 G high
COLUMNS
 x up 1 down 1
 x low 1 high 1
RHS
 up 1 down 1
 low 1 high 1
RANGES
 up 2 down -2
 low 2 high -2
ENDATA
"""
        rows = self.problem(text).rows
        self.assertEqual(rows, {"up": [1, 3], "down": [-1, 1], "low": [-1, 1], "high": [1, 3]})

    def test_every_bound_type(self):
        names = "abcdefghijk"
        text = "ROWS\n N obj\nCOLUMNS\n" + "".join(f" {c} obj 1\n" for c in names)
        text += " m 'MARKER' 'INTORG'\n free obj 1\n m 'MARKER' 'INTEND'\nBOUNDS\n"
        text += " UP bnd a -2\n LO bnd b 1\n UP bnd b -2\n FX bnd c 4\n FR bnd d\n MI bnd e\n PL bnd f\n BV bnd g\n"
        text += " LI bnd h 2\n UI bnd i 7\n SC bnd j 5\n UP bnd k 1e30\nENDATA\n"
        problem, inf = self.problem(text), math.inf
        expected = {"a": [-inf, -2], "b": [1, -2], "c": [4, 4], "d": [-inf, inf], "e": [-inf, inf], "f": [0, inf],
                    "g": [0, 1], "h": [2, inf], "i": [0, 7], "j": [0, 5], "k": [0, inf], "free": [0, 1]}
        self.assertEqual(problem.sides, expected)
        self.assertEqual(problem.integer, {"g", "h", "i", "free"})
        self.assertEqual(problem.semi, {"j"})

    def test_quadratic_sections(self):
        lower = self.problem(QUADRATIC.replace("    x x 1\n", "    x x 1\n    x y 3\n"), "problem.QPS")
        whole = self.problem(QUADRATIC.replace("QUADOBJ", "QMATRIX").replace("    x x 1\n", "    x x 1\n x y 3\n y x 3\n"))
        self.assertEqual(lower.quadratic, whole.quadratic)
        self.assertEqual(lower.quadratic["y"], {"x": 3.0, "y": 1.0})

    def test_gzip(self):
        self.assertEqual(self.run_check(gzip.compress(LINEAR.encode()), LINEAR_ANSWER, "problem.mps.gz"), 0)

    def test_what_cannot_be_read(self):
        for text in ("", "ROWS\n", LINEAR[:-7], LINEAR.replace("6.0", "6.0.0"), LINEAR.replace("6.0", "nan"),
                     LINEAR.replace(" L  MIX", " Q  MIX"), LINEAR.replace("RANGES", "SOS"), "\0\1\2",
                     LINEAR.replace(" L  MIX", " L  TOTAL"), LINEAR.replace("MIX                3.0", "NIX   3.0"),
                     LINEAR.replace(" UP BND ", " UX BND "), LINEAR.replace("ENDATA\n", "QMATRIX\n X Y 1\nENDATA\n")):
            self.assertEqual(self.run_check(text, LINEAR_ANSWER), 3, text)
        self.assertEqual(self.run_check(b"\x1f\x8bnot gzip", LINEAR_ANSWER), 3)
        self.assertEqual(self.run_check(b"\xff\xfe", LINEAR_ANSWER), 3)
        self.assertEqual(self.run_check(LINEAR, LINEAR_ANSWER, "problem.lp"), 3)
        for answer in ("", "[]", "{}", '{"schema": "gradus.result/2"}', "[" * 100_000, '{"schema": "gradus.results/1"}'):
            self.assertEqual(self.run_check(LINEAR, answer), 3, answer[:20])


class Contract(unittest.TestCase):
    def test_it_is_short_and_needs_the_standard_library_only(self):
        lines = (ROOT / "tools" / "check_answer.py").read_text().splitlines()
        self.assertLess(len(lines), 400)
        imports = {word.strip(",") for line in lines if line.startswith(("import ", "from ")) for word in line.split()[1:]}
        self.assertLessEqual(imports, {"gzip", "json", "math", "re", "sys", "zlib", "fractions", "import", "Fraction"})


if __name__ == "__main__":
    unittest.main()
