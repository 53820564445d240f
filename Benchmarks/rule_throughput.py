#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Steps of update rules beside plain passes over memory, torch and optax, in turns.

    Benchmarks/rule_throughput.py [--sizes 1e4 1e6 2.5e7] [--threads 1 2] [--rounds 7] [--only REGEX] [--nice N]
                                  [--python PATH] [--output Documentation/rule-throughput.md]

PATH is a Python with torch, jax and optax. The bound is the fastest of a copy, a triad and a sum over as much memory as the
rule touches; the bytes of a rule are those that it must touch at least once: 4·(3 + 2·numbers kept a parameter). Every round is
one sample of ours, of the bound and of each peer (the least of a few runs of some milliseconds, after some that fill the
caches); shares and ratios are medians over the rounds. torch is its fused form where it has one, its foreach form
elsewhere; optax is jitted with donated buffers. Exit code 1 where a mark is missed, 5 where a peer library is missing.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time

from measure import OURS, ROOT

# They must see all of the gradient before they move the first parameter.
GLOBAL = {"adamp", "sgdp", "prodigy"}
PEERS = {
    "torch": {"sgd", "adagrad", "adam", "adamw", "amsgrad", "nadamw", "radam", "rmsprop"},
    "optax": {"sgd", "lion", "adagrad", "adam", "adamw", "adabelief", "nadamw", "radam", "rmsprop", "amsgrad", "prodigy",
              "schedule-free-adamw"},
}


