"""Losses of classes as modules: they keep settings and weights, `nn.functional` does the work."""

from __future__ import annotations

import math
from typing import Any

from pellucid.errors import SettingError
from pellucid.nn import functional as F
from pellucid.nn.linear import Linear
from pellucid.nn.loss import Loss, WeightedLoss
from pellucid.tensor import Tensor

__all__ = [
    "CrossEntropyLoss", "LinearCrossEntropyLoss", "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss", "MultiMarginLoss", "NLLLoss",
]  # fmt: skip


class CrossEntropyLoss(WeightedLoss):
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


class NLLLoss(WeightedLoss):
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


class LinearCrossEntropyLoss(WeightedLoss):
    r"""A linear layer and the cross-entropy of its scores in one: $z = x W^\top + b$.

    Args:
        in_features: how many numbers come in.
        num_classes: how many classes there are.
        out_features: places at each of which a class is told, if there are several.
        bias: whether the layer has a bias.
        device: "cpu", or None.
        dtype: kind of number of the weights.
        reduction: "mean", "sum" or "none".
        weight: how much each class counts.
        ignore_index: rows with this class number count nothing; −100 if None.
        label_smoothing: share of the certainty that is spread over all classes.
        options: must be None: how PyTorch cuts this into pieces does not matter here.

    Shape:
        input `(N, in_features)` or `(in_features)`; target `(N)`, `(N, *out_features)` or `()` as
        class numbers, or with an axis of classes after the first as probabilities

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> loss = nn.LinearCrossEntropyLoss(5, 3)
        >>> loss(pellucid.zeros(2, 5), pellucid.tensor([0, 2])).detach()
        tensor(1.0986)
    """

    _by_class = True

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: None = None,
    ) -> None:
        super().__init__(weight, reduction=reduction)
        if not 0.0 <= label_smoothing <= 1.0:
            raise SettingError(
                "LinearCrossEntropyLoss: label_smoothing lies between 0 and 1, and it is "
                f"{label_smoothing}."
            )
        self.num_classes, self.out_features = num_classes, out_features
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing
        size = math.prod(out_features, start=num_classes)
        self.linear = Linear(in_features, size, bias=bias, device=device, dtype=dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        places = (self.num_classes, *self.out_features)
        bias = self.linear.bias
        return F.linear_cross_entropy(
            input,
            self.linear.weight.reshape(*places, self.linear.in_features),
            target,
            linear_bias=None if bias is None else bias.reshape(*places),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        """The settings."""
        bias = self.linear.bias is not None
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, "
            f"out_features={self.out_features}, bias={bias}, reduction={self.reduction}, "
            f"ignore_index={self.ignore_index}, label_smoothing={self.label_smoothing}, "
            f"options={self.options}"
        )


class MultiMarginLoss(WeightedLoss):
    r"""The true class ahead of every other: $\frac1C \sum_{c \ne y} \max(0, m - x_y + x_c)^p$.

    Args:
        p: 1 or 2.
        margin: m, by how much it should be ahead.
        weight: how much each true class counts.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".

    Shape:
        input `(N, C)` or `(C)`; target `(N)` or `()`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.MultiMarginLoss()(pellucid.tensor([[0.1, 0.2, 0.4, 0.8]]), pellucid.tensor([3]))
        tensor(0.3250)
    """

    _by_class = True

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise SettingError(f"MultiMarginLoss: p is 1 or 2, and it is {p!r}.")
        self.p, self.margin = p, margin

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.multi_margin_loss(
            input, target, self.p, self.margin, self.weight, reduction=self.reduction
        )


class MultiLabelMarginLoss(Loss):
    r"""Every true class ahead of every false one: $\frac1C \sum_{j, i} \max(0, 1 - x_j + x_i)$.

    Args:
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".

    Shape:
        input and target `(N, C)` or `(C)`; each row of the target names the true classes, then −1

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> scores, target = [[0.1, 0.2, 0.4, 0.8]], [[3, 0, -1, 1]]
        >>> nn.MultiLabelMarginLoss()(pellucid.tensor(scores), pellucid.tensor(target))
        tensor(0.8500)
    """

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(WeightedLoss):
    r"""A yes or no for each class, with the surprise of each averaged over the classes.

    $\ell = -\frac1C \sum_c \bigl(y_c \ln \sigma(x_c) + (1 - y_c) \ln \sigma(-x_c)\bigr)$

    Args:
        weight: how much each class counts.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".

    Shape:
        input and target `(N, C)`; the classes are the last axis

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.MultiLabelSoftMarginLoss()(pellucid.zeros(1, 3), pellucid.tensor([[1.0, 0.0, 1.0]]))
        tensor(0.6931)
    """

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)
