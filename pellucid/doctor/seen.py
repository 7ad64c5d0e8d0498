"""What was seen of one training, as plain data.

Whatever watched fills the same fields: a loop of ours, one of PyTorch's, a `fit` that ran compiled.
Rules read this and nothing else, so what they say does not depend on whose network it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.doctor.neighbors import Neighbors
from pellucid.doctor.step import Call, Moment, WeightSeen
from pellucid.doctor.trial import NoTrials, Trials

__all__ = ["Batch", "Events", "Floats", "LossSeen", "Part", "Rows", "Score", "Seen"]

Floats = npt.NDArray[np.floating[Any]]


@dataclass
class Events:
    """What the loop called, and in which order.

    Attributes:
        steps: how many times the optimizer stepped.
        backwards: how many backward passes.
        clears: how many times gradients were cleared.
        stale: backward passes that added to gradients which an earlier step had already used.
        wasted: steps at which gradients had been cleared since the last backward pass.
        empty: steps at which no parameter had a gradient.
        before: steps before the first backward pass.
        per_step: backward passes for each step, in the middle (median) of the run.
        train_passes: forward passes that a backward followed.
        train_in_eval: those of them in evaluation mode.
        eval_passes: forward passes without a backward (scores, validation).
        eval_in_train: those of them in training mode.
        mode_layers: paths of layers that depend on the mode (dropout, batch normalization).
        single_rows: training passes with one row through a batch normalization.
        random_in_eval: whether two passes over the same rows in evaluation mode differed.
        idle_clips: calls that clip gradients and found none to clip.
        clip: the norm that gradients were to be clipped to.
        pairs: the loss of pairs of rows that was called, its smallest and its largest target.
        lines: where in the user's program, by "step", "backward", "clear", "eval", "loss".
    """

    steps: int = 0
    backwards: int = 0
    clears: int = 0
    stale: int = 0
    wasted: int = 0
    empty: int = 0
    before: int = 0
    per_step: float = 1.0
    train_passes: int = 0
    train_in_eval: int = 0
    eval_passes: int = 0
    eval_in_train: int = 0
    mode_layers: tuple[str, ...] = ()
    single_rows: int = 0
    random_in_eval: bool = False
    idle_clips: int = 0
    clip: float | None = None
    pairs: tuple[str, float, float] | None = None
    lines: dict[str, str] = field(default_factory=dict)


@dataclass
class LossSeen:
    """The loss and what it was given.

    Attributes:
        name: "cross_entropy", "mse_loss", …; "own" for one written by hand, with `calls` to tell.
        settings: its plain arguments (reduction, ignore_index, …).
        prediction: the shape of its first input.
        target: the shape of its target.
        target_kind: "classes" (whole numbers), "shares" (0 to 1), "numbers".
        low: the smallest prediction.
        high: the largest prediction.
        sums_to_one: the share of rows whose predictions are from 0 to 1 and sum to 1; of this and
            the next, rows with NaN are left out, and it is NaN where there are no others.
        logs_of_shares: the share of rows whose predictions' exponentials sum to 1.
        target_low: the smallest target.
        target_high: the largest target.
        last: the name of the operation that made the prediction.
        negative: the share of steps with a loss below 0.
        form: what its calls say of it (`pellucid.doctor.form`); "unknown" where nobody can tell
            from predictions and targets how well the network does.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    prediction: tuple[int, ...] = ()
    target: tuple[int, ...] = ()
    target_kind: str = "numbers"
    low: float = 0.0
    high: float = 0.0
    sums_to_one: float = 0.0
    logs_of_shares: float = 0.0
    target_low: float = 0.0
    target_high: float = 0.0
    last: str = ""
    negative: float = 0.0
    form: str = ""


@dataclass
class Batch:
    """The targets of one training batch.

    Attributes:
        step: counted from 0.
        rows: how many.
        counts: of each class; empty for numbers.
        mean: of the targets, for numbers.
        std: of the targets, for numbers.
    """

    step: int
    rows: int
    counts: tuple[int, ...] = ()
    mean: float = 0.0
    std: float = 0.0


@dataclass
class Score:
    """The loss, and the share of right answers where targets are classes, over some rows.

    Attributes:
        step: how many steps had been made.
        rows: how many.
        loss: per row.
        right: the share of right answers; None for numbers.
        training: whether the network was in training mode.
    """

    step: int
    rows: int
    loss: float
    right: float | None = None
    training: bool = False


@dataclass(frozen=True)
class Part:
    """One of several inputs of a network, laid beside the others.

    Attributes:
        shape: of a row of it.
        whole: whether it holds whole numbers, such as words and classes, rather than amounts.
        start: its first column.
        end: the column after its last.
    """

    shape: tuple[int, ...]
    whole: bool
    start: int
    end: int


