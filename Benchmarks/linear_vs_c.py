#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SOR sweeps and conjugate gradients of the library beside the plain C loops of the peers, in turns in one process.

    Benchmarks/linear_vs_c.py

The C loops are compiled with -O3 -march=native -ffast-math. Exit code 5 where they or a C compiler are missing.
"""
import sys

from measure import ROOT, beside_loops

LOOPS = ROOT.parent / "shared" / "peers" / "linalg.c"


def main():
    out = beside_loops("sweeps", LOOPS)
    if out is None:
        return 5
    print(out, end="")
    ratios = [float(line.split(": ")[1].split()[0]) for line in out.splitlines() if "(at least" in line]
    return 0 if ratios and min(ratios) >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
