"""Forward passes that nothing is learned from: their losses and right answers, put together.

Passes after each other belong to one score, as long as they come from the same loader or look at
the same memory, with no step between them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pellucid.doctor.seen import Score
from pellucid.doctor.watching.library import Library
from pellucid.doctor.watching.loaders import Loaders
from pellucid.doctor.watching.losses import LossCall, right_answers, rows_of
from pellucid.doctor.watching.rows import Keeper, marks
from pellucid.doctor.watching.several import Several

__all__ = ["Gathered", "Scores"]

_GROUPS = 400
_MOST, _FEWEST = 0.9, 20
_SHOWN, _ROWS = 2, 2000  # scores whose rows are compared with training rows, and how many


@dataclass
class Gathered:
    """One score in the making.

    Attributes:
        key: what its passes have in common.
        step: how many steps had been made.
        training: the mode.
        rows: so far.
        loss: the sum over rows.
        right: the sum over rows.
        classes: whether answers can be right.
        mark: of its first row.
        marks: of all its rows, of the first scores only.
        x: the input of the pass that waits for its loss.
    """

    key: Any
    step: int
    training: bool
    rows: int = 0
    loss: float = 0.0
    right: float = 0.0
    answered: int = 0
    mark: bytes = b""
    marks: list[bytes] = field(default_factory=list)
    keeps: list[tuple[Any, Any]] = field(default_factory=list)

    def score(self) -> Score:
        """The score."""
        rows = max(1, self.rows)
        right = self.right / self.answered if self.answered else None
        return Score(self.step, self.rows, self.loss / rows, right, self.training)


class Scores:
    """All scores of a run."""

    def __init__(self, library: Library, several: Several) -> None:
        self.library, self.several = library, several
        self.loaders = Loaders()
        self.groups: list[Gathered] = []
        self.by_loss = False
        self.held = Keeper(library)
        self.waiting: list[Any] = []  # passes that had no loss yet

    def passed(self, found: Any, step: int) -> None:
        """A pass that nothing is learned from."""
        self.waiting.append((found, step))
        del self.waiting[:-8]

    def loss_called(self, call: LossCall, step: int) -> None:
        """The loss of such a pass."""
        found = self._pass_of(call)
        if found is None:
            return
        self.by_loss = True
        p = self.library.array(call.prediction)
        y = self.library.array(call.target)
        value = self.library.number(call.out)
        if math.isnan(value) and call.out.numel() != 1:
            value = float(self.library.array(call.out).mean())
        self.add(found, step, p, y, value, call)

    def add(self, found: Any, step: int, p: Any, y: Any, value: float, call: LossCall) -> None:
        """One pass with its target."""
        group = self._group(found, step)
        rows = rows_of(y)
        settings = (call.kwargs or {}).get("reduction", "mean")
        group.loss += value if settings == "sum" else value * rows
        group.rows += rows
        right = right_answers(call.name, p, y)
        if right is not None:
            group.right += right * rows
            group.answered += rows
        x = found.x
        if x is not None and (not group.mark or len(self.groups) <= _SHOWN):
            table = self.several.table(found)
            a = self.library.array(x) if table is None else table
            if a.ndim and len(a):
                group.mark = group.mark or marks(a[:1])[0]
                if len(self.groups) <= _SHOWN and len(group.marks) < _ROWS:
                    group.marks += marks(a[:_ROWS])
        if x is not None:
            self.held.offer(x, call.target, partial(self.several.table, found))

    def judged(self, found: Any, step: int, y: Any, name: str, replay: Any) -> None:
        """A pass that was compared with `y`, though no loss was called."""
        if replay is None:
            return
        with self.library.random_kept(), self.library.lib.no_grad():
            try:
                p = self.library.array(replay.input(found.out))
                value = self.library.number(replay(found.out, y))
            except Exception:  # the target has another form than the loss wants
                return
        if value == value:
            call = LossCall(name, None, y, None)
            self.add(found, step, p, self.library.array(y), value, call)

    def _pass_of(self, call: LossCall) -> Any:
        """The pass whose output the loss was given; the last one where that isn't seen."""
        for found, _ in reversed(self.waiting):
            if any(o is call.prediction for o in found.outs):
                return found
        return self.waiting[-1][0] if self.waiting else None

    def _group(self, found: Any, step: int) -> Gathered:
        loaders = self.loaders
        fresh = loaders.now is not None and loaders.began == step
        memory = None if fresh or found.x is None else self.library.memory(found.x)
        key = (step, found.training, loaders.turns if fresh else memory)
        if not self.groups or self.groups[-1].key != key:
            self.groups.append(Gathered(key, step, found.training))
            if len(self.groups) > _GROUPS:
                self.groups = self.groups[:1] + self.groups[1::2]
        return self.groups[-1]

    def shared(self, learned: set[bytes]) -> float:
        """The share of rows that one of the first scores has in common with the training.

        0 where it has all of them or none, or nearly all that were learned from: such a score is
        meant to be of training rows, of others, or of everything.

        Args:
            learned: marks of all rows that were learned from.
        """
        for group in self.groups[:_SHOWN]:
            own = set(group.marks)
            both = len(own & learned)
            if 0 < both < len(own) and both <= _MOST * len(learned) and len(own) >= _FEWEST:
                return both / len(own)
        return 0.0

    def split(self, learned: set[bytes]) -> tuple[list[Score], list[Score]]:
        """Scores on rows that no step learned from, and those on rows that one did."""
        ours = [g.score() for g in self.groups if g.rows and g.mark not in learned]
        theirs = [g.score() for g in self.groups if g.rows and g.mark in learned]
        return ours, theirs
