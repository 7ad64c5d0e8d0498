"""Around a step: the hooks that people hang on an optimizer, and what a compiled one may not do."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pellucid.errors import SettingError, TraceError
from pellucid.graph.mode import current
from pellucid.optim.bundle import Slots
from pellucid.tensor.hooks import Removable
from pellucid.tensor.tensor import Tensor

if TYPE_CHECKING:
    from pellucid.optim.optimizer import Optimizer

__all__ = [
    "Hooked", "noted", "register_optimizer_step_post_hook", "register_optimizer_step_pre_hook",
]  # fmt: skip

Hook = Callable[..., Any]


class Hooked:
    """An optimizer's hooks: around a step, around saving, around loading."""

    def _no_hooks(self) -> None:
        self._before: list[Hook] = []
        self._after: list[Hook] = []
        self._before_saving: list[Hook] = []
        self._after_saving: list[Hook] = []
        self._before_loading: list[Hook] = []
        self._after_loading: list[Hook] = []

    def register_step_pre_hook(self, hook: Hook) -> Removable:
        """Call `hook(optimizer, args, kwargs)` before every step.

        What it returns, if anything, is the pair of args and kwargs to take the step with.
        """
        return _hung(self._before, hook)

    def register_step_post_hook(self, hook: Hook) -> Removable:
        """Call `hook(optimizer, args, kwargs)` after every step."""
        return _hung(self._after, hook)

    def register_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> Removable:
        """Call `hook(optimizer)` before its state is saved; first of all with `prepend`."""
        return _hung(self._before_saving, hook, prepend)

    def register_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> Removable:
        """Call `hook(optimizer, state_dict)` after; what it returns is saved in its place."""
        return _hung(self._after_saving, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> Removable:
        """Call `hook(optimizer, state_dict)` before loading; what it returns is loaded instead."""
        return _hung(self._before_loading, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> Removable:
        """Call `hook(optimizer)` after a state was loaded."""
        return _hung(self._after_loading, hook, prepend)


# What is called around the steps of every optimizer.
_everywhere: dict[str, list[Hook]] = {"before": [], "after": []}


def register_optimizer_step_pre_hook(hook: Hook) -> Removable:
    """Call `hook(optimizer, args, kwargs)` before every step of any optimizer."""
    return _hung(_everywhere["before"], hook)


def register_optimizer_step_post_hook(hook: Hook) -> Removable:
    """Call `hook(optimizer, args, kwargs)` after every step of any optimizer."""
    return _hung(_everywhere["after"], hook)


def _hung(hooks: list[Hook], hook: Hook, first: bool = False) -> Removable:
    hooks.insert(0 if first else len(hooks), hook)
    return Removable(hooks, hook)


def noted(step: Callable[..., Any]) -> Callable[..., Any]:
    """The same step, with its hooks, and noting that it happened: schedules want to know."""

    @functools.wraps(step)
    def stepped(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        trace = current().trace
        if trace is not None:
            trace.guard(lambda: _around(self))
            for hook in _around(self):
                trace.surrounded(hook)
        for hook in (*_everywhere["before"], *self._before):
            args, kwargs = _changed(hook(self, args, kwargs), args, kwargs)
        before = None if trace is None else {p: set(h) for p, h in self.state.items()}
        counted = None if before is None else _numbers(self)
        out = step(self, *args, **kwargs)
        if before is not None:
            _check_remembered(self, before)
            _check_counted(self, counted)
        self._stepped = True
        for hook in (*self._after, *_everywhere["after"]):
            hook(self, args, kwargs)
        return out

    return stepped


def _around(optimizer: Optimizer) -> list[Hook]:
    """All hooks around its steps; those that only look are no part of what a step computes."""
    every = (_everywhere["before"], optimizer._before, optimizer._after, _everywhere["after"])
    return [hook for hooks in every for hook in hooks if not getattr(hook, "only_looks", False)]


def _changed(given: Any, args: Any, kwargs: Any) -> Any:
    """The arguments that a hook wants the step to be taken with."""
    if given is None:
        return args, kwargs
    if isinstance(given, tuple) and len(given) == 2:
        return given
    raise SettingError(
        "a hook before a step returns None, or a pair of args and kwargs to go on with, not"
        f" {given!r}."
    )


def _numbers(optimizer: Optimizer) -> dict[Any, Any]:
    """The plain numbers that an optimizer keeps, by weight and name."""
    found: dict[Any, Any] = {
        (id(p), k): v
        for p, held in optimizer.state.items()
        for k, v in dict.items(held)
        if type(v) in (bool, int, float)
    }
    own = {k: v for k, v in vars(optimizer).items() if type(v) in (bool, int, float)}
    return found | {k: v for k, v in own.items() if k[0] != "_"}


def _check_counted(self: Optimizer, before: dict[Any, Any] | None) -> None:
    """Refuse a step of a person's own that changes Python numbers: it would do so once."""
    if _numbers(self) != before:
        raise TraceError(
            f"{type(self).__name__}.step changes Python numbers of its own, such as a count of "
            "steps. A compiled function is run by Python once, and never again.\n"
            ' Keep them in Tensors: state["step"] = pellucid.tensor(0.0), and add to that.'
        )


def _check_remembered(self: Optimizer, before: Mapping[Any, set[str]]) -> None:
    """Refuse a step of a person's own that made state while it was traced: it has no value."""
    made = False
    for p, held in self.state.items():
        for name in set(held) - before.get(p, set()):
            value = held[name]
            if isinstance(value, Tensor) and value._node.array is None and type(held) is not Slots:
                del held[name]
                made = True
    if made:
        raise TraceError(
            f"{type(self).__name__}.step makes its state at the first step, and a compiled function"
            " can't keep what it makes.\n Make it in __init__, or take one step before compiling."
        )
