# SPDX-License-Identifier: Apache-2.0
"""Update rules stepped on given gradients: ours through `gradus ask-tell`, a peer's as optimizer of torch."""
import json
import math
import subprocess

from measure import GRADUS, OURS, need


class Task:
    """A rule with its settings, one tensor to start from, and what it hears: flat lists of numbers."""

    def __init__(self, rule, settings, shape, start, gradients, losses=None):
        self.rule, self.settings, self.shape, self.start, self.gradients = rule, settings, shape, start, gradients
        self.losses = losses or [0.0] * len(gradients)

    def lines(self):
        yield {"start": {"method": self.rule, "x0": self.start, "layout": [{"name": "w", "shape": list(self.shape)}],
                         "settings": self.settings}}
        for gradient, loss in zip(self.gradients, self.losses):
            yield {"ask": {}}
            yield {"tell": {"f": [[loss]], "grad": [gradient]}}
        yield {"end": {}}


def ours(tasks):
    """What the rules recommend in the end, one list of numbers a task; all by one process."""
    need(GRADUS)
    lines = [list(task.lines()) for task in tasks]
    text = "".join(json.dumps(line) + "\n" for part in lines for line in part)
    found = subprocess.run([GRADUS, "ask-tell"], input=text, capture_output=True, text=True, check=True, env=OURS,
                           timeout=600).stdout.splitlines()
    results, at = [], 0
    for task, part in zip(tasks, lines):
        answers = [json.loads(line) for line in found[at:at + len(part)]]
        at += len(part)
        for answer in answers:
            if "error" in answer:
                raise RuntimeError(f"{task.rule}: {answer['error']['message']}")
        results.append(answers[-1]["recommend"])
    return results


def by_torch(make, task):
    """The parameters after the steps of an optimizer of torch, evaluated where it distinguishes."""
    import torch
    p = torch.nn.Parameter(torch.tensor(task.start, dtype=torch.float32).reshape(task.shape))
    optimizer = make([p])
    if hasattr(optimizer, "train"):
        optimizer.train()
    for g in task.gradients:
        p.grad = torch.tensor(g, dtype=torch.float32).reshape(task.shape)
        optimizer.step()
    if hasattr(optimizer, "eval"):
        optimizer.eval()
    return p.detach().flatten().tolist()


def by_coordinate(mine, theirs, start):
    """The largest difference, each relative to the largest of start, end and way of its coordinate."""
    return worst(abs(x - y) / max(abs(y), abs(s), abs(y - s)) for x, y, s in zip(mine, theirs, start))


def by_tensor(mine, theirs):
    """The largest difference relative to the largest number."""
    return worst(abs(x - y) for x, y in zip(mine, theirs)) / max(map(abs, theirs))


def worst(differences):
    """The largest of them; NaN where one is."""
    differences = list(differences)
    return math.nan if any(map(math.isnan, differences)) else max(differences)
