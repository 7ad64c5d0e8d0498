"""How far apart vectors are, and how alike they point, as modules."""

from __future__ import annotations

from typing import Any

from pellucid.nn import functional as F
from pellucid.nn.module import Module
from pellucid.tensor import Tensor

__all__ = ["CosineSimilarity", "PairwiseDistance"]


class CosineSimilarity(Module):
    r"""How much two vectors point the same way: $x_1 \cdot x_2 / (\|x_1\| \|x_2\|)$.

    Args:
        dim: the axis along which the vectors lie.
        eps: the least length to divide by.

    Shape:
        `(…, D, …)` and the same → `(…, …)`, without `dim`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.CosineSimilarity()(pellucid.tensor([[3.0, 4.0]]), pellucid.tensor([[1.0, 0.0]]))
        tensor([0.6000])
    """

    _called_with = "x1, x2"

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1: Tensor, x2: Tensor) -> Any:
        """One number for each two vectors."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    r"""How far each vector is from its partner: $\|x_1 - x_2 + \varepsilon\|_p$.

    Args:
        p: which length: 2 is Euclid's, 1 the sum of sizes, inf the largest size.
        eps: added to each difference, so that no distance is exactly 0.
        keepdim: whether the last axis stays, as 1.

    Shape:
        `(N, D)` or `(D)` and the same → `(N)` or `()`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.PairwiseDistance()(pellucid.tensor([[3.0, 4.0]]), pellucid.zeros(1, 2))
        tensor([5.0000])
    """

    _called_with = "x1, x2"

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Any:
        """One distance for each two vectors."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
