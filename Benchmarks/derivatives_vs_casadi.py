#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What derivatives cost: gradient / value, the sparse Hessian of chained problems of 10^5 variables beside CasADi's, and a
banded control problem at 10^4 and 10^5 variables.

    Benchmarks/derivatives_vs_casadi.py

CasADi is left out where it is missing. Exit code 1 when a mark is missed.
"""
import json
import subprocess
import sys
import time

from measure import OURS, ROOT, judge


def casadi_times(name, n=100_000):
    """Seconds of one value and one Hessian in CasADi, the least of seven, after its functions were built."""
    import casadi
    x = casadi.SX.sym("x", n)
    a, b = x[:-1], x[1:]
    if name == "chained":
        f = casadi.sum1(100 * (b - a ** 2) ** 2 + (1 - a) ** 2)
        start = -1.2
    else:
        f = casadi.sum1(casadi.exp(-a ** 2) * casadi.sin(b) + casadi.log(1 + a ** 2 * b ** 2))
        start = 0.7
    value = casadi.Function("value", [x], [f])
    begin = time.perf_counter()
    hessian = casadi.Function("hessian", [x], [casadi.triu(casadi.hessian(f, x)[0])])
    build = time.perf_counter() - begin
    times = {}
    for key, function in (("value", value), ("hessian", hessian)):
        best = float("inf")
        # Their buffers are made once, as ours are.
        buffer, run = function.buffer()
        import numpy
        point = numpy.full(n, start)
        result = numpy.zeros(function.nnz_out(0))
        buffer.set_arg(0, memoryview(point))
        buffer.set_res(0, memoryview(result))
        for k in range(7):
            point[k] += 1e-3
            begin = time.perf_counter()
            run()
            best = min(best, time.perf_counter() - begin)
        times[key] = best
    return times, build


def main():
    build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*build, "--product", "derivatives"], check=True, stdout=subprocess.DEVNULL)
    program = ROOT / "Benchmarks" / ".build" / "release" / "derivatives"
    out = subprocess.run([program], capture_output=True, text=True, env=OURS, check=True).stdout
    figures = [json.loads(line) for line in out.splitlines()]
    holds = []
    for figure in figures:
        if figure["name"] == "control":
            continue
        holds.append(judge(f"{figure['name']}: gradient / value", figure["gradient"] / figure["value"], 4))
        try:
            theirs, built = casadi_times(figure["name"])
        except ImportError:
            print("casadi is missing (`make tools`): left out")
            continue
        print(f"{figure['name']}: compiling ours {figure['compile']:.3f} s, theirs {built:.3f} s; value ours "
              f"{figure['value'] * 1e3:.2f} ms, theirs {theirs['value'] * 1e3:.2f} ms")
        holds.append(judge(f"{figure['name']}: Hessian / CasADi's", figure["hessian"] / theirs["hessian"], 1))
    control = [figure for figure in figures if figure["name"] == "control"]
    for figure in control:
        print(f"control, {figure['variables']} variables: {figure['seconds']:.2f} s, {figure['status']}, {figure['hessians']} Hessians")
    holds.append(judge("control: time at ten times the size", control[1]["seconds"] / control[0]["seconds"], 12))
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main())
