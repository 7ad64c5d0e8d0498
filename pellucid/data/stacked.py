"""Datasets side by side: a sample is made of one sample of each."""

from __future__ import annotations

from typing import Any

from pellucid.data.dataset import Dataset
from pellucid.errors import SettingError, ShapeError

__all__ = ["StackDataset"]


class StackDataset(Dataset[Any]):
    """Several datasets of one length; a sample is a tuple, or a dict where they have names.

    Args:
        *args: datasets, for tuples.
        **kwargs: datasets by name, for dicts.

    Example:
        >>> StackDataset([1, 2, 3], "abc")[1]
        (2, 'b')
        >>> StackDataset(number=[1, 2, 3], letter="abc")[-1]
        {'number': 3, 'letter': 'c'}
    """

    datasets: tuple[Any, ...] | dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if bool(args) == bool(kwargs):
            raise SettingError(
                "StackDataset takes datasets, or datasets by name, and at least one of them."
            )
        self.datasets = args or kwargs
        lengths = {len(part) for part in self._parts()}
        if len(lengths) > 1:
            raise ShapeError(
                f"StackDataset: the datasets have different lengths: {sorted(lengths)}."
            )

    def _parts(self) -> list[Any]:
        held = self.datasets
        return list(held.values()) if isinstance(held, dict) else list(held)

    def __getitem__(self, index: Any) -> Any:
        sample = [part[index] for part in self._parts()]
        held = self.datasets
        return dict(zip(held, sample, strict=True)) if isinstance(held, dict) else tuple(sample)

    def __getitems__(self, indices: list[int]) -> list[Any]:
        """Several samples; a part that has a way of its own to give several uses it."""
        columns = [_several(part, indices) for part in self._parts()]
        rows = zip(*columns, strict=True)
        held = self.datasets
        if isinstance(held, dict):
            return [dict(zip(held, row, strict=True)) for row in rows]
        return list(rows)

    def __len__(self) -> int:
        return len(self._parts()[0])


def _several(part: Any, indices: list[int]) -> list[Any]:
    ask = getattr(part, "__getitems__", None)
    found = [part[i] for i in indices] if ask is None else ask(indices)
    if len(found) != len(indices):
        raise ShapeError(
            f"{type(part).__name__}.__getitems__ gave {len(found)} samples for {len(indices)}."
        )
    return list(found)
