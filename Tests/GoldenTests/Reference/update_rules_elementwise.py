# SPDX-License-Identifier: Apache-2.0
"""Rules that treat each coordinate by itself, and descent by clipped or normalized gradients."""
import math

from update_rules_base import STEPS, adam_moments, by, gradient, sign


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
}
