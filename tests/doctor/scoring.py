"""Programs run under the doctor's eyes, and how often it was right."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tests.doctor.programs.program import Program
from tests.doctor.programs.shelf import PROGRAMS

__all__ = ["Outcome", "Rates", "ran", "rates", "versions"]


@dataclass(frozen=True)
class Outcome:
    """What was said of one program.

    Attributes:
        name: of the program.
        version: "faulty", "repaired" or "healthy".
        lib: "torch" or "pellucid".
        kinds: what was found, in order.
        quality: how good the network became.
        seconds: with the watching and its trials.
        error: what broke, empty if nothing did.
        lines: each finding in a sentence.
    """

    name: str
    version: str
    lib: str
    kinds: tuple[str, ...]
    quality: float
    seconds: float
    error: str = ""
    lines: tuple[str, ...] = ()

    @property
    def program(self) -> Program:
        return PROGRAMS[self.name]

    @property
    def first(self) -> bool:
        """Whether the first finding names the mistake."""
        return bool(self.kinds) and self.kinds[0] in self.program.roots

    @property
    def some(self) -> bool:
        """Whether some finding does."""
        return any(kind in self.program.roots for kind in self.kinds)

    @property
    def true(self) -> int:
        """How many findings are true of the program."""
        if self.version != "faulty":
            return 0
        known = self.program.roots | self.program.accepted
        return sum(kind in known for kind in self.kinds)

    @property
    def missed(self) -> bool:
        """Whether something isn't as it should be."""
        if self.version == "faulty":
            return not self.first or self.true < len(self.kinds)
        return bool(self.kinds)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Rates:
    """How often the doctor was right, over some outcomes."""

    faulty: int
    first: float
    some: float
    precision: float
    sound: int
    alarms: float
    seconds: float
    errors: int


def rates(outcomes: Sequence[Outcome]) -> Rates:
    """The shares that matter.

    Args:
        outcomes: of any programs.
    """
    faulty = [o for o in outcomes if o.version == "faulty"]
    sound = [o for o in outcomes if o.version != "faulty"]
    said = sum(len(o.kinds) for o in outcomes)
    return Rates(
        len(faulty),
        _share([o.first for o in faulty]),
        _share([o.some for o in faulty]),
        sum(o.true for o in outcomes) / said if said else float("nan"),
        len(sound),
        _share([bool(o.kinds) for o in sound]),
        float(np.mean([o.seconds for o in outcomes])) if outcomes else float("nan"),
        sum(bool(o.error) for o in outcomes),
    )


def _share(hits: Sequence[bool]) -> float:
    return float(np.mean(hits)) if hits else float("nan")


def versions(program: Program) -> tuple[str, ...]:
    """How a program can be run."""
    return ("faulty", "repaired") if program.kind else ("healthy",)


def ran(program: Program, version: str, lib: str, seed: int = 0, seconds: float = 5.0) -> Outcome:
    """A program watched to its end.

    Args:
        program: which.
        version: "faulty", "repaired" or "healthy".
        lib: "torch" or "pellucid".
        seed: of the library's generator.
        seconds: how long trials may take; more on a machine that is busy with other things.
    """
    module, watch = _library(lib)
    reports: list[Any] = []

    @contextmanager
    def watched(model: Any, optimizer: Any, loss_fn: Any = None) -> Iterator[Any]:
        given = (loss_fn,) if lib == "torch" and loss_fn is not None else ()
        with watch(model, optimizer, *given, seconds=seconds) as report:
            reports.append(report)
            yield report

    began, quality, error = time.perf_counter(), float("nan"), ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            quality = program.run(module, wrong=version == "faulty", watch=watched, seed=seed)
        except Exception as reason:  # whatever breaks is a row of the table
            error = f"{type(reason).__name__}: {reason}"[:300]
    kinds = tuple(reports[0].findings) if reports and not error else ()
    lines = tuple(f.text for f in reports[0].details) if kinds else ()
    took = time.perf_counter() - began
    return Outcome(program.name, version, lib, kinds, quality, took, error, lines)


def _library(lib: str) -> tuple[Any, Any]:
    if lib == "torch":
        import torch

        from pellucid.bridges import torch as bridge

        return torch, bridge.watch
    import pellucid
    from pellucid.doctor import watch

    return pellucid, watch
