"""Datasets: things with numbered samples, with PyTorch's names and behavior."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import numpy as np

from pellucid.data.described import samples
from pellucid.errors import IndexRangeError, KindError, SettingError, ShapeError
from pellucid.tensor.creation import as_tensor
from pellucid.tensor.random import Generator, randperm
from pellucid.tensor.tensor import Tensor

__all__ = [
    "ConcatDataset", "Dataset", "IterableDataset", "Subset", "TensorDataset", "random_split",
]  # fmt: skip

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """Samples that can be asked for by number: override `__getitem__` and `__len__`.

    Example:
        >>> class Squares(Dataset):
        ...     def __len__(self):
        ...         return 10
        ...     def __getitem__(self, i):
        ...         return i, i * i
        >>> Squares()[3]
        (3, 9)
    """

    def __getitem__(self, index: Any) -> T_co:
        raise NotImplementedError(f"{type(self).__name__} must override __getitem__(index).")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({samples(self)})"

    def __add__(self, other: Dataset[Any]) -> ConcatDataset[Any]:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co]):
    """Samples that come one after another: override `__iter__`."""

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(f"{type(self).__name__} must override __iter__().")

    def __add__(self, other: Dataset[Any]) -> Any:
        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors side by side; sample i is row i of each.

    Args:
        *tensors: Tensors (or arrays) with the same first axis.

    Example:
        >>> import pellucid
        >>> data = TensorDataset(pellucid.zeros(4, 2), pellucid.arange(4))
        >>> len(data), data[2]
        (4, (tensor([0., 0.]), tensor(2)))
    """

    tensors: tuple[Tensor, ...]

    def __init__(self, *tensors: Any) -> None:
        self.tensors = tuple(as_tensor(t) for t in tensors)
        sizes = [t.shape[0] if t.ndim else None for t in self.tensors]
        if not sizes or None in sizes or len(set(sizes)) > 1:
            raise ShapeError(
                "TensorDataset needs Tensors with the same number of rows, and got shapes "
                f"{', '.join(str(tuple(t.shape)) for t in self.tensors) or 'none'}."
            )

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(t[index] for t in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].shape[0]

    def __repr__(self) -> str:
        each = ", ".join(f"{tuple(t.shape[1:])} {t.dtype.name}" for t in self.tensors)
        return f"{type(self).__name__}({samples(self)} of {each})"


class Subset(Dataset[T_co]):
    """Some samples of another dataset.

    Args:
        dataset: where they come from.
        indices: their numbers.
    """

    def __init__(self, dataset: Dataset[T_co], indices: Sequence[int]) -> None:
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index: Any) -> T_co:
        if isinstance(index, list | np.ndarray):
            return self.dataset[[self.indices[int(i)] for i in index]]
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({samples(self)} of {self.dataset!r})"


class ConcatDataset(Dataset[T_co]):
    """Datasets one after another.

    Args:
        datasets: each with a length.

    Example:
        >>> import pellucid
        >>> one = TensorDataset(pellucid.arange(3))
        >>> (one + one)[4]
        (tensor(1),)
    """

    def __init__(self, datasets: Iterable[Dataset[T_co]]) -> None:
        self.datasets: list[Any] = list(datasets)
        if not self.datasets:
            raise SettingError("ConcatDataset needs at least one dataset.")
        self.cumulative_sizes = np.cumsum([len(d) for d in self.datasets]).tolist()

    def __getitem__(self, index: int) -> T_co:
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexRangeError(f"sample {index} of {len(self)}: there is none.")
        which = bisect.bisect_right(self.cumulative_sizes, at)
        before = self.cumulative_sizes[which - 1] if which else 0
        return self.datasets[which][at - before]  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return int(self.cumulative_sizes[-1])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.datasets))})"


class ChainDataset(IterableDataset[T_co]):
    """Streams one after another.

    Args:
        datasets: each gone through to its end before the next begins.

    Example:
        >>> class Count(IterableDataset):
        ...     def __iter__(self):
        ...         return iter(range(2))
        >>> list(Count() + Count())
        [0, 1, 0, 1]
    """

    def __init__(self, datasets: Iterable[Dataset[T_co]]) -> None:
        self.datasets = datasets

    def __iter__(self) -> Iterator[T_co]:
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise KindError(
                    "ChainDataset joins streams (IterableDataset), and this is a "
                    f"{type(dataset).__name__}.\n Join those with ConcatDataset."
                )
            yield from dataset

    def __len__(self) -> int:
        return sum(len(dataset) for dataset in self.datasets)  # type: ignore[arg-type, misc]


def random_split(
    dataset: Dataset[T_co], lengths: Sequence[int | float], generator: Generator | None = None
) -> list[Subset[T_co]]:
    """Divide a dataset at random.

    Args:
        dataset: what to divide; needs a length.
        lengths: sizes that sum to the whole, or shares that sum to 1.
        generator: where the randomness comes from; the default one when None.

    Example:
        >>> import pellucid
        >>> data = TensorDataset(pellucid.arange(10))
        >>> [len(part) for part in random_split(data, [0.75, 0.25])]
        [8, 2]
    """
    total = len(dataset)  # type: ignore[arg-type]
    sizes = _sizes(lengths, total)
    order = randperm(total, generator=generator).tolist()
    ends = np.cumsum(sizes).tolist()
    return [Subset(dataset, order[e - n : e]) for n, e in zip(sizes, ends, strict=True)]


def _sizes(lengths: Sequence[int | float], total: int) -> list[int]:
    """Whole numbers of samples; what rounding leaves over goes round from the first part on."""
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1 + 1e-9 and total != 1:
        if any(not 0 <= share <= 1 for share in lengths):
            raise SettingError(f"shares must lie between 0 and 1: {list(lengths)}.")
        sizes = [math.floor(total * share) for share in lengths]
        for i in range(total - sum(sizes)):
            sizes[i % len(sizes)] += 1
        return sizes
    if sum(lengths) != total or any(n < 0 for n in lengths):
        raise SettingError(
            f"the parts {list(lengths)} sum to {sum(lengths)}, and the dataset has {total} samples."
            "\n Give sizes that sum to it, or shares that sum to 1."
        )
    return [int(n) for n in lengths]
