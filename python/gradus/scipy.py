# SPDX-License-Identifier: Apache-2.0
"""Every method of Gradus as a method of `scipy.optimize.minimize`."""
import inspect
import math

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, NonlinearConstraint, OptimizeResult

from .search import Search

__all__ = ["method"]


def method(name=None, **settings):
    """What `scipy.optimize.minimize` takes as `method`; `settings` are those of `gradus explain NAME`.

        minimize(fun, x0, method=gradus.scipy.method("cma-es"), bounds=[(-5, 5)] * 3, options={"maxfev": 2000, "seed": 1})

    Options: `maxfev` (1000·n without it), `maxiter` (the same for methods with one evaluation an iteration), `seed`, `noisy`,
    `target` (stop at a value of at most that), `disp`. Constraints are inequalities, in any form of scipy; methods that know
    none hear that a point breaks one. Methods that want gradients take `jac`, and differences where there is none.
    """

    def minimize(fun, x0, args=(), jac=None, hess=None, hessp=None, bounds=None, constraints=(), callback=None, **options):
        return _minimize(name, settings, fun, x0, args, jac, bounds, constraints, callback, options)

    minimize.__name__ = name or "gradus"
    return minimize


def _minimize(name, settings, fun, x0, args, jac, bounds, constraints, callback, options):
    x0 = np.atleast_1d(np.asarray(x0, dtype=float)).ravel()
    args = args if isinstance(args, tuple) else (args,)
    known = {"maxfev", "maxiter", "maxfun", "seed", "noisy", "target", "disp", "tol"}
    stray = sorted(set(options) - known)
    if stray:
        raise TypeError(f"unknown option {stray[0]!r}; known are {', '.join(sorted(known))}")
    budget = next((int(options[k]) for k in ("maxfev", "maxfun", "maxiter") if options.get(k) is not None), 1000 * len(x0))
    limits = _inequalities(constraints, x0)
    search = Search(_pairs(bounds, len(x0)), name, constraints=sum(count for _, count in limits), budget=budget,
                    seed=int(options.get("seed") or 0), noisy=bool(options.get("noisy", False)), x0=list(x0), settings=settings)
    if search.oracle not in ("value", "gradient", "values"):
        raise ValueError(f"{search.method} asks for orders of points, which scipy's functions do not give")
    hear = _hearing(callback)
    target = options.get("target")
    calls = slopes = 0
    message, success = f"the budget of {budget} evaluations is spent", False
    while True:
        points = search.ask(1)
        if not points:
            message = search.stopped or message
            success = not message.startswith("the budget")
            break
        x = np.array(points[0].x)
        f = float(np.asarray(fun(x.copy(), *args)).item())
        calls += 1
        gradient = None
        if search.oracle == "gradient":
            gradient, more = _gradient(fun, jac, x, f, args)
            slopes, calls = slopes + 1, calls + more
        g = np.concatenate([limit(x) for limit, _ in limits]).tolist() if limits else None
        before = search.best
        search.tell(points[0].id, f, g, gradient)
        best = search.best
        if hear is not None and best is not None and (before is None or best.f != before.f):
            try:
                stop = hear(OptimizeResult(x=np.array(best.x), fun=best.f))
            except StopIteration:
                stop = True
            if stop:
                message = "the callback ended the search"
                break
        if target is not None and best is not None and best.f is not None and best.f <= target:
            if not limits or max((limit(np.array(best.x)).max(initial=-math.inf) for limit, _ in limits)) <= 0:
                message, success = f"a value of at most {target} was reached", True
                break
    return _result(search, fun, args, limits, options, calls, slopes, message, success)


def _result(search, fun, args, limits, options, calls, slopes, message, success):
    best = search.best
    x = np.array(search.recommended if best is None or options.get("noisy") else best.x, dtype=float)
    f = math.nan if best is None or best.f is None else best.f
    result = OptimizeResult(x=x, fun=f, nfev=calls, nit=calls, njev=slopes, success=success and math.isfinite(f),
                            status=0 if success else 1, message=message, method=search.method)
    if limits:
        result.maxcv = float(max(0.0, *(limit(x).max(initial=0.0) for limit, _ in limits)))
        result.success = bool(result.success and result.maxcv <= 1e-6)
    if options.get("disp"):
        print(f"{search.method}: {message}; f = {f} after {calls} evaluations")
    return result


def _pairs(bounds, n):
    if bounds is None:
        return [(-math.inf, math.inf)] * n
    if isinstance(bounds, Bounds):
        lower, upper = (np.broadcast_to(np.asarray(side, dtype=float), n) for side in (bounds.lb, bounds.ub))
        return list(zip(lower.tolist(), upper.tolist()))
    pairs = [(-math.inf if low is None else float(low), math.inf if high is None else float(high)) for low, high in bounds]
    if len(pairs) != n:
        raise ValueError(f"there are {len(pairs)} bounds and {n} variables")
    return pairs


def _inequalities(constraints, x0):
    """Functions whose every number is at most 0 where the constraints hold, and how many numbers each has."""
    if isinstance(constraints, (dict, LinearConstraint, NonlinearConstraint)):
        constraints = [constraints]
    found = []
    for constraint in constraints or ():
        if isinstance(constraint, dict):
            if constraint.get("type") != "ineq":
                raise ValueError("equality constraints are not searched for; state them as a substitution, or as two "
                                 "inequalities with room between them")
            extra = tuple(constraint.get("args", ()))
            found.append(lambda x, c=constraint["fun"], a=extra: -np.atleast_1d(np.asarray(c(x, *a), dtype=float)).ravel())
        else:
            function = (lambda x, a=np.atleast_2d(constraint.A): a @ x) if isinstance(constraint, LinearConstraint) \
                else constraint.fun
            found.append(_two_sided(function, constraint.lb, constraint.ub))
    return [(limit, len(limit(x0))) for limit in found]


def _two_sided(function, lower, upper):
    def limit(x):
        value = np.atleast_1d(np.asarray(function(x), dtype=float)).ravel()
        low, high = (np.broadcast_to(np.asarray(side, dtype=float), value.shape) for side in (lower, upper))
        if np.any(low == high):
            raise ValueError("equality constraints are not searched for; state them as a substitution, or as two "
                             "inequalities with room between them")
        return np.concatenate([(low - value)[np.isfinite(low)], (value - high)[np.isfinite(high)]])

    return limit


def _gradient(fun, jac, x, f, args):
    """The gradient, and how many evaluations it took."""
    if callable(jac):
        return np.asarray(jac(x.copy(), *args), dtype=float).ravel().tolist(), 0
    gradient = []
    for i in range(len(x)):
        h = 1.5e-8 * max(1.0, abs(x[i]))
        moved = x.copy()
        moved[i] += h
        gradient.append((float(np.asarray(fun(moved, *args)).item()) - f) / (moved[i] - x[i]))
    return gradient, len(x)


def _hearing(callback):
    """scipy's two forms of callback: of a result by the name `intermediate_result`, or of the point."""
    if callback is None:
        return None
    try:
        names = set(inspect.signature(callback).parameters)
    except (TypeError, ValueError):
        names = set()
    if names == {"intermediate_result"}:
        return lambda result: callback(intermediate_result=result)
    return lambda result: callback(result.x)
