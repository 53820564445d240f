#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reading MPS files: ours beside HiGHS's own reader (through highspy), bytes per second, in process, in turns.

    Benchmarks/mps_reading.py [--rounds 5] [--megabytes 40]

Files are the linear and integer programs of the data folder from 100 kB on, and one generated file, as it comes from a
modeling system, that is larger than every cache. Both sides read from disk to the matrix in memory; neither side's first
reading counts. Exit code 1 when the limit does not hold.
"""
import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

from measure import DATA, ROOT, geometric_mean, instances, judge, need

try:
    import highspy
except ImportError:
    print("highspy is missing: run `make tools`, then `.tools/peers/bin/python Benchmarks/mps_reading.py`")
    sys.exit(5)


def generate(path, megabytes):
    """A program of about that size: long names, two entries a line, numbers with many digits."""
    draw = random.Random(1)
    columns = max(1, int(megabytes * 1e6 / 190))
    rows = max(6, columns // 3)
    with open(path, "w") as file:
        file.write("NAME          generated\nROWS\n N  cost\n")
        file.writelines(f" {'ELG'[i % 3]}  capacity_{i}\n" for i in range(rows))
        file.write("COLUMNS\n")
        for j in range(columns):
            chosen = draw.sample(range(rows), 5)
            entries = [("cost", draw.uniform(1, 100))] + [(f"capacity_{i}", draw.gauss(0, 10)) for i in chosen]
            for (first, a), (second, b) in zip(entries[::2], entries[1::2]):
                file.write(f"    flow_{j}  {first}  {a:.12g}  {second}  {b:.12g}\n")
        file.write("RHS\n")
        file.writelines(f"    RHS  capacity_{i}  {draw.uniform(0, 1000):.10g}\n" for i in range(rows))
        file.write("BOUNDS\n")
        file.writelines(f" UP BND  flow_{j}  {draw.uniform(1, 50):.6g}\n" for j in range(0, columns, 4))
        file.write("ENDATA\n")


def theirs(path, repeats):
    """Median seconds, rows and columns of HiGHS's reader."""
    times, size = [], (0, 0)
    for _ in range(repeats + 1):
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        begin = time.perf_counter()
        status = solver.readModel(str(path))
        times.append(time.perf_counter() - begin)
        if status == highspy.HighsStatus.kError:
            return None
        size = solver.getNumRow(), solver.getNumCol()
    return statistics.median(times[1:]), *size


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=float, default=40)
    options = parser.parse_args()
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*build, "--product", "read"], check=True, stdout=subprocess.DEVNULL)
    program = ROOT / "Benchmarks" / ".build" / "release" / "read"
    need(DATA)
    with tempfile.TemporaryDirectory() as folder:
        generated = pathlib.Path(folder) / "generated.mps"
        generate(generated, options.megabytes)
        files = [row["path"] for family in ("lp", "mip") for row in instances(family)]
        files = [path for path in files if path.suffix == ".mps" and path.stat().st_size >= 100_000] + [generated]
        print(f"{'file':22} {'MB':>7} {'ours MB/s':>10} {'highs MB/s':>11} {'time ratio':>11}")
        ratios = []
        for path in files:
            repeats = 3 if path == generated else 9
            rounds = []
            for k in range(1 if path == generated else options.rounds):
                first = theirs(path, repeats) if k % 2 else None
                shown = subprocess.run([program, str(repeats), path], check=True, capture_output=True, text=True)
                ours = json.loads(shown.stdout)
                rounds.append((ours, first if k % 2 else theirs(path, repeats)))
            if any(other is None for _, other in rounds):
                print(f"{path.stem:22} is not read by highs: not counted")
                continue
            if any((ours["rows"], ours["columns"]) != other[1:] for ours, other in rounds):
                print(f"{path.stem:22} is read with another size by highs: not counted")
                continue
            mine, other = (statistics.median(column) for column in zip(*((a["seconds"], b[0]) for a, b in rounds)))
            ratios.append(mine / other)
            size = path.stat().st_size / 1e6
            print(f"{path.stem:22} {size:7.2f} {size / mine:10.1f} {size / other:11.1f} {mine / other:11.3f}", flush=True)
    holds = judge("MPS reading, seconds / HiGHS's reader, geometric mean", geometric_mean(ratios), 1)
    return 0 if judge("MPS reading, seconds / HiGHS's reader, largest", max(ratios), 1) and holds else 1


if __name__ == "__main__":
    sys.exit(main())
