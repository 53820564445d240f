# SPDX-License-Identifier: Apache-2.0
"""Every update rule of Gradus as an optimizer of torch, on parameters in float32 on the CPU."""
import ctypes
import math

import torch

from .rule import Rule

__all__ = ["Optimizer"]


class Optimizer(torch.optim.Optimizer):
    """Steps parameters by an update rule of Gradus, in their own storage.

        optimizer = gradus.torch.Optimizer(model.parameters(), "muon", lr=0.02)

    `method` is any rule of `gradus methods`, and the other arguments are its settings (`gradus explain muon`); `lr` is the
    learning rate. Parameter groups may have settings of their own, and each is a rule by itself; changing a group's `lr`, as
    schedulers do, takes effect at the next step, and the other settings stay as they were at the start.

    Nothing is copied for rules that treat tensors alone; rules that see all tensors together (`is_anywhere` False: prodigy,
    dog, mechanic, …) copy parameters and gradients unless they lie one behind the other. Rules that step by the loss (momo) need
    the closure, or `step(loss=…)`. `checked=True` refuses gradients that are no numbers before anything has changed.

    `eval()` puts the point that the rule recommends in place of the parameters – the average, where it keeps one –, `train()`
    brings them back.
    """

    def __init__(self, params, method="adamw", *, checked=False, threads=1, **settings):
        self._rules, self._tables, self._training = [], [], None
        self.checked, self.threads = checked, threads
        super().__init__(params, {"method": method, "lr": settings.pop("lr", None), "settings": settings})

    def add_param_group(self, param_group):
        """One more rule, with settings of its own beside `params`."""
        own = {k: v for k, v in param_group.items() if k not in ("params", "method", "lr", "settings", "param_names")}
        given = {k: v for k, v in param_group.items() if k not in own}
        given["settings"] = {**self.defaults["settings"], **given.get("settings", {}), **own}
        super().add_param_group(given)
        group = self.param_groups[-1]
        try:
            self._start(group)
        except Exception:
            self.param_groups.pop()
            raise

    def _start(self, group):
        for p in group["params"]:
            _check(p)
        settings = dict(group["settings"])
        if group["lr"]:
            settings["lr"] = float(group["lr"])
        layout = [(f"p{i}", tuple(p.shape)) for i, p in enumerate(group["params"]) if p.numel() > 0]
        rule = Rule(group["method"], layout, settings, threads=self.threads) if layout else None
        if rule is not None and group["lr"] is None:
            group["lr"] = rule.rate if math.isfinite(rule.rate) else 1.0
        group["rate"] = float(group["lr"] or 1.0) if rule is None or not math.isfinite(rule.rate) else rule.rate
        self._rules.append(rule)
        self._tables.append(None)

    @staticmethod
    def _tensors(group):
        return [p for p in group["params"] if p.numel() > 0]

    @torch.no_grad()
    def step(self, closure=None, *, loss=None):
        """One step; the loss of the closure, if there is one."""
        if self._training is not None:
            raise RuntimeError("the parameters are those for evaluation; call train() before the next step")
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        told = math.nan if loss is None else float(loss)
        for i, group in enumerate(self.param_groups):
            rule = self._rules[i]
            if rule is None:
                continue
            tensors = self._tensors(group)
            parameters, gradients = self._addresses(i, rule, tensors)
            # The gradients that had to be copied live until the rule has read them.
            copies = []
            for k, p in enumerate(tensors):
                g = p.grad
                if g is None:
                    gradients[k] = None
                    continue
                if g.is_sparse or g.dtype is not torch.float32:
                    raise TypeError(f"parameter {k} has a gradient of {g.dtype}, {g.layout}; Gradus takes dense float32")
                if not g.is_contiguous():
                    g = g.contiguous()
                    copies.append(g)
                gradients[k] = g.data_ptr()
            rule.step(parameters, gradients, float(group["lr"]) / group["rate"], told, self.checked)
            del copies
        return loss

    def _addresses(self, i, rule, tensors):
        """The tables of addresses, made anew only where a parameter has moved."""
        places = [p.data_ptr() for p in tensors]
        kept = self._tables[i]
        if kept is None or kept[0] != places:
            for p in tensors:
                _check(p)
            kept = self._tables[i] = (places, rule.table(places), (ctypes.c_void_p * len(places))())
        return kept[1], kept[2]

    # ---- averages

    def eval(self):
        """The recommended point in place of the parameters."""
        if self._training is not None:
            return
        self._training = []
        for rule, group in zip(self._rules, self.param_groups):
            if rule is None:
                self._training.append(None)
                continue
            tensors = self._tensors(group)
            kept = [p.detach().clone() for p in tensors]
            places = [p.data_ptr() for p in tensors]
            self._training.append(kept if rule.average(places, places) else None)

    @torch.no_grad()
    def train(self):
        """The parameters of the training in place again."""
        if self._training is None:
            return
        for kept, group in zip(self._training, self.param_groups):
            for p, old in zip(self._tensors(group), kept or []):
                p.copy_(old)
        self._training = None

    # ---- saving

    def state_dict(self):
        """As torch has it, with the memory of each rule as bytes beside the settings of its group. Loading it continues to the
        bit."""
        saved = super().state_dict()
        for rule, group in zip(self._rules, saved["param_groups"]):
            data = b"" if rule is None else rule.save()
            group["memory"] = torch.frombuffer(bytearray(data), dtype=torch.uint8).clone() if data else None
        return saved

    def __getstate__(self):
        """For copies and pickles: the memories in place of the rules."""
        memories = [None if rule is None else rule.save() for rule in self._rules]
        return {**super().__getstate__(), "checked": self.checked, "threads": self.threads, "memories": memories,
                "_training": self._training}

    def __setstate__(self, state):
        state = dict(state)
        # torch also calls this from load_state_dict, with no more than states and groups.
        memories = state.pop("memories", None)
        super().__setstate__(state)
        if memories is not None:
            self._rules = [None if memory is None else Rule.restore(memory) for memory in memories]
            self._tables = [None] * len(memories)

    def load_state_dict(self, state_dict):
        """Settings, learning rates and memories of `state_dict`; groups must have the same sizes."""
        groups = [dict(group) for group in state_dict["param_groups"]]
        memories = [group.pop("memory", None) for group in groups]
        rules = []
        for memory, mine in zip(memories, self.param_groups):
            tensors = self._tensors(mine)
            rule = None if memory is None else Rule.restore(memory.cpu().numpy().tobytes())
            if (rule is None) != (not tensors) or rule is not None and (
                    rule.tensors != len(tensors) or rule.numbers != sum(p.numel() for p in tensors)):
                raise ValueError("the state belongs to other parameters")
            rules.append(rule)
        super().load_state_dict({**state_dict, "param_groups": groups})
        self._rules, self._tables, self._training = rules, [None] * len(rules), None


def _check(p):
    if p.device.type != "cpu" or p.dtype is not torch.float32 or p.layout is not torch.strided:
        raise TypeError(f"Gradus steps dense float32 parameters on the CPU, and one is {p.dtype}, {p.layout}, on {p.device}")
    if not p.is_contiguous():
        raise TypeError(f"a parameter of shape {tuple(p.shape)} is not contiguous; replace it by its contiguous() copy")
