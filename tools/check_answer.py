#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Re-check an answer from the problem file itself, with nothing but the Python standard library.

    check_answer.py PROBLEM.mps… RESULT.json

reads problems in MPS (fixed or free, QUADOBJ/QMATRIX, gzip) and a result (`gradus.result/1`, or `gradus.results/1` with
one problem for each result, in order; `-` is standard input), and recomputes every claim in exact rational arithmetic:
the point, the objective, the duals of a linear or convex quadratic program, rays of infeasibility and unboundedness.
Exit code: 0 every claim confirmed, 4 nothing refuted but a claim cannot be checked (the message says which),
100 a claim refuted, 3 a file cannot be read, 2 usage. Written against the project's description of its formats only.
"""
import gzip, json, math, re, sys, zlib
from fractions import Fraction

INF = math.inf
TOLERANCE = 1e-6  # feasibility, dual residual, integrality, and the gap of continuous problems
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$")
INFINITE = re.compile(r"[+-]?inf(inity)?$", re.IGNORECASE)
SECTIONS = ("ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "QUADOBJ", "QMATRIX", "OBJSENSE", "NAME")


class Unreadable(Exception): """A file cannot be read; the message says where and why."""
class Refuted(Exception): """A claim is false; the message says which."""


def need(truth, message):
    if not truth: raise Unreadable(message)


def number(text, infinite=False):
    """A finite number; where bounds are meant, 1e20 and beyond or the word is infinite."""
    need(NUMBER.match(text) or infinite and INFINITE.match(text), f"'{text}' is not a number")
    value = float(re.sub("[dD]", "e", text))
    need(infinite or math.isfinite(value), f"'{text}' is too large")
    return math.copysign(INF, value) if infinite and abs(value) >= 1e20 else value


def dot(pairs):
    """The exact sum of products of finite floats."""
    return sum((Fraction(a) * Fraction(b) for a, b in pairs), Fraction())


def times(rows, x):
    return {name: dot((a, x[j]) for j, a in row.items()) for name, row in rows.items()}


class Problem:
    """minimize (sign 1) or maximize (-1) offset + c'x + x'Qx/2, every row and every column between two sides."""

    def __init__(self):
        self.sign, self.kinds, self.sets, self.last, self.quadratic = 1, {}, {"RHS": {}, "RANGES": {}}, None, {}
        self.columns, self.sides, self.integer, self.semi, self.touched = {}, {}, set(), set(), set()

    def take(self, section, kind, name, target, text, integer):
        """One entry of a section: `target` is its row or column, `name` the column or set before it."""
        known = self.columns if section in ("BOUNDS", "QUADOBJ", "QMATRIX") else self.kinds
        need((target in known) != (section == "ROWS"), f"'{target}' is not declared, or declared twice")
        if section == "ROWS":
            need(kind in ("N", "L", "G", "E"), f"unknown row type '{kind}'")
            self.kinds[target] = kind
        elif section == "BOUNDS":
            self.bound(kind, target, text)
        elif section in self.sets:
            self.sets[section][target] = number(text)
        elif section == "COLUMNS":
            if name != self.last:
                need(name not in self.columns, f"column '{name}' comes in two pieces")
                self.last, self.columns[name], self.sides[name] = name, {}, [0.0, INF]
                self.integer |= {name} if integer else set()
            need(target not in self.columns[name], f"column '{name}' has two entries in row '{target}'")
            self.columns[name][target] = number(text)
        else:
            need(name in self.columns, f"unknown column '{name}'")
            for i, j in {(name, target), (target, name) if section == "QUADOBJ" else (name, target)}:
                row = self.quadratic.setdefault(i, {})
                row[j] = row.get(j, 0.0) + number(text)

    def bound(self, kind, name, text):
        low, high = self.sides[name]
        value = number(text, infinite=True) if kind in ("UP", "LO", "FX", "UI", "LI", "SC") else None
        if kind in ("UP", "UI") and value < 0 and low == 0 and (name, "low") not in self.touched:
            low = -INF
        table = {"UP": (low, value), "UI": (low, value), "SC": (low, value), "LO": (value, high), "LI": (value, high),
                 "FX": (value, value), "FR": (-INF, INF), "MI": (-INF, high), "PL": (low, INF), "BV": (0.0, 1.0)}
        need(kind in table, f"unknown bound type '{kind}'")
        self.sides[name] = list(table[kind])
        self.integer |= {name} if kind in ("UI", "LI", "BV") else set()
        self.semi |= {name} if kind == "SC" else set()
        self.touched |= {name, (name, "low")} if kind in ("LO", "LI") else {name}

    def finish(self):
        """Sides of rows from types, right-hand sides and ranges; an integer column without bounds is binary."""
        need("N" in self.kinds.values(), "there is no objective row")
        objective = next(name for name, kind in self.kinds.items() if kind == "N")
        self.cost = {name: column.pop(objective, 0.0) for name, column in self.columns.items()}
        self.offset, self.rows = -self.sets["RHS"].get(objective, 0.0), {}
        for name, kind in self.kinds.items():
            side, width = self.sets["RHS"].get(name, 0.0), self.sets["RANGES"].get(name)
            low, high = side if kind in "GE" else -INF, side if kind in "LE" else INF
            if width is not None and kind != "N":
                low = side - abs(width) if kind == "L" or kind == "E" and width < 0 else side
                high = side + abs(width) if kind == "G" or kind == "E" and width > 0 else side
            self.rows[name] = [low, high]
        del self.rows[objective]
        self.by_row = {name: {} for name in self.rows}
        for name, column in self.columns.items():
            for row, a in column.items():
                self.by_row[row][name] = a
        for name in self.integer - self.touched:
            self.sides[name][1] = 1.0
        need(all(self.quadratic.get(j, {}).get(i) == v for i, row in self.quadratic.items() for j, v in row.items()),
             "QMATRIX is not symmetric")
        return self


def fields(line, section, fixed, columns):
    """(type, name before, [(name, number)]) of a data line, by its columns or by its words."""
    if fixed:
        at = line.ljust(61)
        apart = all(at[k] == " " for k in (0, 3, 12, 13, 22, 23, 36, 37, 38, 47, 48))
        need(apart and "\t" not in line and len(line) <= 61, "the fields are not in their columns")
        kind, first, *rest = (at[a:b].strip() for a, b in ((1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61)))
        if section == "ROWS":
            return kind, "", [(first, "")]
        return kind, first, [tuple(rest[:2])] + ([tuple(rest[2:])] if rest[2] else [])
    words = line.split()
    kind = words.pop(0) if section in ("ROWS", "BOUNDS") else ""
    named = len(words) % 2 and section != "ROWS"  # the name of the set may be missing, and so may a bound's number
    if section == "BOUNDS":
        named = len(words) == 3 or len(words) == 2 and words[1] in columns
    name = words.pop(0) if named else ""
    return kind, name, list(zip(words[::2], words[1::2] + [""]))


def parse(lines, fixed):
    """The problem in the lines of an MPS file; of several sets of right-hand sides or bounds, the first counts."""
    problem, section, integer, sets = Problem(), "", False, {}
    for count, line in enumerate(lines, 1):
        line, words = line.rstrip(), line.split()
        if not words or line[0] in "*&":
            continue
        try:
            if line[0] not in " \t":
                section, words = words[0].upper(), words[1:]
                if section == "ENDATA":
                    return problem.finish()
                need(section in SECTIONS, f"section '{section}' is not supported by this checker")
            if section == "OBJSENSE" and words:
                need(words[0].upper()[:3] in ("MIN", "MAX"), "expected MIN or MAX")
                problem.sign = -1 if words[0].upper()[:3] == "MAX" else 1
            elif section == "COLUMNS" and "'MARKER'" in words:
                integer = "'INTORG'" in words
            elif line[0] in " \t":
                need(section not in ("", "NAME"), "data outside a section")
                kind, name, pairs = fields(line, section, fixed, problem.columns)
                need(pairs, "a field is missing")
                if section in ("RHS", "RANGES", "BOUNDS") and sets.setdefault(section, name) != name:
                    continue
                for target, text in pairs:
                    problem.take(section, kind.upper(), name, target, text, integer)
        except Unreadable as error:
            raise Unreadable(f"line {count}: {error}") from None
    raise Unreadable("ENDATA is missing")


def read_problem(path):
    """Reads by columns where every line keeps to them (names may then hold blanks), otherwise by words."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        need(path.lower().removesuffix(".gz").endswith((".mps", ".qps")), "this checker reads .mps and .qps only")
        lines = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode().splitlines()
        try:
            return parse(lines, True)
        except Unreadable:
            return parse(lines, False)
    except (OSError, EOFError, UnicodeDecodeError, Unreadable, zlib.error) as error:
        raise Unreadable(f"{path}: {error}") from None


