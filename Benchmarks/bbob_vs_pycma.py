#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`cma-es` through `gradus ask-tell` against pycma on BBOB: 24 functions, targets from 10² to 10⁻⁸ above the optimum.

    Benchmarks/bbob_vs_pycma.py [--dims 2,5,10,20] [--instances 6-8] [--budget 1000] [--set NAME=VALUE…] [--out FILE]

Wraps `../shared/peers/bbob.py`, which owns the functions and counts the evaluations. The score is its `auc`: the fraction
of targets hit, averaged over log-uniform budgets up to `budget`·d evaluations. Behind each difference stands the standard
error of its mean over functions and instances: a difference within two of them is a draw. Instances 1 to 5 were used while
settings were chosen, so the default ones are others. Exit code 1 when a limit does not hold.
"""
import argparse
import json
import math
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

from measure import GRADUS, ROOT, judge, need

PEERS = ROOT.parent / "shared" / "peers"


def area(run, budget):
    """The score of one run: the mean over targets of 1 − ln(evaluations/d) / ln(budget)."""
    def share(hit):
        return max(0.0, 1 - max(0.0, math.log(hit / run["dim"])) / math.log(budget)) if hit else 0.0
    return statistics.fmean(map(share, run["hits"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dims", default="2,5,10,20")
    parser.add_argument("--functions", default="1-24")
    parser.add_argument("--instances", default="6-8")
    parser.add_argument("--budget", type=int, default=1000)
    parser.add_argument("--set", action="append", default=[], help="a setting of cma-es")
    parser.add_argument("--merge", help="take pycma's runs from an earlier --out")
    parser.add_argument("--out")
    options = parser.parse_args()
    need(GRADUS)
    if not (PEERS / "bbob.py").exists():
        print(f"{PEERS} is missing: the functions are not part of this repository", file=sys.stderr)
        return 5
    try:
        import cma  # noqa: F401
        import cocoex  # noqa: F401
    except ImportError as error:
        print(f"{error.name} is missing: run `make tools`, then `.tools/peers/bin/python Benchmarks/bbob_vs_pycma.py`")
        return 5
    solver = f"{GRADUS} ask-tell --by cma-es"
    if options.set:
        # The host knows nothing of settings: they are slipped into the description of every problem.
        settings = json.dumps(dict(setting.split("=", 1) for setting in options.set))
        insert = f's/^{{"start": {{/{{"start": {{"settings": {settings}, /'
        solver = shlex.join(["bash", "-c", f"sed -u {shlex.quote(insert)} | {solver}"])
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(options.out or pathlib.Path(folder) / "runs.json").resolve()
        command = [sys.executable, PEERS / "bbob.py", "--solvers", "" if options.merge else "cma", "--dims", options.dims,
                   "--functions", options.functions, "--instances", options.instances, "--budget", str(options.budget),
                   "--jobs", str(os.cpu_count() or 1), "--out", out,
                   "--external", f"gradus={solver}"]
        if options.merge:
            command += ["--merge", pathlib.Path(options.merge).resolve()]
        subprocess.run(command, check=True, cwd=folder, env=dict(os.environ, PYTHONWARNINGS="ignore"))
        runs = json.loads(out.read_text())["runs"]
    if errors := [run["error"] for run in runs if "error" in run]:
        print(f"{len(errors)} runs failed, the first with: {errors[0]}")
        return 2
    holds = []
    for d in map(int, options.dims.split(",")):
        score = {name: {(run["f"], run["i"]): area(run, options.budget) for run in runs
                        if (run["dim"], run["solver"]) == (d, name)} for name in ("gradus", "cma")}
        places = sorted(score["gradus"].keys() & score["cma"].keys())
        differences = [score["gradus"][place] - score["cma"][place] for place in places]
        error = statistics.stdev(differences) / math.sqrt(len(places)) if len(places) > 1 else math.nan
        ours, theirs = (statistics.fmean(score[name][place] for place in places) for name in ("gradus", "cma"))
        print(f"d = {d}: ours {ours:.4f}, pycma {theirs:.4f}, difference {ours - theirs:+.4f} ± {error:.4f}, {len(places)} runs")
        holds.append(judge(f"score of pycma / cma-es on BBOB at d = {d}", theirs / ours, 1))
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main())
