"""One line of the worksheet: what is to be found, how, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pellucid.lenses.numerals import number, signed

__all__ = ["Step"]

Phase = Literal["forward", "backward", "update", "result", "slope"]
_TOLERANCE = 0.01
_FLOOR = 1e-3  # below it, one percent of a number is too small a distance to ask of a person


@dataclass(frozen=True)
class Step:
    """One number to find.

    Attributes:
        phase: "forward", "backward", "update" or "result"; "slope" for what stands beside a blame.
        what: its name: "h1[0]", "blame of h1[0]", "new 0.weight[0, 1]".
        symbols: how it is found, with names; "" where the equation stands elsewhere.
        plugged: the same with numbers.
        value: the number.
        op: what makes it.
        sentence: the same in words.
    """

    phase: Phase
    what: str
    symbols: str
    plugged: str
    value: float
    op: str = ""
    sentence: str = ""

    def answer(self, given: float) -> str:
        """Whether a number is right: "Yes", or what it is and why."""
        if abs(given - self.value) <= _TOLERANCE * max(abs(self.value), _FLOOR):
            return "Yes"
        steps = dict.fromkeys(
            x for x in (self.what, self.symbols, self.plugged, number(self.value)) if x
        )
        return f"Not yet: it is {signed(self.value)}, because {' = '.join(steps)}."

    def to_dict(self, place: int, answers: bool) -> dict[str, Any]:
        """The step as data; without its answer where that is to be found."""
        open_ = {"step": place, "phase": self.phase, "what": self.what, "op": self.op,
                 "symbols": self.symbols}  # fmt: skip
        if not answers:
            return open_
        return {**open_, "plugged": self.plugged, "value": self.value, "sentence": self.sentence}
