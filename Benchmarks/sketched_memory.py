#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory of `adasketch-newton` without factorizations on sparse quadratic programs with rows: linear in the entries?

    Benchmarks/sketched_memory.py [--iterations 3]

    min sum (2 x_j^2 - x_j x_j+1) + c'x   subject to   x_3i + x_3i+1 + x_3i+2 = b_i

Two sizes beside a small one, whose peak is what the program needs for itself. Systems are solved by passes of Kaczmarz, so
each costs the entries of the KKT matrix. Exit code 1 when memory grows faster than 1.1 times the entries.
"""
import argparse
import os
import random
import sys
import tempfile

from measure import GRADUS, gradus, judge, need


def write(path, n):
    """A free QPS file; the entries of the KKT matrix, both triangles."""
    draw = random.Random(n)
    rows = n // 3
    with open(path, "w") as out:
        out.write("NAME chain\nROWS\n N cost\n")
        out.writelines(f" E r{i}\n" for i in range(rows))
        out.write("COLUMNS\n")
        for j in range(n):
            out.write(f" x{j} cost {draw.uniform(-1, 1):.6f}\n")
            if j // 3 < rows:
                out.write(f" x{j} r{j // 3} 1\n")
        out.write("RHS\n")
        out.writelines(f" rhs r{i} {draw.uniform(-1, 1):.6f}\n" for i in range(rows))
        out.write("BOUNDS\n")
        out.writelines(f" FR bnd x{j}\n" for j in range(n))
        out.write("QUADOBJ\n")
        for j in range(n):
            out.write(f" x{j} x{j} 4\n")
            if j + 1 < n:
                out.write(f" x{j} x{j + 1} -1\n")
        out.write("ENDATA\n")
    return n + 2 * (n - 1) + 2 * 3 * rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iterations", type=int, default=3)
    options = parser.parse_args()
    need(GRADUS)
    peaks, entries = [], []
    with tempfile.TemporaryDirectory() as folder:
        for n in (300, 10_000, 100_000):
            path = os.path.join(folder, f"chain{n}.qps")
            entries.append(write(path, n))
            settings = ["convexity=step", "sketch=kaczmarz", f"iterations={options.iterations}"]
            measured, result = gradus(path, 200, "--by", "adasketch-newton",
                                      *[word for pair in settings for word in ("--set", pair)], memory=True)
            if not result or not result.get("operations"):
                sys.exit(f"{n} variables: exit code {measured.code}\n{measured.output[-500:]}")
            peaks.append(measured.peak)
            print(f"{n} variables, {entries[-1]} entries: {result['status']} after {measured.seconds:.1f} s, "
                  f"{result['operations']:.3g} operations, peak {measured.peak / 1e6:.1f} MB", flush=True)
    memory = (peaks[2] - peaks[0]) / (peaks[1] - peaks[0])
    growth = (entries[2] - entries[0]) / (entries[1] - entries[0])
    print(f"bytes an entry: {(peaks[1] - peaks[0]) / (entries[1] - entries[0]):.0f} at 10,000 variables, "
          f"{(peaks[2] - peaks[0]) / (entries[2] - entries[0]):.0f} at 100,000")
    return 0 if judge("growth of memory / growth of entries", memory / growth, 1.1) else 1


if __name__ == "__main__":
    sys.exit(main())
