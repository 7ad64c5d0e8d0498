"""What a network of its own kind can show: a forecast, a plane of codes, pictures, a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pellucid.lenses.measures.records import Floats, Ints

__all__ = ["Codes", "Forecast", "Graphed", "Pictured", "View"]

Bools: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """The held-out end of a series.

    Args:
        target: what is foretold.
        when: the name of the moments.
        moments: one word for each step.
        true: what came.
        predicted: what the network said a step before.
        before: what the step before was.
    """

    target: str
    when: str
    moments: tuple[str, ...]
    true: Floats
    predicted: Floats
    before: Floats


@dataclass(frozen=True, kw_only=True)
class Codes:
    """The plane of the first two numbers that an autoencoder goes through.

    Args:
        x: the first number of each row.
        y: the second; zeros where there is only one.
        numbers: how many there are in all.
        label: class numbers, or numbers of another kind.
        classes: names of the classes; empty where labels are no classes.
        colored_by: the column of the labels.
        held_out: which rows were not learned from.
    """

    x: Floats
    y: Floats
    numbers: int
    label: Floats | Ints
    classes: tuple[str, ...]
    colored_by: str
    held_out: Bools


@dataclass(frozen=True, kw_only=True)
class Pictured:
    """Some held-out pictures, and how they are built again.

    Args:
        before: as given, from 0 to 1, (n, height, width).
        after: as built again, the same.
        rows: their numbers in the file.
    """

    before: Floats
    after: Floats
    rows: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Graphed:
    """A graph whose nodes are classified.

    Args:
        x: where each node is drawn.
        y: the same, upward.
        ends: both ends of each edge, (2, edges).
        label: class number of each node.
        right: whether the network says so.
        held_out: which nodes were not learned from.
        classes: their names.
        names: a name for each node.
    """

    x: Floats
    y: Floats
    ends: Ints
    label: Ints
    right: Bools
    held_out: Bools
    classes: tuple[str, ...]
    names: tuple[str, ...]


View: TypeAlias = Forecast | Codes | Pictured | Graphed
