#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `gradus.torch.Optimizer` costs above the pass of its rule, and beside torch's own optimizer.

    .tools/peers/bin/python Benchmarks/torch_optimizer.py          (`make peers` installs torch)

Three ways to step the same parameters by AdamW run in turns, one thread each: the optimizer on the tensors of a model; one call
of the library on as many numbers in one buffer (the pass itself); and `torch.optim.AdamW`, fused where it can be. Medians over
rounds; exit code 1 where a limit does not hold, 5 without torch.
"""
import statistics
import sys
import time

from measure import ROOT, judge

sys.path.insert(0, str(ROOT / "python"))

MODELS = {
    "one tensor of 10⁷": [(10_000_000,)],
    "one tensor of 10⁶": [(1_000_000,)],
    "a network of 24 tensors, 10⁶ numbers": [(256, 256), (256,), (256, 64), (64,)] * 5 + [(512, 1024), (512,), (100, 512), (100,)],
    "200 tensors of 500": [(500,)] * 200,
}
SETTINGS = {"lr": 1e-3, "decay": 0.01}


def timed(step, repeats):
    begin = time.perf_counter()
    for _ in range(repeats):
        step()
    return (time.perf_counter() - begin) / repeats


def main():
    try:
        import torch
        import gradus.torch
        from gradus.rule import Rule
    except ImportError as error:
        print(f"torch_optimizer.py: {error}", file=sys.stderr)
        return 5
    torch.set_num_threads(1)
    good = True
    for name, shapes in MODELS.items():
        def parameters():
            made = [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]
            for p in made:
                p.grad = torch.randn_like(p)
            return made

        ours = gradus.torch.Optimizer(parameters(), "adamw", **SETTINGS)
        theirs = torch.optim.AdamW(parameters(), lr=1e-3, weight_decay=0.01, fused=True)
        count = sum(p.numel() for p in ours.param_groups[0]["params"])
        flat, gradient = torch.randn(count), torch.randn(count)
        rule = Rule("adamw", [("all", (count,))], SETTINGS)
        places = rule.table([flat.data_ptr()]), rule.table([gradient.data_ptr()])
        ways = [ours.step, lambda: rule.step(*places), theirs.step]
        repeats = max(3, 3_000_000 // count)
        for way in ways:
            way()
        rounds = [[timed(way, repeats) for way in (ways if k % 2 == 0 else ways[::-1])][::1 if k % 2 == 0 else -1]
                  for k in range(11)]
        mine, alone, torchs = (statistics.median(r[k] for r in rounds) for k in range(3))
        overhead = statistics.median(r[0] / r[1] for r in rounds)
        print(f"{name}: {mine * 1e6:.1f} µs a step, the pass alone {alone * 1e6:.1f} µs, torch {torchs * 1e6:.1f} µs; "
              f"{(mine - alone) * 1e6 / len(shapes):.2f} µs above it a tensor")
        # A fixed cost a tensor cannot vanish where tensors are tiny; those are judged beside torch alone.
        if count / len(shapes) >= 40_000:
            good = judge(f"{name}, optimizer / pass", overhead, 1.1) and good
        good = judge(f"{name}, optimizer / torch", statistics.median(r[0] / r[2] for r in rounds), 1.0) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
