"""Where neurons bend along one input: the places at which what enters their activation is 0."""

from __future__ import annotations

import numpy as np

from pellucid.lenses.pieces.neurons import layers_of, read
from pellucid.lenses.plane.place import Place
from pellucid.lenses.subject import Subject

__all__ = ["hinges"]


def hinges(subject: Subject, place: Place) -> list[tuple[str, float]]:
    """Each crossing with its neuron's name, in order along the axis.

    Between two neighboring places the sum is taken as a straight line, which it is in the first
    layer.
    """
    layers = [layer for layer in layers_of(subject) if layer.kind == "units"]
    found = []
    for layer, reading in zip(layers, read(subject, layers, place.rows), strict=True):
        sums = reading.sums.astype(np.float64)
        cells, units = np.nonzero((sums[:-1] < 0) != (sums[1:] < 0))
        for cell, unit in zip(cells.tolist(), units.tolist(), strict=True):
            low, high = sums[cell, unit], sums[cell + 1, unit]
            part = low / (low - high)
            at = place.xs[cell] + part * (place.xs[cell + 1] - place.xs[cell])
            found.append((layer.called(unit), float(at)))
    return sorted(found, key=lambda pair: pair[1])
