"""The output with and without a neuron, and built up again neuron by neuron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.lenses.box.answers import Answers, told
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import (
    Axis,
    Band,
    Bars,
    Chart,
    Charts,
    Field,
    Film,
    Floats,
    Line,
    Points,
)
from pellucid.lenses.pieces.neurons import Layer, Reading, muted, read, rest_of
from pellucid.lenses.pieces.tiles import signs
from pellucid.lenses.pieces.worth import Scores, Worth, scores_of
from pellucid.lenses.plane.drawn import answers_of, curve_chart, plane_chart
from pellucid.lenses.plane.place import Place
from pellucid.lenses.subject import Subject

__all__ = ["Built", "build_up", "built_chart", "built_film", "with_and_without"]

_STEPS = 12


@dataclass(frozen=True, eq=False)
class Built:
    """The network with only some neurons of a layer.

    Attributes:
        units: those that are there.
        scores: how right it is with them.
        given: what it answers over the line or plane; None where there is none.
    """

    units: tuple[int, ...]
    scores: Scores
    given: Floats | None


def with_and_without(
    subject: Subject,
    layer: Layer,
    unit: int,
    place: Place | None,
    found: Answers,
    sample: int,
    reading: Reading,
) -> tuple[Charts | Chart, dict[str, Any]]:
    """The output with a neuron, without it, and the difference.

    Args:
        subject: the network.
        layer: where the neuron is.
        unit: its number.
        place: where the output is drawn; None for one row's answer.
        found: what the answers are called.
        sample: that row.
        reading: what the layer's neurons give over `place`.
    """
    name = f"neuron {layer.called(unit)}"
    if place is None:
        return _for_sample(subject, layer, unit, found, sample)
    there = rest_of(replace(subject, x=place.rows), layer, reading.values)
    whole, less = (answers_of(subject, place, there.without(away)) for away in ([], [unit]))
    data = {"with": whole.tolist(), "without": less.tolist()}
    k = 1 if found.classes and len(found.names) == 2 else 0
    if place.y is None:
        return _two_lines(place, whole[:, k], less[:, k], found, k, name), data
    ends = None
    if not found.classes:
        both = np.stack([whole[..., 0], less[..., 0]])
        ends = float(both.min()), float(both.max())
    gap = _gap(whole, less, found, k)
    field = Field(
        gap, place.x_ends, place.y_ends, "signed", name="difference",
        levels=() if not gap.any() else None,
    )  # fmt: skip
    word = f"the share of {found.names[k]}" if found.classes else found.names[k]
    if found.classes and len(found.names) > 2:
        word = "the share of the class that was likeliest"
    items = (
        plane_chart(place, whole, found, f"With {name}", ends=ends),
        plane_chart(place, less, found, f"Without {name}", ends=ends),
        Chart(place.x, place.y, (field, *signs(place, gap)), f"What it adds to {word}"),
    )
    return Charts(items, columns=3, title=f"With and without {name}"), data


def _gap(whole: Floats, less: Floats, found: Answers, k: int) -> Floats:
    """What the neuron adds to the answer, of many classes to the one that was likeliest."""
    if found.classes and len(found.names) > 2:
        best = whole.argmax(axis=-1)[..., None]
        gap = np.take_along_axis(whole, best, -1) - np.take_along_axis(less, best, -1)
        return np.asarray(gap[..., 0])
    return np.asarray(whole[..., k] - less[..., k])


def _two_lines(
    place: Place, whole: Floats, less: Floats, found: Answers, k: int, name: str
) -> Chart:
    what = f"share of {found.names[k]}" if found.classes else found.names[k]
    marks = (
        Band(place.xs, np.minimum(whole, less), np.maximum(whole, less), "what it adds"),
        Line(place.xs, whole, f"with {name}", "positive"),
        Line(place.xs, less, f"without {name}", "negative"),
    )
    return Chart(place.x, Axis(what, percent=found.classes), marks, f"With and without {name}")


def _for_sample(
    subject: Subject, layer: Layer, unit: int, found: Answers, sample: int
) -> tuple[Charts, dict[str, Any]]:
    """The answer for one row; of one that is given at every position, the last."""
    x = subject.x[sample : sample + 1]
    whole = told(subject, x)[-1]
    with muted(layer, [unit]):
        less = told(subject, x)[-1]
    order = np.sort(np.argsort(-whole, kind="stable")[:10])
    names = tuple(found.names[i] for i in order)
    axis = Axis("share", percent=True, low=0.0, high=1.0) if found.classes else Axis("answer")

    def bars(values: Floats, title: str) -> Chart:
        return Chart(axis, Axis("", names=names), (Bars(values[order], lying=True),), title)

    name, say = f"neuron {layer.called(unit)}", f"row {sample}"
    items = bars(whole, f"With {name}, {say}"), bars(less, f"Without {name}, {say}")
    title = f"With and without {name}"
    data = {"with": whole.tolist(), "without": less.tolist()}
    return Charts(items, columns=2, title=title), data


def build_up(
    subject: Subject, layer: Layer, order: Sequence[Worth], place: Place | None, reading: Reading
) -> list[Built]:
    """The network with no neuron of a layer, then with one more at a time, at last with all.

    Args:
        subject: the network and its rows.
        layer: whose neurons come one by one.
        order: in this order.
        place: where the output is drawn.
        reading: what the layer's neurons give there.
    """
    here = rest_of(subject, layer, read(subject, [layer], subject.x)[0].values)
    over = None
    if place is not None:
        over = rest_of(replace(subject, x=place.rows), layer, reading.values)
    units = [w.unit for w in order]
    steps = [units[:k] for k in range(min(len(units), _STEPS) + 1)]
    if len(steps[-1]) < layer.count:
        steps.append(list(range(layer.count)))
    built = []
    for kept in steps:
        away = [u for u in range(layer.count) if u not in kept]
        given = None
        if place is not None and over is not None:
            given = answers_of(subject, place, over.without(away))
        built.append(Built(tuple(kept), scores_of(subject, here.without(away)), given))
    return built


def built_film(built: Sequence[Built], layer: Layer, place: Place, found: Answers) -> Film:
    """The output growing, a frame for each neuron."""
    last = [b.given for b in built if b.given is not None]
    ends = None
    if not found.classes:
        values = np.concatenate([g[..., 0].reshape(-1) for g in last])
        ends = float(values.min()), float(values.max())
    frames = tuple(
        _frame(b, place, g, found, ends) for b, g in zip(built, last, strict=True)
    )  # fmt: skip
    captions = tuple(_caption(b, layer, i, len(built)) for i, b in enumerate(built))
    return Film(frames, captions, title="The output, built up neuron by neuron")


def _frame(
    built: Built, place: Place, given: Floats, found: Answers, ends: tuple[float, float] | None
) -> Chart:
    if place.y is not None:
        return plane_chart(place, given, found, "", ends=ends)
    shown = (1,) if found.classes and len(found.names) == 2 else tuple(range(len(found.names)))[:6]
    chart = curve_chart(place, given, found, shown, "")
    low, high = ends or (0.0, 1.0)
    axis = Axis(chart.y.name, percent=found.classes, low=low, high=high)
    return Chart(chart.x, axis, chart.marks)


def _caption(built: Built, layer: Layer, i: int, steps: int) -> str:
    if i == 0:
        text = "none of them: the bias alone"
    elif i == steps - 1:
        text = "all of them"
    else:
        text = f"{i} of them, the last neuron {layer.called(built.units[-1])}"
    if built.scores.right is not None:
        return f"{text}: {percent(built.scores.right)} right"
    return text if built.scores.loss is None else f"{text}: loss {number(built.scores.loss)}"


def built_chart(built: Sequence[Built], layer: Layer) -> Chart | None:
    """How right the network is with the first so many neurons."""
    if built[0].scores.loss is None:
        return None
    rights = [b.scores.right for b in built]
    percent_ = rights[0] is not None
    values = [r for r in rights if r is not None] if percent_ else [b.scores.loss for b in built]
    counts = [len(b.units) for b in built]
    enough = _enough(values, counts, percent_)
    axis = Axis("right", percent=True, low=0.0, high=1.0) if percent_ else Axis("loss")
    line = np.array(values, np.float64)
    return Chart(
        Axis(f"neurons of {layer.said} that are there"),
        axis,
        (Line(counts, line, ""), Points(counts, line)),
        _needed(enough, counts, layer),
    )


def _needed(enough: int, counts: Sequence[int], layer: Layer) -> str:
    """How many neurons it takes, in words."""
    of = f"{plural(layer.count, 'neuron')} in {layer.said}"
    if not enough:
        return f"None of the {of} is needed for these rows"
    if enough < layer.count:
        return f"{enough} of {of} {'does' if enough == 1 else 'do'} nearly all of it"
    most = counts[-2]
    return f"More than {most} of {of} are needed" if most < enough - 1 else f"All {of} are needed"


def _enough(values: Sequence[Any], counts: Sequence[int], rising: bool) -> int:
    """How many neurons reach 95 % of the way from none of them to all, and stay there."""
    line = np.array(values, np.float64) * (1 if rising else -1)
    near = line >= line[-1] - 0.05 * abs(line[-1] - line[0])
    last = np.flatnonzero(~near)
    return counts[0] if not len(last) else counts[min(int(last[-1]) + 1, len(counts) - 1)]
