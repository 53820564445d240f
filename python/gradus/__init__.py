# SPDX-License-Identifier: Apache-2.0
"""Gradus for Python: searches that ask and are told, and update rules that step tensors in place.

`gradus.optuna`, `gradus.torch` and `gradus.scipy` bring them to those libraries; each is imported by itself.
"""
from ._library import GradusError, methods, version
from .search import Best, Point, Search
from .space import Categorical, Float, Int, Permutation, Simplex

__version__ = version()
__all__ = ["Best", "Categorical", "Float", "GradusError", "Int", "Permutation", "Point", "Search", "Simplex", "methods"]