def read_results(path):
    try:
        with open(0 if path == "-" else path, encoding="utf-8") as file:
            document = json.load(file, parse_constant=lambda text: need(False, f"{text} is not JSON"))
        results = document["results"] if document.get("schema") == "gradus.results/1" else [document]
        need(all(result["schema"] == "gradus.result/1" for result in results), "the schema is not gradus.result/1")
        return results
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, Unreadable) as error:
        raise Unreadable(f"{path}: {error}") from None


def real(value, what):
    """A finite number of the result; everything else refutes the claim it belongs to."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Refuted(f"{what} is {value!r}, not a finite number")
    return float(value)


class Checker:
    """One problem against one result: what was confirmed, and what cannot be checked."""

    def __init__(self, problem, result):
        self.p, self.r, self.done, self.open = problem, result, [], []

    def table(self, member, names, needed):
        """The numbers of a table of the result for all `names`; those in `needed` must be there."""
        given = self.r[member]
        if wrong := (given.keys() - names.keys()) | (needed - given.keys()):
            raise Refuted(f"{member} {'invents' if wrong <= given.keys() else 'lacks'} '{min(wrong)}'")
        return {name: real(given.get(name, 0.0), f"{member} of '{name}'") for name in names}

    def value(self, x):
        linear = Fraction(self.p.offset) + dot((c, x[j]) for j, c in self.p.cost.items())
        return linear + sum(Fraction(x[i]) * v for i, v in times(self.p.quadratic, x).items()) / 2

    def violation(self, x):
        """The worst violation in units of its tolerance, and in words."""
        worst = [(0.0, "")]
        for values, sides in ((times(self.p.by_row, x), self.p.rows), (x, self.p.sides)):
            for name, (low, high) in sides.items():
                v, side = values[name], low if values[name] < low else high
                if values is x and name in self.p.integer and abs(v - round(v)) > TOLERANCE:
                    worst.append((INF, f"'{name}' is {v!r}, not a whole number"))
                if (v < low or v > high) and not (values is x and name in self.p.semi and abs(v) <= TOLERANCE):
                    excess = abs(Fraction(v) - Fraction(side)) if math.isfinite(side) else INF
                    unit = TOLERANCE * max(1.0, abs(side))
                    worst.append((float(excess) / unit, f"'{name}' is {float(v):.9g}, beyond its side {side:.9g}"))
        return max(worst)

    def point(self):
        """The point, checked with its objective; None when the result gives no point."""
        if not self.r.get("solution"):
            return None
        x = self.table("solution", self.p.sides, self.p.sides.keys())
        ratio, words = self.violation(x)
        if ratio > 1:
            raise Refuted(f"the point is infeasible: {words}")
        value, claimed = self.value(x), real(self.r.get("objective"), "objective")
        if abs(value - Fraction(claimed)) > 1e-7 * max(1.0, abs(float(value))):
            raise Refuted(f"the objective at the point is {float(value):.12g}, not {claimed:.12g}")
        self.done.append(f"point feasible with objective {float(value):.12g}")
        return x

    def dual_gap(self, x):
        """With z = c + Qx - A'y and convex Q, f(x) - min f <= sum y (Ax - side) + sum z (x - bound)."""
        y = self.table("duals", self.p.rows, {i for i, side in self.p.rows.items() if side != [-INF, INF]})
        y, bend, z = {i: self.p.sign * v for i, v in y.items()}, times(self.p.quadratic, x), {}
        for j, c in self.p.cost.items():
            z[j] = self.p.sign * (Fraction(c) + bend.get(j, 0)) - dot((a, y[i]) for i, a in self.p.columns[j].items())
        limit, gap = TOLERANCE * max([1.0] + [abs(c) for c in self.p.cost.values()]), Fraction(0)
        for prices, values, sides in ((y, times(self.p.by_row, x), self.p.rows), (z, x, self.p.sides)):
            for name, price in prices.items():
                side = sides[name][0 if price > 0 else 1]
                if math.isfinite(side) and abs(price) > 1e-3 * limit:
                    gap += abs(Fraction(price) * (Fraction(values[name]) - Fraction(side)))
                elif not math.isfinite(side) and abs(price) > limit:
                    raise Refuted(f"the {'dual' if prices is y else 'reduced cost'} of '{name}' has the wrong sign")
        return float(gap)

    def convex(self):
        """Whether Q is convex in the sense of the objective, by elimination; None when that is too much work."""
        rows, work = {i: {j: self.p.sign * v for j, v in row.items()} for i, row in self.p.quadratic.items()}, 0
        small = 1e-9 * max((abs(v) for row in rows.values() for v in row.values()), default=0.0)
        while rows:
            k = min(rows, key=lambda i: len(rows[i]))
            column = rows.pop(k)
            pivot, work = column.pop(k, 0.0), work + len(column) ** 2 + len(rows)
            if work > 3e7: return None
            if pivot <= small and (pivot < -small or any(abs(v) > 1e3 * small for v in column.values())):
                return False
            for i, v in column.items():
                del rows[i][k]
                for j, w in column.items() if pivot > small else ():
                    rows[i][j] = rows[i].get(j, 0.0) - v * w / pivot
        return True

    def bound(self, x, optimal):
        """Every claim about how far the point is from the optimum, in the sense of minimization."""
        value, certificate = self.p.sign * float(self.value(x)), self.r.get("certificate") or {}
        gap = slack = TOLERANCE * max(1.0, abs(value))
        if (discrete := bool(self.p.integer or self.p.semi)):
            allowed = {"gapAbsolute": 1e-6, "gapRelative": 1e-4} | (self.r.get("tolerances") or {})
            gap = max(real(allowed["gapAbsolute"], "gap"), real(allowed["gapRelative"], "gap") * max(1.0, abs(value)))
        claimed = value - gap
        if self.r.get("bound") in (None, "inf", "-inf"):
            if not optimal:
                return
        else:
            claimed = self.p.sign * real(self.r["bound"], "bound")
            if claimed > value + slack:
                raise Refuted(f"the bound {self.r['bound']:.12g} excludes the point itself")
            if optimal and value - claimed > gap * (1 + 1e-6):
                raise Refuted(f"the bound leaves a gap of {value - claimed:.3g}, but optimal allows {gap:.3g}")
        if str(certificate.get("bound")).startswith("reportedBy") and certificate.get("verified"):
            raise Refuted("the answer is called verified, but its bound is only reported by a solver")
        if discrete or "duals" not in self.r or self.p.rows and not self.r["duals"]:
            return self.open.append(f"the bound ({certificate.get('bound')}) has no duals that prove it")
        if not (convex := self.convex()):
            return self.open.append("the problem is not convex" if convex is False else "convexity is costly to check")
        left = self.dual_gap(x)
        if value - left >= claimed - slack:
            return self.done.append(f"the duals prove the bound to {left:.2g}")
        if optimal:
            raise Refuted(f"the duals leave a gap of {left:.3g}, but optimal allows {gap:.3g}")
        self.open.append("the bound is not proved by the duals")

    def box(self, name):
        low, high = self.p.sides[name]
        return (min(0.0, low), max(0.0, high)) if name in self.p.semi else (low, high)

    def farkas(self, y):
        """Up to which |x| y proves that no y'Ax suits both the sides of rows and the bounds; 0 when never."""
        radius = 0.0
        for sign in (1, -1):
            side = {i: self.p.rows[i][0 if sign * v > 0 else 1] for i, v in y.items() if v}
            w = {i: sign * y[i] for i, end in side.items() if math.isfinite(end)}
            margin, loose = dot((v, side[i]) for i, v in w.items()), Fraction(0)
            for j, column in self.p.columns.items():
                d = dot((a, w[i]) for i, a in column.items() if i in w)
                end = self.box(j)[1 if d > 0 else 0]
                margin, loose = (margin - d * Fraction(end), loose) if math.isfinite(end) else (margin, loose + abs(d))
            radius = max(radius, float(margin / loose) if loose else INF) if margin > 0 else radius
        return radius

    def infeasible(self):
        if any(low > high for low, high in [*self.p.sides.values(), *self.p.rows.values()]):
            return self.done.append("two sides of a row or variable exclude each other")
        if self.r.get("solution") and self.violation(self.table("solution", self.p.sides, set()))[0] == 0:
            raise Refuted("the result itself holds a feasible point")
        if not self.r.get("ray"):
            return self.open.append("infeasibility is claimed without a ray")
        if (radius := self.farkas(self.table("ray", self.p.rows, set()))) == 0:
            raise Refuted("the ray proves nothing")
        (self.done if radius >= 1e9 else self.open).append(f"the ray proves infeasibility for |x| up to {radius:.3g}")

    def unbounded(self):
        if self.point() is None:
            self.open.append("no feasible point is given")
        if not self.r.get("ray"):
            return self.open.append("unboundedness is claimed without a ray")
        d = self.table("ray", self.p.sides, set())
        size = max(map(abs, d.values())) or 1.0
        d = {j: v / size for j, v in d.items()}
        if self.p.sign * dot((c, d[j]) for j, c in self.p.cost.items()) > -1e-7 * max(map(abs, self.p.cost.values())):
            raise Refuted("the objective does not improve along the ray")
        lines = [(row, self.p.rows[i]) for i, row in self.p.by_row.items()] + [({j: 1.0}, self.box(j)) for j in d]
        for row, (low, high) in lines + [(row, (0, 0)) for row in self.p.quadratic.values()]:
            move, limit = float(dot((a, d[j]) for j, a in row.items())), 1e-9 * max([1.0, *map(abs, row.values())])
            if low > -INF and move < -limit or high < INF and move > limit:
                raise Refuted(f"the ray leaves the feasible region at rate {move:.3g}")
        self.done.append("the ray stays feasible and improves without end")

    def run(self):
        """The exit code; what was found is in `done` and `open`."""
        status, sense = self.r.get("status"), (self.r.get("problem") or {}).get("sense")
        if sense not in (None, "minimize" if self.p.sign > 0 else "maximize"):
            raise Refuted(f"the problem is not to {sense}")
        if status in ("infeasible", "unbounded"):
            self.infeasible() if status == "infeasible" else self.unbounded()
        elif (x := self.point()) is not None:
            self.bound(x, status in ("optimal", "locallyOptimal", "stationary"))
        elif status in ("optimal", "locallyOptimal", "stationary", "feasible"):
            raise Refuted(f"{status} is claimed without a point")
        else:
            self.open.append(f"'{status}' is no statement about the problem")
        return 4 if self.open else 0


def check(path, result):
    """Prints one line about one problem and its result; returns the exit code."""
    checker = Checker(read_problem(path), result)
    try:
        code = checker.run()
        text = "; ".join(checker.done + [f"cannot check: {part}" for part in checker.open])
    except Refuted as error:
        code, text = 100, str(error)
    except (AttributeError, TypeError, LookupError, ValueError, ArithmeticError) as error:
        raise Unreadable(f"the result of {path}: it does not follow its schema ({error})") from None
    print(f"{path}: {result.get('status')} {({0: 'confirmed', 4: 'not refuted', 100: 'REFUTED'}[code])}: {text}")
    return code


def main(arguments):
    try:
        results = read_results(arguments[-1]) if arguments else []
        if len(results) != len(arguments) - 1:
            print("usage: check_answer.py PROBLEM.mps… RESULT.json (one problem a result)", file=sys.stderr)
            return 2
        return max([check(path, result) for path, result in zip(arguments, results)])
    except Unreadable as error:
        print(f"check_answer.py: cannot read {error}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
