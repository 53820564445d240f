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


def each(theta, update, cells=3, first=None):
    """Coordinate by coordinate: update(x, g, memory, t) is the new x; memory is a list of `cells` numbers."""
    memory = [[0.0] * cells for _ in theta]
    for t in range(1, STEPS + 1):
        for j in range(len(theta)):
            theta[j] = update(theta[j], gradient(j, t), memory[j], t)


def adam_moments(g, s, beta1, beta2):
    s[0] = beta1 * s[0] + (1 - beta1) * g
    s[1] = beta2 * s[1] + (1 - beta2) * g * g


def sign(x):
    return (x > 0) - (x < 0)


def adam(lr, beta1, beta2, eps, l2):
    def update(x, g, s, t):
        adam_moments(g + l2 * x, s, beta1, beta2)
        return x - lr * s[0] / (1 - beta1**t) / (math.sqrt(s[1] / (1 - beta2**t)) + eps)
    return update


def amsgrad(lr, beta1, beta2, eps, decay, corrected):
    def update(x, g, s, t):
        adam_moments(g, s, beta1, beta2)
        c = 1 - beta2**t
        s[2] = max(s[2], s[1] / c if corrected else s[1])
        root = math.sqrt(s[2] if corrected else s[2] / c) + eps
        return x - lr * (s[0] / (1 - beta1**t) / root + decay * x)
    return update


def nadamw(lr, beta1, beta2, eps, decay, ahead):
    def update(x, g, s, t):
        adam_moments(g, s, beta1, beta2)
        numerator = beta1 * s[0] / (1 - beta1 ** (t + ahead)) + (1 - beta1) * g / (1 - beta1**t)
        return x - lr * (numerator / (math.sqrt(s[1] / (1 - beta2**t)) + eps) + decay * x)
    return update


def nadam(lr, beta1, beta2, eps, decay, psi, decoupled):
    def mu(t):
        return beta1 * (1 - 0.5 * 0.96 ** (t * psi))

    def update(x, g, s, t):
        if not decoupled:
            g += decay * x
        adam_moments(g, s, beta1, beta2)
        product = math.prod(mu(i) for i in range(1, t + 1))
        numerator = (1 - mu(t)) * g / (1 - product) + mu(t + 1) * s[0] / (1 - product * mu(t + 1))
        return x - lr * (numerator / (math.sqrt(s[1] / (1 - beta2**t)) + eps) + (decay * x if decoupled else 0))
    return update


def rmsprop(lr, alpha, mu, eps, l2, inside, centered):
    def update(x, g, s, t):
        g += l2 * x
        s[1] = alpha * s[1] + (1 - alpha) * g * g
        s[2] = alpha * s[2] + (1 - alpha) * g if centered else 0.0
        v = s[1] - s[2] ** 2
        s[0] = mu * s[0] + g / (math.sqrt(v + eps) if inside else math.sqrt(v) + eps)
        return x - lr * s[0]
    return update


def adagrad(lr, initial, rho, eps, l2, inside):
    def update(x, g, s, t):
        g += l2 * x
        s[0] += g * g
        v = initial + s[0]
        return x - lr / (1 + (t - 1) * rho) * g / (math.sqrt(v + eps) if inside else math.sqrt(v) + eps)
    return update


def adadelta(lr, rho, eps, l2):
    def update(x, g, s, t):
        g += l2 * x
        s[0] = rho * s[0] + (1 - rho) * g * g
        d = math.sqrt(s[1] + eps) / math.sqrt(s[0] + eps) * g
        s[1] = rho * s[1] + (1 - rho) * d * d
        return x - lr * d
    return update


def adamax(lr, beta1, beta2, eps, l2):
    def update(x, g, s, t):
        g += l2 * x
        s[0] = beta1 * s[0] + (1 - beta1) * g
        s[1] = max(beta2 * s[1], abs(g) + eps)
        return x - lr / (1 - beta1**t) * s[0] / s[1]
    return update


