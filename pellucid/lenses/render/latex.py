r"""Writes the equations of a view in LaTeX, and Unicode mathematics as LaTeX.

∂L/∂ŷ = 2(ŷ − y)   becomes   \frac{\partial L}{\partial \hat{y}} = 2(\hat{y} - y)
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pellucid.lenses.view import Equation, Outline, View

__all__ = ["fraction", "latex", "tex"]

_SIGNS: Mapping[str, str] = {
    "−": "-", "·": r" \cdot ", "×": r" \times ", "∂": r"\partial ", "√": r"\sqrt ", "Σ": r"\sum ",
    "→": r" \to ", "≤": r" \le ", "≥": r" \ge ", "…": r" \dots ", "±": r" \pm ", "ᵀ": r"^\top ",
    "σ": r"\sigma", "Φ": r"\Phi", "φ": r"\varphi", "α": r"\alpha ", "β": r"\beta ", "ℓ": r"\ell ",
    "δ": r"\delta ", "η": r"\eta ", "π": r"\pi ", "θ": r"\theta ", "∞": r"\infty ",
    "≈": r" \approx ",
    "²": "^2", "³": "^3", "′": "'", "½": r"\tfrac12 ", "\u00a0": r"\ ", "%": r"\%", "_": r"\_",
}  # fmt: skip
_FUNCTIONS = ("cosh", "cos", "exp", "ln", "max", "min", "sinh", "sin", "tanh", "tan")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_PATH = re.compile(r"(?<![\w.])[\w.]*[^\W\d_]{2,}[\w.]*(?=\[|\b)")
_UNIT = re.compile(r"(?<![\w.\\])([^\W\d_])(\d+)(?=\b|\[)")
_TAIL = re.compile(r"[₀-₉]+")
_WORDS = re.compile(r", (\d+ [a-z]+)$")
_POWER = re.compile(r"(\d(?:\.\d+)?)e(−?\d+)")


def latex(view: View) -> str:
    """The equations of a view, aligned at their equals signs."""
    parts = [_aligned(b) for b in view.blocks if isinstance(b, Equation) and b.latex]
    parts += [_outlined(b) for b in view.blocks if isinstance(b, Outline)]
    return "\n\n".join(parts)


def _outlined(outline: Outline) -> str:
    """Each of its lines that is an equation."""
    lines = []
    for item in outline.items:
        if len(item.steps) > 1:
            first, *rest = (_worded(step) for step in item.steps)
            lines.append(f"{first} &= " + " = ".join(rest))
    body = " \\\\\n".join(lines)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def _worded(step: str) -> str:
    """A step, with the words behind it as words: "Σ w·x + b, 4 products"."""
    found = _WORDS.search(step)
    if found is None:
        return tex(step)
    return rf"{tex(step[: found.start()])}\ \text{{({found.group(1)})}}"


def fraction(top: str, bottom: str) -> str:
    r"""A slope: `\frac{\partial L}{\partial w}`.

    Example:
        >>> print(fraction("L", "w₂"))
        \frac{\partial L}{\partial w_{2}}
    """
    return rf"\frac{{\partial {tex(top)}}}{{\partial {tex(bottom)}}}"


def tex(text: str) -> str:
    r"""Unicode mathematics as LaTeX.

    Example:
        >>> print(tex("2(ŷ − y)/n"), tex("h1[3, 5]"), tex("0.weight[0, 1]"), tex("−1.5e−7"))
        2(\hat{y} - y)/n h_{1}[3, 5] \mathtt{0.weight}[0, 1] -1.5 \cdot 10^{-7}
    """
    text = _POWER.sub(r"\1·10^{\2}", text)
    text = _PATH.sub(_named, text)
    text = _UNIT.sub(r"\1_{\2}", text)
    text = _TAIL.sub(lambda m: f"_{{{m.group().translate(_SUBSCRIPTS)}}}", text)
    text = text.replace("ŷ", r"\hat{y}").replace("ᵢ", "_i").replace("ⱼ", "_j")
    found = "".join(_SIGNS.get(c, c) for c in text)
    return re.sub(r" {2,}", " ", found).replace(r"\_{", "_{").replace(r"\_i", "_i").strip()


def _named(match: re.Match[str]) -> str:
    word = match.group()
    if word in _FUNCTIONS:
        return rf"\{word} "
    if word in ("if", "else"):
        return rf"\text{{ {word} }}"
    if len(word) == 2 and word[0].isalpha() and not word.isascii():
        return word
    return rf"\mathtt{{{word}}}"


def _aligned(equation: Equation) -> str:
    first, *rest = equation.latex
    body = f"{first} " + " \\\\\n".join(f"&= {step}" for step in rest)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
