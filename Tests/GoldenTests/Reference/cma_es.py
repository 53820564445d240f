#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The first generations of CMA-ES on Rosenbrock's function in four dimensions, in plain Python.

Written from N. Hansen, The CMA evolution strategy: a tutorial (arXiv:1604.00772), and from the documentation of the method for
what the tutorial leaves open: unit coordinates of a box, step-size damping, the sign of eigenvectors, and how often they
are renewed. The normal numbers come from the same Philox stream, by inversion.
usage: cma_es.py > ../Golden/cma-es.json
"""
import json
import math
from statistics import NormalDist

MASK = 2**64 - 1


def philox(counter, key):
    c, k = list(counter), list(key)
    for r in range(10):
        if r:
            k = [(k[0] + 0x9E3779B97F4A7C15) & MASK, (k[1] + 0xBB67AE8584CAA73B) & MASK]
        a, b = 0xD2E7470EE14C6C93 * c[0], 0xCA5A826395121157 * c[2]
        c = [(b >> 64) ^ c[1] ^ k[0], b & MASK, (a >> 64) ^ c[3] ^ k[1], a & MASK]
    return c


def child(key, purpose):
    h = 0xCBF29CE484222325
    for byte in purpose.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    return philox([h, 0, 0, 1], key)[:2]


def normals(key):
    counter = 0
    while True:
        counter += 1
        for word in philox([counter, 0, 0, 0], key):
            yield NormalDist().inv_cdf(((word >> 11) + 0.5) * 2.0**-53)


def jacobi(A):
    """Eigenvalues ascending and eigenvectors by columns; the first entry of the largest magnitude is positive."""
    n = len(A)
    A = [row[:] for row in A]
    V = [[float(i == j) for j in range(n)] for i in range(n)]
    for _ in range(60):
        for p in range(n):
            for q in range(p + 1, n):
                if A[p][q] == 0:
                    continue
                theta = (A[q][q] - A[p][p]) / (2 * A[p][q])
                t = (1 if theta >= 0 else -1) / (abs(theta) + math.sqrt(theta * theta + 1))
                c = 1 / math.sqrt(t * t + 1)
                s = t * c
                for k in range(n):
                    A[k][p], A[k][q] = c * A[k][p] - s * A[k][q], s * A[k][p] + c * A[k][q]
                for k in range(n):
                    A[p][k], A[q][k] = c * A[p][k] - s * A[q][k], s * A[p][k] + c * A[q][k]
                for k in range(n):
                    V[k][p], V[k][q] = c * V[k][p] - s * V[k][q], s * V[k][p] + c * V[k][q]
    order = sorted(range(n), key=lambda i: A[i][i])
    columns = []
    for i in order:
        v = [V[k][i] for k in range(n)]
        pivot = max(range(n), key=lambda k: abs(v[k]))
        columns.append([-x for x in v] if v[pivot] < 0 else v)
    return [A[i][i] for i in order], columns


def rosenbrock(x):
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(len(x) - 1))


def run(n, seed, generations, low=-5.0, high=5.0, sigma=0.2):
    lam = 4 + int(3 * math.log(n))
    mu = lam // 2
    raw = [math.log((lam + 1) / 2) - math.log(i) for i in range(1, lam + 1)]
    pos = sum(raw[:mu])
    mueff = pos**2 / sum(w * w for w in raw[:mu])
    neg = [min(w, 0) for w in raw[mu:]]
    muneg = sum(neg) ** 2 / sum(w * w for w in neg)
    c1 = min(1, lam / 6) * 2 / ((n + 1.3) ** 2 + mueff)
    cmu = min(1 - c1, 2 * (mueff - 1.75 + 1 / mueff) / ((n + 2) ** 2 + mueff))
    mass = min(1 + c1 / cmu, 1 + 2 * muneg / (mueff + 2), (1 - c1 - cmu) / (n * cmu))
    w = [v / pos for v in raw[:mu]] + [-mass * v / sum(neg) for v in neg]
    cs = (mueff + 2) / (n + mueff + 3)
    damps = 1 + cs + 2 * max(0, math.sqrt((mueff - 1) / (n + 1)) - 1)
    cc = (4 + mueff / n) / (n + 4 + 2 * mueff / n)
    chi = math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    gap = 1 / ((c1 + cmu) * n * 3)

    draw = normals(child([seed, 0x677261647573], "points"))
    m = [0.5] * n
    C = [[float(i == j) for j in range(n)] for i in range(n)]
    B, D = [[float(i == j) for i in range(n)] for j in range(n)], [1.0] * n
    ps, pc, renewed = [0.0] * n, [0.0] * n, 0
    record = []
    for g in range(1, generations + 1):
        ys, squares, xs = [], [], []
        for _ in range(lam):
            z = [next(draw) for _ in range(n)]
            ys.append([sum(B[j][i] * D[j] * z[j] for j in range(n)) for i in range(n)])
            squares.append(sum(v * v for v in z))
            xs.append([min(max(low + (high - low) * (m[i] + sigma * ys[-1][i]), low), high) for i in range(n)])
        record.append({"points": xs, "sigma": sigma, "mean": m[:]})
        order = sorted(range(lam), key=lambda k: rosenbrock(xs[k]))
        old = m
        step = [sum(w[r] * ys[order[r]][i] for r in range(mu)) for i in range(n)]
        m = [old[i] + sigma * step[i] for i in range(n)]
        assert all(0 <= v <= 1 for v in m), "choose a seed whose mean stays inside"
        step = [(a - b) / sigma for a, b in zip(m, old)]
        white = [sum(B[j][i] * step[i] for i in range(n)) / D[j] for j in range(n)]
        k = math.sqrt(cs * (2 - cs) * mueff)
        ps = [(1 - cs) * ps[i] + k * sum(B[j][i] * white[j] for j in range(n)) for i in range(n)]
        length = math.sqrt(sum(v * v for v in ps))
        h = length**2 / (1 - (1 - cs) ** (2 * g)) < (2 + 4 / (n + 1)) * n
        pc = [(1 - cc) * pc[i] + h * math.sqrt(cc * (2 - cc) * mueff) * step[i] for i in range(n)]
        keep = 1 - c1 - cmu * sum(w) + (0 if h else c1 * cc * (2 - cc))
        for i in range(n):
            for j in range(n):
                C[i][j] = keep * C[i][j] + c1 * pc[i] * pc[j]
                for r, k in enumerate(order):
                    scale = n / squares[k] if w[r] < 0 else 1
                    C[i][j] += cmu * w[r] * scale * ys[k][i] * ys[k][j]
        sigma *= math.exp(min(1, cs / damps * (length / chi - 1)))
        if g - renewed > gap:
            renewed = g
            values, B = jacobi(C)
            D = [math.sqrt(v) for v in values]
    return record


print(json.dumps({"dimension": 4, "seed": 11, "lower": -5.0, "upper": 5.0, "generations": run(4, 11, 12)}, indent=1))
