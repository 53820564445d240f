#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The first points of the plain Sobol sequence as scipy.stats.qmc makes them (SciPy >= 1.9).

usage: sobol_points.py > ../Golden/sobol-points.json
"""
import json

from scipy.stats import qmc

points = qmc.Sobol(d=481, scramble=False, bits=52).random(64)
columns = [0, 1, 2, 3, 4, 9, 17, 36, 99, 255, 336, 400, 480]
print(json.dumps({"dimension": 481, "columns": columns, "points": [[row[c] for c in columns] for row in points.tolist()]}))
