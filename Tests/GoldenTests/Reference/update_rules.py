#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trajectories of update rules, each written out from its formula with plain numbers in double precision.

usage: update_rules.py > ../Golden/update-rules.json

Twenty steps on three shapes. The gradient of parameter j at step t does not depend on the parameters:
    g[j] = scale[j] * sin(0.7 t + 1.3 j),   0 where (j + t) % 5 == 0,   scale 1e-6, 1 and 1e6 in turn.
"""
import json
import math
import sys

import update_rules_elementwise
import update_rules_measured
import update_rules_shaped
from update_rules_base import SHAPES, STEPS, parameter

# The rules stand in modules by kind.
RULES = {**update_rules_elementwise.RULES, **update_rules_measured.RULES, **update_rules_shaped.RULES}

if __name__ == "__main__":
    out = {"source": "Tests/GoldenTests/Reference/update_rules.py", "steps": STEPS, "shapes": SHAPES, "rules": {}}
    for name, rule in RULES.items():
        out["rules"][name] = {}
        for shape, dims in SHAPES.items():
            theta = [parameter(j) for j in range(math.prod(dims))]
            rule(theta, dims) if hasattr(rule, "needs_shape") else rule(theta)
            out["rules"][name][shape] = theta
    json.dump(out, sys.stdout, indent=1)
    print()
