"""Where the network is wrong, and about which rows most."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.lenses.draw.html import Child, Markup, bdi, tag
from pellucid.lenses.numerals import count, figure, fine_percent, plural
from pellucid.report.card import table
from pellucid.report.content import Content, WorstSample
from pellucid.report.limits import Limits
from pellucid.report.pictures.amounts import importance_card, residual_card, scatter_card
from pellucid.report.pictures.classes import by_class_card, calibration_card, confusion_card

__all__ = ["body"]

MOST_VALUES = 12


def body(content: Content, limits: Limits) -> Child:
    """Confusion or residuals, calibration, importance, the worst samples."""
    errors, target = content.errors, content.answer.target
    pictures = [
        confusion_card(errors.confusion, limits.matrix) if errors.confusion else None,
        by_class_card(errors.by_class, limits.classes) if errors.by_class else None,
        calibration_card(errors.calibration) if errors.calibration else None,
        scatter_card(errors.residuals, target, limits.samples) if errors.residuals else None,
        residual_card(errors.residuals) if errors.residuals else None,
        importance_card(errors.importance) if errors.importance else None,
    ]
    cards = tag("div", pictures, class_="cards") if any(pictures) else None
    worst = _worst(errors.worst, content.include_rows) if errors.worst else None
    return tag("div", cards, worst, class_="stack") if cards or worst else None


def _worst(samples: Sequence[WorstSample], include_rows: bool) -> Markup:
    names = list(dict.fromkeys(name for s in samples for name in s.values)) if include_rows else []
    shown = names[:MOST_VALUES]
    classes = samples[0].confidence is not None
    heads = [
        "row",
        "true",
        "predicted",
        *(["how sure", "loss"] if classes else ["true − predicted"]),
    ]
    rows = [
        [*_sample(sample), *[_value(sample.values.get(n, "–")) for n in shown]]
        for sample in samples
    ]
    first = len(heads)
    words = [
        *((1, 2) if classes else ()),
        *(first + i for i, name in enumerate(shown) if _is_words(samples, name)),
    ]
    return tag(
        "div",
        tag("h3", f"The {plural(len(samples), 'row')} it is {_how_wrong(samples)}"),
        tag("p", _note(include_rows, len(names) - len(shown)), class_="note"),
        table(heads + shown, rows, caption="Worst rows", words=words),
    )


def _how_wrong(samples: Sequence[WorstSample]) -> str:
    right = all(s.confidence is not None and s.true == s.predicted for s in samples)
    return "right about and least sure of" if right else "most wrong about"


def _is_words(samples: Sequence[WorstSample], name: str) -> bool:
    return any(isinstance(s.values.get(name), str) and s.values[name] != "–" for s in samples)


def _note(include_rows: bool, left_out: int) -> str:
    if not include_rows:
        return (
            "Rows are counted from 1, the first below the header. "
            "Their values are shown with --include-rows."
        )
    more = f" {plural(left_out, 'more input')} not shown." if left_out > 0 else ""
    return f"Rows are counted from 1, the first below the header.{more}"


def _sample(sample: WorstSample) -> list[Child]:
    cells = [count(sample.row), _value(sample.true), _value(sample.predicted)]
    if sample.confidence is not None:
        cells.append(fine_percent(sample.confidence))
    return [*cells, figure(sample.loss)]


def _value(value: str | float) -> str:
    return bdi(value) if isinstance(value, str) else figure(value)
