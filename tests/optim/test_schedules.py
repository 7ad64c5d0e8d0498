"""Schedules give PyTorch's rates, also after saving, and say when they are called too early."""

from __future__ import annotations

import json
import warnings
from functools import partialmethod
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
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, total_iters=12, power=2.0),
    "PolynomialLR straight": lambda s, o: s.PolynomialLR(o),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda t: 0.95),
    "Restarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 4),
    "Restarts, longer": lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, 2, 0.01),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, [2.0, 1.0], total_steps=60),
    "OneCycleLR in three": lambda s, o: s.OneCycleLR(
        o, 2.0, epochs=6, steps_per_epoch=10, three_phase=True, anneal_strategy="linear"
    ),
    "OneCycleLR, rate alone": lambda s, o: s.OneCycleLR(
        o,
        2.0,
        total_steps=60,
        cycle_momentum=False,
        pct_start=0.1,
        div_factor=5.0,
        final_div_factor=10.0,
    ),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.1, 1.0, 5),
    "CyclicLR, halved": lambda s, o: s.CyclicLR(o, [0.1, 0.2], [1.0, 2.0], 5, 3, "triangular2"),
    "CyclicLR, fading": lambda s, o: s.CyclicLR(o, 0.1, 1.0, 4, 6, "exp_range", 0.97),
    "CyclicLR, one's own": lambda s, o: s.CyclicLR(
        o, 0.1, 1.0, 4, scale_fn=lambda x: 1 / x, cycle_momentum=False
    ),
    "SWALR": lambda s, o: swa(s).SWALR(o, 0.05, 5),
    "SWALR straight": lambda s, o: swa(s).SWALR(o, [0.05, 0.6], 5, "linear"),
    "SWALR at once": lambda s, o: swa(s).SWALR(o, 0.05, 0),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler(
        [s.LinearLR(o, 0.2, total_iters=5), s.CosineAnnealingLR(o, 11), s.StepLR(o, 7, 0.5)]
    ),
    "SequentialLR of many kinds": lambda s, o: s.SequentialLR(
        o,
        [s.ConstantLR(o, 0.1, 10), s.CosineAnnealingLR(o, 9, 0.02), s.PolynomialLR(o, 20)],
        milestones=[3, 30],
    ),
    "SequentialLR of chains": lambda s, o: s.SequentialLR(
        o,
        [s.ChainedScheduler([s.ConstantLR(o, 0.5, 3), s.ExponentialLR(o, 0.9)]), s.StepLR(o, 2)],
        milestones=[6],
    ),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o,
        [s.LinearLR(o, 0.1, total_iters=4), s.StepLR(o, 3), s.ExponentialLR(o, 0.5)],
        milestones=[4, 11],
    ),
}
STEPS = 50
NOT_SAVED = ("LambdaLR", "MultiplicativeLR", "CyclicLR, one's own")  # functions are no data
NO_EPOCHS = ("SequentialLR", "ChainedScheduler")  # their step takes none


def swa(schedulers: Any) -> Any:
    return pl.optim.swa_utils if schedulers is pl.optim.lr_scheduler else TORCH[0].optim.swa_utils


TORCH: list[Any] = []


@pytest.fixture(autouse=True)
def _remember_torch(request: pytest.FixtureRequest) -> None:
    if "torch" in request.fixturenames:
        TORCH[:] = [request.getfixturevalue("torch")]


def two_groups(lib: Any, rule: str = "SGD", **options: Any) -> Any:
    a, b = lib.zeros(1, requires_grad=True), lib.zeros(1, requires_grad=True)
    groups = [{"params": [a]}, {"params": [b], "lr": 0.3}]
    return getattr(lib.optim, rule)(groups, lr=1.0, **options)


def now(optimizer: Any) -> list[float]:
    """Rates and momenta."""
    groups = optimizer.param_groups
    return [g["lr"] for g in groups] + [g.get("momentum", g.get("betas", [0])) for g in groups]


