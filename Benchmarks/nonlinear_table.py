#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every .nl and .sif file: our answer against the best known one and Ipopt's, who vouches for it, and what `verify` says.

    Benchmarks/nonlinear_table.py [--families nl,sif] [--limit 20] [--output Documentation/nonlinear-results.md]

Exit code 1 when an answer contradicts what is known or is refuted. Ipopt (the one in casadi) is left out where casadi is
missing and for problems with integers.
"""
import argparse
import collections
import datetime
import multiprocessing
import pathlib
import sys
import tempfile

from measure import GRADUS, ROOT, gradus, instances, need, run
from table import CHECK, number


def contradiction(row, result):
    """In words, what is wrong with an answer; empty when nothing is."""
    status, known = result["status"], row["best_known"]
    value, bound = result.get("objective"), result.get("bound")
    if row["proof"] in ("infeasible", "unbounded"):
        stated = ("optimal", "locallyOptimal", "feasible") if row["proof"] == "infeasible" else ("optimal", "infeasible")
        return f"is {row['proof']}" if status in stated else ""
    if status in ("infeasible", "unbounded"):
        return "has a solution"
    if not known or not isinstance(value, (int, float)):
        return ""
    best = float(known)
    sign = -1 if (result.get("problem") or {}).get("sense") == "maximize" else 1
    slack = 1e-4 * max(1.0, abs(best))
    # Beside a cusp of the rows, a violation within the tolerance moves a local answer (hs013); a global claim must hold.
    if row["proof"] == "optimal" and status == "optimal" and sign * (value - best) < -slack:
        return "better than the proven optimum"
    # A bound shows its mistake against every feasible value; against a local one of a convex problem as well.
    if isinstance(bound, (int, float)) and sign * (bound - best) > slack:
        return "bound excludes the best known value"
    return "is not the optimum" if status == "optimal" and sign * (value - best) > slack else ""


def peer(path, limit, queue):
    """Ipopt from the start in the file; puts status and objective."""
    import casadi
    model = casadi.NlpBuilder()
    model.import_nl(str(path), {"verbose": False})
    problem = {"x": casadi.vertcat(*model.x), "f": model.f, "g": casadi.vertcat(*model.g)}
    options = {"print_time": False, "ipopt": {"print_level": 0, "sb": "yes", "tol": 1e-8, "max_cpu_time": float(limit)}}
    solver = casadi.nlpsol("solver", "ipopt", problem, options)
    answer = solver(x0=model.x_init, lbx=model.x_lb, ubx=model.x_ub, lbg=model.g_lb, ubg=model.g_ub)
    queue.put((solver.stats()["return_status"], float(answer["f"])))


def ipopt(path, limit):
    """In a process of its own: the peer may crash on what it cannot read."""
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=peer, args=(path, limit, queue))
    process.start()
    process.join(limit + 10)
    if process.is_alive():
        process.kill()
    try:
        status, value = queue.get(timeout=1)
    except Exception:  # nothing was put: it crashed or was killed
        return "–"
    return number(value) if status == "Solve_Succeeded" else f"{number(value)} ({status})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--families", default="nl,sif")
    parser.add_argument("--limit", type=float, default=20)
    parser.add_argument("--output", default=str(ROOT / "Documentation" / "nonlinear-results.md"))
    parser.add_argument("--only", default="", help="names, divided by commas")
    options = parser.parse_args()
    need(GRADUS)
    try:
        import casadi  # noqa: F401
        has_peer = True
    except ImportError:
        has_peer = False
    version = run([GRADUS, "version"], 10).output.splitlines()[:1]
    lines, wrong, tally = [], [], collections.Counter()
    for family in options.families.split(","):
        lines += [f"\n## .{family}\n", "| file | kind | ours | best known | Ipopt | status | who vouches | seconds | `verify` |",
                  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
        for row in instances(family):
            if options.only and row["name"] not in options.only.split(","):
                continue
            with tempfile.TemporaryDirectory() as folder:
                answer = pathlib.Path(folder) / "answer.json"
                measured, result = gradus(row["path"], options.limit, solution=answer)
                verify = run([GRADUS, "verify", row["path"], answer], 120)
                theirs, path = "–", row["path"]
                if has_peer and not int(row.get("integers") or 0):
                    if path.suffix.lower() == ".sif":
                        path = pathlib.Path(folder) / "peer.nl"
                        run([GRADUS, "convert", row["path"], path], 60)
                    theirs = ipopt(path, options.limit)
            if result is None:
                words, result = f"no result (exit code {measured.code})", {"status": f"exit code {measured.code}"}
            else:
                words = contradiction(row, result)
            if verify.code == 100:
                words = (words + "; " if words else "") + "refuted by verify"
            if words:
                wrong.append(f"{row['name']}: {words}")
            certificate = result.get("certificate") or {}
            vouches = f"{certificate.get('kind', '')}: point {certificate.get('point', '–')}, bound {certificate.get('bound', '–')}"
            tally[family, result["status"], CHECK.get(verify.code, verify.code)] += 1
            cells = [row["name"], (result.get("problem") or {}).get("kind", ""), number(result.get("objective")),
                     row["best_known"] or row["proof"], theirs, result["status"] + (f" ({words})" if words else ""), vouches,
                     f"{measured.seconds:.2f}", CHECK.get(verify.code, verify.code)]
            lines.append("| " + " | ".join(map(str, cells)) + " |")
            print(lines[-1], flush=True)
    head = ["# Answers on every .nl and .sif file", "",
            f"Written by `Benchmarks/nonlinear_table.py` on {datetime.date.today()} with {''.join(version)}, limit "
            f"{options.limit:g} s, default settings. The files and best known values are not part of the repository. Ipopt is the "
            "one that casadi carries, from the start in the file at tolerance 1e-8; a local solver is right to end in another "
            "local optimum.", "", "| family | status | `verify` | files |", "| --- | --- | --- | --- |"]
    head += [f"| {family} | {status} | {check} | {count} |" for (family, status, check), count in sorted(tally.items())]
    head += ["", "Contradictions: " + ("; ".join(wrong) if wrong else "none") + "."]
    pathlib.Path(options.output).write_text("\n".join(head + lines) + "\n")
    print(f"\n{sum(tally.values())} files, {len(wrong)} contradictions", *wrong, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
