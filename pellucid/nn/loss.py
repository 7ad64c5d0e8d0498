"""Losses of pairs as modules: they keep the settings, `nn.functional` does the work.

Those of classes are in `class_loss`, those that ask for a margin in `margin_loss`, those of
predicted distributions in `likelihood_loss`.
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.nn import functional as F
from pellucid.nn.functional.checks import reduced_by
from pellucid.nn.module import Module
from pellucid.shapes import show
from pellucid.tensor import Tensor

__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "HuberLoss", "L1Loss", "Loss", "MSELoss", "SmoothL1Loss",
    "WeightedLoss",
]  # fmt: skip


class Loss(Module):
    """What all losses share: how the losses of single pairs become one number."""

    _tells = False  # a loss stands behind the network: its errors speak of input and target
    _called_with = "input, target"

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        self.reduction = reduced_by(size_average, reduce, reduction, also=self._also)

    _also = ""


class WeightedLoss(Loss):
    """A loss in which numbers, or classes, count differently."""

    _made_with_tensors = 1
    _by_class = False  # whether the weights belong to classes, and not to numbers
    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if self._by_class and isinstance(weight, Tensor) and weight.ndim != 1:
            raise ShapeError(_not_by_class(type(self).__name__, weight))
        self.register_buffer("weight", weight)


def _not_by_class(name: str, weight: Tensor) -> str:
    return (
        f"{name}: weight needs one number for each class, and has shape {show(weight.shape)}.\n"
        f" Was it the input? Make the loss first, then call it: nn.{name}()(input, target)."
    )


class MSELoss(Loss):
    r"""The squared distance: $\frac1n \sum_i (\hat y_i - y_i)^2$.

    Args:
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum", or "none" for the loss of every pair.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.MSELoss()(pellucid.tensor([0.0, 3.0]), pellucid.tensor([1.0, 1.0]))
        tensor(2.5000)
    """

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.mse_loss(input, target, reduction=self.reduction)


class L1Loss(Loss):
    r"""The absolute distance: $\frac1n \sum_i |\hat y_i - y_i|$."""

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(Loss):
    """The absolute distance, squared below `beta`.

    Args:
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".
        beta: where the straight part begins.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(Loss):
    """The squared distance, straight beyond `delta`.

    Args:
        reduction: "mean", "sum" or "none".
        delta: where the straight part begins.
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class BCELoss(WeightedLoss):
    r"""The surprise of yes-or-no answers, given probabilities: $-(y \ln p + (1-y) \ln(1-p))$.

    Args:
        weight: how much each pair counts.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".
    """

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(WeightedLoss):
    """The surprise of yes-or-no answers, given raw scores; sigmoid is applied inside.

    Args:
        weight: how much each pair counts.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".
        pos_weight: how many times a yes counts.
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )
