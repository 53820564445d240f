#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CMA-ES's own time per evaluation in process, beside pycma's (PyPI: cma) on the same function, in turns, one thread each.

    Benchmarks/cma_vs_pycma.py [--dims 20] [--rounds 7] [--answers 12000]

Ours is the whole run of the `cma` program of this package, objective included; of pycma only `ask`, `tell` and `stop` are
timed, not its set-up and not the objective. Both start at the same point with the same step size and population, and
neither converges in that many answers. Exit code 1 when the limit does not hold.
"""
import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse  # noqa: E402
import json  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402

from measure import ROOT, judge  # noqa: E402

warnings.filterwarnings("ignore")
try:
    import cma
    import numpy
except ImportError as error:
    print(f"{error.name} is missing: run `make tools`, then `.tools/peers/bin/python Benchmarks/cma_vs_pycma.py`")
    sys.exit(5)


def pycma(n, answers, seed):
    """Seconds an evaluation with and without `stop`, and the best value."""
    weights = 10.0 ** (6 * numpy.arange(n) / max(1, n - 1))
    strategy = cma.CMAEvolutionStrategy(3 * numpy.ones(n), 2.0, {"verbose": -9, "seed": seed + 1})
    evaluations, own, stopping = 0, 0.0, 0.0
    while evaluations < answers:
        begin = time.perf_counter()
        points = strategy.ask()
        asked = time.perf_counter()
        values = [float(weights @ (x * x)) for x in points]
        answered = time.perf_counter()
        strategy.tell(points, values)
        told = time.perf_counter()
        over = strategy.stop()
        stopping += time.perf_counter() - told
        own += told - answered + asked - begin
        evaluations += len(points)
        if over:
            break
    return (own + stopping) / evaluations, own / evaluations, strategy.result.fbest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dims", default="20")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--answers", type=int, default=12_000)
    options = parser.parse_args()
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*build, "--product", "cma"], check=True, stdout=subprocess.DEVNULL)
    program = ROOT / "Benchmarks" / ".build" / "release" / "cma"

    def gradus(n):
        shown = subprocess.run([program, str(n), str(options.answers), "3"], check=True, capture_output=True, text=True)
        return json.loads(shown.stdout)

    holds = True
    for n in map(int, options.dims.split(",")):
        rounds = []
        for k in range(options.rounds):
            ours, theirs = (gradus(n), pycma(n, options.answers, k)) if k % 2 == 0 else \
                (pycma(n, options.answers, k), gradus(n))[::-1]
            rounds.append((ours["seconds"], *theirs[:2]))
        mine, theirs, bare = (statistics.median(column) * 1e6 for column in zip(*rounds))
        print(f"d = {n}: ours {mine:.2f} us with the objective (which takes {ours['objective'] * 1e6:.3f} us), pycma "
              f"{cma.__version__.split()[0]} {theirs:.2f} us, {bare:.2f} us without its stop(); f = {ours['value']:.1e} and "
              f"{rounds and pycma(n, options.answers, 0)[2]:.1e} after {options.answers} answers")
        if n == 20:
            holds = judge("own time of cma-es / pycma at d = 20", mine / theirs, 0.1)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
