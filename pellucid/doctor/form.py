"""What kind of loss it is, read from its calls, so that the fit is known or known to be unknown.

A named loss alone is what its name says. One written by hand is a squared or absolute error, a
gathering of the own class's logarithm, or a product with targets of 0 and 1 (of shares or their
logarithms) or of −1 and 1. Of anything else (pairs of rows, quantiles, rewards, two heads with a
loss each) nobody can tell from predictions and targets how well the network does: rules that speak
of outcomes stay silent.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pellucid.doctor.seen import LossSeen, Rows, Seen
from pellucid.doctor.step import DATA, TARGET, Call
from pellucid.doctor.wiring import VIEWS, mixing

__all__ = ["UNKNOWN", "form", "judged_by_itself"]

UNKNOWN: Final = "unknown"

_NAMED: Final = frozenset(
    {
        "cross_entropy", "nll_loss", "multi_margin_loss", "binary_cross_entropy", "kl_div",
        "binary_cross_entropy_with_logits", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss",
        "gaussian_nll_loss", "poisson_nll_loss", "soft_margin_loss",
        "multilabel_soft_margin_loss", "multilabel_margin_loss", "hinge_embedding_loss",
    }
)  # fmt: skip
_PAIRED: Final = frozenset(
    {
        "cosine_embedding_loss",
        "triplet_margin_loss",
        "triplet_margin_with_distance_loss",
        "margin_ranking_loss",
        "ctc_loss",
    }
)
_SQUARES: Final = frozenset({"square", "pow", "norm", "vector_norm", "linalg_vector_norm"})
_SIZES: Final = frozenset({"abs", "absolute"})
_INDEX: Final = frozenset({"getitem", "gather", "take_along_dim", "index", "take_along_axis"})
_PICKS: Final = _INDEX - {"getitem"}
_LOGS: Final = frozenset({"log", "log_softmax", "logsigmoid", "log1p", "log2"})
_NORMED: Final = frozenset({"log_softmax", "softmax", "logsumexp"})
_SHARES: Final = frozenset({"sigmoid", "softmax", "hardsigmoid"})
_DRAWN: Final = frozenset({"multinomial", "bernoulli", "poisson", "normal", "sample"})


def form(seen: Seen) -> str:
    """The kind of loss; empty where its name or the shape of its targets tells enough.

    "squares" and "sizes" are errors by hand, "index" is the own class's logarithm, "logs" takes
    logarithms of shares for 0 and 1, "signs" multiplies with −1 and 1, and "unknown" is anything
    whose fit can't be told.

    Args:
        seen: a training.
    """
    loss = seen.loss
    if loss is None or not seen.calls:
        return ""
    named = [c for c in seen.calls if c.part == "loss" and c.name in _NAMED | _PAIRED]
    if len(named) > 1 or loss.name in _PAIRED or any(c.name in _PAIRED for c in named):
        return UNKNOWN
    if named and _picked(seen):
        return UNKNOWN
    if named:
        return "" if loss.name != "own" or named[0].name in _NAMED else UNKNOWN
    if loss.name != "own":
        return ""
    return _by_hand(seen, loss)


def judged_by_itself(seen: Seen) -> bool:
    """Whether a lower loss is better, whatever it is of: nothing drawn, and no action picked.

    Args:
        seen: a training whose form is unknown.
    """
    drawn = any(call.name in _DRAWN for call in seen.calls)
    return mixing(seen) is not None and not drawn and not _picked(seen)


def _picked(seen: Seen) -> bool:
    """Whether something else than the target picks which output is meant, as an action does."""
    met = mixing(seen)
    place = -1 if met is None else met.prediction
    while place >= 0 and seen.calls[place].part == "loss":
        call = seen.calls[place]
        told = call.name in _PICKS or call.settings.get("picked", False)
        if told and call.shapes and call.shape[:1] == call.shapes[0][:1]:
            return True  # one for each row: no rows are left out, as where some are masked
        place = call.inputs[0] if call.inputs else -1
    return False


def _by_hand(seen: Seen, loss: LossSeen) -> str:
    met, rows = mixing(seen), seen.train
    if met is None or any(call.name in _DRAWN for call in seen.calls if call.part == "loss"):
        return UNKNOWN
    name = seen.calls[met.place].name
    if name == "sub":
        return _difference(seen, met.place) if len(_roots(seen)) == 1 else UNKNOWN
    if name in _INDEX:
        return _gathered(seen, loss, met.place)
    if rows is None:
        return UNKNOWN
    if _one_hot(rows.y) and loss.prediction[1:] == rows.y.shape[1:]:
        return ""
    ends = set(np.unique(rows.y).tolist()) if rows.y.dtype.kind in "biuf" else {2}
    if name in ("mul", "where") and _alike(loss, rows) and len(_roots(seen)) == 1:
        if ends <= {0, 1}:
            return _of_zero_and_one(seen, _made(seen, met.prediction))
        if ends == {-1, 1}:
            return "signs"
    return UNKNOWN


def _of_zero_and_one(seen: Seen, made: set[str]) -> str:
    """A product with 0 and 1: of shares or their logarithms, or of distances that it holds apart.

    Distances of two rows, small where they belong together, are no answers to be right or wrong.
    """
    if made & _LOGS:
        return "logs"
    told = any(c.part == "loss" and c.name in _LOGS for c in seen.calls)
    return "" if told or made & _SHARES else UNKNOWN


def _difference(seen: Seen, place: int) -> str:
    """What becomes of the difference of prediction and target: its square or its size."""
    found = ""
    places = {place}
    for i, call in enumerate(seen.calls[place + 1 :], place + 1):
        if not places & set(call.inputs):
            continue
        if call.name in VIEWS or (call.name in ("mul", "div", "neg") and len(call.inputs) == 1):
            places.add(i)
        elif call.name in _SQUARES or (call.name == "mul" and set(call.inputs) <= places):
            found = found or "squares"
        elif call.name in _SIZES:
            found = found or "sizes"
        else:
            return found or UNKNOWN
    return found or UNKNOWN


def _gathered(seen: Seen, loss: LossSeen, place: int) -> str:
    """The own class's logarithm: not an action's value, nor a reward's share."""
    after = [c for c in seen.calls[place + 1 :] if c.part == "loss"]
    normed = any(c.name in _NORMED for c in seen.calls)
    weighed = any(c.name == "mul" and len(c.inputs) == 1 and c.inputs[0] == place for c in after)
    whole = len(loss.prediction) >= 2 and loss.negative < 0.02
    return "index" if normed and whole and not weighed else UNKNOWN


