# SPDX-License-Identifier: Apache-2.0
"""What the benchmark scripts share: measured processes, paired runs, ratios, and the line a limit is judged by."""
import csv
import json
import math
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
GRADUS = pathlib.Path(os.environ.get("GRADUS_BIN", ROOT / ".build" / "release")) / "gradus"
WHEEL = ROOT / ".tools" / "python" / "highsbox" / "highs_dist"
HIGHS = WHEEL / "bin" / "highs"

ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
# The wheel's libraries must be found by the executable that lies beside them.
ENVIRONMENT["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, [str(WHEEL / "lib"), os.environ.get("LD_LIBRARY_PATH")]))
OURS = {name: value for name, value in ENVIRONMENT.items() if name != "LD_LIBRARY_PATH"}


class Measured:
    """One finished process: exit code, output, seconds of wall time and, when sampled, peak bytes of its whole tree."""

    def __init__(self, code, output, seconds, peak=None):
        self.code, self.output, self.seconds, self.peak = code, output, seconds, peak


def tree_bytes(root):
    """Memory of a process and its descendants now; pages shared between them count once (proportional set size)."""
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:")) * 1024
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as file:
                    waiting += [int(word) for word in file.read().split()]
        except (OSError, ValueError):
            continue
    return total


def run(command, limit, environment=OURS, memory=False, folder=None):
    """Runs a command to its end, or kills its group at the limit (exit code 124)."""
    with tempfile.TemporaryFile("w+", errors="replace") as sink:
        begin = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=sink,
                                   stderr=subprocess.DEVNULL, env=environment, cwd=folder, start_new_session=True)
        peak, done = [0], threading.Event()

        def sample():
            while not done.wait(0.01):
                peak[0] = max(peak[0], tree_bytes(process.pid))

        watcher = threading.Thread(target=sample) if memory else None
        if watcher:
            watcher.start()
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            code = 124
        seconds = time.perf_counter() - begin
        done.set()
        if watcher:
            watcher.join()
        sink.seek(0)
        return Measured(code, sink.read(), seconds, peak[0] or None)


def paired(first, second, repeats):
    """Median seconds of two functions that each return a `Measured`, run in turns so that both see the same machine."""
    pairs = [(first(), second()) if k % 2 == 0 else (second(), first())[::-1] for k in range(repeats)]
    return tuple(statistics.median(pair[k].seconds for pair in pairs) for k in (0, 1))


def geometric_mean(ratios):
    return math.exp(statistics.fmean(map(math.log, ratios))) if ratios else math.nan


def instances(family):
    """Rows of a family's index with the path of each file; an empty list when the data is not there."""
    index = DATA / family / "index.csv"
    if not index.exists():
        return []
    with open(index, newline="") as file:
        return [dict(row, path=DATA / family / row["file"]) for row in csv.DictReader(file)]


def gradus(path, limit, *options, memory=False, solution=None):
    """`gradus solve` on one file; the measured process and its result object (None when it printed none)."""
    more = ["--solution", solution] if solution else []
    measured = run([GRADUS, "solve", path, "--format", "json", "--quiet", "--time-limit", limit, *more, *options],
                   limit * 1.2 + 20, memory=memory)
    try:
        return measured, json.loads(measured.output)
    except ValueError:
        return measured, None


def highs(path, limit, memory=False):
    """The `highs` executable on a copy whose name it accepts; the measured process, its status and its objective."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / (pathlib.Path(path).stem + (".lp" if str(path).endswith(".lp") else ".mps"))
        shutil.copyfile(path, copy)
        measured = run([HIGHS, "--time_limit", limit, copy], limit * 1.2 + 20, ENVIRONMENT, memory, folder)
    text = measured.output
    status = re.findall(r"(?:Model status\s*:|^\s+Status)\s+(.+?)\s*$", text, re.MULTILINE)
    value = re.findall(r"(?:Objective value\s*:|^\s+Primal bound)\s+(\S+)", text, re.MULTILINE)
    try:
        objective = float(value[-1])
    except (IndexError, ValueError):
        objective = None
    return measured, (status[-1] if status else f"exit code {measured.code}"), objective


def close(a, b, tolerance):
    return a is not None and b is not None and abs(a - b) <= tolerance * max(1.0, abs(b))


def judge(name, value, limit, unit=""):
    """Prints one measured figure against its limit; True when it holds."""
    holds = value <= limit
    print(f"{name}: {value:.4g}{unit and ' ' + unit} (limit {limit:g}) {'holds' if holds else 'DOES NOT HOLD'}", flush=True)
    return holds


def need(*paths):
    """Ends the script with exit code 5 when something it measures is missing."""
    for path in paths:
        if not pathlib.Path(path).exists():
            print(f"{path} is missing: run `make build tools` in the repository, and have the data beside it", file=sys.stderr)
            sys.exit(5)


def beside_loops(product, loops):
    """What a program of the benchmarks prints when it is given the plain C loops of a file, compiled; None without a compiler."""
    need(loops)
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        print("no C compiler was found: install gcc", file=sys.stderr)
        return None
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*build, "--product", product], check=True, stdout=subprocess.DEVNULL)
    program = ROOT / "Benchmarks" / ".build" / "release" / product
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder) / "loops.so"
        subprocess.run([compiler, "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", loops, "-o", library, "-lm"],
                       check=True)
        return subprocess.run([program, library], capture_output=True, text=True, env=OURS, check=True, timeout=600).stdout
