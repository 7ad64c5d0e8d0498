r"""The LaTeX of the records as Unicode, for terminals: `z = x W^\top + b` is "z = xWᵀ + b".

Only what records use is understood; a command that is not known stays readable as its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

__all__ = ["plain"]

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|\s+|\d+(?:\.\d+)?|.", re.DOTALL)
_SIGNS: Mapping[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "eta": "η", "theta": "θ", "lambda": "λ", "mu": "μ", "nu": "ν", "omega": "ω", "pi": "π",
    "psi": "ψ", "tau": "τ", "xi": "ξ", "zeta": "ζ",
    "chi": "χ", "kappa": "κ", "rho": "ρ", "sigma": "σ",
    "phi": "φ", "varphi": "φ", "Phi": "Φ", "Delta": "Δ", "ell": "ℓ", "infty": "∞", "top": "ᵀ",
    "sum": "Σ", "prod": "∏", "int": "∫", "partial": "∂", "bigwedge": "⋀", "bigvee": "\u22c1",
    "cdot": " · ", "times": " × ", "le": " ≤ ", "ge": " ≥ ", "ne": " ≠ ", "sim": " ~ ",
    "odot": " ⊙ ",
    "wedge": " ∧ ", "vee": " \u2228 ", "oplus": " ⊕ ", "neg": "¬", "dots": "…", "ldots": "…",
    "to": " → ", "leftarrow": " ← ", "bmod": " mod ", "mathrel": "", "in": " ∈ ", "approx": " ≈ ",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "left": "", "right": "",
    "bigl": "", "bigr": "", "big": "", "Bigl": "", "Bigr": "", "Big": "",
    "quad": "\0", "qquad": "\0",
    ",": "", ";": " ", "!": "", " ": " ", "{": "{", "}": "}", "#": "#", "%": "%", "_": "_",
}  # fmt: skip
_WORDS = frozenset({"arctan", "arg", "cos", "cosh", "exp", "ln", "log", "max", "min", "sin", "sinh",
                    "tan", "tanh"})  # fmt: skip
_TEXTS = frozenset({"text", "mathrm", "operatorname", "mathcal", "mathbf", "mathbb"})
_ABOVE = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "overline": "\u0304"}
_COMPOSED = {"y\u0302": "ŷ", "x\u0302": "x̂"}
_UP = dict(zip("0123456789+-=()niTtxaβb", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵗˣᵃᵝᵇ", strict=True)) | {
    "ᵀ": "ᵀ",
    "−": "⁻",
}
_DOWN = dict(
    zip("0123456789+-=()aehijklmnoprstuvxβ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦ", strict=True)
)
_LETTERS = re.compile(
    r"(?<![A-Za-z])([A-Za-zα-ω½0-9][ᵀ²³ˣ′ᵢⱼₖₙₘ]*) ([A-Za-zα-ωŷ][₀-₉ᵢⱼₖₙₘᵀ²³ˣ]*)(?![A-Za-z])"
)
_HALVES = {("1", "2"): "½", ("1", "3"): "⅓", ("1", "4"): "¼"}


@cache
def plain(latex: str) -> str:
    r"""LaTeX as one line of Unicode.

    Example:
        >>> print(plain(r"L = \frac1n \sum_i (\hat y_i - y_i)^2"))
        L = (1/n) Σᵢ (ŷᵢ − yᵢ)²
        >>> print(plain(r"y = \frac{1}{1 + e^{-x}}"))
        y = 1/(1 + e⁻ˣ)
    """
    text = re.sub(r" {2,}", " ", _Reader(latex).all())
    text = re.sub(r"([∂¬⌊⌈]) ", r"\1", text)
    text = re.sub(r" ([⌋⌉])", r"\1", text)
    for _ in range(2):  # LaTeX draws "x W" as xW; words and sums keep their distance
        text = _LETTERS.sub(r"\1\2", text)
    return re.sub(r",?\s*\0\s*", "   ", text).strip()  # \quad sets equations apart


class _Reader:
    """Reads LaTeX once from left to right."""

    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(latex)
        self.at = 0

    def all(self) -> str:
        """Everything up to the end or to a closing brace."""
        parts: list[str] = []
        while self.at < len(self.tokens) and self.tokens[self.at] != "}":
            self._next(parts)
        return "".join(parts)

    def _next(self, parts: list[str]) -> None:
        token = self._take()
        if token.isspace():
            parts.append(" " if not parts or not parts[-1].endswith((" ", "(")) else "")
        elif token in "^_":
            script = self._argument()
            parts.append(_raised(script) if token == "^" else _lowered(script))
        elif token == "{":
            self.at -= 1
            parts.append(self._argument())
        elif token.startswith("\\"):
            parts.append(self._command(token[1:], parts))
        elif token in "-=<>+":
            parts.append(_spaced(token, parts))
        else:
            parts.append(token)

    def _take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def _argument(self, single: bool = True) -> str:
        """The group or the single token that a command works on."""
        while self.tokens[self.at].isspace():
            self.at += 1
        if self.tokens[self.at] == "{":
            self.at += 1
            inner = self.all()
            self.at += 1
            return inner.strip()
        token = self._take()
        if token.startswith("\\"):
            return self._command(token[1:], [])
        if token.isdigit() and len(token) > 1:  # \frac12 is 1/2
            self.tokens.insert(self.at, token[1:])
            token = token[0]
        return token

    def _command(self, name: str, before: list[str]) -> str:
        if name in ("frac", "tfrac", "dfrac"):
            return self._fraction(before)
        if name == "sqrt":
            inner = self._argument()
            return f"√{inner}" if _single(inner) else f"√({inner})"
        if name in _ABOVE:
            inner = self._argument()
            if len(inner) > 1:
                return f"mean({inner})"
            return _COMPOSED.get(inner + _ABOVE[name], inner + _ABOVE[name])
        if name in _TEXTS:
            return self._words()
        if name in _WORDS:
            return self._function(name, before)
        found = _SIGNS.get(name, name)
        return found.lstrip() if before and before[-1].endswith(" ") else found

    def _words(self) -> str:
        while self.tokens[self.at].isspace():
            self.at += 1
        if self.tokens[self.at] != "{":
            return self._take()
        end = self.tokens.index("}", self.at)
        words = "".join(self.tokens[self.at + 1 : end])
        self.at = end + 1
        return words

    def _function(self, name: str, before: list[str]) -> str:
        """A function's name, kept apart from a letter in front and from a bare argument."""
        lead = " " if before and before[-1][-1:].isalnum() else ""
        following = self.tokens[self.at] if self.at < len(self.tokens) else ""
        if following == "_":
            return lead + name
        bare = following.isspace() or following.startswith("\\")
        return f"{lead}{name}{' ' if bare and not following.isspace() else ''}"

    def _fraction(self, before: list[str]) -> str:
        top, bottom = self._argument(), self._argument()
        half = _HALVES.get((top, bottom))
        if half is not None:
            return half
        above = top if _product(top) else f"({top})"
        below = bottom if _single(bottom) else f"({bottom})"
        text = f"{above}/{below}"
        lone = self.at >= len(self.tokens) or self.tokens[self.at] in ("}", ",", ")", "\\bigr")
        alone = not before or before[-1].strip() in ("=", "", "(")
        return text if lone and alone else f"({text})"