def rectification(beta2, t):
    limit = 2 / (1 - beta2) - 1
    rho = limit - 2 * t * beta2**t / (1 - beta2**t)
    if rho <= 5:
        return None
    return math.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))


def radam(lr, beta1, beta2, eps, decay, decoupled):
    def update(x, g, s, t):
        if not decoupled:
            g += decay * x
        adam_moments(g, s, beta1, beta2)
        step = s[0] / (1 - beta1**t)
        r = rectification(beta2, t)
        if r is not None:
            step *= r * math.sqrt(1 - beta2**t) / (math.sqrt(s[1]) + eps)
        return x - lr * (step + (decay * x if decoupled else 0))
    return update


def adabelief(lr, beta1, beta2, eps, decay, rectified):
    def update(x, g, s, t):
        s[0] = beta1 * s[0] + (1 - beta1) * g
        s[1] = beta2 * s[1] + (1 - beta2) * (g - s[0]) ** 2 + eps
        step = s[0] / (1 - beta1**t)
        r = rectification(beta2, t) if rectified else 1
        if r is not None:
            step *= r / (math.sqrt(s[1] / (1 - beta2**t)) + eps)
        return x - lr * (step + decay * x)
    return update


def diffgrad(lr, beta1, beta2, eps, decay):
    def update(x, g, s, t):
        adam_moments(g, s, beta1, beta2)
        xi = 1 / (1 + math.exp(-abs(s[2] - g)))
        s[2] = g
        return x - lr * (xi * s[0] / (1 - beta1**t) / (math.sqrt(s[1] / (1 - beta2**t)) + eps) + decay * x)
    return update


def exadam(lr, beta1, beta2, eps, decay, growth):
    def update(x, g, s, t):
        adam_moments(g, s, beta1, beta2)
        d1 = 1 + beta2**t * s[1] / (s[1] + eps)
        d2 = 1 + beta1**t * s[0] ** 2 / (s[0] ** 2 + eps)
        numerator = d1 * s[0] / (1 - beta1**t) + d1 * g / (1 - beta1**t)
        factor = math.log(math.sqrt(2) * math.sqrt(t + 1)) if growth else 1
        return x - lr * factor * (numerator / (math.sqrt(d2 * s[1] / (1 - beta2**t)) + eps) + decay * x)
    return update


def lion(lr, beta1, beta2, decay):
    def update(x, g, s, t):
        c = beta1 * s[0] + (1 - beta1) * g
        s[0] = beta2 * s[0] + (1 - beta2) * g
        return x - lr * (sign(c) + decay * x)
    return update


def signum(lr, mu, decay):
    def update(x, g, s, t):
        s[0] = mu * s[0] + (1 - mu) * g
        return x - lr * (sign(s[0]) + decay * x)
    return update


def normalized(theta, lr, mu, eps, decay):
    m = [0.0] * len(theta)
    for t in range(1, STEPS + 1):
        g = [gradient(j, t) for j in range(len(theta))]
        norm = math.sqrt(sum(x * x for x in g)) + eps
        for j in range(len(theta)):
            m[j] = mu * m[j] + (1 - mu) * g[j] / norm
            theta[j] -= lr * (m[j] + decay * theta[j])


def dot(x, y):
    return math.fsum(a * b for a, b in zip(x, y))


def gradients(theta, t, l2=0.0):
    return [gradient(j, t) + l2 * theta[j] for j in range(len(theta))]


def loss(t):
    return 10 + math.sin(t)


def dog(theta, lr, initial, eps, l2):
    start, total = list(theta), 0.0
    radius = initial * (1 + math.sqrt(dot(theta, theta)))
    for t in range(1, STEPS + 1):
        g = gradients(theta, t, l2)
        way = [x - y for x, y in zip(theta, start)]
        radius = max(radius, math.sqrt(dot(way, way)))
        total += dot(g, g)
        for j in range(len(theta)):
            theta[j] -= lr * radius / math.sqrt(total + eps) * g[j]


