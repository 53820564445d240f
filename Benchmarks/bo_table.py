#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bayesian optimization through `gradus ask-tell` against BoTorch, optuna and scikit-optimize: the table of
Documentation/bayesian-optimization.md.

    Benchmarks/bo_table.py [--seeds 0-9] [--solvers random,optuna-tpe,optuna-gp,skopt-gp,botorch] [--merge PEERS.json] [--out FILE]
    Benchmarks/bo_table.py --print FILE

Wraps `../shared/peers/bo.py`, which owns the problems and counts the evaluations: 50 each, one at a time. `--merge` takes
the peers' runs from an earlier `--out` of it. For each problem and solver: median and worst quartile of the final regret
over the seeds, processor milliseconds a suggestion, and the ranks of both regrets among the solvers; a solver that does not
do a kind of problem, or found no feasible point, comes last there. Then the sums of ranks. Exit code 1 when a limit does not
hold: the sums of ranks below every peer's, the medians at most the marks, and at most 10 ms a suggestion.
"""
import statistics
import sys

import peers

SOLVERS = "random,optuna-tpe,optuna-gp,skopt-gp,botorch"
PROBLEMS = ["branin", "hartmann6", "ackley5", "levy8", "noisy-hartmann6", "gramacy-c", "branincurrin"]
MARKS = {"branin": 5.6e-5, "hartmann6": 0.003, "ackley5": 1.8, "levy8": 2.2, "noisy-hartmann6": 0.42, "gramacy-c": 1.8e-5,
         "branincurrin": 0.020}
MILLISECONDS = 10


def quartile(values):
    """The smallest value that three quarters of the runs do not exceed."""
    return sorted(values)[(3 * len(values)) // 4]


def ranks(values):
    """Ranks from 1 by value; equal values share the mean of theirs; None comes last."""
    key = {name: float("inf") if value is None else value for name, value in values.items()}
    found = {}
    for name, value in key.items():
        below = sum(other < value for other in key.values())
        equal = sum(other == value for other in key.values())
        found[name] = below + (equal + 1) / 2
    return found


def table(runs):
    """Prints the tables; true when every limit holds."""
    solvers = sorted(dict.fromkeys(run["solver"] for run in runs), key=lambda name: name != "gradus")
    print("| problem | solver | seeds | median | worst quartile | ms | rank of median | rank of quartile |")
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    sums = {name: [0.0, 0.0] for name in solvers}
    figures = []
    for problem in PROBLEMS:
        medians, quartiles, times, counts = {}, {}, {}, {}
        for name in solvers:
            own = [run for run in runs if run["problem"] == problem and run["solver"] == name and "error" not in run]
            final = [float("inf") if run["final"] is None else run["final"] for run in own]
            counts[name] = len(own)
            medians[name] = statistics.median(final) if own else None
            quartiles[name] = quartile(final) if own else None
            seconds = [run["cpu_per_suggestion"] for run in own if run.get("cpu_per_suggestion") is not None]
            times[name] = 1e3 * statistics.median(seconds) if seconds else None
        by_median, by_quartile = ranks(medians), ranks(quartiles)
        for name in solvers:
            sums[name][0] += by_median[name]
            sums[name][1] += by_quartile[name]
            if counts[name]:
                time = f"{times[name]:.1f}" if times[name] is not None else ""
                print(f"| {problem} | {name} | {counts[name]} | {medians[name]:.3g} | {quartiles[name]:.3g} | {time} | "
                      f"{by_median[name]:g} | {by_quartile[name]:g} |")
        if medians.get("gradus") is not None:
            figures.append((f"{problem}, median regret", medians["gradus"], "", MARKS[problem]))
        if times.get("gradus") is not None:
            figures.append((f"{problem}, processor time a suggestion", times["gradus"], "ms", MILLISECONDS))
    print("\n| solver | sum of ranks of the median | of the worst quartile |")
    print("|---|--:|--:|")
    for name in solvers:
        print(f"| {name} | {sums[name][0]:g} | {sums[name][1]:g} |")
    for k, what in enumerate(("medians", "worst quartiles")):
        peers = [sums[name][k] for name in solvers if name != "gradus"]
        if "gradus" in sums and peers:
            figures.append((f"sum of ranks of the {what}", sums["gradus"][k], "", min(peers)))
    print()
    for name, value, unit, limit in figures:
        print(f"{name}: {value:.3g} {unit} (limit {limit:.3g})")
    return all(value <= limit for _, value, _, limit in figures)


def main():
    parser = peers.parser(__doc__, SOLVERS)
    parser.add_argument("--seeds", default="0-9")
    parser.add_argument("--problems", default=",".join(PROBLEMS))
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    arguments = ["--problems", options.problems, "--seeds", options.seeds, "--jobs", options.jobs]
    return peers.main("bo.py", options, arguments, table, call="ask-tell --by bayesian-optimization")


if __name__ == "__main__":
    sys.exit(main())
