"""Missing nonlinearity: several linear layers that together are one.

Conditions, all of them: on the whole way from input to prediction no call can bend (views, sums,
means, dropout and batch normalization can't), with two or more layers that have weights; the
narrowest place between them is no bottleneck, so one layer could say the same; the prediction is
affine in the kept rows, tested by least squares where there are enough rows (of classes it may end
in a sigmoid or softmax, which moves no border between them: their logits are tested); and, as its
effect, a learner that bends is better on these rows than a linear one by 2 points of skill and 2
standard errors, out of fold. Of a whole truth table it is enough that no linear map says all of it.
A single linear layer is a model, and a pair with a narrow middle (LoRA, an autoencoder) is meant.
Where only maxima of windows bend, the network must also miss 5 % of what can be reached.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from pellucid.data.wording import listing
from pellucid.doctor.depth import place_of
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.answers import Array, answers
from pellucid.doctor.measures.fit import effect
from pellucid.doctor.measures.reference import Reference, reference
from pellucid.doctor.measures.truth import truth
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.step import Call
from pellucid.doctor.wiring import SHARES, affine, trail

__all__ = ["missing_nonlinearity"]

_BETTER, _MISSED, _EXACT = 0.02, 0.05, 1 - 1e-4
_SURE = 1e-4  # of a share: nearer to 0 or 1 its digits don't tell the logit
_POOLS: Final = frozenset({"max_pool", "max_pool1d", "max_pool2d", "max_pool3d"})


@rule("missing_nonlinearity", needs=("calls", "train"))
def missing_nonlinearity(seen: Seen) -> Iterator[Finding]:
    """Linear layers after each other, where bending would pay."""
    target = answers(seen)
    ends = SHARES if target is not None and target.kind == "classes" else frozenset[str]()
    layers, pools = affine(seen, ends=ends), False
    if not layers:
        layers, pools = affine(seen, _POOLS, ends), True
    if len(layers) < 2 or _narrow(layers) or not (pools or _tested(seen)):
        return
    gained = _gained(seen)
    if gained is None or gained[0] < _BETTER or (pools and effect(seen) < _MISSED):
        return
    gain, source = gained
    yield Finding(
        "missing_nonlinearity",
        f"{len(layers)} layers ({_named(layers)}) follow each other without any activation, so "
        "together they are one linear layer.",
        layer=layers[0].path,
        also=tuple(call.path for call in layers[1:]),
        line=layers[0].line,
        evidence=(
            Evidence("layers without an activation between them", len(layers), 1, "", "count"),
            Evidence(
                "skill that bending adds",
                gain,
                _BETTER,
                source,
                "share",
            ),
        ),
        why="A linear map of a linear map is linear: depth and width add nothing.",
        fix="h = torch.relu(layer1(x))  # bend between the layers\nscores = layer2(h)",
        sure=0.9,
        effect=float(np.clip(max(gain, effect(seen)) * 1.5, 0.3, 1.0)),
    )


def _gained(seen: Seen) -> tuple[float, str] | None:
    """What bending adds and who says so; None where nobody can, or not surely."""
    table = truth(seen)
    if table is not None:
        return 2 * (1 - table.linear), "the whole table beside the best linear learner of it"
    known = reference(seen)
    if known is None:
        return None
    gain, error = _gain(known)
    if gain < 2 * error:
        return None
    return gain, f"{known.name} beside a linear learner on the same rows, out of fold"


def _gain(known: Reference) -> tuple[float, float]:
    """How much better the best learner is than the linear one, in skill, and its standard error."""
    best, straight = known.scores[known.name], known.scores["linear"]
    if known.right is None:
        straight = max(straight, 0.0)
        return best - straight, (1 - straight) / math.sqrt(known.rows)
    room = max((1 - known.right) / (1 - known.skill) if known.skill < 1 else 0.5, 1e-6)
    return (best - straight) / room, math.sqrt((1 - straight) / known.rows) / room


def _narrow(layers: Sequence[Call]) -> bool:
    """Whether some place between the layers is narrower than both ends."""
    widths = [_width(call.shapes[0]) if call.shapes else 0 for call in layers]
    ends = min(widths[0], _width(layers[-1].shape))
    return 0 < min(widths[1:]) < ends


def _width(shape: tuple[int, ...]) -> int:
    return math.prod(shape[1:])


def _tested(seen: Seen) -> bool:
    """Whether the prediction is affine in the rows; also where too few rows were kept to tell."""
    assert seen.train is not None
    said = seen.train.prediction
    if said is None or seen.train.x.dtype.kind not in "fiub":
        return True
    x = seen.train.x.reshape(len(seen.train.x), -1).astype(float)
    y = np.asarray(said, dtype=float).reshape(len(said), -1)
    end = next((call.name for call in trail(seen) if call.name in SHARES), "")
    if end and len(x) == len(y):
        y, told = _logits(y, end)
        x, y = x[told], y[told]
    if len(x) != len(y) or len(x) < x.shape[1] + 20 or not np.isfinite(y).all():
        return True
    return _explained(x, y) > _EXACT


def _logits(shares: Array, end: str) -> tuple[Array, Array]:
    """What a sigmoid or softmax was given, up to what all classes have in common, and which rows.

    Args:
        shares: what it gave, or the logarithms of these, (rows, columns).
        end: its name.
    """
    whole = np.exp(shares) if end.startswith("log") else shares
    told: Array = np.all((whole > _SURE) & (whole < 1 - _SURE), axis=1)
    inside: Array = whole.clip(_SURE, 1 - _SURE)
    if "sigmoid" in end:
        return np.log(inside / (1 - inside)), told
    logits: Array = np.log(inside)
    return logits - logits.mean(1, keepdims=True), told


def _explained(x: Array, y: Array) -> float:
    """The share of the predictions' variance that least squares explains."""
    wide = np.concatenate((x, np.ones((len(x), 1))), 1)
    rest = y - wide @ np.linalg.lstsq(wide, y, rcond=None)[0]
    whole = float(((y - y.mean(0)) ** 2).sum())
    return 1 - float((rest**2).sum()) / whole if whole > 0 else 1.0


def _named(layers: Sequence[Call]) -> str:
    return listing(dict.fromkeys(map(place_of, layers)), 4)
