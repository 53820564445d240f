# SPDX-License-Identifier: Apache-2.0
"""Rules that know more than the gradient: a diagonal of curvature, or the shape of a tensor."""
import math

from update_rules_base import STEPS, adam_moments, by, dot, gradients, shaped, sign


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


RULES = {
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
