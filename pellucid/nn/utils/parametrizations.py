"""Weights of a given length and stretch, as parametrizations.

w = g v / ‖v‖        w / σ(w)
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pellucid.errors import SettingError
from pellucid.nn import functional as F
from pellucid.nn.module import Module
from pellucid.nn.utils.derived import lacking
from pellucid.nn.utils.lengths import as_matrix, input_axis, lengths, power_steps, stretch
from pellucid.nn.utils.orthogonal import orthogonal
from pellucid.nn.utils.parametrize import register_parametrization
from pellucid.tensor import Tensor
from pellucid.tensor.random import randn

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


class _WeightNorm(Module):
    """Length and direction of each filter, learned apart."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        """The weight."""
        out: Tensor = weight_v * (weight_g / lengths(weight_v, self.dim))
        return out

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Its length and direction."""
        return lengths(weight, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int = 0) -> Module:
    r"""Learn a weight as length and direction: $w = g\, v / \|v\|$.

    Args:
        module: whose weight it is.
        name: which; length and direction are `parametrizations.name.original0` and `original1`.
        dim: the axis on which each filter has a length of its own; None for one length of all.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(20, 40))
        >>> layer.parametrizations.weight.original0.shape
        Size([40, 1])

    Source: Salimans & Kingma 2016.
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)
    module.register_load_state_dict_pre_hook(partial(_renamed, name))
    return module


def _renamed(name: str, module: Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
    """Take weights saved by the older `nn.utils.weight_norm`, which named them otherwise."""
    old = [f"{prefix}{name}_{letter}" for letter in "gv"]
    if all(key in state for key in old):
        for i, key in enumerate(old):
            state[f"{prefix}parametrizations.{name}.original{i}"] = state.pop(key)


class _SpectralNorm(Module):
    """A weight over the most that it stretches; what directions that are, is remembered."""

    _made_with_tensors = 1

    def __init__(
        self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12
    ) -> None:
        super().__init__()
        rank = len(weight.shape)
        if not -rank <= dim < rank:
            raise SettingError(f"spectral_norm: dim is from {-rank} to {rank - 1}, not {dim}.")
        if n_power_iterations <= 0:
            raise SettingError(
                f"spectral_norm: n_power_iterations must be above 0, and it is "
                f"{n_power_iterations}."
            )
        self.dim, self.eps, self.n_power_iterations = dim % rank, eps, n_power_iterations
        if rank > 1:
            matrix = as_matrix(weight.detach(), self.dim)
            for name, n in zip(("_u", "_v"), matrix.shape, strict=True):
                drawn = randn(n, dtype=weight.dtype)
                self.register_buffer(name, F.normalize(drawn, dim=0, eps=eps))
            power_steps(matrix, self._u, self._v, 15, eps)

    def forward(self, weight: Tensor) -> Any:
        """The weight, stretching no input to more than its length."""
        if len(weight.shape) == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            power_steps(matrix.detach(), self._u, self._v, self.n_power_iterations, self.eps)
        return weight / stretch(matrix, self._u, self._v)

    def right_inverse(self, value: Tensor) -> Tensor:
        """The value itself: its own stretch is taken off again."""
        return value


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    r"""Divide a weight by the most that it stretches any input: $w / \sigma(w)$.

    Args:
        module: whose weight it is.
        name: which.
        n_power_iterations: how often the directions are improved at each use in training.
        eps: the least length to divide by.
        dim: the axis of the outputs; 0, or 1 in transposed convolutions, when None.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.utils.parametrizations.spectral_norm(nn.Linear(20, 40))
        >>> list(layer.state_dict())[1:]  # doctest: +NORMALIZE_WHITESPACE
        ['parametrizations.weight.original', 'parametrizations.weight.0._u',
         'parametrizations.weight.0._v']

    Source: Miyato, Kataoka, Koyama & Yoshida 2018.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise lacking(module, name)
    own = _SpectralNorm(weight, n_power_iterations, input_axis(module, dim), eps)
    return register_parametrization(module, name, own)
