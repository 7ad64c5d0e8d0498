"""What becomes of the weights where XLA fails in the middle of a compiled step."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid as pl
from pellucid.errors import TrainingError


class Failing:
    """A program that takes its state and gives nothing, as one does that runs out of memory."""

    def __init__(self, program: Any) -> None:
        self._call, self.program = self.fail, program

    def fail(self, state: Any, *rest: Any) -> Any:
        for part in state:
            part.delete()
        raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory.\nmore of it")


def _setting() -> tuple[Any, Any, Any]:
    w = pl.nn.Parameter(pl.ones(5000))
    small = pl.nn.Parameter(pl.ones(2))
    w._node.name, small._node.name = "w", "small"

    @pl.compile
    def step(x: Any) -> Any:
        with pl.no_grad():
            w.add_(x)
            small.mul_(2.0)
        return w.sum()

    return w, small, step


def test_a_program_that_fails_at_once_loses_nothing() -> None:
    w, small, step = _setting()
    x = pl.ones(1)
    assert step(x).item() == 10_000
    run = step._latest.run
    good, run.compiled = run.compiled, Failing(run.compiled)
    for _ in range(2):
        with pytest.raises(TrainingError) as caught:
            step(x)
        assert str(caught.value) == (
            "XLA could not run the compiled program: RESOURCE_EXHAUSTED: Out of memory.\n"
            " Every weight is as it was before the call."
        )
    assert (w.sum().item(), small.tolist()) == (10_000, [2, 2])
    run.compiled = good
    assert step(x).item() == 15_000


def test_a_program_that_fails_later_says_what_it_took() -> None:
    w, small, step = _setting()
    x = pl.ones(1)
    step(x)
    assert (w[0].item(), small.tolist()) == (2, [2, 2])  # the last look
    step(x)
    run = step._latest.run
    good, run.compiled = run.compiled, Failing(run.compiled)
    run._bank._all_proven.add(run.compiled)  # it went well many times
    with pytest.raises(TrainingError) as caught:
        step(x)
    assert str(caught.value) == (
        "XLA could not run the compiled program: RESOURCE_EXHAUSTED: Out of memory.\n"
        " The values of w, small went with it: they are now what they were when last looked at."
        " Load a checkpoint."
    )
    assert (w[0].item(), small.tolist()) == (2, [2, 2])
    run.compiled = good
    assert step(x).item() == 15_000
    assert small.tolist() == [4, 4]
