"""A training that was cut off goes on as if it never was, bit for bit, however it was cut off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import FileFormatError, SettingError, StateError
from pellucid.training import Callback, EarlyStopping, build_mlp
from pellucid.training import checkpoint as checkpoints
from pellucid.utils.data import DataLoader, TensorDataset

X = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def model() -> Any:
    pl.manual_seed(0)
    return build_mlp(2, 2, hidden=(8, 8), dropout=0.2)


def train(path: Path | None = None, data: Any = None, **options: Any) -> tuple[Any, list[Any]]:
    net = model()
    options = {
        "epochs": 8, "batch_size": 16, "lr": 0.01, "schedule": "cosine", "optimizer": "adamw",
        "metrics": ["accuracy"], "progress": False, "checkpoint": path, **options,
    }  # fmt: skip
    before = pl.get_rng_state()
    history = pl.fit(net, (X, Y) if data is None else data, **options)
    assert (pl.get_rng_state() == before).all()  # a person's own stream stays where it was
    return history, [t.numpy() for t in net.state_dict().values()]


class Cut(Callback):
    """Ends the run as a power cut would, at a step; what stands in the file is all there is."""

    def __init__(self, step: int) -> None:
        self.at = step

    def on_step_end(self, run: Any) -> None:
        if run.step == self.at:
            raise RuntimeError("cut")


def equal(a: tuple[Any, list[Any]], b: tuple[Any, list[Any]]) -> bool:
    weights = all((u == v).all() for u, v in zip(a[1], b[1], strict=True))
    clocks = ("seconds", "epoch_seconds", "settings")
    left, right = a[0].to_dict(), b[0].to_dict()
    return weights and all(left[k] == right[k] for k in left if k not in clocks)


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write after every step, so that every place to go on from is tried."""
    monkeypatch.setattr(checkpoints, "BEAT", 0.0)
    monkeypatch.setattr(checkpoints, "SHARE", 0.0)


@pytest.mark.parametrize("step", [1, 4, 5, 6, 17, 39])
def test_going_on_is_never_having_stopped(tmp_path: Path, always: None, step: int) -> None:
    whole = train()
    path = tmp_path / "run.safetensors"
    with pytest.raises(RuntimeError):
        train(path, callbacks=[Cut(step)])
    # the cut came before the file of its own step was written
    assert len(pl.load(path)["history"]["step_loss"]) == step - 1 if step > 1 else True
    assert equal(train(path, resume=True), whole)


def test_a_run_cut_again_and_again(tmp_path: Path, always: None) -> None:
    path = tmp_path / "run.safetensors"
    for step in (3, 9, 10, 11, 25):
        with pytest.raises(RuntimeError):
            train(path, callbacks=[Cut(step)], resume=True)
    assert equal(train(path, resume=True), train())


def test_interrupted_and_taken_up_later(tmp_path: Path) -> None:
    def press(run: Any) -> None:
        if run.epoch == 3 and not run.before:
            raise KeyboardInterrupt

    path = tmp_path / "run.safetensors"
    first = train(path, callbacks=[press])[0]
    assert first.stopped == "interrupted" and first.epochs == 3
    assert equal(train(path, resume=True, callbacks=[press]), train())


