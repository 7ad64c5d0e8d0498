"""DataLoader: goes through a dataset batch by batch, with PyTorch's arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from types import GenericAlias
from typing import Any

import numpy as np

from pellucid.data.dataset import Dataset, IterableDataset, TensorDataset
from pellucid.data.described import samples
from pellucid.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler
from pellucid.data.wording import count
from pellucid.errors import DataError, SettingError
from pellucid.tensor.creation import as_tensor, of_array, tensor
from pellucid.tensor.misspelled import Asked
from pellucid.tensor.random import Generator
from pellucid.tensor.tensor import Tensor

__all__ = ["DataLoader", "default_collate", "default_convert"]

_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class DataLoader(Asked):
    """Batches of a dataset, in order or shuffled.

    Args:
        dataset: samples by number (or one after another, for an `IterableDataset`).
        batch_size: samples per batch; None gives single samples.
        shuffle: a new random order each time it is gone through.
        sampler: gives the order instead.
        batch_sampler: gives lists of numbers instead.
        num_workers: accepted as in PyTorch; loading happens in this process, where arrays need not
            be copied between processes.
        collate_fn: makes a batch of a list of samples; stacks Tensors and numbers when None.
        pin_memory, timeout, multiprocessing_context, prefetch_factor: accepted as in PyTorch; they
            concern processes and devices that don't exist here.
        persistent_workers, pin_memory_device, in_order: the same.
        drop_last: leave out the last batch if it is shorter.
        worker_init_fn: accepted; there are no workers to set up.
        generator: where the order comes from; the default generator when None.

    Example:
        >>> import pellucid
        >>> data = TensorDataset(pellucid.arange(5), pellucid.arange(5) * 10)
        >>> for x, y in DataLoader(data, batch_size=2):
        ...     print(x.tolist(), y.tolist())
        [0, 1] [0, 10]
        [2, 3] [20, 30]
        [4] [40]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Any = None,
        batch_sampler: Any = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        self._check(num_workers, timeout, shuffle, sampler, batch_sampler, batch_size, drop_last)
        self.dataset, self.generator, self.num_workers = dataset, generator, num_workers
        self._iterable = isinstance(dataset, IterableDataset)
        if self._iterable and (shuffle or sampler is not None or batch_sampler is not None):
            raise SettingError(
                "an IterableDataset gives its own order; shuffle, sampler and batch_sampler can't"
                " change it."
            )
        if not self._iterable and sampler is None and batch_sampler is None:
            sampler = _order(dataset, shuffle, generator)
        self.sampler: Any = sampler
        if batch_sampler is None and batch_size is not None and not self._iterable:
            batch_sampler = BatchSampler(self.sampler, batch_size, drop_last)
        self.batch_sampler: Any = batch_sampler
        self.batch_size, self.drop_last = batch_size, drop_last
        self.collate_fn = collate_fn
        self.pin_memory, self.timeout, self.worker_init_fn = pin_memory, timeout, worker_init_fn
        self.prefetch_factor, self.persistent_workers = prefetch_factor, persistent_workers
        self.multiprocessing_context = multiprocessing_context
        self._made = True

    def __class_getitem__(cls, item: Any) -> GenericAlias:  # DataLoader[Tensor] in annotations
        return GenericAlias(cls, item)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED and "_made" in self.__dict__:
            raise SettingError(
                f"{name} of a DataLoader is fixed once it is made: its order was made from it.\n"
                f" Make another: DataLoader(dataset, {name}=…)."
            )
        super().__setattr__(name, value)

    @staticmethod
    def _check(
        workers: int,
        timeout: float,
        shuffle: Any,
        sampler: Any,
        batch_sampler: Any,
        size: Any,
        drop_last: bool,
    ) -> None:
        if workers < 0:
            raise SettingError(f"num_workers must be 0 or more, not {workers}.")
        if timeout < 0:
            raise SettingError(f"timeout must be 0 or more, not {timeout}.")
        if sampler is not None and shuffle:
            raise SettingError("sampler and shuffle exclude each other: a sampler is the order.")
        if batch_sampler is not None and (size != 1 or shuffle or sampler is not None or drop_last):
            raise SettingError(
                "batch_sampler excludes batch_size, shuffle, sampler and drop_last: it decides all."
            )
        if size is None and drop_last:
            raise SettingError(
                "drop_last needs a batch_size: without batches there is no last one."
            )
        if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
            raise SettingError(f"batch_size must be a whole number from 1, not {size!r}.")

    def __iter__(self) -> Iterator[Any]:
        if self._iterable:
            return self._stream()
        if self.batch_sampler is None:
            return (self._single(i) for i in self.sampler)
        if type(self.dataset) is TensorDataset and self.collate_fn is None:
            return self._slices(self.dataset)
        return (self._collate(self._samples(batch)) for batch in self.batch_sampler)

    def __len__(self) -> int:
        if self.batch_sampler is not None:
            return len(self.batch_sampler)
        if not self._iterable:
            return len(self.sampler)
        total = len(self.dataset)
        if self.batch_size is None:
            return total
        return total // self.batch_size if self.drop_last else -(-total // self.batch_size)

    def __repr__(self) -> str:
        own = self.sampler is None and self.batch_sampler is not None
        how = ["batch_sampler=…" if own else f"batch_size={self.batch_size}"]
        if isinstance(self.sampler, RandomSampler):
            how.append("shuffled")
        if self.drop_last:
            how.append("drop_last=True")
        try:
            single = self.batch_size is None
            how.append(samples(self) if single else count(len(self), "batch", "batches"))
        except (TypeError, NotImplementedError, AttributeError):
            pass  # a stream, or a dataset that does not say how long it is
        what = self.dataset
        name = repr(what) if isinstance(what, Dataset) else f"{type(what).__name__}"
        return f"{type(self).__name__}({name}, {', '.join(how)})"

    def _collate(self, samples: list[Any]) -> Any:
        return (self.collate_fn or default_collate)(samples)

    def _samples(self, batch: list[Any]) -> list[Any]:
        """The samples of these numbers; a dataset may have a way of its own to give several."""
        several: Any = getattr(self.dataset, "__getitems__", None)
        return [self.dataset[i] for i in batch] if several is None else several(batch)

    def _single(self, index: int) -> Any:
        sample = self.dataset[index]
        return (self.collate_fn or default_convert)(sample)

    def _slices(self, dataset: TensorDataset) -> Iterator[list[Tensor]]:
        """Rows of Tensors are cut out of the arrays at once, instead of stacked one by one."""
        arrays = [t._node.array for t in dataset.tensors]
        for batch in self.batch_sampler:
            rows = np.asarray(batch, np.int64)
            yield [of_array(array[rows]) for array in arrays]

    def _stream(self) -> Iterator[Any]:
        samples = iter(self.dataset)
        if self.batch_size is None:
            yield from map(self.collate_fn or default_convert, samples)
            return
        while batch := list(islice(samples, self.batch_size)):
            if len(batch) < self.batch_size and self.drop_last:
                return
            yield self._collate(batch)


