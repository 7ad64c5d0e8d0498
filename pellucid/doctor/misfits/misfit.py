"""One way in which loss, last call and targets do not fit, and the numbers that rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pellucid.doctor.finding import Evidence
from pellucid.doctor.measures.answers import Array, loss_name
from pellucid.doctor.seen import Seen
from pellucid.doctor.wiring import mixing

__all__ = ["ENTROPIES", "NUMBERS", "Misfit", "line", "numbers", "targets"]

NUMBERS: Final = frozenset({"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"})
ENTROPIES: Final = frozenset({"cross_entropy", "nll_loss"})


@dataclass(frozen=True)
class Misfit:
    """What does not fit.

    Attributes:
        text: in one sentence, with the numbers of the run.
        why: why it hurts.
        fix: what to change, as code.
        evidence: the numbers.
        sure: how sure it is.
        effect: how much of the training it spoils.
    """

    text: str
    why: str
    fix: str
    evidence: tuple[Evidence, ...] = ()
    sure: float = 0.95
    effect: float = 0.8


def targets(seen: Seen) -> Array | None:
    """The kept targets; None without any.

    Args:
        seen: the training.
    """
    if seen.train is None or not len(seen.train.y) or seen.train.y.dtype == object:
        return None
    return seen.train.y


def line(seen: Seen) -> str:
    """Where the loss is called.

    Args:
        seen: the training.
    """
    return seen.events.lines.get("loss", "")


def numbers(seen: Seen) -> bool:
    """Whether the loss compares numbers entry by entry, one written by hand included.

    Args:
        seen: the training.
    """
    met = mixing(seen)
    compared = met is None or seen.calls[met.place].name in NUMBERS | {"sub"}
    return compared and loss_name(seen) in NUMBERS
