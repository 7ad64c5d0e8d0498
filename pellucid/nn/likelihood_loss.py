"""Losses of predicted distributions as modules; `nn.functional` does the work."""

from __future__ import annotations

from typing import Any

from pellucid.nn import functional as F
from pellucid.nn.loss import Loss
from pellucid.tensor import Tensor

__all__ = ["CTCLoss", "GaussianNLLLoss", "KLDivLoss", "PoissonNLLLoss"]


class KLDivLoss(Loss):
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


class PoissonNLLLoss(Loss):
    r"""The surprise of counts, given the rate expected: $e^x - y x$, where x is its logarithm.

    Args:
        log_input: whether the input holds logarithms; if not, $x - y \ln(x + \varepsilon)$.
        full: add Stirling's $y \ln y - y + \frac12 \ln(2 \pi y)$ where y > 1.
        size_average: an older spelling of `reduction`.
        eps: keeps the logarithm of a rate of 0 finite.
        reduce: another older spelling of `reduction`.
        reduction: "mean", "sum" or "none".

    Shape:
        input and target of one shape → `()`, or that shape with "none"

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.PoissonNLLLoss()(pellucid.tensor([0.0, 1.0]), pellucid.tensor([1.0, 2.0]))
        tensor(0.8591)
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, log_input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return F.poisson_nll_loss(
            log_input, target, self.log_input, self.full, eps=self.eps, reduction=self.reduction
        )


class GaussianNLLLoss(Loss):
    r"""The surprise of numbers, given mean and variance: $\frac12(\ln v + (\mu - y)^2 / v)$.

    Args:
        full: add $\frac12 \ln 2\pi$.
        eps: the least variance; it does not stop the blame.
        reduction: "mean", "sum" or "none".

    Shape:
        means and targets of one shape; variances of that shape, without its last axis, or with
        one axis of size 1 in its place

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> means, targets = pellucid.tensor([0.0, 1.0]), pellucid.tensor([1.0, 1.0])
        >>> nn.GaussianNLLLoss()(means, targets, pellucid.ones(2))
        tensor(0.2500)

    Source: Nix & Weigend 1994.
    """

    _called_with = "input, target, var"

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full, self.eps = full, eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Any:
        """The loss."""
        return F.gaussian_nll_loss(
            input, target, var, full=self.full, eps=self.eps, reduction=self.reduction
        )


class CTCLoss(Loss):
    r"""The surprise of a sequence of labels, over all ways to lay it along the frames.

    $L = -\ln \sum_{\pi} \prod_t p_t(\pi_t)$, over all paths π that give the labels once repeats
    and blanks are left out.

    Args:
        blank: the class that stands for no label.
        reduction: "mean" (of the losses divided by the numbers of labels), "sum" or "none".
        zero_infinity: give 0, and no blame, where there are too few frames for the labels.

    Shape:
        log_probs `(T, N, C)` or `(T, C)`; targets `(N, S)` or `(sum of target_lengths)`; lengths
        `(N)` or `()` → `()`, or `(N)` with "none"

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> even = pellucid.zeros(4, 1, 3).log_softmax(2)
        >>> nn.CTCLoss(reduction="sum")(even, pellucid.tensor([[1, 2]]), (4,), (2,))
        tensor(1.6864)

    Source: Graves, Fernández, Gomez & Schmidhuber 2006.
    """

    _called_with = "log_probs, targets, input_lengths, target_lengths"

    def __init__(
        self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False
    ) -> None:
        super().__init__(reduction=reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(
        self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any
    ) -> Any:
        """The loss."""
        lengths = input_lengths, target_lengths
        return F.ctc_loss(
            log_probs, targets, *lengths, self.blank, self.reduction, self.zero_infinity
        )
