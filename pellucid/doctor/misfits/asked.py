"""What the targets hold, held against what the loss can ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from pellucid.doctor.finding import Evidence
from pellucid.doctor.measures.answers import Array, loss_name
from pellucid.doctor.measures.columns import columns, tokens
from pellucid.doctor.measures.fit import effect, fit
from pellucid.doctor.measures.judges import of_classes
from pellucid.doctor.misfits.misfit import Misfit, numbers, targets
from pellucid.doctor.seen import Seen
from pellucid.doctor.wiring import VIEWS, last, mixing
from pellucid.lenses.numerals import percent

__all__ = ["asked"]

_BINARY: Final = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
_SIGNS: Final = ("soft_margin_loss", "hinge_embedding_loss", "margin_ranking_loss")
_PICKED, _LOGS = ("index", "getitem", "gather"), ("log_softmax", "logsigmoid")
_ABOVE: Final = frozenset({"mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss", "cross_entropy"})
_TURNS: Final = VIEWS | {"neg", "mul", "sub", "mean", "sum", "pow", "abs"}
_SOME: Final = 0.02
_ROWS: Final = 800


def asked(seen: Seen) -> Iterator[Misfit]:
    """Targets outside of what the loss is made for.

    Args:
        seen: the training.
    """
    yield from _pairs(seen)
    y = targets(seen)
    if y is None or seen.loss is None:
        return
    name = loss_name(seen)
    yield from _negated(seen, name)
    if name == "binary_cross_entropy" or numbers(seen):
        yield from _competing(seen, y)
    if name in _BINARY:
        yield from _no_shares(y, name)
    elif name in _SIGNS:
        yield from _no_signs(y, name)
    elif name == "cross_entropy" and y.dtype.kind == "f" and y.ndim > 1:
        yield from _several(y)
    elif numbers(seen):
        yield from _class_numbers(seen, y)
        yield from _squares(seen, y)
    elif not name:
        yield from _wrong_sign(seen)


def _no_shares(y: Array, name: str) -> Iterator[Misfit]:
    """Binary cross-entropy of targets that are not shares."""
    outside = float(((y < -1e-6) | (y > 1 + 1e-6)).mean())
    if outside <= _SOME:
        return
    yield Misfit(
        f"{name} expects targets from 0 to 1, but {percent(outside)} of them lie outside "
        f"(from {y.min():.3g} to {y.max():.3g}).",
        "Outside of 0 to 1 the loss has no lowest point: it falls without limit.",
        f"y = (y == {y.max():g}).float()  # 0 and 1"
        if len(np.unique(y)) == 2
        else "loss = F.cross_entropy(scores, y)  # for several classes, one output for each\n"
        "# or F.mse_loss(prediction, y) for numbers",
        (Evidence("targets outside of 0 to 1", outside, _SOME, "shares", "share"),),
        0.97,
        0.97,
    )


def _no_signs(y: Array, name: str) -> Iterator[Misfit]:
    """Losses over −1 and 1, given 0 and 1."""
    zeros = float((y == 0).mean())
    if zeros > _SOME:
        yield Misfit(
            f"{name} expects targets of −1 and 1, but {percent(zeros)} of them are 0.",
            "A target of 0 costs the same whatever the network says, so one class is never "
            "learned.",
            "y = 2 * y - 1",
            (Evidence("targets that are 0", zeros, _SOME, "only −1 and 1", "share"),),
            0.97,
            0.95,
        )


def _pairs(seen: Seen) -> Iterator[Misfit]:
    """Losses of pairs of rows, which are alike (1) or not (−1), given 1 and 0."""
    name, low, high = seen.events.pairs or ("", -1.0, 1.0)
    if not (low == 0 and high == 1):
        return
    yield Misfit(
        f"{name} expects targets of 1 and −1, but is given 1 and 0.",
        "A target of 0 costs nothing whatever the network says, so pairs that differ are never "
        "pushed apart.",
        "target = 2 * target - 1",
        (Evidence("smallest target", low, -1.0, "pairs that differ"),),
        0.97,
        0.95,
    )


def _several(y: Array) -> Iterator[Misfit]:
    """Cross-entropy of rows that name several classes, or none."""
    sums = y.sum(1)
    off = float((np.abs(sums - 1) > 0.01).mean())
    if off > 0.1 and np.isin(y, (0, 1)).all():
        yield Misfit(
            f"cross_entropy expects one class for each row, but {percent(off)} of the rows name "
            "several or none.",
            "Classes that are right at the same time are made to compete.",
            "loss = F.binary_cross_entropy_with_logits(scores, y)",
            (Evidence("rows whose shares don't sum to 1", off, 0.1, "", "share"),),
            0.9,
            0.6,
        )


def _competing(seen: Seen, y: Array) -> Iterator[Misfit]:
    """Shares that sum to 1 for targets that don't: several classes at once, or none."""
    if last(seen) != "softmax" or y.ndim < 2 or y.shape[1] < 2 or not _shares(y):
        return
    off = float((np.abs(y.sum(1) - 1) > 0.05).mean())
    if off <= 0.1:
        return
    yield Misfit(
        f"softmax makes outputs that sum to 1, but {percent(off)} of the targets don't: they sum "
        f"to {y.sum(1).min():.3g} to {y.sum(1).max():.3g}.",
        "What is right at the same time is made to compete: two sure answers can't be given.",
        "loss = F.binary_cross_entropy_with_logits(scores, y)  # from raw scores, without softmax",
        (Evidence("targets that don't sum to 1", off, 0.1, "", "share"),),
        0.96,
        0.9,
    )


def _shares(y: Array) -> bool:
    """Whether all are from 0 to 1; what lies outside is told of otherwise."""
    return y.dtype.kind in "fiub" and bool(y.size) and bool((y >= 0).all() and (y <= 1).all())