def default_collate(batch: Sequence[Any]) -> Any:
    """Samples into a batch: Tensors, arrays and numbers are stacked, tuples and dicts gone into.

    Args:
        batch: samples of the same form.

    Example:
        >>> default_collate([(1.0, 2), (3.0, 4)])
        [tensor([1., 3.], dtype=pellucid.float64), tensor([2, 4])]
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return of_array(_stacked([t._node.array for t in batch]))
    if isinstance(first, np.ndarray | np.generic):
        return as_tensor(_stacked(batch))
    if isinstance(first, bool | int):
        return tensor(batch)
    if isinstance(first, float):
        return as_tensor(np.asarray(batch, np.float64))
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return {key: default_collate([sample[key] for sample in batch]) for key in first}
    if isinstance(first, tuple | list):
        return _collate_fields(batch, first)
    raise DataError(
        f"a batch can't be made of {type(first).__name__} samples.\n"
        " Give collate_fn=… a function that makes a batch of a list of them."
    )


def _stacked(arrays: Sequence[Any]) -> Any:
    """As `np.stack` does, which takes three to eight times as long for small rows."""
    try:
        return np.array(arrays)
    except ValueError:
        shapes = [tuple(np.shape(array)) for array in arrays]
    at = next(k for k, shape in enumerate(shapes) if shape != shapes[0])
    raise DataError(
        f"a batch is made of samples of one shape: its first has {shapes[0]}, and number {at + 1}"
        f" has {shapes[at]}.\n For sequences of different lengths give collate_fn=… a function that"
        " pads them, as nn.utils.rnn.pad_sequence does."
    )


def default_convert(data: Any) -> Any:
    """A sample with its arrays as Tensors; what a loader without batches may be given.

    Args:
        data: one sample; tuples, lists and dicts are gone into.

    Example:
        >>> import numpy as np
        >>> default_convert({"x": np.zeros(2), "name": "a"})
        {'x': tensor([0., 0.], dtype=pellucid.float64), 'name': 'a'}
    """
    if isinstance(data, np.ndarray | np.generic) and data.dtype.kind in "biuf":
        return as_tensor(data)
    if isinstance(data, Mapping):
        return {key: default_convert(value) for key, value in data.items()}
    if isinstance(data, tuple | list):
        parts = [default_convert(part) for part in data]
        return type(data)(*parts) if hasattr(data, "_fields") else parts
    return data


def _collate_fields(batch: Sequence[Any], first: Any) -> Any:
    if any(len(sample) != len(first) for sample in batch):
        raise DataError("the samples of a batch don't all have the same number of parts.")
    fields = [default_collate(field) for field in zip(*batch, strict=True)]
    return type(first)(*fields) if hasattr(first, "_fields") else fields


def _order(dataset: Any, shuffle: bool | None, generator: Generator | None) -> Sampler:
    if shuffle:
        return RandomSampler(dataset, generator=generator)
    return SequentialSampler(dataset)
