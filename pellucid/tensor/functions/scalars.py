"""A number without axes where an axis is needed: PyTorch takes it for a row of one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from pellucid.graph.node import Node
from pellucid.ops import movement as mv

__all__ = ["as_row", "row_of_one"]

F = TypeVar("F", bound=Callable[..., Any])


def as_row(x: Any) -> Any:
    """A number without axes as a row; anything else as it is."""
    return mv.reshape(x, shape=(1,)) if isinstance(x, Node) and not x.shape else x


def row_of_one(call: F) -> F:
    """Let a function of `(input, dim, index, …)` take numbers without axes for rows of one.

    What `gather` gives has the shape of the index; the others give that of the input.
    """
    picks = call.__name__ == "gather"

    @functools.wraps(call)
    def on_rows(input: Node, dim: int, index: Node, *args: Any, **kwargs: Any) -> Any:
        if input.shape and index.shape:
            return call(input, dim, index, *args, **kwargs)
        args = tuple(as_row(a) for a in args)
        kwargs = {word: as_row(a) for word, a in kwargs.items()}
        out = call(as_row(input), dim, as_row(index), *args, **kwargs)
        return mv.reshape(out, shape=index.shape if picks else input.shape)

    return on_rows  # type: ignore[return-value]
