#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Update rules step by step beside torch, optax and pytorch_optimizer: the largest relative difference after 20 steps.

    .tools/peers/bin/python Benchmarks/rules_vs_peers.py              (`make peers` installs the libraries and runs this)

Ours are stepped through `gradus ask-tell`. Both sides hear the same gradients: of three scales (1e-3, 1, 1e3), with zeros, on
a matrix of 6 × 8. A difference is relative to the largest of start, end and way of a coordinate. Exit code 1 above 1e-5, 5
where a library is missing.
"""
import math
import os
import sys

from stepping import Task, by_coordinate, by_torch, ours

SHAPE, STEPS, LIMIT = (6, 8), 20, 1e-5


def gradient(j, t):
    return 0.0 if (j + t) % 5 == 0 else [1e-3, 1.0, 1e3][j % 3] * math.sin(0.7 * t + 1.3 * j)


COUNT = SHAPE[0] * SHAPE[1]
START = [math.cos(0.9 * j) for j in range(COUNT)]
GRADIENTS = [[gradient(j, t) for j in range(COUNT)] for t in range(1, STEPS + 1)]
LOSSES = [10 + math.sin(t) for t in range(1, STEPS + 1)]
PROBE = Task(None, {}, SHAPE, START, GRADIENTS, LOSSES)
MOMENTS = {"rate": 1e-2, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6, "decay": 0.1}


def by_optax(make, evaluate=None):
    import jax.numpy as jnp
    import optax
    p = jnp.array(START, dtype=jnp.float32).reshape(SHAPE)
    optimizer = make()
    state = optimizer.init(p)
    for g, loss in zip(GRADIENTS, LOSSES):
        g = jnp.array(g, dtype=jnp.float32).reshape(SHAPE)
        extra = {"value": loss} if isinstance(optimizer, optax.GradientTransformationExtraArgs) else {}
        u, state = optimizer.update(g, state, p, **extra)
        p = optax.apply_updates(p, u)
    return [float(x) for x in (evaluate(state, p) if evaluate else p).flatten()]


def cases():
    import optax
    import pytorch_optimizer as po
    import torch
    T, C = torch.optim, optax.contrib
    b, e, w = (0.8, 0.95), 1e-6, 0.1
    adam = dict(lr=1e-2, betas=b, eps=e, weight_decay=w)
    ox = dict(b1=0.8, b2=0.95, eps=e)
    dec = dict(weight_decay=w, weight_decouple=True)

    def coupled(make):
        return lambda: optax.chain(optax.add_decayed_weights(w), make())

    def t(rule, settings, make):
        return "torch", rule, settings, lambda: by_torch(make, PROBE)

    def p(rule, settings, make):
        return "pytorch_optimizer", rule, settings, lambda: by_torch(make, PROBE)

    def o(rule, settings, make, evaluate=None):
        return "optax", rule, settings, lambda: by_optax(make, evaluate)

    m = MOMENTS
    short = {k: m[k] for k in ("rate", "beta1", "beta2", "decay")}
    return [
        t("sgd", {"rate": 1e-3, "momentum": 0.8, "dampening": 0.1, "decay": w},
          lambda q: T.SGD(q, lr=1e-3, momentum=0.8, dampening=0.1, weight_decay=w)),
        t("sgd", {"rate": 1e-3, "momentum": 0.8, "nesterov": "true", "decay": w},
          lambda q: T.SGD(q, lr=1e-3, momentum=0.8, nesterov=True, weight_decay=w)),
        o("sgd", {"rate": 1e-3, "momentum": 0.8}, lambda: optax.sgd(1e-3, momentum=0.8)),
        t("adam", m, lambda q: T.Adam(q, **adam)), t("adamw", m, lambda q: T.AdamW(q, **adam)),
        o("adamw", m, lambda: optax.adamw(1e-2, weight_decay=w, **ox)),
        t("amsgrad", m, lambda q: T.AdamW(q, amsgrad=True, **adam)),
        o("amsgrad", {**m, "corrected": "true", "decay": 0}, lambda: optax.amsgrad(1e-2, **ox)),
        t("nadam", {**m, "growth": 4e-3}, lambda q: T.NAdam(q, momentum_decay=4e-3, **adam)),
        t("nadam", {**m, "decay": 0, "decoupled": w}, lambda q: T.NAdam(q, decoupled_weight_decay=True, **adam)),
        o("nadamw", {**m, "ahead": "true"}, lambda: optax.nadamw(1e-2, weight_decay=w, **ox)),
        t("rmsprop", {"rate": 1e-3, "smoothing": 0.95, "momentum": 0.5, "epsilon": e, "decay": w},
          lambda q: T.RMSprop(q, lr=1e-3, alpha=0.95, momentum=0.5, eps=e, weight_decay=w)),
        o("rmsprop", {"rate": 1e-3, "smoothing": 0.95, "epsilon": 1e-3, "inside": "true"},
          lambda: optax.rmsprop(1e-3, decay=0.95, eps=1e-3)),
        t("rmsprop-centered", {"rate": 1e-3, "smoothing": 0.95, "momentum": 0.5, "epsilon": 1e-2, "decay": w},
          lambda q: T.RMSprop(q, lr=1e-3, alpha=0.95, momentum=0.5, eps=1e-2, centered=True, weight_decay=w)),
        t("adagrad", {"slowing": 0.1, "decay": w}, lambda q: T.Adagrad(q, lr=1e-2, lr_decay=0.1, weight_decay=w)),
        o("adagrad", {"initial": 0.1, "epsilon": 1e-7, "inside": "true"}, lambda: optax.adagrad(1e-2)),
        t("adadelta", {"rate": 0.5, "smoothing": 0.8, "decay": w},
          lambda q: T.Adadelta(q, lr=0.5, rho=0.8, weight_decay=w)),
        t("adamax", {**short, "epsilon": 1e-8}, lambda q: T.Adamax(q, lr=1e-2, betas=b, weight_decay=w)),
        o("adamax", {**short, "decay": 0}, lambda: optax.adamax(1e-2, b1=0.8, b2=0.95)),
        t("radam", m, lambda q: T.RAdam(q, **adam)),
        t("radam", {**m, "decay": 0, "decoupled": w}, lambda q: T.RAdam(q, decoupled_weight_decay=True, **adam)),
        o("adabelief", {**m, "epsilon": 1e-8, "decay": 0},
          lambda: optax.adabelief(1e-2, b1=0.8, b2=0.95, eps=1e-8, eps_root=1e-8)),
        p("adabelief", {**m, "epsilon": 1e-8},
          lambda q: po.AdaBelief(q, lr=1e-2, betas=b, eps=1e-8, rectify=False, **dec)),
        p("exadam", m, lambda q: po.EXAdam(q, lr=1e-2, betas=b, eps=e, **dec)),
        p("lion", short, lambda q: po.Lion(q, lr=1e-2, betas=b, **dec)),
        o("lion", short, lambda: optax.lion(1e-2, b1=0.8, b2=0.95, weight_decay=w)),
        o("signum", {"rate": 1e-2, "momentum": 0},
          lambda: optax.chain(optax.scale_by_sign(), optax.scale(-1e-2))),
        o("lamb", m, lambda: optax.lamb(1e-2, weight_decay=w, **ox)),
        o("lars", {"rate": 1, "momentum": 0.8, "coefficient": 1e-2, "decay": w},
          lambda: optax.lars(1.0, weight_decay=w, trust_coefficient=1e-2, momentum=0.8)),
        o("lars", {"rate": 1, "momentum": 0.8, "coefficient": 1e-2, "decay": w, "nesterov": "true"},
          lambda: optax.lars(1.0, weight_decay=w, trust_coefficient=1e-2, momentum=0.8, nesterov=True)),
        p("adamp", {**m, "epsilon": 1e-12, "threshold": 0.5},
          lambda q: po.AdamP(q, lr=1e-2, betas=b, eps=1e-12, delta=0.5, wd_ratio=0.1, **dec)),
        p("adamp", {**m, "epsilon": 1e-12, "threshold": 50},
          lambda q: po.AdamP(q, lr=1e-2, betas=b, eps=1e-12, delta=50, wd_ratio=0.1, **dec)),
        p("sgdp", {"rate": 1e-5, "momentum": 0.8, "decay": w, "threshold": 50},
          lambda q: po.SGDP(q, lr=1e-5, momentum=0.8, dampening=0, delta=50, wd_ratio=0.1, nesterov=False, **dec)),
        p("prodigy", {"beta1": 0.8, "beta2": 0.95, "decay": w, "initial": 1e-3},
          lambda q: po.Prodigy(q, lr=1.0, betas=b, d0=1e-3, **dec)),
        p("dadapt-adam", {"beta1": 0.8, "beta2": 0.95, "epsilon": e, "decay": w, "initial": 1e-3},
          lambda q: po.DAdaptAdam(q, lr=1.0, betas=b, d0=1e-3, eps=e, **dec)),
        p("dadapt-sgd", {"momentum": 0.8, "initial": 1e-3}, lambda q: po.DAdaptSGD(q, lr=1.0, momentum=0.8, d0=1e-3)),
        o("dog", {"initial": 1e-3, "decay": w}, lambda: C.dog(1.0, init_step=("heuristic", 1e-3), weight_decay=w)),
        o("dowg", {"decay": w}, lambda: C.dowg(1.0, weight_decay=w)),
        o("momo", {"momentum": 0.8, "decay": w}, lambda: C.momo(1.0, beta=0.8, weight_decay=w)),
        o("momo", {"momentum": 0.8, "decay": w, "bound": -5, "adapt": "true"},
          lambda: C.momo(1.0, beta=0.8, weight_decay=w, lower_bound=-5.0, adapt_lower_bound=True)),
        o("momo-adam", m, lambda: C.momo_adam(1e-2, weight_decay=w, **ox)),
        o("cocob", {"bet": 10}, lambda: C.cocob(1.0, alpha=10)),
        o("mechanic", {"rate": 1e-2, "beta1": 0.8, "beta2": 0.95, "decay": w, "initial": 1e-4},
          lambda: C.mechanize(optax.adamw(1e-2, b1=0.8, b2=0.95, weight_decay=w), s_init=1e-4)),
        p("schedule-free-sgd", {"rate": 1e-3, "beta": 0.8, "decay": w, "warmup": 5},
          lambda q: po.ScheduleFreeSGD(q, lr=1e-3, momentum=0.8, weight_decay=w, warmup_steps=5)),
        p("schedule-free-adamw", {"rate": 1e-2, "beta": 0.8, "beta2": 0.95, "epsilon": e, "warmup": 5},
          lambda q: po.ScheduleFreeAdamW(q, lr=1e-2, betas=b, eps=e, warmup_steps=5)),
        o("nadamw", {**m, "ahead": "true", "decay": 0}, lambda: optax.nadam(1e-2, **ox)),
    ]


def compare():
    """Every case, printed as it comes: the differences, NaN where a peer cannot run."""
    print("| rule | settings | beside | largest relative difference |\n| --- | --- | --- | --- |")
    tasks = [Task(rule, {k: str(v) for k, v in settings.items()}, SHAPE, START, GRADIENTS, LOSSES)
             for _, rule, settings, _ in cases()]
    found = []
    for (library, rule, settings, peer), mine in zip(cases(), ours(tasks)):
        try:
            far = by_coordinate(mine, peer(), START)
            said = f"{far:.1e}"
        except Exception as error:  # a peer that cannot run is a row of the table, not the end of it
            far, said = math.nan, repr(error).splitlines()[0][:80]
        found.append(far)
        print(f"| {rule} | {' '.join(f'{k}={v}' for k, v in settings.items())} | {library} | {said} |", flush=True)
    return found


def main():
    os.environ["JAX_PLATFORMS"] = "cpu"
    try:
        found = compare()
    except ImportError as error:
        print(f"{error}: run `make peers`, which installs it", file=sys.stderr)
        return 5
    bad = [far for far in found if not far <= LIMIT]
    print(f"{len(found) - len(bad)} of {len(found)} within {LIMIT:g}")
    print(f"rules beside peers, cases beyond {LIMIT:g}: {len(bad)} (limit 0)")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
