#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every LP, QP and MIP file: our answer against the best known one, and who vouches for it.

    Benchmarks/table.py [--families lp,qp,mip] [--limit 60] [--set KEY=VALUE…] [--output Documentation/results.md]

Each answer is written to a file and checked by `gradus verify` and by tools/check_answer.py. Exit code 1 when an answer
contradicts what is known.
"""
import argparse
import collections
import datetime
import pathlib
import sys
import tempfile

from measure import DATA, GRADUS, HIGHS, ROOT, close, gradus, highs, instances, need, run

CHECK = {0: "confirmed", 4: "not refuted", 100: "**refuted**", 3: "–", 124: "time-out"}


def contradiction(row, result):
    """In words, what is wrong with an answer; empty when nothing is."""
    status, known = result["status"], row["best_known"]
    if row["proof"] in ("infeasible", "unbounded"):
        return "" if status in (row["proof"], "infeasibleOrUnbounded", "limit") else f"is {row['proof']}"
    if status in ("infeasible", "unbounded"):
        return "has a solution"
    if status == "limit" or not known:
        return ""
    best, value, bound = float(known), result.get("objective"), result.get("bound")
    if row["name"] == "e226":
        best += 7.113  # the published value leaves out the constant of the objective row
    sign = -1 if (result.get("problem") or {}).get("sense") == "maximize" else 1
    slack = 1e-6 * max(1.0, abs(best))
    if row["proof"] == "optimal" and sign * (value - best) < -slack:
        return "better than the proven optimum"
    if isinstance(bound, (int, float)) and sign * (bound - best) > slack:
        return "bound excludes the best known value"
    gap = 1e-6 if not int(row.get("integers") or 0) else 1.01e-4
    return "" if status != "optimal" or close(value, best, gap) else "is not the optimum"


def number(value):
    return f"{value:.10g}" if isinstance(value, (int, float)) else "" if value is None else str(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--families", default="lp,qp,mip")
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--output", default=str(ROOT / "Documentation" / "results.md"))
    parser.add_argument("--only", default="", help="names, divided by commas")
    options = parser.parse_args()
    need(GRADUS, HIGHS, DATA)
    version = run([GRADUS, "version"], 10).output.splitlines()[:1]
    lines, wrong, tally = [], [], collections.Counter()
    extra = [word for pair in options.set for word in ("--set", pair)]
    for family in options.families.split(","):
        lines += [f"\n## {family.upper()}\n",
                  "| file | ours | best known | status | who vouches | seconds | HiGHS seconds | `verify` | `check_answer` |",
                  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
        for row in instances(family):
            if options.only and row["name"] not in options.only.split(","):
                continue
            with tempfile.TemporaryDirectory() as folder:
                answer = pathlib.Path(folder) / "answer.json"
                measured, result = gradus(row["path"], options.limit, *extra, solution=answer)
                verify = run([GRADUS, "verify", row["path"], answer], 120)
                check = run([sys.executable, ROOT / "tools" / "check_answer.py", row["path"], answer], 120)
            theirs, status, _ = highs(row["path"], options.limit)
            if result is None:
                words, result = f"no result (exit code {measured.code})", {"status": f"exit code {measured.code}"}
            else:
                words = contradiction(row, result)
            if 100 in (verify.code, check.code):
                words = (words + "; " if words else "") + "refuted by a check"
            if words:
                wrong.append(f"{row['name']}: {words}")
            certificate = result.get("certificate") or {}
            vouches = f"{certificate.get('kind', '')}: point {certificate.get('point', '–')}, bound {certificate.get('bound', '–')}"
            tally[family, result["status"], bool(certificate.get("verified"))] += 1
            known = row["best_known"] or row["proof"]
            slow = f"{theirs.seconds:.2f}" + ("" if status in ("Optimal", "Infeasible", "Unbounded") else f" ({status})")
            cells = [row["name"], number(result.get("objective")), known, result["status"] + (f" ({words})" if words else ""),
                     vouches, f"{measured.seconds:.2f}", slow, CHECK.get(verify.code, verify.code),
                     CHECK.get(check.code, check.code)]
            lines.append("| " + " | ".join(map(str, cells)) + " |")
            print(lines[-1], flush=True)
    head = ["# Answers on every linear, quadratic and integer file", "",
            f"Written by `Benchmarks/table.py` on {datetime.date.today()} with {''.join(version)}, limit "
            f"{options.limit:g} s, settings {' '.join(options.set) or 'default'}. The files and best known values are not "
            "part of the repository. `check_answer` reads MPS only. An integer bound that only HiGHS reports is \"not refuted\".",
            "", "| family | status | verified by us | files |", "| --- | --- | --- | --- |"]
    head += [f"| {family} | {status} | {'yes' if ours else 'no'} | {count} |" for (family, status, ours), count in sorted(tally.items())]
    head += ["", "Contradictions: " + ("; ".join(wrong) if wrong else "none") + "."]
    pathlib.Path(options.output).write_text("\n".join(head + lines) + "\n")
    print(f"\n{sum(tally.values())} files, {len(wrong)} contradictions", *wrong, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
