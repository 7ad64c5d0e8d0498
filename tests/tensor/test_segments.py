"""`segment_reduce`: stretches of an axis, in every reduction and by lengths or offsets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError, SettingError, ShapeError

CASES: list[tuple[tuple[int, ...], Any, dict[str, Any]]] = [
    ((6,), {"lengths": [2, 0, 4]}, {}),
    ((6,), {"lengths": [2, 0, 4]}, {"initial": 0.5}),
    ((6, 2), {"lengths": [2, 1, 3]}, {}),
    ((6, 2), {"lengths": [2, 3]}, {"unsafe": True}),
    ((6,), {"offsets": [0, 2, 2, 6]}, {}),
    ((2, 4), {"lengths": [[1, 3], [4, 0]]}, {"axis": 1}),
    ((2, 4, 3), {"lengths": [[1, 3], [2, 2]]}, {"axis": -2}),
]


@pytest.mark.parametrize("reduce", ["sum", "mean", "prod", "max", "min"])
@pytest.mark.parametrize(("shape", "by", "more"), CASES)
def test_values_and_gradients(
    reduce: str, shape: tuple[int, ...], by: Any, more: Any, torch: Any
) -> None:
    values = np.random.default_rng(3).integers(-2, 3, shape).astype(np.float32)
    found = []
    for m in (torch, pellucid):
        x = m.tensor(values, requires_grad=True)
        where = {name: m.tensor(numbers) for name, numbers in by.items()}
        y = m.segment_reduce(x, reduce, **where, **more)
        finite = m.where(m.isfinite(y), y, m.zeros_like(y))
        (finite * m.arange(1.0, y.numel() + 1).reshape(y.shape)).sum().backward()
        found.append((y.detach().numpy(), x.grad.numpy()))
    for theirs, mine in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5)


def test_lengths_may_be_arguments_of_a_compiled_function() -> None:
    def call(x: Any, n: Any) -> Any:
        return pellucid.segment_reduce(x, "mean", lengths=n)

    x, n = pellucid.arange(6.0), pellucid.tensor([2, 4])
    for engine in ("numpy", "xla"):
        assert pellucid.compile(call, engine=engine)(x, n).tolist() == call(x, n).tolist()


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"lengths": [2, 3]}, SettingError, "the lengths add up to 5, and dim 0 has 6 entries"),
        ({"lengths": [7, -1]}, SettingError, "a length is negative: -1"),
        ({"lengths": [3.0, 3.0]}, DTypeError, "lengths are whole numbers, not float32"),
        ({}, SettingError, "give lengths or offsets, one of the two"),
        ({"lengths": [[6]]}, ShapeError, r"need axes \(\) and one of the stretches"),
    ],
)
def test_refusals(given: Any, error: type[Exception], text: str, torch: Any) -> None:
    for m, kind in ((torch, RuntimeError), (pellucid, error)):
        by = {name: m.tensor(numbers) for name, numbers in given.items()}
        with pytest.raises(kind, match=text if m is pellucid else None):
            m.segment_reduce(m.arange(6.0), "sum", **by)
    with pytest.raises(SettingError, match="reduce is one of sum, mean, max, min, prod"):
        pellucid.segment_reduce(pellucid.ones(2), "median", lengths=pellucid.tensor([2]))
    with pytest.raises(DTypeError, match="works on float numbers, and got int64"):
        pellucid.segment_reduce(pellucid.tensor([1]), "sum", lengths=pellucid.tensor([1]))
