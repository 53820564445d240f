#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Steps of update rules beside the plain C loops of the peers and the machine's triad, in turns in one process.

    Benchmarks/rules_vs_c.py

The C loops are compiled with -O3 -march=native -ffast-math. Exit code 5 where they or a C compiler are missing.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

from measure import OURS, ROOT, need

LOOPS = ROOT.parent / "shared" / "peers" / "stream.c"


def main():
    need(LOOPS)
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        print("no C compiler was found: install gcc", file=sys.stderr)
        return 5
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*build, "--product", "rules"], check=True, stdout=subprocess.DEVNULL)
    program = ROOT / "Benchmarks" / ".build" / "release" / "rules"
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder) / "loops.so"
        subprocess.run([compiler, "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", LOOPS, "-o", library, "-lm"],
                       check=True)
        out = subprocess.run([program, library], capture_output=True, text=True, env=OURS, check=True, timeout=600).stdout
    print(out, end="")
    ratios = [float(line.split(": ")[1].split()[0]) for line in out.splitlines() if "plain C / ours" in line]
    return 0 if ratios and min(ratios) >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
