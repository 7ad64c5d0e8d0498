"""From what a network returned to its loss, run again as the traced step did it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.doctor.watching.library import Library, tensors_in
from pellucid.doctor.watching.losses import LossCall
from pellucid.doctor.watching.names import LOSSES
from pellucid.doctor.watching.passes import Pass
from pellucid.doctor.watching.ran import Ran
from pellucid.doctor.watching.trace import Trace

__all__ = ["Replay", "by_hand", "replayed"]

_SUMS = frozenset({"add", "sub", "mul", "div"})  # what puts a loss together from parts


class Replay:
    """The operations between a network and its loss.

    Args:
        trace: of a step whose target was found.
        loss: what went backward.
        places: the operations that lead to the loss.
        out: what the network returned.
    """

    def __init__(self, trace: Trace, loss: Any, places: Sequence[int], out: Sequence[Any]) -> None:
        self.library: Library = trace.library
        self.names = dict(trace.weights)
        self.outs = [trace.library.key(x) for x in out]
        self.loss = trace.library.key(loss)
        self.target = trace.library.key(trace.target)
        self.prediction = trace.library.key(trace.prediction)
        self.axes = trace.target.ndim  # one less than that of rows, where they are laid end to end
        self.rows = int(trace.prediction.shape[0]) if trace.prediction.ndim else 0
        given = int(out[0].shape[0]) if len(out) and out[0].ndim else 0
        self.places = max(self.rows // given, 1) if given and self.rows % given == 0 else 1
        self.steps = [s for i in places for s in (trace.ran[i].inner or [trace.ran[i]])]
        self.core = _core(trace, places, self.loss)
        self.part = _with_target(trace, self.core)
        self.again = self._alike(trace)
        self.held = self._constants(trace)

    def _alike(self, trace: Trace) -> list[int]:
        """Other tensors that hold just what the target holds: `y[rows]`, written once more."""
        array, target = self.library.array, trace.target
        if not target.ndim or self.rows < 2:
            return []
        wanted = array(target)
        found = {
            k for step in self.steps for k in step.inputs
            if k != self.target and k not in self.outs and k not in self.names
            and tuple(trace.alive[k].shape) == tuple(target.shape)
        }  # fmt: skip
        return [
            k for k in sorted(found)
            if trace.alive[k].dtype == target.dtype
            and np.array_equal(array(trace.alive[k]), wanted)
        ]  # fmt: skip

    def _constants(self, trace: Trace) -> dict[int, Any]:
        """Tensors that are neither the network's nor the target: class weights and the like."""
        made = {k for step in self.steps for k in step.outputs}
        known = made | set(self.outs) | {self.target, *self.again}
        found: dict[int, Any] = {}
        for step in self.steps:
            for k in step.inputs:
                if k not in known:
                    value = trace.alive[k]
                    found[k] = (
                        self.library.handle(value).detach() if k in self.names
                        else self.library.tensor(self.library.array(value).copy(), trace.target)
                    )  # fmt: skip
        return found

    def __call__(self, out: Any, y: Any, model: Any = None) -> Any:
        """The loss.

        Args:
            out: what a network returned.
            y: the targets.
            model: the copy whose parameters are in the loss; without it, a penalty is left out.
        """
        return self._run(out, y, model, self.core if model is None else self.loss)

    @property
    def whole(self) -> bool:
        """Whether outputs and one target make the loss: nothing else of a batch is in it."""
        return not any(
            value.ndim and int(value.shape[0]) >= self.rows > 1
            for k, value in self.held.items() if k in self._needed() and k not in self.names
        )  # fmt: skip

    def _needed(self) -> set[int]:
        """What the loss is made of, back to the outputs and the target."""
        made = {k: step for step in self.steps for k in step.outputs}
        known, waiting = {*self.outs, self.target, *self.again}, [self.core]
        while waiting:
            k = waiting.pop()
            if k not in known:
                known.add(k)
                waiting += made[k].inputs if k in made else []
        return known

    @property
    def divided(self) -> bool:
        """Whether the loss has parts without the target."""
        return self.part != self.core

    def fit(self, out: Any, y: Any) -> Any:
        """The part of the loss that has the target.

        Args:
            out: what a network returned.
            y: the targets.
        """
        return self._run(out, y, None, self.part)

    @property
    def penalized(self) -> bool:
        """Whether something that depends on the parameters alone is added to the loss."""
        return self.core != self.loss

    def penalty(self, model: Any) -> Any:
        """What is added, for a copy of the network."""
        own = dict(model.named_parameters())
        values: dict[int, Any] = dict(self.held)
        values.update({k: own[n] for k, n in self.names.items() if k in values and n in own})
        like = next(iter(own.values()))
        values[self.core] = (like.detach().reshape(-1)[:1] * 0).sum()
        return self._all(values, self.loss, 0)

    def input(self, out: Any) -> Any:
        """What enters the loss function as its prediction."""
        return self._run(out, None, None, self.prediction)

    def _run(self, out: Any, y: Any, model: Any, wanted: int) -> Any:
        given = tensors_in(out, self.library.kind)
        values: dict[int, Any] = dict(self.held)
        if model is not None:
            own = dict(model.named_parameters())
            values.update({k: own[n] for k, n in self.names.items() if k in values and n in own})
        values.update(zip(self.outs, given, strict=True))
        now = int(given[0].shape[0]) * self.places if given and given[0].ndim else 0
        if y is not None:
            flat = y.reshape(-1, *y.shape[2:]) if y.ndim > self.axes else y
            values.update(dict.fromkeys((self.target, *self.again), flat))
        return self._all(values, wanted, now)

    def _all(self, values: dict[int, Any], wanted: int, now: int) -> Any:
        for step in self.steps:
            if wanted in values:
                break
            # What made the target (an index into all targets, a cast) is not made again.
            made = all(k in values for k in step.outputs)
            if not made and all(k in values for k in step.inputs):
                self._step(step, values, now)
        return values[wanted]

    def _step(self, step: Ran, values: dict[int, Any], now: int) -> None:
        def swap(tensor: Any) -> Any:
            return values[self.library.key(tensor)]

        results = step.again(swap, self.rows, now)
        for k, value in zip(step.outputs, results, strict=False):
            values[k] = value