def _roots(seen: Seen) -> set[int]:
    """The predictions that meet the target, each before what was made of it entry by entry."""
    ours: set[int] = set()
    theirs, found = {TARGET}, set()
    for place, call in enumerate(seen.calls):
        left = [i for i in call.inputs if i in ours]
        right = [i for i in call.inputs if i in theirs]
        if call.part == "model":
            ours.add(place)
        elif left and right:
            found.add(_root(seen, left[0]))
        elif left:
            ours.add(place)
        elif right:
            theirs.add(place)
    return found


def _root(seen: Seen, place: int) -> int:
    while place >= 0:
        call = seen.calls[place]
        if call.part == "model" or len(call.inputs) != 1 or call.name == "getitem":
            break
        place = call.inputs[0]
    return place


def _made(seen: Seen, place: int) -> set[str]:
    """The names of the calls one after the other that made a prediction."""
    found: set[str] = set()
    while place not in (DATA, TARGET) and place >= 0:
        call: Call = seen.calls[place]
        if call.weights or len(call.inputs) != 1:
            break
        found.add(call.name)
        place = call.inputs[0]
    return found


def _alike(loss: LossSeen, rows: Rows) -> bool:
    """Whether every target has one prediction."""
    shape = loss.prediction[1:]
    return int(np.prod(shape)) == int(np.prod(rows.y.shape[1:]))


def _one_hot(y: np.ndarray) -> bool:
    if y.ndim != 2 or y.shape[1] < 2 or y.dtype.kind not in "biuf":
        return False
    return bool(np.isin(y, (0, 1)).all() and (y.sum(1) == 1).all())
