"""The result in one paragraph, beside what costs nothing to reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pellucid.lenses.draw.html import Child, Markup, bdi, tag
from pellucid.lenses.numerals import count, lasting, plural
from pellucid.report.card import card, facts, table
from pellucid.report.content import Answer, Content, Metric
from pellucid.report.limits import Limits
from pellucid.report.pictures.boundary import boundary_card
from pellucid.report.pictures.small import against_baseline
from pellucid.report.verdict import judge, say

__all__ = ["body"]


def body(content: Content, limits: Limits) -> Child:
    """Paragraph, verdict, score beside baseline, and the boundary of two inputs."""
    answer, training = content.answer, content.training
    judged = judge(answer)
    boundary = boundary_card(content.boundary, limits.samples) if content.boundary else None
    scores = _scores(answer)
    result = tag(
        "div",
        tag("p", _paragraph(content), class_="lead"),
        tag(
            "p",
            tag("span", {"good": "✓", "warn": "?"}.get(judged.level, "×"), aria_hidden="true"),
            tag("strong", judged.text),
            class_=f"verdict {judged.level}",
        ),
        facts(
            [
                ("held-out rows" if answer.held_out else "rows", count(answer.rows)),
                ("best epoch", f"{training.best_epoch} of {count(len(training.train_loss))}"),
                *_known(content),
            ]
        ),
        scores if boundary else None,
        class_="stack",
    )
    pair = tag("div", result, boundary or scores, class_="pair")
    if not answer.others:
        return pair
    every = tag("div", tag("h3", "All scores"), _table((answer.metric, *answer.others)))
    return tag("div", pair, every, class_="stack")


def _known(content: Content) -> Iterator[tuple[str, Child]]:
    rows, seconds = content.model.rows, content.training.seconds
    if rows:
        yield "parameters", count(sum(row.parameters for row in rows))
    if seconds is not None:
        yield "time", lasting(seconds)


def _paragraph(content: Content) -> Child:
    answer, metric = content.answer, content.answer.metric
    where = "held-out" if answer.held_out else "training"
    kind = "a class" if answer.task == "class" else "a number"
    does: list[Child] = [
        "predicts ",
        bdi(answer.target),
        f", {kind}, from {plural(answer.inputs, 'input')}",
    ]
    lead: list[Child] = [
        "This network ",
        *([answer.lead] if answer.lead else does),
        ". ",
        f"On {plural(answer.rows, where + ' row')} ",
    ]
    lead.append(_result(metric))
    if metric.low is not None and metric.high is not None:
        lead.append(
            f" (95\u00a0% interval {say(metric, metric.low)} to {say(metric, metric.high)})"
        )
    lead.append(".")
    if metric.baseline is not None:
        name = metric.baseline_name[:1].upper() + metric.baseline_name[1:]
        verb = "would be right" if metric.name == "accuracy" else "would reach"
        lead.append(f" {name or 'The baseline'} {verb} {say(metric, metric.baseline)}")
        lead.append(" of the time." if metric.name == "accuracy" else ".")
    return lead


def _result(metric: Metric) -> str:
    value = say(metric, metric.value)
    if metric.name == "accuracy":
        return f"it is right {value} of the time"
    return f"its {metric.name} is {value}"


def _scores(answer: Answer) -> Markup | None:
    picture = against_baseline(answer.metric)
    grid = _table((answer.metric,))
    if picture is None:
        return None if answer.others else grid
    metric = answer.metric
    sentence = (
        f"{metric.name}: {say(metric, metric.value)}, baseline {say(metric, metric.baseline)}."
    )
    return card("Score and baseline", sentence[:1].upper() + sentence[1:], picture, twin=grid)


def _table(metrics: Sequence[Metric]) -> Markup:
    rows = [
        [m.name, say(m, m.value), say(m, m.low), say(m, m.high), say(m, m.baseline)]
        + ([m.baseline_name] if len(metrics) > 1 else [])
        for m in metrics
    ]
    heads = ["score", "this model", "95\u00a0% from", "to", "baseline"]
    more = ["which is"] if len(metrics) > 1 else []
    caption = "All scores beside their baselines" if more else "Score beside its baseline"
    return table(heads + more, rows, caption=caption, words=(5,) if more else ())
