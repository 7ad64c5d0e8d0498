"""Which kind of number comes out: for every pair of kinds and every way to meet, as in PyTorch."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.dtypes import by_name, of_kind, promote, result_type
from pellucid.errors import DTypeError

NAMES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
NUMBERS: tuple[Any, ...] = (True, 3, 2.5)

OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "<": lambda a, b: a < b,
    "==": lambda a, b: a == b,
    "&": lambda a, b: a & b,
    "^": lambda a, b: a ^ b,
}


def made(module: Any, name: str, axes: bool = True) -> Any:
    value = [2, 1] if axes else 2
    return module.tensor(value, dtype=getattr(module, name))


def ordered(x: Any, number: Any, swapped: bool) -> tuple[Any, Any]:
    return (number, x) if swapped else (x, number)


def outcome(call: Callable[..., Any], *args: Any) -> tuple[str, Any]:
    """The dtype and the numbers, or the kind of refusal."""
    try:
        y = call(*args)
    except (TypeError, RuntimeError, ZeroDivisionError, ValueError) as error:
        return "refused", isinstance(error, ZeroDivisionError)
    return str(y.dtype).split(".")[-1], np.asarray(y.detach().numpy(), np.float64).tolist()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_two_tensors(operation: str, torch: Any) -> None:
    call = OPERATIONS[operation]
    for a, b in itertools.product(NAMES, NAMES):
        for first, second in ((True, True), (True, False), (False, True), (False, False)):
            ours = outcome(call, made(pellucid, a, first), made(pellucid, b, second))
            theirs = outcome(call, made(torch, a, first), made(torch, b, second))
            assert ours == theirs, (a, first, operation, b, second)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_tensor_and_a_number(operation: str, torch: Any) -> None:
    call = OPERATIONS[operation]
    for name, number, axes in itertools.product(NAMES, NUMBERS, (True, False)):
        for swapped in (False, True):
            ours = outcome(call, *ordered(made(pellucid, name, axes), number, swapped))
            theirs = outcome(call, *ordered(made(torch, name, axes), number, swapped))
            assert ours == theirs, (name, number, swapped, operation)


UNARY = """
    abs neg sign exp log sqrt sin tanh sigmoid relu floor ceil round square reciprocal sum mean
    prod var std amax cumsum argmax all any logical_not bitwise_not softmax isnan
