"""Ctrl-C at any moment of `fit`: the best weights and the history so far are there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pellucid as pl
from tests.training.small import QUIET, line, mlp

SCRIPT = """
import sys, time
import numpy as np
import pellucid as pl
from pellucid.training import build_mlp

engine = sys.argv[1]
x = np.random.default_rng(0).normal(size=(3000, 4)).astype(np.float32)
y = (x[:, 0] * x[:, 1]).astype(np.float32)
pl.manual_seed(0)
net = build_mlp(4, 1, hidden=(16, 16))
begin = [p.numpy().copy() for p in net.state_dict().values()]
room = sys.modules["pellucid.training.fit"]
prepare = room.prepare
room.prepare = lambda run: print("ready", flush=True) or prepare(run)
history = pl.fit(net, (x, y), epochs=100_000, batch_size=29, engine=engine, progress=False,
                 callbacks=[lambda run: print("epoch", flush=True) or time.sleep(0.001)])
assert history.stopped == "interrupted", history.stopped
assert len(history.validation_loss) == history.epochs == len(history.train_metrics.get("r2", []))
wanted = begin
if history.epochs:
    assert history.best_loss == min(history.validation_loss)
    wanted = list(history.best_weights.values())
now = [p.numpy() for p in net.state_dict().values()]
if history.epochs:
    assert all((a == b).all() for a, b in zip(now, wanted, strict=True))
assert all(np.isfinite(a).all() for a in now)
assert history.steps >= history.epochs * 83 and repr(history)
print("kept", history.epochs, history.steps, flush=True)
"""


@pytest.mark.slow  # whole processes, some of which compile
@pytest.mark.skipif(sys.platform == "win32", reason="signals are others on Windows")
@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_ctrl_c_at_any_moment(engine: str) -> None:
    root = Path(__file__).resolve().parents[2]
    draw = random.Random()  # other moments in every run: each must do
    kept = []
    for most in (0.05, 1.0, 3.0, 0.05, 1.0, None):
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, engine], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )  # fmt: skip
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        if most is None:  # however long a busy machine takes to come so far
            assert process.stdout.readline() == "epoch\n"
        else:
            time.sleep(draw.uniform(0.0, most))
        process.send_signal(signal.SIGINT)
        said, wrong = process.communicate(timeout=120)
        assert process.returncode == 0, wrong
        kept.append(said.splitlines()[-1].split())
    assert all(words[0] == "kept" for words in kept)
    assert int(kept[-1][2]) > 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others on Windows")
@pytest.mark.parametrize("room", ["_Kinds.sorted", "_Makers.values"])
def test_ctrl_c_before_a_population_trains(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps are traced and starts drawn before anything is compiled."""
    home = sys.modules["pellucid.training.populate"]
    kind, name = room.split(".")
    usual = getattr(getattr(home, kind), name)

    def pressed(*given: object) -> object:
        if not done:
            done.append(1)
            os.kill(os.getpid(), signal.SIGINT)
        return usual(*given)

    done: list[int] = []
    monkeypatch.setattr(getattr(home, kind), name, pressed)
    x, y = line(50)
    found = pl.population(lambda: mlp(3, 4, 1), (x, y), seeds=2, epochs=3, **QUIET)
    assert done and len(found) == 0
    assert repr(found) == "Population(stopped by hand before the first step)"
    again = pl.population(lambda: mlp(3, 4, 1), (x, y), seeds=2, epochs=3, **QUIET)
    assert again.stopped == ["finished"] * 2
