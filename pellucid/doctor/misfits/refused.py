"""Errors by which a loss refuses what it is given, in PyTorch's words and ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pellucid.doctor.misfits.misfit import Misfit
from pellucid.doctor.seen import Seen

__all__ = ["refused"]

_INDICES: Final = "y = y.argmax(dim=1)  # class numbers, one for each row"
_ERRORS: Final = (
    (
        r"between 0 and 1",
        "The loss expects shares from 0 to 1, but is given numbers that no sigmoid made",
        "loss = F.binary_cross_entropy_with_logits(score, y)  # applies the sigmoid itself",
    ),
    (
        r"[Tt]arget \S+ is out of bounds|target has class \S+ in row",
        "A target names a class that the network has no output for",
        "# one output for each class, and classes counted from 0\n"
        "head = nn.Linear(width, int(y.max()) + 1)",
    ),
    (
        r"multi-target not supported|0D or 1D target|one class number for each",
        "The targets are rows of 0 and 1 where the loss expects class numbers",
        _INDICES,
    ),
    (
        r"floating point type for target with class probabilities",
        "The targets are rows of whole 0 and 1 where the loss expects class numbers",
        _INDICES,
    ),
    (
        r"expected (?:scalar type|target dtype to be) Long|class numbers must be whole",
        "The targets are floating-point numbers where the loss expects class numbers",
        "y = y.long()  # or F.mse_loss, if they are amounts",
    ),
)


def refused(seen: Seen) -> Iterator[Misfit]:
    """What an error of the loss says about the targets.

    Args:
        seen: the training.
    """
    for pattern, said, fix in _ERRORS:
        if not seen.finished and re.search(pattern, seen.error):
            yield Misfit(
                f"{said}: {seen.error.strip().splitlines()[0]}",
                "The loss refuses to compute, so nothing is learned.",
                fix,
                sure=0.95,
                effect=1.0,
            )
            return
