"""Rows for the functions of the second round; `test_functions` compares each with PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["ROWS"]

Case = tuple[Callable[..., Any], tuple[Any, ...]]

X = np.random.default_rng(0).normal(size=(3, 4))
Y = np.random.default_rng(5).normal(size=(3, 4))
CUBE = np.random.default_rng(1).normal(size=(2, 3, 4))
OTHER = np.random.default_rng(6).normal(size=(2, 4, 5))
MATRIX = np.random.default_rng(7).normal(size=(4, 5))
UNIT = np.random.default_rng(2).uniform(0.1, 0.9, size=(3, 4))
POSITIVE = np.abs(X) + 0.2
V = np.array([0.3, -1.2, 2.0, 0.7])
W = np.array([1.5, -0.5, 0.25, -2.0])
THREE = np.random.default_rng(3).normal(size=(5, 3))
TIES = np.array([[1.0, 3.0, 1.0, 3.0], [2.0, 2.0, 0.0, 5.0]])
ZEROS = np.array([[2.0, 0.0, 3.0, 0.0], [1.5, -2.0, 0.0, 4.0], [1.0, 2.0, 3.0, 4.0]])
ODD = np.array([1.0, np.inf, np.nan, -np.inf, -2.5])
HOLES = np.array([[1.0, np.nan, 3.0], [np.nan, 2.0, -1.0]])
FIXED = np.array([1, 2, 3, 5])
LABELS = np.array([2, 0, 2, 1, 5])
COUNTS = np.array([[7, -7, 3], [-5, 5, 4]])
INDEX = np.array([[0, 2, 1, 1], [2, 2, 0, 0]])
BOOLS = X > 0


def _f(name: str, *inputs: Any, args: tuple[Any, ...] = (), **kwargs: Any) -> Case:
    return (lambda m, *xs: getattr(m, name)(*xs, *args, **kwargs), inputs)


def _m(name: str, *inputs: Any, args: tuple[Any, ...] = (), **kwargs: Any) -> Case:
    return (lambda m, x, *xs: getattr(x, name)(*xs, *args, **kwargs), inputs)


def _list(name: str, *inputs: Any) -> Case:
    return (lambda m, *xs: getattr(m, name)(list(xs)), inputs)


def _still(name: str, *inputs: Any, args: tuple[Any, ...] = ()) -> Case:
    """For what PyTorch has no derivative of."""
    return (lambda m, *xs: getattr(m, name)(*(x.detach() for x in xs), *args), inputs)


_NUMBERS: dict[str, list[Case]] = {
    **{
        n: [_f(n, UNIT * 2 - 1), _f(n, LABELS * 0)]
        for n in ("asin", "arcsin", "acos", "arccos", "atanh", "arctanh")
    },
    **{n: [_f(n, X), _f(n, LABELS)] for n in ("asinh", "arcsinh", "deg2rad", "rad2deg")},
    **{n: [_f(n, POSITIVE + 1), _f(n, LABELS + 1)] for n in ("acosh", "arccosh")},
    **{n: [_f(n, X, V)] for n in ("atan2", "arctan2")},
    "hypot": [_f("hypot", X, V)],
    "logaddexp": [_f("logaddexp", X, V), _f("logaddexp", X * 300, V)],
    "i0": [_f("i0", X * 3)],
    "igamma": [_still("igamma", FIXED * 1.0, POSITIVE)],
    "igammac": [_still("igammac", FIXED * 1.0, POSITIVE)],
    "frexp": [_f("frexp", X * 30), _still("frexp", ODD[:1])],
    "hardshrink": [_f("hardshrink", X), _f("hardshrink", X, args=(0.2,)), _m("hardshrink", X)],
    "prelu": [_f("prelu", X, np.array([0.2])), _m("prelu", X, W)],
    "erfc": [_f("erfc", X), _f("erfc", X * 3)],
    "lerp": [_f("lerp", X, Y, args=(0.3,)), _f("lerp", X, Y, UNIT), _f("lerp", X, V, UNIT)],
    "constant_pad_nd": [_f("constant_pad_nd", X, args=((1, -1, 0, 2), 0.5))],
    "addcmul": [_f("addcmul", X, Y, V), _f("addcmul", X, Y, V, value=0.5)],
    "addcdiv": [_f("addcdiv", X, Y, POSITIVE), _f("addcdiv", X, Y, V, value=-2)],
    "nan_to_num": [
        _still("nan_to_num", ODD),
        _f("nan_to_num", ODD, args=(1.0, 2.0, -3.0)),
        _f("nan_to_num", LABELS),
    ],
    "fmod": [
        _f("fmod", X * 5, V),
        _f("fmod", X * 5, args=(1.5,)),
        _f("fmod", COUNTS, args=(3,)),
        _f("fmod", COUNTS, COUNTS + 20),
    ],
    "frac": [_f("frac", X * 3)],
    "clamp_min": [_f("clamp_min", X, args=(0.1,)), _f("clamp_min", X, V)],
    "clamp_max": [_f("clamp_max", X, args=(0.1,)), _f("clamp_max", X, V)],
    "xlogy": [
        _f("xlogy", X, POSITIVE),
        _still("xlogy", ZEROS, np.abs(ZEROS)),
        _f("xlogy", ZEROS, POSITIVE),
        _f("xlogy", X, args=(2.0,)),
    ],
    "logit": [_f("logit", UNIT), _f("logit", UNIT, eps=0.3)],
    "sinc": [_f("sinc", X), _f("sinc", np.array([0.0, 1.0, 0.5]))],
    "heaviside": [_still("heaviside", ZEROS, V)],
    "float_power": [
        _f("float_power", POSITIVE, V),
        _f("float_power", LABELS, args=(2,)),
        _f("float_power", POSITIVE, args=(-1.5,)),
    ],
    "positive": [_f("positive", X), _f("positive", LABELS)],
    "sgn": [_still("sgn", X), _still("sgn", ODD)],
    "isposinf": [_f("isposinf", ODD)],
    "isneginf": [_f("isneginf", ODD)],
    "isin": [
        _f("isin", LABELS, np.array([2, 5, 9])),
        _f("isin", LABELS, np.array([2, 5]), invert=True),
        _f("isin", LABELS, np.array([], np.int64)),
        _still("isin", TIES, np.array([1.0, 5.0])),
    ],
}

_RUNNING: dict[str, list[Case]] = {
    "cumprod": [
        *[_f("cumprod", CUBE, dim=d) for d in (0, 1, -1)],
        _f("cumprod", ZEROS, dim=1),
        _f("cumprod", ZEROS, dim=0),
        _f("cumprod", LABELS, dim=0),
    ],
    "cummax": [
        _f("cummax", CUBE, dim=1),
        _f("cummax", TIES, dim=1),
        _f("cummax", HOLES, dim=1),
        _f("cummax", LABELS, dim=0),
    ],
    "cummin": [_f("cummin", CUBE, dim=-1), _f("cummin", TIES, dim=1), _f("cummin", HOLES, dim=0)],
    "diff": [
        _f("diff", X),
        _f("diff", X, n=2, dim=0),
        _f("diff", V, n=9),
        _f("diff", BOOLS),
        (lambda m, x, a, b: m.diff(x, prepend=a, append=b), (V, W[:2], W[2:])),
        _f("diff", X, n=0),
    ],
    **{
        n: [
            _f(n, X),
            _f(n, X, dx=0.5, dim=0),
            _f(n, X, V),
            (lambda m, y, x, n=n: getattr(m, n)(y, x, dim=0), (X, Y)),
        ]
        for n in ("trapezoid", "trapz")
    },
}

_STATISTICS: dict[str, list[Case]] = {
    "aminmax": [_f("aminmax", X), _f("aminmax", X, dim=1), _f("aminmax", X, dim=0, keepdim=True)],
    "quantile": [
        _f("quantile", X, args=(0.3,)),
        _f("quantile", X, args=(0.5, 1)),
        _f("quantile", X, args=(0.25, 0, True)),
        (lambda m, x, q: m.quantile(x, q.detach(), 1), (X, UNIT[0])),
        (lambda m, x, q: x.quantile(q.detach(), dim=0, keepdim=True), (CUBE, UNIT[0])),
        (lambda m, x, q: m.quantile(x, q.detach(), keepdim=True), (CUBE, UNIT[0])),
        _f("quantile", HOLES, args=(0.5, 0)),
        *[
            _f("quantile", X, args=(0.4, 1), interpolation=how)
            for how in ("linear", "lower", "higher", "midpoint", "nearest")
        ],
    ],
    "nansum": [_f("nansum", HOLES), _f("nansum", HOLES, dim=0), _f("nansum", X, dim=1)],
    "nanmean": [
        _f("nanmean", HOLES),
        _f("nanmean", HOLES, dim=1, keepdim=True),
        _f("nanmean", X, dim=0),
    ],
    "nanmedian": [
        _f("nanmedian", HOLES),
        _f("nanmedian", HOLES, dim=1),
        _f("nanmedian", X, args=(0, True)),
    ],
    "msort": [_f("msort", X), _f("msort", CUBE)],
    "cov": [_f("cov", X), _f("cov", V), _f("cov", X, correction=0)],
    "corrcoef": [_f("corrcoef", X), _f("corrcoef", V)],
}

_PRODUCTS: dict[str, list[Case]] = {
    "baddbmm": [
        _f("baddbmm", OTHER[:, :3], CUBE, OTHER),
        _f("baddbmm", V[:1], CUBE, OTHER, beta=0.5, alpha=2),
    ],
    "addbmm": [_f("addbmm", MATRIX[:3], CUBE, OTHER, beta=2, alpha=0.5)],
    "addmv": [_f("addmv", V[:3], X, V), _f("addmv", V[:3], X, V, beta=0, alpha=3)],
    "addr": [_f("addr", MATRIX[:, :4], V, W, alpha=2)],
    "vdot": [_f("vdot", V, W)],
    "inner": [_f("inner", X, Y), _f("inner", X, V), _f("inner", X, np.array(2.0))],
    "tensordot": [
        _f("tensordot", CUBE, OTHER, dims=([0, 2], [0, 1])),
        _f("tensordot", CUBE, MATRIX, dims=1),
        _f("tensordot", X, Y),
        _f("tensordot", V, W, dims=0),
    ],
    "kron": [_f("kron", X, Y), _f("kron", V, X)],
    "cross": [_f("cross", THREE, THREE[::-1].copy(), dim=1), _f("cross", X, Y, dim=0)],
    "dist": [_f("dist", X, Y), _f("dist", X, V, args=(1,)), _f("dist", X, Y, p=np.inf)],
    "cdist": [
        _f("cdist", X, Y),
        _f("cdist", X, X),
        _f("cdist", CUBE, np.flip(CUBE, 1).copy(), p=1.0),
        _f("cdist", X, Y, p=np.inf),
        _f("cdist", X, Y, p=3.0),
        _f("cdist", CUBE, X),
    ],
}

_PUTTING: dict[str, list[Case]] = {
    "argwhere": [_still("argwhere", ZEROS)],
    "index_fill": [
        (lambda m, x, i: m.index_fill(x, 1, i, 7.0), (X, np.array([2, 0]))),
        (lambda m, x, i, v: x.index_fill(0, i, v), (X, np.array([1]), np.array(2.0))),
    ],
    "index_copy": [
        (lambda m, x, i, s: m.index_copy(x, 0, i, s), (X, np.array([2, 0]), Y[:2])),
        (lambda m, x, i, s: x.index_copy(1, i, s), (X, np.array([3]), Y[:, :1])),
    ],
    "index_put": [
        (lambda m, x, i, v: m.index_put(x, (i,), v), (X, np.array([2, 0]), Y[:2])),
        (lambda m, x, i, j, v: x.index_put((i, j), v), (X, INDEX[0, :2], INDEX[1, :2], V[:2])),
        (
            lambda m, x, i, v: x.index_put((i,), v, accumulate=True),
            (X, np.array([2, 0, 2]), Y),
        ),
        (lambda m, x, b, v: x.index_put((b,), v), (X, BOOLS, np.array(3.0))),
        (lambda m, x, i, v: x.index_put((i,), v, True), (V, np.array([-1, 0, -1]), W[:3])),
    ],
    "put": [
        (lambda m, x, i, s: m.put(x, i, s), (X, np.array([[0, 5], [-1, 7]]), Y[:2, :2].copy())),
        (lambda m, x, i, s: x.put(i, s, accumulate=True), (X, np.array([1, 1]), V[:2])),
    ],
    "masked_scatter": [
        (lambda m, x, b, s: m.masked_scatter(x, b, s), (X, BOOLS, Y)),
        (lambda m, x, b, s: x.masked_scatter(b, s), (X, V > 0, Y)),
    ],
    "scatter_reduce": [
        (
            lambda m, x, i, s, how=how, own=own, dim=dim: m.scatter_reduce(
                x, dim, i, s, how, include_self=own
            ),
            # PyTorch counts the own number among the equal ones even where it is left out.
            (x if own else x + 10, INDEX % len(x) if dim == 0 else INDEX, s),
        )
        for how in ("sum", "mean", "amax", "amin")
        for own in (True, False)
        for dim, x, s in ((0, X, Y[:2]), (1, X, Y[:2]), (0, TIES, TIES), (1, TIES, TIES * 0 + 3))
    ],
}

_LAYING: dict[str, list[Case]] = {
    "unflatten": [_f("unflatten", X, args=(1, (2, -1))), _m("unflatten", CUBE, args=(-1, (2, 2)))],
    "rot90": [
        *[_f("rot90", X, args=(k,)) for k in (-1, 0, 1, 2, 3)],
        _m("rot90", CUBE, args=(1, (2, 0))),
    ],
    "atleast_1d": [_f("atleast_1d", np.array(2.0)), _f("atleast_1d", X, np.array(1.0))],
    "atleast_2d": [_f("atleast_2d", V), _f("atleast_2d", V, np.array(1.0))],
    "atleast_3d": [_f("atleast_3d", V), _f("atleast_3d", X), _f("atleast_3d", np.array(1.0))],
    "dstack": [_list("dstack", X, Y), _list("dstack", V, W)],
    "column_stack": [_list("column_stack", V, W), _list("column_stack", X, V[:3])],
    "tensor_split": [
        _f("tensor_split", V, args=(3,)),
        _f("tensor_split", X, args=((1, 3), 1)),
        _m("tensor_split", V, args=((3, 1, -1),)),
    ],
    "hsplit": [_f("hsplit", X, args=(2,)), _f("hsplit", V, args=((1, 2),))],
    "vsplit": [_f("vsplit", X, args=(3,)), _f("vsplit", X, args=((1,),))],
    "dsplit": [_f("dsplit", CUBE, args=(2,))],
    "block_diag": [_f("block_diag", X, V, np.array(3.0), MATRIX)],
    "cartesian_prod": [_f("cartesian_prod", V, W[:2]), _f("cartesian_prod", V)],
    "combinations": [
        _f("combinations", V),
        _f("combinations", V, r=3),
        _f("combinations", V, with_replacement=True),
        _f("combinations", V, r=5),
    ],
}

ROWS: dict[str, list[Case]] = {
    **_NUMBERS, **_RUNNING, **_STATISTICS, **_PRODUCTS, **_PUTTING, **_LAYING
}  # fmt: skip
