"""Says in words how good the result is, and checks it for the common ways to be fooled."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pellucid.report.content import Alert, Answer, Content, Metric
from pellucid.report.numbers import MINUS, count, number, percent, plural

__all__ = ["Verdict", "alerts", "checked", "headline", "say", "verdict"]

GAP = 0.10
FEW_ROWS = 30


@dataclass(frozen=True)
class Verdict:
    """A judgment: its level ("good", "warn", "error") and one sentence."""

    level: str
    text: str


def verdict(metric: Metric, rows: int) -> Verdict:
    """Judges a score against its baseline, with regard to chance.

    Args:
        metric: score, baseline and interval.
        rows: how many rows it was measured on.

    Example:
        >>> verdict(Metric(name="accuracy", value=0.9, baseline=0.5, low=0.8, high=0.96), 50).level
        'good'
        >>> verdict(Metric(name="accuracy", value=0.6, baseline=0.5, low=0.3, high=0.8), 10).text
        'Better than the baseline, but with 10 rows that could be chance.'
    """
    if not math.isfinite(metric.value):
        return Verdict("error", "The score is not a number, so nothing can be said.")
    if metric.baseline is None or not math.isfinite(metric.baseline):
        return Verdict("warn", "There is no baseline to compare with.")
    sign = 1 if metric.higher_is_better else -1
    if sign * (metric.value - metric.baseline) <= 0:
        return Verdict("error", "Not better than the baseline: nothing useful was learned.")
    near = metric.low if metric.higher_is_better else metric.high
    if near is not None and sign * (near - metric.baseline) <= 0:
        words = f"Better than the baseline, but with {plural(rows, 'row')} that could be chance."
        return Verdict("warn", words)
    return Verdict("good", "Clearly better than the baseline.")


def say(metric: Metric, value: float | None) -> str:
    """Writes a value of a metric in its own form; of an R², what is near 0 is near 0."""
    if value is None:
        return number(None)
    if metric.name == "R²" and abs(value) < 1:
        return number(round(value, 4)) if abs(value) >= 0.1 else f"{value:.4f}".replace("-", MINUS)
    return percent(value) if metric.percent else number(value)


def headline(name: str, answer: Answer) -> str:
    r"""Writes the result as the title of the report.

    Example:
        >>> m = Metric(name="accuracy", value=0.99, percent=True)
        >>> a = Answer(task="class", target="y", inputs=2, rows=80, metric=m)
        >>> headline("moons", a)
        'moons: 99\xa0% of the held-out rows are right'
    """
    where = "held-out rows" if answer.held_out else "training rows"
    if answer.metric.name == "accuracy":
        return f"{name}: {percent(answer.metric.value)} of the {where} are right"
    return f"{name}: {answer.metric.name} {say(answer.metric, answer.metric.value)} on {where}"


def alerts(content: Content) -> tuple[Alert, ...]:
    """Collects the alerts that came with the content and those the report finds by itself."""
    found = (_held_out, _finite, _baseline, _gap, _never_predicted, _best_is_last)
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
    if training.validation_loss is not None:
        yield "the best epoch is not the last"


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
    judged = verdict(metric, content.answer.rows)
    if judged.level == "error" and math.isfinite(metric.value):
        yield Alert(
            level="error",
            title="No better than the baseline",
            text=f"The {metric.name} is {say(metric, metric.value)}, and {metric.baseline_name} "
            f"gives {say(metric, metric.baseline)}.",
            advice="Train longer with --epochs, or check that the inputs tell about the target.",
        )


def _gap(content: Content) -> Iterator[Alert]:
    training = content.training
    if training.train_metric is None or training.validation_metric is None:
        return
    at = training.best_epoch - 1
    inside, outside = float(training.train_metric[at]), float(training.validation_metric[at])
    if inside - outside > GAP:
        form = percent if training.metric_percent else number
        yield Alert(
            level="warn",
            title="Learned by heart",
            text=f"The {training.metric_name} is {form(inside)} in training and {form(outside)} "
            "on held-out rows.",
            advice="More rows, a smaller network (--hidden), or fewer epochs narrow the gap.",
        )


def _never_predicted(content: Content) -> Iterator[Alert]:
    confusion = content.errors.confusion
    if confusion is None:
        return
    never = (confusion.counts.sum(axis=0) == 0) & (confusion.counts.sum(axis=1) > 0)
    for index in np.flatnonzero(never)[:3]:
        rows = int(confusion.counts[index].sum())
        yield Alert(
            level="warn",
            title="A class is never predicted",
            text=f"{plural(rows, 'row')} of class {confusion.classes[index]} exist, and the "
            "network never answers with it.",
            advice="It may be too rare; gather more rows of it.",
        )


def _best_is_last(content: Content) -> Iterator[Alert]:
    training = content.training
    epochs = len(training.train_loss)
    if training.validation_loss is not None and 1 < epochs == training.best_epoch:
        yield Alert(
            level="info",
            title="Still improving",
            text=f"The best epoch is the last of {count(epochs)}.",
            advice=f"More may help: --epochs {epochs * 2}.",
        )
