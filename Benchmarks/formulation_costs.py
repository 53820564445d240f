#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What instances, comparisons and the reader of five-element models cost: the program `formulation`."""
import os
import pathlib
import subprocess
import sys

from measure import OURS, ROOT


def main():
    folder = os.environ.get("GRADUS_BENCHMARKS")
    if not folder:
        build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks"), "--product", "formulation"]
        if subprocess.run(build, timeout=1500).returncode != 0:
            sys.exit("the benchmark does not build")
        folder = ROOT / "Benchmarks" / ".build" / "release"
    return subprocess.run([pathlib.Path(folder) / "formulation"], env=OURS, cwd=ROOT, timeout=600).returncode


if __name__ == "__main__":
    sys.exit(main())
