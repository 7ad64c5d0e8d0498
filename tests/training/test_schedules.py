"""Schedules in `fit` give the rates of the loop by hand, on both engines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import SettingError
from pellucid.optim import lr_scheduler as schedules
from tests.training.small import QUIET, X, Y, mlp

MAKERS: dict[str, Any] = {
    "StepLR": lambda o: schedules.StepLR(o, 2, 0.5),
    "MultiStepLR": lambda o: schedules.MultiStepLR(o, [1, 3], 0.5),
    "ExponentialLR": lambda o: schedules.ExponentialLR(o, 0.9),
    "ConstantLR": lambda o: schedules.ConstantLR(o, 0.5, 3),
    "LinearLR": lambda o: schedules.LinearLR(o, 0.2, 1.0, 4),
    "CosineAnnealingLR": lambda o: schedules.CosineAnnealingLR(o, 4),
    "LambdaLR": lambda o: schedules.LambdaLR(o, lambda t: 1 / (1 + t)),
    "SequentialLR": lambda o: schedules.SequentialLR(
        o, [schedules.LinearLR(o, 0.5, total_iters=2), schedules.ExponentialLR(o, 0.5)], [2]
    ),
    "PolynomialLR": lambda o: schedules.PolynomialLR(o, 5, 2.0),
    "MultiplicativeLR": lambda o: schedules.MultiplicativeLR(o, lambda t: 0.8),
    "CosineAnnealingWarmRestarts": lambda o: schedules.CosineAnnealingWarmRestarts(o, 3),
    "ChainedScheduler": lambda o: schedules.ChainedScheduler(
        [schedules.ConstantLR(o, 0.5, 3), schedules.ExponentialLR(o, 0.9)]
    ),
    "OneCycleLR": lambda o: schedules.OneCycleLR(o, 0.1, total_steps=30, cycle_momentum=False),
    "CyclicLR": lambda o: schedules.CyclicLR(o, 0.01, 0.1, 3, cycle_momentum=False),
    "ReduceLROnPlateau": lambda o: schedules.ReduceLROnPlateau(o, patience=0, threshold=0.3),
}
EPOCHS, STEPS = 6, 4  # of 50 rows in batches of 15: the last one is shorter


def by_hand(make: Any, each: str, losses: Any) -> list[float]:
    """The rate of each epoch's last step, had one written the loop."""
    optimizer = pl.optim.SGD(mlp(3, 4, 1).parameters(), lr=0.1)
    schedule, rates = make(optimizer), []
    for epoch in range(EPOCHS):
        for _ in range(STEPS):
            optimizer._stepped = True
            if each == "step":
                schedule.step()
        rates.append(optimizer.param_groups[0]["lr"])
        if each == "loss":
            schedule.step(losses[epoch])
        elif each == "epoch":
            schedule.step()
    return rates


def run(engine: str, make: Any, **more: Any) -> pl.History:
    return pl.fit(
        mlp(3, 4, 1), (X, Y), epochs=EPOCHS, batch_size=15, lr=0.1, optimizer="sgd", schedule=make,
        validation=0, engine=engine, **more, **QUIET,
    )  # fmt: skip


def test_every_schedule_is_here() -> None:
    assert set(MAKERS) == set(schedules.__all__) - {"LRScheduler"}


@pytest.mark.parametrize("name", MAKERS)
def test_the_rates_are_those_of_the_loop(name: str) -> None:
    each = {"OneCycleLR": "step", "CyclicLR": "step", "ReduceLROnPlateau": "loss"}
    history = run("numpy", MAKERS[name])
    wanted = by_hand(MAKERS[name], each.get(name, "epoch"), history.train_loss)
    assert history.learning_rate == pytest.approx(wanted, rel=1e-9) and len(set(wanted)) > 1


@pytest.mark.parametrize(
    ("name", "each"),
    [("LinearLR", "step"), ("OneCycleLR", None), ("SequentialLR", None), ("CyclicLR", "epoch"),
     ("ReduceLROnPlateau", None)],
)  # fmt: skip
def test_the_compiled_engine_has_the_same_rates(name: str, each: str | None) -> None:
    a, b = (run(e, MAKERS[name], schedule_each=each) for e in ("numpy", "xla"))
    assert a.learning_rate == b.learning_rate
    np.testing.assert_allclose(a.step_loss, b.step_loss, rtol=1e-4)
    if each is not None:
        assert b.learning_rate == pytest.approx(by_hand(MAKERS[name], each, None), rel=1e-9)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    (
        {"schedule_each": "batch", "schedule": MAKERS["StepLR"]},
        "schedule_each is 'step' or 'epoch', for a schedule of your own, not 'batch'.",
    ),
    (
        {"schedule_each": "step", "schedule": "cosine"},
        "schedule_each goes with a schedule of your own: schedule=lambda optimizer: ….",
    ),
    (
        {"schedule_each": "step", "schedule": MAKERS["ReduceLROnPlateau"]},
        "ReduceLROnPlateau looks at the loss of an epoch: leave schedule_each out.",
    ),
    (
        {"schedule": MAKERS["StepLR"](pl.optim.SGD([pl.zeros(1, requires_grad=True)], lr=1.0))},
        "schedule moves the rate of another optimizer than the one that fit uses.\n"
        " Give that one too: fit(…, optimizer=optimizer, schedule=schedule).",
    ),
]


@pytest.mark.parametrize(("given", "text"), MISTAKES)
def test_mistakes(given: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingError) as error:
        pl.fit(mlp(3, 4, 1), (X, Y), epochs=1, **given, **QUIET)
    assert str(error.value) == text
