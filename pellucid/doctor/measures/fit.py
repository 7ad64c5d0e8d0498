"""How well a network fits: what it gained over the best constant, beside what could be gained.

skill = (right − most frequent) / (1 − most frequent) for classes, and for numbers the share of the
variance that is explained: 0 for the best constant, 1 for no mistake, below 0 if worse than it.
Where the loss gives rare classes a weight, or the loader draws them more often, every class may
count alike instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.doctor.measures.answers import (
    Answers,
    Array,
    answers,
    answers_of,
    explained,
    loss_name,
    said,
)
from pellucid.doctor.measures.once import once
from pellucid.doctor.measures.reference import reference, skill_of
from pellucid.doctor.measures.row_losses import row_losses
from pellucid.doctor.measures.trivial import trivial, unit
from pellucid.doctor.seen import LossSeen, Rows, Score, Seen

__all__ = ["Fit", "effect", "fit", "fit_held_out", "fit_of"]

_LEARNABLE, _EVENED = 0.05, 0.15


@dataclass(frozen=True)
class Fit:
    """How well predictions fit targets.

    Attributes:
        skill: from 0 (no better than the best constant) to 1 (no mistake); NaN where predictions
            are not finite numbers.
        right: the share of right answers; None for numbers.
        explained: the share of the targets' variance that is explained; None for classes.
        loss: in the units of `Seen.losses`; None where the loss isn't known.
        by_loss: the share of the best constant's loss that is gone; None where it isn't known.
        by_class: for classes, the share of right answers among the rows of each class; NaN where
            a class has no rows.
    """

    skill: float
    right: float | None = None
    explained: float | None = None
    loss: float | None = None
    by_loss: float | None = None
    by_class: tuple[float, ...] = ()


@once
def fit(seen: Seen) -> Fit | None:
    """How well the network fits the rows that it learned from; None where nothing tells.

    From the predictions at the end if they were kept, else from the last scores of training
    batches.
    """
    return _of_rows(seen, seen.train) or _of_scores(seen, seen.fits[-5:])


@once
def fit_held_out(seen: Seen) -> Fit | None:
    """How well the network does at the end on rows that no step learned from; None without any."""
    return _of_rows(seen, seen.held_out) or _of_scores(seen, seen.scores[-1:])


@once
def effect(seen: Seen) -> float:
    """The share of what could be learned that the network lost, from 0 (nothing) to 1 (all).

    Reachable is what known learners reach on the training rows, cross-validated, or the best
    constant's loss gone to zero where they can't say. 0 where nothing can be learned.
    """
    own, reach = fit(seen), reference(seen)
    if own is None:
        return 0.0
    if not np.isfinite(own.skill):
        return 1.0
    goal = reach.skill if reach is not None else 1.0
    return 0.0 if goal < _LEARNABLE else float(np.clip((goal - own.skill) / goal, 0, 1))


def fit_of(prediction: Array, y: Array, loss: LossSeen | None, name: str = "") -> Fit | None:
    """How well predictions fit targets; without the loss, which needs the whole training.

    Args:
        prediction: the input of the loss, (rows, …).
        y: targets, (rows, …).
        loss: what is known of the loss.
        name: the loss's name, where it is known better than `loss` says.
    """
    target = answers_of(y, loss, name)
    if target is None:
        return None
    name = name or (loss.form if loss and loss.form == "logs" else loss.name if loss else "")
    return _beside(prediction, target, name, _weighed(loss))


def _weighed(loss: LossSeen | None) -> bool:
    """Whether the loss gives classes weights of their own."""
    return loss is not None and bool({"weight", "pos_weight"} & set(loss.settings))


def _drawn_evenly(seen: Seen) -> bool:
    """Whether batches hold fewer rows of the most frequent class than the rows themselves do."""
    target = answers(seen)
    counts = [batch.counts for batch in seen.batches if batch.counts]
    if target is None or target.kind != "classes" or not counts:
        return False
    often = np.bincount(target.y[target.y >= 0], minlength=target.classes)
    drawn = np.zeros(len(often))
    for count in counts:
        drawn[: len(count)] += count[: len(often)]
    most = int(often.argmax())
    return bool(often[most] / often.sum() - drawn[most] / max(drawn.sum(), 1) > _EVENED)


def _beside(prediction: Array, target: Answers, name: str, weighed: bool) -> Fit | None:
    if not np.isfinite(prediction).all():
        return Fit(float("nan"))
    values = said(prediction, target, name)
    if values is None:
        return None
    if target.kind == "numbers":
        part = explained(values, target.y, name)
        return Fit(part, explained=part)
    asked = target.y >= 0
    y, hits = target.y[asked], (values == target.y)[asked]
    often = np.bincount(y, minlength=target.classes)
    with np.errstate(invalid="ignore"):
        by_class = np.bincount(y, hits, minlength=target.classes) / often
    right = float(hits.mean())
    skill = skill_of(right, None, float(often.max() / len(y)))
    return Fit(
        max(skill, _even(by_class)) if weighed else skill, right, by_class=tuple(by_class.tolist())
    )


def _even(by_class: Array) -> float:
    """The skill where every class counts alike."""
    known = by_class[np.isfinite(by_class)]
    return skill_of(float(known.mean()), None, 1 / len(known)) if len(known) > 1 else -1.0


def _of_rows(seen: Seen, rows: Rows | None) -> Fit | None:
    if rows is None or rows.prediction is None or not len(rows.prediction):
        return None
    name, target = loss_name(seen), answers(seen, rows)
    even = _weighed(seen.loss) or _drawn_evenly(seen)
    found = None if target is None else _beside(rows.prediction, target, name, even)
    if found is None or target is None:
        return found
    each = row_losses(seen, rows)
    loss = None if each is None else float(each.mean()) * unit(seen, target.y.shape[1])
    return _with_loss(found, seen, loss)


def _with_loss(found: Fit, seen: Seen, loss: float | None) -> Fit:
    base = trivial(seen)
    known = base is not None and base.loss is not None and loss is not None and base.loss > 0
    by_loss = 1 - loss / base.loss if known else None  # type: ignore[operator,union-attr]
    return Fit(found.skill, found.right, found.explained, loss, by_loss, found.by_class)


def _of_scores(seen: Seen, scores: list[Score]) -> Fit | None:
    """From losses and shares of right answers that the loop itself made."""
    base = trivial(seen)
    if not scores or base is None:
        return None
    loss = float(np.mean([score.loss for score in scores]))
    rights = [score.right for score in scores if score.right is not None]
    right = float(np.mean(rights)) if rights else None
    if right is not None:
        return _with_loss(Fit(skill_of(right, None, base.right), right), seen, loss)
    found = _with_loss(Fit(float("nan")), seen, loss)
    if found.by_loss is None:
        return None
    squares = loss_name(seen) == "mse_loss"
    return Fit(found.by_loss, None, found.by_loss if squares else None, loss, found.by_loss)
