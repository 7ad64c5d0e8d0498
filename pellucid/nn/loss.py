"""Losses as modules: they keep the settings, `nn.functional` does the work."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.nn import functional as F
from pellucid.nn.functional.checks import reduced_by
from pellucid.nn.module import Module
from pellucid.shapes import show
from pellucid.tensor import Tensor

__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "HuberLoss", "KLDivLoss", "L1Loss",
    "MSELoss", "NLLLoss", "SmoothL1Loss",
]  # fmt: skip


class _Loss(Module):
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


class _WeightedLoss(_Loss):
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


class MSELoss(_Loss):
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


class L1Loss(_Loss):
    r"""The absolute distance: $\frac1n \sum_i |\hat y_i - y_i|$."""

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
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


class HuberLoss(_Loss):
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


class CrossEntropyLoss(_WeightedLoss):
    r"""The surprise of the true classes: $-\frac1n \sum_i \ln \operatorname{softmax}(z_i)_{y_i}$.

    Give it raw scores: softmax is applied inside.

    Args:
        weight: how much each class counts.
        size_average: an older spelling of `reduction`.
        reduce: another.
        ignore_index: rows with this class number count nothing.
        reduction: "mean", "sum", or "none" for the loss of every row.
        label_smoothing: share of the certainty that is spread over all classes.

    Shape:
        input `(N, C)`, `(N, C, d1, …)` or `(C)`; target `(N)`, `(N, d1, …)` or `()` as class
        numbers, or the shape of input as probabilities.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.CrossEntropyLoss()(pellucid.zeros(2, 4), pellucid.tensor([0, 3]))
        tensor(1.3863)
    """

    _by_class = True

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(_WeightedLoss):
    """Minus the log-probability of the true class; give it log-probabilities.

    Args:
        weight: how much each class counts.
        size_average: an older spelling of `reduction`.
        reduce: another.
        ignore_index: rows with this class number count nothing.
        reduction: "mean", "sum" or "none".
    """

    _by_class = True

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.nll_loss(
            input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction
        )


class BCELoss(_WeightedLoss):
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


class BCEWithLogitsLoss(_WeightedLoss):
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


class KLDivLoss(_Loss):
    """How much a predicted distribution, given as logarithms, misses the true one.

    Args:
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "batchmean" for the mathematical value per row, "mean" per number, "sum", "none".
        log_target: whether the target holds logarithms too.
    """

    _also = "batchmean"

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)
