# SPDX-License-Identifier: Apache-2.0
"""Rules whose step depends on sums over all coordinates, on the loss, or on where they began."""
import math

from update_rules_base import STEPS, adam_moments, dot, gradient, gradients, loss


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


RULES = {
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
}
