"""How far one call travels: the number of our files that a reader must open to follow it.

An op passes through 5 files at most, a Linear layer's forward, loss and backward through 8.
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

OP_LIMIT = 5
STEP_LIMIT = 8


def files_walked(call: Callable[[], Any], package: Path = PACKAGE) -> set[str]:
    """The files of the package whose functions run during a warm call."""
    call()
    seen: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            seen.add(frame.f_code.co_filename)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(before)
    return {
        Path(name).relative_to(package).as_posix()
        for name in seen
        if Path(name).is_relative_to(package)
    }


@pytest.mark.parametrize(
    "call",
    [lambda x: x.tanh(), lambda x: x.exp(), lambda x: x + x, lambda x: pellucid.relu(x)],
    ids=["tanh", "exp", "add", "relu"],
)
def test_an_op_is_five_files_at_most(call: Callable[[Any], Any]) -> None:
    x = pellucid.randn(4, 4)
    walked = files_walked(lambda: call(x))
    assert 0 < len(walked) <= OP_LIMIT, sorted(walked)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x + 1.0,
        lambda x: x @ x,
        lambda x: x.sum(),
        lambda x: x.reshape(2, 8),
        lambda x: x[0],
    ],
    ids=["number", "matmul", "sum", "reshape", "index"],
)
def test_an_op_whose_arguments_need_reading_is_eight(call: Callable[[Any], Any]) -> None:
    x = pellucid.randn(4, 4)
    walked = files_walked(lambda: call(x))
    assert 0 < len(walked) <= STEP_LIMIT, sorted(walked)


def test_forward_loss_and_backward_are_eight_files_at_most() -> None:
    layer, loss = nn.Linear(4, 3), nn.MSELoss()
    x, y = pellucid.randn(8, 4), pellucid.randn(8, 3)
    walked = files_walked(lambda: loss(layer(x), y).backward())
    assert 0 < len(walked) <= STEP_LIMIT, sorted(walked)


def test_the_step_counter_counts(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text("def f(g=None):\n    return g and g()\n")
    spaces: dict[str, dict[str, Any]] = {"a": {}, "b": {}}
    for name, space in spaces.items():
        path = tmp_path / f"{name}.py"
        exec(compile(path.read_text(), str(path), "exec"), space)
    f, g = spaces["a"]["f"], spaces["b"]["f"]
    assert files_walked(lambda: f(), tmp_path) == {"a.py"}
    assert files_walked(lambda: f(g), tmp_path) == {"a.py", "b.py"}
