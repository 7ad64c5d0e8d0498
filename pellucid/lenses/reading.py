"""Reads the formulas that records write for their slopes; what is prose is left as prose."""

from __future__ import annotations

import re
from functools import cache

from pellucid.lenses.formula import COMPARISONS, FUNCTIONS, Formula

__all__ = ["read"]

_TOKEN = re.compile(
    r"\s*(?:\d+(?:\.\d+)?|⁻?[ᵇᵖᵗˣ](?:⁻[¹²])?|[^\W\d_ᵇᵖᵗˣ²³½]+[′\u0302\u0304]*|[−+±·/^()\[\]|<>=≤≥²³½√,])"
)
_RAISED = {"ᵇ": "b", "ᵖ": "p", "ᵗ": "t", "ˣ": "x"}


@cache
def read(text: str) -> Formula | None:
    """The formula that a text spells; None if it is not one.

    Example:
        >>> from pellucid.lenses.formula import Meaning
        >>> slope = read("2(a − b)/n")
        >>> at = {"a": Meaning("ŷ", 0.0), "b": Meaning("y", 1.0), "n": Meaning("n", 4)}
        >>> slope.symbols(at), slope.numbers(at), slope.value(at)
        ('2(ŷ − y)/n', '2(0.0 − 1.0)/4', -0.5)
        >>> read("1 where taken") is None
        True
    """
    try:
        reader = _Reader(_tokens(text))
        found = reader.choice()
        return found if reader.done() else None
    except SyntaxError:
        return None


def _tokens(text: str) -> list[tuple[str, bool]]:
    """The tokens, and whether a space stands before each: "2x" is a product, "1 where" is prose."""
    tokens, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise SyntaxError(text)
        tokens.append((match.group().strip(), match.group()[0].isspace()))
        at = match.end()
    return tokens


_TWO = Formula("number", "2")


class _Reader:
    """Reads tokens by descending through the rules of precedence."""

    def __init__(self, tokens: list[tuple[str, bool]]) -> None:
        self.tokens, self.at = tokens, 0

    def done(self) -> bool:
        return self.at == len(self.tokens)

    def peek(self) -> str:
        return "" if self.done() else self.tokens[self.at][0]

    def take(self, *wanted: str) -> str:
        token = self.peek()
        if not token or (wanted and token not in wanted):
            raise SyntaxError(token)
        self.at += 1
        return token

    def choice(self) -> Formula:
        first = self.comparison()
        if self.peek() != "if":
            return first
        self.take("if")
        condition = self.comparison()
        self.take("else")
        return Formula("if", "", (first, condition, self.choice()))

    def comparison(self) -> Formula:
        sides, signs = [self.sum()], []
        while self.peek() in COMPARISONS:
            signs.append(self.take())
            sides.append(self.sum())
        return Formula("compare", " ".join(signs), tuple(sides)) if signs else sides[0]

    def sum(self) -> Formula:
        left = self.product()
        while self.peek() in ("+", "−"):
            sign = self.take()
            left = Formula(sign, "", (left, self.product()))
        return left

    def product(self) -> Formula:
        left = self.factor()
        while True:
            token = self.peek()
            if token in ("·", "/"):
                self.take()
                left = Formula(token, "", (left, self.factor()))
            elif left.kind in ("number", "near", "variable") and self._touches(token, left):
                left = Formula("near", "", (left, self.power()))
            else:
                return left

    def _touches(self, token: str, left: Formula) -> bool:
        """Whether a product without a sign begins: 2x, 2(…), p(1 − p)."""
        begins = token == "(" or (left.kind != "variable" and (token == "√" or _is_word(token)))
        return begins and not self.tokens[self.at][1]

    def factor(self) -> Formula:
        if self.peek() == "−":
            self.take()
            return Formula("negative", "", (self.product(),))
        return self.power()

    def power(self) -> Formula:
        base = self.atom()
        while self.peek() in ("²", "³", "^") or self.peek().lstrip("⁻")[:1] in tuple(_RAISED):
            raised = self._exponent(self.take())
            if base == Formula("variable", "e"):
                base = Formula("call", "exp", (raised,))
            else:
                base = Formula("power", "", (base, raised))
        return base

    def _exponent(self, sign: str) -> Formula:
        if sign == "^":
            return self.atom()
        if sign in "²³":
            return _TWO if sign == "²" else Formula("number", "3")
        if sign.startswith("⁻"):
            return Formula("negative", "", (self._exponent(sign[1:]),))
        raised = Formula("variable", _RAISED[sign[0]])
        if len(sign) == 1:
            return raised
        return Formula("−", "", (raised, Formula("number", "1" if sign.endswith("¹") else "2")))

    def atom(self) -> Formula:
        token = self.take()
        if token[0].isdigit():
            return Formula("number", token)
        if token == "½":
            return Formula("number", "0.5")
        if token == "√":
            return Formula("root", "", (self.atom(),))
        if token in ("(", "[", "|"):
            inner = self.choice()
            self.take({"(": ")", "[": "]", "|": "|"}[token])
            return {"(": inner}.get(token) or Formula(
                "bracket" if token == "[" else "size", "", (inner,)
            )
        if token in FUNCTIONS and self.peek() == "(":
            return Formula("call", token, self._arguments())
        if token in FUNCTIONS and (_is_word(self.peek()) or token == "ln"):  # tanh x, ln 2
            return Formula("call", token, (self.atom(),))
        if token == "±":
            return Formula("spread", "", (self.atom(),))
        if token in FUNCTIONS and self.peek() == "²":  # tanh²(x)
            self.take()
            return Formula("power", "", (Formula("call", token, self._arguments()), _TWO))
        if _is_word(token):
            return Formula("variable", token)
        raise SyntaxError(token)

    def _arguments(self) -> tuple[Formula, ...]:
        self.take("(")
        found = [self.choice()]
        while self.peek() == ",":
            self.take()
            found.append(self.choice())
        self.take(")")
        return tuple(found)


def _is_word(token: str) -> bool:
    return token[:1].isalpha() and token not in ("if", "else")
