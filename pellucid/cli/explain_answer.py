"""From the network's output ŷ to the answer of one row, and from the answer to its columns.

regression: answer = mean + std · ŷ; classes: softmax of the scores, and the largest wins.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.effects import Effects, column_effects
from pellucid.lenses.numerals import figure, fine_percent
from pellucid.training.table_model import TableModel

__all__ = ["Answer", "cell_words"]

_MOST = 12
_DIGITS = 6
_METHOD = (
    "the output minus the output when that one column is at its mean over the training rows"
    " (a column of words: at the shares of its words); measured by running the network again"
)


@dataclass(frozen=True)
class Answer:
    """One row's answer.

    Args:
        model: what answered.
        features: the row, prepared (1, d).
        cells: the row as it came in, by column.
        chosen: which output is explained.
    """

    model: TableModel
    features: NDArray[np.float32]
    cells: Any
    chosen: int

    def lines(self, width: int) -> Iterator[str]:
        """Both connections as text."""
        yield from self._connection()
        yield ""
        if self.model.preparation.center:
            yield from self._pushes(width)
        else:
            yield "Which columns pushed it is unknown: an earlier version wrote this model, without"
            yield "  the means of its training rows. Train it again with `pellucid fit`."

    def to_dict(self) -> dict[str, Any]:
        """Both connections as data."""
        known: dict[str, Any] = {"answer": self._number() if self._regression else self._class()}
        if self.model.preparation.center:
            known["columns"] = self._columns()
        return known

    @property
    def _regression(self) -> bool:
        return self.model.task == "regression"

    @property
    def _scores(self) -> list[float]:
        return [float(score) for score in self.model.outputs(self.features)[0]]

    @property
    def _shares(self) -> list[float]:
        return [float(share) for share in self.model.probabilities(self.features)[0]]

    def _number(self) -> dict[str, Any]:
        outcome = self.model.preparation.outcome
        return {
            "target": outcome.column,
            "value": float(self.model.answers(self.features)[0]),
            "output": self._scores[0],
            "mean": outcome.mean,
            "std": outcome.std,
            "equation": "value = mean + std * output",
        }

    def _class(self) -> dict[str, Any]:
        classes = self.model.preparation.classes
        return {
            "target": self.model.preparation.target,
            "value": str(self.model.answers(self.features)[0]),
            "classes": [
                {"class": name, "score": score, "probability": share}
                for name, score, share in zip(classes, self._scores, self._shares, strict=True)
            ],
            "equation": "probability = exp(score) / sum of exp(scores); the largest wins",
        }

    def _connection(self) -> Iterator[str]:
        yield "How the answer comes from the output ŷ:"
        yield from self._scaled() if self._regression else self._softmax()

    def _scaled(self) -> Iterator[str]:
        known = self._number()
        name = known["target"]
        mean, std, output, value = (
            figure(known[key], _DIGITS) for key in ("mean", "std", "output", "value")
        )
        yield f"  {name} = mean + std · ŷ = {mean} + {std} · {_bracketed(output)} = {value}"
        yield f"  mean and std: of {name} over the training rows, in its own unit"

    def _softmax(self) -> Iterator[str]:
        scores, shares = self._scores, self._shares
        most = max(scores)
        weights = [math.exp(score - most) for score in scores]
        ranked = sorted(range(len(scores)), key=lambda i: -scores[i])
        rows = [("class", "score ŷ", f"e^(ŷ − {_bracketed(figure(most))})", "softmax")]
        rows += [
            (self._name(i), figure(scores[i]), figure(weights[i]), fine_percent(shares[i]))
            for i in ranked[:_MOST]
        ]
        yield from _table(rows)
        if len(ranked) > _MOST:
            rest = sum(shares[i] for i in ranked[_MOST:])
            yield f"  … and {len(ranked) - _MOST} more classes, together {fine_percent(rest)}"
        best = ranked[0]
        total = figure(sum(weights))
        yield (
            f"  softmax = e^ŷ / Σ e^ŷ: {self._name(best)} has the largest score, "
            f"{figure(weights[best])} / {total} = {fine_percent(shares[best])}, and is the answer"
        )

    def _name(self, index: int) -> str:
        return self.model.preparation.classes[index]

    # ---- columns ----------------------------------------------------------------------------

    def _respond(self, features: Any) -> NDArray[np.float64]:
        """The answer in its own unit; for a class, log-odds and probability."""
        if self._regression:
            scores = self.model.outputs(features)
            return np.asarray(self.model.preparation.inverse_target(scores), dtype=np.float64)
        scores = self.model.outputs(features).astype(np.float64)
        others = np.delete(scores, self.chosen, axis=1)
        odds = scores[:, self.chosen] - np.logaddexp.reduce(others, axis=1)
        return np.column_stack([odds, self.model.probabilities(features)[:, self.chosen]])

    def _effects(self) -> Effects:
        return column_effects(self.model.preparation, self.features, self._respond)

    def _columns(self) -> dict[str, Any]:
        found = self._effects()
        probability = {} if self._regression else {"probability": float(found.value[1])}
        return {
            "of": self._unit,
            "method": _METHOD,
            "value": float(found.value[0]),
            **probability,
            "at_means": float(found.mean[0]),
            "together": float(found.together[0]),
            "pushes": [self._push(found, i) for i in _ranked(found)],
        }

    def _push(self, found: Effects, i: int) -> dict[str, Any]:
        push: dict[str, Any] = {
            "column": found.columns[i],
            "cell": cell_words(self.cells[found.columns[i]]),
            "push": float(found.push[i, 0]),
            "with_mean": float(found.without[i, 0]),
        }
        if not self._regression:
            push["probability_with_mean"] = float(found.without[i, 1])
        return push

    @property
    def _unit(self) -> str:
        if self._regression:
            return self.model.preparation.target
        return f"log-odds of {self._name(self.chosen)}"

    def _pushes(self, width: int) -> Iterator[str]:
        found = self._effects()
        order = _ranked(found)
        yield f"Which columns pushed {self._pushed}, the strongest first:"
        last = f"{self.model.preparation.target} with its mean"
        if not self._regression:
            last = f"p({self._name(self.chosen)}) with its mean"
        rows = [("column", "cell", "push", last)]
        rows += [self._row(found, i) for i in order[:_MOST]]
        yield from _table(rows)
        if len(order) > _MOST:
            rest = _signed(float(found.push[order[_MOST:], 0].sum()))
            yield f"  … and {len(order) - _MOST} more columns, together {rest}"
        text = f"Push: {_METHOD}. {self._sum(found)}"
        yield from textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="  ")

    @property
    def _pushed(self) -> str:
        if self._regression:
            return self.model.preparation.target
        return f"the answer toward {self._name(self.chosen)} (push: in log-odds, ln p/(1 − p))"

    def _row(self, found: Effects, i: int) -> tuple[str, str, str, str]:
        name, cell = found.columns[i], cell_words(self.cells[found.columns[i]])
        without = figure(float(found.without[i, 0]))
        if not self._regression:
            without = fine_percent(float(found.without[i, 1]))
        shown = f"{cell[:23]}…" if len(cell) > 24 else cell
        return name, shown, _signed(float(found.push[i, 0])), without

    def _sum(self, found: Effects) -> str:
        pushes = _signed(float(found.push[:, 0].sum()))
        whole, rest = _signed(float(found.whole[0])), _signed(float(found.together[0]))
        mean = figure(float(found.mean[0]))
        if not self._regression:
            mean = f"p = {fine_percent(float(found.mean[1]))}"
        return (
            f"With all columns at their means the network gives {mean}; the row is {whole} from"
            f" there: {pushes} from the columns one by one and {rest} from columns acting together."
        )


def _ranked(found: Effects) -> list[int]:
    return [int(i) for i in np.argsort(-np.abs(found.push[:, 0]), kind="stable")]


def cell_words(value: Any) -> str:
    """What stands in a cell of a table, or that nothing does."""
    if value is None or str(value) in ("NaT", "<NA>") or value != value:
        return "(missing)"
    return f"{value:g}" if isinstance(value, float | np.floating) else str(value)


def _signed(value: float) -> str:
    text = figure(value)
    return text if text.startswith("−") else f"+{text}"


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


def _table(rows: Sequence[tuple[str, str, str, str]]) -> Iterator[str]:
    """Words to the left, the two numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for one, two, three, four in rows:
        yield (
            f"  {one:<{widths[0]}}  {two:>{widths[1]}}  {three:>{widths[2]}}  {four:>{widths[3]}}"
        )
