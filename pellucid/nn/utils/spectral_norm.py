"""Spectral norm in its older form: a weight over the most that it stretches any input.

w / σ(w), where σ ≈ uᵀ W v after power iterations
"""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

from pellucid.errors import SettingError
from pellucid.graph.mode import switched
from pellucid.nn import functional as F
from pellucid.nn.module import Module
from pellucid.nn.utils.derived import Way, derive, lacking, underive
from pellucid.nn.utils.lengths import as_matrix, input_axis, power_steps, stretch
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.random import randn

__all__ = ["remove_spectral_norm", "spectral_norm"]

M = TypeVar("M", bound=Module)


class _Turning:
    """The hook that turns u and v at each call in training."""

    def __init__(self, name: str, dim: int, times: int, eps: float) -> None:
        self.name, self.dim, self.times, self.eps = name, dim, times, eps

    def __call__(self, module: Any, args: Any) -> None:
        if module.training:
            u, v = (getattr(module, f"{self.name}_{x}") for x in "uv")
            matrix = as_matrix(getattr(module, f"{self.name}_orig").detach(), self.dim)
            power_steps(matrix.mT, v, u, self.times, self.eps)  # v first, unlike the newer form


def spectral_norm(
    module: M,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> M:
    r"""Divide a weight by the most that it stretches any input: $w / \sigma(w)$.

    `nn.utils.parametrizations.spectral_norm` is the newer form, with other names in the state.

    Args:
        module: whose weight it is.
        name: which; it is then computed from `name_orig`.
        n_power_iterations: how often the directions are improved at each call in training.
        eps: the least length to divide by.
        dim: the axis of the outputs; 0, or 1 in transposed convolutions, when None.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.utils.spectral_norm(nn.Linear(20, 40))
        >>> list(layer.state_dict())
        ['bias', 'weight_orig', 'weight_u', 'weight_v']

    Source: Miyato, Kataoka, Koyama & Yoshida 2018.
    """
    if f"{name}_orig" in module._parameters:
        raise SettingError(
            f"{type(module).__name__}.{name} has spectral norm already.\n"
            " Call remove_spectral_norm first to set it up in another way."
        )
    if name not in module._parameters:
        raise lacking(module, name, buffers=False)
    if n_power_iterations <= 0:
        raise SettingError(
            f"spectral_norm: n_power_iterations must be above 0, and it is {n_power_iterations}."
        )
    weight: Any = module._parameters[name]
    axis = input_axis(module, dim)
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    for letter, n in zip("uv", as_matrix(weight.detach(), axis).shape, strict=True):
        drawn = F.normalize(randn(n, dtype=weight.dtype), dim=0, eps=eps)
        module.register_buffer(f"{name}_{letter}", drawn)
    derive(module, name, Way(partial(_weight, name, axis)))
    module.register_forward_pre_hook(_Turning(name, axis, n_power_iterations, eps))
    return module


def remove_spectral_norm(module: M, name: str = "weight") -> M:
    """Let the weight be one Parameter again, with the value that it has.

    Args:
        module: whose weight it is.
        name: which.
    """
    if f"{name}_orig" not in module._parameters:
        raise SettingError(
            f"{type(module).__name__}.{name} has no spectral norm to be removed.\n"
            " One of nn.utils.parametrizations goes with parametrize.remove_parametrizations."
        )
    with switched(recording=False):
        value = getattr(module, name).detach().clone()
    underive(module, name)
    for part in ("orig", "u", "v"):
        delattr(module, f"{name}_{part}")
    hooks = module._hooked().before
    for number, hook in list(hooks.items()):
        if isinstance(hook, _Turning) and hook.name == name:
            del hooks[number]
    module.register_parameter(name, Parameter(value))
    return module


def _weight(name: str, axis: int, module: Any) -> Tensor:
    weight = getattr(module, f"{name}_orig")
    u, v = (getattr(module, f"{name}_{x}") for x in "uv")
    out: Tensor = weight / stretch(as_matrix(weight, axis), u, v)
    return out
