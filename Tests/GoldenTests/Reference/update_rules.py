#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trajectories of update rules, each written out from its formula with plain numbers in double precision.

usage: update_rules.py > ../Golden/update-rules.json

Twenty steps on three shapes. The gradient of parameter j at step t does not depend on the parameters:
    g[j] = scale[j] * sin(0.7 t + 1.3 j),   0 where (j + t) % 5 == 0,   scale 1e-6, 1 and 1e6 in turn.
"""
import json
import math
import sys

SHAPES = {"vector": [7], "matrix": [3, 8], "tensor": [2, 3, 5]}
STEPS = 20


def parameter(j):
    return math.cos(0.9 * j)


def gradient(j, t):
    if (j + t) % 5 == 0:
        return 0.0
    return [1e-6, 1.0, 1e6][j % 3] * math.sin(0.7 * t + 1.3 * j)


def adamw(theta, lr, beta1, beta2, eps, decay):
    m, v = [0.0] * len(theta), [0.0] * len(theta)
    for t in range(1, STEPS + 1):
        for j in range(len(theta)):
            g = gradient(j, t)
            m[j] = beta1 * m[j] + (1 - beta1) * g
            v[j] = beta2 * v[j] + (1 - beta2) * g * g
            mhat, vhat = m[j] / (1 - beta1**t), v[j] / (1 - beta2**t)
            theta[j] -= lr * (mhat / (math.sqrt(vhat) + eps) + decay * theta[j])


def sgd(theta, lr, momentum, dampening, nesterov, l2):
    b = [0.0] * len(theta)
    for t in range(1, STEPS + 1):
        for j in range(len(theta)):
            g = gradient(j, t) + l2 * theta[j]
            b[j] = momentum * b[j] + (1 if t == 1 else 1 - dampening) * g
            theta[j] -= lr * (g + momentum * b[j] if nesterov else b[j])


def clipped(theta, lr, length):
    for t in range(1, STEPS + 1):
        g = [gradient(j, t) for j in range(len(theta))]
        norm = math.sqrt(sum(x * x for x in g))
        factor = min(1.0, length / norm) if norm > 0 else 1.0
        for j in range(len(theta)):
            theta[j] -= lr * factor * g[j]


RULES = {
    "adam": lambda p: adamw(p, 1e-3, 0.9, 0.999, 1e-8, 0.0),
    "adamw": lambda p: adamw(p, 1e-2, 0.8, 0.95, 1e-6, 0.1),
    "sgd": lambda p: sgd(p, 1e-7, 0.0, 0.0, False, 0.0),
    "momentum": lambda p: sgd(p, 1e-7, 0.9, 0.5, False, 0.01),
    "nesterov": lambda p: sgd(p, 1e-7, 0.9, 0.0, True, 0.0),
    "clipped": lambda p: clipped(p, 1e-2, 2.0),
}

if __name__ == "__main__":
    out = {"source": "Tests/GoldenTests/Reference/update_rules.py", "steps": STEPS, "shapes": SHAPES, "rules": {}}
    for name, rule in RULES.items():
        out["rules"][name] = {}
        for shape, dims in SHAPES.items():
            theta = [parameter(j) for j in range(math.prod(dims))]
            rule(theta)
            out["rules"][name][shape] = theta
    json.dump(out, sys.stdout, indent=1)
    print()
