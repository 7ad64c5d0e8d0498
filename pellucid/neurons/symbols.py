"""What things are called in equations: z for the weighted sum, y for the output, w for weights.

Networks whose neurons are numbered get small indices, z₆ and w₃₆; others brackets, z[h1].
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pellucid.lenses.numerals import subscript
from pellucid.lenses.render.latex import tex
from pellucid.lenses.view import Block, Equation

__all__ = ["Symbols", "together"]


class Symbols:
    """Symbols for the neurons of a network.

    Args:
        names: what the neurons are called.
    """

    def __init__(self, names: Iterable[str]) -> None:
        held = list(names)
        self.numbered = all(re.fullmatch(r"[0-9]+", n) for n in held)
        self.short = self.numbered and max(map(len, held), default=1) == 1

    def z(self, name: str) -> str:
        """The weighted sum."""
        return self._of("z", name)

    def y(self, name: str) -> str:
        """The output."""
        return self._of("y", name)

    def f(self, name: str) -> str:
        """The function."""
        return self._of("f", name)

    def w(self, source: str, target: str) -> str:
        """The weight of an arrow."""
        if self.short:
            return f"w{subscript(int(source))}{subscript(int(target))}"
        if self.numbered:
            return f"w{subscript(int(source))},{subscript(int(target))}"
        return f"w[{source}→{target}]"

    def wanted(self, name: str, alone: bool) -> str:
        """What should come out."""
        return ("y" if self.numbered else "t") if alone else self._of("t", name)

    def slope(self, top: str, bottom: str) -> str:
        """A derivative.

        Example:
            >>> Symbols(["1", "2"]).slope("L", "z₁")
            '∂L/∂z₁'
        """
        return f"∂{top}/∂{bottom}"

    def tex(self, text: str) -> str:
        r"""An equation's side as LaTeX.

        Example:
            >>> print(Symbols(["3", "6"]).tex("∂L/∂z₆ · w₃₆"), Symbols(["h1"]).tex("z[h1]"))
            \frac{\partial L}{\partial z_{6}} \cdot w_{36} z_{\mathrm{h1}}
        """
        held: list[str] = []

        def kept(latex: str) -> str:
            held.append(latex)
            return f"\ue000{chr(0xE100 + len(held) - 1)}"

        def symbol(match: re.Match[str]) -> str:
            return kept(_symbol(match.group(1), match.group(2)))

        text = _SYMBOL.sub(symbol, text)
        text = _SLOPE.sub(lambda m: kept(_fraction(m, held)), text)
        found = tex(text)
        while "\ue000" in found:
            found = re.sub("\ue000(.)", lambda m: held[ord(m.group(1)) - 0xE100], found)
        return found

    def _of(self, letter: str, name: str) -> str:
        return f"{letter}{subscript(int(name))}" if self.numbered else f"{letter}[{name}]"


def together(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Equations that follow each other, in one box."""
    out: list[Block] = []
    first, typeset = 0, False  # where the box stands, and whether one is open
    for block in blocks:
        if isinstance(block, Equation) and typeset:
            box = out[first]
            assert isinstance(box, Equation)
            out[first] = Equation(box.steps, box.latex, (*box.below, block.steps))
            out.append(Equation((), block.latex))
        else:
            first, typeset = len(out), isinstance(block, Equation)
            out.append(block)
    return tuple(out)


_SYMBOL = re.compile(r"\b([zyfwt])(\[[^\]]*\]|[₀-₉]+(?:,[₀-₉]+)?)")
_SLOPE = re.compile("∂(L|\ue000.)/∂(\ue000.)")
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def _symbol(letter: str, index: str) -> str:
    if not index.startswith("["):
        return rf"{letter}_{{{index.translate(_DIGITS)}}}"
    names = index[1:-1].replace("_", r"\_").split("→")
    inside = r" \to ".join(rf"\mathrm{{{n}}}" for n in names)
    return rf"{letter}_{{{inside}}}"


def _fraction(match: re.Match[str], held: list[str]) -> str:
    return rf"\frac{{\partial {match.group(1)}}}{{\partial {match.group(2)}}}"
