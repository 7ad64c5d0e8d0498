"""Weights out of a module and into it, under PyTorch's keys.

Loading looks at everything first and writes afterwards: a failed load leaves the module as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pellucid.errors import StateError
from pellucid.graph.mode import switched
from pellucid.nn.uninitialized import is_lazy
from pellucid.nn.walk import modules_of
from pellucid.shapes import show
from pellucid.spelling import did_you_mean
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import as_tensor

if TYPE_CHECKING:
    from pellucid.nn.module import Module

__all__ = ["IncompatibleKeys", "load", "saved"]

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


def saved(module: Module, into: dict[str, Any], prefix: str, keep_vars: bool) -> dict[str, Any]:
    """Fill `into` with everything that makes up the state of a module."""
    for key, value in _state(module, prefix):
        into[key] = value if keep_vars or is_lazy(value) else value.detach()
    return into


def load(module: Module, state: Mapping[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """Write a state into a module."""
    if not isinstance(state, Mapping):
        raise StateError(
            f"load_state_dict needs a dict of names and Tensors and got a {type(state).__name__}.\n"
            " Pass what state_dict() gave, not a path: pellucid.load(path) reads a file."
        )
    own = dict(_state(module, ""))
    missing = [key for key in own if key not in state and not key.endswith(_YOUNGER)]
    unexpected = [key for key in state if key not in own]
    fitting = {key: as_tensor(_array(state[key])) for key in own if key in state}
    for key in [k for k, given in fitting.items() if is_lazy(given) and is_lazy(own[k])]:
        del fitting[key]
    wrong = [k for k, v in fitting.items() if v.shape != own[k].shape and not is_lazy(own[k])]
    if wrong or (strict and (missing or unexpected)):
        raise StateError(_complaint(module, own, fitting, wrong, missing, unexpected, strict))
    with switched(recording=False):
        for key, given in fitting.items():
            _take(module, key, own[key], given, assign)
    return IncompatibleKeys(missing, unexpected)


def _state(module: Module, prefix: str) -> Iterable[tuple[str, Any]]:
    for path, part in modules_of(module, set(), "", False):
        held: list[tuple[str, Any]] = [*part._parameters.items()]
        held += [(n, b) for n, b in part._buffers.items() if n not in part._unsaved]
        for name, value in held:
            if value is not None:
                yield prefix + (f"{path}.{name}" if path else name), value


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
        lines += _listed("missing", [f"{k}  {show(own[k].shape)}" for k in missing])
        lines += _listed("not known here", [k + did_you_mean(k, missing, repr) for k in unexpected])
    lines.append(" Nothing was changed." + (_remedy(missing, unexpected) if strict else ""))
    return "\n".join(lines)


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
