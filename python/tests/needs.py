# SPDX-License-Identifier: Apache-2.0
"""Libraries that a test needs; where one is missing, its tests say so and are skipped."""
import importlib.util
import unittest


def needs(name, how):
    """For a class of tests: skipped, with the reason, where the library cannot be imported."""
    return unittest.skipUnless(importlib.util.find_spec(name), f"{name} is not installed ({how})")
