"""What the training batches hold: rows that are kept, targets counted, how well they fit.

A step may take a tenth of a millisecond. So small tensors are copied as they come, and looked at
when the training is over; large ones are looked at as they come, and not kept.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from pellucid.doctor.seen import Batch, LossSeen, Score
from pellucid.doctor.watching.library import Library
from pellucid.doctor.watching.losses import LossCall, describe, right_answers, rows_of
from pellucid.doctor.watching.passes import Pass
from pellucid.doctor.watching.plan import Spread
from pellucid.doctor.watching.rows import Keeper
from pellucid.doctor.watching.several import Several

__all__ = ["Batches", "batch_of"]

_LARGE = 8192  # numbers above which a tensor is looked at at once, and isn't kept
_FEW = 1 << 19  # numbers of a prediction that are looked at
_EVERY_ONE, _TARGETS = 256, 1280  # batches whose targets are counted one by one, and at most


class Batches:
    """The training batches of a run."""

    def __init__(self, library: Library, several: Several) -> None:
        self.library, self.several = library, several
        self.kept = Keeper(library)
        self.plain, self.partial = True, False
        self.loss: LossSeen | None = None
        self._targets = Spread(_TARGETS, first=_EVERY_ONE)
        self._targets.every = 16
        self._fits = Spread(160, first=2)
        self._fits.every = 8
        self.left = self._planned = 0  # of the next batches, so many say nothing new
        self._only_target = False
        self.last: Any = None  # input and targets of the last that was shown

    def add(
        self, call: LossCall, found: Pass | None, value: float, step: int, looked: bool
    ) -> None:
        """A batch that is learned from.

        Args:
            call: its loss.
            found: the pass of the network; None where there were several, or none as a whole.
            value: of the loss.
            step: counted from 0.
            looked: whether this step is looked at closely.
        """
        self._pass_over(self._planned - self.left)
        y = call.target
        self.last = None if found is None else (found.x, y)
        if (found is None and self.plain) or not (found is None or self.several.fits(found)):
            self.plain, self.partial = False, self.partial or found is not None
        copied = None
        if found is not None and not self.kept.complete and found.x is not None:
            copied = self.kept.offer(found.x, y, partial(self.several.table, found))
        if self.loss is None or looked:
            self.loss = describe(self.loss, call, self.library)
        if self._targets.wanted():
            self._targets.keep(self._target(step, y, copied))
        if self._fits.wanted() and value == value:
            training = found is None or found.training
            self._fits.keep(self._fit(step, value, call, training))
        self._plan()

    def again(
        self, name: str, given: tuple[Any, Any, Any], value: float, step: int, training: bool
    ) -> bool:
        """A batch of a loop that goes as before, as `add`; False where it has to be looked at.

        Args:
            name: of the loss.
            given: the input, the prediction and the targets.
            value: of the loss.
            step: counted from 0.
            training: whether layers worked as in training.
        """
        x, p, y = given
        if self.loss is None or not self.plain or self.several.layout is not None:
            return False
        if y.numel() > _LARGE or p.numel() > _LARGE:
            return False
        if self._planned:
            self._pass_over(self._planned - self.left)
        self.last = x, y
        own = None if self.kept.complete else self.kept.offer(x, y)
        copy = self.library.copied
        if self._targets.wanted():
            own = copy(y) if own is None else own
            self._targets.keep((step, own))
        if self._fits.wanted() and value == value:
            own = copy(y) if own is None else own
            self._fits.keep((step, value, name, training, copy(p), own))
        self._plan()
        return True

    def target(self, y: Any, step: int) -> bool:
        """A batch of which only the targets are new; False where there is more to it."""
        if not self._only_target or y.numel() > _LARGE:
            return False
        self._pass_over(self._planned - self.left + 1)
        self._targets.keep((step, self.library.copied(y)))
        self._plan()
        return True

    def rows(self, x: Any, y: Any, step: int) -> None:
        """A batch of which no more is known than its rows."""
        if not self.kept.complete:
            self.kept.offer(x, y)
        if self._targets.wanted():
            self._targets.keep(self._target(step, y, None))

    def _plan(self) -> None:
        """What comes next."""
        targets, others = self._targets.until(), min(self._fits.until(), self.kept.until())
        self.left = self._planned = min(targets, others)
        self._only_target = targets < others

    def _pass_over(self, batches: int) -> None:
        """So many were not shown."""
        for spread in (self._targets, self._fits):
            spread.came += batches
        self.kept.pass_over(batches)

    def _target(self, step: int, y: Any, copied: Any) -> tuple[Batch | int, Any]:
        """The targets, or what is counted of them and some of them in order."""
        if y.numel() <= _LARGE:
            return step, self.library.copied(y) if copied is None else copied
        a = self.library.array(y)
        return batch_of(step, a), a.reshape(-1)[:: -(-a.size // _LARGE)].copy()

    def _fit(self, step: int, value: float, call: LossCall, training: bool) -> Any:
        """A score; the parts of one where the tensors are small."""
        p, y = call.prediction, call.target
        if max(p.numel(), y.numel()) <= _LARGE:
            return step, value, call.name, training, self.library.copied(p), self.library.copied(y)
        rows = rows_of(y)
        if p.ndim and y.ndim and len(p) == len(y):
            few = max(1, _FEW * len(p) // p.numel())
            p, y = p.detach()[:few], y.detach()[:few]
        right = right_answers(call.name, self.library.array(p), self.library.array(y))
        return Score(step, rows, value, right, training)

    def _array(self, kept: Any) -> Any:
        return kept if isinstance(kept, np.ndarray) else self.library.array(kept)

    def counted(self) -> list[Batch]:
        """The targets of batches."""
        return [
            one if isinstance(one, Batch) else batch_of(one, self._array(y))
            for _, (one, y) in self._targets.kept
        ]

    def order(self, epoch: int) -> bool | None:
        """Whether batches come in another order each epoch, told by their targets."""
        ys = [self._array(y) for _, (_, y) in self._targets.kept[:_EVERY_ONE]]
        if epoch < 2 or len(ys) < epoch + 2:
            return None
        first, second = ys[:epoch], ys[epoch : 2 * epoch]
        if all(np.array_equal(first[0], y) for y in first):
            return None
        same = [np.array_equal(a, b) for a, b in zip(first, second, strict=False)]
        return not all(same)

    def fits(self) -> list[Score]:
        """How well batches fit."""
        found = []
        for _, one in self._fits.kept:
            if isinstance(one, Score):
                found.append(one)
                continue
            step, value, name, training, p, y = one
            a, b = self._array(p), self._array(y)
            found.append(Score(step, rows_of(b), value, right_answers(name, a, b), training))
        return found


def batch_of(step: int, y: Any) -> Batch:
    """The targets of a batch, counted.

    Args:
        step: at which they were learned from.
        y: targets, as an array.
    """
    if y.dtype.kind in "iub":
        flat = y.reshape(-1)
        counts: tuple[int, ...] = ()
        if flat.size and flat.min() >= 0 and flat.max() < 1000:
            counts = tuple(np.bincount(flat.astype(np.int64, copy=False)).tolist())
        return Batch(step, rows_of(y), counts)
    if not y.size:
        return Batch(step, 0)
    return Batch(step, rows_of(y), mean=float(y.mean()), std=float(y.std()))
