"""When a training by scikit-learn's settings has come far enough, and what its rate is by then."""

from __future__ import annotations

from typing import Any

from pellucid.training.callback import Callback

__all__ = ["Watch"]

_LEAST_RATE = 1e-6
_LESS = 5.0


class Watch(Callback):
    """Stops when the figure no longer gets better by `tol`; with "adaptive", after the rate fell.

    Args:
        tol: what counts as better.
        patience: epochs without it that are forgiven.
        score: whether the figure is the score of held-out rows; else the training loss.
        adaptive: divide the rate by 5 in place of stopping, until it is below 1e-6.
    """

    def __init__(self, tol: float, patience: float, score: bool, adaptive: bool) -> None:
        self.tol, self.patience, self.score, self.adaptive = tol, patience, score, adaptive
        self.best, self.waited, self.converged = float("inf"), 0, False

    def on_epoch_end(self, run: Any) -> None:
        """Compare with the best so far."""
        history = run.history
        value = -history.validation_metrics["score"][-1] if self.score else history.train_loss[-1]
        if value > self.best - self.tol:
            self.waited += 1
        else:
            self.waited = 0
        self.best = min(self.best, value)
        if self.waited <= self.patience:
            return
        group = run.optimizer.param_groups
        if self.adaptive and group[0]["lr"] > _LEAST_RATE:
            for one in group:
                one["lr"] /= _LESS
            self.waited = 0
            return
        self.converged = True
        run.stop(f"no better by {self.tol:g} for {self.patience} epochs")