def rates(lib: Any, make: Any, rule: str = "SGD", epochs: Any = None) -> list[list[float]]:
    optimizer = two_groups(lib, rule)
    schedule = make(lib.optim.lr_scheduler, optimizer)
    found = []
    for step in range(STEPS) if epochs is None else epochs:
        found.append(now(optimizer))
        assert found[-1][:2] == schedule.get_last_lr()
        optimizer.step()
        schedule.step(*(() if epochs is None else (step,)))
    return [[x[0] if isinstance(x, tuple) else x for x in line] for line in found]


@pytest.mark.filterwarnings("ignore:.*scheduler.step.*:UserWarning")
@pytest.mark.parametrize("name", MAKERS)
def test_the_rates_are_pytorchs(torch: Any, name: str) -> None:
    jumps = [1, 2, 3, 7, 4, 4, 20, 3, 11, 2]
    for case in ({}, {"rule": "Adam"}, {"epochs": jumps}):
        if "epochs" in case and name.startswith(NO_EPOCHS):
            continue
        ours, theirs = rates(pl, MAKERS[name], **case), rates(torch, MAKERS[name], **case)
        for a, b in zip(ours, theirs, strict=True):
            assert a == pytest.approx(b, rel=1e-9, abs=1e-13)


@pytest.mark.filterwarnings("ignore:.*scheduler.step.*:UserWarning")
@pytest.mark.parametrize("name", [n for n in MAKERS if not n.startswith(("Seq", "Chain"))])
def test_going_on_from_a_step_is_pytorchs(torch: Any, name: str, monkeypatch: Any) -> None:
    """With `last_epoch`, on an optimizer that was loaded; and from a state of PyTorch's."""
    found, states = [], []
    for lib in (pl, torch):
        optimizer = two_groups(lib)
        schedule = MAKERS[name](lib.optim.lr_scheduler, optimizer)
        for _ in range(9):
            optimizer.step()
            schedule.step()
        again = two_groups(lib)
        again.load_state_dict(optimizer.state_dict())
        states.append((schedule.state_dict(), again.state_dict()))
        kind = type(schedule)
        with monkeypatch.context() as patch:
            patch.setattr(kind, "__init__", partialmethod(kind.__init__, last_epoch=9))
            schedule = MAKERS[name](lib.optim.lr_scheduler, again)
        found.append(_walked(again, schedule))
    assert found[0] == pytest.approx(found[1], rel=1e-9, abs=1e-13)
    assert set(states[0][0]) == set(states[1][0])
    if name in NOT_SAVED:
        return
    taken_over = []
    for state, steps in states:
        optimizer = two_groups(pl)
        schedule = MAKERS[name](pl.optim.lr_scheduler, optimizer)
        schedule.load_state_dict(state)
        optimizer.load_state_dict(steps)
        taken_over.append(_walked(optimizer, schedule))
    assert taken_over[0] == pytest.approx(taken_over[1], rel=1e-9, abs=1e-13)


def _walked(optimizer: Any, schedule: Any) -> list[float]:
    rates = []
    for _ in range(15):
        rates += [g["lr"] for g in optimizer.param_groups]
        optimizer.step()
        schedule.step()
    return rates


@pytest.mark.parametrize("name", [n for n in MAKERS if n not in NOT_SAVED])
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
    schedule.load_state_dict(saved[0])
    optimizer.load_state_dict(saved[1])
    rest = []
    for _ in range(9, STEPS):
        rest.append(now(optimizer))
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


def test_a_callable_object_is_saved_with_what_it_holds(torch: Any) -> None:
    class Falling:
        def __init__(self, by: float) -> None:
            self.by = by

        def __call__(self, t: float) -> float:
            return float(self.by**t)

    for lib in (pl, torch):
        s = lib.optim.lr_scheduler
        for make in (
            lambda o, f, s=s: s.LambdaLR(o, f),
            lambda o, f, s=s: s.CyclicLR(o, 0.1, 1.0, 4, scale_fn=f, scale_mode="iterations"),
        ):
            saved = make(two_groups(lib, momentum=0.9), Falling(0.5)).state_dict()
            rule = Falling(0.9)
            schedule = make(two_groups(lib, momentum=0.9), rule)
            schedule.load_state_dict(saved)
            assert rule.by == 0.5


