# SPDX-License-Identifier: Apache-2.0
"""Pyomo drives `gradus` as it drives every AMPL solver: values, duals, reduced costs and termination conditions.

Expected numbers are worked out by hand or, for HS071, published (Hock and Schittkowski 1981, problem 71).
"""
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from program import FOLDER, ROOT, gradus

sys.path.append(str(ROOT / ".tools" / "python"))
try:
    import pyomo.environ as pyo
    from pyomo.common.tempfiles import TempfileManager
    from pyomo.opt import ReaderFactory, TerminationCondition
except ImportError:
    pyo = None


def number_of_rows(path):
    return int(pathlib.Path(path).read_text().splitlines()[1].split()[1])


@unittest.skipIf(pyo is None, "needs Pyomo, which tools/setup.sh installs")
class Pyomo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.path = os.environ["PATH"]
        os.environ["PATH"] = f"{FOLDER}{os.pathsep}{cls.path}"

    @classmethod
    def tearDownClass(cls):
        os.environ["PATH"] = cls.path

    def model(self, suffixes=("dual", "rc", "ipopt_zL_out", "ipopt_zU_out")):
        model = pyo.ConcreteModel()
        for name in suffixes:
            model.add_component(name, pyo.Suffix(direction=pyo.Suffix.IMPORT))
        return model

    def solve(self, model, condition="optimal", load=True, **options):
        solver = pyo.SolverFactory("gradus")
        for key, value in options.items():
            solver.options[key.replace("__", ":")] = value
        results = solver.solve(model, load_solutions=load)
        message = str(results.solver.message)
        if "HiGHS is needed" in message:
            self.skipTest(message)
        self.assertEqual(str(results.solver.termination_condition), condition, message)
        return results

    def near(self, found, wanted, tolerance=1e-6):
        self.assertLessEqual(abs(pyo.value(found) - wanted), tolerance * max(1, abs(wanted)), f"{found} is not {wanted}")

    # Linear programs

    def test_linear_program_with_duals_and_reduced_costs(self):
        m = self.model()
        m.x, m.y = pyo.Var(bounds=(0, None)), pyo.Var(bounds=(1, None))
        m.cost = pyo.Objective(expr=2 * m.x + 5 * m.y + 7)
        m.need = pyo.Constraint(expr=m.x + 2 * m.y >= 6)
        m.rest = pyo.Constraint(expr=m.x - m.y <= 100)
        self.solve(m)
        for found, wanted in [(m.x, 4), (m.y, 1), (m.cost, 20), (m.dual[m.need], 2), (m.dual[m.rest], 0),
                              (m.rc[m.y], 1), (m.ipopt_zL_out[m.y], 1)]:
            self.near(found, wanted)
        self.assertNotIn(m.x, m.rc)

    def test_maximization_has_duals_of_the_users_sense(self):
        m = self.model()
        m.x, m.y = pyo.Var(bounds=(0, 3)), pyo.Var(bounds=(0, None))
        m.profit = pyo.Objective(expr=3 * m.x + 2 * m.y, sense=pyo.maximize)
        m.labor = pyo.Constraint(expr=m.x + m.y <= 4)
        m.wood = pyo.Constraint(expr=m.x + 3 * m.y <= 100)
        self.solve(m)
        for found, wanted in [(m.profit, 11), (m.x, 3), (m.y, 1), (m.dual[m.labor], 2), (m.dual[m.wood], 0),
                              (m.rc[m.x], 1), (m.ipopt_zU_out[m.x], 1)]:
            self.near(found, wanted)

    def test_range_and_equality_rows(self):
        m = self.model()
        m.x, m.y, m.z = (pyo.Var() for _ in range(3))
        m.goal = pyo.Objective(expr=m.x + 2 * m.y - m.z)
        m.range = pyo.Constraint(expr=(-1, m.x - m.y, 3))
        m.sum = pyo.Constraint(expr=m.x + m.y == 10)
        m.top = pyo.Constraint(expr=(None, m.z, 4))
        self.solve(m)
        # x − y = 3 and x + y = 10: each unit of the range lowers y by a half and raises x by a half.
        for found, wanted in [(m.x, 6.5), (m.y, 3.5), (m.z, 4), (m.goal, 9.5), (m.dual[m.range], -0.5),
                              (m.dual[m.sum], 1.5), (m.dual[m.top], -1)]:
            self.near(found, wanted)

    def test_infeasible(self):
        m = self.model()
        m.x = pyo.Var(bounds=(0, 1))
        m.goal = pyo.Objective(expr=m.x)
        m.low = pyo.Constraint(expr=m.x >= 2)
        results = self.solve(m, "infeasible", load=False)
        self.assertEqual(results.solver.id, 200)
        results = self.solve(m, "infeasible", load=False, iisfind=1)
        self.assertEqual(results.solver.id, 201)

    def test_unbounded(self):
        m = self.model()
        m.x, m.y = pyo.Var(bounds=(0, None)), pyo.Var(bounds=(0, None))
        m.goal = pyo.Objective(expr=m.x + m.y, sense=pyo.maximize)
        m.row = pyo.Constraint(expr=m.x - m.y <= 1)
        results = self.solve(m, "unbounded", load=False)
        self.assertIn(results.solver.id, (300, 350))

    def test_fixed_variables(self):
        m = self.model()
        m.x, m.y = pyo.Var(bounds=(0, 10)), pyo.Var(bounds=(0, 10))
        m.y.fix(3)
        m.goal = pyo.Objective(expr=m.x + 5 * m.y)
        m.row = pyo.Constraint(expr=m.x + m.y >= 4)
        self.solve(m)
        for found, wanted in [(m.x, 1), (m.y, 3), (m.goal, 16), (m.dual[m.row], 1)]:
            self.near(found, wanted)

    def test_no_objective(self):
        m = self.model()
        m.x, m.y = pyo.Var(bounds=(0, 10)), pyo.Var(bounds=(0, 10))
        m.row = pyo.Constraint(expr=m.x + m.y == 4)
        m.other = pyo.Constraint(expr=m.x - m.y == 2)
        self.solve(m)
        self.near(m.x, 3)
        self.near(m.y, 1)

    def test_no_constraints(self):
        m = self.model()
        m.x, m.y = pyo.Var(bounds=(0, 10)), pyo.Var(bounds=(-4, 10))
        m.goal = pyo.Objective(expr=(m.x - 3) ** 2 + m.y)
        self.solve(m)
        for found, wanted in [(m.x, 3), (m.y, -4), (m.goal, -4), (m.rc[m.y], 1)]:
            self.near(found, wanted, 1e-5)

    # Integer programs

    def knapsack(self, count=15):
        m = self.model(("dual",))
        m.I = pyo.RangeSet(count)
        weight = {i: 11 + (37 * i * i) % 29 for i in m.I}
        worth = {i: weight[i] + (53 * i) % 17 for i in m.I}
        m.take = pyo.Var(m.I, within=pyo.Binary)
        m.worth = pyo.Objective(expr=sum(worth[i] * m.take[i] for i in m.I), sense=pyo.maximize)
        m.room = pyo.Constraint(expr=sum(weight[i] * m.take[i] for i in m.I) <= 10 * count)
        best = [0] * (10 * count + 1)
        for i in range(1, count + 1):
            for room in range(10 * count, weight[i] - 1, -1):
                best[room] = max(best[room], best[room - weight[i]] + worth[i])
        return m, best[-1]

    def test_integer_program(self):
        m, best = self.knapsack()
        results = self.solve(m, mip__gap=0)
        self.near(m.worth, best)
        self.assertTrue(all(abs(pyo.value(x) - round(pyo.value(x))) <= 1e-6 for x in m.take.values()))
        self.assertIn("relative gap", str(results.solver.message))
        self.assertEqual(len(m.dual), 0)

    def test_start_of_an_integer_program(self):
        m, best = self.knapsack()
        for x in m.take.values():
            x.set_value(0)
        self.solve(m, mipgap=0)
        self.near(m.worth, best)

    def test_time_limit(self):
        """Market split (Cornuéjols and Dawande 1998): small, and far beyond a second."""
        m = self.model(())
        rows, columns = 6, 50
        state = 12345
        m.x = pyo.Var(range(columns), within=pyo.Binary)
        m.s, m.t = (pyo.Var(range(rows), bounds=(0, None)) for _ in range(2))
        m.c = pyo.ConstraintList()
        for i in range(rows):
            row = []
            for _ in range(columns):
                state = (1103515245 * state + 12345) % 2**31
                row.append(state // 65536 % 100)
            m.c.add(sum(a * m.x[j] for j, a in enumerate(row)) + m.s[i] - m.t[i] == sum(row) // 2)
        m.goal = pyo.Objective(expr=sum(m.s[i] + m.t[i] for i in range(rows)))
        begin = time.monotonic()
        results = self.solve(m, "maxIterations", load=False, timelim=1)
        self.assertLess(time.monotonic() - begin, 10)
        self.assertEqual(results.solver.id, 402)
        self.assertIn("time limit, feasible solution", str(results.solver.message))

    # Nonlinear programs

    def test_quadratic_program(self):
        m = self.model()
        m.x, m.y = pyo.Var(), pyo.Var()
        m.goal = pyo.Objective(expr=(m.x - 1) ** 2 + (m.y - 2) ** 2 + m.x * m.y)
        m.sum = pyo.Constraint(expr=m.x + m.y == 1)
        self.solve(m)
        for found, wanted in [(m.x, -0.5), (m.y, 1.5), (m.goal, 1.75), (m.dual[m.sum], -1.5)]:
            self.near(found, wanted, 1e-5)

    def hs071(self):
        m = self.model()
        m.x = pyo.Var(range(1, 5), bounds=(1, 5), initialize={1: 1, 2: 5, 3: 5, 4: 1})
        # Used twice, so that Pyomo writes it as a defined variable.
        m.sum = pyo.Expression(expr=m.x[1] + m.x[2] + m.x[3])
        m.goal = pyo.Objective(expr=m.x[1] * m.x[4] * m.sum + m.x[3])
        m.product = pyo.Constraint(expr=m.x[1] * m.x[2] * m.x[3] * m.x[4] >= 25)
        m.squares = pyo.Constraint(expr=sum(m.x[i] ** 2 for i in m.x) == 40)
        m.idle = pyo.Constraint(expr=pyo.exp(m.sum / 10) <= 1000)
        return m

    def test_nonlinear_program_with_defined_variables(self):
        m = self.hs071()
        self.solve(m, tol=1e-8)
        for found, wanted in [(m.goal, 17.0140173), (m.x[1], 1), (m.x[2], 4.7429994), (m.x[3], 3.8211503),
                              (m.x[4], 1.3794082), (m.dual[m.product], 0.55229366), (m.dual[m.squares], -0.16146857),
                              (m.dual[m.idle], 0), (m.rc[m.x[1]], 1.0878712), (m.ipopt_zL_out[m.x[1]], 1.0878712)]:
            self.near(found, wanted, 1e-5)

    def test_nonlinear_maximization(self):
        m = self.model()
        m.x, m.y = pyo.Var(initialize=1, bounds=(0.01, None)), pyo.Var(initialize=1, bounds=(0.01, None))
        m.goal = pyo.Objective(expr=pyo.log(m.x) + pyo.log(m.y), sense=pyo.maximize)
        m.budget = pyo.Constraint(expr=m.x + 2 * m.y <= 4)
        self.solve(m)
        for found, wanted in [(m.x, 2), (m.y, 1), (m.goal, math.log(2)), (m.dual[m.budget], 0.5)]:
            self.near(found, wanted, 1e-5)

    def test_nonlinear_infeasible(self):
        m = self.model()
        m.x = pyo.Var(initialize=1)
        m.goal = pyo.Objective(expr=pyo.exp(m.x))
        m.row = pyo.Constraint(expr=m.x**2 + pyo.cos(m.x) <= -1)
        results = self.solve(m, "infeasible", load=False)
        self.assertEqual(results.solver.id, 200)
        self.assertIn("infeasible", str(results.solver.message))

    def test_the_start_is_used(self):
        for start in (-2, 4.5, 11):
            m = self.model()
            m.x = pyo.Var(initialize=start, bounds=(-20, 20))
            m.goal = pyo.Objective(expr=pyo.sin(m.x))
            self.solve(m)
            nearest = -math.pi / 2 + 2 * math.pi * round((start + math.pi / 2) / (2 * math.pi))
            self.near(m.x, nearest, 1e-4)

    def test_iteration_limit(self):
        results = self.solve(self.hs071(), "maxIterations", load=False, max_iter=2)
        self.assertIn(results.solver.id, (403, 473))

    # The convention

    def test_version_is_found(self):
        self.assertTrue(pyo.SolverFactory("gradus").available())
        self.assertGreater(pyo.SolverFactory("gradus").version(), (0, 0))

    def test_options_that_are_not_understood(self):
        m = self.hs071()
        for options in ({"nonsense": 1}, {"timelim": "soon"}, {"objno": 7}, {"method": "nope"}):
            results = self.solve(m, "internalSolverError", load=False, **options)
            self.assertEqual(results.solver.id, 503)
            self.assertIn(next(iter(options)), str(results.solver.message))

    def test_paths_with_dots_and_spaces(self):
        with tempfile.TemporaryDirectory(prefix="a b.c ") as folder:
            before = TempfileManager.tempdir
            TempfileManager.tempdir = folder
            try:
                m = self.hs071()
                self.solve(m)
                self.near(m.goal, 17.0140173)
            finally:
                TempfileManager.tempdir = before

    def test_options_from_the_environment_only(self):
        with tempfile.TemporaryDirectory(prefix="a b.c ") as folder:
            stub = pathlib.Path(folder) / "my model.v2"
            self.hs071().write(f"{stub}.nl", io_options={"symbolic_solver_labels": True})
            exported = pathlib.Path(folder) / "the copy.nl"
            environment = dict(os.environ, gradus_options=f'outlev=1 max_iter=2 max_iter=300 writeprob="{exported}"')
            for name in (stub, f"{stub}.nl"):
                run = subprocess.run([FOLDER / "gradus", name, "-AMPL"], env=environment, capture_output=True, text=True,
                                     stdin=subprocess.DEVNULL, timeout=60)
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertIn("optimal solution; objective 17.014", run.stdout)
                results = ReaderFactory("sol")(f"{stub}.sol")
                self.assertEqual(results.solver.termination_condition, TerminationCondition.optimal)
                self.assertEqual(number_of_rows(exported), 3)
                pathlib.Path(f"{stub}.sol").unlink()

    def test_what_cannot_be_read_leaves_no_answer(self):
        with tempfile.TemporaryDirectory() as folder:
            stub = pathlib.Path(folder) / "broken"
            stub.with_suffix(".nl").write_text("g3 1 1 0\n 2 1 x\n")
            run = gradus(stub, "-AMPL")
            self.assertEqual(run.returncode, 3, run.stderr)
            self.assertIn("broken.nl:2:6: ", run.stderr)
            self.assertFalse(stub.with_suffix(".sol").exists())

    def test_questions_without_a_problem(self):
        for argument, word in [("-v", "gradus "), ("-=", "timelim"), ("-?", "STUB")]:
            run = gradus(argument)
            self.assertEqual(run.returncode, 0)
            self.assertIn(word, run.stdout)


if __name__ == "__main__":
    unittest.main()
