"""One operation as it ran, and what several of them are told of as."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pellucid.doctor.step import Activity
from pellucid.doctor.watching.library import Again

__all__ = ["Ran", "Whole"]


@dataclass(frozen=True)
class Whole:
    """A module that is told of as one call, such as a recurrent layer.

    Attributes:
        name: of the call.
        path: of the module.
    """

    name: str
    path: str


@dataclass
class Ran:
    """One operation as it ran.

    Attributes:
        name: as PyTorch calls it.
        path: the module it ran in.
        inputs: keys of its tensors.
        outputs: keys of its results.
        shapes: of its tensors.
        shape: of its first result.
        settings: its plain arguments.
        inside: whether it ran inside the network.
        again: runs it anew.
        group: what it is a part of.
        line: the user's line.
        figures: of its first result.
        inner: the operations that were folded into it.
        net: whether the network's output or a layer stands behind it.
        fixed: whether only parameters stand behind it.
        channels: whether its units are on the second axis.
        taken: names of the parameters it takes.
        sources: places of operations it takes, DATA and TARGET among them.
    """

    name: str
    path: str
    inputs: list[int]
    outputs: list[int]
    shapes: list[tuple[int, ...]]
    shape: tuple[int, ...]
    settings: dict[str, Any]
    inside: bool
    again: Again
    group: Any = None
    line: str = ""
    figures: Activity | None = None
    inner: list[Ran] = field(default_factory=list)
    net: bool = False
    fixed: bool = False
    channels: bool = False
    taken: tuple[str, ...] = ()
