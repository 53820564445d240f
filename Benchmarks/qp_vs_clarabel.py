#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`qp-interior-point` against Clarabel (PyPI) over the convex QP files, at equal tolerances, run in turns.

    Benchmarks/qp_vs_clarabel.py [--repeats 5]

Counted is the time in process from the parsed model to the answer, ours with the judge's check: the median of the repeats
of the `qp` program of this package, and of Clarabel's set-up and solution. Neither reads the file in it. Exit code 1 when
the limit does not hold.
"""
import argparse
import json
import math
import statistics
import subprocess
import sys
import time

from measure import DATA, ROOT, close, geometric_mean, instances, judge, need

sys.path.insert(0, str(ROOT / "tools"))
from check_answer import read_problem  # noqa: E402

try:
    import clarabel
    import numpy
    import scipy.sparse as sparse
except ImportError as error:
    print(f"{error.name} is missing: run `make tools`, then `.tools/peers/bin/python Benchmarks/qp_vs_clarabel.py`")
    sys.exit(5)


class Peer:
    """A problem in Clarabel's form: minimize x'Px/2 + q'x, equations first, then what is at most its right-hand side."""

    def __init__(self, problem):
        place = {name: k for k, name in enumerate(problem.sides)}
        entries = [(place[i], place[j], v) for i, row in problem.quadratic.items() for j, v in row.items()]
        n = len(place)
        self.offset = problem.offset
        self.P = sparse.csc_matrix(self.triples([e for e in entries if e[0] <= e[1]]), shape=(n, n))
        self.q = numpy.array([problem.sign * c for c in problem.cost.values()])
        lines = [({place[j]: a for j, a in problem.by_row[name].items()}, side) for name, side in problem.rows.items()]
        lines += [({k: 1.0}, side) for k, side in enumerate(problem.sides.values())]
        equal = [(row, low) for row, (low, high) in lines if low == high]
        most = [(row, high) for row, (low, high) in lines if low < high < math.inf]
        most += [({j: -a for j, a in row.items()}, -low) for row, (low, high) in lines if -math.inf < low < high]
        both = equal + most
        self.A = sparse.csc_matrix(self.triples([(i, j, a) for i, (row, _) in enumerate(both) for j, a in row.items()]),
                                   shape=(len(both), n))
        self.b = numpy.array([side for _, side in both])
        kinds = ((clarabel.ZeroConeT, len(equal)), (clarabel.NonnegativeConeT, len(most)))
        self.cones = [kind(count) for kind, count in kinds if count]

    @staticmethod
    def triples(entries):
        rows, columns, values = zip(*entries) if entries else ((), (), ())
        return (values, (rows, columns))

    def solve(self):
        """Seconds, status, objective."""
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.max_threads = 1
        begin = time.perf_counter()
        solution = clarabel.DefaultSolver(self.P, self.q, self.A, self.b, self.cones, settings).solve()
        return time.perf_counter() - begin, str(solution.status), solution.obj_val + self.offset


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    need(DATA)
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*build, "--product", "qp"], check=True, stdout=subprocess.DEVNULL)
    program = ROOT / "Benchmarks" / ".build" / "release" / "qp"
    ratios, left_out = [], []
    print(f"{'file':12} {'ours ms':>9} {'clarabel ms':>12} {'ratio':>6} {'steps':>6}")
    for row in instances("qp"):
        if not row["file"].lower().endswith((".mps", ".qps")) or row["proof"] != "optimal":
            continue
        peer, other, best = Peer(read_problem(str(row["path"]))), [], float(row["best_known"])
        for _ in range(options.repeats):
            seconds, status, value = peer.solve()
            other.append(seconds)
        answer = subprocess.run([program, str(options.repeats), row["path"]], capture_output=True, text=True)
        result = json.loads(answer.stdout) if answer.returncode == 0 else None
        if result is None or result["status"] != "optimal" or not close(result["objective"], best, 1e-6):
            left_out.append(f"{row['name']}: OURS ends with {result and (result['status'], result.get('objective'))}")
            continue
        if status != "Solved" or not close(value, best, 1e-6):
            left_out.append(f"{row['name']}: Clarabel ends with {status}, {value}")
            continue
        ours, theirs = result["seconds"], statistics.median(other)
        ratios.append(ours / theirs)
        print(f"{row['name']:12} {ours * 1000:9.2f} {theirs * 1000:12.2f} {ours / theirs:6.2f} {result.get('steps', 0):6}", flush=True)
    print(f"\n{len(ratios)} files counted; not counted:", *left_out, sep="\n  ")
    return 0 if judge("qp-interior-point / Clarabel, geometric mean", geometric_mean(ratios), 1.0) else 1


if __name__ == "__main__":
    sys.exit(main())
