"""Settings of windows as PyTorch takes them: one number for all axes, or one for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.errors import KindError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops.movement import reshape
from pellucid.ops.window import Pairs
from pellucid.shapes import Shape, show

__all__ = ["AXES", "batched", "check_size", "same", "sizes"]

AXES = {
    1: "channels, length",
    2: "channels, height, width",
    3: "channels, depth, height, width",
}


def check_size(name: str, what: str, value: Any, least: int = 1) -> None:
    """A count of channels, neurons, numbers or layers."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < least:
        kind = SettingError if whole else KindError
        raise kind(f"{name}: {what} must be a whole number from {least} on, and it is {value!r}.")


def sizes(name: str, what: str, value: Any, rank: int, least: int = 1) -> Shape:
    """One whole number for each axis."""
    given = tuple(value) if isinstance(value, list | tuple) else (value,) * rank
    given = given * rank if len(given) == 1 else given
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= least for n in given)
    if len(given) != rank or not whole:
        each = "" if rank == 1 else f", or {rank} of them"
        raise SettingError(
            f"{name}: {what} is a whole number from {least} on{each}, and it is {value!r}."
        )
    return given


def same(name: str, padding: Any, kernel: Shape, stride: Shape, dilation: Shape) -> Pairs:
    """Border widths; "same" keeps the size, "valid" adds nothing."""
    rank = len(kernel)
    if padding == "valid":
        return ((0, 0),) * rank
    if padding == "same":
        if any(s != 1 for s in stride):
            raise SettingError(
                f"{name}: padding='same' keeps the size, and stride {_short(stride)} shrinks it.\n"
                " Give the border as a number, or leave stride at 1."
            )
        total = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return tuple((t // 2, t - t // 2) for t in total)
    if isinstance(padding, str):
        raise SettingError(
            f"{name}: padding is a number, 'same' or 'valid', and it is {padding!r}."
        )
    return tuple((p, p) for p in sizes(name, "padding", padding, rank, 0))


def _short(value: Shape) -> str:
    return str(value[0]) if len(set(value)) == 1 else show(value)


def _remedy(have: int, rank: int) -> str:
    if have > rank + 2:
        return "Join the axes in front: x.flatten(0, 1)."
    if have == 2:
        return f"Cut each row into its axes: x.reshape(-1, {AXES[rank]})."
    return "Give it the axes that are missing: x.unsqueeze(0)."


def filled(name: str, input: Node, rank: int, channels: bool = True) -> Node:
    """The input, of which only the batch may be empty; with `channels` off, these too."""
    own = input.shape[len(input.shape) - rank - channels :]
    if len(input.shape) in (rank + 1, rank + 2) and 0 in own:
        raise ShapeError(
            f"{name}: the input has shape {show(input.shape)}, and only the batch may be empty."
        )
    return input


def batched(name: str, input: Node, rank: int, call: Callable[[Node], Any]) -> Any:
    """Apply `call` to rows; a single one is given a row axis, which is taken off again."""
    have = len(input.shape)
    if have == rank + 2:
        return call(input)
    if have != rank + 1:
        raise ShapeError(
            f"{name}: the input needs axes (rows, {AXES[rank]}), or ({AXES[rank]}) for one row, "
            f"and its shape is {show(input.shape)}.\n {_remedy(have, rank)}"
        )
    out = call(reshape(input, shape=(1, *input.shape)))
    if isinstance(out, tuple):
        return tuple(reshape(y, shape=y.shape[1:]) for y in out)
    return reshape(out, shape=out.shape[1:])