def test_an_interrupt_inside_a_step_leaves_the_file_of_the_step_before(
    tmp_path: Path, always: None
) -> None:
    calls = 0

    def loss(outputs: Any, y: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 9:
            raise KeyboardInterrupt
        return nn.functional.cross_entropy(outputs, y)

    path = tmp_path / "run.safetensors"
    options: dict[str, Any] = {"loss": loss, "validation": 0}
    first = train(path, **options)[0]
    assert first.stopped == "interrupted" and first.steps == 8
    assert equal(train(path, resume=True, **options), train(**options))


def test_more_patience_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    options: dict[str, Any] = {"lr": 0.0, "epochs": 20, "schedule": None}
    assert train(path, patience=3, **options)[0].epochs == 4
    assert train(path, patience=3, resume=True, **options)[0].epochs == 4
    assert train(path, patience=6, resume=True, **options)[0].epochs == 7


def test_a_finished_run_is_given_back_and_can_be_made_longer(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    options = {"schedule": None}
    done = train(path, **options)
    assert equal(train(path, resume=True, **options), done)
    longer = train(path, resume=True, epochs=12, **options)
    assert equal(longer, train(epochs=12, **options))


def test_callbacks_and_optimizers_remember(tmp_path: Path, always: None) -> None:
    def options() -> dict[str, Any]:
        return {"epochs": 30, "lr": 0.0, "callbacks": [EarlyStopping(patience=6)], "schedule": None}

    path = tmp_path / "run.safetensors"
    whole = train(**options())
    cut = options()
    cut["callbacks"].append(Cut(18))
    with pytest.raises(RuntimeError):
        train(path, **cut)
    again = train(path, resume=True, **options())
    assert equal(again, whole) and again[0].epochs == 7


@pytest.mark.parametrize("own", [False, True])
def test_a_loader_goes_on_at_the_end_of_an_epoch(tmp_path: Path, always: None, own: bool) -> None:
    def loader() -> Any:
        generator = pl.Generator().manual_seed(4) if own else None
        return DataLoader(TensorDataset(X, Y), 16, shuffle=True, generator=generator)

    path = tmp_path / "run.safetensors"
    options: dict[str, Any] = {"schedule": None, "validation": (X[:20], Y[:20])}
    whole = train(data=loader(), **options)
    with pytest.raises(RuntimeError):
        train(path, data=loader(), callbacks=[Cut(20)], **options)
    assert len(pl.load(path)["history"]["step_loss"]) == 14  # two epochs of seven
    assert equal(train(path, data=loader(), resume=True, **options), whole)


def test_the_file_is_whole_at_any_moment(tmp_path: Path, always: None) -> None:
    path = tmp_path / "run.safetensors"

    class Look(Callback):
        def on_step_end(self, run: Any) -> None:
            if run.step > 1:
                assert pl.load(path)["format"] == "pellucid.checkpoint"
            assert [p.name for p in tmp_path.iterdir() if p != path] == []

    train(path, callbacks=[Look()], epochs=2)


def test_writing_takes_little_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a slow write, the next one waits twenty times as long."""
    path = tmp_path / "run.safetensors"
    monkeypatch.setattr(checkpoints, "replace_file", lambda *_: time.sleep(0.02))
    writer = checkpoints.Checkpoint(path, {})
    monkeypatch.setattr(checkpoints, "state_of", lambda run: {})
    writer.write(None)
    assert 0.4 <= writer.wait < 2.0


# ---- kill -9 ------------------------------------------------------------------------------------

SCRIPT = """
import sys, time
import numpy as np
import pellucid as pl
from pellucid.training import build_mlp, checkpoint

checkpoint.BEAT, checkpoint.SHARE = 0.0, 0.0
path, out, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
x = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
y = (x[:, 0] * x[:, 1] > 0).astype(int)
pl.manual_seed(0)
net = build_mlp(2, 2, hidden=(8, 8), dropout=0.2)
print("ready", flush=True)
history = pl.fit(net, (x, y), epochs=60, batch_size=16, checkpoint=path, resume=True,
                 progress=False, callbacks=[lambda run: time.sleep(pause)])
pl.save({"weights": net.state_dict(), "loss": history.step_loss}, out)
"""


def start(path: Path, out: Path, pause: float) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(path), str(out), str(pause)],
        stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_kill_9_at_any_moment(tmp_path: Path) -> None:
    path, out, other = (tmp_path / n for n in ("run.safetensors", "out", "whole"))
    for wait in (0.05, 0.17, 0.31):
        process = start(path, out, pause=0.02)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(wait)
        patience = time.monotonic() + 60  # a busy machine takes longer to the first heartbeat
        while wait == 0.31 and not path.exists() and time.monotonic() < patience:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    assert not out.exists() and pl.load(path)["format"] == "pellucid.checkpoint"
    for target, file in ((out, path), (other, tmp_path / "new.safetensors")):
        process = start(file, target, pause=0.0)
        process.communicate()
        assert process.returncode == 0
    a, b = pl.load(out), pl.load(other)
    assert a["loss"] == b["loss"]
    assert all((a["weights"][k] == b["weights"][k]).all() for k in b["weights"])


# ---- mistakes -----------------------------------------------------------------------------------


def test_another_training_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    train(path, epochs=1)
    for options, text in [
        ({"batch_size": 32}, "batch_size was 16 there, is 32 here."),
        ({"lr": 0.02}, "lr was 0.01 there, is 0.02 here."),
        ({"optimizer": "adam"}, "optimizer was AdamW there, is Adam here."),
        ({"data": (X + 1, Y)}, "train data was "),
    ]:
        with pytest.raises(StateError) as caught:
            train(path, epochs=1, resume=True, **options)  # type: ignore[arg-type]
        assert str(caught.value).startswith(f"{path} belongs to another training: {text}")
        assert str(caught.value).endswith(
            "\n Use the same data and settings, or begin anew with resume=False."
        )


def test_a_file_that_is_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    pl.save(nn.Linear(1, 1), path)
    with pytest.raises(FileFormatError) as caught:
        train(path, resume=True)
    assert str(caught.value) == f"{path} is not a checkpoint of fit."
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(FileFormatError, match="is not a whole safetensors file"):
        train(path, resume=True)
    with pytest.raises(SettingError, match=r"checkpoint is a file, and .* is a folder"):
        train(tmp_path)


def test_a_later_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.safetensors"
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "_VERSION", 2)
        train(path, epochs=1)
    with pytest.raises(FileFormatError) as caught:
        train(path, epochs=1, resume=True)
    assert str(caught.value) == (
        f"{path} has version 2, and this pellucid reads version 1.\n"
        " Go on with the pellucid that wrote it."
    )


def test_without_a_file_it_begins(tmp_path: Path) -> None:
    assert equal(train(tmp_path / "new" / "run.safetensors", resume=True), train())
