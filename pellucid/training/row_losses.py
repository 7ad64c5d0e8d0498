r"""Losses in which rows count differently: the weighted mean, and what gives a loss for each row.

$$ L = \frac{\sum_i w_i\, \ell_i}{\sum_i c_i} \qquad
   w_i = s_i\, \frac{\sum_j c_j}{\sum_j s_j\, c_j} $$

The weights $s$ that a person gives are scaled once, over all rows, and not in each batch: else a
batch of one row would forget its weight, and one without weight would divide by zero. $c_i$ is what
a row counts in the loss's own mean: 1, or the weight of its class. Equal weights leave the loss as
it is, and over all rows at once a weight of 2 is the row given twice.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.nn import functional as F
from pellucid.nn.class_loss import CrossEntropyLoss, NLLLoss
from pellucid.nn.module import Module
from pellucid.tensor.creation import of_array
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.tensor import Tensor
from pellucid.training.rows import Rows

__all__ = ["RowLosses", "losses_of_rows", "weighted_mean"]

_CLOSE = 1e-3  # of a loss, between its own mean and the mean of its rows


def weighted_mean(losses: Any, weight: Any, counted: Any = None) -> Any:
    """The sum of losses times the weights of their rows, over how many they count as.

    Args:
        losses: `(n, …)`.
        weight: `(n,)`.
        counted: what to divide by; the number of losses if None.
    """
    spread = weight.reshape(weight.shape[0], *[1] * (losses.dim() - 1))
    return (losses * spread).sum() / (losses.numel() if counted is None else counted)


@dataclass(frozen=True)
class RowLosses:
    """A loss as a weighted mean over rows.

    Args:
        each: `each(outputs, targets)`, the loss of each row, `(n, …)`.
        counts: `counts(targets)`, what each of them counts in the loss's own mean; None for alike.
    """

    each: Callable[[Any, Any], Any]
    counts: Callable[[Any], Any] | None = None

    def __call__(self, outputs: Any, targets: Any, weight: Any = None) -> Any:
        """The weighted mean; with no weights that of rows which count alike."""
        losses = self.each(outputs, targets)
        counted = None if self.counts is None else self.counts(targets).sum()
        if weight is None:
            return losses.mean() if counted is None else losses.sum() / counted
        return weighted_mean(losses, weight, counted)

    def evened(self, rows: Rows) -> Rows:
        """Rows whose weights are scaled: their sum is that of rows which count alike."""
        if rows.weight is None:
            return rows
        weight = rows.weight.astype(np.float64)
        counts = np.ones(len(rows))
        if self.counts is not None:
            with no_grad():
                found = self.counts(of_array(rows.target)).numpy()
            counts = found.reshape(len(rows), -1).sum(axis=1, dtype=np.float64)
        held = float(weight @ counts)
        scale = float(counts.sum()) / held if held else 1.0
        return replace(rows, weight=(weight * scale).astype(rows.weight.dtype))


def losses_of_rows(loss: Any, name: str, outputs: Any, targets: Any) -> RowLosses:
    """What gives the loss of each row, where a loss can say it; tried on some rows.

    Args:
        loss: a module or a function of outputs and targets.
        name: what people call it.
        outputs: of some rows.
        targets: of the same rows, laid out for the loss.

    Raises:
        SettingError: it gives only one number for all rows, or means something else than the mean.
    """
    known = _reduces(loss)
    if known:
        found = RowLosses(_unreduced(loss, name), _counting(loss))
    else:
        found = RowLosses(loss)
    with no_grad():
        losses = found.each(outputs, targets)
        rows = len(targets)
        if not isinstance(losses, Tensor) or not losses.dim() or losses.shape[0] != rows:
            raise SettingError(_one_number(name, known))
        if known and getattr(loss, "reduction", "") != "none":
            own, ours = (float(call(outputs, targets).item()) for call in (loss, found))
            if not np.isclose(own, ours, rtol=_CLOSE, atol=_CLOSE, equal_nan=True):
                raise SettingError(
                    f"sample_weight: {name} is not the mean of the losses of its rows, so no row"
                    f" of it can be weighed.\n {_OF_YOUR_OWN}"
                )
    return found


def _reduces(loss: Any) -> bool:
    """Whether a loss can be asked for the loss of each row."""
    if isinstance(loss, Module):
        return hasattr(loss, "reduction")
    try:
        return "reduction" in inspect.signature(loss).parameters
    except (TypeError, ValueError):
        return False


def _unreduced(loss: Any, name: str) -> Callable[[Any, Any], Any]:
    if not isinstance(loss, Module):
        return functools.partial(loss, reduction="none")
    if loss.reduction not in ("mean", "none"):
        raise SettingError(
            f"sample_weight gives a weighted mean, and {name} has reduction={loss.reduction!r}.\n"
            " Make the loss with reduction='mean'."
        )
    apart = copy.copy(loss)  # of the same weights
    apart.reduction = "none"
    return apart


def _counting(loss: Any) -> Callable[[Any], Any] | None:
    """What targets count in the mean of a loss over classes; None where all count alike."""
    given: dict[str, Any] = {}
    if isinstance(loss, functools.partial):
        loss, given = loss.func, loss.keywords
    if isinstance(loss, CrossEntropyLoss | NLLLoss):
        given = {"weight": loss.weight, "ignore_index": loss.ignore_index}
    elif loss not in (F.cross_entropy, F.nll_loss):
        return None
    weight, ignored = given.get("weight"), given.get("ignore_index", -100)

    def counts(targets: Any) -> Any:
        if targets.is_floating_point():  # a probability for each class: the mean is over rows
            return (targets.sum(dim=1) * 0) + 1
        kept = targets != ignored
        return kept * 1.0 if weight is None else weight[targets * kept] * kept

    return counts


_OF_YOUR_OWN = (
    "Pass a function of your own that gives one for each row, such as"
    " loss=lambda out, y: (out - y).abs().mean(dim=1)"
)


def _one_number(name: str, known: bool) -> str:
    text = f"sample_weight needs the loss of each row, and {name} gives none."
    if not known:
        text = f"sample_weight needs the loss of each row, and {name} gives one number for all."
    return f"{text}\n {_OF_YOUR_OWN}"
