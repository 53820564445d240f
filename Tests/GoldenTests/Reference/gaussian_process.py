#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Posteriors of Gaussian processes and what acquisitions promise, in plain Python, from their definitions.

Matrices are solved by elimination; expectations over one normal variable are integrals by the trapezoid rule on a fine grid,
so that nothing is taken from the closed forms that are tested. Two processes (two objectives) share their points.
usage: gaussian_process.py > ../Golden/gaussian-process.json
"""
import json
import math

POINTS = [[0.1, 0.2], [0.35, 0.9], [0.6, 0.4], [0.8, 0.75], [0.95, 0.1], [0.5, 0.6]]
VALUES = [[1.3, -0.2, 0.4, 0.9, 2.1, 0.1], [0.2, 1.4, 0.7, 0.3, -0.1, 0.8]]
LENGTHS = [[0.5, 0.8], [0.7, 0.4]]
VARIANCE = [1.7, 0.9]
NOISE = [0.05, 0.02]
MEAN = [0.6, 0.4]
QUERIES = [[0.25, 0.5], [0.55, 0.55], [0.7, 0.05], [0.05, 0.95]]
REFERENCE = [2.0, 1.2]
MINIMA = [-0.6, -0.9, -0.45]


def matern52(a, b, k):
    s = math.sqrt(5 * sum(((p - q) / l) ** 2 for p, q, l in zip(a, b, LENGTHS[k])))
    return VARIANCE[k] * (1 + s + s * s / 3) * math.exp(-s)


def solve(matrix, right):
    n = len(matrix)
    m = [list(row) + [r] for row, r in zip(matrix, right)]
    for i in range(n):
        p = max(range(i, n), key=lambda r: abs(m[r][i]))
        m[i], m[p] = m[p], m[i]
        for r in range(n):
            if r != i:
                f = m[r][i] / m[i][i]
                m[r] = [a - f * b for a, b in zip(m[r], m[i])]
    return [m[i][n] / m[i][i] for i in range(n)]


def gram(k):
    n = len(POINTS)
    return [[matern52(POINTS[i], POINTS[j], k) + (NOISE[k] if i == j else 0) for j in range(n)] for i in range(n)]


def covariance(a, b, k):
    row = solve(gram(k), [matern52(p, b, k) for p in POINTS])
    return matern52(a, b, k) - sum(w * matern52(p, a, k) for w, p in zip(row, POINTS))


def mean(a, k):
    dual = solve(gram(k), [y - MEAN[k] for y in VALUES[k]])
    return MEAN[k] + sum(w * matern52(p, a, k) for w, p in zip(dual, POINTS))


def expectation(f, width=9.0, steps=36000):
    """E f(Z) of a standard normal Z."""
    h = 2 * width / steps
    return h * sum(math.exp(-0.5 * z * z) * f(z) for z in (-width + i * h for i in range(steps + 1))) / math.sqrt(2 * math.pi)


def cumulative(z):
    return 0.5 * math.erfc(-z / math.sqrt(2))


def improvement(x):
    best, m, s = min(VALUES[0]), mean(x, 0), math.sqrt(covariance(x, x, 0))
    return math.log(expectation(lambda z: max(0, best - m - s * z)))


def knowledge(x):
    rows = [(mean(p, 0), covariance(p, x, 0)) for p in POINTS] + [(mean(x, 0), covariance(x, x, 0))]
    scale = math.sqrt(covariance(x, x, 0) + NOISE[0])
    least = min(m for m, _ in rows[:-1])
    return math.log(least - expectation(lambda z: min(m + c / scale * z for m, c in rows)))


def entropy(x):
    total = 0.0
    for y in MINIMA:
        g = (mean(x, 0) - y) / math.sqrt(covariance(x, x, 0))
        density = math.exp(-0.5 * g * g) / math.sqrt(2 * math.pi)
        total += g * density / (2 * cumulative(g)) - math.log(cumulative(g))
    return total / len(MINIMA)


def volume(points):
    """Area dominated by points of the plane up to the reference."""
    area, top = 0.0, REFERENCE[1]
    for a, b in sorted(p for p in points if p[0] < REFERENCE[0] and p[1] < REFERENCE[1]):
        if b < top:
            area += (REFERENCE[0] - a) * (top - b)
            top = b
    return area


def hypervolume(x, steps=700, width=7.0):
    front = list(zip(*VALUES))
    now = volume(front)
    m = [mean(x, k) for k in range(2)]
    s = [math.sqrt(covariance(x, x, k)) for k in range(2)]
    h = 2 * width / steps
    grid = [-width + (i + 0.5) * h for i in range(steps)]
    weights = [h * math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi) for z in grid]
    total = 0.0
    for z, w in zip(grid, weights):
        a = m[0] + s[0] * z
        if a >= REFERENCE[0]:
            continue
        # Between the levels of the front the gain is linear in the second objective: the integral over it is taken piece by piece.
        rows = sorted({b for f, b in front if f <= a and b < REFERENCE[1]})
        ceiling = rows[0] if rows else REFERENCE[1]
        for z2, w2 in zip(grid, weights):
            b = m[1] + s[1] * z2
            if b < ceiling:
                total += w * w2 * (volume(front + [(a, b)]) - now)
    return math.log(total)


print(json.dumps({
    "points": POINTS, "values": VALUES, "lengths": LENGTHS, "variances": VARIANCE, "noises": NOISE, "means": MEAN,
    "reference": REFERENCE, "minima": MINIMA,
    "queries": [{
        "point": x, "mean": mean(x, 0), "variance": covariance(x, x, 0), "covariance": covariance(POINTS[2], x, 0),
        "improvement": improvement(x), "knowledge": knowledge(x), "entropy": entropy(x), "hypervolume": hypervolume(x),
    } for x in QUERIES],
}, indent=1))
