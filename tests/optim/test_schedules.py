"""Schedules give PyTorch's rates, also after saving, and say when they are called too early."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest

import pellucid as pl
from pellucid.errors import PellucidWarning, SettingError, StateError

MAKERS: dict[str, Any] = {
    "StepLR": lambda s, o: s.StepLR(o, step_size=3, gamma=0.5),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, milestones=[2, 5, 5, 9], gamma=0.3),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, gamma=0.9),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, T_max=7),
    "CosineAnnealingLR to a floor": lambda s, o: s.CosineAnnealingLR(o, T_max=4, eta_min=0.01),
    "LambdaLR": lambda s, o: s.LambdaLR(o, [lambda t: 0.95**t, lambda t: 1 / (t + 1)]),
    "LinearLR": lambda s, o: s.LinearLR(o, start_factor=0.25, total_iters=6),
    "LinearLR down": lambda s, o: s.LinearLR(o, 1.0, end_factor=0.1, total_iters=6),
    "ConstantLR": lambda s, o: s.ConstantLR(o, factor=0.5, total_iters=4),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o,
        [s.LinearLR(o, 0.1, total_iters=4), s.StepLR(o, 3), s.ExponentialLR(o, 0.5)],
        milestones=[4, 11],
    ),
}
STEPS = 25


def two_groups(lib: Any) -> Any:
    a, b = lib.zeros(1, requires_grad=True), lib.zeros(1, requires_grad=True)
    return lib.optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.3}], lr=1.0)


def rates(lib: Any, make: Any, steps: int = STEPS) -> list[list[float]]:
    optimizer = two_groups(lib)
    schedule = make(lib.optim.lr_scheduler, optimizer)
    found = []
    for _ in range(steps):
        found.append([group["lr"] for group in optimizer.param_groups])
        assert found[-1] == schedule.get_last_lr()
        optimizer.step()
        schedule.step()
    return found


@pytest.mark.filterwarnings("ignore:.*scheduler.step.*:UserWarning")
@pytest.mark.parametrize("name", MAKERS)
def test_the_rates_are_pytorchs(torch: Any, name: str) -> None:
    ours, theirs = rates(pl, MAKERS[name]), rates(torch, MAKERS[name])
    for a, b in zip(ours, theirs, strict=True):
        assert a == pytest.approx(b, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("name", [n for n in MAKERS if n != "LambdaLR"])
def test_a_saved_schedule_goes_on(name: str) -> None:
    whole = rates(pl, MAKERS[name])
    optimizer = two_groups(pl)
    schedule = MAKERS[name](pl.optim.lr_scheduler, optimizer)
    for _ in range(9):
        optimizer.step()
        schedule.step()
    saved = json.loads(json.dumps([schedule.state_dict(), optimizer.state_dict()]))
    optimizer = two_groups(pl)
    schedule = MAKERS[name](pl.optim.lr_scheduler, optimizer)
    if name == "MultiStepLR":  # JSON has no numbers as keys
        saved[0]["milestones"] = schedule.milestones
    schedule.load_state_dict(saved[0])
    optimizer.load_state_dict(saved[1])
    rest = []
    for _ in range(9, STEPS):
        rest.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        schedule.step()
    assert rest == whole[9:]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"mode": "max", "patience": 2},
        {"patience": 0, "cooldown": 2, "factor": 0.5},
        {"threshold": 0.05, "threshold_mode": "abs", "patience": 1},
        {"min_lr": [0.2, 0.1], "patience": 0, "factor": 0.3},
        {"mode": "max", "threshold_mode": "abs", "patience": 1, "eps": 0.05},
    ],
)
def test_reduce_on_plateau_is_pytorchs(torch: Any, options: dict[str, Any]) -> None:
    figures = [3, 2, 2.1, 1.99, 1.98, 1.98, 2, 2, 2.5, 1.0, 1.0, 1.0, 1.1, 1.2, 0.99, 1, 1, 1, 1]
    found = []
    for lib in (pl, torch):
        optimizer = two_groups(lib)
        schedule = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **{"patience": 3, **options})
        seen = []
        for figure in figures:
            optimizer.step()
            schedule.step(figure)
            seen.append([group["lr"] for group in optimizer.param_groups])
        assert schedule.get_last_lr() == seen[-1]
        found.append(seen)
    assert found[0] == found[1]


def test_plateau_state_is_plain_data() -> None:
    schedule = pl.optim.lr_scheduler.ReduceLROnPlateau(two_groups(pl), patience=0)
    schedule.step(1.0)
    other = pl.optim.lr_scheduler.ReduceLROnPlateau(two_groups(pl))
    other.load_state_dict(json.loads(json.dumps(schedule.state_dict())))
    other.step(2.0)
    assert other.get_last_lr() == [0.1, 0.03]


def test_two_schedules_on_one_optimizer() -> None:
    optimizer = two_groups(pl)
    s = pl.optim.lr_scheduler
    both = [s.ExponentialLR(optimizer, 0.5), s.LinearLR(optimizer, 0.5, total_iters=2)]
    found = []
    for _ in range(4):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        for schedule in both:
            schedule.step()
    assert found == pytest.approx([0.5, 0.375, 0.25, 0.125])


def test_a_schedule_before_the_optimizer_is_warned_about_once() -> None:
    optimizer = two_groups(pl)
    schedule = pl.optim.lr_scheduler.StepLR(optimizer, 3)
    with pytest.warns(PellucidWarning) as caught:
        schedule.step()
    assert str(caught[0].message) == (
        "scheduler.step() came before optimizer.step(), so the schedule's first rate is never"
        " used.\n"
        " Call optimizer.step() first, then scheduler.step()."
    )
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()
        schedule.step()


def test_mistakes_are_answered() -> None:
    s, optimizer = pl.optim.lr_scheduler, two_groups(pl)
    for call, text in [
        (lambda: s.StepLR(optimizer, 0), "StepLR: step_size must be 1 or more, not 0."),
        (lambda: s.StepLR("Adam", 1), "StepLR works on an optimizer and got a str."),
        (
            lambda: s.CosineAnnealingLR(optimizer, -1),
            "CosineAnnealingLR: T_max must be 1 or more, not -1.",
        ),
        (
            lambda: s.LinearLR(optimizer, 0.0),
            "LinearLR: start_factor must be above 0 and at most 1, not 0.0.",
        ),
        (
            lambda: s.LambdaLR(optimizer, [lambda t: 1.0]),
            "LambdaLR: 1 functions for 2 groups; give one, or one per group.",
        ),
        (
            lambda: s.ReduceLROnPlateau(optimizer, factor=1.0),
            "ReduceLROnPlateau: factor must be below 1, not 1.0.",
        ),
        (
            lambda: s.ReduceLROnPlateau(optimizer, mode="low"),
            "ReduceLROnPlateau: mode must be 'min' or 'max', not 'low'.",
        ),
        (
            lambda: s.SequentialLR(optimizer, [s.StepLR(optimizer, 1)], [3]),
            "SequentialLR: 1 schedules need 0 milestones, and got 1.",
        ),
    ]:
        with pytest.raises(SettingError) as caught:
            call()
        assert str(caught.value) == text
    with pytest.raises(StateError) as lost:
        s.StepLR(two_groups(pl), 1, last_epoch=3)
    assert str(lost.value) == (
        'StepLR: going on from step 3 needs "initial_lr" in group 0 of the optimizer.\n'
        " Load the optimizer's state before making the schedule."
    )
