"""What is shown while a training runs: lines where nothing can redraw, a bar where it can."""

from __future__ import annotations

import io
import re
import sys
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.training import build_mlp
from pellucid.training.progress import Lines, Terminal, choose_progress

X = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)


def train(**options: Any) -> Any:
    pl.manual_seed(0)
    return pl.fit(build_mlp(2, 2, hidden=(4,)), (X, Y), **{"epochs": 40, **options})


def test_lines_for_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    history = train()
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == "" and len(lines) == 10
    assert [line.split("  ")[0] for line in lines] == [f"epoch {4 * i}/40" for i in range(1, 11)]
    last = f"loss {history.train_loss[-1]:.4f}  validation {history.validation_loss[-1]:.4f}"
    assert lines[-1] == f"epoch 40/40  {last}  accuracy {100 * history.validation_metric[-1]:.1f} %"
    assert re.search(r"\d:\d\d left$", lines[0])


def test_an_early_end_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    train(callbacks=[lambda run: run.stop("enough") if run.epoch == 5 else None])
    assert [line[:10] for line in capsys.readouterr().err.splitlines()] == [
        "epoch 4/40", "epoch 5/40",
    ]  # fmt: skip


def test_silence(capsys: pytest.CaptureFixture[str]) -> None:
    train(progress=False)
    assert capsys.readouterr() == ("", "")


def test_an_object_of_ones_own() -> None:
    class Mine:
        def __init__(self) -> None:
            self.calls: list[Any] = []

        def start(self, total_epochs: int) -> None:
            self.calls.append(total_epochs)

        def update(self, epoch: int, step: int, loss: float, **more: Any) -> None:
            self.calls.append((epoch, step, sorted(more)))

        def finish(self) -> None:
            self.calls.append("finish")

    mine = Mine()
    train(progress=mine, epochs=3, batch_size=16)
    names = ["metric", "metric_name", "rows_per_second", "seconds_left", "val_loss"]
    ends = [c for c in mine.calls if isinstance(c, tuple) and c[1] % 2 == 0]
    assert mine.calls[0] == 3 and mine.calls[-1] == "finish"
    assert ends[-3:] == [(1, 2, names), (2, 4, names), (3, 6, names)]


def test_finish_is_said_after_an_error_too() -> None:
    class Mine(Lines):
        finished = False

        def finish(self) -> None:
            self.finished = True

    def fail(run: Any) -> None:
        raise ZeroDivisionError

    mine = Mine(io.StringIO())
    with pytest.raises(ZeroDivisionError):
        train(progress=mine, callbacks=[fail])
    assert mine.finished


def test_a_terminal_gets_a_bar() -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    train(progress=Terminal(screen))
    text = screen.getvalue()
    assert "epoch 40/40" in text and "accuracy" in text and "rows/s" in text


def test_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(choose_progress(None), Lines)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert isinstance(choose_progress(True), Terminal)


def test_a_run_that_stops_early_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    noise = np.random.default_rng(1).integers(0, 2, 40)
    pl.fit(build_mlp(2, 2, hidden=(4,)), (X, noise), epochs=500, patience=2, lr=0.1)
    last = capsys.readouterr().err.splitlines()[-1]
    assert re.fullmatch(r"epoch \d+/500 .*  stopped", last) and " left" not in last


def test_lines_are_told_of_whole_epochs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pellucid.training.loop.REDRAW", 0.0)  # told as often as can be
    seen = io.StringIO()
    history = train(progress=Lines(seen), epochs=2, batch_size=16)
    for line, loss in zip(seen.getvalue().splitlines(), history.train_loss, strict=True):
        assert f"loss {loss:.4f}" in line
