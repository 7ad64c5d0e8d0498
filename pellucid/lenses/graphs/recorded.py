"""One forward pass of a network with everything written down, the network left as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.graph.mode import switched
from pellucid.graph.node import Node
from pellucid.lenses.subject import Subject, undisturbed
from pellucid.tensor.creation import of_array
from pellucid.tensor.tensor import Tensor

__all__ = ["recorded"]


def recorded(subject: Subject, rows: slice | npt.NDArray[np.integer[Any]]) -> Node:
    """The loss over some rows; where no targets are known, what the network gives for them.

    In evaluation mode: no dropout, running averages as they stand.
    """
    chosen = subject.only(rows)
    with undisturbed(subject.model), switched(recording=True, keeping=True):
        if chosen.y is not None and chosen.objective is not None:
            return chosen.loss()._node
        given: Any = chosen.model(of_array(np.ascontiguousarray(chosen.x)))
    assert isinstance(given, Tensor)  # the subject has asked for its outputs before
    return given._node