def dowg(theta, lr, distance, eps, l2):
    start, total = list(theta), 0.0
    for t in range(1, STEPS + 1):
        g = gradients(theta, t, l2)
        way = [x - y for x, y in zip(theta, start)]
        distance = max(distance, dot(way, way))
        total += distance * dot(g, g)
        for j in range(len(theta)):
            theta[j] -= lr * distance / (math.sqrt(total) + eps) * g[j]


def prodigy(theta, lr, beta1, beta2, eps, decay, d0, coefficient, growth, corrected, safe):
    n, start = len(theta), list(theta)
    m, v, s = [0.0] * n, [0.0] * n, [0.0] * n
    d, largest, r, beta3 = d0, d0, 0.0, math.sqrt(beta2)
    for t in range(1, STEPS + 1):
        g = gradients(theta, t)
        gamma = d * lr * (math.sqrt(1 - beta2**t) / (1 - beta1**t) if corrected else 1)
        r = beta3 * r + d / d0 * gamma * dot(g, [a - b for a, b in zip(start, theta)])
        for j in range(n):
            m[j] = beta1 * m[j] + d * (1 - beta1) * g[j]
            v[j] = beta2 * v[j] + d * d * (1 - beta2) * g[j] ** 2
            s[j] = beta3 * s[j] + d / d0 * (d if safe else gamma) * g[j]
        estimate = coefficient * r / sum(abs(x) for x in s)
        if d == d0:
            d = max(d, estimate)
        largest = max(largest, estimate)
        d = min(largest, d * growth)
        for j in range(n):
            theta[j] -= gamma * (m[j] / (math.sqrt(v[j]) + max(d * eps, 1e-37)) + decay * theta[j])


def dadapt_adam(theta, lr, beta1, beta2, eps, decay, d, growth, corrected):
    n = len(theta)
    m, v, s = [0.0] * n, [0.0] * n, [0.0] * n
    r, root = 0.0, math.sqrt(beta2)
    for t in range(1, STEPS + 1):
        g = gradients(theta, t)
        gamma = d * lr * (math.sqrt(1 - beta2**t) / (1 - beta1**t) if corrected else 1)
        a = gamma * dot(g, [x / (math.sqrt(y) + eps) for x, y in zip(s, v)])
        for j in range(n):
            m[j] = beta1 * m[j] + gamma * (1 - beta1) * g[j]
            v[j] = beta2 * v[j] + (1 - beta2) * g[j] ** 2
            s[j] = root * s[j] + gamma * (1 - root) * g[j]
        r = root * r + (1 - root) * a
        d = max(d, min(r / ((1 - root) * sum(abs(x) for x in s)), d * growth))
        for j in range(n):
            theta[j] -= m[j] / (math.sqrt(v[j]) + eps) + gamma * decay * theta[j]


def dadapt_sgd(theta, lr, beta, l2, d, growth):
    n, start = len(theta), list(theta)
    s, r = [0.0] * n, 0.0
    first = gradients(theta, 1)
    norm = math.sqrt(dot(first, first))
    for t in range(1, STEPS + 1):
        g = gradients(theta, t, l2)
        gamma = d * lr / norm
        r += gamma * dot(g, s)
        s = [x + gamma * y for x, y in zip(s, g)]
        d = max(d, min(2 * r / math.sqrt(dot(s, s)), d * growth))
        for j in range(n):
            theta[j] = beta * theta[j] + (1 - beta) * (start[j] - s[j])


def momo(theta, lr, beta, decay, bound, adapt, adam=None):
    n = len(theta)
    m, v, f, product, least = [0.0] * n, [0.0] * n, 0.0, 0.0, bound
    for t in range(1, STEPS + 1):
        g = gradients(theta, t)
        b = beta if t > 1 or adam else 0.0
        m = [b * x + (1 - b) * y for x, y in zip(m, g)]
        f = b * f + (1 - b) * loss(t)
        product = b * product + (1 - b) * dot(g, theta)
        scale, c = [1.0] * n, 1.0
        if adam:
            beta2, eps = adam
            v = [beta2 * x + (1 - beta2) * y * y for x, y in zip(v, g)]
            scale, c = [math.sqrt(x / (1 - beta2**t)) + eps for x in v], 1 - beta**t
        square, inner = dot(m, [x / y for x, y in zip(m, scale)]), dot(m, theta)
        factor = 1 + lr * decay
        if adapt:
            cap = factor * (f - product) + inner
            if cap < factor * c * bound:
                bound = max(cap / (2 * c * factor), least)
        tau = min(lr / c, max(factor * (f - c * bound - product) + inner, 0) / square)
        if adapt:
            bound = max((f + inner - product - tau * square / 2) / c, least)
        for j in range(n):
            theta[j] -= tau * m[j] / scale[j] + lr * decay / factor * theta[j]


