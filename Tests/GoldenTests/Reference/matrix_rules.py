#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trajectories of matrix rules, each written out from its formula with numpy in double precision.

usage: matrix_rules.py > ../Golden/matrix-rules.json

Twenty steps on a wide, a tall and a square matrix, the filters of a convolution, a vector and an exception by name. The
gradient of element k at step t does not depend on the parameters: a hash of (k, t) as a number in [-1, 1), zero in whole rows
i with (i + t) % 4 == 0 of matrices longer than 4 rows, and in "extreme" multiplied by 1e-6, 1 and 1e6 at steps in turn.
"""
import json
import math
import sys

import numpy as np

TENSORS = [("wide", [4, 9]), ("tall", [9, 4]), ("square", [6, 6]), ("filters", [3, 2, 2, 3]), ("bias", [5]), ("head", [3, 4])]
STEPS = 20
A, B, C = 3.4445, -4.7750, 2.0315


def gradient(kind, t):
    out, k = [], 0
    for _, shape in TENSORS:
        n = math.prod(shape)
        rows, columns = shape[0], n // shape[0]
        g = np.zeros(n)
        for i in range(n):
            h = ((k + 1) * 2654435761 + t * 2246822519) % 2**32
            h = ((h ^ (h >> 15)) * 2246822519) % 2**32
            h = ((h ^ (h >> 13)) * 3266489917) % 2**32
            h ^= h >> 16
            k += 1
            if rows > 4 and len(shape) > 1 and (i // columns + t) % 4 == 0:
                continue
            g[i] = h / 2**31 - 1
        out.append(g * ([1e-6, 1.0, 1e6][t % 3] if kind == "extreme" else 1.0))
    return out


def start():
    out, k = [], 0
    for _, shape in TENSORS:
        n = math.prod(shape)
        out.append(np.array([math.cos(0.9 * (k + i)) for i in range(n)]))
        k += n
    return out


class AdamW:
    def __init__(self, lr, b1, b2, eps, decay):
        self.lr, self.b1, self.b2, self.eps, self.decay, self.t, self.m, self.v = lr, b1, b2, eps, decay, 0, 0, 0

    def step(self, x, g):
        self.t += 1
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g * g
        mhat, vhat = self.m / (1 - self.b1**self.t), self.v / (1 - self.b2**self.t)
        return x - self.lr * (mhat / (np.sqrt(vhat) + self.eps) + self.decay * x)


def orthogonalized(u, steps=5, coefficients=(A, B, C), floor=1e-7):
    a, b, c = coefficients
    x = u / max(np.linalg.norm(u), floor)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


def polar(u):
    if not u.any():
        return u
    left, s, right = np.linalg.svd(u, full_matrices=False)
    return (left * (s > 1e-7 * s[0])) @ right


class Muon:
    def __init__(self, lr, beta=0.95, nesterov=True, steps=5, scale="shape", decay=0.0):
        self.lr, self.beta, self.nesterov, self.steps, self.scale, self.decay, self.m = lr, beta, nesterov, steps, scale, decay, 0

    def blend(self, g):
        self.m = self.beta * self.m + (1 - self.beta) * g
        return self.beta * self.m + (1 - self.beta) * g if self.nesterov else self.m

    def factor(self, shape):
        r, c = shape
        return {"shape": max(1, r / c) ** 0.5, "adam": 0.2 * max(r, c) ** 0.5, "none": 1.0}[self.scale]

    def step(self, w, g):
        x = orthogonalized(self.blend(g), self.steps)
        return (1 - self.lr * self.decay) * w - self.lr * self.factor(w.shape) * x


class NorMuon(Muon):
    def __init__(self, lr, beta2=0.95, eps=1e-10, **rest):
        super().__init__(lr, **rest)
        self.beta2, self.eps, self.s = beta2, eps, 0

    def step(self, w, g):
        x = orthogonalized(self.blend(g), self.steps)
        self.s = self.beta2 * self.s + (1 - self.beta2) * (x * x).mean(axis=1, keepdims=True)
        y = x / (np.sqrt(self.s) + self.eps)
        norm = np.linalg.norm(y)
        y = y * (np.linalg.norm(x) / norm if norm > 0 else 0)
        return (1 - self.lr * self.decay) * w - self.lr * self.factor(w.shape) * y


class SWAN:
    def __init__(self, lr, share=0.5, steps=10, decay=0.0):
        self.lr, self.share, self.steps, self.decay = lr, share, steps, decay

    def step(self, w, g):
        centered = g - g.mean(axis=1, keepdims=True)
        # A row that is constant, to rounding, has no direction.
        std = centered.std(axis=1, keepdims=True)
        bar = np.where(std > 1e-300, centered / np.where(std > 0, std, 1), 0)
        tall = bar.shape[0] > bar.shape[1]
        x = (bar.T if tall else bar) / max(np.linalg.norm(bar), 1e-30)
        y, z = x @ x.T, np.eye(x.shape[0])
        for _ in range(self.steps):
            m = 3 * np.eye(x.shape[0]) - z @ y
            y, z = self.share * y @ m, self.share * z @ m
        d = z @ x
        d = d.T if tall else d
        norm = np.linalg.norm(d)
        d = d * (np.linalg.norm(bar) / norm if norm > 0 else 0)
        return (1 - self.lr * self.decay) * w - self.lr * d


class LionNuclear:
    def __init__(self, lr, b1, b2, decay, exact, steps=12):
        self.lr, self.b1, self.b2, self.decay, self.exact, self.steps, self.m = lr, b1, b2, decay, exact, steps, 0

    def step(self, w, g):
        c = self.b1 * self.m + (1 - self.b1) * g
        self.m = self.b2 * self.m + (1 - self.b2) * g
        d = polar(c) if self.exact else orthogonalized(c, self.steps, (15 / 8, -10 / 8, 3 / 8), 1e-30)
        return (1 - self.lr * self.decay) * w - self.lr * d


def inverse_root(a, p, eps):
    value, vector = np.linalg.eigh(a)
    value = value + eps
    value = np.maximum(value, 1e-14 * value[-1])
    return (vector * value ** (-1 / p)) @ vector.T


class Shampoo:
    def __init__(self, lr, b1, b2, eps, root, graft, block, interval, decay, graft_eps=1e-8):
        self.lr, self.b1, self.b2, self.eps, self.root, self.graft, self.block, self.interval, self.decay = (
            lr, b1, b2, eps, root, graft, block, interval, decay)
        self.graft_eps, self.t, self.m, self.v, self.sides = graft_eps, 0, 0, 0, {}

    def step(self, w, g):
        self.t += 1
        share, correction = (1 - self.b2, 1 - self.b2**self.t) if self.b2 < 1 else (1, 1)
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + share * g * g
        mhat = self.m / (1 - self.b1**self.t)
        length = mhat / (np.sqrt(self.v / correction) + self.graft_eps) if self.graft == "adam" else mhat
        d = np.zeros_like(w)
        for i in range(0, w.shape[0], self.block):
            for j in range(0, w.shape[1], self.block):
                at = (slice(i, i + self.block), slice(j, j + self.block))
                part = g[at]
                left, right, roots = self.sides.get((i, j), (0, 0, None))
                left, right = self.b2 * left + share * part @ part.T, self.b2 * right + share * part.T @ part
                if (self.t - 1) % self.interval == 0:
                    roots = [inverse_root(x / correction, self.root, self.eps) for x in (left, right)]
                self.sides[i, j] = (left, right, roots)
                d[at] = roots[0] @ mhat[at] @ roots[1]
                if self.graft != "none":
                    norm = np.linalg.norm(d[at])
                    d[at] *= np.linalg.norm(length[at]) / norm if norm > 0 else 0
        return (1 - self.lr * self.decay) * w - self.lr * d


class SOAP:
    def __init__(self, lr, b1, b2, b3, eps, interval, largest, decay):
        self.lr, self.b1, self.b2, self.b3, self.eps, self.interval, self.largest, self.decay = (
            lr, b1, b2, b3, eps, interval, largest, decay)
        self.t, self.m, self.v, self.sides, self.bases = -1, 0, 0, [None, None], [None, None]

    def step(self, w, g):
        self.t += 1
        if self.t == 0:
            self.observe(g)
            for side in (0, 1):
                n = w.shape[side]
                self.bases[side] = np.linalg.eigh(self.sides[side])[1][:, ::-1] if n <= self.largest else np.eye(n)
            return w
        left, right = self.bases
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * (left.T @ g @ right) ** 2
        n = math.sqrt(1 - self.b2**self.t) / (1 - self.b1**self.t) * (left.T @ self.m @ right) / (np.sqrt(self.v) + self.eps)
        w = (1 - self.lr * self.decay) * w - self.lr * left @ n @ right.T
        self.observe(g)
        if self.t % self.interval == 0:
            for side in (0, 1):
                if w.shape[side] > self.largest:
                    continue
                q, a = self.bases[side], self.sides[side]
                order = np.argsort(-np.diag(q.T @ a @ q), kind="stable")
                self.v = np.take(self.v, order, axis=side)
                self.bases[side] = np.linalg.qr(a @ q[:, order])[0]
        return w

    def observe(self, g):
        for side, product in enumerate((g @ g.T, g.T @ g)):
            old = 0 if self.sides[side] is None else self.sides[side]
            self.sides[side] = self.b3 * old + (1 - self.b3) * product


class Adafactor:
    def __init__(self, lr, exponent=0.8, eps1=2.0**-23, eps2=1e-3, clip=1.0, momentum=0.0, relative=True, scaled=True, decay=0.0):
        self.lr, self.exponent, self.eps1, self.eps2, self.clip, self.momentum = lr, exponent, eps1, eps2, clip, momentum
        self.relative, self.scaled, self.decay, self.t, self.r, self.c, self.u = relative, scaled, decay, 0, 0, 0, 0

    def step(self, w, g):
        self.t += 1
        share = self.t**-self.exponent
        rho = min(self.lr, self.t**-0.5) if self.relative else self.lr
        alpha = rho * max(self.eps2, math.sqrt((w * w).mean())) if self.scaled else rho
        w = (1 - self.lr * self.decay) * w
        if g.ndim == 2:
            self.r = self.r + share * ((g * g).mean(axis=1, keepdims=True) - self.r)
            self.c = self.c + share * ((g * g).mean(axis=0, keepdims=True) - self.c)
            v = self.r @ self.c / max(self.r.mean(), self.eps1)
        else:
            self.r = self.r + share * (g * g - self.r)
            v = self.r
        u = g / np.maximum(np.sqrt(v), self.eps1)
        u = u / max(1, math.sqrt((u * u).mean()) / self.clip)
        if self.momentum > 0:
            self.u = self.momentum * self.u + (1 - self.momentum) * u
            u = self.u
        return w - alpha * u


def per_matrix(make, adam, kind, everything=False):
    """Rules that see one tensor at a time: matrices by `make()`, others by AdamW unless the rule takes everything."""
    theta, rules, shapes = start(), [], []
    for name, shape in TENSORS:
        rows = shape[0]
        matrix = len(shape) > 1 and (everything or "head" not in name)
        rules.append(make() if matrix or everything else AdamW(*adam))
        shapes.append((rows, math.prod(shape) // rows) if matrix else (math.prod(shape),))
    for t in range(1, STEPS + 1):
        for i, g in enumerate(gradient(kind, t)):
            theta[i] = rules[i].step(theta[i].reshape(shapes[i]), g.reshape(shapes[i])).reshape(-1)
    return np.concatenate(theta).tolist()


def solved(a, b):
    """Elimination in extended precision: a spans twelve orders of magnitude where gradients do."""
    n = len(b)
    m = np.concatenate([a, b.reshape(-1, 1)], axis=1).astype(np.longdouble)
    for i in range(n):
        for j in range(i + 1, n):
            m[j] -= m[i] * (m[j, i] / m[i, i])
    x = np.zeros(n, dtype=np.longdouble)
    for i in reversed(range(n)):
        x[i] = (m[i, n] - m[i, i + 1:n] @ x[i + 1:]) / m[i, i]
    return x


def mfac(kind, lr, window, damping, momentum, decay, coupled):
    x, rows, v = np.concatenate(start()), [], 0
    for t in range(1, STEPS + 1):
        g = np.concatenate(gradient(kind, t)) + (decay * x if coupled else 0)
        rows = (rows + [g])[-window:]
        wide = np.array(rows, dtype=np.longdouble)
        unit = np.zeros(len(rows))
        unit[-1] = window
        direction = (wide.T @ solved(window * damping * np.eye(len(rows)) + wide @ wide.T, unit)).astype(float)
        if kind == "plain":
            dense = damping * np.eye(len(x)) + sum(np.outer(r, r) for r in rows) / window
            assert np.linalg.norm(np.linalg.solve(dense, g) - direction) <= 1e-10 * np.linalg.norm(direction)
        v = momentum * v + (1 - momentum) * direction
        x = (1 if coupled else 1 - lr * decay) * x - lr * v
    return x.tolist()


ADAM = (3e-4, 0.9, 0.95, 1e-10, 0.0)
USUAL = (1e-3, 0.9, 0.999, 1e-8, 0.0)
RULES = {
    "muon": lambda k: per_matrix(lambda: Muon(0.02), ADAM, k),
    "muon-plain": lambda k: per_matrix(
        lambda: Muon(0.01, beta=0.8, nesterov=False, steps=4, scale="adam", decay=0.1), (1e-2, 0.8, 0.9, 1e-6, 0.2), k),
    "normuon": lambda k: per_matrix(lambda: NorMuon(0.02, decay=0.1), ADAM, k),
    "swan": lambda k: per_matrix(lambda: SWAN(1e-2, decay=0.1), USUAL, k),
    "swan-short": lambda k: per_matrix(lambda: SWAN(1e-2, share=0.4, steps=2), USUAL, k),
    "lion-nuclear": lambda k: per_matrix(lambda: LionNuclear(1e-2, 0.9, 0.99, 0.1, False), ADAM, k),
    "lion-nuclear-exact": lambda k: per_matrix(lambda: LionNuclear(1e-2, 0.9, 0.99, 0.1, True), ADAM, k),
    "shampoo": lambda k: per_matrix(lambda: Shampoo(1e-2, 0.9, 0.95, 1e-3, 4, "adam", 1024, 1, 0.1), USUAL, k),
    "shampoo-sums": lambda k: per_matrix(lambda: Shampoo(1e-1, 0.0, 1.0, 1e-2, 4, "none", 1024, 3, 0.0), USUAL, k),
    "shampoo-blocks": lambda k: per_matrix(lambda: Shampoo(1e-2, 0.9, 0.9, 1e-3, 2, "sgd", 4, 2, 0.0), USUAL, k),
    "shampoo-damped": lambda k: per_matrix(lambda: Shampoo(1e-2, 0.9, 0.95, 1e10, 4, "adam", 1024, 1, 0.1), USUAL, k),
    "soap": lambda k: per_matrix(lambda: SOAP(3e-3, 0.95, 0.95, 0.95, 1e-8, 3, 6, 0.01), (3e-3, 0.95, 0.95, 1e-8, 0.01), k),
    "adafactor": lambda k: per_matrix(lambda: Adafactor(0.05), USUAL, k, everything=True),
    "adafactor-momentum": lambda k: per_matrix(
        lambda: Adafactor(0.01, exponent=0.7, clip=0.8, momentum=0.9, relative=False, scaled=False, decay=0.1), USUAL, k,
        everything=True),
    "m-fac": lambda k: mfac(k, 1e-2, 8, 1e-2, 0.9, 0.1, False),
    "m-fac-coupled": lambda k: mfac(k, 1e-2, 32, 1e-1, 0.0, 0.1, True),
}

if __name__ == "__main__":
    out = {"source": "Tests/GoldenTests/Reference/matrix_rules.py", "steps": STEPS, "tensors": [
        {"name": name, "shape": shape} for name, shape in TENSORS], "rules": {}}
    for name, rule in RULES.items():
        out["rules"][name] = {kind: rule(kind) for kind in ("plain", "extreme")}
    json.dump(out, sys.stdout, indent=1)
    print()
