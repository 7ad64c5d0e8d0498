"""Draws the network as a chain: a bar per stage as tall as it is wide, a funnel per layer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pellucid.lenses.draw.html import Markup, tag
from pellucid.lenses.draw.svg import area, bar, picture, text
from pellucid.lenses.numerals import count, figure, plural, shape
from pellucid.lenses.picture import Axis, Chart, Points
from pellucid.report.card import card, table
from pellucid.report.content import ProgramRow, Shape
from pellucid.report.pictures.lens import lens_picture

__all__ = ["gradient_card", "network_card"]

WIDTH, ROW = 400.0, 168.0
PER_ROW = 3
BAR = 12.0


@dataclass(frozen=True)
class Stage:
    """A layer with parameters together with those behind it that have none."""

    names: tuple[str, ...]
    enters: int
    leaves: int
    parameters: int


def network_card(title: str, rows: Sequence[ProgramRow]) -> Markup | None:
    """Draws the chain of layers; None where the shapes are not known."""
    stages = _stages(rows)
    if not stages:
        return None
    lines = [stages[i : i + PER_ROW] for i in range(0, len(stages), PER_ROW)]
    largest = max(max(stage.enters, stage.leaves) for stage in stages)
    total = sum(row.parameters for row in rows)
    chain = " → ".join([count(stages[0].enters), *[count(stage.leaves) for stage in stages]])
    sentence = f"{chain}: {plural(len(rows), 'layer')}, {plural(total, 'parameter')}."
    marks = [_line(part, index, largest) for index, part in enumerate(lines)]
    label = f"The network {title}. {sentence}"
    return card("Shape", sentence, picture(label, WIDTH, ROW * len(lines), *marks))


def gradient_card(rows: Sequence[ProgramRow]) -> Markup | None:
    """Draws the size of gradient and update per layer on a log scale; None if not measured."""
    found = [row for row in rows if _positive(row.gradient_norm) or _positive(row.update_size)]
    if not found:
        return None
    sentence = _gradient_sentence(found)
    drawn = lens_picture(_gradient_chart(found), f"Gradient by layer. {sentence}")
    return card("Gradient health", sentence, drawn, twin=_gradient_table(found))


def _gradient_chart(rows: Sequence[ProgramRow]) -> Chart:
    names = tuple(row.layer for row in rows)
    at = range(len(rows))
    return Chart(
        Axis("length", log=True),
        Axis("", names=names),
        (
            Points(_lengths(row.gradient_norm for row in rows), at, role="train", name="gradient"),
            Points(
                _lengths(row.update_size for row in rows), at, role="now", name="update",
                hollow=True,
            ),
        ),
    )  # fmt: skip


def _lengths(values: Iterable[float | None]) -> list[float]:
    """What a log scale can show; the rest is nowhere."""
    return [v if v is not None and _positive(v) else math.nan for v in values]


def _stages(rows: Sequence[ProgramRow]) -> list[Stage]:
    stages: list[Stage] = []
    for row in rows:
        enters, leaves = _features(row.shape_in), _features(row.shape_out)
        if enters is None or leaves is None:
            return []
        short = row.operation.partition("(")[0]
        if stages and not row.parameters and enters == leaves:
            last = stages[-1]
            stages[-1] = Stage((*last.names, short), last.enters, leaves, last.parameters)
        else:
            stages.append(Stage((short,), enters, leaves, row.parameters))
    return stages


def _features(dims: Shape | None) -> int | None:
    """Numbers per sample: all axes but the first."""
    if not dims:
        return None
    sizes = [dim for dim in dims[1:] if isinstance(dim, int)]
    return math.prod(sizes) if len(sizes) == len(dims) - 1 else None


def _line(stages: Sequence[Stage], index: int, largest: int) -> Markup:
    top = index * ROW
    step = (WIDTH - 48) / PER_ROW
    marks: list[Markup | None] = []
    for i, stage in enumerate(stages):
        x = 24 + i * step
        marks.append(_funnel(stage, x, step, top, largest))
        marks.append(_stage_bar(stage.enters, x, top, largest))
        for k, name in enumerate(_two_lines(stage.names)):
            marks.append(text(name, x + step / 2, top + 136 + 14 * k, "tick strong"))
    marks.append(_stage_bar(stages[-1].leaves, 24 + len(stages) * step, top, largest))
    return tag("g", marks)


def _funnel(stage: Stage, x: float, step: float, top: float, largest: int) -> Markup:
    a, b = _tall(stage.enters, largest) / 2, _tall(stage.leaves, largest) / 2
    left, right, middle = x + BAR / 2 + 2, x + step - BAR / 2 - 2, top + 68
    corners = [(left, middle - a), (right, middle - b), (right, middle + b), (left, middle + a)]
    label = f"{count(stage.parameters)}" if stage.parameters else ""
    words = text(label, (left + right) / 2, middle + 4, "tick") if label else None
    return tag("g", area(corners, "funnel"), words)


def _stage_bar(features: int, x: float, top: float, largest: int) -> Markup:
    tall = _tall(features, largest)
    box = bar(x - BAR / 2, top + 68 - tall / 2, BAR, tall, "stage", 4)
    return tag("g", box, text(count(features), x, top + 68 - tall / 2 - 7, "tick strong"))


def _tall(features: int, largest: int) -> float:
    return 14 + 88 * math.log2(1 + features) / math.log2(1 + max(largest, 2))


def _two_lines(names: tuple[str, ...]) -> list[str]:
    if len(names) == 1:
        return [names[0][:16]]
    rest = " + ".join(names[1:])
    return [names[0][:16], "+ " + (rest if len(rest) <= 16 else rest[:15] + "…")]


def _positive(value: float | None) -> bool:
    return value is not None and math.isfinite(value) and value > 0


def _gradient_sentence(rows: Sequence[ProgramRow]) -> str:
    norms = [(row.gradient_norm, row.layer) for row in rows if _positive(row.gradient_norm)]
    sizes = sorted((float(n), layer) for n, layer in norms if n is not None)
    if len(sizes) < 2:
        return "Length of gradient and update at the last step."
    (low, small), (high, large) = sizes[0], sizes[-1]
    return (
        f"The largest gradient, {figure(high)} in layer {large}, is {figure(high / low, 2)} times "
        f"the smallest, {figure(low)} in layer {small}."
    )


def _gradient_table(rows: Sequence[ProgramRow]) -> Markup:
    cells = [
        [row.layer, shape(row.shape_out), figure(row.gradient_norm), figure(row.update_size)]
        for row in rows
    ]
    heads = ["layer", "output shape", "gradient", "update"]
    return table(heads, cells, caption="Length of gradient and update by layer", words=(1,))