def lamb(theta, lr, beta1, beta2, eps, decay):
    n = len(theta)
    memory = [[0.0, 0.0] for _ in theta]
    for t in range(1, STEPS + 1):
        u = []
        for j in range(n):
            adam_moments(gradient(j, t), memory[j], beta1, beta2)
            step = memory[j][0] / (1 - beta1**t) / (math.sqrt(memory[j][1] / (1 - beta2**t)) + eps)
            u.append(step + decay * theta[j])
        ratio = math.sqrt(dot(theta, theta) / dot(u, u))
        for j in range(n):
            theta[j] -= lr * ratio * u[j]


def lars(theta, lr, mu, kappa, eps, l2, nesterov, separate):
    b = [0.0] * len(theta)
    for t in range(1, STEPS + 1):
        g, u = gradients(theta, t), gradients(theta, t, l2)
        length = math.sqrt(dot(theta, theta))
        whole = math.sqrt(dot(g, g)) + l2 * length if separate else math.sqrt(dot(u, u))
        ratio = kappa * length / (whole + eps)
        for j in range(len(theta)):
            step = lr * ratio * u[j]
            b[j] = mu * b[j] + step
            theta[j] -= step + mu * b[j] if nesterov else b[j]


def schedule_free(theta, lr, beta, decay, warmup, p, q, adam=None):
    """Written from the definition, with x, y and z apart."""
    n = len(theta)
    x, y, z, v = list(theta), list(theta), list(theta), [0.0] * n
    largest, total = 0.0, 0.0
    for t in range(1, STEPS + 1):
        rate = lr * (t / warmup if t < warmup else 1)
        largest = max(largest, rate)
        weight = t**p * largest**q
        total += weight
        c = weight / total
        for j in range(n):
            g = gradient(j, t)
            if adam:
                beta2, eps = adam
                v[j] = beta2 * v[j] + (1 - beta2) * g * g
                g /= math.sqrt(v[j] / (1 - beta2**t)) + eps
            z[j] -= rate * (g + decay * y[j])
            x[j] = (1 - c) * x[j] + c * z[j]
            y[j] = (1 - beta) * z[j] + beta * x[j]
    theta[:] = x


def mechanic(theta, lr, beta1, beta2, decay, pull, initial, eps):
    n, start = len(theta), list(theta)
    memory = [[0.0, 0.0] for _ in theta]
    betas = [1 - 0.1**i for i in range(1, 7)]
    r, largest, v, s = [0.0] * 6, [0.0] * 6, [0.0] * 6, [initial] * 6
    for t in range(1, STEPS + 1):
        g, total = gradients(theta, t), sum(s)
        norm, length = math.sqrt(dot(g, g)), math.sqrt(dot(theta, theta))
        delta = [(a - b) / (total + eps) for a, b in zip(start, theta)]
        h = dot([x + pull * total * norm / (length + eps) * y for x, y in zip(g, theta)], delta)
        for i in range(6):
            clipped = max(-largest[i], min(largest[i], h))
            largest[i] = max(betas[i] * largest[i], abs(h) + eps)
            v[i] = betas[i] ** 2 * v[i] + h * h
            r[i] = betas[i] * r[i] + clipped * s[i]
            s[i] = (initial / 6 * largest[i] + max(0, r[i])) / (math.sqrt(v[i]) + eps)
        for j in range(n):
            adam_moments(g[j], memory[j], beta1, beta2)
            step = memory[j][0] / (1 - beta1**t) / (math.sqrt(memory[j][1] / (1 - beta2**t)) + 1e-8)
            theta[j] = start[j] - sum(s) * (delta[j] + lr * (step + decay * theta[j]))


