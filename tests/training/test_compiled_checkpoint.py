"""A compiled training that was cut off goes on bit for bit, wherever it was cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import StateError
from pellucid.training import build_mlp
from pellucid.training import checkpoint as checkpoints

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(103, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
ENGINES = pytest.mark.parametrize("engine", ["numpy", "xla"])


def train(engine: str, path: Path | None = None, **more: Any) -> tuple[Any, list[Any]]:
    pl.manual_seed(0)
    net = build_mlp(4, 2, hidden=(8, 8), dropout=0.2)
    options = {
        "epochs": 6, "batch_size": 8, "lr": 0.01, "schedule": "cosine", "optimizer": "adamw",
        "clip_norm": 1.0, "progress": False, "checkpoint": path, "engine": engine, **more,
    }  # fmt: skip
    history = pl.fit(net, (X, Y), **options)
    return history, [t.numpy() for t in net.state_dict().values()]


def equal(a: tuple[Any, list[Any]], b: tuple[Any, list[Any]]) -> bool:
    clocks = ("seconds", "epoch_seconds", "settings")
    left, right = a[0].to_dict(), b[0].to_dict()
    assert {k: (left[k], right[k]) for k in left if k not in clocks and left[k] != right[k]} == {}
    return all((u == v).all() for u, v in zip(a[1], b[1], strict=True))


class Cut(Exception):
    pass


def cut_after(monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    """The lights go out after so many checkpoints."""
    monkeypatch.setattr(checkpoints, "BEAT", 0.0)
    monkeypatch.setattr(checkpoints, "SHARE", 0.0)
    write, left = checkpoints.Checkpoint.write, [writes]

    def counted(self: Any, run: Any) -> None:
        write(self, run)
        left[0] -= 1
        if left[0] == 0:
            raise Cut

    monkeypatch.setattr(checkpoints.Checkpoint, "write", counted)


@ENGINES
@pytest.mark.parametrize(
    "writes", [pytest.param(n, marks=[] if n == 3 else pytest.mark.slow) for n in (1, 3, 4, 9)]
)
def test_going_on_is_never_having_stopped(
    engine: str, writes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(engine)
    path = tmp_path / "run"
    with monkeypatch.context() as patch:
        cut_after(patch, writes)
        with pytest.raises(Cut):
            train(engine, path)
    steps = len(pl.load(path)["history"]["step_loss"])
    assert 0 < steps < whole[0].steps
    assert equal(train(engine, path, resume=True), whole)


@pytest.mark.slow
@ENGINES
def test_in_the_middle_of_an_epoch(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(engine)
    per_epoch = whole[0].steps // 6
    path, seen = tmp_path / "run", set()
    with monkeypatch.context() as patch:
        for _ in range(4):
            cut_after(patch, 2)
            with pytest.raises(Cut):
                train(engine, path, resume=True)
            seen.add(len(pl.load(path)["history"]["step_loss"]) % per_epoch)
            patch.undo()
    assert seen - {0}  # at least once, it was the middle
    assert equal(train(engine, path, resume=True), whole)


@pytest.mark.slow
@ENGINES
def test_longer_than_planned(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "run"
    train(engine, path, epochs=2, schedule=None)
    longer = train(engine, path, resume=True, epochs=4, schedule=None)
    assert equal(longer, train(engine, epochs=4, schedule=None))


def test_another_engine_is_another_training(tmp_path: Path) -> None:
    path = tmp_path / "run"
    train("numpy", path, epochs=1)
    with pytest.raises(StateError) as caught:
        train("xla", path, epochs=1, resume=True)
    assert str(caught.value) == (
        f"{path} holds a training on the numpy engine, and xla rounds in another way: it would not"
        " be the same training.\n Leave `engine` out, or begin anew with resume=False."
    )


@pytest.mark.parametrize(("first", "then"), [("auto", "numpy"), ("xla", "auto")])
def test_the_engine_that_was_chosen_may_be_named(first: str, then: str, tmp_path: Path) -> None:
    path = tmp_path / "run"
    train(first, path, epochs=2, schedule=None)
    longer = train(then, path, resume=True, epochs=4, schedule=None)
    assert pl.load(path)["engine"] == {"auto": "numpy"}.get(first, first)
    assert equal(longer, train(first, epochs=4, schedule=None))


@ENGINES
def test_what_is_kept_does_not_change_later(engine: str) -> None:
    """The best weights are those of the best epoch, not of the last."""
    history, _ = train(engine, epochs=8, lr=0.2, schedule=None)
    again = train(engine, epochs=history.best_epoch, lr=0.2, schedule=None)[0]
    assert history.best_epoch < 8
    for a, b in zip(history.best_weights.values(), again.best_weights.values(), strict=True):
        np.testing.assert_array_equal(a, b)
