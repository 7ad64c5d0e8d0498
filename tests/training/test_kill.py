"""`kill -9` at any moment: the file is whole, little is lost, and the end is the same."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import pellucid as pl

SCRIPT = """
import sys, time
import numpy as np
import pellucid as pl
from pellucid.training import build_mlp, checkpoint

path, out, engine = sys.argv[1:]
checkpoint.SHARE = 0.0  # a heartbeat, however slow the disk
write = checkpoint.Checkpoint.write

def told(self, run):
    write(self, run)
    print(run.step, time.monotonic(), flush=True)

checkpoint.Checkpoint.write = told
x = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)
y = (x[:, 0] * x[:, 1] > 0).astype(int)
pl.manual_seed(0)
net = build_mlp(4, 2, hidden=(8, 8), dropout=0.2)
print("ready", flush=True)
history = pl.fit(net, (x, y), epochs=130, batch_size=16, checkpoint=path, resume=True,
                 engine=engine, schedule="cosine", progress=False,
                 callbacks=[lambda run: time.sleep(0.008)])
pl.save({"weights": net.state_dict(), "loss": history.step_loss}, out)
"""
KILLS = {"numpy": 3, "xla": 5}
LATE = 1.0  # seconds: far more than a heartbeat, for machines that are busy with other things


def start(path: Path, out: Path, engine: str) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(path), str(out), engine],
        stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip


def killed(path: Path, out: Path, engine: str, wait: float) -> tuple[int, float]:
    """Kill a training some time after its first checkpoint: its last word, and how old it was."""
    process = start(path, out, engine)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    words = process.stdout.readline()
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    now = time.monotonic()
    lines = (words + process.stdout.read()).splitlines()
    process.wait()
    process.stdout.close()
    whole = [line.split() for line in lines if line.count(".") == 1 and line[-1] != "."]
    step, moment = whole[-1]
    return int(step), now - float(moment)


def state(path: Path) -> Any:
    found = pl.load(path)
    assert found["format"] == "pellucid.checkpoint"
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_kill_9_at_any_moment(engine: str, tmp_path: Path) -> None:
    path, out, other = (tmp_path / n for n in ("run", "out", "whole"))
    draw, before, firsts = random.Random(), 0, set()  # other moments in every run: each must do
    for _ in range(KILLS[engine]):
        step, age = killed(path, out, engine, draw.uniform(0.0, 0.2))
        held = len(state(path)["history"]["step_loss"])
        assert held >= step >= before  # what was written is there, and it went on from there
        firsts.add(step)
        assert age < LATE  # and no more than a heartbeat is missing
        before = held
    assert not out.exists() and len(firsts) > 1
    runs = [start(path, out, engine), start(tmp_path / "new", other, engine)]
    for process in runs:
        process.communicate()
        assert process.returncode == 0
    a, b = pl.load(out), pl.load(other)
    assert a["loss"] == b["loss"] and len(a["loss"]) > before
    assert all((a["weights"][k] == b["weights"][k]).all() for k in b["weights"])
