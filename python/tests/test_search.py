# SPDX-License-Identifier: Apache-2.0
"""gradus.Search: asking and telling in this process."""
import math
import threading
import unittest

import gradus

BOX = [(-5, 5), (-5, 5)]
SPACE = {
    "lr": gradus.Float(1e-5, 1e-1, log=True), "layers": gradus.Int(1, 4), "act": gradus.Categorical(["relu", None, (1, 2)]),
    "slope": gradus.Float(0, 1, when={"act": "relu"}), "order": gradus.Permutation(4), "mix": gradus.Simplex(3),
}


def bowl(x):
    return (x[0] - 1) ** 2 + 3 * (x[1] + 2) ** 2


def drive(search, f=bowl, batch=4):
    while points := search.ask(batch):
        for point in points:
            search.tell(point.id, f(point.x))
    return search


class Searches(unittest.TestCase):
    def test_it_finds_the_middle_of_a_bowl(self):
        search = drive(gradus.Search(BOX, "cma-es", budget=400, seed=1))
        self.assertLess(search.best.f, 1e-6)
        self.assertAlmostEqual(search.best.x[0], 1, delta=1e-3)
        self.assertIn("budget", search.stopped)
        self.assertEqual(search.best.f, bowl(search.best.x))

    def test_what_nobody_named_is_chosen_and_explained(self):
        few, many = gradus.Search(BOX, budget=40, seed=1, noisy=True), gradus.Search(BOX, budget=4000, seed=1)
        self.assertEqual((few.method, many.method), ("bayesian-optimization", "automatic"))
        self.assertIn("40 evaluations are few", few.reasons[0])
        self.assertGreater(len(drive(many).reasons), len(few.reasons))
        self.assertEqual(gradus.Search(BOX, "cma-es").reasons, [])

    def test_forbidden_points_are_not_asked(self):
        known = [{"sum": {"a": 1, "b": 1}, "max": 5}, {"not": {"a": 0, "b": 0}}]
        search = gradus.Search({"a": gradus.Int(0, 9), "b": gradus.Int(0, 9)}, budget=15, seed=1, known=known)
        points = [point.x for _ in range(5) for point in search.ask(3) if search.tell(point.id, point.x["a"]) is None]
        self.assertTrue(all(1 <= x["a"] + x["b"] <= 5 for x in points))
        self.assertEqual(len(points), 15)

    def test_the_same_seed_gives_the_same_points(self):
        first, second, other = (drive(gradus.Search(BOX, "cma-es", budget=60, seed=s)).best for s in (1, 1, 2))
        self.assertEqual(first, second)
        self.assertNotEqual(first, other)

    def test_values_are_those_of_the_space(self):
        search = gradus.Search(SPACE, "random-search", seed=3)
        seen = set()
        for point in search.ask(60):
            x = point.x
            seen.add(x["act"])
            self.assertTrue(1e-5 <= x["lr"] <= 1e-1 and x["layers"] in range(1, 5))
            self.assertEqual("slope" in x, x["act"] == "relu")
            self.assertEqual(sorted(x["order"]), [0, 1, 2, 3])
            self.assertAlmostEqual(sum(x["mix"]), 1)
            self.assertEqual(search.space.values(search.space.numbers(x)), x)
        self.assertEqual(seen, {"relu", None, (1, 2)})

    def test_own_points_come_first_and_start_counts(self):
        own = {"lr": 0.01, "layers": 2, "act": None, "order": [3, 2, 1, 0], "mix": [0.5, 0.25, 0.25]}
        search = gradus.Search(SPACE, "tpe", seed=1, x0={**own, "layers": 3})
        id = search.enqueue(own)
        points = search.ask(2)
        self.assertEqual((points[0].id, points[0].x), (id, own))
        self.assertEqual(points[1].x, {**own, "layers": 3})
        for wrong in ({**own, "layers": 9}, {**own, "act": "selu"}, {**own, "lrr": 1}, {"lr": 0.01}, {**own, "order": [0] * 4}):
            with self.assertRaises(ValueError):
                search.enqueue(wrong)

    def test_a_saved_search_continues_to_the_bit(self):
        for method in ("cma-es", "bayesian-optimization", "tpe", "differential-evolution", "nelder-mead"):
            with self.subTest(method):
                search = gradus.Search(BOX, method, budget=40, seed=5)
                for _ in range(3):
                    for point in search.ask(3):
                        search.tell(point.id, bowl(point.x))
                open_points = search.ask(2)
                again = gradus.Search.restore(BOX, search.save())
                self.assertEqual(again.method, method)
                self.assertEqual(again.pending, search.pending)
                for one in (search, again):
                    for point in open_points:
                        one.tell(point.id, bowl(point.x))
                self.assertEqual(drive(again, batch=2).best, drive(search, batch=2).best)

    def test_wrong_answers_change_nothing(self):
        search = gradus.Search(BOX, "cma-es", seed=1, constraints=1)
        a, b = search.ask(2)
        for wrong in (lambda: search.tell(99, 1.0, [0]), lambda: search.tell(a.id, [1.0, 2.0], [0]),
                      lambda: search.tell(a.id, 1.0, [0, 0]), lambda: search.report(99, 1, 0.0)):
            with self.assertRaises(ValueError):
                wrong()
        self.assertEqual(search.pending, [a.id, b.id])
        search.tell(b.id, 1.0, [-1.0])
        with self.assertRaises(gradus.GradusError) as caught:
            search.tell(b.id, 1.0, [-1.0])
        self.assertEqual(caught.exception.code, "unknownId")
        search.tell(a.id, None)
        search.tell(search.ask()[0].id, 0.0, [0.5])
        self.assertEqual(search.best, gradus.Best(b.x, 1.0), "constraints outweigh values")

    def test_wrong_beginnings_say_why(self):
        for arguments, code in ((dict(method="cma-ess"), "unsuitable"), (dict(settings={"populaton": 3}), "setting"),
                                (dict(budget=-1), "badRequest"), (dict(x0=[0.0]), "badRequest")):
            with self.assertRaises(gradus.GradusError) as caught:
                gradus.Search(BOX, **{"method": "cma-es", **arguments})
            self.assertEqual(caught.exception.code, code)
        with self.assertRaises(gradus.GradusError):
            gradus.Search([(1, 0)])
        with self.assertRaises(gradus.GradusError) as caught:
            gradus.Search.restore(BOX, "nonsense")
        self.assertEqual(caught.exception.code, "state")

    def test_several_objectives_have_a_front(self):
        search = gradus.Search({"x": gradus.Float(0, 1), "k": gradus.Int(0, 3)}, objectives=2, budget=300, seed=1)
        drive(search, lambda p: (p["x"] + p["k"], (1 - p["x"]) ** 2), 10)
        self.assertGreater(len(search.front), 5)
        self.assertTrue(all(member.x["k"] == 0 for member in search.front))
        self.assertIn(search.best.f, [member.f for member in search.front])

    def test_gradients_and_orders(self):
        search = gradus.Search([(None, None)] * 2, "lbfgs", x0=[3.0, 4.0])
        self.assertEqual(search.oracle, "gradient")
        for _ in range(50):
            points = search.ask()
            if not points:
                break
            x = points[0].x
            with self.assertRaises(gradus.GradusError):
                search.tell(points[0].id, bowl(x))
            search.tell(points[0].id, bowl(x), grad=[2 * (x[0] - 1), 6 * (x[1] + 2)])
        self.assertLess(search.best.f, 1e-12)

    def test_evaluations_that_go_badly_are_ended(self):
        search = gradus.Search(BOX, "random-search", pruning={"trials": 2})
        points = search.ask(3)
        self.assertEqual([search.report(p.id, 1, v) for p, v in zip(points, (1.0, 2.0, 9.0))], [False, False, True])

    def test_threads_share_a_search(self):
        search, failures, heard = gradus.Search(BOX, "cma-es", budget=400, seed=1), [], []

        def work():
            try:
                while True:
                    points = search.ask()
                    if points:
                        search.tell(points[0].id, bowl(points[0].x))
                        heard.append(points[0].id)
                    elif search.stopped:
                        return
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(failures, [])
        self.assertEqual(sorted(heard), list(range(400)))
        self.assertLess(search.best.f, 1e-3)

    def test_infinities_and_failures_are_no_end(self):
        values = iter([math.inf, -1.0, math.nan, None] * 100)
        search = gradus.Search(BOX, "bayesian-optimization", budget=12, seed=1)
        drive(search, lambda x: next(values), 1)
        self.assertEqual(search.best.f, -1.0)


if __name__ == "__main__":
    unittest.main()
