"""How right the network is beside a guess that costs nothing, and what it answers for one row."""

from __future__ import annotations

import numpy as np

from pellucid.lenses import measures
from pellucid.lenses.box.answers import Answers
from pellucid.lenses.measures.records import Metric
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Axis, Bars, Chart
from pellucid.lenses.view import Column, Table

__all__ = ["guess", "one_answer", "scores_table"]


def scores_table(found: Answers, main: Metric) -> Table:
    """Every score beside that of the guess that costs nothing."""
    metrics = [main]
    if found.classes:
        metrics.append(measures.balanced_accuracy(found.true, found.given, found.names))
        metrics.append(
            measures.log_loss(found.true, found.given, train_labels=found.true, classes=found.names)
        )
    elif found.given.shape[1] == 1:
        true, given = found.true, found.given
        metrics.append(measures.mean_absolute_error(true, given, train_target=true))
    say = [(m, percent if m.percent else number) for m in metrics]
    return Table(
        (
            Column("score", anchor=True), Column("this network"), Column("95 % interval", rank=1),
            Column("without a network"), Column("how", rank=2, wraps=20),
        ),
        tuple(
            (
                m.name, s(m.value),
                "" if m.low is None or m.high is None else f"{s(m.low)} to {s(m.high)}",
                "" if m.baseline is None else s(m.baseline), guess(m),
            )
            for m, s in say
        ),
        f"How right it is over {_rows_of(found)}, beside a guess that costs nothing",
    )  # fmt: skip


def _rows_of(found: Answers) -> str:
    return plural(len(found.given), "row" if found.each == 1 else "position")


def guess(metric: Metric) -> str:
    """What the baseline does; here with the rows that were given."""
    return metric.baseline_name.removesuffix(" of the training rows")


def one_answer(found: Answers, at: int, row: int) -> Chart:
    """One row's answer as bars and in words."""
    given = found.given[at]
    best = int(given.argmax())
    if found.classes:
        words = f"Row {row}: class {found.names[best]}, {percent(float(given[best]))} sure"
    else:
        words = f"Row {row}: {', '.join(number(float(v)) for v in given[:4])}"
    keep = np.argsort(-given)[:12] if found.classes and len(given) > 12 else np.arange(len(given))
    return Chart(
        Axis("share" if found.classes else "answer", percent=found.classes),
        Axis("", names=tuple(found.names[i] for i in keep)),
        (Bars(given[keep], lying=True),),
        words,
    )
