"""The oldest normalization over neighboring channels, as PyTorch's computes it."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.nn.module import Module
from pellucid.shapes import show
from pellucid.tensor import Tensor
from pellucid.tensor.creation import tensor

__all__ = ["CrossMapLRN2d"]


class CrossMapLRN2d(Module):
    r"""Each number divided by how large its neighbors in other channels are.

    $y_c = x_c / (k + \tfrac{\alpha}{n} \sum_{c' \text{ near } c} x_{c'}^2)^\beta$

    PyTorch's counts the first channel among the neighbors of every channel that comes after its
    own window, and an even n as the odd number below it; so does this. `LocalResponseNorm` is the
    one of the paper.

    Args:
        size: how many channels count as near, n.
        alpha: weight of the neighbors.
        beta: power of the divisor.
        k: what is added, so that nothing is divided by 0.

    Shape:
        `(N, C, H, W)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.CrossMapLRN2d(3)(pellucid.zeros(8, 4, 5, 5)).shape
        Size([8, 4, 5, 5])

    Source: PyTorch, nn.CrossMapLRN2d
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Tensor) -> Any:
        """Numbers divided by the size of their neighbors."""
        if len(input.shape) != 4:
            raise ShapeError(
                f"it works on axes (rows, channels, height, width), and got {show(input.shape)}."
            )
        near = tensor(self._near(input.shape[1]), dtype=input.dtype)
        total = near @ (input**2).flatten(2)
        divisor = self.k + self.alpha / self.size * total.reshape(input.shape)
        return input * divisor**-self.beta

    def _near(self, channels: int) -> list[list[float]]:
        """For each channel, which ones count as near."""
        far = (self.size + 1) // 2
        return [
            [float(abs(c - other) < far or (other == 0 and c >= far)) for other in range(channels)]
            for c in range(channels)
        ]

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"

    def _brief(self) -> str:
        """`CrossMapLRN2d(5)`."""
        return f"{type(self).__name__}({self.size})"
