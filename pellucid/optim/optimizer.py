"""What all optimizers share: groups of weights with settings, what is remembered, stepping.

An algorithm adds one pure function, `update(theta, g, **slots, **rates, **settings)`, written with
ops. It is traced once into a program, which moves all weights of a group at once.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar

from pellucid.errors import SettingError
from pellucid.graph.mode import current, switched
from pellucid.graph.program import Program
from pellucid.optim.bundle import Bundle, Memory, bundled, move, rule
from pellucid.optim.groups import REQUIRED, Params, check_members, groups_of, named
from pellucid.optim.hooks import (
    Hooked,
    noted,
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from pellucid.optim.recorded import move_recorded
from pellucid.optim.saving import pack, unpack
from pellucid.shapes import Shape
from pellucid.tensor.grad_mode import enable_grad
from pellucid.tensor.misspelled import Asked
from pellucid.tensor.tensor import Tensor

__all__ = [
    "Optimizer", "register_optimizer_step_post_hook", "register_optimizer_step_pre_hook",
]  # fmt: skip


class Optimizer(Asked, Hooked):
    """Base of all optimizers.

    A subclass either gives `update`, `_names`, `_rates` and `_settings`, as the ones here do, or
    overrides `step` and works on `self.param_groups` and `self.state`, as in PyTorch.

    Args:
        params: Tensors, `(name, Tensor)` pairs, or dicts with "params" and settings of their own.
        defaults: settings of groups that don't give their own.

    Attributes:
        param_groups: one dict per group: "params" and the settings.
        state: by weight, what is remembered about it.
    """

    RATES: ClassVar[tuple[str, ...]] = ("lr",)  # numbers that may differ from step to step
    COUNTED: ClassVar[bool] = False  # the number of steps is part of the state
    SINGLE: ClassVar[tuple[str, ...]] = ()  # slots that are one number for a weight
    WHOLE: ClassVar[bool] = False  # the rule looks at a weight as a whole, in its own shape
    update: Callable[..., Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            setattr(cls, "step", noted(cls.__dict__["step"]))  # noqa: B010

    def __init__(self, params: Params, defaults: Mapping[str, Any]) -> None:
        self.defaults = dict(defaults)
        self.state: dict[Any, Any] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._no_hooks()
        self._stepped = False
        self._bundles: dict[int, tuple[Any, list[Bundle]]] = {}
        for group in groups_of(params, type(self).__name__):
            self.add_param_group(group)

    # ---- the algorithm ------------------------------------------------------------------------

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        """What is remembered about each weight, such as `("momentum_buffer",)`."""
        return ()

    def _slots(self, group: Mapping[str, Any], shape: Shape) -> dict[str, Shape]:
        """The same, with the shape that each has for a weight of a shape."""
        return {name: () if name in self.SINGLE else shape for name in self._names(group)}

    def _begin(self, group: Mapping[str, Any]) -> dict[str, float]:
        """What is remembered before the first step, where that is not 0."""
        return {}

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        """The numbers of step `t` (from 1) that differ between steps, in the order of `RATES`."""
        return (float(group["lr"]),)

    def _rates_of(self, group: Mapping[str, Any], steps: range) -> list[tuple[float, ...]]:
        """The same for several steps."""
        return [self._rates(group, t) for t in steps]

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        """The settings that are part of the program."""
        return {}

    def _check(self, group: Mapping[str, Any]) -> None:
        """Refuse settings outside their range."""

    def program(self, group: int = 0, size: int | None = None) -> Program:
        """The update rule of a group as a program over flat vectors.

        Args:
            group: position in `param_groups`.
            size: length of the vectors; all numbers of the group when None.
        """
        held = self.param_groups[group]
        first = held["params"][0]
        numel = sum(p._node.size for p in held["params"]) if size is None else size
        shape = (tuple(first.shape) or (1,)) if self.WHOLE else (numel,)
        slots = self._slots(held, shape)
        return self._rule(held, tuple(slots.items()), shape, first.dtype)

    # ---- one step -----------------------------------------------------------------------------

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every weight that has a gradient.

        Args:
            closure: computes the loss anew (with gradients) and returns it.

        Returns:
            What the closure returned, if one was given.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        trace = current().trace
        if trace is not None:
            trace.guard(lambda: len(self.param_groups))
        for number, group in enumerate(self.param_groups):
            self._move_group(number, group)
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or write zeros into them.

        Args:
            set_to_none: `.grad` becomes None, so weights without a new one stay where they are.
        """
        trace = current().trace
        for group in self.param_groups:
            for p in group["params"]:
                node = p._node
                if trace is not None:
                    trace.blamed(node, read=not set_to_none)
                if set_to_none or node.grad is None:
                    node.grad = None
                else:
                    node.grad = node.grad.detach()
                    node.grad.zero_()

    def _move_group(self, number: int, group: dict[str, Any]) -> None:
        trace = current().trace
        if trace is not None:
            for p in group["params"]:
                trace.blamed(p._node, read=True)
        live = [p for p in group["params"] if p._node.grad is not None]
        if not live:
            return
        if group.get("differentiable"):
            self._record(group, live)
            return
        bundles = self._bundled(number, group, live)
        known = self._bundles[number]
        if trace is not None:
            trace.guard(lambda: self._form(number, group, known))
        turn = 0
        while bundles:
            self._move_bundles(group, bundles, trace)
            turn += 1  # a weight that the group names twice is moved twice
            bundles = [b for b in bundles if b.times > turn]

    def _move_bundles(self, group: dict[str, Any], bundles: list[Bundle], trace: Any) -> None:
        for form, alike in groupby(bundles, lambda b: (b.slots, b.shape, b.dtype, b.count)):
            rule = self._rule(group, *form[:3])
            if trace is None:
                move(list(alike), rule, self._rates(group, form[3] + 1))
                continue
            for bundle in alike:
                with switched(scope=type(self).__name__, recording=False):
                    bundle.trace(rule, lambda times: self._rates_of(group, times), trace)

    def _record(self, group: dict[str, Any], live: Sequence[Tensor]) -> None:
        """One step as operations of the graph, weight by weight."""
        update = functools.partial(type(self).update, **self._settings(group))
        for p in live:
            move_recorded(
                p, self.state[p], self._slots(group, tuple(p.shape)), self._begin(group),
                functools.partial(self._rates, group), group["lr"], update, self.RATES,
                self.COUNTED,
            )  # fmt: skip

    def _form(self, number: int, group: dict[str, Any], known: Any) -> Any:
        """What a trace of this group's step relies on."""
        return self._settings(group), self._names(group), self._stands(number, group, known)

    def _stands(self, number: int, group: Any, known: tuple[Any, list[Bundle]]) -> bool:
        """Whether a group and what is remembered about it are still those that were traced."""
        groups = self.param_groups
        same = number < len(groups) and groups[number] is group
        return (
            same
            and self._bundles.get(number) is known
            and all(b.fits(self.state) for b in known[1])
        )

    def _bundled(self, number: int, group: dict[str, Any], live: Sequence[Tensor]) -> list[Bundle]:
        names = self._names(group)
        key = (names, *map(id, live))
        known = self._bundles.get(number)
        if known and known[0] == key and all(b.fits(self.state) for b in known[1]):
            return known[1]
        memory = Memory(
            lambda shape: self._slots(group, shape),
            self.COUNTED, self.SINGLE, self.WHOLE, self._begin(group),
        )  # fmt: skip
        found = list(bundled(live, memory, self.state))
        self._bundles[number] = (key, found)
        return found

    def _rule(self, group: Mapping[str, Any], slots: Any, shape: Shape, dtype: Any) -> Program:
        settings = tuple(self._settings(group).items())
        return rule(type(self).update, slots, self.RATES, settings, shape, dtype)

    # ---- groups -------------------------------------------------------------------------------

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add weights with settings of their own; what is left out comes from the defaults.

        Raises:
            SettingError: a weight is not a leaf, or already belongs to a group.
        """
        group = dict(param_group)
        given = group.pop("params")
        members = [given] if isinstance(given, Tensor) else list(given)
        if any(isinstance(m, tuple) for m in members):
            group["param_names"], members = named(members, type(self).__name__)
        if self.param_groups and ("param_names" in group) != (
            "param_names" in self.param_groups[0]
        ):
            raise SettingError(
                f"{type(self).__name__}: one group of weights has names and another has none.\n"
                " Give names to all, as model.named_parameters() does, or to none."
            )
        others = [p for known in self.param_groups for p in known["params"]]
        group = {**self.defaults, **group, "params": members}
        recorded = bool(group.get("differentiable"))
        check_members(members, others, type(self).__name__, recorded)
        for name, value in group.items():
            if value is REQUIRED:
                raise SettingError(f"{type(self).__name__}: a group must give {name}=….")
        self._check(group)
        self.param_groups.append(group)

    # ---- saving -------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Everything to go on from here, with PyTorch's layout: weights are numbered in order."""
        for hook in self._before_saving:
            hook(self)
        found = pack(self.param_groups, self.state)
        for hook in self._after_saving:
            changed = hook(self, found)
            found = found if changed is None else changed
        return found

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave.

        Raises:
            StateError: it belongs to other groups of weights.
        """
        given = dict(state_dict)
        for hook in self._before_loading:
            changed = hook(self, given)
            given = given if changed is None else changed
        groups, state = unpack(given, self.param_groups, type(self).__name__, self._slots)
        for group in groups:
            self._check(group)
        self.param_groups, self._bundles = groups, {}
        self.state = defaultdict(dict, state)
        for hook in self._after_loading:
            hook(self)

    def __getstate__(self) -> dict[str, Any]:
        state: dict[Any, Any] = {
            p: dict(held) if isinstance(held, dict) else held for p, held in self.state.items()
        }
        return {**self.__dict__, "state": defaultdict(dict, state), "_bundles": {}}

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for number, group in enumerate(self.param_groups):
            lines += [""] * (number > 0) + [f"Parameter Group {number}"]
            lines += [
                f"    {k}: {v}" for k, v in sorted(group.items()) if not k.startswith("param")
            ]
        return "\n".join([*lines, ")"])


Optimizer.step = noted(Optimizer.step)  # type: ignore[method-assign]
