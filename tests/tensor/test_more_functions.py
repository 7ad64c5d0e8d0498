"""What the rows of `more_functions` can't say: in-place twins, odd inputs, and refusals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError
from pellucid.tensor.binding import _IN_PLACE

UNIT = np.random.default_rng(4).uniform(0.1, 0.9, size=(3, 3)).astype(np.float32)
OTHER = np.random.default_rng(5).uniform(0.1, 0.9, size=(3, 3)).astype(np.float32)
ROWS = [2, 0]

# What the twins are called with where one Tensor is not enough.
_BINARY = """
add sub subtract mul multiply div divide true_divide eq ne lt le gt ge greater greater_equal less
less_equal not_equal logical_and logical_or logical_xor atan2 arctan2 hypot fmod remainder pow
floor_divide clamp_min clamp_max xlogy copysign nextafter ldexp igamma igammac
"""
ARGUMENTS: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    **{n: lambda m: (m.tensor(OTHER),) for n in _BINARY.split()},
    "clamp": lambda m: (0.3, 0.6),
    "clip": lambda m: (0.3, 0.6),
    "lerp": lambda m: (m.tensor(OTHER), 0.3),
    "addcmul": lambda m: (m.tensor(OTHER), m.tensor(UNIT)),
    "addcdiv": lambda m: (m.tensor(OTHER), m.tensor(UNIT)),
    "addmm": lambda m: (m.tensor(OTHER), m.tensor(UNIT)),
    "addr": lambda m: (m.tensor(OTHER[0]), m.tensor(UNIT[0])),
    "heaviside": lambda m: (m.tensor(OTHER),),
    "cumsum": lambda m: (1,),
    "cumprod": lambda m: (0,),
    "index_add": lambda m: (0, m.tensor(ROWS), m.tensor(OTHER[:2])),
    "index_copy": lambda m: (0, m.tensor(ROWS), m.tensor(OTHER[:2])),
    "index_reduce": lambda m: (0, m.tensor(ROWS), m.tensor(OTHER[:2]), "prod"),
    "mvlgamma": lambda m: (1,),
    "polygamma": lambda m: (1,),
    "renorm": lambda m: (2, 0, 0.5),
    "index_fill": lambda m: (1, m.tensor(ROWS), 3.0),
    "index_put": lambda m: ((m.tensor(ROWS),), m.tensor(OTHER[:2])),
    "put": lambda m: (m.tensor([0, 4]), m.tensor(OTHER[0, :2])),
    "masked_fill": lambda m: (m.tensor(UNIT > 0.5), 2.0),
    "masked_scatter": lambda m: (m.tensor(UNIT > 0.5), m.tensor(OTHER)),
    "scatter": lambda m: (1, m.tensor([[0], [2]]), m.tensor(OTHER)),
    "scatter_add": lambda m: (1, m.tensor([[0], [2]]), m.tensor(OTHER)),
    "scatter_reduce": lambda m: (1, m.tensor([[0], [2]]), m.tensor(OTHER), "amax"),
}
BATCHED = ("baddbmm", "addbmm", "addmv")
BITS = tuple(n for n in _IN_PLACE.split() if n.startswith("bitwise") or n in ("gcd", "lcm"))
DOUBLE = ("float_power",)
ABOVE_ONE = ("acosh", "arccosh")


@pytest.mark.filterwarnings("ignore:index_reduce")
@pytest.mark.parametrize("name", sorted({*_IN_PLACE.split()} - {*BATCHED, *BITS, *DOUBLE}))
def test_twins_that_write_in_place(name: str, torch: Any) -> None:
    found = []
    for m in (pellucid, torch):
        x = m.tensor(UNIT + 1 if name in ABOVE_ONE else UNIT)
        seen = x[0]
        given = ARGUMENTS.get(name, lambda m: ())(m)
        assert getattr(x, f"{name}_")(*given) is x
        assert seen.tolist() == x[0].tolist() and str(x.dtype).endswith("float32")
        found.append(x.tolist())
    np.testing.assert_allclose(*found, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", BATCHED)
def test_batched_twins(name: str, torch: Any) -> None:
    found = []
    for m in (pellucid, torch):
        if name == "addmv":
            found.append(m.tensor(UNIT[0]).addmv_(m.tensor(OTHER), m.tensor(UNIT[1])).tolist())
            continue
        batch = m.tensor(np.stack([UNIT, OTHER]))
        x = m.tensor(UNIT) if name == "addbmm" else batch.clone()
        found.append(getattr(x, f"{name}_")(batch, batch, beta=0.5).tolist())
    np.testing.assert_allclose(*found, rtol=2e-6)


@pytest.mark.parametrize("name", BITS)
def test_twins_on_bits(name: str, torch: Any) -> None:
    found = []
    for m in (pellucid, torch):
        x = m.tensor([12, 10, -1])
        given = () if name == "bitwise_not" else (m.tensor([10, 3, 5]),)
        found.append(getattr(x, f"{name}_")(*given).tolist())
    assert found[0] == found[1]


# ---- odd inputs ----------------------------------------------------------------------------------

ODD: dict[str, Callable[[Any], Any]] = {
    "cumprod of nothing": lambda m: m.cumprod(m.zeros(0, 3), 0),
    "cummax of nothing": lambda m: m.cummax(m.zeros(0, 3), 0),
    "cummax of one number": lambda m: m.cummax(m.tensor(2.0), 0),
    "cummin of bools": lambda m: m.cummin(m.tensor([True, False]), 0),
    "cumprod of bools": lambda m: m.cumprod(m.tensor([True, False]), 0),
    "diff of nothing": lambda m: m.diff(m.zeros(0)),
    "asin of whole numbers": lambda m: m.asin(m.tensor([0, 1])),
    "hypot of halves": lambda m: m.hypot(m.ones(2).half(), m.ones(2).half()),
    "atan2 of bools": lambda m: m.atan2(m.tensor([True]), m.tensor([True])),
    "logaddexp of nothing at all": lambda m: m.logaddexp(*[m.tensor([-math.inf])] * 2),
    "quantile of one number": lambda m: m.quantile(m.tensor(2.0), 0.5),
    "tensordot over nothing": lambda m: m.tensordot(m.tensor(2.0), m.tensor([1.0, 2.0]), 0),
    "kron of whole numbers": lambda m: m.kron(m.tensor([1, 2]), m.tensor([3, 4])),
    "cdist of no rows": lambda m: m.cdist(m.zeros(0, 3), m.zeros(2, 3)),
    "cdist of no columns": lambda m: m.cdist(m.zeros(2, 0), m.zeros(3, 0)),
    "cdist that counts": lambda m: m.cdist(m.tensor([[0.0, 1.0]]), m.tensor([[0.0, 2.0]]), 0.0),
    "isin of two kinds": lambda m: m.isin(m.tensor([1.0, 2.0]), m.tensor([2])),
    "isin of one number": lambda m: m.isin(m.tensor(2), m.tensor([2])),
    "no combinations": lambda m: m.combinations(m.tensor([1, 2]), 0),
    "more parts than entries": lambda m: m.tensor_split(m.arange(3), 5),
    "places beyond the end": lambda m: m.tensor_split(m.arange(5), (2, 2, 9)),
    "aminmax beside NaN": lambda m: m.aminmax(m.tensor([1.0, math.nan])),
    "nansum of NaN": lambda m: m.nansum(m.tensor([math.nan])),
    "nanmean of NaN": lambda m: m.nanmean(m.tensor([math.nan])),
    "nanmedian of NaN": lambda m: m.nanmedian(m.tensor([math.nan, math.nan])),
    "nanmedian of nothing": lambda m: m.nanmedian(m.zeros(0)),
    "nanmedian of whole numbers": lambda m: m.nanmedian(m.tensor([3, 1, 2])),
    "cov of whole numbers": lambda m: m.cov(m.tensor([[1, 2, 4], [0, 1, 0]])),
    "no blocks": lambda m: m.block_diag(),
    "blocks of two kinds": lambda m: m.block_diag(m.ones(2, 2), m.tensor([[1, 2]])),
    "index_fill of one number": lambda m: m.tensor(1.0).index_fill(0, m.tensor([0]), 5.0),
    "index_copy of one number": lambda m: m.tensor(1.0).index_copy(
        0, m.tensor([0]), m.tensor([5.0])
    ),
    "index_put of a mask": lambda m: m.zeros(2, 3).index_put(
        (m.tensor([True, False]), m.tensor([1])), m.tensor(1.0)
    ),
    "a mean of whole numbers": lambda m: m.tensor([5, 7]).scatter_reduce(
        0, m.tensor([0, 0]), m.tensor([4, -3]), "mean"
    ),
    "a largest of none": lambda m: m.tensor([5, 7]).scatter_reduce(
        0, m.zeros(0, dtype=m.int64), m.zeros(0, dtype=m.int64), "amax", include_self=False
    ),
    "a largest below zero": lambda m: m.tensor([5.0, 7.0]).scatter_reduce(
        0, m.tensor([0, 0]), m.tensor([-4.0, -9.0]), "amax", include_self=False
    ),
    "fewer positions than numbers": lambda m: m.zeros(3, 3).scatter_reduce(
        1, m.tensor([[0], [1]]), m.ones(3, 3), "sum"
    ),
    "float_power of a number": lambda m: m.float_power(2, m.tensor([1, 2])),
    "xlogy of a number": lambda m: m.xlogy(2, m.tensor([1.0, 2.0])),
    "a list made flat": lambda m: m.atleast_2d([m.tensor(1.0), m.tensor([2.0])]),
    "addmv that ignores NaN": lambda m: m.addmv(
        m.tensor([math.nan, 1.0]), m.ones(2, 2), m.ones(2), beta=0
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_inputs(name: str, torch: Any) -> None:
    ours, theirs = (
        list(out) if isinstance(out, tuple | list) else [out]
        for out in (ODD[name](pellucid), ODD[name](torch))
    )
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert str(b.dtype) == f"torch.{a.dtype.name}" and tuple(a.shape) == tuple(b.shape)
        np.testing.assert_allclose(a.tolist(), b.tolist(), rtol=1e-6)


# ---- refusals ------------------------------------------------------------------------------------

Refusal = tuple[Callable[[Any], Any], type[Exception], str]
REFUSALS: list[Refusal] = [
    (
        lambda m: m.quantile(m.tensor([1, 2]), 0.5),
        DTypeError,
        "quantile works on float numbers and shares of the same dtype, and got int64 and",
    ),
    (
        lambda m: m.quantile(m.tensor([2.0]), 1.5),
        SettingError,
        "quantile: q must lie between 0 and 1: 1.5.",
    ),
    (
        lambda m: m.quantile(m.zeros(0), 0.5),
        ShapeError,
        "quantile: there are no quantiles of no numbers.",
    ),
    (
        lambda m: m.quantile(m.ones(2), 0.5, interpolation="cubic"),
        SettingError,
        "quantile: interpolation must be one of linear, lower, higher, midpoint, nearest and is "
        "'cubic'.",
    ),
    (
        lambda m: m.hsplit(m.arange(5), 2),
        ShapeError,
        "hsplit: 5 entries can't be cut into 2 equal parts.",
    ),
    (
        lambda m: m.zeros(6).unflatten(0, (4, 2)),
        ShapeError,
        "unflatten: the sizes (4, 2) don't multiply to the 6 of dim 0.",
    ),
    (
        lambda m: m.rot90(m.zeros(2, 2), 1, (0, 0)),
        SettingError,
        "rot90: the two dims must differ and are (0, 0).",
    ),
    (
        lambda m: m.lerp(m.tensor([1]), m.tensor([2]), 0.5),
        DTypeError,
        "lerp works on float numbers and got int64.\n Convert first: x.float().",
    ),
    (
        lambda m: m.addcdiv(m.ones(1), m.tensor([1]), m.tensor([2])),
        DTypeError,
        "addcdiv works on float numbers and got int64.\n Convert first: x.float().",
    ),
    (
        lambda m: m.zeros(2, 3).index_put((m.tensor([5]),), m.tensor(1.0)),
        IndexRangeError,
        "index_put: index 5 is out of range: there are 2 entries.",
    ),
    (
        lambda m: m.zeros(2, 3).index_put((m.tensor([0]),), m.tensor(1)),
        DTypeError,
        "index_put: the numbers to put in are int64, and the Tensor holds float32.\n"
        " Convert them first: source.to(input.dtype).",
    ),
    (
        lambda m: m.zeros(3).masked_scatter(m.tensor([True, True, False]), m.tensor([1.0])),
        ShapeError,
        "masked_scatter: the mask holds 2 times, and source has 1 numbers.",
    ),
    (
        lambda m: m.zeros(2).scatter_reduce(0, m.tensor([0]), m.ones(1), "median"),
        SettingError,
        "scatter_reduce: reduce must be one of sum, prod, mean, amax, amin and is 'median'.",
    ),
    (
        lambda m: m.tensordot(m.ones(2, 3), m.ones(2, 3), 1),
        ShapeError,
        "tensordot: dim 1 of a is 3 and meets dim 0 of b, 2.",
    ),
    (
        lambda m: m.cross(m.ones(2), m.ones(2)),
        ShapeError,
        "cross needs an axis of size 3: (2,), (2,).",
    ),
    (
        lambda m: m.cdist(m.ones(2, 3), m.ones(2, 4)),
        ShapeError,
        "cdist needs rows of one length: x1 (2, 3) and x2 (2, 4).",
    ),
    (
        lambda m: m.diff(m.ones(3), n=-1),
        SettingError,
        "diff: n can't be negative and is -1.",
    ),
    (
        lambda m: m.heaviside(m.ones(2), m.tensor([1])),
        DTypeError,
        "heaviside: input is float32 and values is int64; they must be of one dtype.",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), REFUSALS)
def test_refusals(call: Any, error: type[Exception], text: str, torch: Any) -> None:
    with pytest.raises((RuntimeError, TypeError, ValueError, IndexError)):
        call(torch)
    with pytest.raises(error) as caught:
        call(pellucid)
    assert str(caught.value).startswith(text)
