#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Forward and backward of a perceptron and a small transformer beside torch, jax and the bare matrix products, in turns.

    Benchmarks/tensors_vs_peers.py [--threads 1 2] [--rounds 3] [--libraries gemm_np,torch,torch_compile,jax]
                                   [--python PATH] [--output Documentation/tensor-speed.md]

The models are those of shared/peers/autodiff_overhead.py, which runs the peers in a Python that has them; loss and gradient
norm of every library must agree with ours to 1e-5. A round is one run of ours and one of the peers; what is printed are
medians over the rounds. Exit code 1 where we are slower than a peer, above 1.4 times the bare products, above torch's memory,
or above twice torch's time in a single operation.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys

from measure import OURS, ROOT, need

PEER = ROOT.parent / "shared" / "peers" / "autodiff_overhead.py"
# Single operations, with the numbers of Benchmarks/Sources/tensors/Blocks.swift; memory as that program measures its own.
TORCH = r'''
import json, os, sys, time
import autodiff_overhead as peers
import torch, torch.nn.functional as F
threads = int(os.environ["OMP_NUM_THREADS"])
torch.set_num_threads(threads)

def status(field):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(field + ":"))

if sys.argv[1] == "memory":
    ps, loss = peers.torch_models()[sys.argv[2]]()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = status("VmRSS")
    for _ in range(10):
        torch.autograd.grad(loss(ps), ps)
    print(json.dumps({"above": status("VmHWM") - before, "before": before}))
    sys.exit()

def conv(image, filters, stride=1, padding=0):
    return [image, filters, [filters[0]]], lambda x, w, b: F.conv2d(x, w, b, stride, padding)

def heads(x):
    return x.view(16, 64, 4, 32).transpose(1, 2)

blocks = {
    "conv 32x3x32x32 16x3x3": conv([32, 3, 32, 32], [16, 3, 3, 3], padding=1),
    "conv 32x16x16x16 32x3x3": conv([32, 16, 16, 16], [32, 16, 3, 3], padding=1),
    "conv 16x64x28x28 64x3x3": conv([16, 64, 28, 28], [64, 64, 3, 3], padding=1),
    "conv 16x64x28x28 128x1x1": conv([16, 64, 28, 28], [128, 64, 1, 1]),
    "conv 16x32x28x28 64x3x3 stride 2": conv([16, 32, 28, 28], [64, 32, 3, 3], stride=2, padding=1),
    "cross-attention 16x64x128 4 heads": ([[16, 64, 128]] * 3, lambda q, k, v: F.scaled_dot_product_attention(
        heads(q), heads(k), heads(v)).transpose(1, 2).reshape(16, 64, 128)),
    "rms norm 1024x128": ([[1024, 128], [128]], lambda x, g: F.rms_norm(x, (128,), g, 1e-5)),
}
for name, (shapes, function) in blocks.items():
    xs = [torch.tensor(peers.fill(200 + k, shape, 0.5)).requires_grad_() for k, shape in enumerate(shapes)]
    y = function(*xs)
    u = torch.tensor(peers.fill(300, tuple(y.shape), 1.0))
    gradients = torch.autograd.grad(y, xs, u)
    norm = sum(float((g.double() ** 2).sum()) for g in gradients) ** 0.5
    times, start = [], time.perf_counter()
    while len(times) < 14 or time.perf_counter() - start < 0.5:
        begin = time.perf_counter()
        torch.autograd.grad(function(*xs), xs, u)
        times.append(time.perf_counter() - begin)
    print(json.dumps({"name": name, "ms": min(times) * 1e3, "square": float((y.double() ** 2).sum()), "norm": norm}))
'''
LINE = re.compile(r"(mlp|tf), (\d+) threads?: loss ([\d.]+), gradient norm ([\d.]+), ([\d.]+) ms .*?products ([\d.]+) ms")


def ours(program, threads):
    out = subprocess.run([program, str(threads)], capture_output=True, text=True, env=OURS, check=True, timeout=600).stdout
    return {m[1]: (float(m[5]), float(m[6]), float(m[3]), float(m[4])) for m in LINE.finditer(out)}


def peers(python, libraries, threads):
    command = [python, str(PEER), "--threads", str(threads), "--libs", libraries, "--models", "mlp,tf", "--repeat", "1"]
    out = subprocess.run(command, capture_output=True, text=True, env=OURS, check=True, timeout=900, cwd=PEER.parent).stdout
    rows = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in out.splitlines() if line.startswith("| ")]
    return {(r[0], r[2]): (float(r[3]), float(r[9]), float(r[10])) for r in rows if r[0] in ("mlp", "tf")}


def torch(python, threads, *arguments):
    cores = sorted(os.sched_getaffinity(0))[:threads]
    env = {**OURS, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads), "PYTHONPATH": str(PEER.parent)}
    command = ["taskset", "-c", ",".join(map(str, cores)), python, "-c", TORCH, *arguments]
    out = subprocess.run(command, capture_output=True, text=True, env=env, check=True, timeout=600, cwd=PEER.parent).stdout
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def run(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, env=OURS, check=True, timeout=600).stdout


