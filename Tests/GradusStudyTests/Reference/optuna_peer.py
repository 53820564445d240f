# SPDX-License-Identifier: Apache-2.0
"""What optuna reads from a journal, and what it appends to one.

    optuna_peer.py read FILE             prints all studies and trials as one JSON object
    optuna_peer.py extend FILE           goes on with the study `theirs`: every kind of operation
    optuna_peer.py append FILE NAME N    N trials with the attribute NAME-k, at the same time as others
"""
import json
import math
import sys

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.ERROR)


def plain(value):
    """A number as text, so that NaN and infinities are the same on both sides."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def read(storage):
    found = {}
    for study in storage.get_all_studies():
        trials = []
        for trial in storage.get_all_trials(study._study_id):
            trials.append({
                "number": trial.number,
                "state": trial.state.name,
                "values": None if trial.values is None else [plain(v) for v in trial.values],
                "params": {name: plain(value) for name, value in trial.params.items()},
                "kinds": {name: type(d).__name__ for name, d in trial.distributions.items()},
                "intermediate": {str(k): plain(v) for k, v in sorted(trial.intermediate_values.items())},
                "user": trial.user_attrs,
                "system": trial.system_attrs,
            })
        found[study.study_name] = {
            "directions": [d.name for d in study.directions],
            "user": study.user_attrs,
            "trials": trials,
        }
    print(json.dumps(found, sort_keys=True))


def extend(storage):
    study = optuna.create_study(
        storage=storage, study_name="theirs", directions=["minimize", "maximize"], load_if_exists=True,
        sampler=optuna.samplers.RandomSampler(seed=1))
    study.set_user_attr("who", {"name": "optuna", "list": [1, 2.5, None, True, "ü"]})
    study.enqueue_trial({"x": 0.25, "k": "b"}, user_attrs={"note": "waits"})
    study.enqueue_trial({"x": 0.75, "k": None})
    # The first one that waits is begun and ended.
    trial = study.ask({
        "x": FloatDistribution(0.0, 1.0), "n": IntDistribution(1, 9, step=2),
        "k": CategoricalDistribution(["a", "b", None, 3, True, 1.5]), "rate": FloatDistribution(1e-5, 1e-1, log=True)})
    trial.set_user_attr("seen", [1.5, "two"])
    storage.set_trial_intermediate_value(trial._trial_id, 1, 0.5)
    storage.set_trial_intermediate_value(trial._trial_id, 2, float("nan"))
    storage.set_trial_intermediate_value(trial._trial_id, 3, float("inf"))
    study.tell(trial, [1.5, -2.0])
    failed = study.ask()
    study.tell(failed, state=optuna.trial.TrialState.FAIL)
    study.add_trial(optuna.trial.create_trial(
        values=[3.0, 4.0], params={"x": 0.125}, distributions={"x": FloatDistribution(0.0, 1.0)}, user_attrs={"old": 1}))
    study.ask({"x": FloatDistribution(0.0, 1.0)})


def append(storage, name, count):
    study = optuna.create_study(storage=storage, study_name="s", load_if_exists=True)
    for k in range(count):
        trial = study.ask()
        trial.set_user_attr("who", f"{name}-{k}")
        study.tell(trial, float(k))


if __name__ == "__main__":
    backend = JournalStorage(JournalFileBackend(sys.argv[2]))
    if sys.argv[1] == "read":
        read(backend)
    elif sys.argv[1] == "extend":
        extend(backend)
    else:
        append(backend, sys.argv[3], int(sys.argv[4]))
