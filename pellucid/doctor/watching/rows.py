"""Rows that are kept of what came by: whole batches in their order, the same rows once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.doctor.seen import Rows
from pellucid.doctor.watching.library import Library

__all__ = ["Keeper", "flattened", "marks"]

_ROWS = 2000
_BYTES = 32 << 20
_MUCH = 1 << 20
_SAME, _NEVER = 8, 1 << 40
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ over the golden ratio: its multiples lie far apart
_LONG = 128  # words of a row, beyond which not all of them tell it from others

_Parts = list[tuple[Any, Any]]  # inputs and targets


class Keeper:
    """Keeps up to 2,000 rows of inputs and targets, from batches spread over the run."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.batches: list[tuple[int, Any, Any]] = []
        self.count = self.bytes = self.came = 0
        self.every = 1
        self.complete = False
        self.thinned = False
        self.last: Any = None
        self.form: Any = None
        self.like: Any = None  # what the last batch that was kept looked like, and its size
        self.size = 0, 0
        self.same = 0  # how often in a row that was offered

    def offer(self, x: Any, y: Any, table: Callable[[], Any] | None = None) -> Any:
        """Keep copies of a batch, if its turn has come.

        Args:
            x: the input.
            y: its targets.
            table: gives several inputs side by side, and None where `x` is the only one.

        Returns:
            the copy of the targets, None if there is none.
        """
        if self.complete:
            return None
        same = (id(x), id(y))
        if same == self.last:
            self.same += 1
            return None
        self.last, self.same = same, 0
        self.came += 1
        if (self.came - 1) % self.every:
            return None
        side_by_side = None if table is None else table()
        return self._keep(x if side_by_side is None else side_by_side, y)

    def until(self) -> int:
        """How many may be left out before the next is wanted."""
        if self.complete or self.same >= _SAME:
            return _NEVER
        return self.every - 1 - (self.came - 1) % self.every if self.came else 0

    def pass_over(self, batches: int) -> None:
        """So many were left out."""
        if not self.complete and not self.same:
            self.came += batches

    def _keep(self, x: Any, y: Any) -> Any:
        like = x.shape, y.shape, x.dtype, y.dtype
        if like != self.like:
            return self._keep_new(x, y, like)
        y = self.library.copied(y)
        return self._kept(x if isinstance(x, np.ndarray) else self.library.copied(x), y)

    def _keep_new(self, x: Any, y: Any, like: Any) -> Any:
        """A batch of another form than the one before it."""
        self.like = None
        if not x.ndim or not y.ndim or not len(x):
            return None
        if len(x) != len(y):
            if not flattened(x.shape, y.shape):
                return None
            y = y.reshape(len(x), len(y) // len(x), *y.shape[1:])
        if len(x) > _ROWS:
            at = np.linspace(0, len(x) - 1, _ROWS).astype(int)
            x, y = self._array(x)[at], self.library.array(y)[at]
            self.thinned = True
        else:
            x = x if isinstance(x, np.ndarray) else self.library.copied(x)
            y = self.library.copied(y)
        size = x.nbytes + y.nbytes
        form = x.shape[1:], y.shape[1:], x.dtype, y.dtype
        if size > _BYTES or (self.batches and self.form != form):
            return None
        self.form, self.size = form, (len(x), size)
        if (x.shape, y.shape) == like[:2]:
            self.like = like
        return self._kept(x, y)

    def _kept(self, x: Any, y: Any) -> Any:
        self.batches.append((self.came, x, y))
        rows, size = self.size
        self.count, self.bytes = self.count + rows, self.bytes + size
        if self.count > 2 * _ROWS or self.bytes > _BYTES:
            self._thin()
        return y

    def _thin(self) -> None:
        """Leave out what came twice, or every second batch."""
        parts = self._parts()
        first = self._first(parts)
        if len(first) <= 0.6 * self.count:
            self.complete = True
            self.batches = [(0, *self._at(first, parts))]
        else:
            self.thinned = True
            self.every *= 2
            kept = [b for b in self.batches if (b[0] - 1) % self.every == 0]
            self.batches = kept or self.batches[:1]
        self.count = sum(len(x) for _, x, _ in self.batches)
        self.bytes = sum(x.nbytes + y.nbytes for _, x, y in self.batches)

    def _first(self, parts: _Parts) -> npt.NDArray[np.intp]:
        """The places of the rows that did not come before."""
        found = [np.concatenate([_marks(x), _marks(y)], axis=1) for x, y in parts]
        return _firsts(np.concatenate(found))

    def _at(self, at: npt.NDArray[np.intp], parts: _Parts) -> tuple[Any, Any]:
        """The rows at some places, in order."""
        xs, ys, start = [], [], 0
        for x, y in parts:
            own = at[(at >= start) & (at < start + len(x))] - start
            xs.append(x[own])
            ys.append(y[own])
            start += len(x)
        return np.concatenate(xs), np.concatenate(ys)

    def _parts(self) -> _Parts:
        """All that is kept: at once, or batch by batch where that is much."""
        arrays = [(self._array(x), self._array(y)) for _, x, y in self.batches]
        if self.bytes > _MUCH:
            return arrays
        xs, ys = zip(*arrays, strict=True)
        return [(np.concatenate(xs), np.concatenate(ys))]

    def _array(self, kept: Any) -> Any:
        return kept if isinstance(kept, np.ndarray) else self.library.array(kept)

    def rows(self) -> Rows | None:
        """What was kept."""
        if not self.batches:
            return None
        parts = self._parts()
        first = self._first(parts)
        whole = self.complete or (
            not self.thinned and (len(first) < self.count or len(self.batches) == 1)
        )
        return Rows(*self._at(first[:_ROWS], parts), total=len(first) if whole else 0)


def flattened(x: Sequence[int], y: Sequence[int]) -> bool:
    """Whether targets are those of sequences laid end to end: one, or one less, for every place.

    Args:
        x: the shape of the input, (rows, places, …).
        y: that of the targets.
    """
    return len(x) > 1 and y[0] in (x[0] * x[1], x[0] * (x[1] - 1))


def marks(a: npt.NDArray[Any]) -> list[bytes]:
    """Something short that is the same for rows that are the same.

    The row itself; of a long one, words from all over it, and the sum of all.
    """
    flat = _marks(a)
    if not flat.size:
        return [b""] * len(a)
    found: list[bytes] = flat.view(np.dtype((np.void, flat.shape[1])))[:, 0].tolist()
    return found


def _marks(a: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """The same as bytes, row by row."""
    flat = np.ascontiguousarray(a.reshape(len(a), -1))
    if not flat.size:
        return np.zeros((len(a), 0), np.uint8)
    flat = flat.view(np.uint8)
    words = flat if flat.shape[1] % 4 else flat.view(np.uint32)
    many = words.shape[1]
    if many <= _LONG:
        return flat
    total = np.add.reduce(words, axis=1, dtype=np.uint64, keepdims=True).view(np.uint8)
    some = np.ascontiguousarray(words[:, :: many // (_LONG // 2)]).view(np.uint8)
    return np.concatenate([total, some], axis=1)


def _firsts(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    """The places of rows of bytes that did not come before.

    Sorted by one number for each row; should rows that differ have the same number, by themselves.
    """
    words = np.zeros((len(rows), -(-rows.shape[1] // 8)), np.uint64)
    words.view(np.uint8)[:, : rows.shape[1]] = rows
    factors = np.arange(1, 2 * words.shape[1], 2, dtype=np.uint64) * _ODD
    keys = np.add.reduce((words ^ (words >> np.uint64(29))) * factors, axis=1)
    _, first, like = np.unique(keys, return_index=True, return_inverse=True)
    if not np.array_equal(words, words[first[like]]):
        _, first = np.unique(words, axis=0, return_index=True)
    return np.sort(first)
