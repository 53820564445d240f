# SPDX-License-Identifier: Apache-2.0
"""libgradus by ctypes: where it is found, its functions, and its errors (gradus.h says what they do)."""
import ctypes
import json
import os
import pathlib
import sys

ABI = 1
OK, WAIT, STOP, NONE, TOO_SMALL = 0, 1, 2, 3, -7
CODES = {-1: "malformed", -2: "badRequest", -3: "unknownId", -4: "unsuitable", -5: "setting", -6: "state", -7: "tooSmall"}
ORACLES = ("value", "gradient", "rank", "values")
CHECKED = 1
ROOM = 2048


class GradusError(ValueError):
    """What Gradus refused, and why; nothing was changed. `code` is the word that `gradus ask-tell` uses."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class SearchFacts(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int64) for name in ("dimension", "objectives", "constraints")] + [
        (name, ctypes.c_int32) for name in ("oracle", "is_parallel", "is_informed", "reserved")]


class RuleFacts(ctypes.Structure):
    _fields_ = [("tensors", ctypes.c_int64), ("numbers", ctypes.c_int64), ("rate", ctypes.c_double),
                ("bytes_per_number", ctypes.c_double), ("needs_loss", ctypes.c_int32), ("is_anywhere", ctypes.c_int32)]


P, I32, I64, F64 = ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64, ctypes.c_double
D, L, TEXT = ctypes.POINTER(F64), ctypes.POINTER(I64), ctypes.c_char_p
FUNCTIONS = {
    "gradus_abi": (I32, []),
    "gradus_version": (I64, [TEXT, I64]),
    "gradus_methods": (I64, [TEXT, I64]),
    "gradus_start": (I32, [TEXT, I64, ctypes.POINTER(P), TEXT, I64]),
    "gradus_facts": (I32, [P, ctypes.POINTER(SearchFacts)]),
    "gradus_method": (I64, [P, TEXT, I64]),
    "gradus_reasons": (I64, [P, TEXT, I64]),
    "gradus_ask": (I32, [P, I64, D, L, D, L, TEXT, I64]),
    "gradus_tell": (I32, [P, I64, L, D, D, D, D, TEXT, I64]),
    "gradus_rank": (I32, [P, I64, L, L, TEXT, I64]),
    "gradus_observe": (I32, [P, I64, D, D, D, TEXT, I64]),
    "gradus_enqueue": (I32, [P, D, L, TEXT, I64]),
    "gradus_report": (I32, [P, I64, I64, F64, ctypes.POINTER(I32), TEXT, I64]),
    "gradus_pending": (I32, [P, I64, L, L]),
    "gradus_best": (I32, [P, D, D]),
    "gradus_recommend": (I32, [P, D]),
    "gradus_front": (I32, [P, I64, D, D, L]),
    "gradus_save": (I64, [P, TEXT, I64, TEXT, I64]),
    "gradus_end": (None, [P]),
    "gradus_rule_start": (I32, [TEXT, I64, ctypes.POINTER(P), TEXT, I64]),
    "gradus_rule_restore": (I32, [P, I64, ctypes.POINTER(P), TEXT, I64]),
    "gradus_rule_describe": (I32, [P, ctypes.POINTER(RuleFacts)]),
    "gradus_rule_step": (I32, [P, P, P, F64, F64, I32, TEXT, I64]),
    "gradus_rule_average": (I32, [P, P, P, TEXT, I64]),
    "gradus_rule_save": (I64, [P, P, I64, TEXT, I64]),
    "gradus_rule_end": (None, [P]),
}


def candidates():
    """Where the library may be: named outright, beside this file (the wheel), or built in the checkout around it."""
    ending = "dylib" if sys.platform == "darwin" else "so"
    if os.environ.get("GRADUS_LIBRARY"):
        yield pathlib.Path(os.environ["GRADUS_LIBRARY"])
        return
    here = pathlib.Path(__file__).resolve()
    yield here.with_name(f"libgradus.{ending}")
    folder = os.environ.get("GRADUS_BIN", here.parents[2] / ".build" / "release")
    yield pathlib.Path(folder) / f"liblibgradus.{ending}"


def load():
    tried = []
    for path in candidates():
        if path.exists():
            library = ctypes.CDLL(str(path))
            for name, (result, arguments) in FUNCTIONS.items():
                function = getattr(library, name)
                function.restype, function.argtypes = result, arguments
            if library.gradus_abi() != ABI:
                raise ImportError(f"{path} has the interface {library.gradus_abi()}, this package needs {ABI}; "
                                  "install both from one release")
            return library
        tried.append(str(path))
    raise ImportError(f"libgradus was not found (looked for {', '.join(tried)}); install the wheel of `make dist`, build it "
                      "with `swift build -c release --product libgradus`, or set GRADUS_LIBRARY to its path")


lib = load()


def call(function, *arguments):
    """Calls a function that ends with a message buffer; (status, message). Errors are raised."""
    message = ctypes.create_string_buffer(ROOM)
    status = function(*arguments, message, ROOM)
    text = message.value.decode("utf-8", "replace")
    if status < 0 and status != TOO_SMALL:
        raise GradusError(CODES.get(status, "error"), text)
    return status, text


def check(status, what):
    """Raises for functions without a message."""
    if status < 0:
        raise GradusError(CODES.get(status, "error"), f"{what} was refused")
    return status


def doubles(count):
    return (F64 * max(1, count))()


def methods():
    """What can be begun: dicts with `name`, `summary`, `oracle` (what a search by it is told) and `rule`."""
    room = lib.gradus_methods(None, 0) + 1
    text = ctypes.create_string_buffer(room)
    lib.gradus_methods(text, room)
    return json.loads(text.value.decode())


def version():
    text = ctypes.create_string_buffer(64)
    lib.gradus_version(text, 64)
    return text.value.decode()
