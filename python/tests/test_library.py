# SPDX-License-Identifier: Apache-2.0
"""libgradus itself: pointers that are not there, buffers that are too small, text that is none."""
import ctypes
import json
import pathlib
import re
import unittest

from gradus import _library as c

HEADER = pathlib.Path(__file__).resolve().parents[2] / "Sources" / "GradusHeader" / "include" / "gradus.h"
BOX = b'{"dim": 2, "lower": [0, 0], "upper": [1, 1], "method": "random-search", "seed": 1}'


class Library(unittest.TestCase):
    def start(self, text=BOX, room=200):
        handle, message = ctypes.c_void_p(), ctypes.create_string_buffer(room)
        return c.lib.gradus_start(text, len(text), ctypes.byref(handle), message, room), handle, message.value

    def test_the_package_knows_every_function_of_the_header(self):
        declared = set(re.findall(r"^\w[\w ]*? \*?(gradus_\w+)\(", HEADER.read_text(), re.MULTILINE))
        self.assertEqual(declared, set(c.FUNCTIONS))
        self.assertEqual(c.ABI, int(re.search(r"#define GRADUS_ABI (\d+)", HEADER.read_text())[1]))

    def test_pointers_that_are_not_there_are_refused(self):
        status, handle, _ = self.start()
        self.assertEqual(status, 0)
        none = [None, ctypes.c_void_p()]
        for search in none:
            for answer in (c.lib.gradus_facts(search, ctypes.byref(c.SearchFacts())), c.lib.gradus_method(search, None, 0),
                           c.lib.gradus_reasons(search, None, 0),
                           c.lib.gradus_ask(search, 1, None, None, None, None, None, 0), c.lib.gradus_best(search, None, None),
                           c.lib.gradus_tell(search, 1, None, None, None, None, None, None, 0),
                           c.lib.gradus_save(search, None, 0, None, 0), c.lib.gradus_pending(search, 0, None, None),
                           c.lib.gradus_rule_step(search, None, None, 1.0, 0.0, 0, None, 0),
                           c.lib.gradus_rule_save(search, None, 0, None, 0)):
                self.assertEqual(answer, -2)
            c.lib.gradus_end(search)
            c.lib.gradus_rule_end(search)
        one = (c.I64 * 1)(0)
        for answer in (c.lib.gradus_ask(handle, 1, None, one, None, one, None, 0), c.lib.gradus_facts(handle, None),
                       c.lib.gradus_ask(handle, -5, c.doubles(2), one, None, one, None, 0),
                       c.lib.gradus_ask(handle, 2**60, c.doubles(2), one, None, one, None, 0),
                       c.lib.gradus_tell(handle, -1, one, None, None, None, None, None, 0),
                       c.lib.gradus_enqueue(handle, None, one, None, 0), c.lib.gradus_start(None, 0, None, None, 0)):
            self.assertEqual(answer, -2)
        self.assertEqual(c.lib.gradus_tell(handle, 1, one, c.doubles(1), None, None, None, None, 0), -3)
        self.assertEqual(c.lib.gradus_best(handle, None, None), c.NONE)
        c.lib.gradus_end(handle)

    def test_messages_are_cut_to_their_buffer(self):
        whole = self.start(b'{"dim": 2, "method": "\xc3\xa9cole"}')[2]
        self.assertIn("école", whole.decode())
        for room in range(1, len(whole) + 2):
            status, _, message = self.start(b'{"dim": 2, "method": "\xc3\xa9cole"}', room)
            self.assertEqual(status, -4)
            self.assertLess(len(message), room)
            self.assertTrue(whole.startswith(message))
            message.decode()

    def test_text_that_is_none_is_malformed(self):
        for text in (b"", b"{", b"\xff\xfe", b"[1, 2", b'{"dim": 2' + b"[" * 5000):
            status, handle, message = self.start(text)
            self.assertEqual(status, -1, message)
            self.assertIsNone(handle.value)
        self.assertEqual(self.start(b"[]")[0], -2)

    def test_lengths_may_be_left_to_the_zero(self):
        handle = ctypes.c_void_p()
        self.assertEqual(c.lib.gradus_start(BOX, -1, ctypes.byref(handle), None, 0), 0)
        text = ctypes.create_string_buffer(5)
        self.assertEqual(c.lib.gradus_method(handle, text, 5), len("random-search"))
        self.assertEqual(text.value, b"rand")
        c.lib.gradus_end(handle)

    def test_rules_refuse_what_they_cannot_step(self):
        handle, message = ctypes.c_void_p(), ctypes.create_string_buffer(300)

        def begin(start):
            text = json.dumps(start).encode()
            return c.lib.gradus_rule_start(text, len(text), ctypes.byref(handle), message, 300)

        layout = [{"name": "w", "shape": [2, 2]}]
        for start, status in (({}, -2), ({"method": "adamw"}, -2), ({"method": "adamw", "layout": []}, -2),
                              ({"method": "adamw", "layout": [{"name": "w", "shape": [2, 0]}]}, -2),
                              ({"method": "adamw", "layout": [{"name": "w", "shape": [2**62, 4]}]}, -2),
                              ({"method": "adamw", "layout": layout * 2}, -2),
                              ({"method": "adamw", "layout": layout, "settings": {"lr": -1}}, -5),
                              ({"method": "cma-es", "layout": layout}, -4),
                              ({"method": "adamw", "layout": layout, "threads": 0}, -2)):
            self.assertEqual(begin(start), status, (start, message.value))
        self.assertEqual(begin({"method": "adamw", "layout": layout}), 0)
        w, g = (ctypes.c_float * 4)(1, 2, 3, 4), (ctypes.c_float * 4)(1, 1, float("inf"), 1)
        tables = [(ctypes.c_void_p * 1)(ctypes.addressof(x)) for x in (w, g)]
        self.assertEqual(c.lib.gradus_rule_step(handle, *tables, 1.0, 0.0, c.CHECKED, message, 300), -2)
        self.assertIn(b"number 2", message.value)
        self.assertEqual(c.lib.gradus_rule_step(handle, *tables, float("nan"), 0.0, 0, message, 300), -5)
        odd = (ctypes.c_void_p * 1)(ctypes.addressof(w) + 1)
        self.assertEqual(c.lib.gradus_rule_step(handle, odd, tables[1], 1.0, 0.0, 0, message, 300), -2)
        self.assertEqual(list(w), [1, 2, 3, 4])
        for data in (b"", b"GRADUSCP", b"x" * 1000):
            other = ctypes.c_void_p()
            self.assertEqual(c.lib.gradus_rule_restore(data, len(data), ctypes.byref(other), message, 300), -6)
        c.lib.gradus_rule_end(handle)


if __name__ == "__main__":
    unittest.main()
