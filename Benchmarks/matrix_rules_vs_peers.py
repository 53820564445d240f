#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Matrix rules beside torch and pytorch_optimizer: the same trajectories, and the time of a step of Muon.

    .tools/peers/bin/python Benchmarks/matrix_rules_vs_peers.py [--threads 1 2] [--rounds 5] [--no-speed]

Ours are stepped through `gradus ask-tell`, twenty steps on wide, tall and square matrices; a difference is relative to the
largest parameter. The orthogonalizations of torch and pytorch_optimizer round to bfloat16 on the way: they are run as published
and with that rounding taken out. Speed is that of 24 matrices of 1024 × 1024 and one of 512 × 512, ours and torch's in turns,
both beside the products of the iteration called bare. Exit code 1 where a limit is missed, 5 where a library is missing.
"""
import argparse
import contextlib
import json
import pathlib
import random
import statistics
import subprocess
import sys

from stepping import Task, by_tensor, by_torch, ours, worst

ROOT = pathlib.Path(__file__).resolve().parents[1]
STEPS, LIMIT = 20, 1e-5
MATRICES, SQUARE = [(4, 9), (9, 4), (6, 6), (40, 30)], [(6, 6), (12, 12)]


@contextlib.contextmanager
def without_rounding():
    """bfloat16 stands for single precision in the orthogonalizations."""
    import pytorch_optimizer.optimizer.utils.matrix as matrix
    import torch
    short, iteration = torch.Tensor.bfloat16, matrix.zero_power_via_newton_schulz_5
    defaults = iteration.__defaults__
    try:
        torch.Tensor.bfloat16 = lambda self: self.clone()
        iteration.__defaults__ = tuple(torch.float32 if value is torch.bfloat16 else value for value in defaults)
        yield
    finally:
        torch.Tensor.bfloat16, iteration.__defaults__ = short, defaults


def cases():
    """What it is, the rule, its settings, the peer, the shapes, the limit, and whether bfloat16 is taken out."""
    import pytorch_optimizer as po
    import torch

    def grouped(rule, **settings):
        return lambda p: rule([{"params": p, "use_muon": True, **settings}], foreach=False)

    muon = {"rate": 0.02, "decay": 0.1}
    torch_muon = lambda p: torch.optim.Muon(p, lr=0.02, weight_decay=0.1)
    return [
        ("torch, in bfloat16", "muon", muon, torch_muon, MATRICES, 5e-3, False),
        ("torch", "muon", muon, torch_muon, MATRICES, LIMIT, True),
        ("torch, match_rms_adamw", "muon", {"rate": 0.02, "nesterov": "false", "scale": "adam"},
         lambda p: torch.optim.Muon(p, lr=0.02, weight_decay=0.0, adjust_lr_fn="match_rms_adamw", nesterov=False),
         MATRICES, LIMIT, True),
        ("pytorch_optimizer", "muon", muon, grouped(po.Muon, lr=0.02, weight_decay=0.1), MATRICES, LIMIT, True),
        ("pytorch_optimizer, use_adjusted_lr", "muon", {**muon, "scale": "adam"},
         grouped(po.Muon, lr=0.02, weight_decay=0.1, use_adjusted_lr=True), MATRICES, LIMIT, True),
        ("pytorch_optimizer, in bfloat16", "normuon", muon, grouped(po.NorMuon, lr=0.02, weight_decay=0.1), MATRICES, 1e-2, False),
        ("pytorch_optimizer, preserve_norm", "normuon", muon, grouped(po.NorMuon, lr=0.02, weight_decay=0.1), MATRICES, LIMIT, True),
        ("torch", "adafactor", {"rate": 0.05, "decay": 0.1},
         lambda p: torch.optim.Adafactor(p, lr=0.05, weight_decay=0.1), MATRICES + [(7,)], LIMIT, False),
        # Its relative step is at most 1/100, and its first moment, which is kept in bfloat16, is left out.
        ("pytorch_optimizer, relative_step", "adafactor", {"rate": 0.01, "epsilon1": 1e-30},
         lambda p: po.AdaFactor(p, betas=(None, 0.999)), MATRICES + [(7,)], LIMIT, False),
        # Square matrices only: the other side of a long one has eigenvectors of an eigenvalue zero, which nobody determines.
        ("pytorch_optimizer", "soap", {"rate": 3e-3, "beta1": 0.95, "beta2": 0.95, "beta3": 0.95, "epsilon": 1e-8, "interval": 3, "decay": 0},
         lambda p: po.SOAP(p, lr=3e-3, betas=(0.95, 0.95), shampoo_beta=0.95, weight_decay=0.0, precondition_frequency=3, eps=1e-8),
         SQUARE, LIMIT, False),
        ("pytorch_optimizer, sums, no grafting", "shampoo",
         {"rate": 0.1, "beta1": 0, "beta2": 1, "epsilon": 1e-6, "root": 4, "graft": "none", "interval": 1},
         lambda p: po.Shampoo(p, lr=1e-1, momentum=0.0, preconditioning_compute_steps=1), SQUARE, LIMIT, False),
    ]


def equality():
    """Every case, printed as a row of a table; the number of those beyond their limits."""
    stream = random.Random(0)

    def task(rule, settings, shape):
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        numbers = [[stream.gauss(0, 1) for _ in range(count)] for _ in range(STEPS + 1)]
        return Task(rule, {k: str(v) for k, v in settings.items()}, shape, numbers[0], numbers[1:])

    table = [(case, [task(case[1], case[2], shape) for shape in case[4]]) for case in cases()]
    found = iter(ours([task for _, tasks in table for task in tasks]))
    missed = 0
    print("| rule | settings | beside | largest relative difference | limit |\n| --- | --- | --- | --- | --- |")
    for (beside, rule, settings, peer, _, limit, is_plain), tasks in table:
        with without_rounding() if is_plain else contextlib.nullcontext():
            far = worst(by_tensor(next(found), by_torch(peer, task)) for task in tasks)
        text = " ".join(f"{k}={v}" for k, v in settings.items())
        print(f"| {rule} | {text} | {beside} | {far:.1e} | {limit:.0e} |", flush=True)
        missed += not far <= limit
    print(f"matrix rules beside peers, cases beyond their limits: {missed} (limit 0)")
    return missed


def torch_speed(threads, rounds):
    """Median seconds of a step of torch's Muon, of processor time for one thread, for one 512² and for 24 1024² matrices."""
    import time

    import torch
    torch.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
    out = {}
    for count, n in ((1, 512), (24, 1024)):
        torch.manual_seed(0)
        parameters = [torch.nn.Parameter(torch.randn(n, n)) for _ in range(count)]
        for p in parameters:
            p.grad = torch.randn_like(p)
        rule = torch.optim.Muon(parameters, lr=0.02)
        times = []
        for _ in range(rounds):
            begin = clock()
            rule.step()
            times.append(clock() - begin)
        out[f"{count} × {n} × {n}"] = statistics.median(times)
    return out


