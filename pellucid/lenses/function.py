"""The function that a network is, drawn: a curve, a map, or named planes through more inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from pellucid.errors import SettingError
from pellucid.lenses.box.answers import Answers, answers
from pellucid.lenses.draw.svg import SHAPES
from pellucid.lenses.lens import lens
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Charts, Floats, Rule
from pellucid.lenses.plane.drawn import answers_at, curve_chart, plane_chart
from pellucid.lenses.plane.hinges import hinges
from pellucid.lenses.plane.misses import misses_chart
from pellucid.lenses.plane.moving import moving_most, two_axes
from pellucid.lenses.plane.place import Place, along, over, pca_plane
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, Remark, View

__all__ = ["function"]

_STEPS = 241
_SIDE, _SIDE_OF_PICTURES = 60, 36
_MOST_HINGES = 40
_ROOM = 0.07  # of the axis, for a name
_QUANTILES = ((0.1, "low"), (0.5, "middle"), (0.9, "high"))


@lens("What does the network answer at every place, and how well does it fit?")
def function(
    subject: Subject,
    *,
    axes: Sequence[str] | None = None,
    hold: Mapping[str, float] | None = None,
    plane: Literal["slice", "pca"] | None = None,
    side: int | None = None,
) -> View:
    """Draw the function that the network is.

    One input gives a curve with the data and a mark where each neuron bends; two give a map with
    contours; of more, a slice with the others held, or the plane in which the rows spread most.

    Args:
        subject: the network and its rows.
        axes: the inputs along the axes, one or two; those that move the answer most when None.
        hold: input to the value at which it is held, in its own unit; the middle when not named.
        plane: "slice" or "pca" for more than two inputs; slices, and the PCA plane below, when
            None.
        side: how many places each axis of a map has; 60, for pictures 36, when None.

    Raises:
        SettingError: a network of tokens or pictures asked for slices, or no such input.
    """
    side = side if side is not None else (_SIDE if subject.light else _SIDE_OF_PICTURES)
    _check(subject, axes, plane, side)
    found = answers(subject)
    if found.each > 1:
        raise SettingError(
            f"function draws networks that answer once for each row; this one answers {found.each}"
            " times, at each position.\n See what comes out: black_box; or what its layers hold:"
            " represent."
        )
    if not subject.flat or plane == "pca":
        places = [pca_plane(subject, side)]
    else:
        places = _places(subject, axes, hold or {}, plane, side)
    drawn = [(place, answers_at(subject, place)) for place in places]
    blocks, data = _curve(subject, found, *drawn[0]) if places[0].y is None else _maps(drawn, found)
    if found.true is not None:
        blocks.append(misses_chart(places[0], found))
    blocks += [Remark(text) for text in _remarks(places, found)]
    data |= {"outputs": list(found.names), "error": _error(found)}
    title = _title(found, *drawn[0])
    return View(title, _sentence(found, *drawn[0]), tuple(blocks), data)


def _check(subject: Subject, axes: Any, plane: Any, side: int) -> None:
    if subject.x.dtype.kind != "f":
        raise SettingError(
            "function draws networks whose inputs are numbers; tokens have no places in between.\n"
            " See what comes out: black_box; or what its layers hold: represent."
        )
    if plane not in (None, "slice", "pca"):
        raise SettingError(f'plane is "slice" or "pca", not {plane!r}.')
    if not subject.flat and (axes or plane == "slice"):
        raise SettingError(
            "a picture has no inputs with names to slice along; it is drawn over its PCA plane.\n"
            " Leave axes and plane away."
        )
    if axes is not None and len(axes) not in (1, 2):
        raise SettingError(f"axes names one input or two, and here {len(axes)} are given.")
    if not 8 <= side <= 200:
        raise SettingError(f"side is from 8 to 200 places, not {side}.")


def _places(
    subject: Subject, axes: Sequence[str] | None, hold: Mapping[str, float], plane: Any, side: int
) -> list[Place]:
    """The line, the plane, or the slices on which the function is drawn."""
    order = list(axes) if axes else list(two_axes(subject))
    if not order:
        raise SettingError(
            "function needs an input that is a number, and here all are words.\n"
            " See what each of them does: black_box."
        )
    if len(order) == 1:
        return [along(subject, order[0], _STEPS, hold)]
    names = (order[0], order[1])
    first = over(subject, names, side, hold)
    if first.whole:
        return [first]
    third = next((n for n in moving_most(subject) if n not in names and n not in hold), None)
    places = [first]
    if third is not None:
        cells = _cells(subject, third)
        places = [
            over(subject, names, side, {**hold, third: v})
            for v in sorted({float(np.quantile(cells, q)) for q, _ in _QUANTILES})
        ]
    if plane is None:
        places.append(pca_plane(subject, side))
    return places


def _cells(subject: Subject, name: str) -> Floats:
    if subject.frame is not None and name in subject.frame.columns:
        return np.asarray(subject.frame[name].dropna().to_numpy(np.float64))
    return subject.x[:, subject.inputs.index(name)].astype(np.float64)


def _curve(
    subject: Subject, found: Answers, place: Place, given: Floats
) -> tuple[list[Block], dict[str, Any]]:
    """The curve of one input, with a mark where each neuron bends."""
    shown = (1,) if found.classes and len(found.names) == 2 else tuple(range(len(found.names)))[:6]
    marks = hinges(subject, place)
    steep = _title_of_curve(place, given[:, shown[0]], found, shown)
    chart = curve_chart(place, given, found, shown, steep)
    rules = _rules(marks[:_MOST_HINGES], float(np.ptp(place.xs)))
    data = {
        "curve": {"x": place.xs.tolist(), "y": given.tolist(), "input": place.x.name},
        "hinges": [{"neuron": name, "at": at} for name, at in marks],
        "plane": place.name,
    }
    return [replace(chart, marks=(*rules, *chart.marks))], data


def _rules(marks: list[tuple[str, float]], wide: float) -> tuple[Rule, ...]:
    """A mark for each neuron; where they crowd, only the first is named."""
    rules, last = [], -np.inf
    for name, at in marks:
        free = at - last > _ROOM * wide
        rules.append(Rule(at, "x", name if free else ""))
        last = at if free else last
    return tuple(rules)


def _title_of_curve(place: Place, line: Floats, found: Answers, shown: tuple[int, ...]) -> str:
    low, high = int(line.argmin()), int(line.argmax())
    say = percent if found.classes else number
    what = found.names[shown[0]]
    ends = (f"{say(float(line[i]))} at {number(float(place.xs[i]), 3)}" for i in (low, high))
    return f"{place.name or what}: lowest {next(ends)}, highest {next(ends)}"


def _maps(
    drawn: list[tuple[Place, Floats]], found: Answers
) -> tuple[list[Block], dict[str, Any]]:  # fmt: skip
    """Maps of the answers; slices share their scale."""
    ends = None
    if not found.classes:
        values = np.concatenate([g[..., 0].reshape(-1) for _, g in drawn])
        ends = float(values.min()), float(values.max())
    charts = [
        plane_chart(p, g, found, p.name or _parts(g, found), points=p.whole or "PCA" in p.name,
                    ends=ends)
        for p, g in drawn
    ]  # fmt: skip
    data = {
        "maps": [
            {"plane": p.name, "x": p.x.name, "y": p.y.name if p.y else "", "x_ends": list(p.x_ends),
             "y_ends": list(p.y_ends), "values": g.tolist()}
            for p, g in drawn
        ]
    }  # fmt: skip
    if len(charts) == 1:
        return [charts[0]], data
    slices, rest = charts[:-1], charts[-1:]
    if "PCA" not in charts[-1].title:
        slices, rest = charts, []
    blocks: list[Block] = []
    if len(slices) > 1:
        blocks.append(Charts(tuple(slices), columns=3, title=_parts(drawn[0][1], found)))
    else:
        blocks += slices
    return [*blocks, *rest], data


def _parts(given: Floats, found: Answers) -> str:
    """How a plane is divided among the answers."""
    if not found.classes:
        low, high = float(given[..., 0].min()), float(given[..., 0].max())
        return f"{found.names[0]} runs from {number(low)} to {number(high)}"
    best = given.argmax(axis=-1).reshape(-1)
    share = np.bincount(best, minlength=len(found.names)) / best.size
    order = np.argsort(-share)[:3]
    said = ", ".join(
        f"{percent(float(share[k]))} class {found.names[k]}" for k in order if share[k] > 0
    )
    return f"The plane is {said}"


def _error(found: Answers) -> float | None:
    """The share that is wrong, or the root mean square of what is missed."""
    if found.true is None:
        return None
    if found.classes:
        return float(np.mean(found.given.argmax(axis=1) != found.true))
    return float(np.sqrt(np.mean((found.true - found.given) ** 2)))


def _remarks(places: list[Place], found: Answers) -> list[str]:
    notes = []
    if any(p.name.startswith("Slice") for p in places):
        notes.append(
            "A slice shows one plane through many inputs: nearly no row lies on it, so none is"
            " drawn on it. Choose others with axes= and hold=."
        )
    if any("PCA" in p.name for p in places):
        else_ = "stand on the wrong color and yet be right"
        if not found.classes:
            else_ = "have another answer than the color that it stands on"
        notes.append(
            "On the PCA plane rows stand where they fall when their other directions are left out"
            f"{' (drawn hollow)' if len(found.names) <= len(SHAPES) else ''}: a row may {else_}."
        )
    if found.classes and len(places) == 1 and places[0].whole and places[0].y is not None:
        notes.append("Rows that are wrong are ringed. The solid line is where both are as likely.")
    return notes


def _title(found: Answers, place: Place, given: Floats) -> str:
    """How well it fits; where nobody knows, what is to be seen."""
    if found.true is None:
        return _seen(found, place, given)
    return _fit(found)[0].upper() + _fit(found)[1:]


def _fit(found: Answers) -> str:
    """How many rows are on the right side, or how far off they are."""
    error = _error(found) or 0.0
    if not found.classes:
        return f"rows lie {number(error)} from it (root mean square)"
    what = "row" if found.each == 1 else "position"
    return f"{percent(1 - error)} of {plural(len(found.given), what)} are on the right side"


def _seen(found: Answers, place: Place, given: Floats) -> str:
    """What is to be seen on the first line or plane."""
    if not found.classes:
        low, high = float(given[..., 0].min()), float(given[..., 0].max())
        return f"{found.names[0]} runs from {number(low)} to {number(high)}"
    best = np.bincount(given.argmax(axis=-1).reshape(-1), minlength=len(found.names))
    where = "the line" if place.y is None else "the plane"
    share = float(best.max()) / float(best.sum())
    return f"{percent(share)} of {where} is class {found.names[best.argmax()]}"


def _sentence(found: Answers, place: Place, given: Floats) -> str:
    over_what = place.x.name if place.y is None else f"{place.x.name} and {place.y.name}"
    text = f"Over {over_what}, {_seen(found, place, given)}"
    return f"{text}." if found.true is None else f"{text}; {_fit(found)}."
