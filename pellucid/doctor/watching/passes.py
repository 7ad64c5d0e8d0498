"""Forward passes and losses that wait for a backward pass: which it comes from, and which not.

A pass that a backward pass comes through is one that was learned from. All others are scores, or
somebody's look at the network.
"""

from __future__ import annotations

from typing import Any

from pellucid.doctor.watching.library import Library, tensors_in
from pellucid.doctor.watching.losses import LossCall
from pellucid.doctor.watching.modes import Modes
from pellucid.doctor.watching.scores import Scores

__all__ = ["Pass", "Passes"]

_MANY = 64  # that wait
_SURE = 3  # backward passes whose origin was looked up, after which the obvious one is taken


class Pass:
    """One forward pass of a watched network.

    Attributes:
        model: the network.
        args: what it was given.
        kwargs: by name.
        out: what it returned.
        outs: the tensors in that.
        x: its input, or the first of several.
        training: whether layers worked as in training.
        recorded: whether a backward pass could follow.
    """

    __slots__ = ("args", "kwargs", "model", "out", "outs", "recorded", "training", "x")

    def __init__(
        self, kind: Any, model: Any, args: Any, kwargs: Any, out: Any, training: bool = False,
        recorded: bool = False,
    ) -> None:  # fmt: skip
        self.model, self.args, self.kwargs, self.out = model, args, kwargs, out
        self.outs = [out] if isinstance(out, kind) else tensors_in(out, kind)
        if args and isinstance(args[0], kind):
            self.x = args[0]
        else:
            self.x = next(iter(tensors_in((args, kwargs), kind)), None)
        self.training, self.recorded = training, recorded

    @property
    def plain(self) -> bool:
        """Whether the input is one tensor."""
        return len(self.args) == 1 and not self.kwargs and self.args[0] is self.x

    @property
    def rows(self) -> int:
        """How many rows."""
        try:
            return 0 if self.x is None else len(self.x)
        except TypeError:  # a single number
            return 0


class Passes:
    """What waits, and what became of what has waited."""

    def __init__(self, library: Library, modes: Modes, scores: Scores) -> None:
        self.library, self.modes, self.scores = library, modes, scores
        self.waiting: list[Pass] = []
        self.losses: list[LossCall] = []
        self.train = self.train_in_eval = self.eval = self.eval_in_train = self.single_rows = 0
        self.sizes: dict[int, int] = {}
        self.alike = 0
        self.step = 0

    def add(self, found: Pass) -> bool:
        """A pass; whether it waits for a backward pass."""
        found.training = self.modes.of(found.model)
        outs = found.outs
        found.recorded = (
            outs[0].requires_grad if len(outs) == 1 else any([o.requires_grad for o in outs])
        )
        if found.recorded:
            self.waiting.append(found)
            if len(self.waiting) > _MANY:
                self._not_learned(self.waiting.pop(0))
        else:
            self._not_learned(found)
        return found.recorded

    def add_loss(self, call: LossCall) -> bool:
        """A loss; whether it waits for a backward pass."""
        if call.out.requires_grad:
            self.losses.append(call)
            if len(self.losses) > _MANY:
                self.scores.loss_called(self.losses.pop(0), self.step)
            return True
        self.scores.loss_called(call, self.step)
        return False

    def _not_learned(self, found: Pass) -> None:
        self.eval += 1
        if found.training:
            self.eval_in_train += 1
        self.scores.passed(found, self.step)

    def leave(self) -> None:
        """No backward pass will follow."""
        for found in self.waiting:
            self._not_learned(found)
        for call in self.losses:
            self.scores.loss_called(call, self.step)
        self.waiting, self.losses = [], []

    def joined(self, loss: Any) -> tuple[LossCall | None, list[Pass]]:
        """The loss call and the passes that a backward pass comes from; the rest are scores."""
        calls, passes = self.losses, self.waiting
        self.losses, self.waiting = [], []
        if (
            len(calls) > 1
            or len(passes) > 1
            or (calls and calls[0].out is not loss and self.alike < _SURE)
        ):
            calls, passes = self._looked_up(loss, calls, passes)
        for found in passes:
            self.learned(found)
        return (calls[-1] if calls else None), passes

    @property
    def alike_enough(self) -> bool:
        """Whether what went backward has come from the one loss all along."""
        return self.alike >= _SURE

    def _looked_up(
        self, loss: Any, calls: list[LossCall], passes: list[Pass]
    ) -> tuple[list[LossCall], list[Pass]]:
        firsts = [next(o for o in p.outs if o.requires_grad) for p in passes]
        found = self.library.reaches(loss, [*[c.out for c in calls], *firsts])
        for_calls, for_passes = found[: len(calls)], found[len(calls) :]
        for p, yes in zip(passes, for_passes, strict=True):
            if not yes:
                self._not_learned(p)
        for c, yes in zip(calls, for_calls, strict=True):
            if not yes:
                self.scores.loss_called(c, self.step)
        self.alike = self.alike + 1 if all(found) else 0
        return (
            [c for c, yes in zip(calls, for_calls, strict=True) if yes],
            [p for p, yes in zip(passes, for_passes, strict=True) if yes],
        )

    def learned(self, found: Pass) -> None:
        """A pass that a backward pass comes from."""
        self.train += 1
        self.noted(found)

    def noted(self, found: Pass) -> None:
        """Its rows, and the mode that it ran in."""
        rows = 0 if found.x is None or not found.x.ndim else found.x.shape[0]
        self.had(rows)
        if not found.training and self.modes.by_model.get(id(found.model)):
            # layers switched off one by one, in a network in training mode, are meant to be
            self.train_in_eval += not getattr(found.model, "training", False)
        if rows == 1 and found.training and self.modes.norms:
            self.single_rows += 1

    def had(self, rows: int) -> None:
        """A training pass had so many rows."""
        self.sizes[rows] = self.sizes.get(rows, 0) + 1

    @property
    def batch(self) -> int:
        """Rows of most training passes."""
        return max(self.sizes, key=lambda rows: self.sizes[rows], default=1)
