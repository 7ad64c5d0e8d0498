"""Losses that ask for a distance, as modules; `nn.functional` does the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.errors import SettingError
from pellucid.nn import functional as F
from pellucid.nn.loss import Loss
from pellucid.tensor import Tensor

__all__ = [
    "CosineEmbeddingLoss", "HingeEmbeddingLoss", "MarginRankingLoss", "SoftMarginLoss",
    "TripletMarginLoss", "TripletMarginWithDistanceLoss",
]  # fmt: skip


class HingeEmbeddingLoss(Loss):
    r"""Distances made small for pairs that belong together, and at least `margin` for the others.

    $\ell = x$ where $y = 1$ and $\max(0, \mathrm{margin} - x)$ where $y = -1$

    Args:
        margin: the distance asked for.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".

    Shape:
        input and target of one shape → `()`, or that shape with "none"

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.HingeEmbeddingLoss()(pellucid.tensor([0.5, 0.25]), pellucid.tensor([1.0, -1.0]))
        tensor(0.6250)
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class MarginRankingLoss(Loss):
    r"""Two scores in the right order: $\max(0, -y\,(x_1 - x_2) + \mathrm{margin})$.

    Args:
        margin: by how much they should differ.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".

    Shape:
        both inputs and target `(N)` → `()`, or `(N)` with "none"

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> first, second = pellucid.tensor([0.2, 0.9]), pellucid.tensor([0.6, 0.1])
        >>> nn.MarginRankingLoss()(first, second, pellucid.tensor([1.0, 1.0]))
        tensor(0.2000)
    """

    _called_with = "input1, input2, target"

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.margin_ranking_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class CosineEmbeddingLoss(Loss):
    r"""Vectors that belong together made to point the same way, others at least not that way.

    $\ell = 1 - \cos(x_1, x_2)$ where $y = 1$ and $\max(0, \cos(x_1, x_2) - \mathrm{margin})$
    where $y = -1$

    Args:
        margin: how alike the others may point.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".

    Shape:
        both inputs `(N, D)` and target `(N)`, or `(D)` and `()` → `()`, or as target with "none"

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> first, second = pellucid.tensor([[1.0, 0.0]]), pellucid.tensor([[0.0, 2.0]])
        >>> nn.CosineEmbeddingLoss()(first, second, pellucid.tensor([1]))
        tensor(1.)
    """

    _called_with = "input1, input2, target"

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.cosine_embedding_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class SoftMarginLoss(Loss):
    r"""Scores on the right side of zero, the farther the better: $\ln(1 + e^{-y x})$.

    Args:
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".

    Shape:
        input and target, 1 or −1, of one shape → `()`, or that shape with "none"

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.SoftMarginLoss()(pellucid.tensor([0.0, 4.0]), pellucid.tensor([1.0, 1.0]))
        tensor(0.3556)
    """

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class TripletMarginLoss(Loss):
    r"""An anchor nearer to what belongs to it than to what does not, by a margin.

    $\ell = \max(0, \|a - p\| - \|a - n\| + \mathrm{margin})$

    Args:
        margin: by how much.
        p: which length: 2 is Euclid's.
        eps: added to each difference.
        swap: take the distance from positive to negative where that is smaller.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".

    Shape:
        all three `(N, D)` or `(D)` → `()`, or `(N)` with "none"

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> anchor, near, far = pellucid.zeros(1, 2), pellucid.zeros(1, 2), pellucid.ones(1, 2)
        >>> nn.TripletMarginLoss(margin=2.0)(anchor, near, far)
        tensor(0.5858)

    Source: Balntas, Riba, Ponsa & Mikolajczyk 2016.
    """

    _called_with = "anchor, positive, negative"

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin, self.p, self.eps, self.swap = _positive(self, margin), p, eps, swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Any:
        """The loss."""
        settings = {"p": self.p, "eps": self.eps, "swap": self.swap, "reduction": self.reduction}
        return F.triplet_margin_loss(anchor, positive, negative, self.margin, **settings)


class TripletMarginWithDistanceLoss(Loss):
    r"""`TripletMarginLoss` with a distance of one's own.

    $\ell = \max(0, d(a, p) - d(a, n) + \mathrm{margin})$

    Args:
        distance_function: takes two Tensors and gives a distance for each row;
            `PairwiseDistance()` if None.
        margin: by how much.
        swap: take the distance from positive to negative where that is smaller.
        reduction: "mean", "sum" or "none".

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> farthest = lambda a, b: (a - b).abs().amax(-1)
        >>> loss = nn.TripletMarginWithDistanceLoss(distance_function=farthest, margin=1.5)
        >>> loss(pellucid.zeros(1, 2), pellucid.zeros(1, 2), pellucid.ones(1, 2))
        tensor(0.5000)
    """

    _called_with = "anchor, positive, negative"

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.distance_function = distance_function or F.pairwise_distance
        self.margin, self.swap = _positive(self, margin), swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Any:
        """The loss."""
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )


def _positive(loss: Loss, margin: float) -> float:
    if margin <= 0:
        raise SettingError(f"{type(loss).__name__}: margin must be positive, and it is {margin}.")
    return margin
