"""Steps that are alike are compiled once in a process; what differs in any way is not alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.engines.xla import alike, stepper


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was compiled since."""
    seen: list[Any] = []
    compiling = stepper.compiled_ahead

    def compiled(*given: Any, **more: Any) -> Any:
        seen.append(given)
        return compiling(*given, **more)

    monkeypatch.setattr(stepper, "compiled_ahead", compiled)
    monkeypatch.setattr(alike, "_known", type(alike._known)())
    return seen


def stepping(start: float) -> tuple[Any, Callable[..., Any]]:
    weight = pellucid.tensor([start, 2.0], requires_grad=True)
    moves = pellucid.optim.SGD([weight], lr=0.5)

    @pellucid.compile
    def step(x: Any) -> Any:
        moves.zero_grad()
        loss = (weight * x).sum()
        loss.backward()
        moves.step()
        return loss

    return weight, step


def test_two_networks_of_a_kind_share_a_program_and_nothing_else(made: list[Any]) -> None:
    x = pellucid.tensor([1.0, 1.0])
    (w, first), (v, second) = stepping(1.0), stepping(10.0)
    assert [first(x).item(), second(x).item(), first(x).item()] == [3.0, 12.0, 2.0]
    assert len(made) == 1
    assert (w.tolist(), v.tolist()) == ([0.0, 1.0], [9.5, 1.5])


def test_what_differs_is_told_apart(made: list[Any]) -> None:
    x = pellucid.tensor([0.25, -4.0])
    table = np.array([1.0, 2.0], np.float32)
    other = np.array([1.0, 3.0], np.float32)
    ways: list[Callable[[Any], Any]] = [
        lambda x: x * 0.0, lambda x: x * -0.0, lambda x: x.clamp(min=0), lambda x: x.clamp(min=1),
        lambda x: x * pellucid.tensor(table), lambda x: x * pellucid.tensor(other),
        lambda x: x.sum(0), lambda x: x.sum(0, keepdim=True), lambda x: x.double(), lambda x: x + x,
    ]  # fmt: skip
    for way in ways:
        found = pellucid.compile(way)(x)
        assert found.dtype is way(x).dtype
        assert str(found.tolist()) == str(way(x).tolist())  # −0.0 is not 0.0
    assert len(made) == len(ways)


def test_only_so_many_are_kept(made: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alike, "KEPT", 1)
    x = pellucid.tensor([1.0])
    for factor in (2.0, 3.0, 2.0):
        pellucid.compile(lambda x, factor=factor: x * factor)(x)
    assert len(made) == 3 and len(alike._known) == 1
    monkeypatch.setattr(alike, "LARGE", 0)
    pellucid.compile(lambda x: x * pellucid.tensor(np.ones(1, np.float32)))(x)
    assert len(made) == 4 and len(alike._known) == 1
