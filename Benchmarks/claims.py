#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the measured claims: every law on every method, every demonstration of the atlas, and the table of answers on a
quick choice of files.

Exit code 0 when every claim holds.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

from measure import DATA, GRADUS, ROOT, need

QUICK = "afiro,adlittle,kb2,sc105,gas11,bgetam,HS35,TAME,QAFIRO,p0033,flugpl,egout"


def main():
    need(GRADUS)
    laws = subprocess.run([GRADUS, "check", "--all"], timeout=1200).returncode
    atlas = subprocess.run([GRADUS, "atlas", "run", "--all", "--threads", str(os.cpu_count() or 1)],
                           timeout=7200).returncode
    if not DATA.exists():
        print("the table of answers is left out: the data folder is not beside the repository")
        return 1 if laws or atlas else 0
    with tempfile.TemporaryDirectory() as folder:
        table = subprocess.run([sys.executable, ROOT / "Benchmarks" / "table.py", "--only", QUICK, "--output",
                                str(pathlib.Path(folder) / "table.md")], timeout=1200).returncode
    return 1 if laws or atlas or table else 0


if __name__ == "__main__":
    sys.exit(main())
