"""A run goes on from a file of the same training only; what differs is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import StateError
from pellucid.optim import lr_scheduler as schedules
from tests.training.small import blobs, same, weights

X, Y = blobs(40)
STEPS = 3  # an epoch's: 32 rows, 12 at a time
REMEDY = "\n Use the same data and settings, or begin anew with resume=False."


def train(path: Path | None, act: Any = None, **options: Any) -> tuple[list[float], list[Any]]:
    pl.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 4), act or nn.ReLU(), nn.Linear(4, 3))
    options = {"epochs": 2, "batch_size": 12, "lr": 0.01, "engine": "numpy", **options}
    history = pl.fit(net, (X, Y), checkpoint=path, progress=False, doctor=False, **options)
    return history.train_loss, weights(net)


def step_by(gamma: float) -> Any:
    return lambda optimizer: schedules.StepLR(optimizer, 1, gamma)


def chain(gamma: float) -> Any:
    return lambda o: schedules.SequentialLR(
        o, [schedules.ConstantLR(o, 0.5, 1), schedules.ExponentialLR(o, gamma)], [1]
    )


OTHERS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {"act": nn.Tanh()}, "layer 1 was ReLU() there, is Tanh() here."),
    (
        {"act": nn.Dropout(0.2)},
        {"act": nn.Dropout(0.4)},
        "layer 1 was Dropout(p=0.2) there, is Dropout(p=0.4) here.",
    ),
    (
        {"loss": nn.CrossEntropyLoss()},
        {"loss": nn.CrossEntropyLoss(label_smoothing=0.3)},
        "loss setting label_smoothing was the default there, is 0.3 here.",
    ),
    (
        {"class_weight": [1, 2, 4]},
        {},
        "loss setting class_weight was [1.0, 2.0, 4.0] there, is the default here.",
    ),
    (
        {"schedule": step_by(0.9)},
        {"schedule": step_by(0.1)},
        "StepLR's gamma was 0.9 there, is 0.1 here.",
    ),
    (
        {"schedule": chain(0.9)},
        {"schedule": chain(0.5)},
        "SequentialLR's gamma was 0.9 there, is 0.5 here.",
    ),
]


@pytest.mark.parametrize(("first", "second", "text"), OTHERS)
def test_other_settings_are_refused(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any], text: str
) -> None:
    path = tmp_path / "run.safetensors"
    train(path, **first)
    with pytest.raises(StateError) as error:
        train(path, **second, epochs=4, resume=True)
    assert str(error.value) == f"{path} belongs to another training: {text}{REMEDY}"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"act": nn.LeakyReLU(0.3)},
        {"loss": nn.CrossEntropyLoss(label_smoothing=0.3)},
        {"class_weight": "balanced"},
        {"schedule": step_by(0.9)},
        {"schedule": chain(0.9)},
        {"schedule": "plateau"},
        {"schedule": lambda o: schedules.LambdaLR(o, lambda epoch: 0.9**epoch)},
        {"schedule": lambda o: schedules.MultiStepLR(o, [1, 3], 0.5)},
        {"schedule": lambda o: schedules.CosineAnnealingWarmRestarts(o, 2)},
    ],
)
def test_the_same_settings_go_on_to_more_epochs(tmp_path: Path, options: dict[str, Any]) -> None:
    path = tmp_path / "run.safetensors"
    train(path, **options)
    longer, whole = train(path, **options, epochs=5, resume=True), train(None, **options, epochs=5)
    assert longer[0] == whole[0] and same(longer[1], whole[1])


def test_a_loss_by_name_is_the_module_with_its_usual_settings(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    train(path, loss=nn.CrossEntropyLoss())
    assert len(train(path, loss="cross_entropy", epochs=3, resume=True)[0]) == 3


@pytest.mark.parametrize("epochs", [2, 6])
def test_a_schedule_that_spans_the_run_keeps_its_length(tmp_path: Path, epochs: int) -> None:
    path = tmp_path / "run.safetensors"

    def one_cycle(total: int) -> Any:
        return lambda o: schedules.OneCycleLR(o, 0.1, total_steps=total)

    for schedule, other, told in [
        ("cosine", "cosine", "CosineAnnealingLR, spans all of them (T_max"),
        (
            one_cycle(4 * STEPS), one_cycle(epochs * STEPS),
            "OneCycleLR, spans all of them (total_steps",
        ),
    ]:  # fmt: skip
        done = train(path, schedule=schedule, epochs=4)
        with pytest.raises(StateError) as error:
            train(path, schedule=other, epochs=epochs, resume=True)
        assert str(error.value) == (
            f"{path} holds a training of 4 epochs, and this one has {epochs}: its schedule, {told}"
            f" was {4 * STEPS} there, is {epochs * STEPS} here), so its rates would be others from"
            " the first epoch on.\n Give epochs=4 as before, or train on without resume=True: fit"
            " the trained model anew, with a schedule for the epochs to come."
        )
        again = train(path, schedule=schedule, epochs=4, resume=True)
        assert again[0] == done[0] and same(again[1], done[1])


def test_what_an_older_file_does_not_state_is_not_compared(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    train(path, class_weight="balanced", schedule=step_by(0.9))
    state = pl.load(path)
    del state["identity"]["layer"], state["identity"]["loss setting"]
    pl.save(state, path)
    with pytest.raises(StateError, match=r"StepLR's gamma was 0\.9 there, is 0\.1 here"):
        train(path, schedule=step_by(0.1), epochs=3, resume=True)  # its own state says so
    assert len(train(path, act=nn.Tanh(), schedule=step_by(0.9), epochs=3, resume=True)[0]) == 3


def test_a_schedule_of_ones_own_may_move_what_it_was_made_with(
    tmp_path: Path,
) -> None:
    class Halving(schedules.LRScheduler):
        def __init__(self, optimizer: Any, rate: float) -> None:
            self.rate = rate
            super().__init__(optimizer)

        def get_lr(self) -> list[Any]:
            self.rate /= 2
            return [self.rate for _ in self.optimizer.param_groups]

    path = tmp_path / "run.safetensors"
    train(path, schedule=lambda o: Halving(o, 0.1))
    longer = train(path, schedule=lambda o: Halving(o, 0.1), epochs=4, resume=True)
    whole = train(None, schedule=lambda o: Halving(o, 0.1), epochs=4)
    assert longer[0] == whole[0] and same(longer[1], whole[1])


def test_layers_are_told_by_their_settings(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    inner = nn.ModuleDict({"a": nn.Linear(4, 4, bias=False), "b": nn.ELU(0.5)})
    train(path, act=nn.Sequential(inner["a"], inner["b"]))
    assert pl.load(path)["identity"]["layer"] == {
        "model": "Sequential()", "0": "Linear(in_features=2, out_features=4)",
        "1": "Sequential()", "1.0": "Linear(in_features=4, out_features=4, bias=None)",
        "1.1": "ELU(alpha=0.5)", "2": "Linear(in_features=4, out_features=3)",
    }  # fmt: skip
    train(path, act=nn.utils.parametrizations.weight_norm(nn.Linear(4, 4)))
    told = pl.load(path)["identity"]["layer"]
    assert told["1.parametrizations"] == "ModuleDict()"  # `modules` is what it does there


class _Scaled(nn.Module):
    """A loss of a person's own, with a function and numbers among its settings."""

    def __init__(self, scale: Any, way: Any = np.mean) -> None:
        super().__init__()
        self.scale, self.way = scale, way

    def forward(self, outputs: Any, y: Any) -> Any:
        return nn.functional.cross_entropy(outputs, y) * float(np.sum(self.scale))


def test_settings_of_a_loss_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    many = np.ones(40, np.float32)
    train(path, loss=_Scaled(many))
    train(path, loss=_Scaled(many.copy()), epochs=3, resume=True)
    with pytest.raises(
        StateError, match=r"loss setting scale was \(40,\) \w{8} there, is 2.0 here"
    ):
        train(path, loss=_Scaled(2.0), epochs=4, resume=True)
    with pytest.raises(StateError, match="loss setting way was the default there, is sum here"):
        train(path, loss=_Scaled(many, np.sum), epochs=4, resume=True)
