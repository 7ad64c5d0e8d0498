"""`watch`: the doctor looks on while a loop trains, and reports when it ends."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pellucid.doctor.diagnose import diagnose
from pellucid.doctor.report import Report
from pellucid.doctor.seen import Seen
from pellucid.doctor.trials.runner import Runner
from pellucid.doctor.watching.aside import unseen
from pellucid.doctor.watching.filling import case_of, seen_of
from pellucid.doctor.watching.library import Library
from pellucid.doctor.watching.ours import Ours
from pellucid.doctor.watching.watcher import Watcher
from pellucid.errors import SettingError

__all__ = ["Watched", "shown", "watch", "watching"]


_ELSE = {
    "torch": "For a network of PyTorch's: from pellucid.bridges import torch as bridge, then"
    " bridge.watch(…).",
    "pellucid": "For a network of ours: pellucid.doctor.watch(…).",
}


class Watched(Report):
    """A report that is written when the loop has ended."""

    def __init__(self) -> None:
        pass

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_") or name == "fill" or self.__dict__:
            return super().__getattribute__(name)
        raise SettingError(
            f"report.{name} is known when the `with` block has ended: the doctor is still watching."
            "\n Look at the report after the block."
        )

    def fill(self, report: Report) -> None:
        """Become the report."""
        self.__dict__.update(report.__dict__)


@contextmanager
def watch(
    model: Any = None, optimizer: Any = None, loss_fn: Any = None, *, trials: bool = True,
    seconds: float = 5.0, print: bool = False,
) -> Iterator[Report]:  # fmt: skip
    """Look on while a loop trains; when the block ends, the report says what is wrong.

    Nothing is changed by it: weights, losses and random streams are the same, bit for bit. The
    report keeps the network and up to 2,000 rows, so that `treat` can run it again on copies.

    Args:
        model: the network, or a list of them; whichever the program calls when None.
        optimizer: the optimizer, or a list of them; whichever steps when None.
        loss_fn: accepted for clarity; losses are recognized where they are called.
        trials: whether short runs on copies decide between causes when the loop has ended.
        seconds: how long they may take.
        print: whether the report is printed.

    Raises:
        SettingError: not a network or not an optimizer of ours.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> from pellucid.doctor.watch import watch
        >>> _ = pellucid.manual_seed(0)
        >>> x = pellucid.randn(64, 2)
        >>> y = (x[:, 0] * x[:, 1] > 0).long()
        >>> model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
        >>> optimizer = pellucid.optim.Adam(model.parameters(), lr=0.01)
        >>> with watch(model, optimizer, trials=False) as report:
        ...     for step in range(30):
        ...         optimizer.zero_grad()
        ...         loss = nn.functional.cross_entropy(model(x), y)
        ...         loss.backward()
        ...         optimizer.step()
        >>> report.seen.events.steps
        30
    """
    with watching(Ours(), model, optimizer, loss_fn, trials=trials, seconds=seconds) as report:
        yield report
    if print:
        shown(report)


@contextmanager
def watching(
    library: Library, model: Any, optimizer: Any, loss_fn: Any = None, *, trials: bool,
    seconds: float,
) -> Iterator[Watched]:  # fmt: skip
    """The same for any library."""
    report = Watched()
    models, optimizers = _several(model), _several(optimizer)
    _check(library, models, optimizers)
    watcher = Watcher(library, models, optimizers)
    watcher.begin()
    error = ""
    try:
        yield report
    except BaseException as problem:
        error = f"{type(problem).__name__}: {problem}"
        raise
    finally:
        watcher.end()
        with unseen(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seen = _seen(watcher, error)
            if trials:
                _give_trials(watcher, seen, seconds)
            report.fill(diagnose(seen))


def _seen(watcher: Watcher, error: str) -> Seen:
    """All that was seen; a training is not lost because the looking failed."""
    try:
        return seen_of(watcher, error)
    except Exception as problem:
        why = f"{type(problem).__name__}: {problem}"[:300]
        lacking = dict.fromkeys(("calls", "weights", "losses", "loss", "steps", "train"), why)
        return Seen(watcher.library.name, missing=lacking, finished=not error, error=error)


def _give_trials(watcher: Watcher, seen: Seen, seconds: float) -> None:
    try:
        case = case_of(watcher, seen)
    except Exception as error:
        seen.missing["trials"] = f"{type(error).__name__}: {error}"[:300]
        return
    if case is None:
        seen.missing.setdefault("trials", "the network's input or the targets could not be kept")
    else:
        seen.trials = Runner(case, seconds, seen.loss)


def _check(library: Library, models: list[Any], optimizers: list[Any]) -> None:
    name, other = library.name, "torch" if library.name == "pellucid" else "pellucid"
    for one in models:
        if not isinstance(one, library.lib.nn.Module):
            kind = f"{type(one).__module__.partition('.')[0]}'s {type(one).__name__}"
            raise SettingError(
                f"watch takes a {name}.nn.Module, or a list of them, not {kind}.\n {_ELSE[other]}"
            )
    for one in optimizers:
        if not hasattr(one, "register_step_pre_hook"):
            raise SettingError(
                f"watch takes an optimizer of {name}.optim second, not {type(one).__name__}.\n"
                " Call watch(model, optimizer)."
            )


def _several(given: Any) -> list[Any]:
    if given is None:
        return []
    if isinstance(given, Mapping):
        return list(given.values())
    return list(given) if isinstance(given, list | tuple) else [given]


def shown(report: Report) -> None:
    """Print a report."""
    print(report)
