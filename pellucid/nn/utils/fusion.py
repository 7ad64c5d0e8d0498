"""Batch norm folded into the layer before it: after training, one layer does the work of two.

w' = w · γ/√(σ² + ε)        b' = (b − μ) · γ/√(σ² + ε) + β
"""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.mode import switched
from pellucid.nn.module import Module
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import ones_like, zeros_like

__all__ = [
    "fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights",
]  # fmt: skip

M = TypeVar("M", bound=Module)


def fuse_conv_bn_eval(conv: M, bn: Module, transpose: bool = False) -> M:
    """A convolution that does what `conv` and then `bn` do, both in `eval()`.

    Args:
        conv: a convolution; it stays as it is.
        bn: the batch norm after it.
        transpose: whether it is a ConvTranspose, whose weights have the outputs on axis 1.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> conv, norm = nn.Conv2d(1, 2, 3).eval(), nn.BatchNorm2d(2).eval()
        >>> x = pellucid.randn(1, 1, 5, 5)
        >>> pellucid.allclose(nn.utils.fuse_conv_bn_eval(conv, norm)(x), norm(conv(x)), atol=1e-6)
        True
    """
    return _fused(conv, bn, fuse_conv_bn_weights, transpose)


def fuse_linear_bn_eval(linear: M, bn: Module) -> M:
    """A Linear layer that does what `linear` and then `bn` do, both in `eval()`.

    Args:
        linear: a Linear layer; it stays as it is.
        bn: the batch norm after it.
    """
    features, outputs = bn.num_features, linear.out_features
    if features not in (1, outputs):
        raise ShapeError(
            f"the batch norm is for {features} features, and the layer before it gives {outputs}."
        )
    return _fused(linear, bn, fuse_linear_bn_weights)


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a convolution with batch norm folded in.

    Args:
        conv_w: its weight.
        conv_b: its bias, if it has one.
        bn_rm: the remembered mean.
        bn_rv: the remembered variance.
        bn_eps: added to the variance.
        bn_w: γ, if it is learned.
        bn_b: β, if it is learned.
        transpose: whether the outputs are on axis 1 of the weight.
    """
    with switched(recording=False):
        scale = (ones_like(bn_rm) if bn_w is None else bn_w) * (bn_rv + bn_eps).rsqrt()
        shape = [1] * conv_w.dim()
        shape[1 if transpose else 0] = -1
        weight = conv_w * scale.reshape(shape)
        bias = ((zeros_like(bn_rm) if conv_b is None else conv_b) - bn_rm) * scale
        bias = bias if bn_b is None else bias + bn_b
    learned = conv_w.requires_grad, conv_w.requires_grad if conv_b is None else conv_b.requires_grad
    return _like(weight, conv_w, learned[0]), _like(bias, conv_w, learned[1])


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a Linear layer with batch norm folded in.

    Args:
        linear_w: its weight.
        linear_b: its bias, if it has one.
        bn_rm: the remembered mean.
        bn_rv: the remembered variance.
        bn_eps: added to the variance.
        bn_w: γ, if it is learned.
        bn_b: β, if it is learned.
    """
    return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b)


def _like(value: Tensor, weight: Tensor, learned: bool) -> Parameter:
    return Parameter(value.to(weight.dtype), learned)


def _fused(layer: M, bn: Any, weights: Any, *settings: bool) -> M:
    if layer.training or bn.training:
        raise _Training(
            "layers are fused after training, since batch norm averages its batch until then.\n"
            " Call eval() on both first."
        )
    if bn.running_mean is None or bn.running_var is None:
        raise SettingError("a batch norm without running averages can't be folded into a layer.")
    held: Any = copy.deepcopy(layer)
    norm = (bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias)
    held.weight, held.bias = weights(held.weight, held.bias, *norm, *settings)
    fused: M = held
    return fused


class _Training(SettingError, AssertionError):
    """Layers that are still in training; PyTorch asserts that they are not."""
