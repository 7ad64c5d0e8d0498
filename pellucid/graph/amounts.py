"""Counts, bytes and times in the units that people read them in: 1.07M, 12.4 kB, 1.93 ms."""

from __future__ import annotations

__all__ = ["compact", "duration", "size"]


def compact(value: float, gap: str = "") -> str:
    """A large count with a letter for its thousands.

    Example:
        >>> compact(1_068_800), compact(3000), compact(87)
        ('1.07M', '3k', '87')
    """
    for letter, unit in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= 0.9995 * unit:
            return f"{value / unit:.3g}{gap}{letter}"
    return f"{value:.0f}{gap}"


def size(count: int) -> str:
    """Bytes in decimal units.

    Example:
        >>> size(512), size(12_400)
        ('512 B', '12.4 kB')
    """
    return f"{compact(count, ' ')}B" if count >= 1000 else f"{count} B"


def duration(seconds: float) -> str:
    """A time in seconds, or in thousandths and millionths where it is short.

    Example:
        >>> duration(2.5), duration(0.0019312), duration(4.21e-6)
        ('2.5 s', '1.93 ms', '4.21 µs')
    """
    for unit, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= 0.9995 * unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds / 1e-9:.3g} ns"
