# SPDX-License-Identifier: Apache-2.0
"""gradus.optuna.GradusSampler in real studies."""
import pickle
import unittest
import warnings

from needs import needs

try:
    import optuna
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    import gradus
    import gradus.optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
except ImportError as error:
    if error.name != "optuna":
        raise


def bowl(trial):
    x = trial.suggest_float("x", -5, 5)
    return (x - 1) ** 2 + 3 * (trial.suggest_float("y", -5, 5) + 2) ** 2


def mixed(trial):
    """Every kind of distribution."""
    lr = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
    drop = trial.suggest_float("drop", 0.0, 0.5, step=0.1)
    layers = trial.suggest_int("layers", 1, 8)
    width = trial.suggest_int("width", 16, 1024, log=True)
    even = trial.suggest_int("even", 2, 10, step=2)
    act = trial.suggest_categorical("act", ["relu", "tanh", None])
    one = trial.suggest_categorical("one", ["only"])
    assert 1e-5 <= lr <= 1e-1 and abs(drop * 10 - round(drop * 10)) < 1e-9 and even % 2 == 0 and one == "only"
    return (layers - 3) ** 2 + abs(drop - 0.2) + (0 if act == "tanh" else 1) + abs(width - 64) / 64 + abs(even - 4)


def branched(trial):
    if trial.suggest_categorical("kind", ["line", "curve"]) == "line":
        return abs(trial.suggest_float("slope", -1, 1) - 0.25)
    return 0.5 + abs(trial.suggest_int("degree", 2, 9) - 4) + trial.suggest_float("bend", 0, 1)


@needs("optuna", "tools/setup.sh")
class Sampler(unittest.TestCase):
    def study(self, objective, trials, n_jobs=1, directions=("minimize",), pruner=None, **sampler):
        sampler = gradus.optuna.GradusSampler(**{"seed": 1, **sampler})
        study = optuna.create_study(sampler=sampler, directions=list(directions), pruner=pruner)
        study.optimize(objective, n_trials=trials, n_jobs=n_jobs, catch=(ArithmeticError,))
        return study

    def test_it_finds_the_middle_of_a_bowl(self):
        self.assertLess(self.study(bowl, 30).best_value, 1e-3)

    def test_a_budget_lets_gradus_choose(self):
        for budget, method in ((6, "bayesian-optimization"), (3000, "automatic")):
            study = self.study(bowl, min(budget, 30), budget=budget)
            chosen = {search.search.method for search in study.sampler._searches.values()}
            self.assertEqual(chosen, {method})
            self.assertLess(study.best_value, 100 if budget == 6 else 0.1)

    def test_other_methods_serve_too(self):
        for method in ("tpe", "cma-es", "differential-evolution", "random-search", "nelder-mead"):
            with self.subTest(method):
                study = self.study(bowl, 40, method=method)
                self.assertEqual(len(study.trials), 40)
                self.assertLess(study.best_value, 5)

    def test_the_same_seed_gives_the_same_study(self):
        for objective in (bowl, mixed, branched):
            first, second = (self.study(objective, 18, method="tpe") for _ in range(2))
            self.assertEqual([t.params for t in first.trials], [t.params for t in second.trials])

    def test_every_kind_of_distribution(self):
        study = self.study(mixed, 50)
        self.assertLess(study.best_value, 4)

    def test_branches_are_searched_by_themselves(self):
        study = self.study(branched, 40)
        self.assertLess(study.best_value, 0.02)
        self.assertEqual(study.best_params["kind"], "line")

    def test_a_space_may_be_said_before(self):
        space = {"kind": CategoricalDistribution(["line", "curve"]), "slope": gradus.Float(-1, 1, when={"kind": "line"}),
                 "degree": gradus.Int(2, 9, when={"kind": "curve"}), "bend": gradus.Float(0, 1, when={"kind": "curve"})}
        study = self.study(branched, 40, space=space)
        self.assertLess(study.best_value, 0.02)
        search, = study.sampler._searches.values()
        self.assertEqual(search.search.pending, [search.asked[t].id for t in search.asked])
        self.assertEqual(len(search.told), 39, "every trial but the last was heard")

    def test_maximizing(self):
        study = self.study(lambda t: -bowl(t), 30, directions=("maximize",))
        self.assertGreater(study.best_value, -1e-2)

    def test_constraints_are_learned(self):
        def objective(trial):
            value = bowl(trial)
            trial.set_user_attr("g", (0.5 - trial.params["x"] + trial.params["y"] + 4,))
            return value

        study = self.study(objective, 40, constraints_func=lambda trial: trial.user_attrs["g"])
        kept = [t for t in study.trials if t.user_attrs["g"][0] <= 0]
        self.assertGreater(len(kept), 5)
        # On the line y = x − 4.5 the bowl is smallest at x = 2.125.
        self.assertLess(min(t.value for t in kept), 1.6875 + 0.1)

    def test_several_objectives(self):
        def objective(trial):
            x, k = trial.suggest_float("x", 0, 1), trial.suggest_int("k", 0, 3)
            return x + k, (1 - x) ** 2

        study = self.study(objective, 200, directions=("minimize", "minimize"), settings={"population": 20})
        self.assertGreater(len(study.best_trials), 5)
        self.assertTrue(all(t.params["k"] == 0 for t in study.best_trials))
        self.assertEqual(self.study(objective, 30, directions=("minimize", "maximize")).trials[-1].state.name, "COMPLETE")

    def test_pruned_and_failed_trials_are_heard(self):
        def objective(trial):
            value = bowl(trial)
            if trial.number % 7 == 3:
                raise ArithmeticError("on purpose")
            if trial.number % 7 == 5:
                return float("nan")
            for step in range(3):
                trial.report(value + 1 / (step + 1), step)
                if trial.should_prune():
                    raise optuna.TrialPruned()
            return value

        study = self.study(objective, 42, pruner=optuna.pruners.MedianPruner(n_startup_trials=3))
        states = [t.state.name for t in study.trials]
        self.assertEqual(states.count("FAIL"), 12)
        self.assertGreater(states.count("PRUNED"), 0)
        self.assertLess(study.best_value, 0.1)

    def test_threads_share_the_sampler(self):
        study = self.study(bowl, 40, n_jobs=4)
        self.assertEqual(len(study.trials), 40)
        self.assertLess(study.best_value, 0.05)

    def test_trials_from_elsewhere_are_learned_from(self):
        study = optuna.create_study(sampler=gradus.optuna.GradusSampler("tpe", seed=1))
        for k in range(40):
            x, y = -5 + k / 4, -5 + (7 * k % 40) / 4
            study.add_trial(optuna.trial.create_trial(
                params={"x": x, "y": y}, value=(x - 1) ** 2 + 3 * (y + 2) ** 2,
                distributions={"x": FloatDistribution(-5, 5), "y": FloatDistribution(-5, 5)}))
        study.enqueue_trial({"x": 4.0})
        study.optimize(bowl, n_trials=15)
        self.assertEqual(study.trials[40].params["x"], 4.0)
        near = [t for t in study.trials[41:] if abs(t.params["x"] - 1) < 2 and abs(t.params["y"] + 2) < 2]
        self.assertGreater(len(near), 8, "draws cluster where known trials were good")

    def test_a_pickled_sampler_goes_on(self):
        study = self.study(bowl, 10)
        study.sampler = pickle.loads(pickle.dumps(study.sampler))
        study.optimize(bowl, n_trials=15)
        self.assertLess(study.best_value, 0.1)

    def test_optuna_finds_nothing_to_warn_about(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.study(branched, 12)


if __name__ == "__main__":
    unittest.main()
