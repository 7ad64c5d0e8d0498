"""A Tensor that a module keeps and does not learn, marked as such before it has a name."""

from __future__ import annotations

from pellucid.graph.node import leaf
from pellucid.tensor import Tensor
from pellucid.tensor.creation import empty

__all__ = ["Buffer"]


class Buffer(Tensor):
    """A Tensor that a module keeps and does not learn: assigned to one, it becomes its buffer.

    Args:
        data: the numbers, whose memory it shares.
        persistent: whether `state_dict` includes it.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.Identity()
        >>> layer.count = nn.Buffer(pellucid.zeros(2))
        >>> layer.state_dict()
        {'count': tensor([0., 0.])}
    """

    __slots__ = ("persistent",)
    persistent: bool

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Buffer:
        """A leaf over the numbers of `data`."""
        self = object.__new__(cls)
        source = (empty(0) if data is None else data)._node
        self._node = leaf(source.array, source.shape, source.dtype, kind="buffer")
        self.persistent = persistent
        return self
