#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`automatic` through `gradus ask-tell` against black-box solvers on BBOB: the table of Documentation/black-box-results.md.

    Benchmarks/bbob_table.py [--dims 2,5,10,20] [--instances 1-3] [--budget 1000] [--merge PEERS.json] [--out FILE]
    Benchmarks/bbob_table.py --print FILE

Wraps `../shared/peers/bbob.py`, which owns the functions and counts the evaluations; `--merge` takes the peers' runs from an
earlier `--out` of it. The score is the fraction of targets hit, averaged over log-uniform budgets up to `budget`·d. Behind
each mean stands half the width of its 95 % interval over instances, of which each is one mean over 24 functions, by
Student's t. Then, for every peer, the differences at 100·d, at the full budget, and of the scores, paired by function and
instance, with 95 % intervals by the bootstrap over these pairs. Instances 4 to 15 were used while the method was made, so the
default ones are others. Exit code 1 when a limit does not hold: the score above every
peer's, and the fractions at 100·d and at the full budget not below the best peer's.
"""
import math
import os
import random
import statistics
import sys

import peers

SOLVERS = "nlopt-bobyqa,nlopt-sbplx,scipy-lbfgsb,scipy-powell,scipy-da,scipy-de,cma,cma-bipop"
T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 11: 2.201}


def area(run, budget):
    """The score of one run: the mean over targets of 1 − ln(evaluations/d) / ln(budget)."""
    def share(hit):
        return max(0.0, 1 - max(0.0, math.log(hit / run["dim"])) / math.log(budget)) if hit else 0.0
    return statistics.fmean(map(share, run["hits"]))


def fraction(run, multiple):
    return statistics.fmean(1.0 if hit and hit <= multiple * run["dim"] else 0.0 for hit in run["hits"])


def interval(values):
    """Mean and half width of its 95 % interval."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, math.nan
    return mean, T95.get(len(values) - 1, 2.0) * statistics.stdev(values) / math.sqrt(len(values))


def bootstrap(values, draws=1000):
    """Mean and its 95 % interval by drawing as many values with replacement."""
    stream = random.Random(1)
    means = sorted(statistics.fmean(stream.choices(values, k=len(values))) for _ in range(draws))
    return statistics.fmean(values), means[draws // 40], means[-1 - draws // 40]


def over_instances(runs, measure):
    instances = sorted({run["i"] for run in runs})
    return interval([statistics.fmean(measure(run) for run in runs if run["i"] == i) for i in instances])


def table(runs, budget):
    """Prints the table; true when every limit holds."""
    solvers = list(dict.fromkeys(run["solver"] for run in runs))
    solvers.sort(key=lambda name: name != "gradus")
    multiples = [m for m in (10, 100, budget) if m <= budget]
    measures = {f"{m}·d": lambda run, m=m: fraction(run, m) for m in multiples[1:]}
    measures["score"] = lambda run: area(run, budget)
    print("| d | solver | " + " | ".join(f"{m}·d" for m in multiples) + " | score | "
          + " | ".join(f"ours − its {label}" for label in measures) + " |")
    print("|--:|---|" + "--:|" * (len(multiples) + 1 + len(measures)))
    holds = True
    for d in sorted({run["dim"] for run in runs}):
        rows = {}
        for name in solvers:
            own = [run for run in runs if run["dim"] == d and run["solver"] == name]
            if own:
                rows[name] = [over_instances(own, lambda run, m=m: fraction(run, m)) for m in multiples]
                rows[name].append(over_instances(own, lambda run: area(run, budget)))
        places = {name: {(run["f"], run["i"]): run for run in runs if run["dim"] == d and run["solver"] == name}
                  for name in rows}
        for name, cells in rows.items():
            versus = [""] * len(measures)
            if name != "gradus" and "gradus" in rows:
                both = sorted(places["gradus"].keys() & places[name].keys())
                versus = ["{:+.3f} ({:+.3f} to {:+.3f})".format(*bootstrap(
                    [measure(places["gradus"][p]) - measure(places[name][p]) for p in both])) for measure in measures.values()]
            print(f"| {d} | {name} | " + " | ".join(f"{m:.3f} ± {h:.3f}" for m, h in cells) + " | "
                  + " | ".join(versus) + " |")
        peers = [name for name in rows if name != "gradus"]
        if "gradus" in rows and peers:
            for label, k in [(f"{m}·d", multiples.index(m)) for m in multiples[1:]] + [("score", len(multiples))]:
                best = max(rows[name][k][0] for name in peers)
                if rows["gradus"][k][0] < best:
                    holds = False
                    print(f"d = {d}: {label} {rows['gradus'][k][0]:.3f} is below the best peer's {best:.3f}", file=sys.stderr)
    return holds


def main():
    parser = peers.parser(__doc__, SOLVERS)
    parser.add_argument("--dims", default="2,5,10,20")
    parser.add_argument("--functions", default="1-24")
    parser.add_argument("--instances", default="1-3")
    parser.add_argument("--budget", type=int, default=1000)
    options = parser.parse_args()
    arguments = ["--dims", options.dims, "--functions", options.functions, "--instances", options.instances,
                 "--budget", options.budget, "--jobs", os.cpu_count() or 1]
    return peers.main("bbob.py", options, arguments, lambda runs: table(runs, options.budget))


if __name__ == "__main__":
    sys.exit(main())
