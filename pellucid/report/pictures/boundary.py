"""Draws what the network says over the plane of two inputs, now and epoch by epoch.

The field is painted as in the lens `function`. It is stored here as a symbol for each epoch, and
the samples once, so that forty epochs to scrub through take less room than four of a lens's film.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from pellucid.lenses.draw.html import Markup, tag
from pellucid.lenses.draw.svg import legend, marker
from pellucid.lenses.numerals import figure, fine_percent, plural
from pellucid.report.card import card, table
from pellucid.report.content import Boundary, Floats, Frame, Training
from pellucid.report.field import (
    class_mark,
    field_picture,
    field_still,
    field_symbol,
    line_swatch,
    points_group,
    sample,
)

__all__ = ["boundary_card", "replay_card"]

T = TypeVar("T")

TABLE_STEPS = 7
STILLS = 4


def boundary_card(boundary: Boundary, most_points: int) -> Markup:
    """Draws the final field with the samples on it."""
    points = boundary.points and sample(boundary.points, most_points)
    group = points_group(boundary, points, "samples") if points else None
    sentence = _sentence(boundary)
    left_out = ""
    if points and boundary.points and len(points.x) < len(boundary.points.x):
        left_out = f"{plural(len(points.x), 'sample')} of {len(boundary.points.x):,} are drawn."
    return card(
        "Decision boundary" if boundary.classes else "Output over both inputs",
        sentence,
        tag(
            "svg",
            field_symbol("field", boundary.values, bool(boundary.classes)),
            group,
            class_="defs",
            aria_hidden="true",
        ),
        _legend(boundary),
        field_picture(boundary, "field", "samples" if group else None, f"Field. {sentence}"),
        tag("p", left_out, class_="note") if left_out else None,
        twin=_field_table(boundary),
    )


def replay_card(boundary: Boundary, training: Training, most: int, largest: int) -> Markup | None:
    """Draws the field at several epochs: four stills, and with script one picture to scrub."""
    if len(boundary.frames) < 2 or most < 2:
        return None
    frames = chosen_frames(boundary.frames, most)
    symbols = [
        field_symbol(f"frame{i}-", frame.values, bool(boundary.classes), largest)
        for i, frame in enumerate(frames)
    ]
    captions = [frame_caption(frame, training) for frame in frames]
    stills = telling_frames(frames, STILLS)
    points = "samples" if boundary.points is not None else None
    first, last = captions[0], captions[-1]
    rows = "training" if training.validation_loss is None else "validation"
    return card(
        "Replay",
        f"How the output took shape, and the {rows} loss. {first}; {last[0].lower()}{last[1:]}.",
        tag("svg", symbols, class_="defs", aria_hidden="true"),
        _stage(boundary, captions, points),
        tag(
            "ol",
            [
                tag(
                    "li",
                    field_still(f"frame{i}-", f"Field. {captions[i]}."),
                    tag("p", captions[i], class_="note"),
                )
                for i in stills
            ],
            class_="stills",
        ),
        twin=_frames_table(frames, training),
        wide=True,
        class_="replay-card",
    )


def chosen_frames(frames: Sequence[T], most: int) -> list[T]:
    """Keeps evenly spaced frames, the first and the last among them.

    Example:
        >>> chosen_frames(range(10), 4)
        [0, 3, 6, 9]
    """
    keep = np.linspace(0, len(frames) - 1, min(len(frames), most)).round().astype(int)
    return [frames[i] for i in keep]


def telling_frames(frames: Sequence[Frame], most: int) -> list[int]:
    """Numbers of the frames that show how the output took shape: in equal steps to the last one.

    A frame is as far from the last as their fields differ on average; evenly spaced epochs would
    show the end several times, as most happens in the first ones.

    Args:
        frames: in order of their epochs.
        most: how many.
    """
    last = frames[-1].values
    far = np.minimum.accumulate([float(np.abs(f.values - last).mean()) for f in frames])
    if len(frames) <= most or not np.isfinite(far).all():
        return chosen_frames(range(len(frames)), most)
    steps = np.linspace(far[0], far[-1], most)[1:-1]
    kept = {0, len(frames) - 1, *(int(np.abs(far - step).argmin()) for step in steps)}
    spare = [i for i in chosen_frames(range(len(frames)), most) if i not in kept]
    return sorted([*kept, *spare[: most - len(kept)]])


def frame_caption(frame: Frame, training: Training) -> str:
    """Says what was reached at one epoch."""
    parts = ["Before learning" if frame.epoch == 0 else f"Epoch {frame.epoch}"]
    if frame.loss is not None:
        parts.append(f"loss {figure(frame.loss)}")
    if frame.metric is not None:
        say = fine_percent if training.metric_percent else figure
        parts.append(f"{training.metric_name} {say(frame.metric)}")
    return ", ".join(parts)


def _stage(boundary: Boundary, captions: list[str], points: str | None) -> Markup:
    """The part that needs script; hidden until the script shows it."""
    last = len(captions) - 1
    controls = tag(
        "div",
        tag("button", "Play", type="button", class_="play"),
        tag("input", type="range", min=0, max=last, value=last, step=1, aria_label="Epoch"),
        tag("output", captions[-1]),
        class_="controls",
    )
    stage = field_picture(boundary, f"frame{last}-", points, f"Field. {captions[-1]}.")
    return tag(
        "div", stage, controls, class_="replay", data_captions=json.dumps(captions), hidden=True
    )


def _legend(boundary: Boundary) -> Markup | None:
    if not boundary.classes:
        return None
    keys = []
    for index, name in enumerate(boundary.classes):
        shape, color = class_mark(index)
        letter = chr(65 + index % 26)
        words = name if name == letter else f"{letter}: {name}"
        keys.append((marker(shape, f"point learned {color}"), words))
    keys.append((line_swatch(), "equally likely"))
    if boundary.points is not None and boundary.points.held_out.any():
        keys.append((marker("circle", "point held class-any"), "outlined: held out"))
    return legend(keys)


def _sentence(boundary: Boundary) -> str:
    names = f"{boundary.x_name} and {boundary.y_name}"
    where = f" Slice: {boundary.slice}." if boundary.slice else ""
    values = np.asarray(boundary.values)
    if not boundary.classes:
        low, high = figure(float(values.min())), figure(float(values.max()))
        return f"Over {names} the output runs from {low} to {high}; darker is more.{where}"
    if values.ndim == 3:
        share = np.bincount(values.argmax(axis=2).ravel(), minlength=values.shape[2])
        parts = share / share.sum()
    else:
        part = float((values > 0.5).mean())
        parts = np.array([1 - part, part])
    said = [f"{n}: {fine_percent(float(p))}" for n, p in zip(boundary.classes, parts, strict=True)]
    return f"Over {names} the plane is divided as {', '.join(said)}.{where}"


def _field_table(boundary: Boundary) -> Markup:
    """Reads the field at seven by seven places, the highest y first."""
    values = np.asarray(boundary.values)
    rows_at = np.linspace(values.shape[0] - 1, 0, TABLE_STEPS).round().astype(int)
    columns_at = np.linspace(0, values.shape[1] - 1, TABLE_STEPS).round().astype(int)
    xs = np.linspace(*boundary.x_range, values.shape[1])
    ys = np.linspace(*boundary.y_range, values.shape[0])
    cells = [
        [figure(float(ys[r]), 3), *[_said(boundary, values[r, c]) for c in columns_at]]
        for r in rows_at
    ]
    what = "Output"
    if boundary.classes:
        what = f"Probability of {boundary.classes[1]}" if values.ndim == 2 else "Most likely class"
    heads = [
        f"{boundary.y_name} \\ {boundary.x_name}",
        *[figure(float(xs[c]), 3) for c in columns_at],
    ]
    return table(heads, cells, caption=f"{what} by {boundary.x_name} and {boundary.y_name}")


def _said(boundary: Boundary, value: Floats) -> str:
    if value.ndim:
        best = int(value.argmax())
        return f"{boundary.classes[best]} {fine_percent(float(value[best]))}"
    return fine_percent(float(value)) if boundary.classes else figure(float(value))


def _frames_table(frames: Sequence[Frame], training: Training) -> Markup:
    rows = [[str(f.epoch), figure(f.loss), figure(f.metric)] for f in frames]
    return table(["epoch", "loss", training.metric_name], rows, caption="Replay by epoch")
