"""Numbers as people write them: four significant digits, a real minus sign, percent for shares.

In an equation zeros at the end are left out, and −2.0 keeps its decimal, because a slope that
happens to be whole is still a measurement. Figures below each other keep their zeros.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from pellucid.graph.amounts import compact, size

__all__ = [
    "MINUS", "MISSING", "NBSP", "amount", "bracketed", "compact", "count", "figure", "fine_percent",
    "lasting", "number", "of_layer", "percent", "plural", "shape", "signed", "size", "subscript",
]  # fmt: skip

MINUS = "−"
NBSP = "\u00a0"
MISSING = "–"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 4) -> str:
    """A measured number.

    Args:
        value: any number.
        digits: significant digits.

    Example:
        >>> number(-2.0), number(0.30000001), number(12345.6), number(-1.5e-7), number(float("inf"))
        ('−2.0', '0.3', '12,346', '−1.5e−7', '∞')
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else (MINUS if value < 0 else "") + "∞"
    return _finite(float(value), digits).replace("-", MINUS)


def figure(value: float | None, digits: int = 4) -> str:
    """A measured number in a column of others: all its digits, whole ones as they are.

    Args:
        value: any number; None is a gap.
        digits: significant digits of the fractional form.

    Example:
        >>> figure(0.5), figure(1234567), figure(-2.0), figure(None), figure(-1.5e-7)
        ('0.5000', '1,234,567', '−2', '–', '−1.500e−7')
    """
    if value is None:
        return MISSING
    if isinstance(value, int):
        return count(value)
    if not math.isfinite(value):
        return number(value)
    if value == round(value) and abs(value) < 1e6:
        return f"{value + 0.0:,.0f}".replace("-", MINUS)
    return _all_digits(float(value), digits).replace("-", MINUS)


def signed(value: float, digits: int = 4) -> str:
    """A number that always shows its sign, for columns in which signs are compared.

    Example:
        >>> signed(4.192), signed(-0.5), signed(0.0)
        ('+4.192', '−0.5', '0.0')
    """
    text = number(value, digits)
    return f"+{text}" if value > 0 else text


def bracketed(value: float, digits: int = 4) -> str:
    """A number in the middle of a formula: negative ones get brackets.

    Example:
        >>> f"2({number(-3.0)} − {bracketed(-1.0)})"
        '2(−3.0 − (−1.0))'
    """
    text = number(value, digits)
    return f"({text})" if text.startswith(MINUS) else text


def count(value: int) -> str:
    """A whole number in full, with its thousands apart.

    Example:
        >>> count(12400), count(-5)
        ('12,400', '−5')
    """
    return f"{value:,}".replace("-", MINUS)


def amount(value: float) -> str:
    """How many of something there are; past a billion as a power of ten.

    Example:
        >>> amount(5120), amount(1_200_000), amount(3.2e12)
        ('5,120', '1,200,000', '3.2·10¹²')
    """
    if value < 1e9:
        return f"{value:,.0f}".replace("-", MINUS)
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}·10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def percent(fraction: float) -> str:
    r"""A share; the words "all" and "nothing" are kept for exactly 100 % and 0 %.

    Example:
        >>> percent(0.4132), percent(-0.031), percent(0.9999), percent(1.0), percent(0.0001)
        ('41\xa0%', '−3\xa0%', '>99\xa0%', '100\xa0%', '<1\xa0%')
    """
    if not math.isfinite(fraction):
        return number(fraction)
    size = abs(fraction)
    sign = MINUS if fraction < 0 else ""
    if 0.995 <= size < 1.0 - 1e-9:
        return f"{'<' if fraction < 0 else '>'}{sign}99{NBSP}%"
    if 1e-12 < size < 0.005:
        return f"{'>' if fraction < 0 else '<'}{sign}1{NBSP}%"
    return f"{sign}{size * 100:.0f}{NBSP}%"


def fine_percent(fraction: float) -> str:
    r"""A share with as many decimals as it takes to tell it from all and from nothing.

    Example:
        >>> fine_percent(0.957), fine_percent(1.0), fine_percent(0.9987)
        ('96\xa0%', '100\xa0%', '99.9\xa0%')
    """
    if not math.isfinite(fraction):
        return number(fraction)
    for decimals in (0, 1, 2):
        text = f"{fraction * 100:.{decimals}f}"
        if float(text) not in (0.0, 100.0) or fraction in (0.0, 1.0):
            return f"{text}{NBSP}%".replace("-", MINUS)
    return f"{'>' if fraction > 0.5 else '<'}{'99.99' if fraction > 0.5 else '0.01'}{NBSP}%"


def lasting(seconds: float) -> str:
    """A stretch of time as people say it.

    Example:
        >>> lasting(0.0042), lasting(3.21), lasting(125), lasting(7380)
        ('4 ms', '3.2 s', '2 min 5 s', '2 h 3 min')
    """
    if not math.isfinite(seconds):
        return MISSING
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def plural(count: float, noun: str, many: str = "") -> str:
    """An amount with its noun.

    Example:
        >>> plural(1, "path"), plural(2500, "path"), plural(2, "entry", "entries")
        ('1 path', '2,500 paths', '2 entries')
    """
    return f"{amount(count)} {noun if count == 1 else many or noun + 's'}"


def of_layer(path: str, first: bool = False) -> str:
    """A layer's path as it stands in a sentence, where a bare number would read as an amount.

    Args:
        path: as `named_modules`, `state_dict` and `program` call it.
        first: whether it begins the sentence; a path of the network's own stays as it is written.

    Example:
        >>> of_layer("0"), of_layer("encoder.0"), of_layer("3 … 5"), of_layer("")
        ('layer 0', 'encoder.0', 'layers 3 … 5', 'the network itself')
        >>> of_layer("0", first=True), of_layer("fc1", first=True)
        ('Layer 0', 'fc1')
    """
    if path.isdigit():
        called = f"layer {path}"
    else:
        numbered = "…" in path and all(end.strip().isdigit() for end in path.split("…"))
        called = f"layers {path}" if numbered else path or "the network itself"
    return called[0].upper() + called[1:] if first and called != path else called


def shape(dims: Sequence[int | str] | None) -> str:
    """A shape as it is written in a table; () is a single number.

    Example:
        >>> shape((32, 4)), shape(("n", 3)), shape(()), shape(None)
        ('32 × 4', 'n × 3', '()', '–')
    """
    if dims is None:
        return MISSING
    return " × ".join(map(str, dims)) or "()"


def subscript(value: int) -> str:
    """A small index below a letter.

    Example:
        >>> "w" + subscript(12)
        'w₁₂'
    """
    return str(value).translate(_SUBSCRIPTS)


def _finite(value: float, digits: int) -> str:
    if value == 0:
        return "0.0"
    text = _all_digits(value, digits)
    mantissa, letter, exponent = text.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0")
        mantissa = mantissa.rstrip(".") if letter else mantissa
    return f"{mantissa}{letter}{exponent}" + ("0" if mantissa.endswith(".") else "")


def _all_digits(value: float, digits: int) -> str:
    large = abs(value)
    if not 1e-4 <= large < 1e6:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    if large >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:.{digits - 1 - math.floor(math.log10(large))}f}"
