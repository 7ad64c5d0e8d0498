"""Many small arrays laid side by side in one vector, so that one call computes what many would.

An optimizer's rule is the same for every weight; on six small tensors, six times fourteen calls
cost more than the arithmetic. Long vectors are walked in pieces that stay in the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.dtypes import DType
from pellucid.engines.evaluate import evaluate
from pellucid.engines.numpy import namespace, quietly
from pellucid.engines.ready import Ready
from pellucid.graph.program import Program
from pellucid.shapes import Shape, numel

__all__ = ["Flat", "run_each", "run_in_place"]

# 32 K float32 are 128 KiB: a handful of such pieces fit a core's second-level cache.
PIECE = 32768
LONG = 4096  # numbers from which memory that lies ready is worth its bookkeeping


class Flat:
    """A vector, and a view of it in each of the given shapes.

    Args:
        shapes: the shapes that lie side by side.
        dtype: kind of number.

    Example:
        >>> from pellucid.dtypes import float32
        >>> flat = Flat([(2,), (1, 2)], float32)
        >>> flat.gather([np.ones(2), np.zeros((1, 2))]).tolist()
        [1.0, 1.0, 0.0, 0.0]
        >>> flat.views[1][0, 0] = 7.0
        >>> flat.vector.tolist()
        [1.0, 1.0, 7.0, 0.0]
    """

    __slots__ = ("_single", "vector", "views")

    def __init__(self, shapes: Sequence[Shape], dtype: DType) -> None:
        sizes = [numel(shape) for shape in shapes]
        self.vector = np.zeros(sum(sizes), dtype.name)
        ends = np.cumsum(sizes)
        self.views = [
            self.vector[end - size : end].reshape(shape)
            for shape, size, end in zip(shapes, sizes, ends, strict=True)
        ]
        self._single = len(shapes) == 1

    def gather(self, arrays: Sequence[Any]) -> Any:
        """The values of `arrays` as one vector; a single array is not copied if avoidable."""
        if self._single:
            return arrays[0].reshape(-1)
        return np.concatenate([a.reshape(-1) for a in arrays], out=self.vector)

    def scatter(self, vector: Any, arrays: Sequence[Any]) -> None:
        """Write what `gather` gave back into the memory of `arrays`."""
        if vector is self.vector:
            for array, view in zip(arrays, self.views, strict=True):
                array[...] = view
        elif not _same_memory(vector, arrays[0]):
            arrays[0][...] = vector.reshape(arrays[0].shape)


def _same_memory(vector: Any, array: Any) -> bool:
    """Whether an array laid out as a vector is still itself."""
    owner = vector.base
    return owner is array or (owner is not None and owner is array.base)


def run_in_place(
    program: Program, written: Sequence[Any], read: Sequence[Any], numbers: Sequence[float]
) -> None:
    """Run a program over vectors of one length; its outputs replace the vectors `written`.

    Args:
        program: inputs are `written`, `read`, `numbers`, in this order; one output per `written`.
        written: vectors that are read and then overwritten; a single number among them (an array
            without axes) is seen by all pieces, and overwritten at the end.
        read: vectors that are only read.
        numbers: single numbers, converted to the vectors' dtype.
    """
    run_each(program, [(written, read)], numbers)


def run_each(
    program: Program,
    work: Sequence[tuple[Sequence[Any], Sequence[Any]]],
    numbers: Sequence[float],
) -> None:
    """The same for several sets of vectors, written and read, all of one length and kind."""
    sets, written = [[*out, *read] for out, read in work], len(work[0][0])
    length, dtype = len(sets[0][0]), sets[0][0].dtype
    # Beside 16 bits a number keeps its digits: 0.999 is not 1.
    kind = np.float32 if dtype.itemsize == 2 else dtype.type
    scalars = [kind(number) for number in numbers]
    long = length >= LONG and program.elementwise and not program.halves
    if long and all(_alike(vectors, dtype) for vectors in sets):
        quietly(_run_long, program, sets, written, scalars)
        return
    for vectors in sets:
        _run_short(program, vectors, written, scalars)


def _run_short(
    program: Program, vectors: Sequence[Any], written: int, scalars: Sequence[Any]
) -> None:
    length = len(vectors[0])
    piece = PIECE if program.elementwise else max(length, 1)
    single = [vector for vector in vectors[:written] if not vector.ndim]
    with np.errstate(all="ignore"):
        for start in range(0, length, piece):
            end = start + piece
            cut = vectors if length <= piece else [v[start:end] if v.ndim else v for v in vectors]
            results = evaluate(program, [*cut, *scalars], namespace)
            for vector, result in zip(cut, results, strict=False):
                if vector.ndim:
                    vector[...] = result
    if single and length:
        found = [r for v, r in zip(vectors, results, strict=False) if not v.ndim]
        for vector, result in zip(single, found, strict=True):
            vector[...] = result


def _alike(vectors: Sequence[Any], dtype: Any) -> bool:
    for vector in vectors:  # noqa: SIM110  (a tenth of the time of all() over a generator)
        if vector.ndim != 1 or vector.dtype is not dtype:
            return False
    return True


def _run_long(
    program: Program, sets: Sequence[Sequence[Any]], written: int, scalars: Sequence[Any]
) -> None:
    """The same for vectors without a single number among them, all of a kind."""
    ready, length = Ready.of(program), len(sets[0][0])
    memory = ready.memory(min(length, PIECE), sets[0][0].dtype)
    for vectors in sets:
        for start in range(0, length, PIECE):
            cut = vectors if length <= PIECE else [v[start : start + PIECE] for v in vectors]
            found = ready([*cut, *scalars], memory[:, : len(cut[0])])
            for vector, result in zip(cut, found, strict=False):
                if result is not vector:
                    vector[...] = result