def _class_numbers(seen: Seen, y: Array) -> Iterator[Misfit]:
    """A squared error over class numbers, where a judge that names classes is far better."""
    flat = np.asarray(y).reshape(len(y), -1)
    if (flat == flat[:, :1]).all():  # one number for all outputs
        flat = flat[:, :1]
    classes = int(flat.max()) + 1 if np.isfinite(flat).all() and flat.min() >= 0 else 0
    if flat.shape[1] != 1 or not 3 <= classes <= 30 or (flat != np.round(flat)).any():
        return
    often = np.bincount(flat[:, 0].astype(int), minlength=classes)
    if often.min() < 0.25 * len(flat) / classes or seen.train is None:
        return
    ours = _rounded(seen, flat)
    theirs = _named(seen, flat[:, 0].astype(int), classes)
    if ours is None or theirs < 0.7 or theirs - ours < 0.1:
        return
    yield Misfit(
        f"The targets are the class numbers 0 to {classes - 1}, and {loss_name(seen)} takes them "
        f"for amounts: rounded, {percent(ours)} of the answers are right where {percent(theirs)} "
        "can be.",
        "Class 2 is not the mean of 1 and 3, but that is what the loss teaches.",
        f"head = nn.Linear(width, {classes})  # one score for each class\n"
        "loss = F.cross_entropy(scores, y.long())",
        (
            Evidence("right answers", ours, theirs, "known learners on the same rows", "share"),
            Evidence("classes", classes, None, "", "count"),
        ),
        0.93,
        float(np.clip(2 * (theirs - ours), 0.6, 1.0)),
    )


def _rounded(seen: Seen, flat: Array) -> float | None:
    said = seen.train.prediction if seen.train is not None else None
    if said is None or len(said) != len(flat):
        return None
    return float((np.round(said.reshape(len(flat), -1).mean(1)) == flat[:, 0]).mean())


def _named(seen: Seen, y: Array, classes: int) -> float:
    """The share of right answers of the best judge that names classes."""
    assert seen.train is not None
    places = np.random.default_rng(0).permutation(len(y))[:_ROWS]
    x = columns(seen.train.x[places], tokens(seen))
    if x is None or np.bincount(y[places], minlength=classes).min() < 3:
        return 0.0
    judged = of_classes(x, y[places], classes)
    return max(float((shares.argmax(1) == y[places]).mean()) for _, shares in judged)


def _squares(seen: Seen, y: Array) -> Iterator[Misfit]:
    """A squared error over shares that softmax or sigmoid made, where it keeps from learning."""
    name, yes_no = last(seen), bool(np.isin(y, (0, 1)).all())
    if name not in ("softmax", "sigmoid") or not yes_no:
        return
    lost = effect(seen)
    if lost < 0.25:
        return
    mend = "cross_entropy" if name == "softmax" else "binary_cross_entropy_with_logits"
    yield Misfit(
        f"{loss_name(seen)} compares shares from {name} with 0 and 1, and the network misses "
        f"{percent(lost)} of what can be reached.",
        f"Where {name} is surely wrong it is flat, so the squared error has no slope there.",
        f"loss = F.{mend}(scores, y)  # from raw scores, without {name}",
        (Evidence("share of the reachable fit that is missing", lost, 0.25,
                  "a reference fit to the same rows", "share"),),
        0.6,
        lost,
    )  # fmt: skip


def _wrong_sign(seen: Seen) -> Iterator[Misfit]:
    """A loss written by hand that falls below 0 while the answers get worse than a constant."""
    ours = fit(seen)
    if seen.loss is None or seen.loss.negative < 0.9:
        return
    logs = _mean_of_logs(seen)
    if not logs and (ours is None or not ours.skill < -0.05):
        return
    yield Misfit(
        f"The loss is below 0 at {percent(seen.loss.negative)} of the steps: "
        + ("it is the mean of logarithms of shares, which should be large, not small."
           if logs else "the answers become worse than one constant for all rows."),
        "Its sign is the wrong way round: training drives the answers away from the targets.",
        "loss = -log_likelihood.mean()  # the less likely the target, the larger the loss",
        (
            Evidence("steps with a loss below 0", seen.loss.negative, 0.9, "", "share"),
            Evidence("skill on the training rows", ours.skill if ours else None, 0.0,
                     "the best constant"),
        ),
        0.93 if logs else 0.8,
        1.0,
    )  # fmt: skip


def _negated(seen: Seen, name: str) -> Iterator[Misfit]:
    """A loss that is never negative, times −1."""
    met = mixing(seen)
    if met is None or seen.loss is None or name not in _ABOVE or seen.loss.negative < 0.9:
        return
    after = [call.name for call in seen.calls[met.place + 1 :]]
    if not {"neg", "mul", "sub"} & set(after) or not set(after) <= _TURNS:
        return
    yield Misfit(
        f"The loss is below 0 at {percent(seen.loss.negative)} of the steps: {name}, which is "
        "never negative, was turned around.",
        "Training makes it as large as it can: the answers are driven away from the targets.",
        "loss = loss_fn(prediction, y)  # without the minus",
        (Evidence("steps with a loss below 0", seen.loss.negative, 0.9, "", "share"),),
        0.95,
        1.0,
    )


def _mean_of_logs(seen: Seen) -> bool:
    """Whether the loss picks logarithms of shares by the target and only averages them."""
    met = mixing(seen)
    if met is None or seen.calls[met.place].name not in _PICKED or last(seen) not in _LOGS:
        return False
    after = {call.name for call in seen.calls[met.place + 1 :]}
    return after <= VIEWS | {"mean", "sum"}
