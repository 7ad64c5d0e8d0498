"""Weight norm in its older form: the length and the direction of each filter, learned apart.

w = g v / ‖v‖
"""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

from pellucid.errors import SettingError
from pellucid.graph.mode import switched
from pellucid.nn.module import Module
from pellucid.nn.uninitialized import is_lazy
from pellucid.nn.utils.derived import Way, derive, lacking, underive
from pellucid.nn.utils.lengths import lengths
from pellucid.tensor import Parameter, Tensor

__all__ = ["remove_weight_norm", "weight_norm"]

M = TypeVar("M", bound=Module)


def weight_norm(module: M, name: str = "weight", dim: int = 0) -> M:
    r"""Learn a weight as length and direction: $w = g\, v / \|v\|$.

    `nn.utils.parametrizations.weight_norm` is the newer form, with other names in the state.

    Args:
        module: whose weight it is.
        name: which; it is then computed from `name_g` and `name_v`.
        dim: the axis on which each filter has a length of its own; None for one length of all.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.utils.weight_norm(nn.Linear(20, 40))
        >>> layer.weight_g.shape, layer.weight_v.shape
        (Size([40, 1]), Size([40, 20]))

    Source: Salimans & Kingma 2016.
    """
    if f"{name}_g" in module._parameters:
        raise SettingError(
            f"{type(module).__name__}.{name} has weight norm already.\n"
            " Call remove_weight_norm first to set it up in another way."
        )
    weight, axis = _owned(module, name), -1 if dim is None else dim
    delattr(module, name)
    with switched(recording=False):
        length = lengths(weight, axis)
    module.register_parameter(f"{name}_g", Parameter(length.detach().clone()))
    module.register_parameter(f"{name}_v", Parameter(weight.detach()))
    derive(module, name, Way(partial(_weight, name, axis)))
    return module


def remove_weight_norm(module: M, name: str = "weight") -> M:
    """Let the weight be one Parameter again, with the value that it has.

    Args:
        module: whose weight it is.
        name: which.
    """
    if f"{name}_g" not in module._parameters:
        raise SettingError(
            f"{type(module).__name__}.{name} has no weight norm to be removed.\n"
            " One of nn.utils.parametrizations goes with parametrize.remove_parametrizations."
        )
    with switched(recording=False):
        value = getattr(module, name).detach().clone()
    underive(module, name)
    for part in (f"{name}_g", f"{name}_v"):
        delattr(module, part)
    module.register_parameter(name, Parameter(value))
    return module


def _owned(module: Module, name: str) -> Any:
    if name not in module._parameters:
        raise lacking(module, name, buffers=False)
    held = module._parameters[name]
    if is_lazy(held):
        raise SettingError(
            f"{type(module).__name__}.{name} has no shape yet, and weight norm needs one.\n"
            " Call the module once, and set it up then."
        )
    return held


def _weight(name: str, axis: int, module: Any) -> Tensor:
    g, v = getattr(module, f"{name}_g"), getattr(module, f"{name}_v")
    out: Tensor = v * (g / lengths(v, axis))
    return out