def _spaced(sign: str, parts: list[str]) -> str:
    """A sign between two things stands apart from both; a sign in front of one does not."""
    sign = {"-": "−"}.get(sign, sign)
    before = "".join(parts).rstrip()
    if sign in "+−" and (not before or before[-1] in "=(,−[{±^_·/<>≤≥|"):
        return sign
    if parts and parts[-1].endswith(" "):
        return f"{sign} "
    return f" {sign} "


def _raised(script: str) -> str:
    if script == "'":
        return "′"
    close = script.replace(" ", "")
    if all(c in _UP for c in close):
        return "".join(_UP[c] for c in close)
    return f"^{script}" if _single(script) else f"^({script})"


def _lowered(script: str) -> str:
    script = script.replace(" ", "").replace("−", "-")
    if all(c in _DOWN for c in script):
        return "".join(_DOWN[c] for c in script)
    if len(script) == 1:
        return f"_{script}"
    letters = script.isascii() and script.isalpha() and len(script) == 2
    return f"[{','.join(script) if letters else script}]"


def _single(text: str) -> bool:
    bare = re.sub(r"[\u0300-\u036f₀-₉ₐ-ₜᵢⱼᵦ√∂ ]", "", text)
    return len(bare) == 1 or text.isalnum()


def _product(text: str) -> bool:
    return not re.search(r" [−+] ", text)
