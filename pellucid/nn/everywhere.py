"""Hooks on every module at once, for tools that watch networks which they did not build.

They run before the hooks of a module itself, and cost nothing while there are none.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from pellucid.nn.hooked import drawer
from pellucid.nn.hooks import Hung, Removable, everywhere
from pellucid.nn.module import Module
from pellucid.nn.registry import told

__all__ = [
    "furnish", "register_module_backward_hook", "register_module_buffer_registration_hook",
    "register_module_forward_hook", "register_module_forward_pre_hook",
    "register_module_full_backward_hook", "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook", "register_module_parameter_registration_hook",
]  # fmt: skip

Hook = Callable[..., Any]


class _HungEverywhere(Hung):
    """A hook on every module; a module without hooks of its own finds it on the class."""

    def __init__(self, hung: Any) -> None:
        super().__init__(hung._hooks, hung.id, hung._settings)
        Module._module_hooks = everywhere

    def remove(self) -> None:
        super().remove()
        if not everywhere.entries():
            Module._module_hooks = None


class _Rooms(ModuleType):
    """The module `nn.modules`, where scripts find and empty these drawers under PyTorch's names."""

    _global_forward_pre_hooks = drawer("before", lambda _: everywhere)
    _global_forward_hooks = drawer("after", lambda _: everywhere)
    _global_backward_pre_hooks = drawer("blame_before", lambda _: everywhere)
    _global_backward_hooks = drawer("blame_after", lambda _: everywhere)
    _global_forward_hooks_with_kwargs = drawer("with_kwargs", lambda _: everywhere)
    _global_forward_hooks_always_called = drawer("always_call", lambda _: everywhere)


def furnish(room: ModuleType) -> None:
    """Let a module have the drawers."""
    room.__class__ = _Rooms


def register_module_forward_pre_hook(hook: Hook) -> Removable:
    """Call `hook(module, args)` before each forward of any module.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> from pellucid.nn.modules.module import register_module_forward_pre_hook
        >>> with register_module_forward_pre_hook(lambda module, args: print(module._get_name())):
        ...     _ = nn.Sequential(nn.ReLU())(pellucid.ones(1))
        Sequential
        ReLU
    """
    return _HungEverywhere(everywhere.add("before", hook, False))


def register_module_forward_hook(
    hook: Hook, *, with_kwargs: bool = False, always_call: bool = False
) -> Removable:
    """Call `hook(module, args, output)` after each forward of any module.

    Args:
        hook: what it returns, if anything, replaces the output.
        with_kwargs: whether it is called with arguments given by name too, as a dict after `args`.
        always_call: whether it is called where the forward raises an error too.
    """
    settings = {"with_kwargs": with_kwargs, "always_call": always_call}
    return _HungEverywhere(everywhere.add("after", hook, False, **settings))


def register_module_full_backward_pre_hook(hook: Hook) -> Removable:
    """Call `hook(module, grad_output)` when blame reaches the output of any module."""
    return _HungEverywhere(everywhere.add("blame_before", hook, False))


def register_module_full_backward_hook(hook: Hook) -> Removable:
    """Call `hook(module, grad_input, grad_output)` after blame has passed any module."""
    return _HungEverywhere(everywhere.add("blame_after", hook, False))


register_module_backward_hook = register_module_full_backward_hook


def register_module_buffer_registration_hook(hook: Hook) -> Removable:
    """Call `hook(module, name, buffer)` where a module gets a buffer; it may give another."""
    return _announced("_buffers", hook)


def register_module_module_registration_hook(hook: Hook) -> Removable:
    """Call `hook(module, name, submodule)` where a module gets a part; it may give another."""
    return _announced("_modules", hook)


def register_module_parameter_registration_hook(hook: Hook) -> Removable:
    """Call `hook(module, name, parameter)` where a module gets a weight; it may give another."""
    return _announced("_parameters", hook)


def _announced(drawer: str, hook: Hook) -> Removable:
    told[drawer].append(hook)
    return Removable(told[drawer], hook)
