"""The path that a training took, from the weights that were kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.lenses.descent.twin import Twin
from pellucid.lenses.picture import Floats
from pellucid.lenses.sampling import some
from pellucid.training.weights import draw_again

__all__ = ["Walked", "fresh_start", "walked"]

_MOST = 60  # moments of a network whose rows take long


@dataclass(frozen=True, eq=False)
class Walked:
    """A path through the weights.

    Attributes:
        steps: how many steps were finished at each moment.
        weights: the weights there: (moments, weights).
        here: the place of the moment whose weights the network has; None where it has others.
    """

    steps: tuple[int, ...]
    weights: Floats
    here: int | None

    @property
    def until(self) -> Floats:
        """The path up to where the network is."""
        return self.weights if self.here is None else self.weights[: self.here + 1]


def walked(twin: Twin, run: Any) -> Walked | None:
    """The path of a run; None where its weights were not kept."""
    kept = getattr(run, "recording", run)
    steps = tuple(getattr(kept, "steps", None) or ()) if not isinstance(kept, int) else ()
    if not steps or not hasattr(kept, "at"):
        return None
    if not twin.subject.light and len(steps) > _MOST:
        # Neighbors at the end, as the last move is between them.
        steps = tuple(steps[i] for i in [*some(len(steps) - 1, _MOST - 1).tolist(), -1])
    now, found = twin.flat(), []
    for step in steps:
        with kept.at(step, twin.subject.model):
            found.append(twin.flat())
    path = np.stack(found)
    same = np.flatnonzero((path == now).all(axis=1))
    return Walked(steps, path, int(same[-1]) if len(same) else None)


def fresh_start(twin: Twin, path: Walked | None, seed: int) -> str:
    """Move a twin to where a training begins, and say where that is."""
    if path is not None:
        twin.put(path.weights[0])
        return f"from step {path.steps[0]:,} of the training"
    try:
        draw_again(twin.subject.model, seed)
    except SettingError:
        return "from the network as it is"
    return "from fresh weights"
