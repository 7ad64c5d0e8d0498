"""Whatever people pass as data, as arrays in memory: checked once, so that steps can trust them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data.wording import count
from pellucid.dtypes import DType, by_name
from pellucid.errors import DataError
from pellucid.graph.node import leaf
from pellucid.spelling import a_kind
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["Named", "Rows", "as_rows", "feed", "is_sparse", "numbers_of", "weight_of"]

# An epoch's rows are put into their random order at once, so that each batch is a slice; beyond
# this many bytes each batch is gathered by itself instead.
AT_ONCE = 1 << 28


class Named(tuple[Tensor, ...]):
    """Inputs of a model that are passed by name, or whose rows count differently.

    Attributes:
        names: of its arguments; none where they are passed by place.
        weight: how much each row counts; None for alike.
    """

    names: tuple[str, ...]
    weight: Tensor | None

    @classmethod
    def of(
        cls, tensors: Iterable[Tensor], names: tuple[str, ...], weight: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        """The Tensors with their names and weights; a plain tuple where there are none."""
        if not names and weight is None:
            return tuple(tensors)
        made = cls(tensors)
        made.names, made.weight = names, weight
        return made


def feed(model: Callable[..., Any], x: Sequence[Tensor]) -> Any:
    """What a model gives for its inputs, passed by place or by name."""
    if type(x) is Named and x.names:
        return model(**dict(zip(x.names, x, strict=True)))
    return model(*x)


def weight_of(x: Sequence[Tensor]) -> Tensor | None:
    """How much each row of a batch counts; None where all count alike."""
    return x.weight if type(x) is Named else None


@dataclass(frozen=True)
class Rows:
    """Inputs and targets, row by row.

    Args:
        inputs: one array per argument of the model, each with n rows.
        target: an array with n rows.
        names: of the arguments, where they are passed by name.
        weight: an array of how much each row counts; None for alike.
    """

    inputs: tuple[Any, ...]
    target: Any
    names: tuple[str, ...] = ()
    weight: Any = None

    def __len__(self) -> int:
        return len(self.target)

    @property
    def own_target(self) -> bool:
        """Whether no targets were given: the network is to give back what it gets."""
        return self.target is self.inputs[0]

    @property
    def arrays(self) -> tuple[Any, ...]:
        """All that is cut into batches; the target is the last."""
        weight = () if self.weight is None else (self.weight,)
        return (*self.inputs, *weight, self.target)

    def batch(self, tensors: Sequence[Tensor]) -> tuple[tuple[Tensor, ...], Tensor]:
        """Inputs and targets of a batch, from Tensors in the order of `arrays`."""
        inputs, weight = tensors[:-1], None
        if self.weight is not None:
            inputs, weight = tensors[:-2], tensors[-2]
        return Named.of(inputs, self.names, weight), tensors[-1]

    def take(self, rows: Any) -> Rows:
        """Some of the rows, as copies."""
        inputs = tuple(x[rows] for x in self.inputs)
        target = inputs[0] if self.own_target else self.target[rows]
        weight = None if self.weight is None else self.weight[rows]
        return Rows(inputs, target, self.names, weight)

    def batches(
        self, size: int, order: Any = None, start: int = 0
    ) -> Iterator[tuple[tuple[Tensor, ...], Tensor]]:
        """Batches of Tensors.

        Args:
            size: rows per batch; the last one may be shorter, or longer by one.
            order: the order of the rows; as they are when None.
            start: how many batches to leave out at the beginning.
        """
        arrays = self.arrays
        dtypes = [by_name(a.dtype.name) for a in arrays]
        if order is not None and sum(a.nbytes for a in arrays) <= AT_ONCE:
            arrays, order = tuple(a[order] for a in arrays), None
        count = self.count(size)
        for i in range(start, count):
            at, end = i * size, len(self) if i == count - 1 else (i + 1) * size
            rows = slice(at, end) if order is None else order[at:end]
            parts = [_tensor(a[rows], d) for a, d in zip(arrays, dtypes, strict=True)]
            yield self.batch(parts)

    def count(self, size: int) -> int:
        """How many batches that makes.

        A single row that is left over joins the batch before it: one row has no spread, and a batch
        norm divides by the spread.
        """
        full, left = divmod(len(self), size)
        return full + (left > 1 or (left == 1 and full == 0))

    def digest(self) -> str:
        """Eight hexadecimal digits that change with any number."""
        import zlib

        sum_ = 0
        for a in self.arrays:
            sum_ = zlib.crc32(f"{a.shape}{a.dtype}".encode(), sum_)
            sum_ = zlib.crc32(np.ascontiguousarray(a).data, sum_)
        return f"{sum_:08x}"


def as_rows(data: Any, dtype: DType, whole_inputs: bool = False) -> Rows:
    """Arrays of what was passed.

    Args:
        data: `(X, y)`, with arrays, lists, Tensors or pandas objects; X may be a tuple of several
            inputs, or a dict of them by name. X alone is its own target: the network is to give
            back what it gets.
        dtype: the model's kind of number; inputs and float targets are converted to it.
        whole_inputs: keep whole-number inputs as they are, for models that look them up.

    Raises:
        DataError: different numbers of rows, text, or missing values; names the place.
    """
    if isinstance(data, tuple | list) and len(data) == 2 and not _is_number(data[0]):
        given, target = data
    elif isinstance(data, tuple | list) and len(data) == 1:
        given, target = data[0], data[0]
    else:
        given, target = data, data
    by_name: tuple[str, ...] = ()
    if isinstance(given, Mapping):
        if target is given:
            raise DataError("X is a dict of inputs, and y is missing: fit(model, ({…}, y)).")
        by_name, given = tuple(map(str, given)), tuple(given.values())
    _check_several(given, target)
    several = given if isinstance(given, tuple) else (given,)
    places = by_name or range(len(several))
    names = ["X"] if len(several) == 1 else [f"X[{place!r}]" for place in places]
    inputs = tuple(
        numbers_of(x, name, dtype, whole_inputs) for x, name in zip(several, names, strict=True)
    )
    y = inputs[0] if target is given else numbers_of(target, "y", dtype, True)
    _check_rows(inputs, names, y)
    return Rows(inputs, y, by_name)


def _check_several(given: Any, target: Any) -> None:
    """A list of arrays that each have a row for every target was meant as a tuple."""
    n = len(target) if hasattr(target, "__len__") and not is_sparse(target) else -1
    if not isinstance(given, list) or len(given) in (0, n):
        return
    if all(np.shape(x)[:1] == (n,) for x in given):
        raise DataError(
            f"X is a list of {len(given)} arrays with a row for each target.\n"
            " Several inputs go in as a tuple: fit(model, ((a, b), y))."
        )


def numbers_of(value: Any, name: str, dtype: DType, keep_whole: bool) -> Any:
    """An array of numbers.

    Args:
        value: an array, a list, a Tensor or a pandas object.
        name: what messages call it.
        dtype: the kind of number that real ones become.
        keep_whole: whether whole ones stay whole.

    Raises:
        DataError: text, missing values, or rows of different lengths; names the place.
    """
    array = _array(value, name)
    if array.ndim == 0:
        raise DataError(f"{name} is a single number; a row of data for each sample is needed.")
    if array.dtype.kind not in "biuf":
        raise DataError(_not_numbers(value, array, name))
    if array.dtype.kind == "f" or not keep_whole:
        array = array.astype(dtype.name, copy=False)
        _check_finite(array, name)
    elif array.dtype.kind == "b" or array.dtype.itemsize < 8:
        array = array.astype(np.int64)
    return np.ascontiguousarray(array)


def _array(value: Any, name: str) -> Any:
    if isinstance(value, Tensor):
        return value.detach().numpy()
    if hasattr(value, "to_numpy"):  # pandas
        return value.to_numpy()
    if is_sparse(value):
        raise DataError(
            f"{name} is sparse ({a_kind(value)}), and rows with all their numbers are needed.\n"
            f" Pass {name}.toarray()."
        )
    try:
        return np.asarray(value)
    except ValueError:
        raise DataError(f"{name}: the rows don't all have the same length.") from None


def is_sparse(value: Any) -> bool:
    """Whether this is a matrix of SciPy that keeps only what is not 0."""
    return hasattr(value, "toarray") and hasattr(value, "nnz")


def _tensor(array: Any, dtype: DType) -> Tensor:
    return wrap(leaf(array, array.shape, dtype))


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float | np.generic)


def _check_rows(inputs: Sequence[Any], names: Sequence[str], y: Any) -> None:
    for x, name in zip(inputs, names, strict=True):
        if len(x) != len(y):
            raise DataError(
                f"{name} has {count(len(x), 'row')} and y has {len(y):,};"
                " each row needs one target."
            )
    if len(y) == 0:
        raise DataError("there are no rows to learn from.")


def _check_finite(array: Any, name: str) -> None:
    finite = np.isfinite(array)
    if finite.all():
        return
    first = tuple(int(i) for i in np.argwhere(~finite)[0])
    place = f"row {first[0]}" + "".join(f", column {i}" for i in first[1:2])
    count = int(finite.size - finite.sum())
    more = f" ({count:,} such values in all)" if count > 1 else ""
    raise DataError(
        f"{name} holds {array[first]} at {place}{more}; rows and columns are counted from 0.\n"
        " Fill such values or leave their rows out before training."
    )


def _not_numbers(value: Any, array: Any, name: str) -> str:
    if hasattr(value, "dtypes") and hasattr(value, "columns"):
        wrong = [str(c) for c, d in value.dtypes.items() if getattr(d, "kind", "O") not in "biuf"]
        return (
            f"{name}: the column {wrong[0]!r} does not hold numbers.\n"
            " pellucid.data.make_table(frame, target=…) turns categories and dates into them."
        )
    first = array.reshape(-1)[0] if array.size else "nothing"
    first = first.item() if hasattr(first, "item") else first
    kind = "text" if array.dtype.kind in "US" else f"{array.dtype} values"
    remedy = (
        " Number the classes: names, y = numpy.unique(y, return_inverse=True)."
        if name == "y"
        else " Turn them into numbers first; pellucid.data.make_table does that for tables."
    )
    return f"{name} holds {kind}, such as {first!r}, and numbers are needed.\n{remedy}"
