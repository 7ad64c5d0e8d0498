"""How far one call travels: the files of ours that a reader must open to follow it.

An op that works number by number passes through 5 files at most. Forward and backward of such an
op, or of a Linear layer, pass through 8. With a loss between them it is never more than 8 files
deep; what it touches in all is counted too, so that the sum cannot creep up unseen.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import pellucid
import pellucid.nn as nn
from tests.architecture.rooms import PACKAGE

OP_FILES = 5
BOTH_WAYS_FILES = 8
STEP_DEPTH = 8
STEP_FILES = 17


def stacks(call: Callable[[], Any], package: Path = PACKAGE) -> set[frozenset[str]]:
    """For each function that a warm call enters, the files of the package on the way to it."""
    call()
    call()
    ways: set[frozenset[str]] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            ways.add(_way_to(frame))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(before)
    here = f"{package}/"
    return {
        frozenset(name.removeprefix(here) for name in way if name.startswith(here)) for way in ways
    }


def _way_to(frame: FrameType | None) -> frozenset[str]:
    names = set()
    while frame is not None:
        names.add(frame.f_code.co_filename)
        frame = frame.f_back
    return frozenset(names)


def files(call: Callable[[], Any], package: Path = PACKAGE) -> set[str]:
    """The files whose functions run during a warm call."""
    return set().union(*stacks(call, package))


def deepest(call: Callable[[], Any], package: Path = PACKAGE) -> frozenset[str]:
    """The most files that a warm call is inside of at one moment."""
    return max(stacks(call, package), key=len)


def step() -> Callable[[], Any]:
    """Forward, loss and backward of one Linear layer."""
    layer, loss = nn.Linear(4, 3), nn.MSELoss()
    x, y = pellucid.randn(8, 4), pellucid.randn(8, 3)
    return lambda: loss(layer(x), y).backward()


@pytest.mark.parametrize(
    "call",
    [lambda x: x.tanh(), lambda x: x.exp(), lambda x: x + x, lambda x: pellucid.relu(x)],
    ids=["tanh", "exp", "add", "relu"],
)
def test_an_op_is_five_files(call: Callable[[Any], Any]) -> None:
    x = pellucid.randn(4, 4)
    walked = files(lambda: call(x))
    assert 0 < len(walked) <= OP_FILES, sorted(walked)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.tanh(),
        lambda x: x.exp(),
        lambda x: x * x,
        lambda x: x + x,
        lambda x: x.sigmoid(),
        lambda x: pellucid.relu(x),
        nn.Linear(4, 4),
    ],
    ids=["tanh", "exp", "mul", "add", "sigmoid", "relu", "Linear"],
)
def test_forward_and_backward_are_eight_files(call: Callable[[Any], Any]) -> None:
    x, blame = pellucid.randn(4, 4, requires_grad=True), pellucid.randn(4, 4)
    walked = files(lambda: call(x).backward(blame))
    assert OP_FILES < len(walked) <= BOTH_WAYS_FILES, sorted(walked)


@pytest.mark.parametrize(
    "call",
    [lambda x: x + 1.0, lambda x: x @ x, lambda x: x.sum(), lambda x: x.reshape(2, 8)],
    ids=["number", "matmul", "sum", "reshape"],
)
def test_an_op_with_arguments_to_read_is_not_deeper_than_a_step(
    call: Callable[[Any], Any],
) -> None:
    x = pellucid.randn(4, 4)
    way = deepest(lambda: call(x))
    assert 0 < len(way) <= STEP_DEPTH, sorted(way)


def test_forward_loss_and_backward_are_eight_files_deep() -> None:
    way = deepest(step())
    assert 3 < len(way) <= STEP_DEPTH, sorted(way)


def test_forward_loss_and_backward_touch_few_files() -> None:
    walked = files(step())
    assert 8 < len(walked) <= STEP_FILES, sorted(walked)


def test_the_counters_count(tmp_path: Path) -> None:
    functions = []
    for name in ("a", "b", "c"):
        path = tmp_path / f"{name}.py"
        path.write_text("def f(*inner):\n    for g in inner:\n        g()\n")
        space: dict[str, Any] = {}
        exec(compile(path.read_text(), str(path), "exec"), space)
        functions.append(space["f"])
    f, g, h = functions
    assert files(lambda: f(), tmp_path) == {"a.py"}
    assert files(lambda: f(g, h), tmp_path) == {"a.py", "b.py", "c.py"}
    assert len(deepest(lambda: f(g, h), tmp_path)) == 2
    assert len(deepest(lambda: f(lambda: g(h)), tmp_path)) == 3
