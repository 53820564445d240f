#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reference iterates of gradient descent, L-BFGS directions and Levenberg-Marquardt, in plain Python.

Written from the formulas in the documentation of the methods, for small fixed problems; no package is used.
usage: smooth_methods.py > ../Golden/smooth-methods.json
"""
import json
import math


def rosenbrock(x):
    f, g = 0.0, [0.0] * len(x)
    for i in range(len(x) - 1):
        a, b = x[i + 1] - x[i] ** 2, 1 - x[i]
        f += 100 * a * a + b * b
        g[i] += -400 * x[i] * a - 2 * b
        g[i + 1] += 200 * a
    return f, g


def dot(a, b):
    return sum(p * q for p, q in zip(a, b))


def gradient_descent(x, count, step=1.0, shrink=0.5, decrease=1e-4):
    """All points asked about: x, then every trial x - t g."""
    asked = [x]
    f, g = rosenbrock(x)
    while len(asked) < count:
        trial = [a - step * b for a, b in zip(x, g)]
        asked.append(trial)
        ft, gt = rosenbrock(trial)
        if ft <= f - decrease * step * dot(g, g):
            x, f, g, step = trial, ft, gt, step / shrink
        else:
            step *= shrink
    return asked


def lbfgs_direction(pairs, g):
    """-H g with H built explicitly, as a matrix, from gamma I and the pairs, oldest first."""
    n = len(g)
    s, y = pairs[-1]
    gamma = dot(s, y) / dot(y, y)
    H = [[gamma * (i == j) for j in range(n)] for i in range(n)]
    for s, y in pairs:
        rho = 1 / dot(s, y)
        V = [[(i == j) - rho * y[i] * s[j] for j in range(n)] for i in range(n)]  # I - rho y s'
        HV = [[sum(H[i][k] * V[k][j] for k in range(n)) for j in range(n)] for i in range(n)]
        H = [[sum(V[k][i] * HV[k][j] for k in range(n)) + rho * s[i] * s[j] for j in range(n)] for i in range(n)]
    return [-dot(row, g) for row in H]


def solve(A, b):
    """Gaussian elimination with partial pivoting."""
    n = len(b)
    M = [row[:] + [v] for row, v in zip(A, b)]
    for k in range(n):
        p = max(range(k, n), key=lambda i: abs(M[i][k]))
        M[k], M[p] = M[p], M[k]
        for i in range(k + 1, n):
            q = M[i][k] / M[k][k]
            for j in range(k, n + 1):
                M[i][j] -= q * M[k][j]
    x = [0.0] * n
    for k in reversed(range(n)):
        x[k] = (M[k][n] - sum(M[k][j] * x[j] for j in range(k + 1, n))) / M[k][k]
    return x


DATA = [(0.5 * i, 3 * math.exp(-0.8 * 0.5 * i) + 0.05 * (-1) ** i) for i in range(8)]


def residual(x):
    return [x[0] * math.exp(-x[1] * t) - y for t, y in DATA]


def jacobian(x):
    return [[math.exp(-x[1] * t), -x[0] * t * math.exp(-x[1] * t)] for t, _ in DATA]


def levenberg_marquardt(x, count, damping=1e-3, acceptance=1e-4):
    """All points asked about, through the normal equations (J'J + lambda D^2) p = -J'r."""
    asked, D, growth = [], [0.0] * len(x), 2.0
    while True:
        asked.append(x)
        if len(asked) == count:
            return asked
        r, J = residual(x), jacobian(x)
        f = 0.5 * dot(r, r)
        n = len(x)
        JTJ = [[sum(row[i] * row[j] for row in J) for j in range(n)] for i in range(n)]
        JTr = [sum(row[i] * v for row, v in zip(J, r)) for i in range(n)]
        D = [max(d, math.sqrt(JTJ[i][i])) for i, d in enumerate(D)]
        while True:
            p = solve([[JTJ[i][j] + damping * D[i] ** 2 * (i == j) for j in range(n)] for i in range(n)], [-v for v in JTr])
            trial = [a + b for a, b in zip(x, p)]
            asked.append(trial)
            if len(asked) == count:
                return asked
            rt = residual(trial)
            linear = [v + dot(row, p) for v, row in zip(r, J)]
            ratio = (f - 0.5 * dot(rt, rt)) / (f - 0.5 * dot(linear, linear))
            if ratio > acceptance:
                x = trial
                damping *= max(1 / 3, 1 - (2 * ratio - 1) ** 3)
                growth = 2.0
                break
            damping *= growth
            growth *= 2


PAIRS = [([0.5, -0.2, 0.1], [1.3, -0.1, 0.4]), ([-0.3, 0.4, 0.2], [-0.5, 0.9, 0.1]), ([0.1, 0.2, -0.6], [0.3, 0.1, -1.1])]

print(json.dumps({
    "gradientDescent": {"start": [-1.2, 1.0, 0.5], "asked": gradient_descent([-1.2, 1.0, 0.5], 40)},
    "lbfgs": {"pairs": [{"step": s, "change": y} for s, y in PAIRS], "gradient": [1.0, -2.0, 0.5],
              "directions": [lbfgs_direction(PAIRS[:k], [1.0, -2.0, 0.5]) for k in (1, 2, 3)]},
    "levenbergMarquardt": {"times": [t for t, _ in DATA], "values": [y for _, y in DATA], "start": [1.0, 3.0],
                           "asked": levenberg_marquardt([1.0, 3.0], 14)},
}, indent=1))