@dataclass
class Rows:
    """Rows that were kept, in the order in which they came.

    Attributes:
        x: the network's input, (rows, …); several lie beside each other, (rows, columns).
        y: the targets, (rows, …).
        prediction: what the network says at the end, in evaluation mode; None if it wasn't asked.
        total: how many different rows there were, as far as it is known; 0 if not.
        parts: where each of several inputs lies; empty for one.
        partial: whether the network has other inputs that are not here.
        beside: targets of the rows that lay beside these before a loader shuffled them; None where
            they are in order, or nobody can say.
    """

    x: npt.NDArray[Any]
    y: npt.NDArray[Any]
    prediction: npt.NDArray[Any] | None = None
    total: int = 0
    parts: tuple[Part, ...] = ()
    partial: bool = False
    beside: Neighbors | None = None

    @property
    def amounts(self) -> npt.NDArray[Any]:
        """`x` without the columns of several inputs that hold words or classes."""
        names = [n for part in self.parts if part.whole for n in range(part.start, part.end)]
        return np.delete(self.x, names, axis=1) if names else self.x

    @property
    def ordered(self) -> bool:
        """Whether the inputs are sequences or texts, of which columns tell little."""
        if self.parts:
            return any(len(part.shape) == (1 if part.whole else 2) for part in self.parts)
        return self.x.ndim == 3 or self.x.dtype.kind in "iu"


@dataclass
class Seen:
    """One training.

    Attributes:
        source: "pellucid" or "torch".
        calls: the operations of a step, forward and loss, as they ran at the first moment.
        weights: the parameters, in the network's order.
        moments: the steps that were looked at closely.
        losses: the training loss of every step.
        scores: scores on rows that no step learned from, in order.
        fits: scores of the training batches, one now and then.
        batches: targets of training batches.
        events: what the loop called.
        loss: the loss function; None if it was never called.
        train: rows that were learned from; None if none could be kept.
        held_out: rows of `scores`; None if there were none.
        optimizer: "SGD", "Adam", …; empty without one.
        settings: the first group's settings (lr, momentum, weight_decay, …).
        rates: the learning rate at every step at which it changed, as (step, rate).
        schedule: the name of the schedule, empty without one.
        planned: how often it was moved on, and how many steps it was made for; 0 if it doesn't say.
        epoch: steps to an epoch, 0 if it isn't known.
        shuffled: whether the loader shuffles; None if it isn't known.
        rows: training rows to an epoch, 0 if it isn't known.
        finished: False when the loop ended with an error.
        error: the error's text.
        trials: short runs on copies with something changed.
        end: the activity on the rows of `train` with the last weights, in evaluation mode, and the
            gradients there, without moves; None if it wasn't looked at.
        through: the gradient's size at each step of the sequences that a recurrent network reads,
            on rows of `train`, with the first and with the last weights; empty for others.
        replays: whether the loss of other rows is made of what the network gives for them and of
            their targets alone, so that a trial's loss can be compared with the run's.
        shared: the share of scored rows that were learned from too, where one score has both.
        missing: what could not be seen, by name, with the reason.
    """

    source: str = "pellucid"
    calls: list[Call] = field(default_factory=list)
    weights: list[WeightSeen] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    losses: Floats = field(default_factory=lambda: np.zeros(0))
    scores: list[Score] = field(default_factory=list)
    fits: list[Score] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    events: Events = field(default_factory=Events)
    loss: LossSeen | None = None
    train: Rows | None = None
    held_out: Rows | None = None
    optimizer: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    rates: list[tuple[int, float]] = field(default_factory=list)
    schedule: str = ""
    planned: tuple[int, int] = (0, 0)
    epoch: int = 0
    shuffled: bool | None = None
    rows: int = 0
    finished: bool = True
    error: str = ""
    trials: Trials = field(default_factory=NoTrials)
    end: Moment | None = None
    through: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    replays: bool = False
    shared: float = 0.0
    missing: dict[str, str] = field(default_factory=dict)

    def has(self, what: str) -> bool:
        """Whether something was seen: a field by its name, or "activity", "moves", "steps".

        Args:
            what: such as "calls", "losses", "scores", "loss", "train", "held_out", "trials".
        """
        if what == "activity":
            return any(moment.activity for moment in self.moments)
        if what == "moves":
            return any(moment.moves for moment in self.moments)
        if what == "steps":
            return self.events.steps > 0
        if what == "trials":
            return not isinstance(self.trials, NoTrials)
        if what == "scores":
            return len(self.scores) > 0 or self.shared > 0
        if what == "loss or error":
            return self.loss is not None or bool(self.error)
        value = getattr(self, what)
        return value is not None and (not hasattr(value, "__len__") or len(value) > 0)

    @property
    def classes(self) -> int:
        """How many classes the targets have; 0 where they are numbers."""
        if self.loss is None or self.loss.target_kind != "classes" or self.train is None:
            return 0
        return int(self.train.y.max()) + 1 if len(self.train.y) else 0
