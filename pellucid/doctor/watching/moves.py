"""What one step does to the parameters: their lengths, their gradients', how far they go.

Small parameters are laid side by side and measured together, so that ten of them cost what one
does. Of large ones the lengths of value and gradient are exact; how far they go, and how the
gradient turns, is told by blocks spread evenly over them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.doctor.step import Move
from pellucid.doctor.watching.figures import norm
from pellucid.doctor.watching.library import Library

__all__ = ["Moves", "share", "some"]

_SMALL = 1 << 12  # numbers up to which a parameter is laid beside others
_LARGE, _BLOCK, _ONE_IN = 1 << 16, 64, 16  # beyond which only blocks are compared
_FOLLOWED = 1 << 26  # numbers of parameters that are followed


class Moves:
    """Measures the steps that are looked at closely.

    Args:
        library: whose tensors they are.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.beside = _Beside(library)
        self.alone: dict[str, Any] = {}
        self.before: dict[str, tuple[float, Any]] = {}
        self.turned: dict[str, tuple[float, Any]] = {}
        self.known = 0
        self.begun = False

    def begin(self, tensors: Mapping[str, Any]) -> None:
        """Keep what is needed of the values before a step."""
        if self.known != len(tensors):
            self._sort(tensors)
        self.beside.begin()
        for name, p in self.alone.items():
            a = self.library.array(p)
            self.before[name] = norm(a), some(a).copy()
        self.begun = True

    def _sort(self, tensors: Mapping[str, Any]) -> None:
        self.known, left = len(tensors), _FOLLOWED
        small: dict[str, Any] = {}
        self.alone.clear()
        for name, p in tensors.items():
            left -= p.numel()
            if left < 0:
                break
            (small if 0 < p.numel() <= _SMALL else self.alone)[name] = p
        self.beside = _Beside(self.library, small)

    def end(self, stepped: bool) -> dict[str, Move]:
        """What the step did."""
        self.begun = False
        moves = self.beside.end(stepped)
        moves.update({name: self._move(name, p, stepped) for name, p in self.alone.items()})
        self.before.clear()
        return moves

    def _move(self, name: str, p: Any, stepped: bool) -> Move:
        value, before = self.before[name]
        move = Move(value)
        if p.grad is not None:
            g = self.library.array(p.grad)
            move.grad = norm(g)
            move.turn = self._turn(name, some(g))
        move.finite = math.isfinite(value) and (move.grad is None or math.isfinite(move.grad))
        if stepped:
            now = some(self.library.array(p))
            np.subtract(now, before, out=before)
            move.update = norm(before) * share(p.numel())
        return move

    def _turn(self, name: str, now: npt.NDArray[Any]) -> float | None:
        """The cosine between this gradient and the one before it."""
        last, size = self.turned.get(name), norm(now)
        self.turned[name] = size, now.copy()
        if last is None or not (last[0] > 0 and size > 0) or last[1].shape != now.shape:
            return None
        with np.errstate(all="ignore"):
            return float(np.multiply(last[1], now, out=last[1]).sum()) / (last[0] * size)


def some(a: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The numbers in a row; of many, blocks of them."""
    flat = a.reshape(-1)
    if flat.size <= _LARGE:
        return flat
    each = _BLOCK * _ONE_IN
    return flat[: flat.size // each * each].reshape(-1, each)[:, :_BLOCK]


def share(size: int) -> float:
    """The length of all, over that of the numbers which were taken."""
    if size <= _LARGE:
        return 1.0
    return math.sqrt(size / (size // (_BLOCK * _ONE_IN) * _BLOCK))


class _Beside:
    """Small parameters, laid side by side.

    Args:
        library: whose tensors they are.
        tensors: by name.
    """

    def __init__(self, library: Library, tensors: Mapping[str, Any] | None = None) -> None:
        self.library, self.tensors = library, dict(tensors or {})
        sizes = [p.numel() for p in self.tensors.values()]
        self.starts = np.cumsum([0, *sizes[:-1]], dtype=np.intp)
        self.value, self.grad, self.last = (np.zeros(sum(sizes)) for _ in range(3))
        self.ends = [(int(s), int(s) + n) for s, n in zip(self.starts, sizes, strict=False)]
        self.lengths: npt.NDArray[np.floating[Any]] = np.zeros(len(sizes))
        self.turned: npt.NDArray[np.floating[Any]] = np.zeros(len(sizes))

    def begin(self) -> None:
        """Keep the values before a step."""
        if self.tensors:
            arrays = [self.library.array(p).reshape(-1) for p in self.tensors.values()]
            np.concatenate(arrays, out=self.value, casting="unsafe")
            self.lengths = self._norms(self.value)

    def end(self, stepped: bool) -> dict[str, Move]:
        """What the step did."""
        if not self.tensors:
            return {}
        grads = [p.grad for p in self.tensors.values()]
        self.last, self.grad = self.grad, self.last
        for (start, end), g in zip(self.ends, grads, strict=True):
            self.grad[start:end] = 0.0 if g is None else self.library.array(g).reshape(-1)
        sizes, turned = self._norms(self.grad), self.turned
        with np.errstate(all="ignore"):
            dots = np.add.reduceat(np.multiply(self.last, self.grad, out=self.last), self.starts)
            cosines = dots / (sizes * turned)
        self.turned = np.where([g is not None for g in grads], sizes, 0.0)
        updates = self._updates() if stepped else None
        found = {}
        for i, (name, g) in enumerate(zip(self.tensors, grads, strict=True)):
            move = found[name] = Move(float(self.lengths[i]))
            if g is not None:
                move.grad = float(sizes[i])
                move.turn = float(cosines[i]) if turned[i] > 0 and move.grad > 0 else None
            move.finite = math.isfinite(move.value + (move.grad or 0.0))
            if updates is not None:
                move.update = float(updates[i])
        return found

    def _updates(self) -> npt.NDArray[np.floating[Any]]:
        arrays = [self.library.array(p).reshape(-1) for p in self.tensors.values()]
        after = np.concatenate(arrays, dtype=np.float64, casting="unsafe")
        with np.errstate(all="ignore"):
            after -= self.value
        return self._norms(after)

    def _norms(self, side_by_side: npt.NDArray[np.float64]) -> npt.NDArray[np.floating[Any]]:
        with np.errstate(all="ignore"):
            found: npt.NDArray[np.floating[Any]] = np.sqrt(
                np.add.reduceat(np.square(side_by_side), self.starts)
            )
        return found
