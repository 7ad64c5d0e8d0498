"""Twelve data sets to start with: five drawn by formula, seven measured, all without the network.

The drawn ones take samples and noise, and come out the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.columns import Column
from pellucid.data.joined import with_edges
from pellucid.data.measured import karate, karate_edges, sunspots
from pellucid.data.table import MIN_ROWS, Table, make_table
from pellucid.data.target import Task
from pellucid.data.wording import listing, quoted
from pellucid.errors import SettingError
from pellucid.spelling import did_you_mean

__all__ = ["Builtin", "describe", "info", "load", "names"]

_MOST = 10_000_000
_LETTERS = "ABC"


@dataclass(frozen=True)
class Builtin:
    """One data set and its defaults.

    Args:
        name: its name on the command line.
        text: one sentence on it.
        task: ``"classification"`` or ``"regression"``.
        samples: rows when none are asked for.
        noise: noise when none is asked for; None where noise makes no sense.
        time: for a series, the column that says when.
    """

    name: str
    text: str
    task: Task
    samples: int
    noise: float | None
    time: str | None = None


def _table(rows: tuple[tuple[str, str, Task, int, float | None], ...]) -> dict[str, Builtin]:
    return {row[0]: Builtin(*row) for row in rows}


_SETS = _table(
    (
        ("moons", "Two half moons, one inside the other.", "classification", 1000, 0.1),
        ("circles", "A ring around a disk.", "classification", 1000, 0.1),
        ("blobs", "Three round clouds of points.", "classification", 1000, 1.0),
        ("spirals", "Two arms wound around each other.", "classification", 1000, 0.1),
        ("xor", "Four corners; the opposite ones agree.", "classification", 1000, 0.1),
        ("digits", "Handwritten digits of 8 by 8 pixels.", "classification", 1797, None),
        ("iris", "Three species of iris by petal and sepal.", "classification", 150, None),
        ("wine", "Three growers of wine by chemistry.", "classification", 178, None),
        ("breast_cancer", "Tumors, by their cell nuclei.", "classification", 569, None),
        ("diabetes", "Progress of diabetes after one year.", "regression", 442, None),
        ("karate", "A club that split; a graph of who met whom.", "classification", 34, None),
    )
)
_SETS["sunspots"] = Builtin(
    "sunspots", "Sunspots in each year from 1700 on; a series.", "regression", 309, None, "year"
)


def names() -> tuple[str, ...]:
    """Return the names of the built-in data sets.

    Example:
        >>> names()[:3]
        ('moons', 'circles', 'blobs')
    """
    return tuple(_SETS)


def info(name: str) -> Builtin:
    """Return one data set's description and defaults.

    Raises:
        SettingError: for an unknown name.

    Example:
        >>> info("moons").noise
        0.1
    """
    if name not in _SETS:
        hint = did_you_mean(name, names())
        raise SettingError(
            f"there is no built-in data set {quoted(name)}.{hint}"
            f" There are: {listing(names(), 12)}."
        )
    return _SETS[name]


def describe(name: str) -> str:
    """Return one sentence on a data set.

    Example:
        >>> describe("xor")
        'Four corners; the opposite ones agree.'
    """
    return info(name).text


def load(
    name: str, *, samples: int | None = None, noise: float | None = None, seed: int = 0
) -> Table:
    """Return a built-in data set.

    Args:
        name: one of `names`.
        samples: how many rows; a classic gives at most what it has, drawn at random.
        noise: standard deviation of what is added to each point; only for the drawn sets.
        seed: the same seed gives the same rows.

    Raises:
        SettingError: for an unknown name, or an option that the set does not have.

    Example:
        >>> load("moons", samples=200)
        Table(moons: 200 rows, 2 inputs, target "class", classification)
    """
    found = info(name)
    rows = _check_samples(found, samples)
    if seed < 0:
        raise SettingError(f"seed must be 0 or more, not {seed}.")
    if found.noise is None:
        if noise is not None:
            drawn = listing(other.name for other in _SETS.values() if other.noise is not None)
            raise SettingError(f"{name} is measured data and takes no noise. With noise: {drawn}.")
        return (_whole if name in _WHOLE else _classic)(found, rows, seed)
    level = found.noise if noise is None else noise
    if not (np.isfinite(level) and level >= 0):
        raise SettingError(f"noise must be 0 or more, not {noise}.")
    points, classes = _DRAWN[name](rows, level, seed)
    return _drawn_table(name, points, classes)


def _check_samples(found: Builtin, samples: int | None) -> int:
    if samples is None:
        return found.samples
    most = found.samples if found.noise is None else _MOST
    if not MIN_ROWS <= samples <= most:
        raise SettingError(
            f"{found.name} gives from {MIN_ROWS} to {most:,} samples, not {samples:,}."
        )
    return samples


_Drawn = tuple[NDArray[np.float64], NDArray[np.int64]]


def _moons(samples: int, noise: float, seed: int) -> _Drawn:
    """Return two half circles that reach into each other: scikit-learn's `make_moons`, to the bit.

    Written out here, as are the next two, because importing scikit-learn takes a second.
    """
    outer = np.linspace(0, np.pi, samples // 2)
    inner = np.linspace(0, np.pi, samples - samples // 2)
    first = np.column_stack([np.cos(outer), np.sin(outer)])
    second = np.column_stack([1 - np.cos(inner), 1 - np.sin(inner) - 0.5])
    return _shuffled([first, second], noise, np.random.RandomState(seed))


def _circles(samples: int, noise: float, seed: int) -> _Drawn:
    """Return a circle in a circle: `make_circles` with factor 0.4."""
    parts = []
    for count, radius in ((samples // 2, 1.0), (samples - samples // 2, 0.4)):
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
        parts.append(np.column_stack([np.cos(angle) * radius, np.sin(angle) * radius]))
    return _shuffled(parts, noise, np.random.RandomState(seed))


def _blobs(samples: int, noise: float, seed: int) -> _Drawn:
    """Return three clouds at the corners of a triangle, far enough apart to be learned."""
    random = np.random.RandomState(seed)
    angles = 2 * np.pi * (np.arange(3) / 3 + 0.25)
    centers = 3.0 * np.column_stack([np.cos(angles), np.sin(angles)])
    counts = [samples // 3 + (k < samples % 3) for k in range(3)]
    parts = [random.normal(c, noise, (n, 2)) for c, n in zip(centers, counts, strict=True)]
    return _shuffled(parts, None, random)


def _shuffled(
    parts: list[NDArray[np.float64]], noise: float | None, random: np.random.RandomState
) -> _Drawn:
    """Return the points of all classes in a random order, with noise on each."""
    points = np.concatenate(parts)
    classes = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    order = np.arange(len(points))
    random.shuffle(order)
    points = points[order]
    if noise is not None:
        points += random.normal(scale=noise, size=points.shape)
    return points, classes[order]


def _spirals(samples: int, noise: float, seed: int) -> _Drawn:
    """Return two arms r = θ of one and a half turns, half a turn apart."""
    random = np.random.default_rng(seed)
    classes = np.arange(samples) % 2
    along = np.sqrt(random.uniform(0.02, 1.0, samples))
    angle = 3 * np.pi * along + np.pi * classes
    points = 3 * along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return points + random.normal(0.0, noise, points.shape), classes


def _xor(samples: int, noise: float, seed: int) -> _Drawn:
    """Return points of a square; the class says whether their signs differ."""
    random = np.random.default_rng(seed)
    points = random.uniform(-1.0, 1.0, (samples, 2))
    classes = (points[:, 0] * points[:, 1] < 0).astype(np.int64)
    return points + random.normal(0.0, noise, points.shape), classes


_DRAWN: dict[str, Callable[[int, float, int], _Drawn]] = {
    "moons": _moons,
    "circles": _circles,
    "blobs": _blobs,
    "spirals": _spirals,
    "xor": _xor,
}


def _drawn_table(name: str, points: NDArray[np.float64], classes: NDArray[np.int64]) -> Table:
    import pandas as pd

    frame = pd.DataFrame({"x1": points[:, 0], "x2": points[:, 1]})
    frame["class"] = [_LETTERS[number] for number in classes]
    return _typed(frame, "class", "classification", name)


def _typed(frame: Any, target: str, task: Task, name: str) -> Table:
    types = {column: "number" for column in frame.columns if column != target}
    return make_table(frame, target=target, task=task, types=types, name=name)


_CLASSICS = {
    "digits": ("load_digits", "digit"),
    "iris": ("load_iris", "species"),
    "wine": ("load_wine", "grower"),
    "breast_cancer": ("load_breast_cancer", "diagnosis"),
    "diabetes": ("load_diabetes", "progression"),
}


def _classic(found: Builtin, samples: int, seed: int) -> Table:
    from sklearn import datasets

    loader, target = _CLASSICS[found.name]
    options = {"scaled": False} if found.name == "diabetes" else {}
    data = getattr(datasets, loader)(as_frame=True, **options)
    frame = data.data.rename(columns=lambda name: str(name).replace(" (cm)", ""))
    words = getattr(data, "target_names", None)
    frame[target] = data.target if words is None else [str(words[k]) for k in data.target]
    if samples < len(frame):
        kept = np.random.default_rng(seed).choice(len(frame), samples, replace=False)
        frame = frame.iloc[np.sort(kept)]
    return _typed(frame, target, found.task, found.name)


_WHOLE = ("karate", "sunspots")


def _whole(found: Builtin, samples: int, seed: int) -> Table:
    """A set that makes sense as a whole only: its rows belong together."""
    if samples < found.samples:
        raise SettingError(
            f"{found.name} comes whole, with {found.samples} rows: they belong together."
        )
    if found.name == "sunspots":
        return _typed(sunspots(), "sunspots", found.task, found.name)
    frame = karate()
    bare = make_table(frame, target="club", types={"member": "number"}, name=found.name)
    joined = with_edges(bare, karate_edges())
    return replace(joined, notices=(), columns=tuple(map(_named_by, joined.columns)))


def _named_by(column: Column) -> Column:
    return (
        replace(column, kind="id", reason="names the node") if column.name == "member" else column
    )
