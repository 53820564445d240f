#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trials per second of studies beside optuna (PyPI), in turns in one run: one parameter, random points, no command.

    Benchmarks/study_throughput.py [--rounds 3] [--trials 300] [--storages journal,journal-durable,sqlite,postgres]

`journal` is without an fsync on both sides, `journal-durable` with one before a finished trial is acknowledged (optuna: its
default, one for every line), `sqlite` with the default of each, `postgres` four processes on one study of a server with its own
defaults. Ours does more trials than optuna in a round, so that both
take about as long. Then the memory of a study that grows to 100,000 trials, and the wall time of `gradus study show` on it.
Exit code 1 when a limit does not hold.
"""
import argparse
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import postgres
from measure import GRADUS, OURS, ROOT, judge, need

PROGRAM = ROOT / "Benchmarks" / ".build" / "release" / "studies"
LIMITS = {"journal": 10, "journal-durable": 4, "sqlite": 5, "postgres": 3}
PROCESSES = 4


def optuna_rate(kind, folder, trials):
    """Trials per second of optuna, in this process."""
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if kind == "sqlite":
        storage = f"sqlite:///{folder}/optuna.db"
    else:
        backend = optuna.storages.journal.JournalFileBackend(f"{folder}/optuna.journal")
        storage = optuna.storages.JournalStorage(backend)
    sync, os.fsync = os.fsync, (os.fsync if kind != "journal" else lambda descriptor: None)
    try:
        study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler(seed=1))
        begin = time.perf_counter()
        study.optimize(lambda trial: trial.suggest_float("x", -10, 10) ** 2, n_trials=trials)
        return trials / (time.perf_counter() - begin)
    finally:
        os.fsync = sync


def optuna_share(url, trials, gate):
    """One of several processes on a study."""
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.load_study(study_name="s", storage=url, sampler=optuna.samplers.RandomSampler())
    gate.wait()
    study.optimize(lambda trial: trial.suggest_float("x", -10, 10) ** 2, n_trials=trials)


def optuna_together(server, name, trials):
    """Trials per second of optuna's processes together, from the moment all are ready."""
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    url = f"postgresql+psycopg2://postgres@/{server.database(name)}?host={server.folder}"
    optuna.create_study(study_name="s", storage=url)
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(PROCESSES + 1)
    processes = [context.Process(target=optuna_share, args=(url, trials // PROCESSES, gate)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    gate.wait()
    begin = time.perf_counter()
    for process in processes:
        process.join()
    return trials / (time.perf_counter() - begin)


def own_together(server, name, trials):
    """The same of ours; their start counts."""
    url = f"postgresql://postgres@/{server.database(name)}?host={server.folder}"
    begin = time.perf_counter()
    processes = [subprocess.Popen([PROGRAM, url, str(trials // PROCESSES)], env=OURS, stdout=subprocess.DEVNULL)
                 for _ in range(PROCESSES)]
    if any([process.wait() for process in processes]):
        raise SystemExit("a process of ours failed")
    return trials / (time.perf_counter() - begin)


def own(kind, folder, trials):
    """Trials per second of ours, and the bytes of memory in the end."""
    url = f"sqlite:{folder}/ours.db" if kind == "sqlite" else f"{folder}/ours.journal"
    words = [PROGRAM, url, str(trials)] + (["--volatile"] if kind == "journal" else [])
    done, seconds, memory = subprocess.run(words, env=OURS, check=True, capture_output=True, text=True).stdout.split()
    return int(done) / float(seconds), int(memory)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--storages", default="journal,journal-durable,sqlite,postgres")
    parser.add_argument("--large", type=int, default=100_000)
    options = parser.parse_args()
    try:
        import optuna  # noqa: F401
    except ImportError:
        print("optuna or psycopg2 is missing: run `make tools` once, then `.tools/peers/bin/python Benchmarks/study_throughput.py`")
        return 5
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks"),
             "--product", "studies"]
    if subprocess.run(build, stdout=subprocess.DEVNULL).returncode:
        return 2
    need(GRADUS)
    holds = True
    for kind in options.storages.split(","):
        pairs = []
        if kind == "postgres":
            if postgres.programs() is None:
                print("postgres: no server is installed (tools/setup.sh)")
                return 5
            with postgres.Server() as server:
                for k in range(options.rounds):
                    pairs.append((own_together(server, f"ours{k}", 10 * options.trials),
                                  optuna_together(server, f"optuna{k}", options.trials)))
        for _ in range(options.rounds if kind != "postgres" else 0):
            with tempfile.TemporaryDirectory(dir=".") as folder:
                pairs.append((own(kind, folder, 10 * options.trials)[0], optuna_rate(kind, folder, options.trials)))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"{kind}: {statistics.median(a for a, _ in pairs):,.0f} and {statistics.median(b for _, b in pairs):,.0f} "
              "trials per second, ours and optuna's")
        holds = judge(f"{kind}, 1 / ratio to optuna", 1 / ratio, 1 / LIMITS[kind]) and holds
    with tempfile.TemporaryDirectory(dir=".") as folder:
        memories = [own("journal", folder, options.large // 10)[1], own("journal", folder, 9 * options.large // 10)[1]]
        grown = (memories[1] - memories[0]) / (0.9 * options.large)
        print(f"memory: {memories[1] / 1e6:.0f} MB with {options.large:,} trials, {grown:.0f} bytes a trial")
        show = [GRADUS, "study", "show", "--storage", f"{folder}/ours.journal"]
        begin = time.perf_counter()
        subprocess.run(show, env=OURS, check=True, stdout=subprocess.DEVNULL)
        size = pathlib.Path(folder, "ours.journal").stat().st_size
        print(f"journal: {size / 1e6:.0f} MB")
        holds = judge(f"gradus study show, {options.large:,} trials", time.perf_counter() - begin, 1, "s") and holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