def cocob(theta, lr, alpha, eps, l2):
    n, start = len(theta), list(theta)
    size, total, reward, pull = [eps] * n, [0.0] * n, [0.0] * n, [0.0] * n
    for t in range(1, STEPS + 1):
        for j, g in enumerate(gradients(theta, t, l2)):
            size[j] = max(size[j], abs(g))
            total[j] += abs(g)
            reward[j] = max(reward[j] - g * (theta[j] - start[j]), 0)
            pull[j] -= g
            bet = pull[j] / (size[j] * max(total[j] + size[j], alpha * size[j])) * (size[j] + reward[j])
            theta[j] += lr * (start[j] + bet - theta[j])


def sophia(lr, beta1, beta2, gamma, eps, decay, every, batch):
    def update(x, g, s, t):
        s[0] = beta1 * s[0] + (1 - beta1) * g
        if t % every == 1:
            s[1] = beta2 * s[1] + (1 - beta2) * batch * g * g
        return x - lr * (max(-1, min(1, s[0] / max(gamma * s[1], eps))) + decay * x)
    return update


def rows(shape):
    width = math.prod(shape[1:]) if len(shape) > 1 else shape[0]
    return [range(i, i + width) for i in range(0, math.prod(shape), width)]


def projected(theta, shape, lr, direction, delta, eps, decay, ratio):
    """AdamP and SGDP: `direction` gives u of one coordinate."""
    memory = [[0.0, 0.0] for _ in theta]
    for t in range(1, STEPS + 1):
        g = gradients(theta, t)
        u = [direction(g[j], memory[j], t) for j in range(len(theta))]
        wd = decay
        for view in ([rows(shape), [range(len(theta))]] if len(shape) > 1 else []):
            def part(x, row):
                return [x[j] for j in row]

            def length(x, row):
                return math.sqrt(dot(part(x, row), part(x, row)))

            cosines = [abs(dot(part(g, r), part(theta, r))) / max(length(g, r), eps) / max(length(theta, r), eps)
                       for r in view]
            if max(cosines) < delta / math.sqrt(len(view[0])):
                for r in view:
                    norm = length(theta, r) + eps
                    radial = dot(part(theta, r), part(u, r)) / norm
                    for j in r:
                        u[j] -= theta[j] / norm * radial
                wd = decay * ratio
                break
        for j in range(len(theta)):
            theta[j] -= lr * (u[j] + wd * theta[j])


def adamp_direction(beta1, beta2, eps, nesterov):
    def direction(g, s, t):
        adam_moments(g, s, beta1, beta2)
        m = beta1 * s[0] + (1 - beta1) * g if nesterov else s[0]
        return m / (1 - beta1**t) / (math.sqrt(s[1] / (1 - beta2**t)) + eps)
    return direction


def sgdp_direction(mu, tau, nesterov):
    def direction(g, s, t):
        s[0] = mu * s[0] + (1 - tau) * g
        return g + mu * s[0] if nesterov else s[0]
    return direction


def lion_k(theta, shape, lr, beta1, beta2, decay, dual):
    m = [0.0] * len(theta)
    for t in range(1, STEPS + 1):
        g = gradients(theta, t)
        c = [beta1 * x + (1 - beta1) * y for x, y in zip(m, g)]
        m = [beta2 * x + (1 - beta2) * y for x, y in zip(m, g)]
        u = dual(c, shape)
        for j in range(len(theta)):
            theta[j] -= lr * (u[j] + decay * theta[j])


def dual_lp(p):
    def dual(c, shape):
        norm = sum(abs(x) ** p for x in c) ** (1 / p)
        return [sign(x) * (abs(x) / norm) ** (p - 1) for x in c]
    return dual


def dual_group(c, shape):
    u = list(c)
    for row in rows(shape):
        norm = math.sqrt(sum(c[j] ** 2 for j in row))
        for j in row:
            u[j] = c[j] / norm
    return u


