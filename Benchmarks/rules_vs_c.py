#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Steps of update rules beside the plain C loops of the peers and the machine's triad, in turns in one process.

    Benchmarks/rules_vs_c.py

The C loops are compiled with -O3 -march=native -ffast-math. Exit code 5 where they or a C compiler are missing.
"""
import sys

from measure import ROOT, beside_loops

LOOPS = ROOT.parent / "shared" / "peers" / "stream.c"


def main():
    out = beside_loops("rules", LOOPS)
    if out is None:
        return 5
    print(out, end="")
    ratios = [float(line.split(": ")[1].split()[0]) for line in out.splitlines() if "plain C / ours" in line]
    return 0 if ratios and min(ratios) >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
