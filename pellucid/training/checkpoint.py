"""Checkpoints: everything that a training needs to go on as if it had never stopped.

Weights, optimizer, schedule, random streams, the position in the data and the history stand in one
safetensors file, which is replaced whole: a program that dies while writing leaves the one before.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from pellucid._version import __version__
from pellucid.errors import FileFormatError, SettingError
from pellucid.tensor.random import default_generator
from pellucid.training.files import read_file, replace_file
from pellucid.training.history import History
from pellucid.training.identity import check_identity
from pellucid.training.tree import to_bytes

__all__ = ["Checkpoint", "read", "restore", "state_of"]

_FORMAT, _VERSION = "pellucid.checkpoint", 1
# A heartbeat: at most so much work is lost. Where writing takes long, it is done less often, so
# that it never costs more than a twentieth of the time.
BEAT, SHARE = 0.05, 20.0


class Checkpoint:
    """Writes a run's state now and then.

    Args:
        path: the file.
        identity: what must be the same in a run that goes on from it.
    """

    def __init__(self, path: str | PathLike[str], identity: Mapping[str, Any]) -> None:
        self.path, self.identity = Path(path), dict(identity)
        if self.path.is_dir():
            raise SettingError(
                f"checkpoint is a file, and {path} is a folder.\n"
                f" Name one in it: checkpoint={str(self.path / 'run.safetensors')!r}."
            )
        self.written, self.wait = time.perf_counter(), BEAT

    def when_due(self, run: Any) -> None:
        """Write, if the last time is long enough ago."""
        if time.perf_counter() - self.written >= self.wait:
            self.write(run)

    def write(self, run: Any) -> None:
        """Write now."""
        start = time.perf_counter()
        replace_file(self.path, to_bytes({**state_of(run), "identity": self.identity}))
        self.written = time.perf_counter()
        self.wait = max(BEAT, SHARE * (self.written - start))


def state_of(run: Any) -> dict[str, Any]:
    """Everything that decides how a run goes on, as plain data."""
    history = run.history.to_dict()
    history["step_loss"] = np.asarray(history["step_loss"], np.float64)
    return {
        "format": _FORMAT,
        "version": _VERSION,
        "pellucid": __version__,
        "model": run.model.state_dict(),
        "best": dict(run.history.best_weights),
        "optimizer": run.optimizer.state_dict(),
        "schedule": run.pace.state(),
        "callbacks": [_state(c) for c in run.callbacks],
        "random": {"layers": default_generator.get_state(), "order": run.order_state},
        "loader": _loader_state(run),
        "at": [run.epoch, run.position, run.loss_sum, run.rows_seen],
        "gathered": run.gathered.state(),
        "history": history,
        "seconds": run.seconds(),
        "engine": "numpy" if run.compiled is None else "xla",
    }


def read(path: str | PathLike[str], identity: Mapping[str, Any]) -> dict[str, Any]:
    """The state in a checkpoint file.

    Raises:
        FileFormatError: the file is damaged or no checkpoint.
        StateError: it belongs to another training; names the first difference.
    """
    state = read_file(path)
    if state.get("format") != _FORMAT:
        raise FileFormatError(f"{path} is not a checkpoint of fit.")
    if state["version"] != _VERSION:
        raise FileFormatError(
            f"{path} has version {state['version']}, and this pellucid reads version {_VERSION}.\n"
            " Go on with the pellucid that wrote it."
        )
    check_identity(path, state["identity"], identity)
    return state  # type: ignore[no-any-return]


def restore(run: Any, state: Mapping[str, Any]) -> None:
    """Put a run where its checkpoint was; what it has gathered of an epoch comes separately."""
    run.model.load_state_dict(state["model"])
    run.optimizer.load_state_dict(state["optimizer"])
    run.pace.restore(state["schedule"])
    for callback, held in zip(run.callbacks, state["callbacks"], strict=False):
        if held:
            callback.load_state_dict(held)
    history = {**state["history"], "step_loss": state["history"]["step_loss"].tolist()}
    settings, notes = run.history.settings, run.history.notes
    run.history = History(**history)
    run.history.settings, run.history.notes = settings, notes
    run.history.best_weights = {k: t.numpy() for k, t in state["best"].items()}
    run.epoch, run.position, run.loss_sum, run.rows_seen = state["at"]
    run.before = state["seconds"]
    run.order_state = state["random"]["order"]
    run.order.set_state(run.order_state)
    default_generator.set_state(state["random"]["layers"])
    generator = getattr(getattr(run.train, "loader", None), "generator", None)
    if generator is not None and state["loader"] is not None:
        generator.set_state(state["loader"])


def _state(callback: Any) -> Any:
    return callback.state_dict() if hasattr(callback, "state_dict") else {}


def _loader_state(run: Any) -> Any:
    generator = getattr(getattr(run.train, "loader", None), "generator", None)
    return None if generator is None else generator.get_state()
