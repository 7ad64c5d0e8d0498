"""What the last call can give, held against what the targets ask for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from pellucid.doctor.finding import Evidence
from pellucid.doctor.misfits.misfit import Misfit, numbers, targets
from pellucid.doctor.seen import Seen
from pellucid.doctor.wiring import last, trail
from pellucid.lenses.numerals import percent

__all__ = ["reach"]

_RANGES: Final = {
    "sigmoid": (0.0, 1.0),
    "hardsigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hardtanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, math.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, math.inf),
    "log_softmax": (-math.inf, 0.0),
    "logsigmoid": (-math.inf, 0.0),
}
_OUTSIDE: Final = 0.05
_ONES: Final = ("softmax", "log_softmax")


def reach(seen: Seen) -> Iterator[Misfit]:
    """Targets that the last call can't reach, and shares over the wrong axis.

    Args:
        seen: the training.
    """
    yield from _one_share(seen)
    yield from _over_rows(seen)
    if numbers(seen):
        yield from _outside(seen)


def _outside(seen: Seen) -> Iterator[Misfit]:
    """Numbers to be predicted that lie beyond the ends of the last activation."""
    name, y = last(seen), targets(seen)
    if name not in _RANGES or y is None:
        return
    low, high = _RANGES[name]
    values = np.asarray(y, dtype=float)
    room = 0.02 * (high - low) if np.isfinite(high - low) else 0.02 * float(np.nanstd(values))
    share = float(((values < low - room) | (values > high + room)).mean())
    if share <= _OUTSIDE:
        return
    ends = f"from {low:g} to {high:g}"
    if not np.isfinite(high - low):
        ends = f"from {low:g} up" if np.isfinite(low) else f"up to {high:g}"
    yield Misfit(
        f"The last call is {name}, which gives numbers {ends}, but {percent(share)} of the targets "
        f"lie outside (they go from {np.nanmin(values):.3g} to {np.nanmax(values):.3g}).",
        "What the network can't say it can't learn: it stays at the end of the range.",
        f"# let the last layer be the output, without {name}\nprediction = last_layer(h)",
        (Evidence("targets out of reach", share, _OUTSIDE, "room for single outliers", "share"),),
        0.96,
        min(1.0, 0.8 + share / 2),
    )


def _one_share(seen: Seen) -> Iterator[Misfit]:
    """A softmax over a single output is 1 whatever the network says."""
    loss = seen.loss
    for call in trail(seen)[:1]:
        axis = call.settings.get("dim")
        one = isinstance(axis, int) and len(call.shape) > 1 and call.shape[axis] == 1
        if call.name in _ONES and one and axis not in (0, -len(call.shape)):
            yield _always(call.name)
            return
    if loss is not None and loss.name == "cross_entropy" and loss.prediction[1:] == (1,):
        yield _always("cross_entropy")


def _always(name: str) -> Misfit:
    return Misfit(
        f"{name} normalizes over a single output, so the share is always 1 and the gradient "
        "always 0.",
        "With one output there is nothing to choose between.",
        "# one output for yes or no:\n"
        "loss = F.binary_cross_entropy_with_logits(score.squeeze(1), y.float())\n"
        "# or one output for each class, with cross_entropy",
        (Evidence("outputs that are normalized", 1, 2, "two classes at least", "count"),),
        0.97,
        1.0,
    )


def _over_rows(seen: Seen) -> Iterator[Misfit]:
    """Shares that sum to 1 over the rows of the batch instead of over the classes."""
    for call in trail(seen)[:2]:
        axis = call.settings.get("dim")
        if call.name not in _ONES or not isinstance(axis, int) or len(call.shape) < 2:
            continue
        if axis in (0, -len(call.shape)) and call.shape[0] > 1:
            yield Misfit(
                f"{call.name} runs over dim={axis}, the {call.shape[0]} rows of the batch, instead "
                f"of the {call.shape[1]} classes.",
                "Each answer then depends on the other rows, and the classes of a row need not "
                "sum to 1.",
                f"{call.name}(scores, dim=1)",
                (Evidence("axis that is normalized", axis, 1, "PyTorch: classes are axis 1",
                          "count"),),
                0.96,
                0.95,
            )  # fmt: skip
            return
