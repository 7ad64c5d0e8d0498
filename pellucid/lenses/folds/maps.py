"""The feature maps of one sample: what each channel of a convolution makes of a picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.lenses.picture import Charts, Floats, Matrix
from pellucid.lenses.spaces import Space, spaces_of
from pellucid.lenses.subject import Subject

__all__ = ["maps_of"]

_MOST = 8


def maps_of(subject: Subject, sample: int) -> tuple[list[Charts], list[dict[str, Any]]]:
    """Every space of pictures that one sample passes through, and its numbers."""
    spaces = spaces_of(subject, subject.x[sample : sample + 1])
    pictures, numbers = [], []
    for space in spaces:
        if space.values.ndim == 4:
            maps = np.asarray(space.values[0], np.float64)
            order = _strongest(subject, space, maps)
            pictures.append(_side_by_side(space, maps, order, sample))
            numbers.append(_numbers(space, maps, order))
    return pictures, numbers


def _strongest(subject: Subject, space: Space, maps: Floats) -> list[int]:
    """The channels that answer most, the same at all moments of a film, in their own order."""
    key = f"channels of {space.path}"
    size = np.abs(maps).mean(axis=(1, 2))
    chosen = sorted(np.argsort(-size, kind="stable")[:_MOST].tolist())
    return list(subject.frozen.setdefault(key, chosen))


def _side_by_side(space: Space, maps: Floats, order: list[int], sample: int) -> Charts:
    low, high = float(min(maps.min(), 0)), float(max(maps.max(), 0))
    reach = max(-low, high)
    signed = low < 0
    items = tuple(
        Matrix(
            maps[k], title=f"channel {k}", scale="signed" if signed else "amount", image=True,
            low=-reach if signed else 0.0, high=reach if signed else high,
        )
        for k in order
    )  # fmt: skip
    count, high_, wide = maps.shape
    what = f"row {sample} as it goes in" if space.kind == "input" else f"after {space.title}"
    left = "" if count <= len(order) else f", the {len(order)} strongest of {count}"
    title = f"{what[0].upper()}{what[1:]}: {high_} × {wide} pixels{left}"
    return Charts(items, min(len(items), 6), title)


def _numbers(space: Space, maps: Floats, order: list[int]) -> dict[str, Any]:
    return {
        "layer": space.path,
        "does": space.words,
        "channels": maps.shape[0],
        "shown": order,
        "mean": maps.mean(axis=(1, 2)).tolist(),
        "largest": maps.max(axis=(1, 2)).tolist(),
        "maps": {str(k): maps[k].tolist() for k in order},
    }