def least(n, body):
    """As `seconds` of the Swift program."""
    times = max(1, min(200, 2_000_000 // n))
    for _ in range(1 if n > 4_000_000 else 3):
        body()
    found = []
    for _ in range(2 if n > 4_000_000 else 4):
        begin = time.perf_counter()
        for _ in range(times):
            body()
        found.append((time.perf_counter() - begin) / times)
    return min(found)


def torch_step(rule, n):
    import torch
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    side, lr, T = int(n ** 0.5), 1e-7, torch.optim
    parameter = torch.nn.Parameter(torch.randn(side, side))
    parameter.grad = torch.randn_like(parameter)
    make = {
        "sgd": lambda p: T.SGD(p, lr=lr, momentum=0.9, fused=True),
        "adagrad": lambda p: T.Adagrad(p, lr=lr, fused=True),
        "adam": lambda p: T.Adam(p, lr=lr, fused=True),
        "adamw": lambda p: T.AdamW(p, lr=lr, fused=True),
        "amsgrad": lambda p: T.AdamW(p, lr=lr, amsgrad=True, fused=True),
        "nadamw": lambda p: T.NAdam(p, lr=lr, decoupled_weight_decay=True, weight_decay=0.01, foreach=True),
        "radam": lambda p: T.RAdam(p, lr=lr, foreach=True),
        "rmsprop": lambda p: T.RMSprop(p, lr=lr, momentum=0.9, foreach=True),
    }
    return make[rule]([parameter]).step


def optax_step(rule, n):
    import functools

    import jax
    import optax
    side, lr = int(n ** 0.5), 1e-7
    make = {
        "sgd": lambda: optax.sgd(lr, momentum=0.9), "lion": lambda: optax.lion(lr), "adagrad": lambda: optax.adagrad(lr),
        "adam": lambda: optax.adam(lr), "adamw": lambda: optax.adamw(lr), "adabelief": lambda: optax.adabelief(lr),
        "nadamw": lambda: optax.nadamw(lr), "radam": lambda: optax.radam(lr), "amsgrad": lambda: optax.amsgrad(lr),
        "rmsprop": lambda: optax.rmsprop(lr, momentum=0.9), "prodigy": lambda: optax.contrib.prodigy(),
        "schedule-free-adamw": lambda: optax.contrib.schedule_free_adamw(lr),
    }
    first, second = jax.random.split(jax.random.PRNGKey(0))
    parameter, gradient = (jax.random.normal(key, (side, side), "float32") for key in (first, second))
    optimizer = make[rule]()
    state = optimizer.init(parameter)

    @functools.partial(jax.jit, donate_argnums=(0, 1))
    def update(parameter, state, gradient):
        change, state = optimizer.update(gradient, state, parameter)
        return optax.apply_updates(parameter, change), state

    # Every buffer once: some states hold the parameter itself, which must not be donated twice.
    box = jax.tree.map(lambda x: x.copy(), (parameter, state))

    def body():
        nonlocal box
        box = jax.block_until_ready(update(*box, gradient))

    return body


def serve(library):
    """A peer that is asked line by line: `open RULE N`, `step`."""
    if library == "optax":
        import jax
        import optax.contrib  # noqa: F401
    else:
        import torch  # noqa: F401
    print("ready", flush=True)
    body, n = None, 0
    for line in sys.stdin:
        words = line.split()
        if words[0] == "open":
            body, n = None, int(words[2])
            body = (torch_step if library == "torch" else optax_step)(words[1], n)
            print("open", flush=True)
        else:
            print(least(n, body), flush=True)


class Worker:
    """A process pinned to the first cores that answers one line to each line."""

    def __init__(self, command, threads, nice):
        cores = sorted(os.sched_getaffinity(0))[:threads]
        environment = dict(
            OURS, JAX_PLATFORMS="cpu", **{f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "MKL", "OPENBLAS")},
            # Freed blocks are kept, so that temporaries of the peers cost no page faults.
            MALLOC_MMAP_THRESHOLD_="4294967296", MALLOC_TRIM_THRESHOLD_="8589934592", MALLOC_TOP_PAD_="67108864")

        def settle():
            os.sched_setaffinity(0, cores)
            os.nice(nice)

        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=environment, preexec_fn=settle)

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args} ended with code {self.process.wait()}")
        return line.strip()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(program, options, threads):
    """A row for every rule and size: name, numbers kept, numbers, seconds, bytes a second, share of the bound, ratios."""
    ours = Worker([program, threads], threads, options.nice)
    peers = {name: Worker([options.python, __file__, "--serve", name], threads, options.nice) for name in PEERS}
    for name, peer in peers.items():
        peer.read()
    ours.process.stdin.write("rules\n")
    ours.process.stdin.flush()
    kept = {}
    while line := ours.read():
        name, words = line.split()
        kept[name] = int(words)
    rows = []
    for size in options.sizes:
        for rule, words in kept.items():
            if not re.search(options.only, rule):
                continue
            n = int(ours.ask(f"open {rule} {size:.0f}"))
            asked = {name: peer for name, peer in peers.items() if rule in PEERS[name]}
            for peer in asked.values():
                peer.ask(f"open {rule} {n}")
            mine, bounds, theirs = [], [], {name: [] for name in asked}
            rounds = options.rounds if n > 4_000_000 else 3 * options.rounds
            for k in range(rounds):
                turns = [(mine, ours, "step"), (bounds, ours, "bound")] + [(theirs[name], asked[name], "step") for name in asked]
                for sink, worker, word in turns[k % len(turns):] + turns[:k % len(turns)]:
                    sink.append(float(worker.ask(word)))
            touched = 4 * (3 + 2 * words) * n
            row = {"rule": rule, "n": n, "threads": threads, "seconds": statistics.median(mine),
                   "rate": touched / statistics.median(mine), "bound": statistics.median(bounds),
                   "share": statistics.median(touched / a / b for a, b in zip(mine, bounds)),
                   "peers": {name: statistics.median(b / a for a, b in zip(mine, found)) for name, found in theirs.items()}}
            rows.append(row)
            print(json.dumps(row), file=sys.stderr, flush=True)
    for worker in [ours, *peers.values()]:
        worker.close()
    return rows


