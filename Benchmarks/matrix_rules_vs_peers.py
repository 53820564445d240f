#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Matrix rules beside torch and pytorch_optimizer: the same trajectories, and the time of a step of Muon.

    Benchmarks/matrix_rules_vs_peers.py [--threads 1 2] [--rounds 5] [--no-speed] [--python PATH]

Equality is between the reference programs in Tests/GoldenTests/Reference/matrix_rules.py, which the tests hold our rules to,
and the peers, run in a Python that has torch and pytorch_optimizer. torch's Muon rounds to bfloat16 on the way; it is run
as published and with that rounding taken out. Speed is that of 24 matrices of 1024 × 1024 and one of 512 × 512, ours and
torch's in turns, both beside the products of the iteration called bare. Exit code 1 where a limit is missed.
"""
import argparse
import importlib.util
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def load_reference():
    path = ROOT / "Tests" / "GoldenTests" / "Reference" / "matrix_rules.py"
    spec = importlib.util.spec_from_file_location("matrix_rules", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def equality():
    """Largest difference of each peer from the reference program over 20 steps, relative to the largest parameter."""
    import numpy as np
    import pytorch_optimizer as po
    import torch
    from torch.optim import _muon

    reference = load_reference()
    rng = np.random.default_rng(0)

    def compare(make_peer, make_ours, shapes):
        worst = 0.0
        for shape in shapes:
            start = rng.standard_normal(shape)
            parameter = torch.nn.Parameter(torch.tensor(start, dtype=torch.float32))
            peer, ours, x = make_peer([parameter]), make_ours(), start.copy()
            for _ in range(20):
                g = rng.standard_normal(shape)
                parameter.grad = torch.tensor(g, dtype=torch.float32)
                peer.step()
                x = ours.step(x, g)
            worst = max(worst, float(np.abs(parameter.detach().double().numpy() - x).max() / np.abs(x).max()))
        return worst

    matrices, results = [(4, 9), (9, 4), (6, 6), (40, 30)], {}
    plain = _muon._zeropower_via_newtonschulz
    muon = (lambda p: torch.optim.Muon(p, lr=0.02, weight_decay=0.1), lambda: reference.Muon(0.02, decay=0.1), matrices)
    results["muon, torch in bfloat16"] = (compare(*muon), 5e-3)
    bfloat16 = torch.Tensor.bfloat16
    try:
        torch.Tensor.bfloat16 = lambda self: self.clone()
        results["muon, torch without rounding"] = (compare(*muon), 1e-5)
        results["muon, torch without rounding, scale=adam"] = (compare(
            lambda p: torch.optim.Muon(p, lr=0.02, weight_decay=0.0, adjust_lr_fn="match_rms_adamw", nesterov=False),
            lambda: reference.Muon(0.02, nesterov=False, scale="adam"), matrices), 1e-5)
    finally:
        torch.Tensor.bfloat16 = bfloat16
        _muon._zeropower_via_newtonschulz = plain
    results["adafactor, torch"] = (compare(
        lambda p: torch.optim.Adafactor(p, lr=0.05, weight_decay=0.1),
        lambda: reference.Adafactor(0.05, decay=0.1), matrices + [(7,)]), 1e-5)
    # Square matrices only: the other side of a long one has eigenvectors of an eigenvalue zero, which nobody determines.
    results["soap, pytorch_optimizer"] = (compare(
        lambda p: po.SOAP(p, lr=3e-3, betas=(0.95, 0.95), shampoo_beta=0.95, weight_decay=0.0, precondition_frequency=3, eps=1e-8),
        lambda: reference.SOAP(3e-3, 0.95, 0.95, 0.95, 1e-8, 3, 100, 0.0), [(6, 6), (12, 12)]), 1e-5)
    results["shampoo, pytorch_optimizer"] = (compare(
        lambda p: po.Shampoo(p, lr=1e-1, momentum=0.0, preconditioning_compute_steps=1),
        lambda: reference.Shampoo(1e-1, 0.0, 1.0, 1e-6, 4, "none", 1024, 1, 0.0), [(6, 6), (12, 12)]), 1e-5)
    return results


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
        out[f"{count} × {n}²"] = statistics.median(times)
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--worker")
    options = parser.parse_args()
    if options.worker == "equality":
        return print(json.dumps(equality()))
    if options.worker == "speed":
        return print(json.dumps(torch_speed(options.threads[0], options.rounds)))
    worker = [options.python, __file__, "--rounds", str(options.rounds), "--worker"]
    failures = 0
    for name, (error, limit) in json.loads(subprocess.run([*worker, "equality"], capture_output=True, text=True, check=True).stdout.splitlines()[-1]).items():
        print(f"{name}: {error:.2e}, at most {limit:.0e}")
        failures += error > limit
    if options.no_speed:
        return 1 if failures else 0
    from measure import OURS
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*build, "--product", "muon"], check=True, stdout=subprocess.DEVNULL)
    for threads in options.threads:
        program = [ROOT / "Benchmarks" / ".build" / "release" / "muon", str(threads), str(options.rounds)]
        ours = subprocess.run(program, capture_output=True, text=True, check=True, env=OURS).stdout
        print(ours, end="")
        failures += sum(float(line.split(": ")[1]) > 1.1 for line in ours.splitlines() if "/ bare products" in line)
        theirs = json.loads(subprocess.run(
            [*worker, "speed", "--threads", str(threads)], capture_output=True, text=True, check=True, env=OURS).stdout.splitlines()[-1])
        for name, seconds in theirs.items():
            line = next(line for line in ours.splitlines() if line.startswith(f"{name}, {threads} threads: muon"))
            mine = float(line.split("muon ")[1].split(" ms")[0]) / 1e3
            print(f"torch's muon / ours, {name}, {threads} threads: {seconds / mine:.3f} ({1e3 * seconds:.1f} ms)")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
