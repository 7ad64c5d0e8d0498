"""Looks on while a loop trains: what it calls, and every now and then a whole step."""

from __future__ import annotations

from threading import get_ident
from typing import Any

from pellucid.doctor.watching.aside import OPEN
from pellucid.doctor.watching.course import Course
from pellucid.doctor.watching.discover import Discovery
from pellucid.doctor.watching.gradients import Ledger
from pellucid.doctor.watching.hook import Hook
from pellucid.doctor.watching.library import Library
from pellucid.doctor.watching.modes import whole_name
from pellucid.doctor.watching.patches import Patches
from pellucid.doctor.watching.ran import Whole
from pellucid.doctor.watching.wrapped import wrap_all

__all__ = ["Watcher"]


class Watcher(Course):
    """Watches networks and optimizers of one library.

    Args:
        library: the library.
        models: the networks; those that the program calls where there are none.
        optimizers: the optimizers; those that step where there are none.
    """

    def __init__(self, library: Library, models: list[Any], optimizers: list[Any]) -> None:
        super().__init__(library)
        self.began: list[list[dict[str, Any]]] = []  # the groups' settings at first
        self.schedule = ""
        self.planned = 0, 0  # how often it moved on, and how many steps it was made for
        self.clip: float | None = None
        self.idle_clips = 0  # that found no gradients
        self.pairs: tuple[str, float, float] | None = None  # a loss of pairs, and its targets' ends
        self.patches = Patches()
        self.hung: list[Any] = []
        self.hung_before: list[Any] = []  # what is told before a step
        self.armed: list[Any] = []  # what is told before a network runs
        self.announcing = False  # whether it is, be the network one that is not known yet
        self.arming = Hook(self._before_forward)
        self.beside: list[Any] = []  # who watches besides, in the library's own way
        self._given = models, optimizers

    # ---- begin and end ------------------------------------------------------------------------

    def begin(self) -> None:
        """Hang hooks and patch functions."""
        OPEN.append(self)
        try:
            self._begin()
        except BaseException:
            self.end()
            raise

    def _begin(self) -> None:
        models, optimizers = self._given
        for model in models:
            self.add_model(model, f"{len(self.models)}" if len(models) > 1 else "")
        for optimizer in optimizers:
            self.add_optimizer(optimizer)
        wrap_all(self)
        self.scores.loaders.watch(self.library.lib, self)
        self.discovery = Discovery(self, not models, not optimizers)
        self.beside = self.library.beside(self)
        self.begin_step()

    def add_model(self, model: Any, prefix: str | None = None) -> None:
        """Watch another network."""
        if any(model is known for known in self.models):
            return
        if prefix is None:
            prefix = f"{len(self.models)}" if self.models else ""
        why = self.library.opaque(model)
        if why:
            self.missing["calls"] = self.missing["activity"] = why
        self.models.append(model)
        self.known[id(model)] = prefix
        self.weights.add(prefix, model)
        self.modes.add(prefix, model)
        for path, module in model.named_modules():
            whole = ".".join(p for p in (prefix, path) if p)
            self.looks.paths[id(module)] = whole
            if whole and (name := whole_name(module)):
                self.looks.wholes[whole] = Whole(name, whole)
        self.looks.renew()
        self.hung.append(self.library.after_forward(model, self.rest.passed))
        if self.announcing:
            self._arm(model)

    def add_optimizer(self, optimizer: Any) -> None:
        """Watch another optimizer."""
        if any(optimizer is known for known in self.optimizers):
            return
        self.optimizers.append(optimizer)
        self.began.append([_settings(group) for group in optimizer.param_groups])
        self.ledgers[id(optimizer)] = Ledger(self.library, optimizer)
        self.hung.append(optimizer.register_step_post_hook(Hook(self.rest.stepped)))
        self.stepping(False)
        self.stepping(True)

    def end(self) -> None:
        """Take everything away again."""
        self.thread = get_ident()  # whoever ends it
        OPEN[:] = [other for other in OPEN if other is not self]
        self.safely("events", self.rest.wake)
        for other in self.beside:
            self.safely("compiled", other.end)
        for hook in (*self.hung, *self.hung_before, *self.armed):
            self.safely("hooks", hook.remove)
        self.hung, self.hung_before, self.armed, self.announcing = [], [], [], False
        self.safely("scores", self.judge)
        self.safely("calls", self.looks.stop)
        self.patches.undo()
        for ledger in self.ledgers.values():
            self.safely("events", ledger.ended)
        self.safely("events", self.passes.leave)

    # ---- hooks --------------------------------------------------------------------------------

    def announced(self, wanted: bool) -> None:
        """Be told before a network runs, or no more."""
        if wanted and not self.announcing:
            for model in self.models:
                self._arm(model)
        elif self.announcing and not wanted:
            for hook in self.armed:
                hook.remove()
            self.armed = []
        self.announcing = wanted

    def _arm(self, model: Any) -> None:
        self.armed.append(model.register_forward_pre_hook(self.arming, with_kwargs=True))

    def stepping(self, wanted: bool) -> None:
        """Be told before an optimizer steps, or no more."""
        if wanted and not self.hung_before:
            hook = Hook(self.safely, "events", self.step_begins)
            self.hung_before = [o.register_step_pre_hook(hook) for o in self.optimizers]
        elif self.hung_before and not wanted:
            for hung in self.hung_before:
                hung.remove()
            self.hung_before = []

    def _before_forward(self, model: Any, args: Any, kwargs: Any) -> None:
        if (self.looks.trace is not None or self.looks.evaluation is not None) and (
            id(model) in self.known
        ):
            self.safely("calls", self.entered, self.known[id(model)], args, kwargs)


def _settings(group: dict[str, Any]) -> dict[str, Any]:
    left_out = ("params", "initial_lr", "param_names")
    return {k: v for k, v in group.items() if k not in left_out}
