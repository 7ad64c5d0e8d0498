"""Short runs on copies of the network with one thing changed: what a rule believes is tried.

A trial starts from the weights that the network had at the beginning (or has at the end), learns
from the rows that were kept, with the loss and the optimizer of the run, in a loop without
mistakes. The network itself, its gradients and the random streams stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Change", "NoTrials", "Trial", "Trials"]


@dataclass(frozen=True)
class Change:
    """What is different in a trial; nothing by default, which is the run as it was.

    Attributes:
        lr: a factor for the learning rate.
        optimizer: another optimizer: "Adam" or "SGD"; empty for the same.
        rate: its learning rate, where `optimizer` is given.
        inputs: whether inputs are standardized, column by column; token numbers stay.
        targets: whether targets that are numbers are standardized; classes and shares stay.
        fresh: whether weights start from PyTorch's initial distributions.
        dropout: False takes dropout out.
        decay: False takes weight decay out.
        shuffled: False keeps the order in which rows came.
        batch: a factor for the batch size.
        steps: a factor for the number of steps that trials make.
        onward: whether it starts from the weights at the end.
        clip: the largest norm of the gradient; None for no limit.
        steady: whether the learning rate stays what it was at first, whatever the schedule.
        alone: whether the part of the loss that holds predictions against targets is minimized
            alone, where the loss has other parts.
    """

    lr: float = 1.0
    optimizer: str = ""
    rate: float = 1e-3
    inputs: bool = False
    targets: bool = False
    fresh: bool = False
    dropout: bool = True
    decay: bool = True
    shuffled: bool = True
    batch: float = 1.0
    steps: float = 1.0
    onward: bool = False
    clip: float | None = None
    steady: bool = False
    alone: bool = False


@dataclass(frozen=True)
class Trial:
    """How it went.

    Attributes:
        losses: of every step, in the units of the run's own loss where targets are the same.
        loss: over all kept rows at the end, in evaluation mode.
        right: the share of right answers at the end; None where targets are numbers.
        explained: the share of the targets' variance that is explained; None for classes.
        finite: whether everything stayed finite.
        skill: `right` or `explained` from 0 (the best constant) to 1 (no mistake).
        held_loss: as `loss`, over rows that the trial did not learn from: those that the run only
            scored, or else a quarter of the kept rows, left out of every trial.
        held_right: as `right`, over those.
        held_explained: as `explained`, over those.
        held_skill: as `skill`, over those; None without any.
        steps: how many were made.
    """

    losses: npt.NDArray[np.floating[Any]] = field(default_factory=lambda: np.zeros(0))
    loss: float = float("nan")
    right: float | None = None
    explained: float | None = None
    finite: bool = True
    skill: float = float("nan")
    held_loss: float = float("nan")
    held_right: float | None = None
    held_explained: float | None = None
    held_skill: float | None = None
    steps: int = 0


class Trials(Protocol):
    """Runs trials, and remembers them."""

    def run(self, change: Change = ...) -> Trial | None:
        """The trial with this change; None where it can't be run or the time is used up."""


class NoTrials:
    """Where nothing can be tried."""

    def run(self, change: Change = Change()) -> Trial | None:
        """Nothing."""
        return None