"""


@pytest.mark.parametrize("function", UNARY.split())
def test_functions_of_one_tensor(function: str, torch: Any) -> None:
    extra = (0,) if function in ("cumsum", "softmax") else ()
    for name in NAMES:
        ours = outcome(getattr(pellucid, function), made(pellucid, name), *extra)
        theirs = outcome(getattr(torch, function), made(torch, name), *extra)
        if theirs[0] == "refused" and ours[0] != "refused":
            assert function in {"softmax", "argmax"}, (function, name, ours)  # merely no kernel
            continue
        if (function, name) == ("square", "bool"):
            assert ours[0] == "refused"  # PyTorch makes it int64
            continue
        assert ours[0] == theirs[0], (function, name)
        if ours[0] != "refused":
            tolerance = 1e-2 if "16" in ours[0] or name == "float16" else 1e-5
            np.testing.assert_allclose(
                ours[1], theirs[1], rtol=tolerance, err_msg=f"{function} {name}"
            )


def test_the_table_is_pytorchs(torch: Any) -> None:
    for a, b in itertools.product(NAMES, NAMES):
        ours = promote(getattr(pellucid, a), getattr(pellucid, b))
        theirs = torch.promote_types(getattr(torch, a), getattr(torch, b))
        assert str(theirs) == f"torch.{ours.name}"


def test_ranks_of_operands(torch: Any) -> None:
    for a, b in itertools.product(NAMES, NAMES):
        ours = result_type([(getattr(pellucid, a), 2), (getattr(pellucid, b), 1)])
        theirs = torch.result_type(made(torch, a), made(torch, b, False))
        assert str(theirs) == f"torch.{ours.name}", (a, b)


def test_alpha(torch: Any) -> None:
    for module in (pellucid, torch):
        a, b = module.tensor([1.0, 2.0]), module.tensor([3.0, 4.0])
        assert module.add(a, b, alpha=2).tolist() == [7.0, 10.0]
        assert module.sub(a, b, alpha=0.5).tolist() == [-0.5, 0.0]
        assert module.add(module.tensor([1]), module.tensor([2]), alpha=3).tolist() == [7]


@pytest.mark.parametrize("name", ["int8", "int16", "int32", "uint8", "bool"])
def test_sums_of_narrow_whole_numbers_are_wide(name: str, torch: Any) -> None:
    values = np.ones(300, name) if name == "bool" else np.full(300, 100, name)
    for function in ("sum", "cumsum"):
        extra = (0,) if function == "cumsum" else ()
        ours = getattr(pellucid.tensor(values), function)(*extra)
        theirs = getattr(torch.tensor(values), function)(*extra)
        assert ours.dtype is pellucid.int64 and theirs.dtype is torch.int64
        assert ours.tolist() == theirs.tolist()


def test_half_precision_is_added_up_in_single() -> None:
    x = pellucid.full((4096,), 0.1, dtype=pellucid.float16)
    exact = 4096 * float(np.float16(0.1))
    assert abs(float(x.sum()) - exact) <= 0.25  # float16 steps by 0.25 there
    assert abs(float(x.mean()) - float(np.float16(0.1))) < 1e-3
    big = pellucid.full((1000,), 1000.0, dtype=pellucid.float16)
    assert float(big.mean()) == 1000.0  # though the sum is beyond float16
    assert x.sum().dtype is pellucid.float16


def test_dtype_argument_of_reductions(torch: Any) -> None:
    for module in (pellucid, torch):
        x = module.tensor([1, 2, 4])
        assert module.mean(x, dtype=module.float64).item() == pytest.approx(7 / 3)
        assert module.sum(x, dtype=module.float32).dtype is module.float32
        assert module.prod(x, dtype=module.float64).item() == 8.0


def test_conversions(torch: Any) -> None:
    for module in (pellucid, torch):
        x = module.tensor([1.9, -1.9, 0.0])
        assert x.int().tolist() == [1, -1, 0]
        assert x.long().dtype is module.int64
        assert x.bool().tolist() == [True, True, False]
        assert x.double().dtype is module.float64
        assert x.half().dtype is module.float16
        assert x.to(module.int32).dtype is module.int32
        assert x.to(x.int()).dtype is module.int32
        assert x.type_as(x.int()).dtype is module.int32
        assert x.to("cpu") is x
        assert x.to("cpu", module.float64).dtype is module.float64
        assert x.float() is x


def test_gradients_come_back_in_the_dtype_of_the_leaf(torch: Any) -> None:
    for module in (pellucid, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True)
        y = module.tensor([3.0, 4.0], dtype=module.float64, requires_grad=True)
        (x * y).sum().backward()
        assert x.grad.dtype is module.float32 and y.grad.dtype is module.float64
        assert x.grad.tolist() == [3.0, 4.0]


def test_integer_division(torch: Any) -> None:
    for module in (pellucid, torch):
        a = module.tensor([7, -7, 7, -7])
        b = module.tensor([2, 2, -2, -2])
        assert (a // b).tolist() == [3, -4, -4, 3]
        assert (a % b).tolist() == [1, 1, -1, -1]
        assert module.div(a, b, rounding_mode="trunc").tolist() == [3, -3, -3, 3]
        assert (a / b).tolist() == [3.5, -3.5, -3.5, 3.5]
        big = module.tensor([2**62 + 1])
        assert (big // 1).item() == 2**62 + 1
        assert module.div(big, 1, rounding_mode="trunc").item() == 2**62 + 1
        with pytest.raises((ZeroDivisionError, RuntimeError)):
            a // 0


def test_kinds_of_numpy_are_found_again() -> None:
    for name in NAMES * 2:
        assert of_kind(np.dtype(name)) is by_name(name)
    assert of_kind(np.dtype(">f4")) is pellucid.float32
    for _ in range(2):  # what is not there is not remembered either
        with pytest.raises(DTypeError, match="no dtype called 'complex64'"):
            of_kind(np.dtype("complex64"))


@pytest.mark.parametrize("kind", ["int64", "float32", "bfloat16", "float64"])
@pytest.mark.parametrize("low", [("float64", 0), ("float32", 0), ("int64", 1), None])
@pytest.mark.parametrize("high", [("float32", 1), ("float64", 0), ("int64", 0), None])
def test_bounds_have_a_say_in_the_dtype_as_in_pytorch(
    kind: str, low: Any, high: Any, torch: Any
) -> None:
    if low is None and high is None:
        return
    found = []
    for library in (torch, pellucid):
        bounds = [
            None if b is None
            else library.tensor(n if not b[1] else [n] * 3).to(getattr(library, b[0]))
            for n, b in ((1.5, low), (2.5, high))
        ]  # fmt: skip
        x = library.tensor([1, 2, 3]).to(getattr(library, kind))
        out = library.clamp(x, *bounds)
        found.append((str(out.dtype).split(".")[-1], out.tolist()))
    assert found[0] == found[1]
