"""What a run's own numbers say against trusting them: rows far off, heavy tails, rare classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.data.remarks import TEXT, holds_sentences
from pellucid.data.wording import listing, quoted
from pellucid.lenses.numerals import count, figure, fine_percent, plural
from pellucid.report import Alert, measure
from pellucid.training.table_run import TableRun
from pellucid.training.weighing import BEAR_OUTLIERS

__all__ = ["outlier_alerts", "rare_class_alerts", "tail_alerts", "text_alerts"]

_ROWS_NAMED = 5
_COLUMNS_NAMED = 3
_LEAST_ROWS = 30
_HUBER = "--loss huber lets them pull less"


def outlier_alerts(run: TableRun) -> Iterator[Alert]:
    """Rows whose target, or whose cell of a number column, lies far from all others."""
    table = run.table
    if table.task == "regression":
        far = measure.far_off(table.frame[table.target].to_numpy(np.float64))
        if far.size:
            yield Alert(
                level="warn",
                title="Outliers in the target",
                text=f"{table.target}: {_rows(run, table.target, far)}.",
                advice=f"Check these rows. If they are right, {_HUBER}."
                if run.settings.loss not in BEAR_OUTLIERS
                else "Check these rows.",
            )
    found = [(name, measure.far_off(run.table.frame[name].to_numpy(np.float64)))
             for name in _number_columns(run)]  # fmt: skip
    found = sorted((pair for pair in found if pair[1].size), key=lambda pair: len(pair[1]))
    if found:
        named = "; ".join(
            f"{name}: {_rows(run, name, far)}" for name, far in found[:_COLUMNS_NAMED]
        )
        left = len(found) - _COLUMNS_NAMED
        more = f"; and {plural(left, 'more column')}" if left > 0 else ""
        yield Alert(
            level="info",
            title="Outliers in the inputs",
            text=f"{named}{more}.",
            advice="Check whether they are real; codes for 'no value', such as 9999, are given "
            "with --missing.",
        )


def tail_alerts(run: TableRun, misses: Any) -> Iterator[Alert]:
    """Residuals with more large ones than a squared error is made for.

    Args:
        run: a finished run on a number.
        misses: true − predicted of the scored rows.
    """
    if run.settings.loss in BEAR_OUTLIERS or len(misses) < _LEAST_ROWS:
        return
    heavy = measure.heavy(misses)
    if heavy >= max(2, 0.005 * len(misses)):
        yield Alert(
            level="info",
            title="Heavy-tailed misses",
            text=f"{count(heavy)} of {plural(len(misses), 'miss', 'misses')} lie more than 4.5 "
            "deviations from the middle; a squared error lets those few rule the rest.",
            advice="Compare with --loss huber.",
        )


def rare_class_alerts(run: TableRun) -> Iterator[Alert]:
    """Classes so uneven that accuracy alone would flatter."""
    if run.model.task != "classification":
        return
    labels = run.targets[run.learned]
    ratio = measure.uneven(labels)
    if ratio < measure.IMBALANCE:
        return
    counts = np.bincount(labels, minlength=len(run.model.preparation.classes))
    common, rare = int(counts.argmax()), int(np.where(counts, counts, counts.max() + 1).argmin())
    names = run.model.preparation.classes
    weighed = run.settings.class_weight is not None
    yield Alert(
        level="info",
        title="Imbalanced classes",
        text=f"{fine_percent(counts[common] / counts.sum())} of the training rows are "
        f"{names[common]}, and {fine_percent(counts[rare] / counts.sum())} are {names[rare]}. "
        f"Always answering {names[common]} would look accurate, so the verdict "
        "rests on the balanced accuracy.",
        advice=""
        if weighed
        else "To find more of the rare rows, at the price of more false "
        "alarms: --class-weight balanced.",
    )


def text_alerts(run: TableRun, level: str) -> Iterator[Alert]:
    """Columns of text that no number was made of; grave where the rest tells little.

    Args:
        run: a finished run.
        level: of the verdict on its score.
    """
    found = [quoted(column.name) for column in run.table.columns if holds_sentences(column)]
    if not found:
        return
    what = plural(len(found), "column") + " of text"
    yield Alert(
        level="info" if level == "good" else "warn",
        title="Text was left out",
        text=f"{what}, {listing(found)}, did not reach the network"
        + ("." if level == "good" else ", and what is left tells little."),
        advice=TEXT,
    )


def _number_columns(run: TableRun) -> list[str]:
    lags = run.table.lags
    if lags is not None:  # of the same numbers at many steps, one step is enough
        return [lags.name(column, 1) for column in lags.columns]
    return [e.column for e in run.model.preparation.encoders if e.kind == "number"]


def _rows(run: TableRun, name: str, far: Any) -> str:
    """Such as "rows 17 and 204 lie 85 and 41 deviations from the middle"; values stay unsaid."""
    z = np.abs(measure.robust_z(run.table.frame[name].to_numpy(np.float64)))
    rows = run.table.row_numbers(far[:_ROWS_NAMED])
    named = ", ".join(count(int(row)) for row in rows)
    more = f" and {count(len(far) - len(rows))} more" if len(far) > len(rows) else ""
    verb = "lies" if len(far) == 1 else "lie up to"
    return (
        f"row{'' if len(far) == 1 else 's'} {named}{more} {verb} "
        f"{figure(float(z[far[0]]), 2)} deviations from the middle"
    )
