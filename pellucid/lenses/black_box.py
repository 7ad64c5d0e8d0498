"""The black box: what comes out when numbers go in, how right it is, and what each input is worth.

Nothing here looks inside; every number comes from asking the network.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.errors import IndexRangeError, SettingError
from pellucid.lenses import measures
from pellucid.lenses.box.answers import Answers, answers, explained, score, told, truth
from pellucid.lenses.box.knobs import Knob, blocks_of, knobs_of
from pellucid.lenses.box.mistakes import class_blocks, number_blocks, worst_block
from pellucid.lenses.box.whatif import WhatIf, what_if, what_if_chart
from pellucid.lenses.box.worth import importance_block
from pellucid.lenses.lens import lens
from pellucid.lenses.measures.records import Importance, Metric
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Axis, Bars, Chart, Charts
from pellucid.lenses.sampling import some
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, Column, Remark, Table, View
from pellucid.spelling import did_you_mean

__all__ = ["black_box"]

_CURVES = 6
_ROWS_FOR_CURVES = 200
_ROWS_FOR_WORTH = 400
_ROWS_OF_PICTURES = 150  # and of tables with many columns
_ASKED_OF_FILTERS = 6000  # rows in all, where each takes long
_CURVE_ROWS_OF_FILTERS = 24
_FEW_INPUTS = 30
_CLOSE = 0.7


@lens("What comes out when numbers go in, how right is it, and which inputs matter?")
def black_box(
    subject: Subject,
    *,
    of: str | int | None = None,
    sample: int | None = None,
    repeats: int = 5,
    worst: int = 10,
) -> View:
    """Treat the network as a box: ask it, and compare what it says with the truth.

    Args:
        subject: the network and its rows.
        of: the class, or which of several numbers, whose what-if curves are drawn; all classes
            when None, the second of two.
        sample: a row to look at: its answer and its own curves.
        repeats: how often each input is shuffled.
        worst: how many of the worst rows are listed.

    Raises:
        SettingError: no such class, or a network that answers with neither classes nor numbers.
        IndexRangeError: no such row.
    """
    found = answers(subject)
    shown = _columns(found, of)
    _check_row(subject, sample)
    worth = None if subject.y is None else _steadied(subject, _worth(subject, found, repeats))
    curves = _curves(subject, worth)
    blocks: list[Block] = []
    data: dict[str, Any] = {"rows": len(subject), "outputs": list(found.names)}
    main = None
    if found.true is not None:
        main = score(found)
        blocks.append(_scores(found, main))
        data["score"] = {
            "name": main.name, "value": main.value, "low": main.low, "high": main.high,
            "baseline": main.baseline, "baseline_name": main.baseline_name,
        }  # fmt: skip
    if sample is not None:
        blocks.append(_one_answer(found, sample * found.each, sample))
        data["sample"] = {"row": sample, "answer": found.given[sample * found.each].tolist()}
    if curves:
        blocks.append(_curve_block(subject, found, curves, shown, sample))
        data["curves"] = [_curve_data(c) for c in curves]
    if worth is not None:
        blocks.append(importance_block(subject, worth))
        data["importance"] = [
            {"input": n, "drop": float(d), "deviation": float(s)}
            for n, d, s in zip(worth.names, worth.drop, worth.deviation, strict=True)
        ]
    if found.true is not None:
        parts, more = class_blocks(found) if found.classes else number_blocks(found, subject.target)
        table, rows = worst_block(subject, found, worst)
        blocks += [*parts, *table]
        data |= {**more, "worst": rows}
    blocks += _limits(subject, curves)
    title = _title(found, main, worth)
    return View(title, _sentence(found, main, worth), tuple(blocks), data)


def _columns(found: Answers, of: str | int | None) -> tuple[int, ...]:
    """Which answers the curves show."""
    count = len(found.names)
    if of is None:
        return (1,) if found.classes and count == 2 else tuple(range(min(count, 6)))
    if isinstance(of, int) and not isinstance(of, bool) and 0 <= of < count:
        return (of,)
    if str(of) not in found.names:
        known = ", ".join(found.names[:12])
        raise SettingError(
            f"of={of!r}: the network does not answer with that.{did_you_mean(str(of), found.names)}"
            f"\n It answers with {known}{' …' if count > 12 else ''}."
        )
    return (found.names.index(str(of)),)


def _check_row(subject: Subject, sample: int | None) -> None:
    if sample is not None and not 0 <= sample < len(subject):
        raise IndexRangeError(f"sample={sample}: there are rows 0 to {len(subject) - 1}.")


def _worth(subject: Subject, found: Answers, repeats: int) -> Importance | None:
    """How much the score falls when an input is shuffled."""
    blocks = blocks_of(subject)
    if len(blocks) < 2:
        return None
    few = subject.flat and len(blocks) <= _FEW_INPUTS
    repeats = repeats if few else min(repeats, 2 if subject.filtered else 3)
    rows = _ROWS_FOR_WORTH if few else _ROWS_OF_PICTURES
    if subject.filtered:
        rows = min(rows, max(_ASKED_OF_FILTERS // (repeats * len(blocks)), 50))
    part = subject.only(some(len(subject), rows))
    true, whole = truth(part), told(part, part.x)
    each = len(whole) // len(part)

    def right(x: Any) -> float:
        moved = np.flatnonzero((x != part.x).reshape(len(x), -1).any(axis=1))
        by_row = whole.reshape(len(part), each, -1).copy()
        if len(moved):  # a row that was given its own number again is answered as before
            by_row[moved] = told(part, x[moved]).reshape(len(moved), each, -1)
        given = by_row.reshape(whole.shape)
        if found.classes:
            return float(np.mean(given.argmax(axis=1) == true))
        return explained(true, given)

    return measures.grouped_importance(
        right, part.x, blocks, repeats=repeats,
        metric_name="accuracy" if found.classes else "R²", metric_percent=found.classes,
    )  # fmt: skip


def _steadied(subject: Subject, worth: Importance | None) -> Importance | None:
    """The same in the order that the last moment of a film has."""
    if worth is None:
        return None
    order: list[str] = subject.frozen.setdefault("order of inputs", list(worth.names))
    places = [worth.names.index(name) for name in order]
    return replace(
        worth, names=tuple(order), drop=worth.drop[places], deviation=worth.deviation[places]
    )


def _curves(subject: Subject, worth: Importance | None) -> list[WhatIf]:
    """The curves of the inputs that matter most; the same ones at every moment of a film."""
    if not subject.flat:
        return []
    most = _CURVE_ROWS_OF_FILTERS if subject.filtered else _ROWS_FOR_CURVES
    x = subject.x[some(len(subject), most)]
    order = list(worth.names) if worth else list(blocks_of(subject))
    chosen = subject.frozen.setdefault("black box inputs", order[:_CURVES])
    knobs = {k.name: k for k in knobs_of(subject, only=chosen)}
    return [what_if(subject, knobs[name], x) for name in chosen]


def _curve_block(
    subject: Subject, found: Answers, curves: list[WhatIf], shown: tuple[int, ...],
    sample: int | None,
) -> Charts:  # fmt: skip
    items = []
    for curve in curves:
        own = None
        if sample is not None:
            one = _of_row(curve.knob, sample)
            own = what_if(subject, one, subject.x[sample : sample + 1])
        items.append(
            what_if_chart(
                curve if own is None else WhatIf(own.knob, curve.each, curve.mean),
                found.names,
                shown,
                found.classes,
                own,
            )
        )
    return Charts(
        tuple(items), columns=3 if len(items) > 2 else 2,
        title="What if one input were different, and all others stayed?",
    )  # fmt: skip


def _of_row(knob: Knob, row: int) -> Knob:
    return Knob(
        knob.name, knob.places, knob.features, knob.values, knob.words, knob.now[row : row + 1]
    )


def _curve_data(curve: WhatIf) -> dict[str, Any]:
    knob = curve.knob
    return {
        "input": knob.name, "settings": list(knob.words) or knob.values.tolist(),
        "mean": curve.mean.tolist(), "swing": curve.swing, "rows": len(curve.each),
    }  # fmt: skip


def _scores(found: Answers, main: Metric) -> Table:
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
                "" if m.baseline is None else s(m.baseline), _guess(m),
            )
            for m, s in say
        ),
        f"How right it is over {_rows_of(found)}, beside a guess that costs nothing",
    )  # fmt: skip


def _rows_of(found: Answers) -> str:
    return plural(len(found.given), "row" if found.each == 1 else "position")


def _guess(metric: Metric) -> str:
    """What the baseline does; here with the rows that were given."""
    return metric.baseline_name.removesuffix(" of the training rows")


def _one_answer(found: Answers, at: int, row: int) -> Chart:
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


def _limits(subject: Subject, curves: list[WhatIf]) -> list[Block]:
    """What these numbers cannot say."""
    notes: list[Block] = []
    if subject.y is None:
        notes.append(
            Remark("No targets were given, so nothing is said about right and wrong.", "warn")
        )
    else:
        notes.append(
            Remark("These are the rows that were given. On rows that it learned from, any network"
                   " looks better than it is: ask again with rows that it never saw.")
        )  # fmt: skip
    if curves:
        notes.append(_about_curves(subject))
        if (drawn := len(curves[0].each)) < len(subject):
            notes.append(Remark(f"The what-if curves use {drawn:,} of {len(subject):,} rows."))
    return notes


def _about_curves(subject: Subject) -> Remark:
    text = "The what-if curves turn one input alone, also to places where no such row exists."
    with np.errstate(all="ignore"):
        together = np.abs(np.corrcoef(subject.x, rowvar=False)).reshape(subject.x.shape[1], -1)
    np.fill_diagonal(together, 0.0)
    together = np.nan_to_num(together)
    if together.max() < _CLOSE:
        return Remark(text)
    i, j = (int(k) for k in np.unravel_index(int(together.argmax()), together.shape))
    pair = f"{subject.inputs[i]} and {subject.inputs[j]}"
    return Remark(
        f"{text} Here {pair} go together (correlation {number(float(together[i, j]), 2)} in size):"
        " read their curves, and what each is worth, as one.",
        "warn",
    )


def _points(drop: float) -> str:
    whole = round(drop * 100)
    return plural(whole, "point") if whole else "less than 1 point"


def _title(found: Answers, main: Metric | None, worth: Importance | None) -> str:
    if main is None:
        return f"What it answers for {plural(len(found.given), 'row')}"
    text = f"Explains {percent(max(main.value, 0.0))} of the spread"
    if found.classes:
        what = "row" if found.each == 1 else "position"
        text = f"Right for {percent(main.value)} of {plural(len(found.given), what)}"
    if worth is None or not worth.drop.max() > 0:
        return text
    return f"{text}, most by {worth.names[int(worth.drop.argmax())]}"


def _sentence(found: Answers, main: Metric | None, worth: Importance | None) -> str:
    n = len(found.given)
    what = "row" if found.each == 1 else "position"
    if main is None:
        return f"It answers for {plural(n, what)}; what would be right is not known."
    if found.classes:
        parts = [
            f"It is right for {percent(main.value)} of {plural(n, what)};"
            f" {_guess(main)} would be right for {percent(main.baseline or 0.0)}."
        ]
    else:
        parts = [
            f"It explains {percent(max(main.value, 0.0))} of the spread ({main.name}"
            f" {number(main.value)}); {_guess(main)} would explain none of it."
        ]
    if worth is not None and (drop := float(worth.drop.max())) > 0:
        left = f"{_points(drop)} of accuracy" if found.classes else f"{number(drop)} of R²"
        name = worth.names[int(worth.drop.argmax())]
        parts.append(f"Most depends on {name}: shuffled among the rows, it costs {left}.")
    return " ".join(parts)
