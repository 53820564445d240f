# SPDX-License-Identifier: Apache-2.0
"""A sampler for optuna: any search method of Gradus behind `study.optimize`."""
import random
import threading
import zlib

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.samplers._base import _CONSTRAINTS_KEY, _process_constraints_after_trial
from optuna.trial import TrialState

from .search import Search
from .space import Categorical, Float, Int

__all__ = ["GradusSampler"]
FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)


class GradusSampler(BaseSampler):
    """Samples by a search method of Gradus.

        study = optuna.create_study(sampler=gradus.optuna.GradusSampler(seed=1))

    `method` is any method of `gradus methods` that is told values, and `settings` are its own. Without one, Bayesian optimization
    serves one objective, and the method that Gradus chooses serves several; where `budget` says how many trials there will be, it
    chooses for one objective as well, and fits its plan into them; trials beyond are random. `noisy=True` says that the same parameters may be answered
    differently. `constraints_func` returns numbers that are at most 0 where a trial keeps the constraints.

    The first trial shows which parameters there are; it is random, unless `space` says so before: a dict of optuna's distributions,
    or of `gradus.Float`, `Int` and `Categorical`, with `when=` for parameters that only some values of others need. Without `space`,
    parameters that always occur together are searched together, so that each branch of a conditional space is a search of its own.

    Pruned trials count with their last intermediate value, failed ones as failed evaluations. Trials that came from elsewhere – a
    storage, `enqueue_trial`, another process – are told to methods that learn from others (Bayesian optimization, TPE). One sampler
    may serve several threads. The same seed and the same order of trials give the same parameters.
    """

    def __init__(self, method=None, *, seed=None, space=None, constraints_func=None, noisy=False, budget=None,
                 settings=None):
        self.method, self.noisy, self.budget, self.settings = method, noisy, budget, dict(settings or {})
        self.seed = random.SystemRandom().getrandbits(32) if seed is None else int(seed)
        self._space = None if space is None else {name: _parameter(given) for name, given in space.items()}
        self._constraints_func = constraints_func
        self._random = RandomSampler(seed=self.seed % 2**32)
        self._forget()

    def _forget(self):
        self._lock = threading.RLock()
        self._searches = {}
        self._blocks = []
        self._seen = set()
        self._distributions = {}

    def __getstate__(self):
        """Without the searches, which learn again from the trials of the study."""
        own = dict(self.__dict__)
        for name in ("_lock", "_searches", "_blocks", "_seen", "_distributions"):
            own.pop(name)
        return own

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._forget()

    def reseed_rng(self):
        """Threads share the searches, so only the random draws are seeded anew."""
        self._random.reseed_rng()

    def infer_relative_search_space(self, study, trial):
        return {}

    def sample_relative(self, study, trial, search_space):
        return {}

    def sample_independent(self, study, trial, param_name, param_distribution):
        with self._lock:
            finished = study.get_trials(deepcopy=False, states=FINISHED)
            search = self._search(study, finished, param_name, param_distribution)
            if search is not None:
                point = search.point(trial.number, finished)
                if point is not None and param_name in point:
                    value = point[param_name]
                    if param_distribution._contains(param_distribution.to_internal_repr(value)):
                        return value
            return self._random.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(self, study, trial, state, values):
        if self._constraints_func is not None:
            _process_constraints_after_trial(self._constraints_func, study, trial, state)

    # ---- which search a parameter belongs to

    def _search(self, study, finished, name, distribution):
        constraints = self._constraints(finished)
        if constraints is None:
            return None
        if self._space is not None:
            if name not in self._space:
                return None
            parameters = self._space
        else:
            self._learn(finished)
            block = next((block for block in self._blocks if name in block), None)
            if block is None:
                return None
            self._distributions[name] = distribution
            parameters = {other: _parameter(self._distributions[other]) for other in sorted(block)}
        key = repr((sorted(parameters.items()), len(study.directions), constraints))
        if key not in self._searches:
            is_open = self.budget is None and len(study.directions) == 1
            method = self.method or ("bayesian-optimization" if is_open else None)
            self._searches[key] = _TrialSearch(study, Search(
                parameters, method, objectives=len(study.directions), constraints=constraints, noisy=self.noisy,
                budget=self.budget, seed=(self.seed ^ zlib.crc32(key.encode())) % 2**31, settings=self.settings))
        return self._searches[key]

    def _constraints(self, finished):
        """How many constraints there are; None as long as no trial has told."""
        if self._constraints_func is None:
            return 0
        told = (trial.system_attrs.get(_CONSTRAINTS_KEY) for trial in finished)
        return next((len(g) for g in told if g is not None), None)

    def _learn(self, finished):
        """Blocks of parameters that occur in the same trials."""
        for trial in finished:
            if trial.number in self._seen:
                continue
            self._seen.add(trial.number)
            own = {name for name, d in trial.distributions.items() if not d.single()}
            for name in own:
                self._distributions.setdefault(name, trial.distributions[name])
            if trial.state is not TrialState.COMPLETE:
                continue
            known = set().union(*self._blocks)
            parts = [part for block in self._blocks for part in (block & own, block - own) if part]
            self._blocks = parts + ([own - known] if own - known else [])


class _TrialSearch:
    """A search whose points are (parts of) the trials of a study."""

    def __init__(self, study, search):
        self.search = search
        self.signs = [-1.0 if direction == optuna.study.StudyDirection.MAXIMIZE else 1.0 for direction in study.directions]
        self.asked, self.told = {}, set()

    def point(self, number, finished):
        """The values for trial `number`; None where the method must hear more first, or has ended."""
        if number not in self.asked:
            for trial in sorted(finished, key=lambda trial: trial.number):
                if trial.number not in self.told:
                    self._hear(trial)
            points = self.search.ask()
            if not points:
                return None
            self.asked[number] = points[0]
        return self.asked[number].x

    def _hear(self, trial):
        self.told.add(trial.number)
        asked = self.asked.pop(trial.number, None)
        f, g = self._outcome(trial)
        names = self.search.space.parameters
        own = {name: trial.params[name] for name in names if name in trial.params}
        if asked is not None and own == asked.x:
            return self.search.tell(asked.id, f, g)
        if asked is not None:
            # Something else was evaluated: a parameter was fixed, or the trial ended before it asked for all of them.
            self.search.tell(asked.id, None)
        if f is not None:
            try:
                self.search.observe(own, f, g)
            except ValueError:
                # The point is not one of this search: parameters are missing, or their ranges were others.
                pass

    def _outcome(self, trial):
        values = trial.values
        if trial.state is TrialState.PRUNED and len(self.signs) == 1 and trial.intermediate_values:
            values = [trial.intermediate_values[max(trial.intermediate_values)]]
        if trial.state is TrialState.FAIL or not values or any(v is None or v != v for v in values):
            return None, None
        g = trial.system_attrs.get(_CONSTRAINTS_KEY)
        if self.search.constraints and (g is None or len(g) != self.search.constraints):
            return None, None
        return [sign * v for sign, v in zip(self.signs, values)], list(g) if self.search.constraints else None


def _parameter(given):
    """A distribution of optuna as a parameter of Gradus."""
    if isinstance(given, dict):
        return given
    if isinstance(given, FloatDistribution):
        return Float(given.low, given.high, given.log, given.step)
    if isinstance(given, IntDistribution):
        return Int(given.low, given.high, given.log, 1 if given.log else given.step)
    if isinstance(given, CategoricalDistribution):
        return Categorical(given.choices)
    raise TypeError(f"{type(given).__name__} cannot be searched")
