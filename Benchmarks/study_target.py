#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time to a target of studies with eight workers on trials of 0.1 s, beside optuna (PyPI), in turns in one run.

    Benchmarks/study_target.py [--seeds 10] [--workers 8] [--trials 200]

Both sides have what they choose by themselves: ours `gradus tune` without a method, optuna TPE; a journal each. Our workers are
programs that stay (json-lines), optuna's the threads of one process. The time is from 0.1 s before the end of the first trial – until
then our eight programs start, which optuna's threads need not – to the end of the first one that reaches the target, by the times in
the storage; a study that never reaches it counts with all its time. Medians over the seeds, ratios as a geometric mean over the
functions, and the same with the start of the programs. Exit code 1 when the limit does not hold.
"""
import argparse
import datetime
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from measure import GRADUS, OURS, judge, need

LIMIT = 1.3
HARTMANN = ([1.0, 1.2, 3.0, 3.2],
            [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]],
            [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
             [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]])


def branin(x):
    return ((x[1] - 5.1 / (4 * math.pi ** 2) * x[0] ** 2 + 5 / math.pi * x[0] - 6) ** 2
            + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0]) + 10)


def hartmann(x):
    return -sum(a * math.exp(-sum(w * (v - p / 10000) ** 2 for w, v, p in zip(row, x, place)))
                for a, row, place in zip(*HARTMANN))


def ackley(x):
    n = len(x)
    return (20 + math.e - 20 * math.exp(-0.2 * math.sqrt(sum(v * v for v in x) / n))
            - math.exp(sum(math.cos(2 * math.pi * v) for v in x) / n))


# Function, box, target: what a random search would need hundreds or thousands of trials for.
PROBLEMS = {
    "Branin, 0.45": (branin, [(-5, 10), (0, 15)], 0.45),
    "Hartmann 6, -3": (hartmann, [(0, 1)] * 6, -3.0),
    "Ackley 5, 5": (ackley, [(-15, 20)] * 5, 5.0),
}


def work(name):
    """A worker that stays: a line a trial."""
    function, box, _ = PROBLEMS[name]
    for line in sys.stdin:
        parameters = json.loads(line)["parameters"]
        time.sleep(0.1)
        print(json.dumps({"f": function([parameters[f"x{k}"] for k in range(len(box))])}), flush=True)


def ours(name, folder, seed, options):
    function, box, target = PROBLEMS[name]
    parameters = {f"x{k}": {"type": "float", "low": low, "high": high} for k, (low, high) in enumerate(box)}
    spec = {"study": "s", "command": [sys.executable, str(pathlib.Path(__file__).resolve()), "--work", name],
            "protocol": "json-lines", "parameters": parameters, "objectives": {"f": "minimize"}, "trials": options.trials,
            "parallel": options.workers, "seed": seed, "storage": f"{folder}/ours.journal"}
    path = pathlib.Path(folder, "spec.yaml")
    path.write_text(json.dumps(spec))
    done = subprocess.run([GRADUS, "tune", path, "--quiet"], env=OURS, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    shown = json.loads(subprocess.run(
        [GRADUS, "study", "show", "--storage", f"{folder}/ours.journal", "--limit", "100000", "--format", "json"], env=OURS,
        check=True, capture_output=True, text=True).stdout)
    read = datetime.datetime.fromisoformat
    return reached([(read(t["started"]), read(t["completed"]), t["values"][0]) for t in shown["trials"] if t["state"] == "complete"], target)


def theirs(name, folder, seed, options):
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    function, box, target = PROBLEMS[name]
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(f"{folder}/optuna.journal"))
    study = optuna.create_study(storage=storage, sampler=optuna.samplers.TPESampler(seed=seed))

    def objective(trial):
        x = [trial.suggest_float(f"x{k}", low, high) for k, (low, high) in enumerate(box)]
        time.sleep(0.1)
        return function(x)

    study.optimize(objective, n_trials=options.trials, n_jobs=options.workers)
    return reached([(t.datetime_start, t.datetime_complete, t.value) for t in study.trials], target)


def reached(trials, target):
    """Seconds until the target, trials until then, and the seconds with the start of the workers."""
    ends = sorted((ended, value) for _, ended, value in trials)
    start = (ends[0][0] - min(started for started, _, _ in trials)).total_seconds() - 0.1
    hit = next((k for k, (_, value) in enumerate(ends) if value <= target), len(ends) - 1)
    seconds = (ends[hit][0] - ends[0][0]).total_seconds() + 0.1
    return seconds, hit + 1, seconds + start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--work")
    options = parser.parse_args()
    if options.work:
        return work(options.work)
    try:
        import optuna  # noqa: F401
    except ImportError:
        print("optuna is missing: run `make test` once, then `.tools/peers/bin/python Benchmarks/study_target.py`")
        return 5
    need(GRADUS)
    ratios, started = [], []
    for name in PROBLEMS:
        pairs = []
        for seed in range(options.seeds):
            with tempfile.TemporaryDirectory(dir=".") as folder:
                pairs.append((ours(name, folder, seed, options), theirs(name, folder, seed, options)))
        median = lambda side, part: statistics.median(pair[side][part] for pair in pairs)
        ratios.append(median(1, 0) / median(0, 0))
        started.append(median(1, 2) / median(0, 2))
        print(f"{name}: {median(0, 0):.1f} s and {median(0, 1):.0f} trials, optuna {median(1, 0):.1f} s and {median(1, 1):.0f} "
              f"trials; {ratios[-1]:.2f} times as fast", flush=True)
    print(f"with the start of the workers: {math.exp(statistics.fmean(map(math.log, started))):.2f} times as fast")
    mean = math.exp(statistics.fmean(map(math.log, ratios)))
    return 0 if judge("time to target, 1 / ratio to optuna", 1 / mean, 1 / LIMIT) else 1


if __name__ == "__main__":
    sys.exit(main())
