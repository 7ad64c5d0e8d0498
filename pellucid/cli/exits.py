"""What the exit code of a command says; scripts may rely on these numbers."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Exit"]


class Exit(IntEnum):
    """Why a command ended.

    Example:
        >>> int(Exit.DATA), Exit(130).name
        (3, 'INTERRUPTED')
    """

    GOOD = 0
    """It did what was asked."""
    BUG = 1
    """A mistake in pellucid itself; the message asks to report it."""
    USAGE = 2
    """Options or arguments that do not fit together."""
    DATA = 3
    """Data that cannot be read or learned from."""
    TRAINING = 4
    """Training that could not go on: the loss became NaN."""
    MISSING = 5
    """An optional package or engine is not installed."""
    MODEL = 6
    """A model file that is damaged or foreign."""
    FOUND = 7
    """The doctor found something wrong."""
    INTERRUPTED = 130
    """Stopped by Ctrl+C."""
