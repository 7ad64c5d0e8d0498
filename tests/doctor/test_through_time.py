"""Gradients on their way back through time, and outputs that the target does not pick."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.doctor import watch
from pellucid.doctor.cure import MATCHED
from pellucid.doctor.form import UNKNOWN
from pellucid.doctor.rule import rules
from pellucid.doctor.seen import LossSeen, Rows, Seen
from pellucid.doctor.step import DATA, Call, Moment, Move, WeightSeen
from pellucid.doctor.trial import Change, NoTrials, Trial

torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
bridge = pytest.importorskip("pellucid.bridges.torch")

STEPS, AS_IT_WAS = 12, Change()
LIBRARIES = [(pellucid, watch), (torch, bridge.watch)]


def reader(lib: Any, tokens: bool, last: bool) -> Any:
    """A plain recurrence over numbers or tokens, read off at its last step or at all."""

    class Reader(lib.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.embed = lib.nn.Embedding(5, 1) if tokens else lib.nn.Identity()
            self.cell = lib.nn.RNNCell(1, 4)
            self.out = lib.nn.Linear(4, 2)

        def forward(self, x: Any) -> Any:
            x, h, kept = self.embed(x), None, []
            for step in range(STEPS):
                h = self.cell(x[:, step], h)
                kept.append(h)
            return self.out(h if last else lib.stack(kept).mean(0))

    lib.manual_seed(0)
    return Reader()


@pytest.mark.parametrize(("lib", "looked"), LIBRARIES)
@pytest.mark.parametrize("tokens", [False, True])
def test_the_gradient_is_measured_at_every_step(lib: ModuleType, looked: Any, tokens: bool) -> None:
    draw = np.random.default_rng(0)
    x = lib.tensor(draw.integers(0, 5, (16, STEPS))) if tokens else lib.tensor(
        draw.normal(size=(16, STEPS, 1)).astype(np.float32)
    )  # fmt: skip
    y = lib.tensor(draw.integers(0, 2, 16))
    faded = []
    for last in (True, False):
        model = reader(lib, tokens, last)
        optimizer = lib.optim.SGD(model.parameters(), lr=0.1)
        with looked(model, optimizer, trials=False) as report:
            for _ in range(3):
                optimizer.zero_grad()
                lib.nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()
        begin, end = report.seen.through
        assert len(begin) == len(end) == STEPS
        assert all(p.grad is not None for p in model.parameters())
        faded.append(end[0] / max(end))
    assert faded[0] < 0.01 < faded[1]


class Idle:
    """Trials that learn nothing, or where usual settings do."""

    def __init__(self, usual: float) -> None:
        self.usual = usual

    def run(self, change: Change = AS_IT_WAS) -> Trial:
        skill = self.usual if change == MATCHED else 0.0
        return Trial(np.ones(3), 1 - skill, 0.5 + skill / 2, skill=skill, held_skill=skill)


def told_at(first: int, faded: int) -> Seen:
    """Sequences whose class one step tells, and a network that never saw the first ones."""
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(120, STEPS, 1)), np.arange(120) % 2
    x[:, first, 0] = 4.0 * y - 2
    guess = np.stack([np.ones(120), np.zeros(120)], 1)
    sizes = tuple(1e-9 if step < faded else 1.0 for step in range(STEPS))
    names = ("cell.weight_ih", "cell.weight_hh", "out.weight")
    seen = Seen(
        calls=[Call("rnn", "cell", (DATA,), shape=(32, STEPS, 4), weights=names[:2]),
               Call("linear", "out", (0,), shape=(32, 2), weights=names[2:])],
        weights=[WeightSeen(name, (4, 4)) for name in names],
        moments=[Moment(0, 0.7, 0.1, moves={name: Move(1.0, 0.1, 0.01) for name in names})],
        losses=np.full(80, 0.7), through=(sizes, sizes),
        loss=LossSeen("cross_entropy", prediction=(32, 2), target=(32,), target_kind="classes"),
        train=Rows(x.astype(np.float32), y, guess), optimizer="Adam", trials=Idle(0.0),
    )  # fmt: skip
    seen.events.steps = 80
    return seen


def found(seen: Seen) -> list[str]:
    return [finding.text for finding in rules()["vanishing_gradient"].look(seen)]


def test_steps_that_matter_and_get_no_gradient_are_named() -> None:
    (text,) = found(told_at(first=1, faded=8))
    assert "the first 8 of 12 steps" in text
    assert "the network has 0" in text


def test_other_settings_are_at_fault_where_usual_ones_learn() -> None:
    assert not found(replace(told_at(first=1, faded=8), trials=Idle(1.0)))
    assert not found(replace(told_at(first=1, faded=8), trials=NoTrials()))


def test_steps_that_do_not_matter_may_fade() -> None:
    assert not found(told_at(first=11, faded=8))


def test_a_gradient_that_arrives_is_no_fault() -> None:
    assert not found(told_at(first=1, faded=0))


def test_a_network_that_reads_them_all_the_same_is_healthy() -> None:
    seen = told_at(first=1, faded=8)
    assert seen.train is not None
    right = np.eye(2)[seen.train.y] * 4
    assert not found(replace(seen, train=replace(seen.train, prediction=right)))


@pytest.mark.parametrize(("lib", "looked"), LIBRARIES)
def test_outputs_that_an_action_picks_say_nothing_of_the_fit(lib: ModuleType, looked: Any) -> None:
    model = lib.nn.Linear(4, 3)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.1)
    x, y, action = lib.randn(12, 4), lib.randn(12), lib.tensor(np.arange(12) % 3)
    forms = []
    for pick in (
        lambda out: out.gather(1, action[:, None]).squeeze(1),
        lambda out: out[lib.arange(12), action],
        lambda out: out[:, 0],
    ):
        with looked(model, optimizer, trials=False) as report:
            for _ in range(3):
                loss = lib.nn.functional.mse_loss(pick(model(x)), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        forms.append(report.seen.loss.form)
    assert forms == [UNKNOWN, UNKNOWN, ""]
