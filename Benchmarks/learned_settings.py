#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `gradus solve --learn` saves on sequences of related problems.

    Benchmarks/learned_settings.py [--only systems|programs] [--rounds 60] [--systems 400] [--seeds 3]

Integer programs: facility location and lot sizing; cost is processor seconds, ours and those of the helper. Linear
systems: the Laplacian of a 10 x 10 grid with a shift of -0.15 + 0.6 Beta(1/2, 3/2) and normal right-hand sides, solved by
SOR to 1e-8; cost is multiplications and additions, the same on every machine.
Every sequence is solved once with an empty store and once with default settings. The generators' seeds begin at 50,000;
the program was developed on others. Exit code 1 when the second half of a family costs more than 0.7 of the default over
all its seeds.
"""
import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile

from measure import GRADUS, judge, need


class Program:
    """A mixed-integer program written as free MPS."""

    def __init__(self):
        self.costs, self.upper, self.integer, self.rows = [], [], [], []

    def variable(self, cost, upper=None, integer=False):
        self.costs.append(cost)
        self.upper.append(upper)
        self.integer.append(integer)
        return len(self.costs) - 1

    def row(self, sense, right, terms):
        self.rows.append((sense, right, terms))

    def write(self, path):
        columns = [[] for _ in self.costs]
        for i, (_, _, terms) in enumerate(self.rows):
            for j, value in terms:
                columns[j].append((i, value))
        with open(path, "w") as out:
            out.write("NAME program\nROWS\n N cost\n")
            out.writelines(f" {sense} r{i}\n" for i, (sense, _, _) in enumerate(self.rows))
            out.write("COLUMNS\n")
            inside = False
            for j in sorted(range(len(self.costs)), key=lambda j: self.integer[j]):
                if self.integer[j] and not inside:
                    out.write(" M1 'MARKER' 'INTORG'\n")
                    inside = True
                out.write(f" x{j} cost {self.costs[j]!r}\n")
                out.writelines(f" x{j} r{i} {value!r}\n" for i, value in columns[j])
            if inside:
                out.write(" M2 'MARKER' 'INTEND'\n")
            out.write("RHS\n")
            out.writelines(f" rhs r{i} {right!r}\n" for i, (_, right, _) in enumerate(self.rows) if right)
            out.write("BOUNDS\n")
            out.writelines(f" UP bnd x{j} {upper!r}\n" for j, upper in enumerate(self.upper) if upper is not None)
            out.write("ENDATA\n")


def facilities(seed, sites=14, customers=28):
    """Capacitated facility location, capacity three times the demand (Cornuejols, Sridharan and Thizy 1991)."""
    draw = random.Random(seed)
    places = [(draw.random(), draw.random()) for _ in range(sites)]
    homes = [(draw.random(), draw.random()) for _ in range(customers)]
    demand = [draw.randint(5, 35) for _ in homes]
    capacity = [draw.randint(10, 160) for _ in places]
    scale = 3 * sum(demand) / sum(capacity)
    capacity = [c * scale for c in capacity]
    program = Program()
    opened = [program.variable(draw.randint(0, 90) + draw.randint(100, 110) * math.sqrt(c), 1, True) for c in capacity]
    flow = [[program.variable(10 * math.dist(p, h) * d, 1) for h, d in zip(homes, demand)] for p in places]
    for j in range(customers):
        program.row("E", 1, [(flow[i][j], 1) for i in range(sites)])
    for i in range(sites):
        program.row("L", 0, [(flow[i][j], demand[j]) for j in range(customers)] + [(opened[i], -capacity[i])])
        for j in range(customers):
            program.row("L", 0, [(flow[i][j], 1), (opened[i], -1)])
    return program


def lots(seed, products=4, periods=16):
    """Lot sizing of several products on one machine with setup times; backlogs at a high price keep it feasible."""
    draw = random.Random(seed)
    demand = [[draw.randint(0, 60) for _ in range(periods)] for _ in range(products)]
    program = Program()
    made, setups = [], []
    for d in demand:
        unit, hold = draw.randint(1, 4), draw.randint(1, 3)
        x = [program.variable(unit) for _ in range(periods)]
        stock = [program.variable(hold) for _ in range(periods)]
        late = [program.variable(50) for _ in range(periods)]
        y = [program.variable(draw.randint(100, 300), 1, True) for _ in range(periods)]
        for t in range(periods):
            terms = [(x[t], 1), (stock[t], -1), (late[t], 1)]
            terms += [(stock[t - 1], 1), (late[t - 1], -1)] if t else []
            program.row("E", d[t], terms)
            program.row("L", 0, [(x[t], 1), (y[t], -sum(d))])
        made.append(x)
        setups.append(y)
    room = 1.3 * sum(map(sum, demand)) / periods + 40
    for t in range(periods):
        program.row("L", room, [(x[t], 1) for x in made] + [(y[t], 10) for y in setups])
    return program


def systems(seed, count):
    """Names of shifted Laplacians (Khodak, Chow, Balcan and Talwalkar 2024)."""
    draw = random.Random(seed)
    return [f"problem:laplacian-system,w=10,shift={-0.15 + 0.6 * draw.betavariate(0.5, 1.5):.9f},seed={1000 * seed + k}"
            for k in range(count)]


# Where nothing may be chosen, the store is only a record of what the default costs.
PROGRAM_DEFAULTS = ["options=", "presolve=choose", "start=given"]
SYSTEM_DEFAULTS = ["factor=1.5", "symmetric=false", "start=given"]


def costs(files, store, fixed, seed, more=()):
    """The cost of every round, and the results."""
    done = subprocess.run([GRADUS, "solve", "--quiet", "--learn", store, "--seed", str(seed), "--format", "json", *more,
                           *[word for pair in fixed for word in ("--set", pair)], *files], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"gradus ended with {done.returncode}: {done.stderr.strip()}")
    rounds = {}
    for line in open(store).read().splitlines()[1:]:
        record = json.loads(line)
        rounds[record["round"]] = rounds.get(record["round"], 0) + record["cost"]
    return [rounds[k] for k in sorted(rounds)], json.loads(done.stdout)["results"]


def tell(name, seed, default, learned, unit):
    half = len(default) // 2
    print(f"{name}, seed {seed}: {sum(default):.4g} {unit} by default, {sum(learned):.4g} learned, ratio "
          f"{sum(learned) / sum(default):.2f}; second half {sum(learned[half:]) / sum(default[half:]):.2f}", flush=True)
    return sum(learned[half:]), sum(default[half:])


def measure_systems(options):
    late = []
    more = ["--by", "sor", "--set", "tolerance=1e-8", "--set", "stationarity=1e-8"]
    for seed in range(options.seeds):
        names = systems(50_000 + 1_000 * seed, options.systems)
        with tempfile.TemporaryDirectory() as folder:
            default, results = costs(names, os.path.join(folder, "default.store"), SYSTEM_DEFAULTS, seed, more)
            learned, same = costs(names, os.path.join(folder, "learned.store"), [], seed, more)
        for result in results + same:
            if result["status"] != "optimal" or result["certificate"]["primalResidualRelative"] > 1.001e-8:
                sys.exit(f"{result['problem']['name']} ended as {result['status']}")
        late.append(tell("shifted Laplacians", seed, default, learned, "operations"))
    return judge("shifted Laplacians: second half / default", sum(x for x, _ in late) / sum(y for _, y in late), 0.7)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["systems", "programs"])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--systems", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    need(GRADUS)
    holds = []
    if options.only != "programs":
        holds.append(measure_systems(options))
    families = [] if options.only == "systems" else [("facility location", facilities), ("lot sizing", lots)]
    for name, generate in families:
        late = []
        for seed in range(options.seeds):
            with tempfile.TemporaryDirectory() as folder:
                files = []
                for k in range(options.rounds):
                    files.append(os.path.join(folder, f"{k}.mps"))
                    generate(50_000 + 1_000 * seed + k).write(files[-1])
                default, results = costs(files, os.path.join(folder, "default.store"), PROGRAM_DEFAULTS, seed)
                learned, same = costs(files, os.path.join(folder, "learned.store"), [], seed)
            pairs = [(a["objective"], b["objective"]) for a, b in zip(same, results)]
            apart = max(abs(a - b) / max(1, abs(b)) for a, b in pairs)
            if apart > 1.1e-4:
                sys.exit(f"{name}: answers differ by {apart:.1e} with learned settings")
            late.append(tell(name, seed, default, learned, "s"))
        holds.append(judge(f"{name}: second half / default", sum(x for x, _ in late) / sum(y for _, y in late), 0.7))
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main())
