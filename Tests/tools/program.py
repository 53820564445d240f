# SPDX-License-Identifier: Apache-2.0
"""The built `gradus`, for tests that run it as its users do."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(os.environ.get("GRADUS_BIN", ROOT / ".build" / "release"))


def gradus(*arguments, folder=ROOT, limit=120):
    """Runs the program to its end; the finished process with its output as text."""
    return subprocess.run([str(FOLDER / "gradus"), *map(str, arguments)], cwd=folder, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=limit)
