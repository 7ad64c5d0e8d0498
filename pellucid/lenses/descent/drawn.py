"""The walk on the loss as pictures: slice and path, the step's parts, sizes, rates and races."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.lenses.descent.pace import FAST, GOOD, SLOW, Pace
from pellucid.lenses.descent.parts import Step
from pellucid.lenses.descent.race import Runner
from pellucid.lenses.descent.rates import Rates
from pellucid.lenses.descent.slice import Slice, places
from pellucid.lenses.numerals import number, of_layer, percent
from pellucid.lenses.picture import (
    Arrow,
    Axis,
    Band,
    Bars,
    Chart,
    Charts,
    Field,
    Floats,
    Line,
    Mark,
    Note,
    Points,
    Rule,
)

__all__ = [
    "WORDS", "pace_charts", "parts_words", "race_chart", "rates_chart", "share_of", "slice_chart",
    "step_chart",
]  # fmt: skip

_NAME = np.array([0.22, 0.09])  # how much of a chart a name takes, across and upward
_NAMED = 0.04  # of the longest leg: a shorter one is a dot
_BELOW = 0.07  # of the picture, that a name stands under a line that rises
_MOST_NAMED, _FEW_NAMED = 8, 5  # layers beyond these are drawn gray, but for the telling ones
_STEP_AXES = ("along the way down, against the gradient (distance)", "beside it (distance)")
WORDS = {
    "gradient": "gradient",
    "momentum": "momentum",
    "scaling": "scaling",
    "decay": "pull toward zero",
    "the rule's own": "the rule's own",
}


def slice_chart(found: Slice, path: Floats | None, now: Floats, title: str) -> Chart:
    """The loss on a plane, the path over it, and where the weights are."""
    values, tens = found.losses, False
    if np.nanmin(values) > 0 and np.nanmax(values) / np.nanmin(values) > 20:
        values, tens = np.log10(values), True
    ends = (float(found.x[0]), float(found.x[-1])), (float(found.y[0]), float(found.y[-1]))
    marks: list[Mark] = [Field(values, *ends, "amount", name="loss", tens=tens)]
    if path is not None:
        on = places(found, path)
        marks.append(Line(on[:, 0], on[:, 1], "path of the training", "plain"))
        marks.append(Points(on[:1, 0], on[:1, 1], role="plain", name="start", hollow=True))
    here = places(found, now[None])
    marks.append(Points(here[:, 0], here[:, 1], role="now", name="now", ringed=(0,)))
    across, up = found.names
    return Chart(
        Axis(f"{across} (distance)" if path is not None else f"{across} (its own filter lengths)"),
        Axis(f"{up} (distance)" if path is not None else up), tuple(marks), title,
        f"loss, lowest {number(float(np.nanmin(found.losses)))}, highest"
        f" {number(float(np.nanmax(found.losses)))}", tall=0.8,
    )  # fmt: skip


def step_chart(step: Step) -> Chart:
    """The step's parts, one behind the other, seen along the gradient and beside it."""
    down = -step.gradient / max(float(np.linalg.norm(step.gradient)), 1e-300)
    beside = step.total - (step.total @ down) * down
    if not beside.any():
        beside = next((p - (p @ down) * down for p in step.parts.values() if p.any()), beside)
    beside = beside / max(float(np.linalg.norm(beside)), 1e-300)
    roles: dict[str, Any] = {"gradient": "positive", "momentum": "good", "scaling": "negative"}
    ends = np.cumsum([np.zeros(2), *([p @ down, p @ beside] for p in step.parts.values())], axis=0)
    legs = [
        (ends[i], ends[i + 1], WORDS[name], roles.get(name, "muted"))
        for i, name in enumerate(step.parts)
    ]
    if len(legs) > 1:
        legs.append((ends[0], ends[-1], "the step", "now"))
    longest = max(float(np.linalg.norm(to - at)) for at, to, _, _ in legs)
    marks: list[Mark] = [
        Arrow(float(at[0]), float(at[1]), float(to[0]), float(to[1]), role=role)
        for at, to, _, role in legs
    ]
    low, high = ends.min(axis=0), ends.max(axis=0)
    marks += _named([leg for leg in legs if np.linalg.norm(leg[1] - leg[0]) > _NAMED * longest],
                    np.maximum(high - low, 0.3 * longest))  # fmt: skip
    room = 0.12 * max(float((high - low).max()), 1e-12)
    axes = [
        Axis(name, low=float(low[i] - room), high=float(high[i] + room))
        for i, name in enumerate(_STEP_AXES)
    ]
    return Chart(axes[0], axes[1], tuple(marks), "The next step is the sum of its parts", tall=0.6)


def _named(legs: list[tuple[Floats, Floats, str, Any]], size: Floats) -> list[Mark]:
    """The legs' names, each as near to the middle of its own as the others leave room."""
    taken: list[Floats] = []
    notes: list[Mark] = []
    for at, to, word, role in legs:
        tried = [at + part * (to - at) for part in (0.5, 0.25, 0.75, 0.05, 0.95)]
        room = [
            min((float(np.max(np.abs(p - q) / size / _NAME)) for q in taken), default=9.0)
            for p in tried
        ]
        best = next((i for i, r in enumerate(room) if r > 1), int(np.argmax(room)))
        taken.append(tried[best])
        x, y = tried[best]
        rises = ((to - at) > 0.1 * size).all()  # and would run through what is beside it
        if (
            rises or (np.abs(to - at) / size < _NAME).all()
        ):  # as would what goes on from a short one
            y = y - _BELOW * size[1]
        notes.append(Note(float(x), float(y), word, role))
    return notes


