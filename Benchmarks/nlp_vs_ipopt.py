#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every continuous .nl and .sif file: ours against Ipopt (the one that casadi carries), at tolerance 1e-8, in one run.

    Benchmarks/nlp_vs_ipopt.py [--repeats 5] [--limit 60] [--method interior-point] [--only NAME,…]

Counted is the time in process from the parsed model to the answer on both sides: ours with derivatives compiled and the
judge's check, theirs with `nlpsol` built and called. Neither reads the file in it; .sif files go to the peer through our
.nl writer. Times below 1 ms count as 1 ms. Points of both sides are checked by `gradus verify`. Exit code 1 when a mark is
missed.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

from measure import GRADUS, OURS, ROOT, geometric_mean, instances, judge, need, run

try:
    import casadi
except ImportError:
    print("casadi is missing: run `make tools`, then `.tools/peers/bin/python Benchmarks/nlp_vs_ipopt.py`")
    sys.exit(5)

FLOOR = 1e-3


def ipopt(path, limit, repeats):
    """Seconds (median), status, objective, function and gradient calls, point and multipliers."""
    model = casadi.NlpBuilder()
    model.import_nl(str(path), {"verbose": False})
    problem = {"x": casadi.vertcat(*model.x), "f": model.f, "g": casadi.vertcat(*model.g)}
    options = {"print_time": False, "ipopt": {"print_level": 0, "sb": "yes", "tol": 1e-8, "max_cpu_time": float(limit)}}
    times, answer, stats = [], None, None
    for _ in range(repeats):
        begin = time.perf_counter()
        solver = casadi.nlpsol("solver", "ipopt", problem, options)
        answer = solver(x0=model.x_init, lbx=model.x_lb, ubx=model.x_ub, lbg=model.g_lb, ubg=model.g_ub)
        times.append(time.perf_counter() - begin)
        stats = solver.stats()
        if sum(times) > limit:
            break
    calls = stats.get("n_call_nlp_f", 0) + stats.get("n_call_nlp_grad_f", 0)
    flat = [float(v) for v in answer["x"].full().ravel()], [float(v) for v in answer["lam_g"].full().ravel()]
    return sorted(times)[len(times) // 2], stats["return_status"], float(answer["f"]), calls, *flat


def verified(path, description, status, objective, x, duals):
    """True when `gradus verify` does not refute the point as a stationary one."""
    names = description["names"]
    document = {"schema": "gradus.result/1", "status": "stationary", "objective": objective,
                "solution": dict(zip(names["columns"], x)), "duals": dict(zip(names["rows"], duals))}
    with tempfile.TemporaryDirectory() as folder:
        answer = pathlib.Path(folder) / "answer.json"
        answer.write_text(json.dumps(document))
        return run([GRADUS, "verify", path, answer], 60).code == 0


def names_of(path):
    """Names of columns and rows of an .nl file as our writer and reader know them."""
    def lines(suffix):
        file = pathlib.Path(path).with_suffix(suffix)
        return file.read_text().split("\n")[:-1] if file.exists() else None
    with open(path, "rb") as file:
        file.readline()
        n, m = (int(word) for word in file.readline().split()[:2])
    return {"columns": lines(".col") or [f"x{k}" for k in range(n)], "rows": (lines(".row") or [f"c{k}" for k in range(m)])[:m]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--method", default="interior-point")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    rows = [row for family in ("nl", "sif") for row in instances(family) if not int(row.get("integers") or 0)]
    rows = [row for row in rows if not options.only or row["name"] in options.only.split(",")]
    if not rows:
        need(ROOT.parent / "shared" / "data" / "nl" / "index.csv")
    need(GRADUS)
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*build, "--product", "nlp"], check=True, stdout=subprocess.DEVNULL)
    program = ROOT / "Benchmarks" / ".build" / "release" / "nlp"
    times, calls, ours_count, theirs_count, remarks = [], [], 0, 0, []
    print(f"{'file':28} {'ours ms':>9} {'ipopt ms':>9} {'ratio':>6} {'f+g':>5} {'theirs':>6}  status / theirs")
    for row in rows:
        path = row["path"]
        with tempfile.TemporaryDirectory() as folder:
            if path.suffix.lower() == ".sif":
                path = pathlib.Path(folder) / (row["name"] + ".nl")
                if run([GRADUS, "convert", row["path"], path], 60).code != 0:
                    remarks.append(f"{row['name']}: cannot be converted")
                    continue
            answer = pathlib.Path(folder) / "ours.json"
            run([GRADUS, "solve", path, "--by", options.method, "--quiet", "--solution", answer, "--time-limit", options.limit],
                options.limit + 20)
            ours_verified = answer.exists() and run([GRADUS, "verify", path, answer], 60).code == 0
            done = subprocess.run([program, options.method, str(options.repeats), str(options.limit), path],
                                  capture_output=True, text=True, env=OURS)
            try:
                ours = json.loads(done.stdout)
            except ValueError:
                remarks.append(f"{row['name']}: ours fails: {(done.stderr or done.stdout)[-120:]}")
                ours = None
            try:
                seconds, status, value, count, x, duals = ipopt(path, options.limit, options.repeats)
            except Exception as error:  # the peer refuses some files
                remarks.append(f"{row['name']}: the peer fails: {str(error).splitlines()[-1][:100]}")
                continue
            # Their Lagrangian has f + lam*g; a dual is the derivative by the side.
            theirs_verified = status in ("Solve_Succeeded", "Solved_To_Acceptable_Level") and verified(
                path, {"names": names_of(path)}, status, value, x, [-v for v in duals])
        solved = ours is not None and ours["status"] in ("optimal", "locallyOptimal", "stationary")
        ours_count += solved and ours_verified
        theirs_count += theirs_verified
        if ours is None:
            continue
        mine = ours["answers"].get("value", 0) + ours["answers"].get("gradient", 0)
        ratio = max(ours["seconds"], FLOOR) / max(seconds, FLOOR)
        if solved and status == "Solve_Succeeded":
            times.append(ratio)
            if mine and count:
                calls.append(mine / count)
        print(f"{row['name']:28} {ours['seconds'] * 1e3:9.3f} {seconds * 1e3:9.3f} {ratio:6.2f} {mine:5} {count:6}  "
              f"{ours['status']}{'' if ours_verified else ' (unverified)'} {ours['objective']} / {status} {value:.10g}"
              f"{'' if theirs_verified else ' (unverified)'}", flush=True)
    print(f"\n{len(times)} files solved by both", *remarks, sep="\n  ")
    print(f"verified KKT points: ours {ours_count}, Ipopt {theirs_count} of {len(rows)}")
    holds = [judge("time, geometric mean of ratios", geometric_mean(times), 0.7),
             judge("function and gradient answers, geometric mean of ratios", geometric_mean(calls), 1.1),
             judge("verified points missing against Ipopt", max(0, theirs_count - ours_count), 0)]
    return 0 if all(holds) and not math.isnan(geometric_mean(times)) else 1


if __name__ == "__main__":
    sys.exit(main())
