"""What is left when the watching is over: no hooks, no optimizer, no batches; and no exception."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.doctor import watch
from pellucid.doctor.diagnose import FAILED, diagnose
from pellucid.doctor.finding import Finding
from pellucid.doctor.rule import Rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.watching.batches import Batches
from pellucid.doctor.watching.losses import LossCall
from pellucid.doctor.watching.ours import Ours
from pellucid.doctor.watching.several import Several
from pellucid.doctor.watching.watcher import Watcher
from pellucid.errors import SettingError

BOTH = ("pellucid", "torch")


def _library(name: str) -> tuple[Any, Any]:
    if name == "pellucid":
        return pellucid, watch
    torch = pytest.importorskip("torch")
    return torch, pytest.importorskip("pellucid.bridges.torch").watch


@pytest.mark.slow
@pytest.mark.parametrize("name", BOTH)
def test_a_report_keeps_the_network_and_nothing_else_of_the_run(name: str) -> None:
    """`treat` needs the network; optimizer, batches and what watched are let go."""
    lib, look = _library(name)
    x = lib.randn(64, 4)
    y = (x[:, 0] > 0).long()
    model = lib.nn.Sequential(lib.nn.Linear(4, 8), lib.nn.ReLU(), lib.nn.Linear(8, 2))
    optimizer = lib.optim.Adam(model.parameters(), 0.01)
    with look(model, optimizer, seconds=0.1) as report:
        for _ in range(8):
            optimizer.zero_grad()
            out = model(x)
            loss = lib.nn.functional.cross_entropy(out, y)
            loss.backward()
            optimizer.step()
    gone = [weakref.ref(thing) for thing in (optimizer, x, out)]
    del optimizer, x, y, out, loss
    gc.collect()
    assert [ref() for ref in gone] == [None, None, None]
    assert not [thing for thing in gc.get_objects() if type(thing) is Watcher]
    assert report.seen.events.steps == 8


def test_a_watching_that_cannot_begin_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was hung on the network is taken away again."""

    def fails(self: Any, lib: Any, watcher: Any) -> None:
        raise RuntimeError("no loaders here")

    monkeypatch.setattr("pellucid.doctor.watching.loaders.Loaders.watch", fails)
    model, before = pellucid.nn.Linear(2, 2), pellucid.Tensor.backward
    with pytest.raises(RuntimeError, match="no loaders"), watch(model):
        pass
    assert model._module_hooks is not None and not model._module_hooks.entries()
    assert pellucid.Tensor.backward is before


def test_what_can_not_be_watched_is_said() -> None:
    """Networks of another library, and arguments in the wrong order."""
    ours = pellucid.nn.Linear(2, 2)
    optimizer = pellucid.optim.SGD(ours.parameters(), 0.1)
    with pytest.raises(SettingError) as said, watch(optimizer, ours):
        pass
    assert str(said.value) == (
        "watch takes a pellucid.nn.Module, or a list of them, not pellucid's SGD.\n"
        " For a network of PyTorch's: from pellucid.bridges import torch as bridge, then"
        " bridge.watch(…)."
    )
    with pytest.raises(SettingError) as said, watch(ours, ours):
        pass
    assert str(said.value) == (
        "watch takes an optimizer of pellucid.optim second, not Linear.\n"
        " Call watch(model, optimizer)."
    )


def test_a_rule_that_fails_costs_nobody_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its kind was not checked, and the reason says so."""

    def look(seen: Seen) -> Iterator[Finding]:
        raise ZeroDivisionError("division by zero")
        yield

    broken = {"plateau": Rule("plateau", (), look)}
    monkeypatch.setattr("pellucid.doctor.diagnose.rules", lambda: broken)
    report = diagnose(Seen())
    assert report.findings == [] and report.checked == ()
    assert report.unchecked == {"plateau": f"{FAILED}: ZeroDivisionError: division by zero"}


def test_a_run_that_an_error_cut_off_is_not_told_to_be_trained_longer() -> None:
    """After two steps nothing is known of how well a network fits in the end."""
    model = pellucid.nn.Sequential(pellucid.nn.Linear(4, 8), pellucid.nn.Dropout(0.2))
    x = pellucid.randn(40, 4)
    y = (x[:, 0] > 0).long()
    optimizer = pellucid.optim.SGD(model.parameters(), 1e-3)
    with pytest.raises(ValueError, match="disk"), watch(model, optimizer, seconds=1.0) as report:
        for _ in range(2):
            pellucid.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
            optimizer.zero_grad()
        model(x)
        raise ValueError("the disk is full")
    assert report.findings == []
    assert report.unchecked["undertrained"] == "an error ended the run at its beginning"


def test_large_targets_and_predictions_are_looked_at_and_not_kept() -> None:
    """A run over large images or texts keeps a few numbers of each batch."""
    batches = Batches(Ours(), Several(Ours()))
    y = pellucid.tensor(np.arange(20_000).reshape(2, 10_000) % 3)
    p = pellucid.zeros(2, 3, 10_000)
    for step in range(3):
        call = LossCall("cross_entropy", p, y, p.sum(), (), {}, None)
        batches.add(call, None, 1.0, step, False)
    kept = [part for _, (_, part) in batches._targets.kept]
    assert all(part.size <= 8192 for part in kept)
    assert batches.counted()[0].counts == (6667, 6667, 6666)
    assert [(s.step, s.rows, round(s.right or 0, 3)) for s in batches.fits()][:1] == [(0, 2, 0.333)]


def test_steps_that_take_long_are_not_tried() -> None:
    """The end of a `with` block does not take minutes where a step takes seconds."""

    class Slow(pellucid.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = pellucid.nn.Linear(2, 2)

        def forward(self, x: Any) -> Any:
            time.sleep(0.02)
            return self.layer(x)

    model = Slow()
    optimizer = pellucid.optim.SGD(model.parameters(), 1e-9)
    x = pellucid.randn(40, 2)
    y = (x[:, 0] > 0).long()
    with watch(model, optimizer, seconds=0.05) as report:
        for _ in range(20):
            optimizer.zero_grad()
            pellucid.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
    trials: Any = report.seen.trials
    assert trials.slow and trials.run() is None
    assert trials.spent < 0.5
