r"""A slice through the loss: the loss on a plane of weights, and the real path drawn on it.

$$ L(a, b) = L(\theta + a\, u + b\, v) $$

Source: Li, Xu, Taylor, Studer and Goldstein (2018), Visualizing the Loss Landscape of Neural Nets,
for random directions scaled filter by filter and for the main directions of a path.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.errors import SettingError
from pellucid.lenses.descent.twin import Twin
from pellucid.lenses.picture import Floats

__all__ = ["DIRECTIONS", "Slice", "main_directions", "places", "slice_of"]

DIRECTIONS = ("update", "path", "random")


@dataclass(frozen=True, eq=False)
class Slice:
    """A plane in the space of all weights, and the loss on it.

    Attributes:
        base: the weights at (0, 0).
        across: the first direction; a step of 1 adds it to the weights.
        up: the second, at a right angle to the first.
        names: what the two are called.
        x: places along the first.
        y: places along the second.
        losses: (len(y), len(x)).
        share: how much of the path's spread around `base` lies in the plane; None without a path.
    """

    base: Floats
    across: Floats
    up: Floats
    names: tuple[str, str]
    x: Floats
    y: Floats
    losses: Floats
    share: float | None


def slice_of(
    twin: Twin, path: Floats | None, until: Floats | None, directions: str | None, grid: int,
    seed: int,
) -> Slice:  # fmt: skip
    """The loss around the weights that a twin has.

    Args:
        twin: the network; it comes back to where it was.
        path: the weights at the moments of its training, in order; None where they were not kept.
        until: the same up to where the network is; its last update is the last move here.
        directions: "update" for the last update and the main direction of the path beside it,
            "path" for the path's two main directions, "random"; None for the first that there is.
        grid: places along each direction.
        seed: of random directions.
    """
    base = twin.flat()
    moves = path is not None and len(path) > 1 and bool(np.ptp(path, axis=0).max() > 0)
    if directions is None:
        directions = "update" if moves else "random"
    if directions not in DIRECTIONS:
        known = ", ".join(f'"{d}"' for d in DIRECTIONS)
        raise SettingError(f"directions must be one of {known}, not {directions!r}.")
    if directions == "random":
        across, up = _random(twin, base, seed)
        names = ("a random direction", "another random direction")
        return _measured(twin, base, across, up, names, None, grid)
    if path is None or until is None or not moves:
        raise SettingError(
            f'directions="{directions}" needs the path of a training.\n'
            " Train with history = pellucid.fit(…, record=True) and pass run=history, or take"
            ' directions="random".'
        )
    across, up, names = _along(base, path, until, directions)
    return _measured(twin, base, across, up, names, path, grid)


def places(found: Slice, weights: Floats) -> Floats:
    """Where weights lie on a slice: (n, weights) → (n, 2)."""
    away = weights - found.base
    return np.stack(
        [away @ d / max(float(d @ d), 1e-300) for d in (found.across, found.up)], axis=-1
    )


def _along(
    base: Floats, path: Floats, until: Floats, which: str
) -> tuple[Floats, Floats, tuple[str, str]]:
    away = path - base
    if which == "path":
        main = main_directions(away - away.mean(axis=0), 2)
        up = main[1] if len(main) > 1 else _beside(main[0])
        return main[0], up, ("the path's main direction", "its second direction")
    across = _last_move(until if len(until) > 1 else path)
    rest = away - np.outer(away @ across, across)
    if np.linalg.norm(rest) < 1e-9 * np.linalg.norm(away):
        up = _beside(across)
    else:
        up = main_directions(rest, 1)[0]
        up = up - (up @ across) * across
        up = up / np.linalg.norm(up)
    return across, up, ("the last update", "the path's main direction beside it")


def main_directions(away: Floats, most: int) -> Floats:
    """The directions in which moves spread most, the first ones of a singular value decomposition.

    There are far fewer moments than weights, so it is the moments' products that are taken apart.
    """
    if away.shape[0] > away.shape[1]:
        return np.asarray(np.linalg.svd(away, full_matrices=False)[2][:most])
    spread, turns = np.linalg.eigh(away @ away.T)
    kept = [k for k in range(1, most + 1) if k <= len(spread) and spread[-k] > 1e-13 * spread[-1]]
    found = np.stack([turns[:, -k] @ away for k in kept])
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def _last_move(path: Floats) -> Floats:
    """The direction of the last move of a path that stood still at some moments."""
    moves = np.diff(path, axis=0)
    last = moves[np.abs(moves).max(axis=1) > 0][-1]
    return np.asarray(last / np.linalg.norm(last))


def _beside(direction: Floats) -> Floats:
    """Some direction at a right angle: nothing where there is only one weight."""
    up = np.zeros_like(direction)
    if len(direction) > 1:
        up[int(np.abs(direction).argmin())] = 1.0
        up -= (up @ direction) * direction / (direction @ direction)
        up /= np.linalg.norm(up)
    return up


def _random(twin: Twin, base: Floats, seed: int) -> tuple[Floats, Floats]:
    """Two random directions, each filter of which is as long as the network's own."""
    rng = np.random.default_rng(seed)
    own = twin.take(base)
    drawn = []
    for _ in range(2):
        parts = []
        for weight in own.values():
            noise = rng.normal(size=weight.shape)
            parts.append((noise * _filter_scale(weight, noise)).reshape(-1))
        drawn.append(np.concatenate(parts))
    across, up = drawn
    size = np.linalg.norm(up)
    up = up - (up @ across) / max(float(across @ across), 1e-300) * across
    return across, up * size / max(float(np.linalg.norm(up)), 1e-300)


def _filter_scale(weight: Floats, noise: Floats) -> Floats:
    """What makes each filter of the noise as long as the weight's; 0 for biases and the like."""
    if weight.ndim < 2:
        return np.zeros(weight.shape)
    axes = tuple(range(1, weight.ndim))
    own = np.sqrt((weight**2).sum(axis=axes, keepdims=True))
    return np.asarray(own / np.sqrt((noise**2).sum(axis=axes, keepdims=True)))


def _measured(
    twin: Twin, base: Floats, across: Floats, up: Floats, names: tuple[str, str],
    path: Floats | None, grid: int,
) -> Slice:  # fmt: skip
    x, y = np.linspace(-1, 1, grid), np.linspace(-1, 1, grid)
    share = None
    if path is not None:
        plane = Slice(base, across, up, names, x, y, np.zeros((0, 0)), None)
        on = np.concatenate([places(plane, path), np.zeros((1, 2))])
        low, high = on.min(axis=0), on.max(axis=0)
        room = 0.2 * np.maximum(high - low, 0.3 * max(float((high - low).max()), 1e-9))
        x, y = (np.linspace(low[i] - room[i], high[i] + room[i], grid) for i in (0, 1))
        share = float((on**2).sum() / max(float(((path - base) ** 2).sum()), 1e-300))
    losses = np.zeros((len(y), len(x)))
    for j, b in enumerate(y):
        for i, a in enumerate(x):
            twin.put(base + a * across + b * up)
            losses[j, i] = twin.loss()
    twin.put(base)
    return Slice(base, across, up, names, x, y, losses, share)
