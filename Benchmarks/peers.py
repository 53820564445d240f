# SPDX-License-Identifier: Apache-2.0
"""What the tables against other solvers share: a script of ../shared/peers owns the problems, counts the evaluations and asks
`gradus ask-tell` beside the peers; its record is kept, merged and printed again."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from measure import GRADUS, OURS, ROOT, need

PEERS = ROOT.parent / "shared" / "peers"


def parser(doc, solvers):
    """The options that every table has; `doc` is the script's own documentation."""
    made = argparse.ArgumentParser(description=doc.splitlines()[0])
    made.add_argument("--solvers", default=solvers, help="the peers")
    made.add_argument("--merge", help="take the peers' runs from an earlier --out")
    made.add_argument("--print", dest="shown", help="only print the table of an earlier --out")
    made.add_argument("--out", help="keep the record")
    return made


def recorded(path):
    """The runs of an earlier --out."""
    return json.loads(pathlib.Path(path).read_text())["runs"]


def main(script, options, arguments, table, call="ask-tell"):
    """Exit code: 0 when `table(runs)` says that every limit holds, 1 when not, 2 when a run failed, 5 when a part is missing."""
    if options.shown:
        return 0 if table(recorded(options.shown)) else 1
    need(GRADUS)
    if not (PEERS / script).exists():
        print(f"{PEERS / script} is missing: the problems are not part of this repository", file=sys.stderr)
        return 5
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(options.out or pathlib.Path(folder) / "runs.json").resolve()
        command = [sys.executable, PEERS / script, "--solvers", "" if options.merge else options.solvers,
                   *map(str, arguments), "--external", f"gradus={GRADUS} {call}", "--out", out]
        subprocess.run(command, check=True, cwd=folder, env=dict(OURS, PYTHONWARNINGS="ignore"), stdout=subprocess.DEVNULL)
        record = json.loads(out.read_text())
        if options.merge:
            record["runs"] += [run for run in recorded(options.merge) if run["solver"] != "gradus"]
            out.write_text(json.dumps(record))
    runs = record["runs"]
    if errors := [run["error"] for run in runs if "error" in run]:
        print(f"{len(errors)} runs failed, the first with: {errors[0]}", file=sys.stderr)
        return 2
    return 0 if table(runs) else 1
