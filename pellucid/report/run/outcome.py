"""What a model says on the rows that are scored, and how right it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.report import Answer, Errors, Importance, Metric, measure
from pellucid.report.run.views import lead_of
from pellucid.training.table_run import TableRun

__all__ = ["Outcome"]

_MOST_INPUTS = 40  # beyond so many inputs, shuffling each would take longer than training
_MOST_ROWS = 5000


class Outcome:
    """Answers of a model beside the truth.

    Args:
        run: a finished run.
        include_rows: whether values of single rows may be shown.
    """

    def __init__(self, run: TableRun, include_rows: bool) -> None:
        self.run, self.include_rows = run, include_rows
        self.rows = run.scored
        self.classes = run.model.preparation.classes
        features = run.features[self.rows]
        if self.classes:
            self.true = run.targets[self.rows]
            self.train = run.targets[run.learned]
            self.found: Any = run.model.probabilities(features)
        else:
            undo = run.model.preparation.inverse_target
            self.true, self.train = undo(run.targets[self.rows]), undo(run.targets[run.learned])
            self.found = run.model.answers(features)

    @property
    def imbalanced(self) -> bool:
        """Whether some class is so rare that accuracy hardly sees it."""
        return bool(self.classes) and measure.uneven(self.train) >= measure.IMBALANCE

    @property
    def _measured_by(self) -> str:
        if not self.classes:
            return "R²"
        return "balanced accuracy" if self.imbalanced else "accuracy"

    def answer(self) -> Answer:
        """The score beside its baseline."""
        main, *others = self._class_scores() if self.classes else self._number_scores()
        return Answer(
            task="class" if self.classes else "regress",
            target=self.run.table.target,
            inputs=len(self.run.model.preparation.inputs),
            rows=len(self.rows),
            metric=main,
            held_out=self.run.held_out,
            others=tuple(others),
            lead=lead_of(self.run),
        )

    def misses(self) -> Any:
        """True − predicted of a number; None for classes."""
        return None if self.classes else self.true - self.found

    def _number_scores(self) -> list[Metric]:
        """R² and the mean miss; where rows lie far off, also a score that they cannot move."""
        scores = [measure.r2, measure.mean_absolute_error]
        if measure.far_off(self.true).size or measure.far_off(self.misses()).size:
            scores.append(measure.median_absolute_error)
        found = [score(self.true, self.found, train_target=self.train) for score in scores]
        return found if self.run.table.lags is None else [*self._beside_the_step_before(found)]

    def _beside_the_step_before(self, found: list[Metric]) -> Iterator[Metric]:
        """A forecast is worth something if it beats "the same as the step before"."""
        lags, table = self.run.table.lags, self.run.table
        assert lags is not None
        before = table.frame[lags.name(lags.target, 1)].to_numpy(np.float64)[self.rows]
        naive = {
            metric.name: metric.value
            for score in (measure.r2, measure.mean_absolute_error, measure.median_absolute_error)
            for metric in [score(self.true, before, train_target=self.train)]
        }
        for metric in found:
            name = "saying the same as the step before"
            yield replace(metric, baseline=naive[metric.name], baseline_name=name)

    def _class_scores(self) -> list[Metric]:
        """All scores of classes; the first is judged by: in it rare classes count."""
        plain = measure.accuracy(
            self.true, self.found, train_labels=self.train, classes=self.classes
        )
        even = measure.balanced_accuracy(self.true, self.found, self.classes)
        area = measure.auc(self.true, self.found, self.classes)
        nats = measure.log_loss(
            self.true, self.found, train_labels=self.train, classes=self.classes
        )
        first = [even, plain] if self.imbalanced else [plain, even]
        return [first[0], *([area] if area else []), first[1], nats]

    def errors(self) -> Errors:
        """Where it is wrong, and what each input is worth."""
        numbers = self.run.table.row_numbers(self.rows)
        values = self._values() if self.include_rows else ()
        if self.classes:
            found = replace(
                measure.class_errors(
                    self.true, self.found, self.classes, rows=numbers, values=values
                ),
                by_class=measure.by_class(self.true, self.found, self.classes),
            )
        else:
            found = measure.regress_errors(self.true, self.found, rows=numbers, values=values)
        inputs = len(self.run.model.preparation.inputs)
        if self.run.model.explainable:  # single columns don't make the answer
            return found
        if 1 < inputs <= _MOST_INPUTS and len(self.rows) <= _MOST_ROWS:
            return replace(found, importance=self._importance())
        return found

    def _values(self) -> tuple[Mapping[str, Any], ...]:
        encoders = self.run.model.preparation.encoders
        frame = self.run.table.frame[[e.column for e in encoders]].iloc[self.rows]
        yes_no = {e.column: {0.0: "no", 1.0: "yes"} for e in encoders if e.kind == "boolean"}
        rows: Any = frame.to_dict(orient="records")
        return tuple(
            {name: _shown(yes_no.get(name, {}).get(v, v)) for name, v in row.items()}
            for row in rows
        )

    def _importance(self) -> Importance:
        """Shuffle each input; the features that come from one column are shuffled together."""
        features = self.run.features[self.rows]
        return measure.grouped_importance(
            self._score,
            features,
            _blocks(self.run.model.preparation.feature_sources),
            seed=self.run.settings.seed,
            metric_name=self._measured_by,
            metric_percent=bool(self.classes),
        )

    def _score(self, features: Any) -> float:
        if self.classes:
            if self.imbalanced:
                shares = self.run.model.probabilities(features)
                return measure.balanced_accuracy(self.true, shares, self.classes).value
            return float((self.run.model.outputs(features).argmax(1) == self.true).mean())
        missed = ((self.true - self.run.model.answers(features)) ** 2).sum()
        spread = ((self.true - self.true.mean()) ** 2).sum()
        return float(1 - missed / spread) if spread else 0.0


def _shown(value: Any) -> str | float:
    """A cell as a report shows it: a number, or words; a hole is a dash."""
    if value is None or value != value:  # NaN and NaT differ from themselves
        return "–"
    if hasattr(value, "isoformat"):
        return str(value).removesuffix(" 00:00:00")
    return float(value) if isinstance(value, int | float | np.number) else str(value)


def _blocks(sources: tuple[str, ...]) -> dict[str, list[int]]:
    """Input column -> its features."""
    blocks: dict[str, list[int]] = {}
    for index, column in enumerate(sources):
        blocks.setdefault(column, []).append(index)
    return blocks
