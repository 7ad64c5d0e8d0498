"""Blame of many blocks of one Tensor, added up in one place.

A loop that reads x[:, t] for every t hands back T blocks. Each as a field of zeros of its own, and
all of them added up, would cost T² numbers; the first field takes in the others instead.
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.mode import _engines, _local
from pellucid.graph.node import Node
from pellucid.ops.movement import as_index, place

__all__ = ["field_of"]


def field_of(
    fields: dict[Node, Node], x: Node, g: Node, spec: Any, held: Node | None
) -> Node | None:
    """The blame of a Tensor of which a block was blamed.

    Args:
        fields: those of this backward pass, by Tensor; nobody but it has seen them.
        x: the Tensor that was cut.
        g: the blame of the block.
        spec: which block.
        held: what `x` has been blamed for so far.

    Returns:
        The block among zeros; None where it was added into what is held.
    """
    if held is not None and fields.get(x) is held and g.array is not None:
        _engines[0].add_into(held.array[(*as_index(spec), ...)], g.array)
        return None
    field = place(g, spec=spec, shape=x.shape)
    if held is None and field.array is not None and not _local.mode.recording:
        fields[x] = field
    return field
