"""What a rule found: the kind, the place, the numbers that show it, and what to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pellucid.doctor.kinds import KINDS, Kind

__all__ = ["Evidence", "Finding"]


@dataclass(frozen=True)
class Evidence:
    """A number, and the border that it crossed.

    Attributes:
        name: what was measured, such as "units that are zero on every row".
        value: the number that was seen; None where it was not a finite one.
        threshold: the border.
        source: where the border comes from: a paper, a tool, or "measured on the training rows".
        kind: how both are written: "number", "share", "count".
    """

    name: str
    value: float | None
    threshold: float | None = None
    source: str = ""
    kind: str = "number"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: its name in `KINDS`.
        text: what is wrong, in one sentence with the numbers of this run.
        layer: the path of the layer, empty for the whole run.
        step: the step at which it shows first, counted from 0; None for the whole run.
        line: where in the user's program, as "file.py:12"; empty where it isn't known.
        evidence: the numbers.
        why: why it hurts, in one sentence.
        fix: what to change, as code.
        sure: how sure it is, from 0 to 1.
        effect: how much of the training it spoils, from 0 (nothing yet) to 1 (all of it).
        also: further layers with the same fault.
        explained: kinds that it explains in this run, once ranked.

    Example:
        >>> found = Finding("dead_relu", "16 of 20 units of layer 1 are zero on every row.", "1")
        >>> found.about.title, found.layer
        ('Dead ReLU units', '1')
    """

    kind: str
    text: str
    layer: str = ""
    step: int | None = None
    line: str = ""
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    fix: str = ""
    sure: float = 0.9
    effect: float = 0.5
    also: tuple[str, ...] = ()
    explained: tuple[str, ...] = ()

    @property
    def about(self) -> Kind:
        """What is known of the kind."""
        return KINDS[self.kind]

    def to_dict(self) -> Mapping[str, Any]:
        """Plain data."""
        return {"title": self.about.title, **asdict(self)}
