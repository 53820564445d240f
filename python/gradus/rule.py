# SPDX-License-Identifier: Apache-2.0
"""Update rules over buffers of float32 that belong to the caller."""
import ctypes
import json
import math

from . import _library as c


class Rule:
    """An update rule that steps tensors in place, by their addresses.

        rule = Rule("adamw", [("w", (3, 4)), ("b", (4,))], {"lr": 0.01})
        rule.step([w.ctypes.data, b.ctypes.data], [dw.ctypes.data, db.ctypes.data])        # NumPy, float32, contiguous

    An address of 0 in place of a gradient leaves its tensor as it is. `is_anywhere` is False for rules that see all tensors
    together: those are copied together and back unless they lie one behind the other.
    """

    def __init__(self, method, layout, settings=None, threads=1):
        start = {"method": method, "layout": [{"name": name, "shape": list(shape)} for name, shape in layout],
                 "settings": {k: str(v).lower() if isinstance(v, bool) else v for k, v in (settings or {}).items()},
                 "threads": threads}
        text = json.dumps(start, allow_nan=False).encode()
        self._open(lambda handle: c.call(c.lib.gradus_rule_start, text, len(text), ctypes.byref(handle)))

    @classmethod
    def restore(cls, memory):
        """The rule whose memory `save` returned, to the bit."""
        rule = cls.__new__(cls)
        data = bytes(memory)
        rule._open(lambda handle: c.call(c.lib.gradus_rule_restore, data, len(data), ctypes.byref(handle)))
        return rule

    def _open(self, start):
        self._handle = None
        handle = ctypes.c_void_p()
        start(handle)
        self._handle = handle
        facts = c.RuleFacts()
        c.check(c.lib.gradus_rule_describe(handle, ctypes.byref(facts)), "the rule")
        self.tensors, self.numbers, self.rate = facts.tensors, facts.numbers, facts.rate
        self.needs_loss, self.is_anywhere = bool(facts.needs_loss), bool(facts.is_anywhere)
        self.bytes_per_number = facts.bytes_per_number
        self._message = ctypes.create_string_buffer(c.ROOM)

    def __del__(self):
        if getattr(self, "_handle", None):
            c.lib.gradus_rule_end(self._handle)
            self._handle = None

    def table(self, addresses):
        """Addresses as an array that `step` takes again and again."""
        if len(addresses) != self.tensors:
            raise ValueError(f"the rule has {self.tensors} tensors, not {len(addresses)}")
        return (ctypes.c_void_p * max(1, self.tensors))(*[address or None for address in addresses])

    def step(self, parameters, gradients, rate_factor=1.0, loss=math.nan, checked=False):
        """One step in place. Addresses as lists of numbers, or as `table` made them."""
        if not isinstance(parameters, ctypes.Array):
            parameters = self.table(parameters)
        if not isinstance(gradients, ctypes.Array):
            gradients = self.table(gradients)
        status = c.lib.gradus_rule_step(self._handle, parameters, gradients, rate_factor, loss,
                                        c.CHECKED if checked else 0, self._message, c.ROOM)
        if status < 0:
            raise c.GradusError(c.CODES.get(status, "error"), self._message.value.decode("utf-8", "replace"))

    def average(self, parameters, averages):
        """Writes the point that the rule recommends to `averages`; False where that is the parameters themselves."""
        status, _ = c.call(c.lib.gradus_rule_average, self._handle, self.table(parameters), self.table(averages))
        return status == c.OK

    def save(self):
        """Settings, layout, memory and number of steps, without the parameters."""
        message, room = ctypes.create_string_buffer(c.ROOM), 0
        while True:
            data = (ctypes.c_uint8 * max(1, room))()
            length = c.lib.gradus_rule_save(self._handle, data, room, message, c.ROOM)
            if length < 0:
                raise c.GradusError(c.CODES.get(length, "error"), message.value.decode("utf-8", "replace"))
            if length <= room:
                return bytes(memoryview(data)[:length])
            room = length
