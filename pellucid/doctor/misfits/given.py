"""What the loss expects to be given, held against what it is given."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from pellucid.doctor.finding import Evidence
from pellucid.doctor.misfits.misfit import Misfit
from pellucid.doctor.seen import LossSeen, Seen
from pellucid.doctor.wiring import last

__all__ = ["given"]

# Before a loss of scores: what cuts scores off, and the loss of a sure and right answer.
_CUT: Final = {
    "relu": "can't be negative",
    "relu6": "lie between 0 and 6",
    "tanh": "lie between −1 and 1",
    "hardtanh": "lie between −1 and 1",
    "softsign": "lie between −1 and 1",
}
_SCORES: Final = ("cross_entropy", "binary_cross_entropy_with_logits")
_SHARES: Final = frozenset({"sigmoid", "softmax", "hardsigmoid", "exp"})


def given(seen: Seen) -> Iterator[Misfit]:
    """Scores where logarithms are expected, shares where scores are, and the like.

    Args:
        seen: the training.
    """
    loss = seen.loss
    if loss is None:
        return
    if loss.name in ("nll_loss", "kl_div") and loss.logs_of_shares < 0.5:
        name = last(seen)
        yield _other_axis(loss) if name == "log_softmax" else _no_logs(loss, name)
    elif loss.name == "binary_cross_entropy":
        yield from _no_shares(seen, loss)
    elif loss.name in _SCORES and last(seen) in _CUT:
        yield _cut(loss, last(seen))


def _no_logs(loss: LossSeen, name: str) -> Misfit:
    shares = name in _SHARES or loss.sums_to_one > 0.5
    what = "shares themselves" if shares else "raw scores"
    mend = "torch.log(shares)" if shares else "F.log_softmax(scores, dim=1)"
    return Misfit(
        f"{loss.name} expects logarithms of shares, but is given {what} "
        f"(from {loss.low:.3g} to {loss.high:.3g}).",
        "The loss falls by making the scores larger, without limit and whatever the answer."
        if not shares
        else "Without the logarithm a wrong answer hardly costs more than an unsure one.",
        f"loss = F.nll_loss({mend}, y)\n# or, from raw scores: F.cross_entropy(scores, y)",
        (
            Evidence("rows that are logarithms of shares", loss.logs_of_shares, 0.5,
                     "all in a right loop", "share"),
            Evidence("steps with a loss below 0", loss.negative, 0.0, "it can't be below 0",
                     "share"),
        ),
        0.97,
        0.97,
    )  # fmt: skip


def _other_axis(loss: LossSeen) -> Misfit:
    return Misfit(
        f"{loss.name} expects logarithms of shares of the classes, but log_softmax runs along "
        "another axis: the shares of a row do not add up to 1.",
        "Rows of a batch compete with each other, so an answer hangs on the rows beside it.",
        "log_shares = F.log_softmax(scores, dim=1)  # classes are axis 1",
        (Evidence("rows that are logarithms of shares", loss.logs_of_shares, 0.5,
                  "all in a right loop", "share"),),
        0.97,
        0.97,
    )  # fmt: skip


def _no_shares(seen: Seen, loss: LossSeen) -> Iterator[Misfit]:
    """Binary cross-entropy of numbers that no sigmoid made."""
    name = last(seen)
    outside = loss.low < -1e-6 or loss.high > 1 + 1e-6
    if name in _SHARES or not (outside or name in ("linear", "relu", "tanh", "clamp", "clip")):
        return
    yield Misfit(
        "binary_cross_entropy expects shares from 0 to 1, but is given the output of "
        f"{name or 'a layer'} (from {loss.low:.3g} to {loss.high:.3g}).",
        "Outside of 0 to 1 the logarithm has no value, and where values are cut off there is no "
        "gradient.",
        "loss = F.binary_cross_entropy_with_logits(score, y)  # applies the sigmoid itself",
        (Evidence("largest prediction", loss.high, 1.0, "shares end at 1"),),
        0.97 if outside else 0.9,
        0.95,
    )


def _cut(loss: LossSeen, name: str) -> Misfit:
    classes = loss.prediction[1] if len(loss.prediction) > 1 else 2
    left = math.log(1 + (classes - 1) * math.exp(-2)) if "tanh" in name else (
        math.log(2) if loss.name.startswith("binary") else 0.0
    )  # fmt: skip
    floor = f", so the loss stays above {left:.2g}" if left else ""
    return Misfit(
        f"{loss.name} expects raw scores of any size, but {name} cuts them off: they "
        f"{_CUT[name]}{floor}.",
        "A score that is cut off has no gradient, and a sure answer needs scores far apart.",
        f"scores = last_layer(h)  # without {name}\nloss = loss_fn(scores, y)",
        (Evidence("largest score", loss.high), Evidence("smallest score", loss.low)),
        0.95 if left else 0.9,
        0.95 if left else 0.85,
    )
