"""Words that PyTorch borrowed from NumPy, other machines, and names that are nearly right."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError, SettingError, ShapeError

NOWHERE = "device 'cuda' does not exist here; Tensors live on 'cpu'."
ONES = pellucid.ones(2, 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ONES.to("cuda"),
        lambda: ONES.to(device="cuda"),
        lambda: ONES.to("cuda", pellucid.float64),
        lambda: ONES.cuda(),
        lambda: pellucid.ones(2, device="cuda"),
        lambda: pellucid.rand(2, device="cuda"),
        lambda: pellucid.randn(2, device="cuda"),
        lambda: pellucid.rand_like(ONES, device="cuda"),
        lambda: pellucid.randint(0, 3, (2,), device="cuda"),
        lambda: pellucid.randperm(3, device="cuda"),
        lambda: pellucid.Generator(device="cuda"),
        lambda: pellucid.device("cuda"),
    ],
)
def test_every_way_to_another_device_is_refused_in_the_same_words(call: Any) -> None:
    with pytest.raises(SettingError) as refusal:
        call()
    assert str(refusal.value) == NOWHERE


def test_a_numbered_device_is_named_in_full() -> None:
    for call in (lambda: ONES.cuda(1), lambda: pellucid.device("cuda", 1)):
        with pytest.raises(SettingError, match="device 'cuda:1' does not exist here"):
            call()


def test_to_takes_what_pytorch_takes(torch: Any) -> None:
    x = pellucid.tensor([1.7, 0.0])
    assert x.to("cpu") is x and x.to(pellucid.device("cpu"), non_blocking=True) is x
    for python in (float, int, bool):
        own, theirs = x.to(python), torch.tensor([1.7, 0.0]).to(python)
        assert (own.dtype.name, own.tolist()) == (str(theirs.dtype)[6:], theirs.tolist())
    twin = x.to(pellucid.float32, copy=True)
    twin[0] = 5.0
    assert x.tolist()[0] == pytest.approx(1.7)
    assert x.to("cpu", pellucid.float64).dtype is pellucid.float64


@pytest.mark.parametrize(
    "code",
    [
        "x.mean(axis=0)",
        "x.sum(axis=1, keepdims=True)",
        "lib.sum(x, axis=(0, 1))",
        "lib.sum(a=x, axis=0)",
        "lib.add(x1=x, x2=x)",
        "x.argmax(axis=1)",
        "lib.argmin(x, axis=0, keepdims=True)",
        "lib.cat([x, x], axis=1)",
        "lib.stack([x, x], axis=2)",
        "x.std(axis=0)",
        "x.var(axis=1, keepdims=True)",
        "x.max(axis=1)[1]",
        "x.min(axis=0, keepdims=True)[0]",
        "x.all(axis=0)",
        "x.any(axis=1)",
        "x.cumsum(axis=1)",
        "x.unsqueeze(axis=1)",
        "x[:1].squeeze(axis=0)",
        "x.softmax(axis=1)",
        "x.logsumexp(axis=0)",
        "x.sort(axis=1)[0]",
        "x.median(axis=0)[0]",
        "x.unbind(axis=1)[2]",
        "lib.relu(x=x)",
    ],
)
def test_numpys_words_mean_what_they_mean_in_pytorch(torch: Any, code: str) -> None:
    numbers = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    own = eval(code, {"lib": pellucid, "x": pellucid.tensor(numbers)})
    theirs = eval(code, {"lib": torch, "x": torch.tensor(numbers)})
    assert tuple(own.shape) == tuple(theirs.shape)
    np.testing.assert_allclose(own.numpy(), theirs.numpy(), rtol=1e-5, atol=1e-6)


def test_one_argument_under_two_names_is_a_mistake() -> None:
    with pytest.raises(TypeError) as refusal:
        ONES.sum(dim=0, axis=0)
    assert str(refusal.value) == "axis and dim are the same argument; give one of them"


def test_a_word_that_no_argument_has_is_still_refused() -> None:
    with pytest.raises(TypeError, match="has no argument 'axis'"):
        pellucid.relu(ONES, axis=0)


def test_a_name_that_is_nearly_right_is_suggested() -> None:
    with pytest.raises(AttributeError) as refusal:
        pellucid.relux  # noqa: B018
    assert str(refusal.value) == "pellucid has no attribute 'relux'. Did you mean 'relu'?"
    with pytest.raises(AttributeError) as refusal:
        pellucid.quaternion  # noqa: B018
    assert str(refusal.value) == "pellucid has no attribute 'quaternion'."


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pellucid.relux", "Did you mean 'relu'?"),
        ("pellucid.ones(2).summ()", "Did you mean 'sum'?"),
        ("pellucid.nn.Linear(1, 1).weigth", "Did you mean: 'weight'?"),
    ],
)
def test_a_traceback_suggests_once(code: str, expected: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import pellucid\n{code}"], capture_output=True, text=True
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("AttributeError") and last.endswith(expected)
    assert last.count("Did you mean") == 1


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: pellucid.relu([1.0]),  # type: ignore[arg-type]
            "relu: input must be a Tensor and is a list.\n Make one: pellucid.tensor(value).",
        ),
        (
            lambda: pellucid.mean("abc"),  # type: ignore[arg-type]
            "mean: input must be a Tensor and is a str.\n"
            " Text must become numbers first; pellucid.fit does that for tables.",
        ),
        (
            lambda: pellucid.softmax(None, dim=0),  # type: ignore[arg-type]
            "softmax: input must be a Tensor and is None.\n"
            " Did the function that made it forget its return?",
        ),
        (
            lambda: pellucid.add(ONES, [1.0]),
            "add works on Tensors and numbers and got a list.\n"
            " Make a Tensor: pellucid.tensor(value).",
        ),
        (
            lambda: pellucid.stack([ONES, 1.0]),
            "stack: tensors[1] must be a Tensor and is a float.\n"
            " Make one: pellucid.tensor(value).",
        ),
        (
            lambda: pellucid.cat(ONES, ONES),  # type: ignore[arg-type]
            "cat takes a list of Tensors and got one.\n Write cat([a, b]).",
        ),
        (
            lambda: ONES + np.array(["x"]),
            "a Tensor holds numbers, and this holds text, such as 'x'.\n"
            " Turn them into numbers first; pellucid.fit does that for tables.",
        ),
    ],
)
def test_what_is_no_tensor_is_refused_with_a_remedy(call: Any, text: str) -> None:
    with pytest.raises(DTypeError) as refusal:
        call()
    assert str(refusal.value) == text


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: ONES @ ONES,
            "matmul: the last axis of input is 3, and it meets 2 in other; they must be equal.\n"
            "   input        (2, 3)\n   other        (2, 3)\n"
            " Perhaps the transpose was meant: input @ other.mT.",
        ),
        (
            lambda: pellucid.mm(ONES, pellucid.ones(4, 4)),
            "mm: 3 columns meet 4 rows; they must be equal.\n"
            "   input        (2, 3)\n   mat2         (4, 4)",
        ),
        (
            lambda: pellucid.ones(5, 2, 3).bmm(pellucid.ones(5, 2, 3)),
            "bmm: 3 columns meet 2 rows; they must be equal.\n"
            "   input        (5, 2, 3)\n   mat2         (5, 2, 3)\n"
            " Perhaps the transpose was meant: mat2.mT.",
        ),
    ],
)
def test_products_complain_by_the_name_that_was_called(call: Any, text: str) -> None:
    with pytest.raises(ShapeError) as refusal:
        call()
    assert str(refusal.value) == text


def test_a_generator_says_where_it_stands() -> None:
    assert repr(pellucid.manual_seed(0)) == "Generator(seed=0, position=0)"
    g = pellucid.Generator().manual_seed(3)
    pellucid.rand(6, generator=g)
    assert repr(g) == "Generator(seed=3, position=8)"


def test_a_layer_given_a_list_says_which_layer_and_what_to_do() -> None:
    with pytest.raises(DTypeError) as refusal:
        pellucid.nn.Linear(3, 2)([1.0, 2.0, 3.0])
    first, *_, last = str(refusal.value).splitlines()
    assert first == "Linear(3, 2): linear works on Tensors and numbers and got a list."
    assert last.startswith(" Make a Tensor: pellucid.tensor(value).")


def test_out_may_be_none_as_in_pytorch() -> None:
    assert pellucid.add(ONES, ONES, out=None).tolist() == [[2.0] * 3] * 2
    assert pellucid.ones(2, out=None).tolist() == [1.0, 1.0]
    c = pellucid.zeros(2, 3)
    with pellucid.no_grad():
        c[:] = pellucid.add(ONES, ONES)  # the remedy works
    assert c.tolist() == [[2.0] * 3] * 2