def by_hand(trace: Trace, loss: Any) -> LossCall:
    """The loss as a trace saw it, where no function was called for it."""
    assert trace.meets is not None
    ran, library = trace.ran[trace.meets], trace.library
    known = ran.name in LOSSES
    pair = library.handle(trace.prediction), library.handle(trace.target)
    return LossCall(ran.name if known else "own", *pair, loss, plain=ran.settings if known else {})


def replayed(trace: Trace, loss: Any, found: Pass, missing: dict[str, str]) -> Replay | None:
    """The way from a pass to its loss; where it can't be run again, `missing` says why."""
    behind = sorted(trace.leading_to(trace.key(loss)))
    try:
        return Replay(trace, loss, [i for i in behind if not trace.ran[i].inside], found.outs)
    except Exception as error:
        missing.setdefault("replay", f"{type(error).__name__}: {error}"[:300])
        return None


def _with_target(trace: Trace, key: int) -> int:
    """The summand of a loss that has the target behind it; the loss where there is no other."""
    meets, found = trace.meets, key
    while key in trace.made:
        ran = trace.ran[trace.made[key]]
        ours = [k for k in ran.inputs if k in trace.made and meets in trace.leading_to(k)]
        if trace.made[key] == meets or len(ours) != 1 or ran.name not in _SUMS:
            return found
        key = ours[0]
        if len(ran.inputs) > 1 and ran.name in ("add", "sub"):
            found = key
    return found


def _core(trace: Trace, places: Sequence[int], loss: int) -> int:
    """The loss before penalties were added to it: what meets a value of parameters alone."""
    assert trace.meets is not None
    after = {k for k in trace.ran[trace.meets].outputs}
    for i in places:
        ran = trace.ran[i]
        if i < trace.meets or ran.fixed or not after & set(ran.inputs):
            continue
        made = [trace.made.get(k) for k in ran.inputs]
        alone = [j for j in made if j is not None and trace.ran[j].fixed]
        if (alone or any(k in trace.weights for k in ran.inputs)) and ran.name in ("add", "sub"):
            return next(k for k in ran.inputs if k in after)
        after |= set(ran.outputs)
    return loss
