"""Suggested commands whole: the line that was typed, with the option that helps in it.

The library suggests an option alone, as in "try: --target price"; only here the rest is known.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

__all__ = ["again", "completed"]

_TRY = re.compile(r"^(\s*try: )(--\S.*)$", re.MULTILINE)
_REPEATABLE = ("--type", "--missing")


def again(words: Sequence[str], option: str, value: str) -> str:
    """The command once more, with an option set.

    Args:
        words: what was typed after `pellucid`.
        option: such as "--lr"; where it was given, its value is replaced, unless it may be given
            several times.
        value: the value.

    Example:
        >>> again(["fit", "my houses.csv", "--lr=9", "-q"], "--lr", "0.1")
        "pellucid fit 'my houses.csv' --lr 0.1 -q"
    """
    if option in _REPEATABLE:
        return shlex.join(["pellucid", *words, option, value])
    said: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == option or word.startswith(f"{option}="):
            said += [] if option in said else [option, value]
            _ = next(rest, None) if word == option else None
        else:
            said.append(word)
    return shlex.join(["pellucid", *said, *([] if option in said else [option, value])])


def completed(message: str, words: Sequence[str]) -> str:
    r"""The message, with every option that it says to try as a line that can be copied.

    Args:
        message: what went wrong.
        words: what was typed after `pellucid`.

    Example:
        >>> completed("no prise\n try: --target 'the price'", ["fit", "a.csv", "--target", "prise"])
        "no prise\n try: pellucid fit a.csv --target 'the price'"
    """

    def whole(found: re.Match[str]) -> str:
        option, *value = shlex.split(found[2])
        return found[1] + again(words, option, " ".join(value))

    return _TRY.sub(whole, message)
