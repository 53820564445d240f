# SPDX-License-Identifier: Apache-2.0
"""What the rules of `update_rules.py` share: shapes, gradients, and how a rule runs."""
import math

SHAPES = {"vector": [7], "matrix": [3, 8], "tensor": [2, 3, 5]}
STEPS = 20


def parameter(j):
    return math.cos(0.9 * j)


def gradient(j, t):
    if (j + t) % 5 == 0:
        return 0.0
    return [1e-6, 1.0, 1e6][j % 3] * math.sin(0.7 * t + 1.3 * j)


def dot(x, y):
    return math.fsum(a * b for a, b in zip(x, y))


def gradients(theta, t, l2=0.0):
    return [gradient(j, t) + l2 * theta[j] for j in range(len(theta))]


def loss(t):
    return 10 + math.sin(t)


def sign(x):
    return (x > 0) - (x < 0)


def adam_moments(g, s, beta1, beta2):
    s[0] = beta1 * s[0] + (1 - beta1) * g
    s[1] = beta2 * s[1] + (1 - beta2) * g * g


def each(theta, update, cells=3, first=None):
    """Coordinate by coordinate: update(x, g, memory, t) is the new x; memory is a list of `cells` numbers."""
    memory = [[0.0] * cells for _ in theta]
    for t in range(1, STEPS + 1):
        for j in range(len(theta)):
            theta[j] = update(theta[j], gradient(j, t), memory[j], t)


def by(update):
    return lambda p: each(p, update)


def shaped(function, *arguments):
    """A rule that must know the shape of the tensor."""
    def run(theta, shape):
        function(theta, shape, *arguments)
    run.needs_shape = True
    return run
