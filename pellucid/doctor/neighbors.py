"""The targets of the rows beside a row in the data set, where a loader dealt the rows shuffled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Neighbors"]


@dataclass(frozen=True)
class Neighbors:
    """What lies beside kept rows in the data set that they came from.

    Attributes:
        at: the places of those rows among the kept ones.
        before: the target of the row before each of them, (rows, …).
        after: the target of the row after each of them, (rows, …).
    """

    at: npt.NDArray[np.int64]
    before: npt.NDArray[Any]
    after: npt.NDArray[Any]
