#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the measured claims: every law on every method, every demonstration of the atlas, and the table of answers on a
quick choice of files.

    Benchmarks/claims.py [SYSTEM…]               all, or the demonstrations of these systems alone

A claim that does not hold is a result, and is reported as one. Exit code 1 where something is not decided – a crash, a limit of
time –, where a demonstration differs from what its entry says it last measured, where a law is broken, or where an answer
contradicts what is known.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from measure import DATA, GRADUS, OURS, ROOT, need

QUICK = "afiro,adlittle,kb2,sc105,gas11,bgetam,HS35,TAME,QAFIRO,p0033,flugpl,egout"
THREADS = str(os.cpu_count() or 1)


def stage(name, command, limit):
    """Runs a command with its output shown; a sentence about what went wrong, empty when nothing did."""
    print(f"\n== {name}", flush=True)
    begin = time.monotonic()
    try:
        code = subprocess.run(command, timeout=limit, env=OURS).returncode
    except subprocess.TimeoutExpired:
        code = 124
    print(f"({time.monotonic() - begin:.0f} s)", flush=True)
    return f"{name}: exit code {code}" if code else ""


def systems():
    """Names of the systems of the atlas that are here."""
    listed = subprocess.run([GRADUS, "atlas", "list", "--format", "json"], capture_output=True, text=True, check=True)
    return [system["name"] for system in json.loads(listed.stdout)["systems"] if system["status"] != "absent"]


def demonstrate(name):
    """Measures one system in a process of its own and prints every claim: the status, and what is wrong or nothing."""
    command = [GRADUS, "atlas", "run", name, "--threads", THREADS, "--format", "json", "--quiet"]
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=2400, env=OURS)
    except subprocess.TimeoutExpired:
        return "not decided", f"{name}: not decided within 40 minutes"
    try:
        result = json.loads(process.stdout)
        status, standing = result["status"], result["standing"]
    except (ValueError, KeyError):
        said = (process.stderr.strip().splitlines() or ["no message"])[-1]
        print(f"{name}: NOT DECIDED, exit code {process.returncode}: {said}", flush=True)
        return "not decided", f"{name}: not decided, exit code {process.returncode}"
    print(f"{name}: {status} ({len(result['seeds'])} seeds, {result['seconds']:.0f} s)")
    for claim in result["claims"]:
        word = {True: "holds", False: "DOES NOT HOLD"}.get(claim["holds"], "unfinished")
        print(f"  {word}: {claim['claim']}")
        side = "≤" if claim["direction"] == "atMost" else "≥"
        print(f"    {claim['metric']}: {claim['comparison']} {claim['compared']:.4g}, claimed {side} {claim['threshold']:.4g}")
    if result["tried"] and status != "holds":
        print(f"  tried: {result['tried']}")
    sys.stdout.flush()
    if status not in ("holds", "partly", "doesNotHold"):
        return "not decided", f"{name}: {status}"
    return status, "" if status == standing else f"{name}: {status}, and its entry says {standing}"


def main():
    need(GRADUS)
    begin, wanted, wrong, counts = time.monotonic(), sys.argv[1:], [], {}
    if not wanted:
        wrong.append(stage("laws", [GRADUS, "check", "--all", "--quiet"], 2400))
    print("\n== atlas", flush=True)
    for name in wanted or systems():
        status, error = demonstrate(name)
        counts[status] = counts.get(status, 0) + 1
        wrong.append(error)
    if not wanted and DATA.exists():
        with tempfile.TemporaryDirectory() as folder:
            table = [sys.executable, ROOT / "Benchmarks" / "table.py", "--only", QUICK, "--output", str(pathlib.Path(folder) / "table.md")]
            wrong.append(stage("table of answers", table, 1200))
    elif not wanted:
        print("the table of answers is left out: the data folder is not beside the repository")
    wrong = [sentence for sentence in wrong if sentence]
    print(f"\nsystems: {', '.join(f'{count} {status}' for status, count in sorted(counts.items()))}; "
          f"{(time.monotonic() - begin) / 60:.1f} minutes with {THREADS} threads")
    print(*(f"WRONG  {sentence}" for sentence in wrong), sep="\n") if wrong else print("everything is decided, and as stated")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
