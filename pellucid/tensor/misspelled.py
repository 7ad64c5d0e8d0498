"""What to say to an argument of a name that a function does not have."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from pellucid.spelling import closest

__all__ = ["about_misspelled"]


def about_misspelled(
    call: Callable[..., Any], error: Exception, words: Iterable[str]
) -> TypeError | None:
    """The name that was probably meant; None where `call` failed for another reason.

    Args:
        call: the function.
        error: what it raised.
        words: the names of the arguments that it was given.
    """
    word = next((w for w in words if str(error).endswith(f"unexpected keyword argument {w!r}")), "")
    taken = [name for name in inspect.signature(call).parameters if not name.startswith("_")]
    if not word or word in taken:  # somebody further inside was asked
        return None
    near = closest(word, taken, alike=0.5)
    meant = f"Did you mean {near}=?" if near else f"It takes {', '.join(taken)}."
    return TypeError(f"{call.__name__.strip('_')} has no argument {word!r}. {meant}")