def pace_charts(pace: Pace) -> Charts:
    """Gradients and updates of every layer: over time, or as bars for a single step."""
    bars = len(pace.steps) == 1
    make = _bars if bars else _lines
    gradient = make(pace.steps, pace.gradients, "length of the gradient", False)
    update = make(pace.update_steps, pace.updates, "update compared with the weight", True)
    return Charts(
        (gradient, update), 2, "Each layer's gradient and update", f"Figures {pace.source}."
    )


def _lines(steps: list[int], by_layer: dict[str, list[float]], name: str, banded: bool) -> Chart:
    marks: list[Mark] = []
    if banded and steps:
        ends = [steps[0], max(steps[-1], steps[0] + 1)]
        marks.append(Band(ends, [GOOD[0]] * 2, [GOOD[1]] * 2, "usual: 0.0001 to 0.03", "good"))
    named = _telling(by_layer)
    left = f"the other {len(by_layer) - len(named)} layers"
    for layer, values in by_layer.items():
        shown = np.where(np.asarray(values) > 0, values, np.nan)
        if layer in named:
            marks.append(Line(steps, shown, layer, order=named.index(layer)))
        else:
            marks.insert(int(banded), Line(steps, shown, left, "muted"))
    return Chart(Axis("step"), Axis(name, log=True), tuple(marks), _verdict(by_layer, banded))


def _telling(by_layer: dict[str, list[float]]) -> list[str]:
    """The layers that are named: all of a few, else some between the least and the largest."""
    if len(by_layer) <= _MOST_NAMED:
        return list(by_layer)
    last = _lately(by_layer)
    order = sorted(last, key=last.__getitem__)
    kept = {order[round(i)] for i in np.linspace(0, len(order) - 1, _FEW_NAMED)}
    return [layer for layer in by_layer if layer in kept]


def _lately(by_layer: dict[str, list[float]]) -> dict[str, float]:
    """The median of each layer's last third."""
    return {k: float(np.median(v[-max(len(v) // 3, 1) :])) for k, v in by_layer.items() if v}


def _bars(steps: list[int], by_layer: dict[str, list[float]], name: str, banded: bool) -> Chart:
    marks: list[Mark] = [Bars([v[0] for v in by_layer.values()], lying=True)]
    if banded:
        marks.append(Rule(GOOD[1], "x", f"usual up to {number(GOOD[1])}", "good"))
    names = Axis(names=tuple(by_layer))
    return Chart(Axis(name, log=False), names, tuple(marks), _verdict(by_layer, banded))


def _verdict(by_layer: dict[str, list[float]], banded: bool) -> str:
    """What the last figures say, in a few words."""
    last = _lately(by_layer)
    if not last:
        return "Nothing was measured"
    if banded:
        out = [k for k, v in last.items() if not GOOD[0] <= v <= GOOD[1]]
        if not out:
            return "Every layer moves at a usual pace"
        worst = max(
            out, key=lambda k: abs(np.log(max(last[k], 1e-30) / GOOD[int(last[k] > GOOD[1])]))
        )
        pace = last[worst]
        speed = "far" if pace > GOOD[1] else "little"
        if pace > FAST or pace < SLOW:
            speed = "too fast" if pace > FAST else "hardly"
        layer = of_layer(worst, first=True)
        return f"{layer} moves {speed}: {number(pace, 2)} of its length in a step"
    most, least = max(last, key=last.__getitem__), min(last, key=last.__getitem__)
    if last[least] <= 0 or len(last) < 2:
        return f"{of_layer(least, first=True)} has a gradient of length {number(last[least], 2)}"
    times = f"{number(last[most] / last[least], 2)} times that of {of_layer(least)}"
    return f"{of_layer(most, first=True)} has the longest gradient, {times}"


def rates_chart(rates: Rates, start: str) -> Chart:
    """The loss against the step size of a short training."""
    top = float(np.quantile(rates.smooth, 0.95))
    marks = (
        Line(rates.rates, np.minimum(rates.losses, 1.15 * top), "each step", "muted"),
        Line(rates.rates, np.minimum(rates.smooth, 1.15 * top), "smoothed", "plain"),
        Rule(rates.suggested, "x", f"suggested {number(rates.suggested, 2)}", "good"),
        Points([rates.best], [rates.smooth.min()], role="now", name="lowest", ringed=(0,)),
    )
    return Chart(
        Axis("learning rate (step size)", log=True), Axis("loss (how wrong)"), marks,
        f"A rate of {number(rates.suggested, 2)} is a good first choice ({start})",
    )  # fmt: skip


def race_chart(runners: list[Runner], start: str) -> Chart:
    """The loss of each optimizer from one start."""
    marks = tuple(
        Line(r.steps, _finite(r.losses), f"{r.name}, rate {number(r.rate, 2)}", order=k)
        for k, r in enumerate(runners)
    )
    best = min(runners, key=lambda r: r.losses[-1] if np.isfinite(r.losses[-1]) else np.inf)
    positive = all(v > 0 for r in runners for v in r.losses if np.isfinite(v))
    title = f"{best.name} is lowest after {best.steps[-1]} steps ({start})"
    return Chart(Axis("step"), Axis("loss (how wrong)", log=positive), marks, title)


def _finite(losses: list[float]) -> Floats:
    return np.where(np.isfinite(losses), losses, np.nan)


def share_of(part: Floats, total: Floats) -> float:
    """How much of a step a part makes, measured along the step: the shares add up to 1."""
    size = float(total @ total)
    return float(part @ total) / size if size > 0 else 0.0


def parts_words(step: Step) -> str:
    """The parts in a few words."""
    shares = {n: round(share_of(p, step.total), 4) for n, p in step.parts.items()}
    return ", ".join(f"{percent(s)} {WORDS[n]}" for n, s in shares.items() if abs(s) >= 0.005)
