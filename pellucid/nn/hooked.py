"""What a module offers to those who want to look at its calls, or change them, from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pellucid.graph.node import last_change
from pellucid.nn.hooks import Hooks, Removable

__all__ = ["Hooked", "drawer"]


def drawer(when: str, hooks: Callable[[Any], Hooks]) -> Any:
    """A property that is one drawer of hooks under PyTorch's name, by number; it may be emptied.

    Args:
        when: which drawer.
        hooks: finds the hooks of an owner.
    """

    def look(self: Any) -> dict[int, Any]:
        found: dict[int, Any] = getattr(hooks(self), when)
        last_change[0] += 1  # whoever looks may change it
        return found

    def replace(self: Any, given: Mapping[int, Any]) -> None:
        held = look(self)
        held.clear()
        held.update(given)

    return property(look, replace)


class Hooked:
    """Hooks around calls; a base of `Module`."""

    # On the class, so that a call works before anything is set, and costs nothing per module.
    _module_hooks: Hooks | None = None

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Removable:
        """Call `hook(module, args)` before each forward; what it returns replaces the arguments."""
        return self._hooked().add("before", hook, prepend, with_kwargs=with_kwargs)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> Removable:
        """Call `hook(module, args, output)` after each forward; its answer replaces the output."""
        return self._hooked().add(
            "after", hook, prepend, with_kwargs=with_kwargs, always_call=always_call
        )

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> Removable:
        """Call `hook(module, grad_output)` when blame reaches the output; it may replace it."""
        return self._hooked().add("blame_before", hook, prepend)

    def register_full_backward_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> Removable:
        """Call `hook(module, grad_input, grad_output)` after blame; it may replace the first."""
        return self._hooked().add("blame_after", hook, prepend)

    # PyTorch's older name, of a hook that was called for the last operation only.
    register_backward_hook = register_full_backward_hook

    def _hooked(self) -> Hooks:
        own = self.__dict__
        if own.get("_module_hooks") is None:
            own["_module_hooks"] = Hooks()
        hooks: Hooks = own["_module_hooks"]
        return hooks

    _forward_pre_hooks = drawer("before", _hooked)
    _forward_hooks = drawer("after", _hooked)
    _backward_pre_hooks = drawer("blame_before", _hooked)
    _backward_hooks = drawer("blame_after", _hooked)
    _forward_pre_hooks_with_kwargs = drawer("with_kwargs", _hooked)
    _forward_hooks_with_kwargs = drawer("with_kwargs", _hooked)
    _forward_hooks_always_called = drawer("always_call", _hooked)
