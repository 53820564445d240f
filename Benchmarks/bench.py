#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every benchmark of this folder, one after the other, and repeats every figure that has a limit at the end.

    Benchmarks/bench.py [NAME…]

A benchmark is an executable of the Swift package in this folder that no script runs, or a script. It prints any text; a
line of the form `NAME: VALUE UNIT (limit LIMIT)…` is a figure that is judged. Exit code 1 when one does not hold or a
benchmark breaks; one that ends with code 5 lacks what it measures, and is listed as left out.
"""
import json
import pathlib
import re
import subprocess
import sys
import time

FOLDER = pathlib.Path(__file__).resolve().parent
FLAGS = ["-c", "release", "-Xcc", "-march=native"]
NOT_A_BENCHMARK = {"bench.py", "measure.py", "table.py", "nonlinear_table.py", "claims.py", "stepping.py", "simulated_lm.py"}
# Executables that are run by a script of their own.
SERVANTS = {"qp", "sweeps", "cma", "read", "nlp", "derivatives", "muon", "rule-steps", "rule-throughput", "language"}
FIGURE = re.compile(r"^(.+?): ([-+.\deE]+)\s*(.*?)\s*\((limit|at least) ([-+.\deE]+)\)")


def executables():
    """Names of the Swift package's executables, built."""
    described = subprocess.run(["swift", "package", "--package-path", FOLDER, "describe", "--type", "json"],
                               capture_output=True, text=True, timeout=300)
    if described.returncode != 0:
        sys.exit(f"the benchmarks' package cannot be described:\n{described.stderr}")
    names = [target["name"] for target in json.loads(described.stdout)["targets"] if target["type"] == "executable"
             and target["name"] not in SERVANTS]
    if subprocess.run(["swift", "build", "--package-path", FOLDER, *FLAGS], timeout=1200).returncode != 0:
        sys.exit("the benchmarks do not build")
    return [(name, [str(FOLDER / ".build" / "release" / name)]) for name in names]


def main():
    python = FOLDER.parent / ".tools" / "peers" / "bin" / "python"
    interpreter = str(python) if python.exists() else sys.executable
    scripts = [(path.stem, [interpreter, str(path)]) for path in sorted(FOLDER.glob("*.py")) if path.name not in NOT_A_BENCHMARK]
    wanted, figures, failures, missing = sys.argv[1:], [], [], []
    for name, command in executables() + scripts:
        if wanted and name not in wanted:
            continue
        print(f"\n== {name}", flush=True)
        begin, before = time.monotonic(), len(figures)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            print(line, end="", flush=True)
            if match := FIGURE.match(line):
                value, limit = float(match[2]), float(match[5])
                figures.append((name, line.strip(), value <= limit if match[4] == "limit" else value >= limit))
        code = process.wait()
        print(f"({time.monotonic() - begin:.0f} s)")
        if code == 5:
            missing.append(f"left out: {name} lacks what it measures")
        elif code not in (0, 1) or len(figures) == before:
            failures.append(f"NOT  {name} ended with exit code {code} and {len(figures) - before} figures")
    print("\n== figures with a limit")
    for name, line, holds in figures:
        print(f"{'ok  ' if holds else 'NOT '} {name}: {line}")
    print(*missing, *failures, sep="\n")
    return 0 if figures and not failures and all(holds for _, _, holds in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
