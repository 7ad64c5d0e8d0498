"""The small language in which slopes are written: "2(ŷ − y)/n", "[x > 0]", "y·(1 − y)".

A formula is read once and can then be shown with symbols, shown with numbers, and evaluated. What
an explanation shows is evaluated first: a formula that does not give the slope that the engine
found is never shown.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pellucid.lenses.numerals import bracketed

__all__ = ["COMPARISONS", "FUNCTIONS", "Formula", "Meaning"]

# At the start of an expression a negative number needs no brackets, unless it is raised to a power.
_SPARE = re.compile(r"(^|[(\[|]|, |if )\((−[^()]*)\)(?![²³^])")
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = 1, 2, 3, 4, 5


def _normal(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "clip": lambda v, limit: max(-limit, min(limit, v)),
    "cos": math.cos, "cosh": math.cosh, "exp": math.exp, "ln": math.log, "max": max, "min": min,
    "sign": lambda v: math.copysign(1.0, v) if v else 0.0, "sin": math.sin, "sinh": math.sinh,
    "tan": math.tan,
    "tanh": math.tanh, "σ": lambda v: 0.5 * math.tanh(0.5 * v) + 0.5,
    "Φ": lambda v: 0.5 * (1 + math.erf(v / math.sqrt(2))), "φ": _normal,
}  # fmt: skip
_CONSTANTS = {"π": math.pi}
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt, "<": operator.lt, "=": operator.eq, "≤": operator.le, "≥": operator.ge,
}  # fmt: skip


class Meaning(NamedTuple):
    """What a variable stands for: how it is called, and its value; whole numbers stay whole."""

    symbol: str
    value: float | int

    @property
    def shown(self) -> str:
        """The value as it stands inside a formula."""
        whole = isinstance(self.value, int)
        return bracketed(self.value) if not whole else str(self.value).replace("-", "−")


@dataclass(frozen=True)
class Formula:
    """A node of the tree of a formula.

    Attributes:
        kind: "number", "variable", "call", "if", "bracket", "size", "negative", "spread", "root",
            "power", "near" (a product without a sign), "compare", or the sign of an operation.
        word: the number, the name of the variable or function.
        parts: the operands.
    """

    kind: str
    word: str = ""
    parts: tuple[Formula, ...] = ()

    @property
    def strength(self) -> int:
        """How tightly it holds together; weaker operands need brackets."""
        return {
            "+": _SUM, "−": _SUM, "if": 0, "negative": _SIGN, "·": _PRODUCT, "/": _PRODUCT,
            "near": _PRODUCT, "power": _POWER, "compare": 0,
        }.get(self.kind, _ATOM)  # fmt: skip

    def variables(self) -> set[str]:
        """The variables that occur in it."""
        own = {self.word} if self.kind == "variable" else set()
        return own.union(*(p.variables() for p in self.parts))

    def simplified(self, meanings: Mapping[str, Meaning]) -> Formula:
        """Without division by a count of 1."""
        parts = tuple(p.simplified(meanings) for p in self.parts)
        counted = self.kind == "/" and parts[1] == Formula("variable", "n")
        if counted and "n" in meanings and meanings["n"].value == 1:
            return parts[0]
        return Formula(self.kind, self.word, parts)

    def symbols(self, meanings: Mapping[str, Meaning]) -> str:
        """The text with the names of things."""
        return self._text(lambda w: meanings[w].symbol if w in meanings else w)

    def numbers(self, meanings: Mapping[str, Meaning]) -> str:
        """The text with the numbers plugged in."""
        return _SPARE.sub(r"\1\2", self._text(lambda w: meanings[w].shown if w in meanings else w))

    def value(self, meanings: Mapping[str, Meaning]) -> float:
        """The number that it gives; NaN where it gives none."""
        try:
            return self._value({k: m.value for k, m in meanings.items()})
        except (ArithmeticError, ValueError, KeyError):
            return math.nan

    def _text(self, name: Callable[[str], str]) -> str:
        parts = [p._text(name) for p in self.parts]
        if self.kind == "number":
            return self.word
        if self.kind == "variable":
            return name(self.word)
        if self.kind == "call":
            return f"{self.word}({', '.join(parts)})"
        if self.kind in _WRAPPED:
            form, strength = _WRAPPED[self.kind]
            return form.format(self._operand(0, parts, strength))
        if self.kind == "if":
            return f"{parts[0]} if {parts[1]} else {parts[2]}"
        if self.kind == "power":
            raised = {"2": "²", "3": "³"}.get(parts[1])
            base = self._operand(0, parts, _ATOM)
            base = f"({base})" if base.startswith("−") else base
            return base + (raised or f"^{self._operand(1, parts, _ATOM)}")
        return self._operation(parts)

    def _operation(self, parts: list[str]) -> str:
        if self.kind == "compare":
            signs = self.word.split()
            return parts[0] + "".join(f" {s} {p}" for s, p in zip(signs, parts[1:], strict=True))
        left = self._operand(0, parts, self.strength)
        right = self._operand(1, parts, self.strength + (self.kind in "−/"))
        if self.kind == "near":  # 2(a − b), 2x; with numbers plugged in, 2·0.5
            close = right.startswith("(") or (left[-1].isdigit() and right[:1].isalpha())
            return f"{left}{right}" if close else f"{left}·{right}"
        return f"{left} {self.kind} {right}" if self.kind in "+−" else f"{left}{self.kind}{right}"

    def _operand(self, i: int, parts: list[str], strength: int) -> str:
        return f"({parts[i]})" if self.parts[i].strength < strength else parts[i]

    def _value(self, at: Mapping[str, float]) -> float:
        if self.kind == "number":
            return float(self.word)
        if self.kind == "variable":
            return at[self.word] if self.word in at else _CONSTANTS[self.word]
        if self.kind == "if":
            return self.parts[0 if self.parts[1]._value(at) else 2]._value(at)
        values = [p._value(at) for p in self.parts]
        if self.kind == "call":
            return float(FUNCTIONS[self.word](*values))
        if self.kind == "compare":
            signs = self.word.split()
            pairs = zip(signs, values, values[1:], strict=False)
            return float(all(COMPARISONS[sign](a, b) for sign, a, b in pairs))
        return _OPERATIONS[self.kind](*values)


_WRAPPED = {
    "bracket": ("[{}]", 0), "size": ("|{}|", 0), "negative": ("−{}", _PRODUCT),
    "spread": ("±{}", _ATOM), "root": ("√{}", _ATOM),
}  # fmt: skip
_OPERATIONS: Mapping[str, Callable[..., float]] = {
    "+": operator.add, "−": operator.sub, "·": operator.mul, "near": operator.mul,
    "/": operator.truediv, "power": operator.pow, "negative": operator.neg, "root": math.sqrt,
    "size": abs, "bracket": float, "spread": float,
}  # fmt: skip
