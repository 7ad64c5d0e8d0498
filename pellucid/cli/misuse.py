"""What is wrong with the words of a command, said alike whichever version of Typer reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from pellucid.data.wording import closest

__all__ = ["is_misuse", "reworded"]

_KINDS = {"integer": "a whole number", "float": "a number", "valid number": "a number"}

# Typer brings click along under a name of its own, or takes the one installed.
_ROOT: Any = next(k for k in typer.BadParameter.__mro__ if k.__name__ == "ClickException")


def is_misuse(error: Exception) -> bool:
    """Whether an error speaks of the words that were typed."""
    return isinstance(error, _ROOT)


def reworded(error: Any, words: Sequence[str]) -> str:
    """The error in our own words.

    Args:
        error: what Typer raised.
        words: what was typed.
    """
    kind = type(error).__name__
    if kind == "NoSuchOption":
        near = closest(error.option_name, list(error.possibilities or ()))
        return f"there is no option {error.option_name}." + (
            f" Did you mean {near}?" if near else ""
        )
    if kind == "MissingParameter":
        return f"{_name(error.param)} is missing."
    text = " ".join(error.format_message().split())
    takes = next((ours for theirs, ours in _KINDS.items() if theirs in text), None)
    if kind == "BadParameter" and error.param is not None and takes:
        given = _given(error.param, words)
        return f"{_name(error.param)} takes {takes}" + (f', not "{given}".' if given else ".")
    return text[:1].lower() + text[1:]


def _name(param: Any) -> str:
    """`--epochs` for an option, `DATA` for an argument."""
    names = [str(name) for name in param.opts]
    longest = max(names, key=len)
    return longest if longest.startswith("-") else longest.upper()


def _given(param: Any, words: Sequence[str]) -> str | None:
    """The value that was typed for an option."""
    for i, word in enumerate(words):
        name, sign, value = word.partition("=")
        if name in param.opts:
            return value if sign else next(iter(words[i + 1 : i + 2]), None)
    return None
