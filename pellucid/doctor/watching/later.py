"""Looks at compiled steps that are taken when the loop is over, from what was kept of them.

To run a small step operation by operation takes as long as ten or more of the compiled ones. To
keep its weights, arguments and random streams takes a fraction of one. So these are kept, and put
in place for a look when nobody waits for the loop any more. What changes in Python's own variables
till then, besides rates, is seen as it is at the end. The very first steps are kept where they are
large, too: a look takes two to five of them, and a copy a part of one.
"""

from __future__ import annotations

import contextlib
import io
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.doctor.watching.aside import deaf, put_back, still, synced
from pellucid.doctor.watching.early import Given
from pellucid.doctor.watching.figures import norm
from pellucid.doctor.watching.moves import share, some
from pellucid.tensor.creation import of_array
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.nest import fill, flatten
from pellucid.tensor.tensor import wrap

if TYPE_CHECKING:
    from pellucid.doctor.watching.watcher import Watcher

__all__ = ["Kept", "Later", "as_it_was", "large", "weight"]

_SMALL = 1 << 20  # bytes that are kept of any step; those of larger ones take long themselves
_MOST = 1 << 28  # and of one of the very first


@dataclass
class Kept:
    """A step as it was before it was taken, and where it led."""

    step: int
    call: Any
    args: Any
    kwargs: Any
    given: list[Given]  # Tensors among the arguments
    program: Any
    cells: list[tuple[Any, Any]]
    streams: list[tuple[Any, Any]]
    rates: list[Any]
    after: dict[str, Any]

    def arguments(self) -> Any:
        """What it was given, with the numbers of then; None where they are gone."""
        then = [g.then() for g in self.given]
        if any(t is None for t in then):
            return None
        return fill(flatten((self.args, self.kwargs))[0], then)

    def went(self, watcher: Watcher, moments: list[Any]) -> None:
        """Say how far the weights went at moments of this step."""
        before = {id(node): values for node, values in self.cells}
        for moment in moments:
            for name, move in moment.moves.items():
                old = before.get(id(watcher.weights.tensors[name]._node))
                if old is not None and name in self.after:
                    way = norm(np.subtract(self.after[name], some(old)))
                    move.update = way * share(old.size)


class Later:
    """Steps that are looked at when the loop is over.

    Args:
        watcher: who looks.
    """

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self.kept: list[Kept] = []

    def keep(self, compiled: Any, args: Any, kwargs: Any, step: int, early: bool = False) -> bool:
        """Keep a step that is about to be taken; False where there is too much of it.

        Args:
            compiled: the function that takes it.
            args: what it is given.
            kwargs: by name.
            step: its number.
            early: whether it is one of the very first, of which more is kept.
        """
        if weight(compiled, args, kwargs) > (_MOST if early else _SMALL):
            return False
        program, tensors = compiled._form().traced.step, flatten((args, kwargs))[1]
        state = _state(self.watcher)  # optimizers stay where they are, whatever theirs is
        arrays = [(node, node.array) for node in program.cells if id(node) not in state]
        self.kept.append(Kept(
            step, compiled._call, args, kwargs, [Given(t) for t in tensors], program,
            [(node, a.copy()) for node, a in arrays],
            [(s.generator, s.generator.get_state()) for s in program.streams],
            [g.get("lr") for g in _groups(self.watcher)], {},
        ))  # fmt: skip
        return True

    def moved(self) -> None:
        """The step was taken."""
        tensors = self.watcher.weights.tensors
        self.kept[-1].after = {name: some(p._node.array).copy() for name, p in tensors.items()}

    def look(self) -> None:
        """Look at all that were kept; everything is afterwards as it is now."""
        w, kept = self.watcher, self.kept
        if kept:
            deaf(w, self._all)
            w.looks.moments.sort(key=lambda moment: moment.step)
        kept.clear()

    def _all(self) -> None:
        w = self.watcher
        other = type(w)(w.library, w.models, w.optimizers)  # what it counts, counts for nothing
        other.begin()
        other.rest.not_before = 1 << 62
        other.weights.following, other.weights.seen = w.weights.following, w.weights.seen
        other.batches.loss, other.batches.kept = w.batches.loss, w.batches.kept
        other.looks.calls, other.looks.replay = w.looks.calls, w.looks.replay
        try:
            with contextlib.ExitStack() as stack:
                for program in {id(one.program): one.program for one in self.kept}.values():
                    stack.enter_context(put_back(w, program))
                stack.enter_context(w.library.random_kept())
                for one in self.kept:
                    arguments = one.arguments()
                    if arguments is not None:
                        with as_it_was(other, one):
                            _look(other, one, *arguments)
        finally:
            other.end()
        w.looks.moments.extend(other.looks.moments)


def large(bytes: float) -> bool:
    """Whether a step of that weight takes so long that the first look at it has to wait."""
    return _SMALL < bytes <= _MOST


def weight(compiled: Any, args: Any, kwargs: Any) -> float:
    """The bytes of what a step computes with; infinite where that can't be kept."""
    traced = compiled._form().traced
    if traced.accumulating:  # gradients from before it are part of it, too
        return math.inf
    given = [t._node.array for t in flatten((args, kwargs))[1]]
    return float(sum(a.nbytes for a in (*(node.array for node in traced.step.cells), *given)))


@contextlib.contextmanager
def as_it_was(watcher: Watcher, one: Kept) -> Iterator[None]:
    """Weights, state, random streams and rates are those before that step.

    Rates are put back; the rest is left to who asks.
    """
    rates = [group.get("lr") for group in _groups(watcher)]
    with no_grad():
        for node, values in one.cells:
            wrap(node).copy_(of_array(values))
    for generator, state in one.streams:
        generator.set_state(state)
    _rate(watcher, one.rates)
    try:
        yield
    finally:
        _rate(watcher, rates)


def _look(watcher: Watcher, one: Kept, args: Any, kwargs: Any) -> None:
    looks = watcher.looks
    for ledger in watcher.ledgers.values():
        synced(ledger)
    count, watcher.step, looks.due = len(looks.moments), one.step, lambda step: True
    watcher.begin_step()
    try:
        with (
            warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), still(watcher),
        ):  # fmt: skip
            warnings.simplefilter("ignore")
            one.call(*args, **kwargs)
    except Exception:  # it hangs on something that is another by now
        del looks.moments[count:]
    looks.due = lambda step: False
    watcher.begin_step()
    one.went(watcher, looks.moments[count:])


def _state(watcher: Watcher) -> set[int]:
    """The nodes that hold what optimizers remember."""
    kept = [held for optimizer in watcher.optimizers for held in optimizer.state.values()]
    return {id(t._node) for held in kept for t in flatten(held)[1]}


def _groups(watcher: Watcher) -> list[Any]:
    return [group for optimizer in watcher.optimizers for group in optimizer.param_groups]


def _rate(watcher: Watcher, rates: list[Any]) -> None:
    for group, rate in zip(_groups(watcher), rates, strict=True):
        if rate is not None:
            group["lr"] = rate
