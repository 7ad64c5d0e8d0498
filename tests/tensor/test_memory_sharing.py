"""Which results share memory with what they were made from, held against PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import pellucid
from pellucid import nn

LOOKS: dict[str, Callable[[Any], Any]] = {
    "one row": lambda x: x[1],
    "one number": lambda x: x[1, 2],
    "first of unbind": lambda x: x.unbind()[0],
    "select": lambda x: x.select(0, 1),
    "step": lambda x: x[:, ::2],
    "T": lambda x: x.T,
    "reshape in order": lambda x: x.reshape(-1),
    "reshape out of order": lambda x: x.T.reshape(-1),
    "flatten of a part": lambda x: x[:, :2].flatten(),
    "contiguous in order": lambda x: x.contiguous(),
    "contiguous out of order": lambda x: x.T.contiguous(),
    "flip": lambda x: x.flip(0),
    "fliplr": lambda x: x.fliplr(),
    "repeat once": lambda x: x.repeat(1, 1),
    "repeat": lambda x: x.repeat(2, 1),
    "detach": lambda x: x.detach(),
    "clone": lambda x: x.clone(),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
def test_a_write_reaches_just_what_it_reaches_in_pytorch(torch: Any, look: Any) -> None:
    seen = []
    for library in (pellucid, torch):
        x = library.arange(12.0).reshape(3, 4)
        look(x).fill_(-1.0)
        y = library.arange(12.0).reshape(3, 4)
        part = look(y)
        y.mul_(2.0)
        seen.append((x.tolist(), part.tolist()))
    assert seen[0] == seen[1]


def test_gradients_after_a_write_into_a_copy(torch: Any) -> None:
    found = []
    for library in (pellucid, torch):
        w = library.arange(6.0).reshape(2, 3).requires_grad_()
        x = w * 1
        y = x.T.reshape(-1)
        y += 1
        (y.sum() + (x * x).sum()).backward()
        found.append(w.grad.tolist())
    assert found[0] == found[1]


KINDS: dict[str, Callable[[Any], Any]] = {
    "clamp whole by halves": lambda t: t.tensor([3, 1]).clamp(1.5, 2.5),
    "square by 2.0": lambda t: t.tensor([1, 2]) ** 2.0,
    "cumsum of one": lambda t: t.tensor(3, dtype=t.int32).cumsum(0),
    "erf of half": lambda t: t.tensor([1.0]).half().erf().float(),
    "median of nan": lambda t: t.tensor([1.0, float("nan"), 3.0]).median().isnan(),
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
def test_the_array_is_of_the_kind_that_is_said(torch: Any, make: Any) -> None:
    own, other = make(pellucid), make(torch)
    assert own.dtype.name == str(other.dtype).removeprefix("torch.")
    assert own.numpy().dtype.name == own.dtype.name
    assert own.tolist() == pytest.approx(other.tolist(), rel=1e-3)


def test_what_needs_no_values_may_be_walked_again(torch: Any) -> None:
    found = []
    for library in (pellucid, torch):
        w = library.ones(3, 3, requires_grad=True)
        mirrored = w.t()
        for _ in range(3):
            (library.ones(1, 3) @ mirrored).sum().backward()
        a, b, c = w.unbind()
        (a * b).sum().backward()
        (b * c).sum().backward()
        found.append(w.grad.tolist())
    assert found[0] == found[1]


def test_the_same_output_twice_counts_twice(torch: Any) -> None:
    found = []
    for library in (pellucid, torch):
        w = library.tensor(2.0, requires_grad=True)
        y = w * w
        found.append(library.autograd.grad([y, y], w)[0].item())
    assert found[0] == found[1] == 8.0


def test_switches_hold_inside_generators_and_decorators() -> None:
    @pellucid.no_grad()
    def numbers() -> Any:
        yield pellucid.is_grad_enabled()
        yield pellucid.is_grad_enabled()

    @pellucid.set_grad_enabled(False)
    def asked() -> bool:
        return pellucid.is_grad_enabled()

    seen = [(inside, pellucid.is_grad_enabled()) for inside in numbers()]
    assert seen == [(False, True), (False, True)]
    assert not asked() and pellucid.is_grad_enabled()
    with pellucid.inference_mode(), pellucid.inference_mode(False):
        assert pellucid.is_grad_enabled()
    with pellucid.inference_mode(True):
        assert not pellucid.is_grad_enabled()


def test_pytorchs_except_clauses_catch() -> None:
    with pytest.raises(RuntimeError):
        pellucid.ones(2, 3) @ pellucid.ones(2, 3)
    with pytest.raises(RuntimeError):
        nn.Linear(2, 1).load_state_dict({"weight": pellucid.ones(1, 2)})


def test_relu_lets_the_blame_of_nan_through(torch: Any) -> None:
    found = []
    for library in (pellucid, torch):
        x = library.tensor([float("nan"), -1.0, 2.0], requires_grad=True)
        (library.relu(x) * library.tensor([3.0, 3.0, 3.0])).sum().backward()
        found.append(x.grad.tolist())
    assert found[0] == found[1] == [3.0, 0.0, 3.0]


def test_the_version_counts_writes_as_pytorchs_does(torch: Any) -> None:
    def versions(lib: Any) -> list[int]:
        x, learned = lib.ones(4), lib.ones(2, requires_grad=True)
        seen = [x._version]
        x.add_(1)
        x[0] = 2
        view = x[1:]
        view.mul_(2)
        y = learned * 1
        y.add_(1)
        with lib.no_grad():
            learned.add_(1)
        seen += [t._version for t in (x, view, x.detach(), y, learned, learned.data)]
        return seen

    import pellucid

    assert versions(pellucid)[:6] == versions(torch)[:6]
    assert versions(pellucid) == [0, 3, 3, 3, 1, 1, 1]


def test_a_row_of_all_numbers_lies_in_order(torch: Any) -> None:
    for m in (pellucid, torch):
        for part, shared in (
            (lambda x: x, True), (lambda x: x[1:], True), (lambda x: x.t(), False),
            (lambda x: x[:, ::2], False), (lambda x: x[0, ::2], False), (lambda x: x[1, 1], True),
        ):  # fmt: skip
            x = m.arange(12.0).view(3, 4)
            row = part(x).ravel()
            assert row.is_contiguous() and row.tolist() == part(x).reshape(-1).tolist()
            row.zero_()
            assert (part(x).abs().sum() == 0) == shared
        w = m.arange(6.0).view(2, 3).requires_grad_()
        (w.t().ravel() * m.arange(6.0)).sum().backward()
        assert w.grad.tolist() == [[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]]
