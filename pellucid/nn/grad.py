"""The two halves of a convolution's backward pass, to be called by themselves: `pellucid.nn.grad`.

Rules that learn without the exact gradient (feedback alignment, for one) put other weights in them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pellucid.nn import functional as F
from pellucid.tensor import Tensor
from pellucid.tensor.creation import zeros
from pellucid.tensor.derivative import grad
from pellucid.tensor.grad_mode import enable_grad, is_grad_enabled

__all__ = [
    "conv1d_input", "conv1d_weight", "conv2d_input", "conv2d_weight", "conv3d_input",
    "conv3d_weight",
]  # fmt: skip


def _blame(call: Callable[[Tensor], Any], size: Sequence[int], grad_output: Tensor) -> Tensor:
    """A convolution is linear in each factor, so its blame does not depend on where that is."""
    recording = is_grad_enabled()
    with enable_grad():
        at: Any = zeros(tuple(size), dtype=grad_output.dtype).requires_grad_()
        (found,) = grad(call(at), at, grad_output, create_graph=recording)
    assert found is not None
    return found


def conv1d_input(
    input_size: Sequence[int], weight: Tensor, grad_output: Tensor, stride: Any = 1,
    padding: Any = 0, dilation: Any = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """The blame of the input of `conv1d`.

    Args:
        input_size: the shape of the input.
        weight: the filters.
        grad_output: the blame of the result.
        stride: as in `conv1d`.
        padding: likewise.
        dilation: likewise.
        groups: likewise.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> w, g = pellucid.tensor([[[1.0, 2.0]]]), pellucid.ones(1, 1, 3)
        >>> nn.grad.conv1d_input((1, 1, 4), w, g)
        tensor([[[1., 3., 3., 2.]]])
    """
    rest = (None, stride, padding, dilation, groups)
    return _blame(lambda x: F.conv1d(x, weight, *rest), input_size, grad_output)


def conv1d_weight(
    input: Tensor, weight_size: Sequence[int], grad_output: Tensor, stride: Any = 1,
    padding: Any = 0, dilation: Any = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """The blame of the filters of `conv1d`."""
    rest = (None, stride, padding, dilation, groups)
    return _blame(lambda w: F.conv1d(input, w, *rest), weight_size, grad_output)


def conv2d_input(
    input_size: Sequence[int], weight: Tensor, grad_output: Tensor, stride: Any = 1,
    padding: Any = 0, dilation: Any = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """The blame of the input of `conv2d`."""
    rest = (None, stride, padding, dilation, groups)
    return _blame(lambda x: F.conv2d(x, weight, *rest), input_size, grad_output)


def conv2d_weight(
    input: Tensor, weight_size: Sequence[int], grad_output: Tensor, stride: Any = 1,
    padding: Any = 0, dilation: Any = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """The blame of the filters of `conv2d`."""
    rest = (None, stride, padding, dilation, groups)
    return _blame(lambda w: F.conv2d(input, w, *rest), weight_size, grad_output)


def conv3d_input(
    input_size: Sequence[int], weight: Tensor, grad_output: Tensor, stride: Any = 1,
    padding: Any = 0, dilation: Any = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """The blame of the input of `conv3d`."""
    rest = (None, stride, padding, dilation, groups)
    return _blame(lambda x: F.conv3d(x, weight, *rest), input_size, grad_output)


def conv3d_weight(
    input: Tensor, weight_size: Sequence[int], grad_output: Tensor, stride: Any = 1,
    padding: Any = 0, dilation: Any = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """The blame of the filters of `conv3d`."""
    rest = (None, stride, padding, dilation, groups)
    return _blame(lambda w: F.conv3d(input, w, *rest), weight_size, grad_output)
