"""Says numbers the same way in the report and on the terminal.

Four significant digits, percent without decimals, a real minus sign, thousands with commas.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["compact", "count", "duration", "number", "percent", "plural", "shape", "size"]

MINUS = "\u2212"
NBSP = "\u00a0"
MISSING = "\u2013"


def number(value: float | None, digits: int = 4) -> str:
    """Writes a number with a few significant digits.

    Args:
        value: any number; None is a gap in a table.
        digits: significant digits of the fractional form.

    Example:
        >>> number(0.081234), number(1234567), number(float("nan")), number(None)
        ('0.08123', '1,234,567', 'not a number', '–')
        >>> number(-1.5e-7)
        '−1.500e−7'
    """
    if value is None:
        return MISSING
    if isinstance(value, int):
        return count(value)
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else (MINUS if value < 0 else "") + "∞"
    return _finite(float(value) + 0.0, digits).replace("-", MINUS)


def count(value: int) -> str:
    """Writes a whole number with thousands separated.

    Example:
        >>> count(12400)
        '12,400'
    """
    return f"{value:,}".replace("-", MINUS)


def percent(fraction: float) -> str:
    r"""Writes a fraction as percent; 100 % and 0 % are kept for exactly all and exactly none.

    Example:
        >>> percent(0.957), percent(1.0), percent(0.9987)
        ('96\xa0%', '100\xa0%', '99.9\xa0%')
    """
    if not math.isfinite(fraction):
        return number(fraction)
    for decimals in (0, 1, 2):
        text = f"{fraction * 100:.{decimals}f}"
        if float(text) not in (0.0, 100.0) or fraction in (0.0, 1.0):
            return f"{text}{NBSP}%".replace("-", MINUS)
    return f"{'>' if fraction > 0.5 else '<'}{'99.99' if fraction > 0.5 else '0.01'}{NBSP}%"


def plural(amount: int, noun: str, many: str | None = None) -> str:
    """Writes an amount with its noun.

    Example:
        >>> plural(1, "row"), plural(2500, "row"), plural(2, "class", "classes")
        ('1 row', '2,500 rows', '2 classes')
    """
    return f"{count(amount)} {noun if amount == 1 else many or noun + 's'}"


def duration(seconds: float) -> str:
    """Writes a stretch of time as people say it.

    Example:
        >>> duration(0.0042), duration(3.21), duration(125), duration(7380)
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


def size(amount: int | None) -> str:
    """Writes a number of bytes in decimal units.

    Example:
        >>> size(512), size(12_400), size(3_000_000), size(None)
        ('512 B', '12.4 kB', '3 MB', '–')
    """
    if amount is None:
        return MISSING
    return f"{amount} B" if amount < 1000 else f"{compact(amount, ' ')}B"


def compact(value: float, gap: str = "") -> str:
    """Writes a large number with a letter for its thousands.

    Example:
        >>> compact(12_432), compact(3_000_000), compact(87.25)
        ('12.4k', '3M', '87')
    """
    if not math.isfinite(value):
        return number(value)
    for letter, unit in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= 0.9995 * unit:
            return f"{value / unit:.3g}{gap}{letter}".replace("-", MINUS)
    return f"{value:.0f}{gap}".replace("-", MINUS)


def shape(dims: Sequence[int | str] | None) -> str:
    """Writes a shape; an unknown axis may be a name.

    Example:
        >>> shape((32, 4)), shape(("n", 2)), shape(())
        ('(32, 4)', '(n, 2)', '()')
    """
    return MISSING if dims is None else f"({', '.join(map(str, dims))})"


def _finite(value: float, digits: int) -> str:
    magnitude = abs(value)
    if magnitude and not 1e-4 <= magnitude < 1e6:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    if magnitude >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    places = digits - 1 - (math.floor(math.log10(magnitude)) if magnitude else 0)
    text = f"{value:.{max(places, 0)}f}"
    return _short(text) if value == round(value) else text


def _short(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
