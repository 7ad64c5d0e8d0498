"""How the calls of a step hang together: what made the prediction, and what the loss does with it.

Rules ask here instead of walking `Seen.calls` themselves. Calls that only show the same numbers in
another shape are looked through.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from pellucid.doctor.seen import Seen
from pellucid.doctor.step import TARGET, Call

__all__ = [
    "CONVOLUTIONS", "LINEAR", "SHARES", "VIEWS", "Mixing", "affine", "behind", "divided", "last",
    "made_by", "mixing", "trail",
]  # fmt: skip

VIEWS: Final = frozenset(
    {
        "view", "view_as", "reshape", "squeeze", "unsqueeze", "flatten", "unflatten", "permute",
        "transpose", "swapaxes", "t", "contiguous", "to", "type", "float", "double", "cast",
        "clone", "expand", "getitem", "select", "narrow", "slice", "identity", "movedim", "detach",
        "ravel", "mT", "T", "alias", "unbind", "split", "chunk", "requires_grad_",
    }
)  # fmt: skip
CONVOLUTIONS: Final = frozenset(
    {f"conv{kind}{n}d" for kind in ("", "_transpose") for n in (1, 2, 3)}
)
LINEAR: Final = CONVOLUTIONS | {"linear", "bilinear", "addmm", "matmul", "mm", "bmm", "einsum"}
SHARES: Final = frozenset({"sigmoid", "logsigmoid", "softmax", "log_softmax"})
# Calls that map a sum to the sum of what they map, or to that and a constant.
_AFFINE: Final = (VIEWS | LINEAR | CONVOLUTIONS) | frozenset(
    {
        "add", "sub", "mul", "div", "neg", "mean", "sum", "cat", "stack", "pad", "roll", "flip",
        "avg_pool", "avg_pool1d", "avg_pool2d", "avg_pool3d", "adaptive_avg_pool1d",
        "adaptive_avg_pool2d", "adaptive_avg_pool3d", "moments", "batch_norm", "dropout",
        "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout",
    }
)  # fmt: skip
_PRODUCTS: Final = frozenset({"mul", "div", "matmul", "mm", "bmm", "einsum", "bilinear"})


class Mixing(NamedTuple):
    """Where prediction and target first meet.

    Attributes:
        place: of the call in `Seen.calls`.
        prediction: the place of its input that comes from the network.
        target: the place of its input that comes from the target, `TARGET` itself included.
    """

    place: int
    prediction: int
    target: int


def mixing(seen: Seen) -> Mixing | None:
    """The first call that takes something of the network and something of the target.

    Args:
        seen: the training.
    """
    ours: set[int] = set()
    theirs: set[int] = {TARGET}
    for place, call in enumerate(seen.calls):
        if call.part == "model":
            ours.add(place)
            continue
        left = [i for i in call.inputs if i in ours]
        right = [i for i in call.inputs if i in theirs]
        if left and right:
            return Mixing(place, left[0], right[0])
        if left:
            ours.add(place)
        elif right:
            theirs.add(place)
    return None


def behind(seen: Seen, place: int) -> int:
    """The place that a place shows in another shape: itself where that is a real call.

    Args:
        seen: the training.
        place: of a call, or `DATA` or `TARGET`.
    """
    while place >= 0 and seen.calls[place].name in VIEWS and seen.calls[place].inputs:
        place = seen.calls[place].inputs[0]
    return place


def made_by(seen: Seen) -> int | None:
    """The place of the call that made the prediction the loss was given, views looked through.

    Args:
        seen: the training.
    """
    met = mixing(seen)
    if met is not None:
        place = behind(seen, met.prediction)
        return place if place >= 0 else None
    inner = [place for place, call in enumerate(seen.calls) if call.part == "model"]
    return behind(seen, inner[-1]) if inner else None


def trail(seen: Seen, start: int | None = None) -> list[Call]:
    """The calls that made the prediction, the last first, as far as one leads to the next.

    It ends with the first call that has weights of its own or several inputs.

    Args:
        seen: the training.
        start: the place of another call to begin with than the one that made the prediction.
    """
    found: list[Call] = []
    place = made_by(seen) if start is None else behind(seen, start)
    while place is not None and place >= 0:
        call = seen.calls[place]
        found.append(call)
        if call.weights or len(call.inputs) != 1 or call.name in LINEAR:
            break
        place = behind(seen, call.inputs[0])
    return found


def last(seen: Seen) -> str:
    """The name of the call that made the prediction; empty where it isn't known.

    Args:
        seen: the training.
    """
    calls = trail(seen)
    if calls:
        return calls[0].name
    return seen.loss.last if seen.loss is not None else ""


def affine(
    seen: Seen, besides: frozenset[str] = frozenset(), ends: frozenset[str] = frozenset()
) -> Sequence[Call]:
    """The layers with weights on the way to the prediction, if no call on it can bend.

    Empty where one can: an activation, a maximum, a product of two things that depend on the input.

    Args:
        seen: the training.
        besides: names of further calls that are let pass.
        ends: names of calls that are let pass behind the last of these layers.
    """
    place = made_by(seen)
    waiting = [] if place is None else [place]
    reached: set[int] = set()
    while waiting:
        place = waiting.pop()
        if place < 0 or place in reached:
            continue
        call = seen.calls[place]
        if call.name not in _AFFINE | besides | ends or (
            call.name in _PRODUCTS and len(call.inputs) > 1
        ):
            return ()
        reached.add(place)
        waiting += call.inputs
    layers = [place for place in sorted(reached) if seen.calls[place].name in LINEAR]
    if any(seen.calls[place].name in ends for place in reached if place < max(layers, default=0)):
        return ()
    return [seen.calls[place] for place in layers]


def divided(seen: Seen) -> bool:
    """Whether the loss wants something else of the network beside the fit.

    As a variational autoencoder's does, or one that wants small activations: what it adds comes
    from other parts of the network than the prediction.

    Args:
        seen: the training.
    """
    met = mixing(seen)
    if met is None:
        return False
    roots: dict[int, frozenset[int]] = {}  # of what the loss makes, the network's calls behind it
    fit = {met.place}
    for place, call in enumerate(seen.calls):
        if call.part == "model":
            roots[place] = frozenset({place})
            continue
        roots[place] = frozenset().union(*(roots.get(i, frozenset()) for i in call.inputs))
        ours = [i for i in call.inputs if i in fit]
        others = [i for i in call.inputs if i not in fit]
        more = any(roots.get(i, frozenset()) - roots.get(met.place, frozenset()) for i in others)
        if ours and more and call.name in ("add", "sub"):
            return True
        if ours:
            fit.add(place)
    return False
