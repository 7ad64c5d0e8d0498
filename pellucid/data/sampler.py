"""Samplers: in which order a loader goes through a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from pellucid.data.described import samples
from pellucid.errors import KindError, SettingError
from pellucid.tensor.creation import tensor
from pellucid.tensor.random import Generator, multinomial, randint, randperm

__all__ = [
    "BatchSampler", "RandomSampler", "Sampler", "SequentialSampler", "SubsetRandomSampler",
    "WeightedRandomSampler",
]  # fmt: skip


class Sampler:
    """Base: an iterable of sample numbers (or lists of them) with a length."""

    def __init__(self, data_source: Any = None) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(f"{type(self).__name__} must override __iter__().")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({samples(self)})"


class SequentialSampler(Sampler):
    """From the first to the last."""

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler):
    """In random order, or drawn with replacement.

    Args:
        data_source: a dataset with a length.
        replacement: whether a sample may come twice.
        num_samples: how many; as many as there are when None.
        generator: where the randomness comes from; the default one when None.
    """

    def __init__(
        self,
        data_source: Any,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(data_source)
        if not isinstance(replacement, bool):
            raise KindError(f"replacement must be True or False, not {replacement!r}.")
        if num_samples is not None and num_samples < 1:
            raise SettingError(f"num_samples must be 1 or more, not {num_samples}.")
        self.replacement, self._count, self.generator = replacement, num_samples, generator

    def __iter__(self) -> Iterator[int]:
        total = len(self.data_source)
        if self.replacement:
            yield from randint(0, total, (len(self),), generator=self.generator).tolist()
            return
        left = len(self)
        while left > 0:
            order = randperm(total, generator=self.generator).tolist()
            yield from order[:left]
            left -= total

    def __len__(self) -> int:
        return len(self.data_source) if self._count is None else self._count

    def __repr__(self) -> str:
        drawn = ", drawn with replacement" if self.replacement else ""
        return f"{type(self).__name__}({samples(self)}{drawn})"


class SubsetRandomSampler(Sampler):
    """The given samples, in random order."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        super().__init__()
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[int]:
        order = randperm(len(self.indices), generator=self.generator).tolist()
        return (self.indices[i] for i in order)

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Samples drawn in proportion to weights: rare classes as often as common ones, say.

    Args:
        weights: one per sample; they need not sum to 1.
        num_samples: how many to draw.
        replacement: whether a sample may come twice.
        generator: where the randomness comes from; the default one when None.
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        if num_samples < 1:
            raise SettingError(f"num_samples must be 1 or more, not {num_samples}.")
        self.weights = tensor(np.asarray(weights, np.float64))
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self) -> Iterator[int]:
        drawn = multinomial(
            self.weights, self.num_samples, self.replacement, generator=self.generator
        )
        return iter(drawn.tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """Gathers the numbers of another sampler into lists.

    Args:
        sampler: gives single numbers.
        batch_size: how many make a list.
        drop_last: leave out the last list if it is shorter.

    Example:
        >>> list(BatchSampler(range(5), 2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        super().__init__()
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            raise SettingError(f"batch_size must be a whole number from 1, not {batch_size!r}.")
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[int]]:
        batch: list[int] = []
        for index in self.sampler:
            batch.append(index)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch

    def __len__(self) -> int:
        total = len(self.sampler)  # type: ignore[arg-type]
        return total // self.batch_size if self.drop_last else -(-total // self.batch_size)

    def __repr__(self) -> str:
        size, last = self.batch_size, self.drop_last
        return f"{type(self).__name__}({self.sampler!r}, batch_size={size}, drop_last={last})"
