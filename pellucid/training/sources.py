"""Where batches come from: rows in memory, or a loader that makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pellucid.dtypes import FLOAT, DType
from pellucid.errors import DataError
from pellucid.spelling import a_kind
from pellucid.tensor.creation import as_tensor, of_array
from pellucid.tensor.random import Generator, randperm
from pellucid.tensor.tensor import Tensor
from pellucid.training.rows import Named, Rows

__all__ = ["Batch", "FromLoader", "FromRows", "Source"]

Batch = tuple[tuple[Tensor, ...], Tensor]


class Source(Protocol):
    """Gives the batches of an epoch."""

    @property
    def exact(self) -> bool:
        """Whether an epoch can be taken up again in its middle."""

    @property
    def rows(self) -> int | None:
        """How many rows an epoch has, where known."""

    def count(self, size: int) -> int | None:
        """How many batches an epoch has, where known."""

    def epoch(self, size: int, order: Generator | None, start: int = 0) -> Iterator[Batch]:
        """The batches, in a new random order if a generator is given."""

    def first(self, rows: int = 2) -> Batch:
        """A few rows to look at."""

    def laid_out(self, lay_out: Callable[[Any], Any]) -> Source:
        """The same with targets laid out for the loss."""


@dataclass(frozen=True)
class FromRows:
    """Batches cut from arrays."""

    exact = True
    data: Rows

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self.data)

    def count(self, size: int) -> int:
        """How many batches."""
        return self.data.count(size)

    def layouts(self, size: int, accumulate: int = 1) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows of each batch of a usual step, and of the last step if it is another (else none)."""
        n, count = self.rows, self.count(size)
        batches = [size] * (count - 1) + [n - (count - 1) * size]
        usual = tuple(batches[:accumulate])
        last = tuple(batches[(count - 1) // accumulate * accumulate :])
        return usual, () if last == usual else last

    def epoch(self, size: int, order: Generator | None, start: int = 0) -> Iterator[Batch]:
        """Slices of the arrays; put into order once."""
        drawn = None if order is None else randperm(self.rows, generator=order)._node.array
        return self.data.batches(size, drawn, start)

    def first(self, rows: int = 2) -> Batch:
        """The first two rows: more would cost, and one would trouble a batch norm."""
        return next(self.data.take(slice(rows)).batches(rows))

    def laid_out(self, lay_out: Callable[[Any], Any]) -> FromRows:
        """Targets are laid out once."""
        try:
            return FromRows(replace(self.data, target=lay_out(self.data.target)))
        except DataError as wrong:
            if not self.data.own_target:
                raise
            misfit = (
                str(wrong)
                .split("\n")[0]
                .replace(" y has", " X has")
                .replace("y holds", "X holds", 1)
            )
            raise DataError(
                f"no y was given, so X is its own target; but {misfit}\n"
                " Pass the targets too: fit(model, (X, y))."
            ) from None


@dataclass(frozen=True)
class FromLoader:
    """Batches from a `DataLoader` or any other iterable of `(inputs, targets)`."""

    exact = False
    loader: Any
    dtype: DType
    lay_out: Callable[[Any], Any] | None = None

    @property
    def rows(self) -> int | None:
        """The rows of the loader's dataset, where it has any."""
        try:
            return len(self.loader.dataset)
        except (AttributeError, TypeError):
            return None

    def count(self, size: int) -> int | None:
        """What the loader says."""
        try:
            return len(self.loader)
        except TypeError:
            return None

    def epoch(self, size: int, order: Generator | None, start: int = 0) -> Iterator[Batch]:
        """What the loader gives; order and size are its own."""
        return map(self._taken, iter(self.loader))

    def first(self, rows: int = 2) -> Batch:
        """The first batch."""
        for batch in self.epoch(1, None):
            return batch
        raise DataError("the loader gives no batches: there is nothing to learn from.")

    def laid_out(self, lay_out: Callable[[Any], Any]) -> FromLoader:
        """Targets are laid out batch by batch."""
        return FromLoader(self.loader, self.dtype, lay_out)

    def _taken(self, batch: Any) -> Batch:
        parts = list(batch) if isinstance(batch, tuple | list) else [batch, batch]
        if len(parts) == 1:
            parts *= 2
        names: tuple[str, ...] = ()
        if isinstance(parts[0], Mapping):
            if len(parts) != 2 or parts[1] is parts[0]:
                raise DataError(
                    "a batch of the loader is a dict, and it can't be told what of it is the"
                    " target.\n Let the loader give pairs: ({name: input, …}, target)."
                )
            names, parts = tuple(map(str, parts[0])), [*parts[0].values(), parts[1]]
        elif len(parts) == 2 and _several(parts[0]):
            parts = [*parts[0], parts[1]]
        tensors = [self._number(part) for part in parts]
        y = tensors[-1]
        if not y._node.shape:
            raise DataError(
                "the loader gives single samples, whose target is one number, and fit learns from"
                " batches.\n Let it make some: DataLoader(dataset, batch_size=32)."
            )
        if self.lay_out is not None:
            y = of_array(self.lay_out(y._node.array))
        return Named.of(tensors[:-1], names), y

    def _number(self, part: Any) -> Tensor:
        try:
            tensor = as_tensor(part)
        except (TypeError, ValueError) as wrong:
            raise DataError(f"a batch of the loader holds {a_kind(part)}: {wrong}") from None
        other = tensor.dtype.category == FLOAT and tensor.dtype is not self.dtype
        return tensor.to(self.dtype) if other else tensor


def _several(part: Any) -> bool:
    """Whether these are inputs side by side, such as (text, lengths), and not one as a list."""
    return isinstance(part, tuple | list) and bool(part) and all(hasattr(x, "shape") for x in part)