def dual_top(k):
    def dual(c, shape):
        best = sorted(range(len(c)), key=lambda j: (-abs(c[j]), j))[:k]
        return [sign(x) if j in best else 0 for j, x in enumerate(c)]
    return dual


def shaped(function, *arguments):
    """A rule that must know the shape of the tensor."""
    def run(theta, shape):
        function(theta, shape, *arguments)
    run.needs_shape = True
    return run


def by(update):
    return lambda p: each(p, update)


RULES = {
    "adam": lambda p: adamw(p, 1e-3, 0.9, 0.999, 1e-8, 0.0),
    "adamw": lambda p: adamw(p, 1e-2, 0.8, 0.95, 1e-6, 0.1),
    "sgd": lambda p: sgd(p, 1e-7, 0.0, 0.0, False, 0.0),
    "momentum": lambda p: sgd(p, 1e-7, 0.9, 0.5, False, 0.01),
    "nesterov": lambda p: sgd(p, 1e-7, 0.9, 0.0, True, 0.0),
    "clipped": lambda p: clipped(p, 1e-2, 2.0),
    "adam-l2": by(adam(1e-2, 0.8, 0.95, 1e-6, 0.1)),
    "amsgrad": by(amsgrad(1e-2, 0.8, 0.95, 1e-6, 0.1, False)),
    "amsgrad-corrected": by(amsgrad(1e-2, 0.8, 0.95, 1e-6, 0.1, True)),
    "nadamw": by(nadamw(1e-2, 0.8, 0.95, 1e-6, 0.1, 0)),
    "nadamw-ahead": by(nadamw(1e-2, 0.8, 0.95, 1e-6, 0.1, 1)),
    "nadam": by(nadam(1e-2, 0.8, 0.95, 1e-6, 0.1, 0.1, False)),
    "nadam-decoupled": by(nadam(1e-2, 0.8, 0.95, 1e-6, 0.1, 4e-3, True)),
    "rmsprop": by(rmsprop(1e-3, 0.95, 0.5, 1e-6, 0.1, False, False)),
    "rmsprop-inside": by(rmsprop(1e-3, 0.95, 0.0, 1e-3, 0.1, True, False)),
    "rmsprop-centered": by(rmsprop(1e-3, 0.95, 0.5, 1e-2, 0.1, False, True)),
    "adagrad": by(adagrad(1e-2, 0.0, 0.1, 1e-10, 0.1, False)),
    "adagrad-inside": by(adagrad(1e-2, 0.1, 0.0, 1e-7, 0.1, True)),
    "adadelta": by(adadelta(0.5, 0.8, 1e-6, 0.1)),
    "adamax": by(adamax(1e-2, 0.8, 0.95, 1e-8, 0.1)),
    "radam": by(radam(1e-2, 0.8, 0.95, 1e-6, 0.1, False)),
    "radam-decoupled": by(radam(1e-2, 0.8, 0.999, 1e-6, 0.1, True)),
    "adabelief": by(adabelief(1e-2, 0.8, 0.95, 1e-10, 0.1, False)),
    "adabelief-rectified": by(adabelief(1e-2, 0.8, 0.95, 1e-10, 0.1, True)),
    "diffgrad": by(diffgrad(1e-2, 0.8, 0.95, 1e-6, 0.1)),
    "exadam": by(exadam(1e-2, 0.8, 0.95, 1e-6, 0.1, False)),
    "exadam-growth": by(exadam(1e-2, 0.8, 0.95, 1e-6, 0.1, True)),
    "lion": by(lion(1e-2, 0.8, 0.95, 0.1)),
    "signum": by(signum(1e-2, 0.8, 0.1)),
    "normalized-sgd": lambda p: normalized(p, 1e-2, 0.8, 1e-12, 0.1),
    "dog": lambda p: dog(p, 1.0, 1e-3, 1e-8, 0.1),
    "dowg": lambda p: dowg(p, 1.0, 1e-4, 1e-4, 0.1),
    "prodigy": lambda p: prodigy(p, 1.0, 0.8, 0.95, 1e-8, 0.1, 1e-3, 1.0, 1e30, False, False),
    "prodigy-safe": lambda p: prodigy(p, 0.5, 0.8, 0.95, 1e-8, 0.1, 1e-3, 2.0, 1.5, True, True),
    "dadapt-adam": lambda p: dadapt_adam(p, 1.0, 0.8, 0.95, 1e-6, 0.1, 1e-3, 1e30, False),
    "dadapt-adam-corrected": lambda p: dadapt_adam(p, 1.0, 0.8, 0.95, 1e-6, 0.1, 1e-3, 1.1, True),
    "dadapt-sgd": lambda p: dadapt_sgd(p, 1.0, 0.8, 0.1, 1e-3, 1e30),
    "momo": lambda p: momo(p, 1.0, 0.8, 0.1, 0.0, False),
    "momo-adapt": lambda p: momo(p, 1.0, 0.8, 0.1, -5.0, True),
    "momo-adam": lambda p: momo(p, 1e-2, 0.8, 0.1, 0.0, False, (0.95, 1e-6)),
    "momo-adam-adapt": lambda p: momo(p, 1e-2, 0.8, 0.1, 3.0, True, (0.95, 1e-6)),
    "lamb": lambda p: lamb(p, 1e-2, 0.8, 0.95, 1e-6, 0.1),
    "lars": lambda p: lars(p, 1.0, 0.8, 1e-2, 0.0, 0.1, False, False),
    "lars-nesterov": lambda p: lars(p, 1.0, 0.8, 1e-2, 1e-3, 0.1, True, True),
    "schedule-free-sgd": lambda p: schedule_free(p, 1e-7, 0.8, 0.1, 5, 1, 2),
    "schedule-free-adamw": lambda p: schedule_free(p, 1e-2, 0.8, 0.1, 5, 0, 2, (0.95, 1e-6)),
    "mechanic": lambda p: mechanic(p, 1e-2, 0.8, 0.95, 0.1, 1e-2, 1e-4, 1e-8),
    "cocob": lambda p: cocob(p, 0.5, 10.0, 1e-8, 0.1),
    "sophia": by(sophia(1e-2, 0.8, 0.95, 0.5, 1e-12, 0.1, 3, 2.0)),
    "adamp": shaped(projected, 1e-2, adamp_direction(0.8, 0.95, 1e-6, False), 0.5, 1e-6, 0.1, 0.1),
    "adamp-nesterov": shaped(projected, 1e-2, adamp_direction(0.8, 0.95, 1e-6, True), 5.0, 1e-6, 0.1, 0.5),
    "sgdp": shaped(projected, 1e-7, sgdp_direction(0.8, 0.1, False), 2.0, 1e-8, 0.1 / (1 - 0.8), 0.1),
    "lion-k-lp": shaped(lion_k, 1e-2, 0.8, 0.95, 0.1, dual_lp(3)),
    "lion-k-l2": shaped(lion_k, 1e-2, 0.8, 0.95, 0.1, dual_lp(2)),
    "lion-k-group": shaped(lion_k, 1e-2, 0.8, 0.95, 0.1, dual_group),
    "lion-k-huber": shaped(lion_k, 1e-2, 0.8, 0.95, 0.1, lambda c, shape: [max(-1, min(1, x / 0.5)) for x in c]),
    "lion-k-top": shaped(lion_k, 1e-2, 0.8, 0.95, 0.1, dual_top(3)),
}

if __name__ == "__main__":
    out = {"source": "Tests/GoldenTests/Reference/update_rules.py", "steps": STEPS, "shapes": SHAPES, "rules": {}}
    for name, rule in RULES.items():
        out["rules"][name] = {}
        for shape, dims in SHAPES.items():
            theta = [parameter(j) for j in range(math.prod(dims))]
            rule(theta, dims) if hasattr(rule, "needs_shape") else rule(theta)
            out["rules"][name][shape] = theta
    json.dump(out, sys.stdout, indent=1)
    print()
