"""Weights drawn at random, and drawers of a module that are filled when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.dtypes import float64
from pellucid.nn import init
from pellucid.tensor.creation import empty

__all__ = ["Drawer", "drawn_weights"]

Floats = npt.NDArray[np.float64]


class Drawer(dict[str, Any]):
    """What a module owns; whoever reads it finds it complete.

    While a network is built arrow by arrow there is nothing to own yet: the matrices are made when
    the first reader comes.

    Args:
        fill: called before each look.
        held: what is in it already.
    """

    def __init__(self, fill: Callable[[], None], held: dict[str, Any] | None = None) -> None:
        super().__init__(held or {})
        self._fill = fill

    def __iter__(self) -> Iterator[str]:
        self._fill()
        return super().__iter__()

    def __len__(self) -> int:
        self._fill()
        return super().__len__()

    def __getitem__(self, key: str) -> Any:
        self._fill()
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._fill()
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """What a name stands for."""
        self._fill()
        return super().get(key, default)

    def keys(self) -> Any:
        """The names."""
        self._fill()
        return super().keys()

    def values(self) -> Any:
        """What they stand for."""
        self._fill()
        return super().values()

    def items(self) -> Any:
        """Both."""
        self._fill()
        return super().items()


def drawn_weights(
    given: Floats, exists: npt.NDArray[np.bool_], fan: npt.NDArray[np.int64] | None = None
) -> Floats:
    r"""Numbers where they were given, and evenly drawn ones from ±1/√(arrows) where not.

    Args:
        given: rows of weights; NaN where one is to be drawn.
        exists: where there are arrows.
        fan: how many arrows each row counts; those of `exists` when None.

    Returns:
        the weights, 0 where there is no arrow.
    """
    wanted = np.isnan(given) & exists
    if not wanted.any():
        return np.where(exists, given, 0.0)
    counts = exists.sum(1) if fan is None else fan
    bound = 1 / np.sqrt(np.maximum(counts, 1))
    even = empty(given.shape, dtype=float64)
    init.uniform_(even, -1.0, 1.0)
    drawn = even.numpy() * bound[:, None]
    return np.where(exists, np.where(wanted, drawn, given), 0.0)
