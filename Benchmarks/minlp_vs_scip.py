#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every .nl file with integers: ours against SCIP (the one that pyscipopt carries), in one run.

    Benchmarks/minlp_vs_scip.py [--limit 60] [--gap 1e-4] [--only NAME,…] [--sides ours,scip]

Both read the same file, on one thread, one process at a time. A file counts as closed when its side claims an optimum within
the relative gap (the same for both; 1e-4 is our default and is set for SCIP, whose own is 0), or infeasibility, within the
limit of wall time, and the claim agrees with the best known value. Convex are the files whose relaxation our own analysis
proves convex, and those that are published as convex (MINLPLib) although it does not. Exit code 1 when a mark is missed or a
claim of ours contradicts what is known.
"""
import argparse
import json
import subprocess
import sys

from measure import DATA, ENVIRONMENT, GRADUS, close, gradus, instances, judge, need, run

# Published as convex in MINLPLib.
CONVEX = """
    alan ball_mk3_20 ball_mk3_30 clay0203h clay0203m clay0304h cvxnonsep_normcon20r cvxnonsep_nsig30 du-opt5 ex1223a flay02m
    fo9_ar3_1 m3 m7_ar3_1 meanvarx o7_ar5_1 ravempb smallinvDAXr4b150-165 sssd08-04 sssd18-06 st_e14 syn10m syn10m02h synthes3
    tls2 """.split()

PEER = """
import json, sys, time
import pyscipopt
model = pyscipopt.Model()
model.hideOutput()
begin = time.perf_counter()
model.readProblem(sys.argv[1])
model.setParam("limits/time", float(sys.argv[2]))
model.setParam("limits/gap", float(sys.argv[3]))
model.optimize()
value = model.getObjVal() if model.getNSols() else None
print(json.dumps({"status": model.getStatus(), "objective": value, "bound": model.getDualbound(),
                  "seconds": time.perf_counter() - begin}))
"""


def scip(path, limit, gap):
    """Status, objective, bound and seconds of SCIP in a process of its own; None when it ended without."""
    measured = run([sys.executable, "-c", PEER, path, limit, gap], limit * 1.2 + 20, ENVIRONMENT)
    try:
        answer = json.loads(measured.output.strip().split("\n")[-1])
    except ValueError:
        return {"status": f"exit code {measured.code}", "objective": None, "bound": None, "seconds": measured.seconds}
    return answer


def ours(path, limit, gap):
    """The same of ours."""
    measured, result = gradus(path, limit, "--set", f"gap={gap}")
    if result is None:
        return {"status": f"exit code {measured.code}", "objective": None, "bound": None, "seconds": measured.seconds}
    return {"status": result["status"], "objective": result.get("objective"), "bound": result.get("bound"),
            "seconds": measured.seconds}


def agrees(row, answer, gap):
    """Whether a claim can be right by what is known of the file."""
    if answer["status"] == "infeasible":
        return row["proof"] == "infeasible"
    return row["proof"] != "infeasible" and close(answer["objective"], float(row["best_known"]), 2 * gap)


def is_proved_convex(path):
    measured = run([GRADUS, "describe", path], 60)
    return "convex (proved)" in measured.output


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--gap", type=float, default=1e-4)
    parser.add_argument("--only", default="")
    parser.add_argument("--sides", default="ours,scip")
    options = parser.parse_args()
    sides = options.sides.split(",")
    if "scip" in sides and subprocess.run([sys.executable, "-c", "import pyscipopt"], capture_output=True).returncode:
        print("pyscipopt is missing: run `make tools`, then `.tools/peers/bin/python Benchmarks/minlp_vs_scip.py`")
        return 5
    rows = [row for row in instances("nl") if int(row["integers"] or 0)]
    if not rows:
        need(DATA / "nl" / "index.csv")
    need(GRADUS)
    rows = [row for row in rows if not options.only or row["name"] in options.only.split(",")]
    count = {(side, convex): 0 for side in ("ours", "scip") for convex in (True, False)}
    wrong = []
    print(f"{'file':28} {'class':7} " + " ".join(f"{side:>11} {'seconds':>7} {'objective':>16} {'bound':>16}" for side in sides))
    for row in rows:
        convex = row["name"] in CONVEX or is_proved_convex(row["path"])
        line = f"{row['name']:28} {'convex' if convex else 'other':7}"
        for side in sides:
            answer = (ours if side == "ours" else scip)(row["path"], options.limit, options.gap)
            claims = answer["status"] in ("optimal", "gaplimit", "infeasible")
            right = claims and agrees(row, answer, options.gap)
            if claims and not right:
                wrong.append(f"{side}: {row['name']} is said to be {answer['status']} with {answer['objective']}, "
                             f"known is {row['best_known'] or row['proof']}")
            count[side, convex] += right and answer["seconds"] <= options.limit + 2
            numbers = (f"{'-' if answer[key] is None else format(answer[key], '.8g'):>16}" for key in ("objective", "bound"))
            line += f" {answer['status'] + ('' if right else ' !' if claims else ''):>11} {answer['seconds']:7.2f} " + " ".join(numbers)
        print(line, flush=True)
    print(*wrong, sep="\n  ")
    for convex in (True, False):
        print(f"{'convex' if convex else 'other'}: ours closes {count['ours', convex]}, SCIP {count['scip', convex]}")
    if len(sides) < 2:
        return 0
    holds = [judge("convex files missing against SCIP", max(0, count["scip", True] - count["ours", True]), 0),
             judge("other files missing against half of SCIP's", max(0, count["scip", False] / 2 - count["ours", False]), 0),
             judge("claims of ours that contradict what is known", sum(text.startswith("ours") for text in wrong), 0)]
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main())
