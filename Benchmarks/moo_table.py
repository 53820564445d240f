#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`gradus ask-tell` against pymoo on several objectives: hypervolume of all points evaluated, and processor time.

    Benchmarks/moo_table.py [--problems zdt1,zdt2,zdt3,dtlz2] [--seeds 0-9] [--by METHOD] [--solvers …] [--merge PEERS.json]
        [--out FILE]
    Benchmarks/moo_table.py --print FILE

Wraps `../shared/peers/moo.py`, which owns the problems, counts the evaluations and measures the hypervolume as a share of the
largest possible. Behind each median over the seeds stands the range. Processor time is that of the whole run by the number
of evaluations; of the peers it contains the problem, of `gradus` the text that goes through the pipe. Without `--by` the
method is the one that `gradus ask-tell` chooses. Exit code 1 when a limit does not hold: the median not below the best
peer's at any count of evaluations, and at most a tenth of the cheapest peer's processor time.
"""
import os
import statistics
import sys

import peers


def table(runs):
    """Prints the table; true when every limit holds."""
    runs = [run for run in runs if "error" not in run]
    counts = sorted(runs[0]["archive"], key=int)
    solvers = sorted(dict.fromkeys(run["solver"] for run in runs), key=lambda name: name != "gradus")
    print("| problem | solver | seeds | " + " | ".join(f"{int(count):,}" for count in counts) + " | µs an evaluation |")
    print("|---|---|--:|" + "--:|" * (len(counts) + 1))
    holds = True
    for problem in dict.fromkeys(run["problem"] for run in runs):
        medians, times = {}, {}
        for name in solvers:
            own = [run for run in runs if run["problem"] == problem and run["solver"] == name]
            if not own:
                continue
            cells = []
            for count in counts:
                values = [run["archive"][count] for run in own]
                medians[name, count] = statistics.median(values)
                cells.append(f"{statistics.median(values):.4f} ({min(values):.4f}–{max(values):.4f})")
            times[name] = statistics.median(1e6 * run["cpu"] / run["evals"] for run in own)
            print(f"| {problem} | {name} | {len(own)} | " + " | ".join(cells) + f" | {times[name]:.1f} |")
        peers = [name for name in times if name not in ("gradus", "random")]
        if "gradus" not in times or not peers:
            continue
        for count in counts:
            best = max(medians[name, count] for name in peers)
            if medians["gradus", count] < best:
                holds = False
                print(f"{problem}: {medians['gradus', count]:.4f} after {count} is below {best:.4f}", file=sys.stderr)
        cheapest = min(times[name] for name in peers)
        if times["gradus"] > 0.1 * cheapest:
            holds = False
            print(f"{problem}: {times['gradus']:.1f} µs are more than a tenth of {cheapest:.1f} µs", file=sys.stderr)
    return holds


def main():
    parser = peers.parser(__doc__, "nsga2,nsga3,smsemoa,moead")
    parser.add_argument("--problems", default="zdt1,zdt2,zdt3,dtlz2")
    parser.add_argument("--seeds", default="0-9")
    parser.add_argument("--evals", type=int, default=25_000)
    parser.add_argument("--by", help="the method of ours")
    options = parser.parse_args()
    arguments = ["--problems", options.problems, "--seeds", options.seeds, "--evals", options.evals,
                 "--jobs", os.cpu_count() or 1]
    return peers.main("moo.py", options, arguments, table, call="ask-tell" + (f" --by {options.by}" if options.by else ""))


if __name__ == "__main__":
    sys.exit(main())
