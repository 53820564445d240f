# SPDX-License-Identifier: Apache-2.0
"""What a search varies: a box, or named parameters of any kind, and points as numbers and as Python values."""
import math


def Float(low, high, log=False, step=None, when=None):
    """A number between `low` and `high`; `log` spreads ratios evenly, `step` allows only low, low + step, …"""
    return _parameter("float", when, low=float(low), high=float(high), log=bool(log), step=step)


def Int(low, high, log=False, step=1, when=None):
    """A whole number."""
    return _parameter("int", when, low=int(low), high=int(high), log=bool(log), step=int(step))


def Categorical(choices, when=None):
    """One of some values without order; any Python values."""
    return _parameter("categorical", when, choices=list(choices))


def Permutation(count, when=None):
    """An order of 0 … count − 1."""
    return _parameter("permutation", when, count=int(count))


def Simplex(count, when=None):
    """Shares: numbers from 0 whose sum is 1."""
    return _parameter("simplex", when, count=int(count))


def _parameter(kind, when, **members):
    given = {name: value for name, value in members.items() if value is not None}
    return {"type": kind, **given, **({"when": when} if when else {})}


class Space:
    """Named parameters, in the form that Gradus reads, and the way from its numbers to Python values and back."""

    def __init__(self, parameters):
        self.parameters = dict(parameters)

    def description(self):
        """Categories travel by index, so that choices may be any Python values."""
        return [{"name": name, **self._encoded(parameter)} for name, parameter in self.parameters.items()]

    def _encoded(self, parameter):
        encoded = dict(parameter)
        if "choices" in parameter:
            encoded["choices"] = list(range(len(parameter["choices"])))
        if "when" in parameter:
            encoded["when"] = {name: self._condition(name, values) for name, values in parameter["when"].items()}
        return encoded

    def _condition(self, name, values):
        choices = self.parameters.get(name, {}).get("choices")
        if choices is None:
            return values
        return [_place(choices, value, name) for value in (values if isinstance(values, (list, tuple)) else [values])]

    @staticmethod
    def _width(parameter):
        return parameter["count"] if parameter["type"] in ("permutation", "simplex") else 1

    def values(self, numbers):
        """A point as a dict; parameters that do not matter at it are left out."""
        point, place = {}, 0
        for name, parameter in self.parameters.items():
            width = self._width(parameter)
            own, place = numbers[place:place + width], place + width
            if math.isnan(own[0]):
                continue
            kind = parameter["type"]
            if kind == "float":
                point[name] = own[0]
            elif kind == "int":
                point[name] = int(own[0])
            elif kind == "categorical":
                point[name] = parameter["choices"][int(own[0])]
            else:
                point[name] = [int(x) for x in own] if kind == "permutation" else list(own)
        return point

    def numbers(self, point):
        """A dict as numbers; NaN for parameters that are left out."""
        stray = set(point) - set(self.parameters)
        if stray:
            raise ValueError(f"the space has no parameter {sorted(map(str, stray))[0]!r}")
        numbers = []
        for name, parameter in self.parameters.items():
            width = self._width(parameter)
            if name not in point:
                numbers += [math.nan] * width
            elif parameter["type"] == "categorical":
                numbers.append(float(_place(parameter["choices"], point[name], name)))
            elif width == 1 and parameter["type"] in ("float", "int"):
                numbers.append(float(point[name]))
            else:
                own = [float(x) for x in point[name]]
                if len(own) != width:
                    raise ValueError(f"{name!r} has {width} numbers, not {len(own)}")
                numbers += own
        return numbers


class Box:
    """Numbers between bounds; points are lists."""

    def __init__(self, bounds):
        self.lower = [-math.inf if low is None else float(low) for low, _ in bounds]
        self.upper = [math.inf if high is None else float(high) for _, high in bounds]

    def values(self, numbers):
        return list(numbers)

    def numbers(self, point):
        return [float(x) for x in point]


def _place(choices, value, name):
    # 1, 1.0 and True are equal to Python and yet different choices.
    for i, choice in enumerate(choices):
        if type(choice) is type(value) and (choice is value or choice == value):
            return i
    for i, choice in enumerate(choices):
        if choice is value or choice == value:
            return i
    raise ValueError(f"{value!r} is not one of the choices of {name!r}")
