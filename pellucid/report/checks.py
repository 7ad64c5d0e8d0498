"""Checks a result for the common ways to be fooled, and says what to do about each."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from pellucid.lenses.numerals import figure, fine_percent, plural
from pellucid.report.content import Alert, Content
from pellucid.report.trend import advice, falling_from, trend
from pellucid.report.verdict import judge, say

__all__ = ["alerts", "checked"]

GAP = 0.10
FEW_ROWS = 30


def alerts(content: Content) -> tuple[Alert, ...]:
    """Collects the alerts that came with the content and those the report finds by itself."""
    found = (_held_out, _finite, _baseline, _gap, _never_predicted, _curve)
    return (*content.alerts, *(alert for check in found for alert in check(content)))


def checked(content: Content) -> Iterator[str]:
    """Names the checks that this content allows, for a report in which all of them passed."""
    training = content.training
    yield "enough rows were held out"
    yield "the loss stayed finite"
    if content.answer.metric.baseline is not None:
        yield "the score beats the baseline"
    if training.train_metric is not None and training.validation_metric is not None:
        yield "training and held-out score agree"
    if content.errors.confusion is not None:
        yield "every class is predicted"
    if trend(training) != "unknown":
        yield "the loss had come to rest"


def _held_out(content: Content) -> Iterator[Alert]:
    answer = content.answer
    if not answer.held_out:
        yield Alert(
            level="warn",
            title="No rows were held out",
            text="The score is measured on the rows the network learned from.",
            advice="Hold out some with --test 0.2.",
        )
    elif answer.rows < FEW_ROWS:
        yield Alert(
            level="info",
            title="Few held-out rows",
            text=f"The score rests on {plural(answer.rows, 'row')}; the next split may differ.",
            advice="Compare several seeds with --seed.",
        )


def _finite(content: Content) -> Iterator[Alert]:
    losses = np.asarray(content.training.train_loss, dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(losses))
    if bad.size:
        yield Alert(
            level="error",
            title="The loss is not finite",
            text=f"It left the numbers in epoch {int(bad[0]) + 1}.",
            advice="Lower the learning rate with --lr.",
        )


def _baseline(content: Content) -> Iterator[Alert]:
    metric = content.answer.metric
    judged = judge(content.answer)
    if judged.level == "error" and math.isfinite(metric.value):
        yield Alert(
            level="error",
            title="No better than the baseline",
            text=f"The {metric.name} is {say(metric, metric.value)}, and {metric.baseline_name} "
            f"gives {say(metric, metric.baseline)}.",
            advice=advice(content.training),
        )


def _gap(content: Content) -> Iterator[Alert]:
    """What is known only of the rows learned from: at the epoch kept, or after it."""
    training = content.training
    last = len(training.train_loss)
    if kept := _learned_by_heart(content, training.best_epoch):
        text = f"The {training.metric_name} is {kept}."
    elif not _knows_its_rows(content, training.best_epoch) and (
        late := _learned_by_heart(content, last)
    ):
        text = (
            f"Training past epoch {training.best_epoch}, whose weights were kept, only taught it "
            f"its own rows: after epoch {last} the {training.metric_name} was {late}."
        )
    else:
        return
    many = content.answer.inputs > content.data.train > 0
    fewer = "Fewer input columns, more rows" if many else "More rows"
    yield Alert(
        level="warn",
        title="Learned by heart",
        text=text,
        advice=f"{fewer}, a smaller network (--hidden) or --weight-decay narrow the gap.",
    )


def _learned_by_heart(content: Content, epoch: int) -> str:
    """Both scores where the rows learned from are known, and others far less; else nothing."""
    training = content.training
    if training.train_metric is None or training.validation_metric is None:
        return ""
    inside = float(training.train_metric[epoch - 1])
    outside = float(training.validation_metric[epoch - 1])
    if not (_knows_its_rows(content, epoch) and inside - outside > GAP):
        return ""
    form = fine_percent if training.metric_percent else figure
    return f"{form(inside)} in training and {form(outside)} on validation rows"


def _knows_its_rows(content: Content, epoch: int) -> bool:
    """Whether the score on the rows learned from is well above that of a guess."""
    metric = content.training.train_metric
    return metric is not None and float(metric[epoch - 1]) - _guessed(content) > GAP


def _guessed(content: Content) -> float:
    """What the measure of the curves is without learning anything; 0 where that is not known."""
    scores = (content.answer.metric, *content.answer.others)
    name = content.training.metric_name
    return next((float(m.baseline) for m in scores if m.name == name and m.baseline), 0.0)


def _never_predicted(content: Content) -> Iterator[Alert]:
    confusion = content.errors.confusion
    if confusion is None:
        return
    never = (confusion.counts.sum(axis=0) == 0) & (confusion.counts.sum(axis=1) > 0)
    remedy = (
        "" if content.reproduce.settings.get("class_weight") else "--class-weight balanced, or "
    )
    for index in np.flatnonzero(never)[:3]:
        rows = int(confusion.counts[index].sum())
        yield Alert(
            level="warn",
            title="A class is never predicted",
            text=f"{plural(rows, 'row')} of class {confusion.classes[index]} exist, and the "
            "network never answers with it.",
            advice=f"It may be too rare: {remedy}more rows of it.",
        )


def _curve(content: Content) -> Iterator[Alert]:
    training = content.training
    found = trend(training)
    if found == "falling":
        before, late, epochs = falling_from(training)
        part = "validation" if training.validation_loss is not None else "training"
        yield Alert(
            level="info",
            title="Still improving",
            text=f"The {part} loss was still falling at the end: from {figure(before)} to "
            f"{figure(late)} over the last {plural(epochs, 'epoch')}.",
            advice=f"More may help: --epochs {2 * len(training.train_loss)}.",
        )
    elif found == "overfitting":
        assert training.validation_loss is not None
        lowest, last = (float(training.validation_loss[at]) for at in (training.best_epoch - 1, -1))
        yield Alert(
            level="info",
            title="Trained past the best",
            text=f"The validation loss was lowest at epoch {training.best_epoch}, "
            f"{figure(lowest)}, and {figure(last)} at the end. That epoch's weights were kept.",
            advice="More epochs will not help; more rows, --weight-decay or --dropout 0.2 may.",
        )
