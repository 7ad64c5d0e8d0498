"""PyTorch's old order of arguments, numbers before Tensors: `p.add_(-lr, grad)`.

Programs of its first years are full of it, optimizers above all, and it takes it to this day.
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.node import Node
from pellucid.tensor.caution import caution

__all__ = ["in_new_order"]

# What the numbers are called, by the function and how many Tensors it takes.
_NUMBERS: dict[str, tuple[int, tuple[str, ...]]] = {
    "add": (2, ("alpha",)),
    "sub": (2, ("alpha",)),
    "addcmul": (3, ("value",)),
    "addcdiv": (3, ("value",)),
    "addmm": (3, ("beta", "alpha")),
    "addmv": (3, ("beta", "alpha")),
    "addr": (3, ("beta", "alpha")),
    "addbmm": (3, ("beta", "alpha")),
    "baddbmm": (3, ("beta", "alpha")),
}


def in_new_order(name: str, args: Any, taken: Any) -> tuple[list[Any], dict[str, Any]] | None:
    """The Tensors of a call in the old order, and its numbers by name; None for any other call.

    Args:
        name: the function.
        args: what it was called with.
        taken: the same, as nodes and numbers.
    """
    count, words = _NUMBERS.get(name, (0, ()))
    tensors = [a for a, t in zip(args, taken, strict=False) if isinstance(t, Node)]
    numbers = [t for t in taken if isinstance(t, int | float)]
    if len(tensors) != count or not 0 < len(numbers) == len(args) - count <= len(words):
        return None
    named = dict(zip(words, numbers, strict=False))
    spelled = ", ".join(f"{word}={number}" for word, number in named.items())
    caution(
        f"{name}: numbers before Tensors are PyTorch's old order.\n"
        f" Write them by name, behind the Tensors: {spelled}.",
        f"{name}: old order",
    )
    return tensors, named
