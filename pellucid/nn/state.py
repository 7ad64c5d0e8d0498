"""Weights out of a module and into it, under PyTorch's keys.

Loading looks at everything first and writes afterwards: a failed load leaves the module as it was.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pellucid.errors import StateError, StateKindError
from pellucid.graph.mode import switched
from pellucid.nn.uninitialized import is_lazy
from pellucid.nn.walk import modules_of
from pellucid.shapes import show
from pellucid.spelling import a_kind, did_you_mean
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import as_tensor

if TYPE_CHECKING:
    from pellucid.nn.module import Module

__all__ = ["IncompatibleKeys", "StateDict", "load", "own_state", "take_own"]

_SHOWN = 6
_YOUNGER = "num_batches_tracked"  # weights saved before batch norm counted lack it


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict(strict=False)` could not use."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"IncompatibleKeys({self.missing_keys=}, {self.unexpected_keys=})".replace(
            "self.", ""
        )


class StateDict(OrderedDict[str, Any]):
    """Keys and Tensors, with the version of each module's keys in `_metadata`, by path."""

    _metadata: dict[str, dict[str, Any]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._metadata = OrderedDict()

    __repr__ = dict.__repr__


def own_state(module: Module) -> Iterable[tuple[str, Any]]:
    """The weights and saved buffers that a module itself owns, by name."""
    for name, value in module._parameters.items():
        if value is not None:
            yield name, value
    for name, buffer in module._buffers.items():
        if buffer is not None and name not in module._unsaved:
            yield name, buffer


def load(module: Module, given: Mapping[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """Write a state into a module."""
    if not isinstance(given, Mapping):
        raise StateKindError(
            f"load_state_dict needs a dict of names and Tensors and got {a_kind(given)}.\n"
            " Pass what state_dict() gave, not a path: pellucid.load(path) reads a file."
        )
    state, messages = dict(given), list[str]()
    about: Mapping[str, Any] = getattr(given, "_metadata", {})
    missing, unexpected = list[str](), list[str]()
    parts = list(modules_of(module, set(), "", False))
    for path, part in parts:
        lists = (about.get(path, {}), strict, missing, unexpected, messages)
        _before(part, state, path, lists)
    own, extra = _own(parts)
    themselves = [n for n, part in parts if _loads_itself(part)]
    aside = {k for n in themselves for k in own if k.rpartition(".")[0] == n}
    for path, part in parts:
        if path in themselves:
            lists = (about.get(path, {}), strict, missing, unexpected, messages)
            part._load_from_state_dict(state, _at(path), *lists)
    missing += [k for k in own if k not in state and k not in aside and not k.endswith(_YOUNGER)]
    missing += [k for k in extra if k not in state]
    paths = {path for path, _ in parts}
    unexpected += [
        k for k in state if k not in own and k not in extra and _owner(k, paths) not in themselves
    ]
    fitting = {k: as_tensor(_array(state[k])) for k in own if k in state and k not in aside}
    for key in [k for k, new in fitting.items() if is_lazy(new) and is_lazy(own[k])]:
        del fitting[key]
    wrong = [k for k, v in fitting.items() if v.shape != own[k].shape and not is_lazy(own[k])]
    found = IncompatibleKeys(missing, unexpected)
    late = any(part._state_hooks and part._state_hooks.after_loading for _, part in parts)

    def refuse() -> None:
        bad = strict and (missing or unexpected)
        if wrong or messages or bad:
            told = _complaint(module, own, fitting, wrong, missing, unexpected, strict)
            raise StateError("\n".join([told, *(f" {message}" for message in messages)]))

    if wrong or not late:  # hooks after loading may still strike out keys
        refuse()
    with switched(recording=False):
        for key, new in fitting.items():
            _take(module, key, own[key], new, assign)
    for key, part in extra.items():
        if key in state:
            part.set_extra_state(state[key])
    for _, part in reversed(parts):
        for after in tuple(part._state_hooks.after_loading) if part._state_hooks else ():
            after(part, found)
    refuse()
    return found


def take_own(
    module: Module, state: Mapping[str, Any], prefix: str, missing: list[str], errors: list[str]
) -> None:
    """Write what a module itself owns, for a class that has its own way of loading."""
    with switched(recording=False):
        for name, own in own_state(module):
            key = prefix + name
            if key not in state:
                missing.append(key)
                continue
            new = as_tensor(_array(state[key]))
            if new.shape != own.shape and not is_lazy(own):
                errors.append(f"{key}: {show(new.shape)} given, {show(own.shape)} needed")
            else:
                _take(module, name, own, new, False)


def _owner(key: str, paths: set[str]) -> str:
    """The path of the module that a key would belong to."""
    path = key.rpartition(".")[0]
    while path and path not in paths:
        path = path.rpartition(".")[0]
    return path


def _at(path: str) -> str:
    return f"{path}." if path else ""


def _before(part: Module, state: dict[str, Any], path: str, lists: tuple[Any, ...]) -> None:
    """Call the hooks before loading with what belongs to their module; they may rename keys."""
    hooks = part._state_hooks
    if not hooks or not hooks.before_loading:
        return
    below = {k: v for k, v in state.items() if k.startswith(_at(path))}
    before = set(below)
    for hook, with_module in tuple(hooks.before_loading):
        told = (below, _at(path), *lists)
        hook(part, *told) if with_module else hook(*told)
    for key in before - set(below):
        del state[key]
    state.update(below)


def _own(parts: Iterable[tuple[str, Module]]) -> tuple[dict[str, Any], dict[str, Module]]:
    """By key, the Tensors that may be loaded, and the modules that take extra state."""
    own, extra = dict[str, Any](), dict[str, Any]()
    for path, part in parts:
        own |= {_at(path) + name: value for name, value in own_state(part)}
        if _own_method(part, "set_extra_state"):
            extra[f"{_at(path)}_extra_state"] = part
    return own, extra


def _loads_itself(part: Module) -> bool:
    return _own_method(part, "_load_from_state_dict")


def _own_method(part: Module, name: str) -> bool:
    """Whether a class has its own form of a method that every module has."""
    return str(getattr(type(part), name).__module__) != "pellucid.nn.stateful"


def _array(value: Any) -> Any:
    """Tensors of other libraries come as arrays."""
    if isinstance(value, Tensor) or not hasattr(value, "detach"):
        return value
    return value.detach().cpu().numpy()


def _take(module: Module, key: str, own: Tensor, given: Tensor, assign: bool) -> None:
    if is_lazy(own):
        own.materialize(given.shape)  # type: ignore[attr-defined]
    if not assign:
        own.copy_(given.detach())
        return
    path, _, name = key.rpartition(".")
    owner = module.get_submodule(path)
    if name in owner._parameters:
        taken = given if isinstance(given, Parameter) else Parameter(given, own.requires_grad)
        setattr(owner, name, taken)
    else:
        setattr(owner, name, given)


def _complaint(
    module: Module,
    own: Mapping[str, Tensor],
    given: Mapping[str, Tensor],
    wrong: list[str],
    missing: list[str],
    unexpected: list[str],
    strict: bool,
) -> str:
    lines = [f"these weights do not belong to this {type(module).__name__}."]
    lines += _listed(
        "another shape",
        [f"{k}: {show(given[k].shape)} given, {show(own[k].shape)} needed" for k in wrong],
    )
    if strict:
        lines += _listed("missing", [_shaped(k, own) for k in missing])
        lines += _listed("not known here", [k + did_you_mean(k, missing, repr) for k in unexpected])
    lines.append(" Nothing was changed." + (_remedy(missing, unexpected) if strict else ""))
    return "\n".join(lines)


def _shaped(key: str, own: Mapping[str, Tensor]) -> str:
    return f"{key}  {show(own[key].shape)}" if key in own else key


def _listed(heading: str, entries: list[str]) -> list[str]:
    if not entries:
        return []
    more = [f"   … and {len(entries) - _SHOWN} more"] if len(entries) > _SHOWN else []
    return [f" {heading}:", *[f"   {e}" for e in entries[:_SHOWN]], *more]


def _remedy(missing: list[str], unexpected: list[str]) -> str:
    if missing and unexpected:
        for prefix in ("module.", "_orig_mod."):
            if all(k.startswith(prefix) for k in unexpected):
                return f" The keys carry the prefix {prefix!r}: take it off first."
    if missing or unexpected:
        return " strict=False loads what has the same key and leaves the rest."
    return ""