def table(rows):
    lines = ["| n | threads | rule | µs | GB/s | bound GB/s | share of the bound | torch / ours | optax / ours |",
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        ratios = " | ".join(f"{row['peers'][name]:.2f}" if name in row["peers"] else "" for name in PEERS)
        lines.append(f"| {row['n']} | {row['threads']} | {row['rule']} | {1e6 * row['seconds']:.4g} | {row['rate'] / 1e9:.1f} | "
                     f"{row['bound'] / 1e9:.1f} | {row['share']:.2f} | {ratios} |")
    return lines


def marks(rows):
    """Lines of figures with their limits, and whether all hold."""
    lines, good = [], True

    def at_least(name, found, limit):
        nonlocal good
        worst = min(found, key=lambda pair: pair[0], default=None)
        if worst:
            good &= worst[0] >= limit
            missed = [f"{text} {value:.2f}" for value, text in sorted(found) if value < limit]
            lines.append(f"{name}: {worst[0]:.3f} (at least {limit:g}) " + (f"missed by {', '.join(missed)}" if missed else "holds"))

    for n, threads in sorted({(row["n"], row["threads"]) for row in rows}):
        here = [row for row in rows if (row["n"], row["threads"]) == (n, threads)]
        where = f"n = {n}, {threads} thread{'s' * (threads > 1)}"
        if n < 100_000:
            slow = max(here, key=lambda row: row["seconds"])
            holds = slow["seconds"] <= 4e-6
            good &= holds
            lines.append(f"longest step, {where}: {1e6 * slow['seconds']:.2f} µs (limit 4) {'holds' if holds else 'DOES NOT HOLD'}"
                         f", {slow['rule']}")
        else:
            at_least(f"share of the bound, {where}", [(r["share"], r["rule"]) for r in here if r["rule"] not in GLOBAL], 0.9)
            at_least(f"share of the bound after a global decision, {where}",
                     [(r["share"], r["rule"]) for r in here if r["rule"] in GLOBAL], 0.7)
        at_least(f"peer / ours, {where}", [(x, f"{r['rule']} ({peer})") for r in here for peer, x in r["peers"].items()], 1)
    return lines, good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=float, nargs="+", default=[1e4, 1e6, 2.5e7])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=7, help="at the largest sizes; three times as many elsewhere")
    parser.add_argument("--only", default="", help="a pattern for names of rules")
    parser.add_argument("--nice", type=int, default=0, help="added to the niceness of all that is measured; below 0 for root")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--output")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve)
    found = subprocess.run([options.python, "-c", "import torch, jax, optax; print(torch.__version__, jax.__version__, optax.__version__)"],
                           capture_output=True, text=True, env={**OURS, "JAX_PLATFORMS": "cpu"})
    if found.returncode:
        print(f"{found.stderr.strip().splitlines()[-1]}: choose a Python that has it with --python", file=sys.stderr)
        return 5
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*build, "--product", "rule-throughput"], check=True, stdout=subprocess.DEVNULL)
    program = ROOT / "Benchmarks" / ".build" / "release" / "rule-throughput"
    load = os.getloadavg()[0]
    rows = [row for threads in options.threads for row in measure(program, options, threads)]
    lines, (verdicts, good) = table(rows), marks(rows)
    print("\n".join(lines + [""] + verdicts))
    if options.output:
        versions = "torch {}, jax {}, optax {}".format(*found.stdout.split())
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(
                "# Throughput of update rules\n\nWritten by `Benchmarks/rule_throughput.py --output Documentation/rule-throughput.md`"
                f" with {versions}; load of the machine at the start {load:.1f}.\n\n"
                "The bound is the fastest of a copy, a triad and a sum over as much memory as the rule touches. The bytes of a rule are "
                "those that it must touch at least once, 4·(3 + 2·numbers kept a parameter), although `adamp`, `sgdp` and `prodigy` "
                "must see all of the gradient before they move the first parameter and so read some of it twice: their mark is 0.7 of "
                "the bound, that of the others 0.9. Shares and ratios are medians over rounds in which all run in turns. torch is its "
                "fused form (`sgd`, `adagrad`, `adam`, `adamw`, `amsgrad`) or its foreach form.\n\n"
                + "\n".join(lines) + "\n\n" + "".join(f"- {line}\n" for line in verdicts))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