def speed(threads, rounds):
    """Ours and torch's, printed; the number of figures beyond 1.1 times the bare products."""
    from measure import OURS
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*build, "--product", "muon"], check=True, stdout=subprocess.DEVNULL)
    program = [ROOT / "Benchmarks" / ".build" / "release" / "muon", str(threads), str(rounds)]
    mine = subprocess.run(program, capture_output=True, text=True, check=True, env=OURS).stdout
    print(mine, end="")
    worker = [sys.executable, __file__, "--worker", "--rounds", str(rounds), "--threads", str(threads)]
    theirs = subprocess.run(worker, capture_output=True, text=True, check=True, env=OURS).stdout.splitlines()[-1]
    for name, seconds in json.loads(theirs).items():
        line = next(line for line in mine.splitlines() if line.startswith(f"{name}, {threads} threads: muon"))
        own = float(line.split("muon ")[1].split(" ms")[0]) / 1e3
        print(f"torch's muon / ours, {name}, {threads} threads: {seconds / own:.3f} ({1e3 * seconds:.1f} ms)")
    return sum(float(line.split(": ")[1]) > 1.1 for line in mine.splitlines() if "/ bare products" in line)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return print(json.dumps(torch_speed(options.threads[0], options.rounds)))
    try:
        missed = equality()
    except ImportError as error:
        print(f"{error}: run `make peers`, which installs it", file=sys.stderr)
        return 5
    if not options.no_speed:
        missed += sum(speed(threads, options.rounds) for threads in options.threads)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
