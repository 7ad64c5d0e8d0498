"""What is called when, who may stop a run, and that Ctrl-C loses nothing."""

from __future__ import annotations

import os
import signal
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import SettingError
from pellucid.training import Callback, EarlyStopping, build_mlp

X = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
Y = X.sum(1)


def train(**options: Any) -> tuple[Any, Any]:
    pl.manual_seed(0)
    model = build_mlp(2, 1, hidden=(4,))
    options = {"epochs": 3, "batch_size": 16, "progress": False, **options}
    return model, pl.fit(model, (X, Y), **options)


def test_the_order_of_calls() -> None:
    seen: list[Any] = []

    class All(Callback):
        def on_fit_start(self, run: Any) -> None:
            seen.append(("start", run.epoch, run.step))

        def on_epoch_start(self, run: Any) -> None:
            seen.append("epoch")

        def on_step_end(self, run: Any) -> None:
            seen.append(run.loss == run.history.step_loss[-1])

        def on_epoch_end(self, run: Any) -> None:
            seen.append(("epoch end", run.epoch, run.step))

        def on_fit_end(self, run: Any) -> None:
            seen.append(run.history.stopped)

    train(epochs=2, callbacks=[All()])
    assert seen == [
        ("start", 0, 0), "epoch", True, True, ("epoch end", 1, 2),
        "epoch", True, True, ("epoch end", 2, 4), "finished",
    ]  # fmt: skip


def test_a_function_is_called_after_each_epoch_and_may_stop() -> None:
    def enough(run: Any) -> None:
        if run.epoch == 2:
            run.stop("good enough")

    _, history = train(callbacks=[enough])
    assert history.epochs == 2 and history.stopped == "good enough"
    assert history.ended == "Stopped at epoch 2: good enough."


def test_patience() -> None:
    _, history = train(lr=0.0, epochs=50, patience=4)
    assert history.epochs == 5 and history.best_epoch == 1 and history.stopped == "patience"
    assert history.ended == "Stopped at epoch 5: no better for 4 epochs."


def test_patience_is_off_where_epochs_were_given_and_on_where_not() -> None:
    assert train(lr=0.0, epochs=50)[1].epochs == 50
    history = train(lr=0.0, epochs=None)[1]
    assert history.settings["epochs"] == 300 and history.settings["patience"] == 60
    assert history.epochs == 61
    assert train(lr=0.0, epochs=None, patience=0)[1].epochs == 300


def test_early_stopping_by_a_metric() -> None:
    _, history = train(lr=0.0, epochs=50, callbacks=[EarlyStopping(patience=3, monitor="r2")])
    assert history.epochs == 4 and history.stopped == "r2 no better for 3 epochs"
    with pytest.raises(SettingError) as caught:
        train(callbacks=[EarlyStopping(monitor="accuracy")])
    assert str(caught.value) == "EarlyStopping: no metric 'accuracy' here. Known: loss, r2."
    with pytest.raises(SettingError) as caught:
        EarlyStopping(patience=0)
    assert str(caught.value) == "EarlyStopping: patience must be 1 or more, not 0."


class Press(Callback):
    """Presses Ctrl-C at a step, so many times."""

    def __init__(self, step: int, times: int = 1) -> None:
        self.at, self.times = step, times

    def on_step_end(self, run: Any) -> None:
        if run.step == self.at:
            for _ in range(self.times):
                os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_stops_after_the_step_and_keeps_the_best() -> None:
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        model, history = train(epochs=9, callbacks=[Press(5)])
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert history.stopped == "interrupted" and history.steps == 5 and history.epochs == 2
    assert history.ended == "Stopped at epoch 2 by hand."
    best = history.best_weights.values()
    for held, kept in zip(model.state_dict().values(), best, strict=True):
        assert (held.numpy() == kept).all()


def test_ctrl_c_twice_leaves_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            train(epochs=9, callbacks=[Press(5, times=2)])
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupt_raised_inside_is_a_stop() -> None:
    def press(run: Any) -> None:
        raise KeyboardInterrupt

    _, history = train(callbacks=[press])
    assert history.stopped == "interrupted" and history.epochs == 1


def test_an_interrupt_ends_restarts() -> None:
    def press(run: Any) -> None:
        raise KeyboardInterrupt

    _, history = train(callbacks=[press], restarts=5)
    assert history.stopped == "interrupted" and len(history.restarts) == 1
