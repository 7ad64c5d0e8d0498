"""The shape of a Tensor, as PyTorch prints it."""

from __future__ import annotations

from typing import Any, SupportsIndex, overload

from pellucid.shapes import numel

__all__ = ["Size"]


class Size(tuple[int, ...]):
    """A shape: a tuple of the sizes of the axes.

    Example:
        >>> import pellucid
        >>> pellucid.zeros(2, 3).shape
        Size([2, 3])
    """

    __slots__ = ()

    def numel(self) -> int:
        """How many numbers an array of this shape holds."""
        return numel(self)

    def __add__(self, other: tuple[int, ...]) -> Size:  # type: ignore[override]
        return Size(super().__add__(other)) if isinstance(other, tuple) else NotImplemented

    def __radd__(self, other: tuple[int, ...]) -> Size:
        return Size((*other, *self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times: SupportsIndex) -> Size:
        return Size(super().__mul__(times))

    __rmul__ = __mul__

    @overload
    def __getitem__(self, i: SupportsIndex) -> int: ...

    @overload
    def __getitem__(self, i: slice) -> Size: ...

    def __getitem__(self, i: Any) -> Any:
        found = super().__getitem__(i)
        return Size(found) if type(i) is slice else found

    def __repr__(self) -> str:
        return f"Size([{', '.join(map(str, self))}])"
