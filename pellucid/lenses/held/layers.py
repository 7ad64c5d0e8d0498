"""The layers that a network leaves its data in, as one list of numbers for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.lenses.picture import Floats
from pellucid.lenses.spaces import Space, is_sequence, spaces_of
from pellucid.lenses.subject import Subject

__all__ = ["Layer", "hidden", "layers_of"]

_MOST = 10


@dataclass(frozen=True, eq=False)
class Layer:
    """A space that the next weights read from.

    Attributes:
        name: "after 1: Tanh".
        space: everything about it.
        rows: a list of numbers for each row; of a sequence, the mean over its positions or one.

    Shape:
        rows: (n, numbers)
    """

    name: str
    space: Space
    rows: Floats


def layers_of(subject: Subject, position: int | str) -> tuple[list[Layer], int]:
    """The input, then where each layer with weights (and the bend behind it) leaves the rows.

    Args:
        subject: the network and its rows.
        position: of a sequence: "mean", or a position's number.

    Returns:
        At most ten of them, the first and the last among them, and how many there are.
    """
    spaces = spaces_of(subject)
    ends = [
        s for i, s in enumerate(spaces) if i + 1 == len(spaces) or spaces[i + 1].after > s.after
    ]
    found = [_layer(subject, s, position) for s in ends]
    if subject.x.dtype.kind in "iu":
        found = found[1:]  # the numbers of tokens measure nothing
    kept = np.unique(np.linspace(0, len(found) - 1, _MOST).round().astype(int))
    return [found[i] for i in kept], len(found)


def hidden(layers: list[Layer], wanted: Any) -> int:
    """The place of the layer of a name; of the last one before the output when None.

    Raises:
        SettingError: there is none.
    """
    if wanted is None:
        return max(len(layers) - 2, 0)
    for i, layer in enumerate(layers):
        if str(wanted) in (layer.space.path, layer.name):
            return i
    known = ", ".join(repr(layer.space.path) for layer in layers)
    raise SettingError(f"there is no layer {wanted!r} to look at. There are: {known}.")


def _layer(subject: Subject, space: Space, position: int | str) -> Layer:
    name = "input" if space.kind == "input" else f"after {space.title}"
    if not is_sequence(subject, space):
        return Layer(name, space, space.rows)
    values: Any = space.values
    rows = values.mean(axis=1) if position == "mean" else values[:, position]
    return Layer(name, space, rows)
