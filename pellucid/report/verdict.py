"""Says in words how good the result is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.lenses.numerals import MINUS, figure, fine_percent, plural
from pellucid.report.content import Answer, Metric

__all__ = ["Verdict", "headline", "judge", "say", "verdict"]


@dataclass(frozen=True)
class Verdict:
    """A judgment: its level ("good", "warn", "error") and one sentence."""

    level: str
    text: str


def judge(answer: Answer) -> Verdict:
    """Judges an answer by its main score and by the others that may speak for it."""
    return verdict(answer.metric, answer.rows, answer.others)


def verdict(metric: Metric, rows: int, others: Sequence[Metric] = ()) -> Verdict:
    """Judges a score against its baseline, with regard to chance.

    Args:
        metric: score, baseline and interval.
        rows: how many rows it was measured on.
        others: further scores; where the first does not beat its baseline beyond doubt and one of
            these does, something was learned, and the verdict says what.

    Example:
        >>> verdict(Metric(name="accuracy", value=0.9, baseline=0.5, low=0.8, high=0.96), 50).level
        'good'
        >>> verdict(Metric(name="accuracy", value=0.6, baseline=0.5, low=0.3, high=0.8), 10).text
        'Better than the baseline, but with 10 rows that could be chance.'
        >>> area = Metric(name="AUC", value=0.85, baseline=0.5, low=0.8, baseline_name="a guess")
        >>> verdict(Metric(name="accuracy", value=0.95, baseline=0.95), 200, [area]).text
        'Mixed: AUC 0.8500 is clearly better than a guess, accuracy is not.'
    """
    if not math.isfinite(metric.value):
        return Verdict("error", "The score is not a number, so nothing can be said.")
    if metric.baseline is None or not math.isfinite(metric.baseline):
        return Verdict("warn", "There is no baseline to compare with.")
    if _beyond_chance(metric) or (_lead(metric, metric.value) > 0 and _edge(metric) is None):
        worse = next(filter(_worse_beyond_chance, others), None)
        # Of classes it may be log loss, which a network that is too sure of itself loses on.
        if metric.name == "R²" and worse is not None:
            return Verdict("warn", _mixed(worse, metric))
        return Verdict("good", "Clearly better than the baseline.")
    for other in others:
        if _beyond_chance(other):
            return Verdict("warn", _mixed(metric, other))
    if _lead(metric, metric.value) <= 0:
        return Verdict("error", "Not better than the baseline: nothing useful was learned.")
    words = f"Better than the baseline, but with {plural(rows, 'row')} that could be chance."
    return Verdict("warn", words)


def _mixed(metric: Metric, other: Metric) -> str:
    than = other.baseline_name or "its baseline"
    score = f"{other.name} {say(other, other.value)}"
    return f"Mixed: {score} is clearly better than {than}, {metric.name} is not."


def _lead(metric: Metric, value: float) -> float:
    """How far a value is better than the baseline."""
    assert metric.baseline is not None
    return (1 if metric.higher_is_better else -1) * (value - metric.baseline)


def _edge(metric: Metric) -> float | None:
    """The worse end of the interval."""
    return metric.low if metric.higher_is_better else metric.high


def _beyond_chance(metric: Metric) -> bool:
    """Whether the whole interval is better than the baseline."""
    edge = _edge(metric)
    known = metric.baseline is not None and math.isfinite(metric.baseline)
    return known and edge is not None and math.isfinite(edge) and _lead(metric, edge) > 0


def _worse_beyond_chance(metric: Metric) -> bool:
    """Whether the whole interval is worse than the baseline."""
    edge = metric.high if metric.higher_is_better else metric.low
    known = metric.baseline is not None and math.isfinite(metric.baseline)
    return known and edge is not None and math.isfinite(edge) and _lead(metric, edge) < 0


def say(metric: Metric, value: float | None) -> str:
    """Writes a value of a metric in its own form; of an R², what is near 0 is near 0."""
    if value is None:
        return figure(None)
    if metric.name == "R²" and abs(value) < 1:
        return figure(round(value, 4)) if abs(value) >= 0.1 else f"{value:.4f}".replace("-", MINUS)
    return fine_percent(value) if metric.percent else figure(value)


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
        return f"{name}: {fine_percent(answer.metric.value)} of the {where} are right"
    return f"{name}: {answer.metric.name} {say(answer.metric, answer.metric.value)} on {where}"
