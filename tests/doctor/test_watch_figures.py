"""The figures of an output, against what they say; and what a call is given, however nested."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.doctor.watching import figures, library, lines
from pellucid.doctor.watching.figures import activity
from pellucid.doctor.watching.names import settings_of


@pytest.mark.parametrize("channels", [True, False])
@pytest.mark.parametrize("shape", [(8, 5), (64, 6, 10, 10), (64, 100, 6)])
def test_dead_units(shape: tuple[int, ...], channels: bool) -> None:
    """Units that are zero on every row; one that is alive on the last row alone is not."""
    axis = 1 if channels and len(shape) > 2 else len(shape) - 1
    a = np.abs(np.random.default_rng(0).normal(size=shape)).astype(np.float32) + 1
    assert activity("relu", a, channels).dead == 0
    by_unit = np.moveaxis(a, axis, 0)
    by_unit[0] = 0
    by_unit[1, :-1] = 0
    assert activity("relu", a, channels).dead == pytest.approx(1 / shape[axis])


def test_later_rows_are_asked_where_the_first_leave_it_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of many numbers the first rows are looked at first, and alone where that is enough."""
    asked: list[int] = []
    whole = figures._alive

    def noted(a: Any, channels: bool) -> Any:
        asked.append(len(a))
        return whole(a, channels)

    monkeypatch.setattr(figures, "_alive", noted)
    a = np.ones((64, 6, 10, 10), np.float32)
    a[0, 0, 0, 0] = 0
    activity("relu", a, True)
    assert asked == [4]
    a[:, 2] = 0
    activity("relu", a, True)
    assert asked == [4, 4, 64]


def test_tensors_in() -> None:
    """In their order, as deep as is asked for; plain values cost nothing."""

    class One:
        """A tensor."""

    class Holder:
        """An object that holds some."""

        def __init__(self, *held: object) -> None:
            self.held = held

    a, b, c, d = (One() for _ in range(4))
    found = library.tensors_in(([a, 1, None, "x"], {"k": b, "n": 2.0}, Holder(c, (d, True))), One)
    assert found == [a, b, c, d]
    assert library.tensors_in([[[[a]]]], One, 3) == []
    assert library.tensors_in([[[a]]], One, 3) == [a]
    assert library.tensors_in((a, b), One, 0) == [a, b]
    assert library.tensors_in(3, One) == library.tensors_in("ab", One) == []


def test_settings_of_a_call() -> None:
    """What it was given besides tensors, by name."""
    assert settings_of("relu", [], {}) == {}
    assert settings_of("square", [], {}) == {"exponent": 2}
    assert settings_of("softmax", [1], {"_stacklevel": 3}) == {"dim": 1}
    assert settings_of("sum", [], {"axis": 0, "out": None}) == {"dim": 0}


def test_the_users_line() -> None:
    """The nearest that is not in a library, asked for once or twice."""
    frame = inspect.currentframe()
    here = lines.Lines(("/nowhere",))
    assert frame is not None
    for _ in range(2):
        assert here.here() == f"{Path(__file__).name}:{frame.f_lineno}"
    assert (
        lines.Lines((str(Path(__file__).parent),)).here()
        != f"{Path(__file__).name}:{frame.f_lineno}"
    )
