"""At the edges of the numbers: what PyTorch answers, or who says what to do instead."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError, SettingError, ShapeError

NAN = math.nan


def blame(m: Any, call: Callable[[Any, Any], Any], values: list[Any]) -> tuple[Any, Any]:
    x = m.tensor(values, requires_grad=True)
    y = call(m, x)
    y.sum().backward()
    return y.tolist(), x.grad.tolist()


KINKS: dict[str, Callable[[Any, Any], Any]] = {
    "abs": lambda m, x: m.abs(x),
    "sign": lambda m, x: m.sign(x),
    "max": lambda m, x: m.max(x),
    "min": lambda m, x: m.min(x),
    "amax": lambda m, x: m.amax(x),
    "amin": lambda m, x: m.amin(x),
    "max along": lambda m, x: m.max(x, 0).values,
    "median": lambda m, x: m.median(x),
    "median along": lambda m, x: m.median(x, 0).values,
    "maximum": lambda m, x: m.maximum(x, m.ones(len(x))),
    "minimum": lambda m, x: m.minimum(m.ones(len(x)), x),
    "clamp": lambda m, x: m.clamp(x, 0, 1),
    "hardtanh": lambda m, x: m.nn.functional.hardtanh(x),
    "relu": lambda m, x: m.relu(x),
    "norm": lambda m, x: m.norm(x),
}


@pytest.mark.parametrize("name", KINKS)
@pytest.mark.parametrize(
    "values", [[1.0, NAN, 2.0, -1.0], [NAN, 3.0, NAN], [2.0, 2.0, 1.0, 2.0, 5.0], [1.0, -1.0, 1.0]]
)
def test_blame_at_nan_and_at_ties_is_pytorchs(name: str, values: list[float], torch: Any) -> None:
    for ours, theirs in zip(
        blame(pellucid, KINKS[name], values), blame(torch, KINKS[name], values), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_a_batch_of_nothing_but_ignored_rows_teaches_nothing(torch: Any) -> None:
    found = []
    for m in (pellucid, torch):
        x = m.ones(2, 3, requires_grad=True)
        loss = m.nn.functional.cross_entropy(x, m.tensor([-100, -100]))
        loss.backward()
        found.append((math.isnan(loss.item()), x.grad.tolist()))
    assert found[0] == found[1] == (True, [[0.0] * 3] * 2)


# ---- whole numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [300, -1, 2**40])
def test_comparisons_with_numbers_that_the_dtype_cannot_hold(number: int) -> None:
    values = [1, 100]
    for dtype in (pellucid.uint8, pellucid.int8, pellucid.int16):
        x = pellucid.tensor(values, dtype=dtype)
        assert (x < number).tolist() == [v < number for v in values]
        assert (number <= x).tolist() == [number <= v for v in values]
        assert (x == number).tolist() == [False, False]
        assert pellucid.ne(x, number).tolist() == [True, True]


def test_a_number_that_no_dtype_can_hold_is_refused() -> None:
    with pytest.raises(DTypeError) as caught:
        _ = pellucid.tensor([1], dtype=pellucid.uint8) < 2**70
    assert str(caught.value) == (
        f"{2**70} does not fit into uint8.\n Convert the Tensor to a wider dtype first."
    )


WRAPPED: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda m, x: x + 300,
    "sub": lambda m, x: 0xFFFF - x,
    "mul": lambda m, x: x * -1,
    "added in place": lambda m, x: x.clone().add_(1000),
    "cleared bits": lambda m, x: x & ~1,
    "or": lambda m, x: x | 256,
    "xor": lambda m, x: x ^ -1,
    "floor_divide": lambda m, x: x // 300,
    "remainder": lambda m, x: x % 300,
    "fmod": lambda m, x: m.fmod(x, 300),
    "shift": lambda m, x: x << 300,
    "past 63 bits": lambda m, x: x.long() + 2**63,
    "addcmul": lambda m, x: m.addcmul(x, x, x, value=-1),
}
FILLED: dict[str, Callable[[Any, Any], Any]] = {
    "fill_": lambda m, x: x.clone().fill_(-1),
    "masked_fill": lambda m, x: x.masked_fill(x > 1, -2),
    "where": lambda m, x: m.where(x > 1, x, -3),
    "full": lambda m, x: m.full((2,), -255, dtype=m.uint8),
    "tensor": lambda m, x: m.tensor([1, -1], dtype=m.uint8),
}


@pytest.mark.parametrize("what", [*WRAPPED, *FILLED])
def test_numbers_keep_the_bits_that_the_dtype_has(torch: Any, what: str) -> None:
    call = (WRAPPED | FILLED)[what]
    for name in ("uint8", "int8", "int16") if what in WRAPPED else ("uint8",):
        said = [call(m, m.tensor([1, 5, 100], dtype=getattr(m, name))) for m in (torch, pellucid)]
        assert said[1].tolist() == said[0].tolist(), name
        assert said[1].dtype.name == str(said[0].dtype).split(".")[1]


def test_what_is_written_into_a_place_keeps_the_bits_too(torch: Any) -> None:
    for m in (torch, pellucid):
        x = m.zeros(3, dtype=m.uint8)
        x[0] = -1
        x[x == 0] = -2
        assert x.tolist() == [255, 254, 254]
        for number in (300, -256):
            with pytest.raises(RuntimeError):
                x[0] = number


@pytest.mark.parametrize("number", [300.5, -1.5, math.nan, math.inf])
def test_real_numbers_that_no_whole_one_holds_are_refused(torch: Any, number: float) -> None:
    for m in (torch, pellucid):
        for make in (
            lambda m: m.tensor([1.0, number], dtype=m.uint8),
            lambda m: m.full((2,), number, dtype=m.uint8),
            lambda m: m.zeros(2, dtype=m.uint8).fill_(number),
        ):
            with pytest.raises(RuntimeError):
                make(m)


def test_no_memory_holds_so_many_numbers(torch: Any) -> None:
    for m in (torch, pellucid):
        for make in (lambda m: m.empty(2**61), lambda m: m.arange(0, 2**62)):
            with pytest.raises(RuntimeError):
                make(m)
    with pytest.raises(ShapeError) as caught:
        pellucid.zeros(2**40, 2**40)
    assert str(caught.value) == ("no memory holds so many numbers: (1099511627776, 1099511627776).")


def test_new_tensors_refuse_numbers_that_would_wrap_around(torch: Any) -> None:
    for make in (
        lambda m: m.tensor([1, 300], dtype=m.uint8),
        lambda m: m.full((2,), 300, dtype=m.uint8),
    ):
        with pytest.raises(RuntimeError):
            make(torch)
        with pytest.raises(DTypeError) as caught:
            make(pellucid)
        assert str(caught.value) == (
            "300 does not fit into uint8, which goes from 0 to 255.\n Choose a wider dtype."
        )


@pytest.mark.parametrize("base", [[2, 3, 1, -1, -1, 0, 4], [7, -7, 1, -1, 2, 0, -2]])
def test_whole_numbers_to_negative_powers(base: list[int], torch: Any) -> None:
    power = [-1, 2, -5, -3, -2, -1, 3]
    ours, theirs = (m.tensor(base) ** m.tensor(power) for m in (pellucid, torch))
    assert ours.tolist() == theirs.tolist()
    ours, theirs = (2 ** m.tensor(power) for m in (pellucid, torch))
    assert ours.tolist() == theirs.tolist() and ours.dtype is pellucid.int64


def test_nothing_can_be_divided_by_zero() -> None:
    nothing = pellucid.zeros(0, dtype=pellucid.int64)
    for out in (nothing // 0, nothing % 0, nothing.fmod(0), nothing // pellucid.tensor([0])):
        assert out.shape == (0,) and out.dtype is pellucid.int64
    with pytest.raises(ZeroDivisionError):
        _ = pellucid.tensor([1]) // 0
    with pytest.raises(ZeroDivisionError):
        pellucid.tensor([1]).fmod(0)


# ---- one dtype in products -----------------------------------------------------------------------

PRODUCTS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "matmul": lambda m, a, b: a @ b,
    "mm": lambda m, a, b: m.mm(a, b),
    "mv": lambda m, a, b: m.mv(a, b[0]),
    "dot": lambda m, a, b: m.dot(a[0], b[0]),
    "bmm": lambda m, a, b: m.bmm(a[None], b[None]),
    "addmm": lambda m, a, b: m.addmm(b, a, a),
    "einsum": lambda m, a, b: m.einsum("ij,jk->ik", a, b),
    "linear": lambda m, a, b: m.nn.functional.linear(a, b),
    "tensordot": lambda m, a, b: m.tensordot(a, b, 1),
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("other", ["float64", "float16", "int64"])
def test_products_refuse_two_dtypes(name: str, other: str, torch: Any) -> None:
    for m, kinds in ((torch, RuntimeError), (pellucid, DTypeError)):
        with pytest.raises(kinds):
            PRODUCTS[name](m, m.ones(2, 2), m.ones(2, 2, dtype=getattr(m, other)))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda x: pellucid.ones(2, 2) @ x.double(),
            "matmul: input is float32 and other is float64; they must be of one dtype.\n"
            " Convert one: input.double() or other.float().",
        ),
        (
            lambda x: x.long() @ x,
            "matmul: input is int64 and other is float32; they must be of one dtype.\n"
            " Convert it: input.float().",
        ),
        (
            lambda x: x.mm(x.int()),
            "mm: input is float32 and mat2 is int32; they must be of one dtype.\n"
            " Convert it: mat2.float().",
        ),
        (
            lambda x: pellucid.nn.functional.linear(x.double(), x),
            "linear: x is float64 and weight is float32; they must be of one dtype.\n"
            " Convert one: x.float() or model.double().",
        ),
    ],
)
def test_what_two_dtypes_are_told(call: Callable[[Any], Any], text: str) -> None:
    with pytest.raises(DTypeError) as caught:
        call(pellucid.ones(2, 2))
    assert str(caught.value) == text


def test_a_float64_table_in_a_float32_layer_is_told_what_to_do(torch: Any) -> None:
    with pytest.raises(RuntimeError):
        torch.nn.Linear(4, 2)(torch.ones(1, 4, dtype=torch.float64))
    layer = pellucid.nn.Linear(4, 2)
    with pytest.raises(DTypeError, match=r"x\.float\(\) or model\.double\(\)"):
        layer(pellucid.ones(1, 4, dtype=pellucid.float64))
    assert layer.double()(pellucid.ones(1, 4, dtype=pellucid.float64)).dtype is pellucid.float64


# ---- where there is nothing to cut ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args"),
    [("split", (1,)), ("chunk", (1,)), ("unbind", ()), ("narrow", (0, 0, 1)), ("flipud", ()),
     ("diff", ()), ("tensor_split", (1,))],
)  # fmt: skip
def test_a_single_number_cannot_be_cut(name: str, args: tuple[Any, ...], torch: Any) -> None:
    with pytest.raises((RuntimeError, IndexError)):
        getattr(torch, name)(torch.tensor(3), *args)
    with pytest.raises(ShapeError) as caught:
        getattr(pellucid, name)(pellucid.tensor(3), *args)
    assert str(caught.value) == (
        f"{name} needs at least one axis, and the Tensor has none.\n Give it one: x.reshape(1)."
    )


def test_what_works_on_a_single_number(torch: Any) -> None:
    for m in (pellucid, torch):
        assert m.tensor(3).flip(0).tolist() == 3
    with pytest.raises(ShapeError, match="bincount takes a row of whole numbers"):
        pellucid.bincount(pellucid.tensor(3))


@pytest.mark.parametrize("kind", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("ends", [(-1, 1), (0, 1), (0.3, 7.7), (10, -3)])
def test_numbers_between_two_ends_are_pytorchs_to_the_last_digit(
    torch: Any, kind: str, ends: tuple[float, float]
) -> None:
    for steps in (0, 1, 2, 3, 7, 10, 28, 33, 64, 1001):
        ours = pellucid.linspace(*ends, steps, dtype=getattr(pellucid, kind))
        assert ours.tolist() == torch.linspace(*ends, steps, dtype=getattr(torch, kind)).tolist()


@pytest.mark.parametrize("name", ["linspace", "logspace"])
def test_a_negative_number_of_steps(name: str) -> None:
    assert getattr(pellucid, name)(0, 1, 0).shape == (0,)
    with pytest.raises(SettingError) as caught:
        getattr(pellucid, name)(0, 1, -1)
    assert str(caught.value) == f"{name}: the number of steps can't be negative and is -1."


@pytest.mark.parametrize("name", ["cat", "stack", "vstack", "hstack", "dstack", "column_stack"])
def test_a_number_is_no_list_of_tensors(name: str) -> None:
    with pytest.raises(DTypeError) as caught:
        getattr(pellucid, name)(3)
    assert str(caught.value) == (
        f"{name} takes a list of Tensors and got an int.\n Write {name}([a, b])."
    )


@pytest.mark.parametrize("name", ["sigmoid", "exp", "relu", "isnan", "asin"])
def test_a_number_is_no_tensor(name: str, torch: Any) -> None:
    with pytest.raises(TypeError):
        getattr(torch, name)(3)
    with pytest.raises(DTypeError) as caught:
        getattr(pellucid, name)(3)
    assert str(caught.value) == (
        f"{name}: input must be a Tensor and is an int.\n Make one: pellucid.tensor(value)."
    )


# ---- small surprises -----------------------------------------------------------------------------


def test_where_with_one_argument_finds_places(torch: Any) -> None:
    mask = [[True, False], [True, True]]
    ours, theirs = pellucid.where(pellucid.tensor(mask)), torch.where(torch.tensor(mask))
    assert [x.tolist() for x in ours] == [x.tolist() for x in theirs]


def test_the_method_where_asks_the_condition_second(torch: Any) -> None:
    for m in (pellucid, torch):
        x, other = m.tensor([True, False]), m.tensor([False, True])
        assert x.where(m.tensor([True, True]), other).tolist() == [True, False]
        assert m.tensor([1.0, 2.0]).where(m.tensor([True, False]), 7.0).tolist() == [1.0, 7.0]


def test_the_tail_of_erfc_keeps_its_digits() -> None:
    special = pytest.importorskip("scipy.special")
    x = np.linspace(-6, 26, 641)
    found = pellucid.erfc(pellucid.tensor(x)).numpy()
    np.testing.assert_allclose(found, special.erfc(x), rtol=2e-13)
    assert pellucid.erfc(pellucid.tensor([math.inf, -math.inf])).tolist() == [0.0, 2.0]
    assert pellucid.erfc(pellucid.tensor([0])).dtype is pellucid.float32
