"""Non-finite: NaN or infinity reaches the loss or the weights.

Condition: a loss is not finite, or weights or their gradients are not finite to the end. Reported
is the first producer: the first call whose output is not finite while its inputs are. Minus
infinity in a mask that never reaches the loss is normal; so are single infinite gradients that a
scaler for low precision skips, after which all is finite again. Where all calls are finite and the
gradients are not, it is the call whose slope is not: the gradient at its output still is finite.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.depth import place_of
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.spoilt import dirty
from pellucid.doctor.step import Call, Moment
from pellucid.lenses.numerals import of_layer, percent

__all__ = ["non_finite"]

_FIXES = {
    "log": "torch.log(p.clamp_min(1e-8))  # or log_softmax, logsigmoid of the scores themselves",
    "sqrt": "torch.sqrt(v + 1e-8)  # its slope at 0 is infinite",
    "div": "a / (b + 1e-8)  # b comes near 0",
    "pow": "x.clamp_min(1e-8) ** p  # negative numbers have no real roots",
    "exp": "x.clamp_max(50).exp()  # or softmax, softplus, logsumexp, which never overflow",
    "norm": "(v.square().sum(-1) + 1e-8).sqrt()  # its slope at 0 is undefined",
}


@rule("non_finite", needs=("losses",))
def non_finite(seen: Seen) -> Iterator[Finding]:
    """Where the first number was lost."""
    lost = np.flatnonzero(~np.isfinite(seen.losses))
    moment = _first_moment(seen, len(lost) > 0)
    if not len(lost) and moment is None:
        return
    step = int(lost[0]) if len(lost) else moment.step if moment is not None else 0
    call = _producer(seen, moment)
    steep = None if call is not None else _steep(seen)
    call = call or steep
    spoilt = dirty(seen)
    text = f"The loss is {seen.losses[step]} from step {step} on" if len(lost) else (
        f"Weights or gradients are not finite from step {step} on"
    )  # fmt: skip
    yield Finding(
        "non_finite",
        text
        + (
            f": {percent(spoilt)} of the rows hold NaN or infinity."
            if spoilt
            else _said(call, steep is not None)
        ),
        layer=call.path if call is not None and not spoilt else "",
        step=step,
        line=call.line if call is not None else seen.events.lines.get("loss", ""),
        evidence=(
            Evidence("losses that are not finite", len(lost) / len(seen.losses), 0.0, "", "share"),
            Evidence("rows that are not finite", spoilt, 0.0, "", "share"),
        ),
        why="Whatever is computed from NaN is NaN: one step later all weights are lost.",
        fix=_fix(call, spoilt),
        sure=0.95,
        effect=1.0,
    )


def _first_moment(seen: Seen, lost: bool) -> Moment | None:
    """The first moment with something that is not finite, if it was still so at the last."""
    bad = [m for m in seen.moments if _bad(m)]
    if not bad or not (lost or _bad(seen.moments[-1])):
        return None
    named = [m for m in bad if m.first_bad is not None]
    return (named or bad)[0]


def _bad(moment: Moment) -> bool:
    return not np.isfinite(moment.loss) or any(not move.finite for move in moment.moves.values())


def _producer(seen: Seen, moment: Moment | None) -> Call | None:
    """The first call that made it out of finite numbers."""
    if moment is None or moment.first_bad is None or moment.first_bad >= len(seen.calls):
        return None
    return seen.calls[moment.first_bad]


def _steep(seen: Seen) -> Call | None:
    """The call whose slope was not finite first, on the way back from a loss that was."""
    for moment in seen.moments:
        if np.isfinite(moment.loss) and _bad(moment):
            blame = {place: each.grad for place, each in moment.activity.items()}
            for place in sorted(blame, reverse=True):
                own = blame[place]
                before = [blame.get(i) for i in seen.calls[place].inputs if i >= 0]
                lost = [each for each in before if each is not None and not np.isfinite(each)]
                if own is not None and np.isfinite(own) and lost:
                    return seen.calls[place]
            return None
    return None


def _said(call: Call | None, steep: bool) -> str:
    if call is None:
        return "."
    if steep:
        return f": the slope of {place_of(call)} was not finite first, while its output was."
    where = f" in {of_layer(call.path)}" if call.path else ""
    return f": {call.name}{where} made it first, out of finite numbers."


def _fix(call: Call | None, spoilt: float) -> str:
    if spoilt:
        return "good = torch.isfinite(x).all(dim=1)\nx, y = x[good], y[good]"
    if call is not None and call.name in _FIXES:
        return _FIXES[call.name]
    return "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n# and a lower learning rate"
