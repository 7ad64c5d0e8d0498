"""What makes a training this one and no other: a run goes on from the file of the same one only."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from pellucid.errors import StateError
from pellucid.tensor.tensor import Tensor
from pellucid.training.sources import FromRows

__all__ = ["check_identity", "check_schedule", "identity_of"]

# What files of earlier versions don't state, and so is not compared with them.
_LATER = ("layer", "loss setting")
_FREE = ("epochs", "patience", "restore_best", "initial_lr", "engine")  # `keep_engine` asks for it
_REMEDY = " Use the same data and settings, or begin anew with resume=False."
_FEW = 16  # numbers that are told one by one
_UNKNOWN: Any = object()  # a setting that can't be compared, such as a lambda


def identity_of(run: Any) -> dict[str, Any]:
    """What must be the same when a training goes on: data, model and all that steers a step.

    The rules of a schedule stand in its own state; see `check_schedule`.
    """
    steering = {k: v for k, v in run.history.settings.items() if k not in _FREE}
    parts = {"train": run.train, "validation": run.held}
    digests = {
        f"{name} data": source.data.digest()
        for name, source in parts.items()
        if isinstance(source, FromRows)
    }
    return {
        **steering,
        **digests,
        "loss": run.history.loss_name,
        "weights": [list(p.shape) for p in run.model.parameters()],
        "layer": {name or "model": _told(m) for name, m in run.model.named_modules()},
        "loss setting": _of_loss(run.objective),
    }


def check_identity(path: Any, held: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    """Compare what a file states with a run.

    Raises:
        StateError: the file belongs to another training; names the first difference.
    """
    for name, value in here.items():
        if name in _LATER and name not in held:
            continue
        before = held.get(name)
        if not isinstance(value, Mapping):
            _same(path, name, before, value)
            continue
        missing = "the default" if name == "loss setting" else None
        for key in dict.fromkeys((*held[name], *value)):
            pair = held[name].get(key, missing), value.get(key, missing)
            _same(path, f"{name} {key}", *pair)


def check_schedule(path: Any, state: Mapping[str, Any], run: Any) -> None:
    """Compare the rules of a kept schedule with those of a run's.

    Raises:
        StateError: they differ; says so where the schedule spans all epochs, whose number differs.
    """
    if run.pace.schedule is None or not isinstance(state["schedule"], Mapping):
        return
    epochs = state["history"]["settings"].get("epochs"), run.plan.epochs
    for name, before, value in _differences(run.pace.schedule, state["schedule"]):
        if _spans(before, value, *epochs):
            raise StateError(
                f"{path} holds a training of {epochs[0]} epochs, and this one has {epochs[1]}: its"
                f" schedule, {type(run.pace.schedule).__name__}, spans all of them ({name} was"
                f" {before} there, is {value} here), so its rates would be others from the first"
                f" epoch on.\n Give epochs={epochs[0]} as before, or train on without resume=True:"
                " fit the trained model anew, with a schedule for the epochs to come."
            )
        _same(path, f"{type(run.pace.schedule).__name__}'s {name}", before, value)


def _same(path: Any, name: str, before: Any, value: Any) -> None:
    if before != value:
        raise StateError(
            f"{path} belongs to another training: {name} was {before} there, is {value} here.\n"
            + _REMEDY
        )


def _spans(before: Any, value: Any, there: Any, here: int) -> bool:
    """Whether a setting grew as the epochs did."""
    numbers = all(isinstance(n, int | float) for n in (before, value, there))
    return numbers and there != here and bool(before * here == value * there)


def _differences(schedule: Any, held: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name, value, _ in _settings(schedule, "pellucid."):
        before = next((held[k] for k in (name, f"_{name}") if k in held), _UNKNOWN)
        before = _plain(before)
        if before is not _UNKNOWN and before != value:
            yield name, before, value
    inner = getattr(schedule, "_schedulers", ())
    for part, state in zip(inner, held.get("_schedulers", ()), strict=False):
        yield from _differences(part, state)


# ---- settings as plain data ---------------------------------------------------------------------


def _of_loss(objective: Any) -> dict[str, Any]:
    """The settings of a loss that are not its usual ones."""
    chosen = objective.chosen
    if isinstance(chosen, partial):
        by_name = objective.name != "loss"  # a person's own partial has no name
        found = {k: _plain(v) for k, v in chosen.keywords.items()}
        return {
            ("class_weight" if by_name else k): v for k, v in found.items() if v is not _UNKNOWN
        }
    if inspect.isroutine(chosen):
        return {}
    return {name: value for name, value, usual in _settings(chosen) if value != usual}


def _told(module: Any) -> str:
    """A layer with the settings that are not the usual ones: `Dropout(p=0.2)`."""
    own = {name for name, _ in module.named_parameters(recurse=False)}
    own |= {name for name, _ in module.named_buffers(recurse=False)}
    told = ", ".join(
        f"{name}={value!r}"
        for name, value, usual in _settings(module)
        if name not in own and value != usual
    )
    return f"{type(module).__name__}({told})"


def _settings(made: Any, home: str = "") -> Iterator[tuple[str, Any, Any]]:
    """What an object was made with, where it keeps it by name: name, value, usual value.

    With `home`, by classes of modules so named only: a person's own schedule may move its settings.
    """
    seen = {"self", "optimizer", "last_epoch", "verbose"}
    for kind in type(made).__mro__:
        init = kind.__dict__.get("__init__")
        if not inspect.isfunction(init) or not kind.__module__.startswith(home):
            continue
        for name, parameter in inspect.signature(init).parameters.items():
            if name in seen or parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                continue
            seen.add(name)
            value = _plain(getattr(made, name, getattr(made, f"_{name}", _UNKNOWN)))
            if value is not _UNKNOWN:
                yield name, value, _plain(parameter.default)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Tensor | np.ndarray):
        array = value.detach().numpy() if isinstance(value, Tensor) else value
        if array.size <= _FEW:
            return array.tolist()
        return f"{array.shape} {zlib.crc32(np.ascontiguousarray(array).data):08x}"
    if isinstance(value, Mapping):
        value = [[str(k), v] for k, v in value.items()]
    if isinstance(value, tuple | list):
        found = [_plain(v) for v in value]
        return _UNKNOWN if any(v is _UNKNOWN for v in found) else found
    if inspect.ismethod(value):  # of the object itself, where a setting bears its name
        return _UNKNOWN
    name = getattr(value, "__name__", "<lambda>") if callable(value) else "<lambda>"
    return _UNKNOWN if "<lambda>" in name else name
