"""Sixteen-bit numbers: which ops may work on them as they are, and what autocast makes of inputs.

float16 and bfloat16 are for storing: they halve the memory. Arithmetic on them is done in float32
and rounded once at the end, which is what processors and PyTorch do. Ops that only move numbers
need no detour.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pellucid.dtypes import FLOAT, DType, bfloat16, float16, float32, float64
from pellucid.graph.node import Node

__all__ = [
    "HALVES", "KEEPS_DIGITS", "Single", "at_hand", "beside", "lowered", "moves", "needs_single",
    "single", "widened",
]  # fmt: skip

HALVES = (float16, bfloat16)
# Where one number beside 16-bit ones keeps its own digits; elsewhere it is rounded as they are.
# PyTorch's choice for the CPU: 2 - 1.999 is 0 in bfloat16, and 2 * 0.999 rounds only the product.
KEEPS_DIGITS = frozenset({"mul", "div", "floor_divide"})
_NAMES = ("float16", "bfloat16")
_MOVING = {
    "cast", "clone", "detach", "embedding", "gather", "index", "index_put", "one_hot", "put",
    "scatter", "max_pool_pick",
}  # fmt: skip
# PyTorch's list for the CPU, as far as these are ops here; what is made of them follows.
_LOWERED = {"linear", "bmm", "conv", "conv_transpose", "lstm", "rnn"}


def at_hand(dtype: DType) -> None:
    """Make NumPy know bfloat16, which costs some milliseconds, when it is first asked for."""
    if dtype is bfloat16:
        importlib.import_module("ml_dtypes")


def moves(op: Any) -> bool:
    """Whether an op hands numbers on as they are."""
    return op.view or op.name in _MOVING or "movement" in op.traits


def needs_single(op: Any, node: Node) -> bool:
    """Whether a node of this op is to be computed in float32 and rounded."""
    half = node.dtype in HALVES or any(x.dtype in HALVES for x in node.inputs)
    return half and not moves(op)


def single(forward: Callable[..., Any], dtype: DType) -> Callable[..., Any]:
    """A forward that computes in float32 what is held in 16 bits, and rounds once at the end.

    Args:
        forward: of an op.
        dtype: what the op's result is held as.
    """
    rounds = dtype in HALVES

    def run(xp: Any, *arrays: Any, **params: Any) -> Any:
        wide = [a.astype("float32") if a.dtype.name in _NAMES else a for a in arrays]
        out = forward(xp, *wide, **params)
        return out.astype(dtype.name) if rounds else out

    return run


class Single:
    """An op's forward in float32, in the place of the op where an engine is asked to run it."""

    __slots__ = ("forward", "name")

    def __init__(self, op: Any, dtype: DType) -> None:
        self.name, self.forward = op.name, single(op.forward, dtype)


def lowered(op: Any, dtypes: Iterable[DType], to: DType) -> tuple[DType | None, ...] | None:
    """The casts that autocast puts before an op, if any: float64 stays what it is."""
    if op.name not in _LOWERED:
        return None
    casts = tuple(None if d is to or d.category != FLOAT or d is float64 else to for d in dtypes)
    return casts if any(casts) else None


def beside(op: Any, inputs: Sequence[Node], common: DType) -> list[DType | None]:
    """What each input is cast to, where the op works in `common`: None for what stays as it is."""
    casts = [None if x.dtype is common else common for x in inputs]
    if common in HALVES and op.name in KEEPS_DIGITS and inputs[0].shape and not inputs[1].shape:
        casts[1] = None if inputs[1].dtype in (common, float32) else float32
    return casts


def widened(dtype: DType) -> DType:
    """What a loss is computed in under autocast, and what numbers beside 16 bits are held as."""
    return float32 if dtype in HALVES else dtype
