"""Whether a fit did so well that nothing can be amiss which a closer look would find.

A closer look takes steps on a copy, and short trials: as long as a training of some seconds. So a
fit that nobody asked about is looked at closely only where its own losses leave room for a finding.
"""

from __future__ import annotations

import math

import numpy as np

from pellucid.doctor.measures.trivial import trivial
from pellucid.doctor.seen import LossSeen, Rows, Seen
from pellucid.training.history import History
from pellucid.training.loop import Run
from pellucid.training.sources import FromRows

__all__ = ["did_well"]

_LEFT = 0.3  # of the loss of the best constant; a finding needs an effect, and here is little left
_RISEN = 1.2  # times its best: a validation loss that rose further may be overfitting
_NOTHING = 0.05  # of the constant's: a loss below may rise and fall as it likes
_FUNCTIONS = {
    "cross_entropy": "cross_entropy", "nll": "nll_loss", "mse": "mse_loss", "mae": "l1_loss",
    "huber": "huber_loss", "smooth_l1": "smooth_l1_loss", "bce": "binary_cross_entropy",
    "bce_with_logits": "binary_cross_entropy_with_logits",
}  # fmt: skip


def did_well(run: Run, history: History) -> bool:
    """Whether the losses of a fit are far below those of the best constant answer, and at rest.

    Args:
        run: the training.
        history: what it left.
    """
    name = _FUNCTIONS.get(run.objective.name)
    if name is None or not isinstance(run.train, FromRows) or not history.train_loss:
        return False
    y = np.asarray(run.train.data.target)
    kind = "classes" if y.dtype.kind in "iu" else "numbers"
    constant = trivial(Seen(loss=LossSeen(name, target_kind=kind), train=Rows(y, y)))
    if constant is None or not constant.loss:
        return False
    most = _LEFT * constant.loss
    held = history.validation_loss
    last = [history.train_loss[-1], *held[-1:]]
    if not all(math.isfinite(loss) and loss <= most for loss in last):
        return False
    return not held or held[-1] <= max(_RISEN * min(held), _NOTHING * constant.loss)
