"""Double softmax: what the loss normalizes has been normalized before.

Condition: on the way from the last layer to the loss stand two calls that squash, with nothing but
views between them: softmax or sigmoid, then softmax, log_softmax, sigmoid or a loss that applies
one, be it one of several; or cross_entropy was given rows from 0 to 1 that sum to 1, whatever made
them. Certain by its evidence. log_softmax before cross_entropy changes nothing and is no fault. The
lowest loss that is left, ln(1 + (k − 1)/e) for k classes, is arithmetic: the best row is 1 beside
zeros.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import LossSeen, Seen
from pellucid.doctor.step import Call
from pellucid.doctor.wiring import mixing, trail
from pellucid.lenses.numerals import of_layer

__all__ = ["double_softmax"]

_FIRST: Final = frozenset({"softmax", "softmin", "sigmoid"})
# What each applies, and what the loss is called without it.
_AGAIN: Final = {
    "cross_entropy": "softmax",
    "log_softmax": "softmax",
    "softmax": "softmax",
    "softmin": "softmax",
    "binary_cross_entropy_with_logits": "sigmoid",
    "multilabel_soft_margin_loss": "sigmoid",
    "sigmoid": "sigmoid",
    "logsigmoid": "sigmoid",
}
_HEADS: Final = frozenset(
    {"cross_entropy", "binary_cross_entropy_with_logits", "multilabel_soft_margin_loss"}
)


@rule("double_softmax", needs=("loss",))
def double_softmax(seen: Seen) -> Iterator[Finding]:
    """What is normalized twice on its way into the loss."""
    pair = _pair(seen)
    if pair is None or seen.loss is None:
        return
    first, again, layer, line = pair
    classes = seen.loss.prediction[1] if len(seen.loss.prediction) > 1 else 1
    floor = _floor(_AGAIN[again], classes)
    where = f" in {of_layer(layer)}" if layer else ""
    yield Finding(
        "double_softmax",
        f"{again} applies {_AGAIN[again]} itself, but is given what {first}{where} made, so the "
        f"loss can't fall below {floor:.3g}.",
        layer=layer,
        line=line or seen.events.lines.get("loss", ""),
        evidence=(
            Evidence("lowest loss that is left", floor, 0.0, "the best row is 1 beside zeros"),
            Evidence(
                "rows that sum to 1 before the loss", seen.loss.sums_to_one, None, "", "share"
            ),
        ),
        why="Squashing twice leaves nearly equal shares: gradients are small, and even a perfect "
        "answer costs.",
        fix=f"# give {again} the raw scores of the last layer\n"
        f"scores = model(x)  # without {first} at the end\n"
        "loss = loss_fn(scores, y)",
        sure=0.97,
        effect=0.95,
    )


def _pair(seen: Seen) -> tuple[str, str, str, str] | None:
    """The two calls that squash, with the first one's layer and line."""
    assert seen.loss is not None
    met = mixing(seen)
    ending = seen.calls[met.place].name if met is not None else seen.loss.name
    if ending not in _AGAIN and 0 <= seen.loss.low <= seen.loss.high <= 1:
        ending = seen.loss.name  # a loss that is made of several operations
    calls = trail(seen)
    names = [ending, *(call.name for call in calls)]
    for place, call in enumerate(calls):
        if call.name in _FIRST and names[place] in _AGAIN:
            return call.name, names[place], call.path, call.line
    return _by_numbers(seen.loss, calls[0] if calls else None) or _of_other_heads(seen)


def _of_other_heads(seen: Seen) -> tuple[str, str, str, str] | None:
    """As `_pair`, where the loss is a sum of several and another one of them is meant."""
    for call in seen.calls:
        if call.part != "loss" or call.name not in _HEADS or not call.inputs or call.inputs[0] < 0:
            continue
        names = [call.name]
        for one in trail(seen, call.inputs[0]):
            if one.name in _FIRST and names[-1] in _AGAIN:
                return one.name, names[-1], one.path, one.line
            names.append(one.name)
    return None


def _by_numbers(loss: LossSeen, call: Call | None) -> tuple[str, str, str, str] | None:
    """A softmax by hand, or one that was not seen: rows that sum to 1 can only be shares."""
    wide = len(loss.prediction) > 1 and loss.prediction[1] > 1
    shares = loss.name == "cross_entropy" and loss.sums_to_one > 0.99 and wide
    squashed = call is None and loss.last in _FIRST and loss.name in _AGAIN
    if not shares and not squashed:
        return None
    if call is None:
        return loss.last or "softmax", loss.name, "", ""
    return f"a softmax by hand ({call.name})", loss.name, call.path, call.line


def _floor(applied: str, classes: int) -> float:
    """The lowest loss that is left."""
    if applied == "sigmoid" or classes < 2:
        # Half the answers are 0, which costs ln 2 at best; the other half 1.
        return (math.log(2) + math.log(1 + math.exp(-1))) / 2
    return math.log(1 + (classes - 1) / math.e)
