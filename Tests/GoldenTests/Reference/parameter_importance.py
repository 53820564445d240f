# SPDX-License-Identifier: Apache-2.0
"""Makes the numbers in GradusStudyTests/Analysis/ParameterImportanceTests.swift: optuna's FanovaImportanceEvaluator on trials that both sides compute.

    pip install optuna==5.0.0 scikit-learn==1.9.1
    python parameter_importance.py

Prints for each parameter mean and standard deviation of its share of variance over ten seeds.
"""
import math
import statistics
import warnings

import optuna
from optuna.distributions import FloatDistribution
from optuna.importance import FanovaImportanceEvaluator, get_param_importances

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")

SPACE = {"x": FloatDistribution(0, 1), "y": FloatDistribution(-2, 2), "w": FloatDistribution(0, 10), "z": FloatDistribution(0, 1)}


def point(i):
    def u(root):
        return math.fmod((i + 1) * math.sqrt(root), 1)

    return {"x": u(2), "y": 4 * u(3) - 2, "w": 10 * u(5), "z": u(7)}


def value(p):
    return 3 * p["x"] + p["y"] ** 2 + 0.3 * p["x"] * p["w"]


study = optuna.create_study()
for i in range(300):
    p = point(i)
    study.add_trial(optuna.trial.create_trial(params=p, distributions=SPACE, value=value(p)))

shares = {name: [] for name in SPACE}
for seed in range(10):
    found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=seed), normalize=False)
    for name, share in found.items():
        shares[name].append(share)
for name, list in shares.items():
    print(f'("{name}", {statistics.mean(list):.5f}, {statistics.stdev(list):.5f}),')
