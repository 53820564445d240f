#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trajectories of gradient descent behind Kronecker-factored curvature, written out with numpy in double precision.

usage: kronecker_rules.py > ../Golden/kronecker-rules.json

Twenty steps on a product with a bias, stored [in, out], one without, stored [out, in] and with two positions an observation,
and a gain that is in no product. Number k at step t of gradients (k from 0), inputs (from 1000 and 3000) and signals (from
2000 and 4000) is a hash of (k, t) as a number in [-1, 1), rounded to single precision. The damped solves are those with
dense Kronecker products, not with the eigenbases that the rule itself uses, where that is the same.
"""
import json
import math
import sys

import numpy as np

TENSORS = [("first.weight", [4, 3]), ("first.bias", [3]), ("second", [3, 5]), ("gain", [4])]
STEPS, RATE, EVERY, REFRESH, SHARE = 20, 0.05, 2, 3, 0.3


def noise(k, t):
    h = ((k + 1) * 2654435761 + t * 2246822519) % 2**32
    h = ((h ^ (h >> 15)) * 2246822519) % 2**32
    h = ((h ^ (h >> 13)) * 3266489917) % 2**32
    h ^= h >> 16
    return float(np.float32(h / 2**31 - 1))


def table(offset, rows, columns, t):
    return np.array([[noise(offset + i * columns + j, t) for j in range(columns)] for i in range(rows)])


class Product:
    """One product: moving averages of both factors, and the basis of the last refresh."""

    def __init__(self):
        self.a = self.s = None

    def hear(self, a, d, examples, fresh, corrected):
        n = len(a)
        square_a, square_s = a.T @ a / n, d.T @ d / n
        first = self.a is None
        self.a = square_a if first else (1 - SHARE) * self.a + SHARE * square_a
        self.s = square_s if first else (1 - SHARE) * self.s + SHARE * square_s
        if fresh or first:
            self.basis_a, self.basis_s = self.a.copy(), self.s.copy()
            self.alpha, self.qa = np.linalg.eigh(self.a)
            self.sigma, self.qs = np.linalg.eigh(self.s)
            self.values = np.outer(self.sigma, self.alpha)
        if corrected:
            total = np.zeros_like(self.values)
            for own_a, own_d in zip(np.split(a, examples), np.split(d, examples)):
                total += (self.qs.T @ own_d.T @ own_a @ self.qa) ** 2
            self.values = (1 - SHARE) * self.values + SHARE * total / examples

    def solve(self, g, damping, corrected):
        m, n = g.shape
        mean_a, mean_s = np.trace(self.basis_a) / n, np.trace(self.basis_s) / m
        lam = damping * mean_a * mean_s
        if corrected:
            return self.qs @ ((self.qs.T @ g @ self.qa) / (self.values + lam)) @ self.qa.T
        pi = math.sqrt(mean_a / mean_s)
        left = self.basis_s + math.sqrt(lam) / pi * np.eye(m)
        right = self.basis_a + pi * math.sqrt(lam) * np.eye(n)
        dense = np.linalg.solve(np.kron(right.T, left), g.flatten(order="F"))
        return dense.reshape((m, n), order="F")


def run(corrected, damping, limit):
    x, k = [], 0
    for _, shape in TENSORS:
        n = math.prod(shape)
        x.append(np.array([np.float32(math.cos(0.9 * (k + i))) for i in range(n)], dtype=float))
        k += n
    first, second, heard = Product(), Product(), 0
    for t in range(1, STEPS + 1):
        if (t - 1) % EVERY == 0:
            fresh = heard % REFRESH == 0
            first.hear(np.hstack([table(1000, 14, 4, t), np.ones((14, 1))]), table(2000, 14, 3, t), 14, fresh, corrected)
            second.hear(table(3000, 16, 5, t), table(4000, 16, 3, t), 8, fresh, corrected)
            heard += 1
        g, k = [], 0
        for _, shape in TENSORS:
            n = math.prod(shape)
            g.append(np.array([noise(k + i, t) for i in range(n)]))
            k += n
        one = np.hstack([g[0].reshape(4, 3).T, g[1].reshape(3, 1)])
        two = g[2].reshape(3, 5)
        u, v = first.solve(one, damping, corrected), second.solve(two, damping, corrected)
        inner = (one * u).sum() + (two * v).sum()
        if inner > limit:
            u, v = u * math.sqrt(limit / inner), v * math.sqrt(limit / inner)
        for place, direction in enumerate([u[:, :4].T.flatten(), u[:, 4], v.flatten(), g[3]]):
            x[place] = x[place] - RATE * direction
    return np.concatenate(x).tolist()


if __name__ == "__main__":
    json.dump(
        {
            "source": "Tests/GoldenTests/Reference/kronecker_rules.py", "steps": STEPS, "rate": RATE, "every": EVERY,
            "refresh": REFRESH, "share": SHARE,
            "tensors": [{"name": name, "shape": shape} for name, shape in TENSORS],
            "rules": {
                "k-fac": run(False, 0.2, math.inf), "ek-fac": run(True, 0.2, math.inf),
                "k-fac-limited": run(False, 0.02, 3.0), "ek-fac-limited": run(True, 0.02, 3.0),
            },
        }, sys.stdout, indent=1)
    print()
