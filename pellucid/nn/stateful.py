"""A module's state as a dict of Tensors, out and in, with everything that may be hung on the way.

What is saved for a module is `_save_to_state_dict`, and what is loaded `_load_from_state_dict`; a
layer whose keys have changed over time overrides these, or hangs a hook before loading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pellucid.errors import ModuleError, SettingError
from pellucid.nn.state import IncompatibleKeys, StateDict, load, own_state, take_own
from pellucid.nn.tree import Tree
from pellucid.nn.uninitialized import is_lazy
from pellucid.tensor.hooks import Removable
from pellucid.tensor.misspelled import told_if_misspelled

if TYPE_CHECKING:
    pass

__all__ = ["StateHooks", "Stateful"]

Hook = Callable[..., Any]


class StateHooks:
    """The hooks around saving and loading one module's state."""

    def __init__(self) -> None:
        self.before_saving: list[Hook] = []
        self.after_saving: list[tuple[Hook, bool]] = []  # with whether it may give another dict
        self.before_loading: list[tuple[Hook, bool]] = []  # with whether it wants the module
        self.after_loading: list[Hook] = []


class Stateful(Tree):
    """Saving and loading; a base of `Module`."""

    _state_hooks: StateHooks | None = None
    _version: int = 1  # of the keys; a class that changes them counts on

    def state_dict(
        self,
        *,
        destination: dict[str, Any] | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> dict[str, Any]:
        """Every weight and saved buffer under PyTorch's key; memory is shared, not copied."""
        into: dict[str, Any] = StateDict() if destination is None else destination
        about = {"version": self._version}
        versions: dict[str, Any] | None = getattr(into, "_metadata", None)
        if versions is not None:
            versions[prefix[:-1]] = about
        hooks = self._state_hooks
        for before in tuple(hooks.before_saving) if hooks else ():
            before(self, prefix, keep_vars)
        self._save_to_state_dict(into, prefix, keep_vars)
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(destination=into, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for after, may_replace in tuple(hooks.after_saving) if hooks else ():
            given = after(self, into, prefix, about)
            if given is not None and not may_replace:
                raise SettingError("a hook after state_dict changes it in place and returns None.")
            into = into if given is None else given
        return into

    def _save_to_state_dict(
        self, destination: dict[str, Any], prefix: str, keep_vars: bool
    ) -> None:
        """Put in what this module itself owns; its children add their own."""
        for name, value in own_state(self._whole):
            bare = keep_vars or is_lazy(value)
            destination[prefix + name] = value if bare else value.detach()
        if type(self).get_extra_state is not Stateful.get_extra_state:
            destination[f"{prefix}_extra_state"] = self.get_extra_state()

    @told_if_misspelled
    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Take over weights and buffers; nothing is changed unless everything fits.

        Args:
            state_dict: keys and Tensors (or arrays), as `state_dict` gives them.
            strict: whether missing and unexpected keys are errors.
            assign: take the given Tensors themselves instead of copying their numbers.

        Raises:
            StateError: keys or shapes that do not belong to this module.
        """
        return load(self._whole, state_dict, strict, assign)

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: Any,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Take what this module itself owns; only asked of a class that has its own."""
        take_own(self._whole, state_dict, prefix, missing_keys, error_msgs)

    def get_extra_state(self) -> Any:
        """What to save besides weights and buffers, under "_extra_state"; a class may say."""
        raise ModuleError(f"{type(self).__name__} has no extra state: it has no get_extra_state.")

    def set_extra_state(self, state: Any) -> None:
        """Take back what `get_extra_state` gave."""
        raise ModuleError(f"{type(self).__name__} has no extra state: it has no set_extra_state.")

    # ---- hooks --------------------------------------------------------------------------------

    def register_state_dict_pre_hook(self, hook: Hook) -> Removable:
        """Call `hook(module, prefix, keep_vars)` before its state is saved."""
        return _hung(self._hooked_state().before_saving, hook)

    def register_state_dict_post_hook(self, hook: Hook) -> Removable:
        """Call `hook(module, state_dict, prefix, local_metadata)` after; it changes the dict."""
        return _hung(self._hooked_state().after_saving, (hook, False))

    def _register_state_dict_hook(self, hook: Hook) -> Removable:
        """The same with PyTorch's older manners: what it returns replaces the dict."""
        return _hung(self._hooked_state().after_saving, (hook, True))

    def register_load_state_dict_pre_hook(self, hook: Hook) -> Removable:
        """Call a hook before a state is loaded; it may rename what it finds there.

        Args:
            hook: takes module, state_dict, prefix, local_metadata, strict, and the lists of missing
                keys, unexpected keys and error messages.
        """
        return _hung(self._hooked_state().before_loading, (hook, True))

    def _register_load_state_dict_pre_hook(
        self, hook: Hook, with_module: bool = False
    ) -> Removable:
        """The same for a hook that may do without the module."""
        return _hung(self._hooked_state().before_loading, (hook, with_module))

    def register_load_state_dict_post_hook(self, hook: Hook) -> Removable:
        """Call `hook(module, incompatible_keys)` after loading; it may strike out keys."""
        return _hung(self._hooked_state().after_loading, hook)

    def _hooked_state(self) -> StateHooks:
        if self._state_hooks is None:
            self._state_hooks = StateHooks()
        return self._state_hooks


def _hung(hooks: list[Any], entry: Any) -> Removable:
    hooks.append(entry)
    return Removable(hooks, entry)
