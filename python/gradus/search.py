# SPDX-License-Identifier: Apache-2.0
"""Asking and telling: any search method of Gradus, in this process."""
import ctypes
import json
import math
from collections import namedtuple

from . import _library as c
from .space import Box, Space

Point = namedtuple("Point", "id x fidelity")
Best = namedtuple("Best", "x f")


class Search:
    """Finds the best point of a space by asking for values, each to be minimized.

        search = Search({"lr": Float(1e-5, 1e-1, log=True), "layers": Int(1, 4)}, budget=50, seed=1)
        while points := search.ask():
            for point in points:
                search.tell(point.id, loss(**point.x))
        print(search.best)

    `space` is a dict of parameters, or a list of pairs (low, high), whose points are lists. The other arguments are those of
    `start` (Documentation/ask-tell.md); `method` is any method of `gradus methods`, None lets Gradus choose. Several threads
    may use one search.
    """

    def __init__(self, space, method=None, *, objectives=1, constraints=0, fidelities=None, noisy=False, budget=None, seed=0,
                 batch=None, x0=None, settings=None, pruning=None, known=None):
        self.space = Space(space) if hasattr(space, "items") else Box(list(space))
        start = {"method": method, "objectives": objectives, "constraints": constraints, "noisy": noisy, "budget": budget,
                 "seed": seed, "batch": batch, "settings": {k: _word(v) for k, v in (settings or {}).items()}}
        if fidelities is not None:
            start["fidelities"] = [{"fidelity": level, "cost": cost} for level, cost in fidelities]
        if pruning is not None:
            start["pruning"] = pruning
        if known is not None:
            start["known"] = known
        if isinstance(self.space, Space):
            start["space"] = self.space.description()
        else:
            start["dim"] = len(self.space.lower)
            start["lower"], start["upper"] = ([_number(x) for x in side] for side in (self.space.lower, self.space.upper))
        if x0 is not None:
            start["x0"] = self._encoded(x0)
        self._begin(start)

    @classmethod
    def restore(cls, space, state):
        """Continues a search that `save` wrote, bit for bit; `space` is the one it was begun with."""
        search = cls.__new__(cls)
        search.space = Space(space) if hasattr(space, "items") else Box(list(space))
        search._begin({"state": state})
        return search

    def _begin(self, start):
        handle = ctypes.c_void_p()
        text = json.dumps({name: value for name, value in start.items() if value is not None}, allow_nan=False).encode()
        self._handle = None
        c.call(c.lib.gradus_start, text, len(text), ctypes.byref(handle))
        self._handle = handle
        facts = c.SearchFacts()
        c.check(c.lib.gradus_facts(handle, ctypes.byref(facts)), "the search")
        self.dimension, self.objectives, self.constraints = facts.dimension, facts.objectives, facts.constraints
        self.oracle, self.is_parallel, self.is_informed = c.ORACLES[facts.oracle], bool(facts.is_parallel), bool(facts.is_informed)
        name = ctypes.create_string_buffer(256)
        c.lib.gradus_method(handle, name, 256)
        self.method = name.value.decode()
        self.stopped = None

    def _encoded(self, x):
        """A point as `start` reads it: categories are called by index there."""
        if isinstance(self.space, Box):
            return self.space.numbers(x)
        point = {}
        for name, value in x.items():
            choices = self.space.parameters.get(name, {}).get("choices")
            point[name] = value if choices is None else int(self.space.numbers({name: value})[list(self.space.parameters).index(name)])
        return point

    def __del__(self):
        if getattr(self, "_handle", None):
            c.lib.gradus_end(self._handle)
            self._handle = None

    def ask(self, most=1):
        """Up to `most` points to evaluate. An empty list: more must be told first, or the search has ended and `stopped` says
        why."""
        points, ids, levels, count = c.doubles(most * self.dimension), (c.I64 * most)(), c.doubles(most), c.I64()
        status, why = c.call(c.lib.gradus_ask, self._handle, most, points, ids, levels, ctypes.byref(count))
        if status == c.TOO_SMALL:
            return self.ask(count.value)
        self.stopped = why if status == c.STOP else None
        n = self.dimension
        return [Point(ids[i], self.space.values(points[i * n:(i + 1) * n]), levels[i]) for i in range(count.value)]

    def tell(self, id, f=None, g=None, grad=None, cost=None):
        """The answer to one point: `f` a number, or one an objective, or None where the evaluation failed; `g` one number a
        constraint, at most 0 where it is kept."""
        values = _row(f, self.objectives, "f")
        constraints = _row(g, self.constraints, "g") if self.constraints else None
        slope = None if grad is None else _row(grad, self.dimension, "grad")
        price = None if cost is None else _row(cost, 1, "cost")
        c.call(c.lib.gradus_tell, self._handle, 1, (c.I64 * 1)(int(id)), values, constraints, slope, price)

    def tell_order(self, ids):
        """For methods with the oracle `rank`: the ids of all points of the last ask, best first."""
        places = {id: place for place, id in enumerate(sorted(ids))}
        order = [places[id] for id in ids]
        count = len(order)
        c.call(c.lib.gradus_rank, self._handle, count, (c.I64 * count)(*sorted(ids)), (c.I64 * count)(*order))

    def observe(self, x, f=None, g=None):
        """What is known of a point that was never asked about. Methods that are not `is_informed` keep only the best."""
        numbers = self.space.numbers(x)
        if len(numbers) != self.dimension:
            raise ValueError(f"a point has {self.dimension} numbers, not {len(numbers)}")
        values = _row(f, self.objectives, "f")
        constraints = _row(g, self.constraints, "g") if self.constraints else None
        c.call(c.lib.gradus_observe, self._handle, 1, (c.F64 * len(numbers))(*numbers), values, constraints)

    def enqueue(self, x):
        """Puts a point before those of the method; its id."""
        numbers, id = self.space.numbers(x), c.I64()
        if len(numbers) != self.dimension:
            raise ValueError(f"a point has {self.dimension} numbers, not {len(numbers)}")
        c.call(c.lib.gradus_enqueue, self._handle, (c.F64 * len(numbers))(*numbers), ctypes.byref(id))
        return id.value

    def report(self, id, step, value):
        """A value from the middle of an evaluation; True where it is not worth its end."""
        prune = c.I32()
        c.call(c.lib.gradus_report, self._handle, int(id), int(step), float(value), ctypes.byref(prune))
        return bool(prune.value)

    @property
    def pending(self):
        """The ids of the points that wait for answers."""
        count = c.I64()
        c.check(c.lib.gradus_pending(self._handle, 0, None, ctypes.byref(count)), "pending")
        room = count.value
        ids = (c.I64 * max(1, room))()
        c.check(c.lib.gradus_pending(self._handle, room, ids, ctypes.byref(count)), "pending")
        return list(ids[:min(room, count.value)])

    @property
    def reasons(self):
        """Why this method, and what it has chosen itself since then; empty where it was named and chooses nothing."""
        room = c.lib.gradus_reasons(self._handle, None, 0) + 1
        text = ctypes.create_string_buffer(room)
        c.lib.gradus_reasons(self._handle, text, room)
        return text.value.decode().splitlines()

    @property
    def best(self):
        """The best answer heard, or the point of the front that the method recommends; None before there is one."""
        point, values = c.doubles(self.dimension), c.doubles(self.objectives)
        if c.check(c.lib.gradus_best(self._handle, point, values), "best") == c.NONE:
            return None
        return Best(self.space.values(point[:self.dimension]), self._objectives(values[:self.objectives]))

    @property
    def recommended(self):
        """The method's own estimate, which under noise differs from the best answer heard."""
        point = c.doubles(self.dimension)
        if c.check(c.lib.gradus_recommend(self._handle, point), "recommended") == c.NONE:
            return None
        return self.space.values(point[:self.dimension])

    @property
    def front(self):
        """The points that no other one heard of dominates, with several objectives."""
        count = c.I64()
        c.check(c.lib.gradus_front(self._handle, 0, None, None, ctypes.byref(count)), "front")
        room, n, m = count.value, self.dimension, self.objectives
        points, values = c.doubles(room * n), c.doubles(room * m)
        c.check(c.lib.gradus_front(self._handle, room, points, values, ctypes.byref(count)), "front")
        return [Best(self.space.values(points[i * n:(i + 1) * n]), list(values[i * m:(i + 1) * m]))
                for i in range(min(room, count.value))]

    def save(self):
        """The whole search as text."""
        message = ctypes.create_string_buffer(c.ROOM)
        # Between two calls the time that the state holds may have become longer by some digits.
        room = 256 + c.lib.gradus_save(self._handle, None, 0, message, c.ROOM)
        while True:
            text = ctypes.create_string_buffer(max(1, room))
            length = c.lib.gradus_save(self._handle, text, room, message, c.ROOM)
            if length < 0:
                raise c.GradusError(c.CODES.get(length, "error"), message.value.decode("utf-8", "replace"))
            if length < room:
                return text.value.decode()
            room = length + 256

    def _objectives(self, values):
        if self.objectives > 1:
            return list(values)
        return None if math.isnan(values[0]) else values[0]


def _row(given, count, name):
    """One row of numbers for the library; NaN where nothing is given."""
    if given is None:
        return (c.F64 * max(1, count))(*[math.nan] * max(1, count))
    if hasattr(given, "__len__"):
        numbers = [math.nan if x is None else float(x) for x in given]
    else:
        numbers = [float(given)]
    if len(numbers) != count:
        raise ValueError(f"{name} has {len(numbers)} numbers; {count} are expected")
    return (c.F64 * max(1, count))(*numbers)


def _number(x):
    return x if math.isfinite(x) else "nan" if math.isnan(x) else "inf" if x > 0 else "-inf"


def _word(value):
    return str(value).lower() if isinstance(value, bool) else value
