"""The operations of one step: what ran, what it took from whom, and what came out.

Operations are noted as they run. At the backward pass the ones that lead to the loss are known,
and with them where the network's output meets something that is not the network's: the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.doctor.step import Activity
from pellucid.doctor.watching.figures import activity
from pellucid.doctor.watching.library import Again, Library
from pellucid.doctor.watching.lines import Lines
from pellucid.doctor.watching.names import LOSSES, SKIPPED, SMOOTH, named
from pellucid.doctor.watching.ran import Ran, Whole

__all__ = ["Trace", "finite"]


class Trace:
    """Takes notes of one step.

    Args:
        library: whose tensors they are.
        weights: names of parameters by key.
        lines: finds the user's lines; None to leave them out.
        looking: whether figures of every output are taken.
        wholes: modules that are told of as one call, by their paths.
    """

    def __init__(
        self, library: Library, weights: Mapping[int, str], lines: Lines | None, looking: bool,
        wholes: Mapping[str, Whole] | None = None,
    ) -> None:  # fmt: skip
        self.wholes = wholes or {}
        self.library, self.weights, self.lines, self.looking = library, weights, lines, looking
        self.ran: list[Ran] = []
        self.made: dict[int, int] = {}  # key of a result -> place of the operation
        self.alive: dict[int, Any] = {}
        self.data: set[int] = set()
        self.outs: set[int] = set()
        self.depth = 0
        self.passes: list[tuple[int, list[Any]]] = []  # where each pass of a network ended
        self.target: Any = None
        self.prediction: Any = None
        self.meets: int | None = None
        self.blames: dict[int, float] = {}
        self.started = self.finished = False
        self.strangers: set[int] = set()
        self.known: list[Ran] = []  # of an earlier step, which most steps are like
        self.places: list[int] = []
        self.onto: dict[int, int] = {}

    # ---- while it runs ------------------------------------------------------------------------

    def __call__(
        self, name: str, inputs: list[Any], outputs: list[Any], settings: dict[str, Any],
        path: str, again: Again, group: Any = None,
    ) -> None:  # fmt: skip
        """Note one operation."""
        if name in SKIPPED or not outputs:
            return
        if self.wholes:
            group = self._whole(path) or group
        key = self.library.key
        takes, gives = [key(x) for x in inputs], [key(y) for y in outputs]
        first = outputs[0]
        for k, x in zip((*takes, *gives), (*inputs, *outputs), strict=True):
            self.alive[k] = x
        ran = Ran(
            named(name), path, takes, gives, [tuple(x.shape) for x in inputs], tuple(first.shape),
            settings, self.depth > 0, again, group,
        )  # fmt: skip
        if ran.name == "conv2d" and len(ran.shape) in (3, 5):
            ran.name = f"conv{len(ran.shape) - 2}d"
        if group is not None and self.ran and self.ran[-1].group is group:
            self._fold(ran)
        else:
            if self.lines is not None:
                ran.line = self.lines.here()
            self._place(ran)
        if self.looking:
            self._look(self.ran[-1], first)

    def _whole(self, path: str) -> Whole | None:
        """The module that a path lies in, if it is told of as one call."""
        while path:
            if path in self.wholes:
                return self.wholes[path]
            path = path.rpartition(".")[0]
        return None

    def _fold(self, ran: Ran) -> None:
        """Into the call that it is a part of."""
        whole = self.ran[-1]
        inner = {k for part in whole.inner for k in part.outputs}
        new = [(k, s) for k, s in zip(ran.inputs, ran.shapes, strict=True) if k not in inner]
        for k, shape in new:
            if k not in whole.inputs:
                whole.inputs.append(k)
                whole.shapes.append(shape)
        whole.inner.append(ran)
        whole.outputs, whole.shape = ran.outputs, ran.shape
        for k in ran.outputs:
            self.made[k] = len(self.ran) - 1
        self._follow(whole)

    def _place(self, ran: Ran) -> None:
        if ran.group is not None:
            ran.inner = [replace(ran, inputs=ran.inputs[:], shapes=ran.shapes[:])]
            if isinstance(ran.group, Whole):
                ran.name, ran.path, ran.settings = ran.group.name, ran.group.path, {}
            else:
                ran.name = named(ran.group.record.name)
                ran.settings = {**ran.settings, **_plain(ran.group.settings)}
        self.ran.append(ran)
        if not self._as_before(ran):
            self._follow(ran)
        for k in ran.outputs:
            if k not in self.made or k not in ran.inputs:
                self.made[k] = len(self.ran) - 1

    def _as_before(self, ran: Ran) -> bool:
        """Whether an earlier step went the same way so far; then what stands behind is the same."""
        place = len(self.ran) - 1
        if place >= len(self.known):
            return False
        old = self.known[place]
        if old.name != ran.name or old.path != ran.path or old.inside != ran.inside or old.inner:
            self.known = []
            return False
        ran.net, ran.fixed, ran.channels, ran.taken = old.net, old.fixed, old.channels, old.taken
        return True

    def _follow(self, ran: Ran) -> None:
        """What stands behind an operation."""
        place = len(self.ran) - 1 if self.ran and self.ran[-1] is ran else len(self.ran)
        before = [self.ran[i] for k in ran.inputs if (i := self.made.get(k, place)) != place]
        own = [self.weights[k] for k in ran.inputs if k in self.weights]
        own += [name for b in before if b.fixed for name in b.taken]
        ran.taken = tuple(dict.fromkeys(own))
        data = any(k in self.data for k in ran.inputs)
        ran.net = any(b.net for b in before) or (ran.inside and (data or bool(own)))
        ran.net = ran.net or any(k in self.outs for k in ran.inputs)
        known = [k for k in ran.inputs if k in self.weights or k in self.made]
        live = any(not b.fixed for b in before)
        loose = [
            k for k in ran.inputs
            if k not in known and self._has_axes(k) and k not in self.data
        ]  # fmt: skip
        ran.fixed = bool(own) and not live and not data and not loose
        if not ran.inside and own and not ran.fixed:
            ran.net = True  # a layer of the network, called by itself
        carried = any(b.channels for b in before) and ran.name in SMOOTH
        ran.channels = ran.name.startswith("conv") or (
            (carried or ran.name == "batch_norm") and len(ran.shape) > 2
        )

    def _has_axes(self, k: int) -> bool:
        return len(getattr(self.alive[k], "shape", ())) > 0

    def _look(self, ran: Ran, first: Any) -> None:
        a = self.library.array(first)
        ran.figures = activity(ran.name, a, ran.channels) if a.dtype.kind == "f" else None

    def enter(self, tensors: list[Any]) -> None:
        """The network is called with these."""
        if self.depth == 0:
            for x in tensors:
                self.data.add(self.library.key(x))
                self.alive[self.library.key(x)] = x
        self.depth += 1

    def leave(self, tensors: list[Any]) -> None:
        """The network has given these."""
        self.depth = max(0, self.depth - 1)
        if self.depth == 0:
            self.passes.append((len(self.ran), tensors))
            for x in tensors:
                k = self.library.key(x)
                self.alive[k] = x
                self.outs.add(k)

    # ---- at the end ---------------------------------------------------------------------------

    def leading_to(self, key: int) -> set[int]:
        """Places of the operations behind a result."""
        found: set[int] = set()
        waiting = [self.made[key]] if key in self.made else []
        while waiting:
            i = waiting.pop()
            if i not in found:
                found.add(i)
                inputs = self.ran[i].inputs
                waiting += [j for k in inputs if (j := self.made.get(k, i)) != i and j < i]
        return found

    def meet(self, loss: Any | None, target: Any = None) -> None:
        """Find where the network's output meets the target.

        Args:
            loss: what goes backward; None to take whatever ran after the network.
            target: what a loss function was given as such, where that is known.
        """
        behind = set(range(len(self.ran))) if loss is None else self.leading_to(self.key(loss))
        wanted = None if target is None else self.library.key(target)
        for i in sorted(behind):
            ran = self.ran[i]
            if ran.inside and ran.name not in LOSSES:
                continue
            ours = [k for k in ran.inputs if self._from_net(k)]
            other = [k for k in ran.inputs if k not in ours and self._may_be_target(k)]
            if ours and wanted in ran.inputs:
                other = [wanted]
            if ran.name == "getitem":
                other = other[-1:]  # rows first, then which of their columns
            if ours and other:
                self.meets = i
                self.prediction, self.target = self.alive[ours[0]], self.alive[other[0]]
                if wanted is not None and any(wanted in self.ran[j].inputs for j in behind):
                    self.target = self.alive[wanted]  # what it meets is made of the target
                return

    def key(self, tensor: Any) -> int:
        """Its key, and it stays alive."""
        k = self.library.key(tensor)
        self.alive[k] = tensor
        return k

    def _from_net(self, k: int) -> bool:
        made = self.made.get(k)
        if made is not None:
            return self.ran[made].net
        return k in self.outs

    def _may_be_target(self, k: int) -> bool:
        made = self.made.get(k)
        if k in self.weights or (made is not None and (self.ran[made].fixed or self.ran[made].net)):
            return False
        return self._has_axes(k)

    def chosen(self, loss: Any | None) -> list[int]:
        """Places of the calls to tell of: those of the network, and those that lead to the loss."""
        behind = set() if loss is None else self.leading_to(self.key(loss))
        joined = self._passes_behind(behind)
        return [
            i for i, ran in enumerate(self.ran)
            if (ran.inside and (i in behind or (i in joined and not ran.fixed)))
            or (not ran.inside and i in behind and (ran.net or ran.fixed))
        ]  # fmt: skip

    def _passes_behind(self, behind: set[int]) -> set[int]:
        """Operations that lead to an output of the passes that have a part in the loss."""
        found: set[int] = set()
        start = 0
        for end, outs in self.passes:
            places = {i for i in range(start, end) if self.ran[i].inside}
            if places & behind or not behind:
                for x in outs:
                    found |= self.leading_to(self.library.key(x))
            start = end
        return found

    def figures(self, places: list[int], onto: Mapping[int, int]) -> dict[int, Activity]:
        """The figures by the place of the first trace's calls."""
        found: dict[int, Activity] = {}
        for i, place in enumerate(places):
            ran = self.ran[place]
            if ran.figures is not None and i in onto:
                grad = self.blames.get(ran.outputs[0])
                ran.figures.grad = grad
                found[onto[i]] = ran.figures
        return found

    def first_bad(self, places: list[int]) -> int | None:
        """The first whose output is not finite while its inputs are; its place among `places`."""
        for i, place in enumerate(places):
            ran = self.ran[place]
            if ran.figures is not None and not ran.figures.finite:
                return i
        return None


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in settings.items() if isinstance(v, bool | int | float | str | tuple)}


def finite(a: Any) -> bool:
    """Whether an array holds nothing but finite numbers."""
    return a.dtype.kind != "f" or bool(np.isfinite(a).all())
