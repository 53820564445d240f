# SPDX-License-Identifier: Apache-2.0
"""gradus.scipy.method inside scipy.optimize.minimize."""
import unittest

from needs import needs

try:
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, NonlinearConstraint, OptimizeResult, minimize, rosen, rosen_der

    import gradus.scipy as gs
except ImportError as error:
    if error.name not in ("scipy", "numpy"):
        raise


@needs("scipy", "tools/setup.sh")
class Minimize(unittest.TestCase):
    def test_by_values_in_a_box(self):
        result = minimize(rosen, [-1.5, 2.0, 0.5], method=gs.method("cma-es"), bounds=[(-2, 3)] * 3,
                          options={"maxfev": 4000, "seed": 1, "target": 1e-10})
        self.assertIsInstance(result, OptimizeResult)
        self.assertTrue(result.success, result.message)
        self.assertLess(result.fun, 1e-10)
        self.assertEqual(result.fun, rosen(result.x))
        self.assertTrue(0 < result.nfev <= 4000)
        np.testing.assert_allclose(result.x, 1, atol=1e-3)

    def test_by_gradients(self):
        for jac, fun in ((rosen_der, rosen), (True, lambda x: (rosen(x), rosen_der(x)))):
            result = minimize(fun, [-1.2, 1.0], method=gs.method("lbfgs"), jac=jac, options={"maxfev": 200})
            self.assertLess(result.fun, 1e-10)
            self.assertGreater(result.njev, 0)

    def test_differences_where_there_is_no_gradient(self):
        result = minimize(rosen, [-1.2, 1.0], method=gs.method("lbfgs"), options={"maxfev": 200})
        self.assertLess(result.fun, 1e-6)
        self.assertGreater(result.nfev, 2 * result.njev)

    def test_update_rules_serve_too(self):
        result = minimize(lambda x: float(np.sum((x - 3) ** 2)), np.zeros(4), jac=lambda x: 2 * (x - 3),
                          method=gs.method("adamw", lr=0.1, decay=0), options={"maxfev": 300})
        np.testing.assert_allclose(result.x, 3, atol=1e-2)

    def test_arguments_bounds_and_callbacks(self):
        heard, points = [], []
        result = minimize(lambda x, a, b: float((x[0] - a) ** 2 + b), 0.5, args=(2.0, 7.0), method=gs.method("nelder-mead"),
                          bounds=Bounds([0], [1]), callback=lambda intermediate_result: heard.append(intermediate_result.fun),
                          options={"maxfev": 200})
        self.assertAlmostEqual(result.x[0], 1, delta=1e-6)
        self.assertAlmostEqual(result.fun, 8, delta=1e-5)
        self.assertEqual(heard, sorted(heard, reverse=True))

        def stop(x):
            points.append(x)
            raise StopIteration

        stopped = minimize(rosen, [0.0, 0.0], method=gs.method("nelder-mead"), callback=stop)
        self.assertEqual((len(points), stopped.success), (1, False))

    def test_inequalities(self):
        # The nearest point to (2, 1) with x + y <= 2 and x <= 1.2 is (1.2, 0.8).
        target = lambda x: float((x[0] - 2) ** 2 + (x[1] - 1) ** 2)
        for constraints in (
                [LinearConstraint([[1, 1]], -np.inf, 2), NonlinearConstraint(lambda x: x[0], -np.inf, 1.2)],
                ({"type": "ineq", "fun": lambda x: 2 - x[0] - x[1]}, {"type": "ineq", "fun": lambda x: 1.2 - x[0]})):
            result = minimize(target, [0.0, 0.0], method=gs.method("cma-es"), bounds=[(-3, 3)] * 2, constraints=constraints,
                              options={"maxfev": 1500, "seed": 2})
            self.assertEqual(result.maxcv, 0)
            np.testing.assert_allclose(result.x, [1.2, 0.8], atol=0.02)

    def test_what_cannot_be_is_said(self):
        with self.assertRaises(ValueError):
            minimize(rosen, [0.0, 0.0], method=gs.method("cma-es"), constraints={"type": "eq", "fun": lambda x: x[0]})
        with self.assertRaises(TypeError):
            minimize(rosen, [0.0, 0.0], method=gs.method("cma-es"), options={"maxfevs": 5})
        with self.assertRaises(ValueError):
            minimize(rosen, [0.0, 0.0], method=gs.method("cma-es", populaton=3))

    def test_the_same_seed_gives_the_same_answer(self):
        first, second, other = (minimize(rosen, [0.0, 0.0], method=gs.method("cma-es"), bounds=[(-2, 2)] * 2,
                                         options={"maxfev": 100, "seed": s}).x.tolist() for s in (1, 1, 2))
        self.assertEqual(first, second)
        self.assertNotEqual(first, other)


if __name__ == "__main__":
    unittest.main()