def blocks(program, python, threads, rounds, failures):
    """Single operations: the least time of all rounds, in turns, which a busy machine disturbs least."""
    mine, composed, theirs, checks = {}, {}, {}, {}
    for _ in range(rounds):
        for line in run(program, str(threads), "blocks").splitlines():
            name, _, ms, other, square, norm = (cell.strip() for cell in line.removeprefix("block ").split("|"))
            mine.setdefault(name, []).append(float(ms))
            composed.setdefault(name, []).append(None if other == "none" else float(other))
            checks[name] = (float(square), float(norm))
        for row in torch(python, threads, "blocks"):
            theirs.setdefault(row["name"], []).append(row["ms"])
            for found, expected in zip(checks[row["name"]], (row["square"], row["norm"])):
                if abs(found - expected) > 1e-4 * abs(expected) + 1e-3:
                    failures.append(f"{row['name']}: torch computes {expected}, we {found}")
    lines = []
    for name, times in mine.items():
        least, peer = min(times), min(theirs[name])
        other = "" if composed[name][0] is None else f"{min(composed[name]):.3f}"
        lines.append(f"| {name} | {threads} | {least:.3f} | {other} | {peer:.3f} | {peer / least:.2f} |")
        if least > 2 * peer:
            failures.append(f"{name}, {threads} thread{'s' * (threads > 1)}: {least / peer:.2f} times torch's time, at most 2")
    return lines


def memory(program, python, failures):
    """The most resident memory of ten steps above that of the process with its parameters."""
    lines = []
    for model in ("mlp", "tf"):
        ours_kib = [int(re.search(r": (\d+) KiB", run(program, "2", "memory", f"of {model}"))[1]) for _ in range(3)]
        theirs_kib = [torch(python, 2, "memory", model)[0]["above"] for _ in range(3)]
        mine, peer = statistics.median(ours_kib), statistics.median(theirs_kib)
        lines.append(f"| {model} | {mine} | {peer} | {mine / peer:.2f} |")
        if mine > peer:
            failures.append(f"{model}: {mine} KiB above the idle process, torch {peer}")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--libraries", default="gemm_np,torch,torch_compile,jax")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--output")
    options = parser.parse_args()
    need(PEER)
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*build, "--product", "tensors"], check=True, stdout=subprocess.DEVNULL)
    program = ROOT / "Benchmarks" / ".build" / "release" / "tensors"
    lines = ["| model | threads | who | ms | of ours | loss | gradient norm |", "| --- | --- | --- | --- | --- | --- | --- |"]
    failures = []
    for threads in options.threads:
        mine, theirs = [], []
        for _ in range(options.rounds):
            mine.append(ours(program, threads))
            theirs.append(peers(options.python, options.libraries, threads))
        for model in ("mlp", "tf"):
            median = statistics.median(run[model][0] for run in mine)
            ratio = statistics.median(run[model][0] / run[model][1] for run in mine)
            loss, norm = mine[0][model][2:]
            lines.append(f"| {model} | {threads} | gradus | {median:.3f} | 1 | {loss:.6f} | {norm:.6f} |")
            lines.append(f"| {model} | {threads} | our matrix products alone | {median / ratio:.3f} | {1 / ratio:.3f} | | |")
            if ratio > 1.4:
                failures.append(f"{model}, {threads} thread{'s' * (threads > 1)}: {ratio:.3f} times the products, at most 1.4")
            for library in sorted({key[1] for key in theirs[0] if key[0] == model}):
                found = [run[model, library] for run in theirs]
                time = statistics.median(row[0] for row in found)
                shown = "" if found[0][1] != found[0][1] else f"{found[0][1]:.6f} | {found[0][2]:.6f}"
                lines.append(f"| {model} | {threads} | {library} | {time:.3f} | {time / median:.3f} | {shown or ' | '} |")
                if shown:
                    if abs(found[0][1] - loss) > 1e-5 * loss or abs(found[0][2] - norm) > 1e-5 * norm:
                        failures.append(f"{model}: {library} computes another loss or gradient")
                    if time < median:
                        failures.append(f"{model}, {threads} thread{'s' * (threads > 1)}: {library} takes {time / median:.3f} of our time")
    parts = ["| block | threads | gradus ms | composed ms | torch ms | torch / gradus |", "| --- | --- | --- | --- | --- | --- |"]
    for threads in options.threads:
        parts += blocks(program, options.python, threads, options.rounds, failures)
    parts += ["", "| model | gradus KiB | torch KiB | gradus / torch |", "| --- | --- | --- | --- |"]
    parts += memory(program, options.python, failures)
    print("\n".join(lines + [""] + parts))
    for failure in failures:
        print(failure)
    if options.output:
        words = "".join(f"- {failure}\n" for failure in failures) or "Every mark is reached.\n"
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(
                "# Tensors beside their peers\n\nWritten by `Benchmarks/tensors_vs_peers.py`: forward and backward, medians of "
                f"{options.rounds} rounds in turns, single precision; `of ours` above 1 is slower than we are.\n\n"
                + "\n".join(lines)
                + "\n\nSingle operations forward and backward for a given cotangent, least times, and the most resident memory of ten steps "
                "above that of the process with its parameters (threads: 2).\n\n"
                + "\n".join(parts) + "\n\n" + words)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
