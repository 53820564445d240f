#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Forward and backward of a perceptron and a small transformer beside torch, jax and the bare matrix products, in turns.

    Benchmarks/tensors_vs_peers.py [--threads 1 2] [--rounds 3] [--libraries gemm_np,torch,torch_compile,jax]
                                   [--python PATH] [--output Documentation/tensor-speed.md]

The models are those of shared/peers/autodiff_overhead.py, which runs the peers in a Python that has them; loss and gradient
norm of every library must agree with ours to 1e-5. A round is one run of ours and one of the peers; what is printed are
medians over the rounds. Exit code 1 where we are slower than a peer or above 1.4 times the bare products.
"""
import argparse
import re
import statistics
import subprocess
import sys

from measure import OURS, ROOT, need

PEER = ROOT.parent / "shared" / "peers" / "autodiff_overhead.py"
LINE = re.compile(r"(mlp|tf), (\d+) threads?: loss ([\d.]+), gradient norm ([\d.]+), ([\d.]+) ms .*?products ([\d.]+) ms")


def ours(program, threads):
    out = subprocess.run([program, str(threads)], capture_output=True, text=True, env=OURS, check=True, timeout=600).stdout
    return {m[1]: (float(m[5]), float(m[6]), float(m[3]), float(m[4])) for m in LINE.finditer(out)}


def peers(python, libraries, threads):
    command = [python, str(PEER), "--threads", str(threads), "--libs", libraries, "--models", "mlp,tf", "--repeat", "1"]
    out = subprocess.run(command, capture_output=True, text=True, env=OURS, check=True, timeout=900, cwd=PEER.parent).stdout
    rows = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in out.splitlines() if line.startswith("| ")]
    return {(r[0], r[2]): (float(r[3]), float(r[9]), float(r[10])) for r in rows if r[0] in ("mlp", "tf")}


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
    print("\n".join(lines))
    for failure in failures:
        print(failure)
    if options.output:
        words = "".join(f"- {failure}\n" for failure in failures) or "Every mark is reached.\n"
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(
                "# Tensors beside their peers\n\nWritten by `Benchmarks/tensors_vs_peers.py`: forward and backward, medians of "
                f"{options.rounds} rounds in turns, single precision; `of ours` above 1 is slower than we are.\n\n"
                + "\n".join(lines) + "\n\n" + words)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
