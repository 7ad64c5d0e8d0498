"""Different kinds of number in one call: nothing is rounded before they meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError

RANDOM = np.random.default_rng(0).uniform(0.5, 6, (3, 2, 4))
CALLS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "xlog1py": lambda m, x, y: m.special.xlog1py(x, y),
    "xlogy": lambda m, x, y: m.xlogy(x, y),
    "addcmul": lambda m, x, y: m.addcmul(x, y, y),
    "addcdiv": lambda m, x, y: m.addcdiv(x, y.float(), y.float()),
    "ldexp": lambda m, x, y: m.ldexp(x, y),
}
KINDS = ["uint8", "int16", "float16", "float32", "float64"]


@pytest.mark.parametrize("what", CALLS)
def test_mixed_kinds_give_what_pytorch_gives(torch: Any, what: str) -> None:
    for one in KINDS:
        for other in KINDS:
            found = []
            for m in (torch, pellucid):
                x = m.tensor(RANDOM[0]).to(getattr(m, one))
                y = m.tensor(RANDOM[1]).to(getattr(m, other))
                found.append(CALLS[what](m, x, y))
            theirs, ours = found
            assert ours.dtype.name == str(theirs.dtype).split(".")[1], (one, other)
            close = {"float16": 2e-3, "float32": 1e-6, "float64": 1e-13}.get(ours.dtype.name, 0)
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=close)


def test_ldexp_of_doubles_leaves_the_range_of_floats(torch: Any) -> None:
    for m in (torch, pellucid):
        assert m.ldexp(m.tensor(1.0, dtype=m.float64), m.tensor(300)).item() == 2.0**300


@pytest.mark.parametrize(("kind", "n"), [("uint8", 256), ("int8", 128), ("float16", 2**11 + 1)])
def test_permutations_need_a_kind_that_holds_their_numbers(torch: Any, kind: str, n: int) -> None:
    for m in (torch, pellucid):
        assert int(m.randperm(n, dtype=getattr(m, kind)).double().max()) == n - 1
        for call in (
            lambda m: m.randperm(n + 1, dtype=getattr(m, kind)),
            lambda m: m.randperm(n + 1, out=m.empty(0, dtype=getattr(m, kind))),
        ):
            with pytest.raises(RuntimeError):
                call(m)
    with pytest.raises(DTypeError) as caught:
        pellucid.randperm(300, dtype=pellucid.uint8)
    assert str(caught.value) == (
        "randperm: uint8 holds whole numbers up to 255, and the last is 299."
    )


def test_out_and_dtype_must_agree(torch: Any) -> None:
    for m in (torch, pellucid):
        for call in (m.cumsum, m.sum, m.prod):
            with pytest.raises(RuntimeError):
                call(m.ones(2, 3), 0, out=m.ones(0), dtype=m.float64)
            call(m.ones(2, 3), 0, out=(out := m.ones(0, dtype=m.float64)), dtype=m.float64)
            assert out.shape[-1] == 3
    with pytest.raises(DTypeError) as caught:
        pellucid.cumsum(pellucid.ones(2), 0, out=pellucid.ones(2), dtype=pellucid.float64)
    assert str(caught.value) == "cumsum: dtype is float64, and out= float32."


def test_what_is_made_of_a_shape_is_a_shape(torch: Any) -> None:
    for m in (torch, pellucid):
        shape, five = m.ones(2, 3, 4).shape, (5,)
        for made, wanted in (
            (shape[1:], (3, 4)), (shape[:1] + five, (2, 5)), (five + shape[2:], (5, 4)),
            (shape[:2] * 2, (2, 3, 2, 3)), (2 * shape[:1], (2, 2)),
        ):  # fmt: skip
            assert type(made) is type(shape)
            assert made == wanted
        assert type(shape[0]) is int
        assert list(m.ones(2).new(shape[:1] + five).shape) == [2, 5]


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_sums_with_alpha_round_halves_once(torch: Any, kind: str) -> None:
    numbers = np.random.default_rng(1).uniform(-4, 4, (2, 384))  # no rest that is rounded twice
    for alpha in (0.3, -1.7, 2):
        for name in ("add", "sub", "add_", "rsub"):
            found = []
            for m in (torch, pellucid):
                x, y = (m.tensor(row).to(getattr(m, kind)) for row in numbers)
                out = getattr(x if name == "add_" else m, name)(
                    *(() if name == "add_" else (x,)), y, alpha=alpha
                )
                assert str(out.dtype).endswith(kind)
                found.append(out.double().tolist())
            # It adds and multiplies in one instruction, which now and then falls the other way.
            differ = sum(a != b for a, b in zip(*found, strict=True))
            assert differ <= 4, (name, alpha, differ)
            np.testing.assert_allclose(found[1], found[0], rtol=1e-2)
    if kind == "float16":
        for m in (torch, pellucid):
            x = m.full((64,), 60000.0, dtype=m.float16)
            assert m.add(x, -x, alpha=2)[0].item() == -60000
            assert m.sub(x, x, alpha=2)[0].item() == -60000