def test_a_step_that_is_named_is_deprecated_as_in_pytorch() -> None:
    optimizer = two_groups(pl)
    schedule = pl.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    with pytest.warns(PellucidWarning) as caught:
        schedule.step(3)
    assert optimizer.param_groups[0]["lr"] == 0.125 and schedule.last_epoch == 3
    assert str(caught[0].message) == (
        "scheduler.step(epoch) is deprecated, as in PyTorch: a schedule counts by itself.\n"
        " Call scheduler.step(); to go on from a step, load the schedule's state."
    )


def test_a_group_that_joins_late_is_watched_too() -> None:
    optimizer = two_groups(pl)
    schedule = pl.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=0.05)
    optimizer.add_param_group({"params": [pl.zeros(1, requires_grad=True)], "lr": 0.4})
    schedule.step(1.0)
    assert not schedule.in_cooldown
    schedule.step(2.0)
    assert schedule.get_last_lr() == pytest.approx([0.1, 0.05, 0.05])


def test_mistakes_in_cycles_are_answered() -> None:
    s, u, sgd = pl.optim.lr_scheduler, pl.optim.swa_utils, two_groups(pl)
    for call, text in [
        (
            lambda: s.OneCycleLR(two_groups(pl, "Adagrad"), 1.0, total_steps=5),
            "OneCycleLR changes the momentum, and Adagrad has none.\n"
            " Give cycle_momentum=False to change the rate alone.",
        ),
        (
            lambda: s.OneCycleLR(sgd, 1.0, epochs=3),
            "OneCycleLR needs total_steps, or epochs and steps_per_epoch.",
        ),
        (
            lambda: s.OneCycleLR(sgd, 1.0, total_steps=0),
            "OneCycleLR: total_steps must be a whole number from 1, not 0.",
        ),
        (
            lambda: s.OneCycleLR(sgd, 1.0, total_steps=5, anneal_strategy="cosine"),
            "OneCycleLR: anneal_strategy must be 'cos' or 'linear', not 'cosine'.",
        ),
        (
            lambda: s.OneCycleLR(sgd, [1.0], total_steps=5),
            "OneCycleLR: 1 values of max_lr for 2 groups; give one, or one per group.",
        ),
        (
            lambda: [c._update_lr() for c in [s.OneCycleLR(sgd, 1.0, total_steps=2)] * 3],
            "OneCycleLR was made for 2 steps, and this is step 3.\n"
            " Give as many total_steps as all epochs have batches.",
        ),
        (
            lambda: s.CyclicLR(sgd, 0.1, 1.0, mode="square"),
            "CyclicLR: mode must be 'triangular', 'triangular2' or 'exp_range', not 'square'; or"
            " give a scale_fn.",
        ),
        (
            lambda: s.CosineAnnealingWarmRestarts(sgd, 0),
            "CosineAnnealingWarmRestarts: T_0 must be a whole number from 1, not 0.",
        ),
        (
            lambda: s.CosineAnnealingWarmRestarts(sgd, 2).step(-1),
            "CosineAnnealingWarmRestarts: epoch must be 0 or more, not -1.",
        ),
        (
            lambda: s.MultiplicativeLR(sgd, 0.5),
            "MultiplicativeLR: lr_lambda is a function of the number of steps, not 0.5.",
        ),
        (lambda: s.ChainedScheduler([]), "ChainedScheduler needs at least one schedule."),
        (
            lambda: s.ChainedScheduler([s.StepLR(sgd, 1), s.StepLR(two_groups(pl), 1)]),
            "ChainedScheduler: a schedule was made on another optimizer.\n"
            " Make all of them on the optimizer whose rates they change.",
        ),
        (
            lambda: s.SequentialLR(sgd, [s.StepLR(sgd, 1), s.ReduceLROnPlateau(sgd)], [1]),
            "SequentialLR can't hold a ReduceLROnPlateau, whose step needs a figure to look at.\n"
            " Call its step(figure) by itself.",
        ),
        (
            lambda: u.SWALR(sgd, 0.1, anneal_epochs=-1),
            "SWALR: anneal_epochs must be a whole number from 0, not -1.",
        ),
    ]:
        with pytest.raises(SettingError) as caught:
            call()
        assert str(caught.value) == text
