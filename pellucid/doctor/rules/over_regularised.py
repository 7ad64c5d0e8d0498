"""Weight decay, a penalty or dropout keeps the network from fitting its training rows.

Condition: the run has weight decay, a penalty on weights or dropout; the network stays behind what
can be reached (dropout of one half is right where it still fits); and a trial without it brings
back at least 0.1 of skill and 35 % of what is missing. Dropout is not named where a smaller rate
brings back as much with all of it in place: then long steps did what it is blamed for. Without
trials only dropout of 0.8 and more is named (UMLAUT speaks from 0.5 on, which is right in many wide
networks).
Or the loss asks for something else beside the fit, as a variational autoencoder's does: there the
network must be no better than one constant answer, where the fit alone gets to 30 % of skill.
"""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.doctor.cure import Cure, best, cure, lost, short, skill, told
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.fit import fit
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.step import Call
from pellucid.doctor.trial import Change
from pellucid.doctor.wiring import divided
from pellucid.lenses.numerals import percent

PLAIN = 0.8
NOTHING, ALONE = 0.03, 0.3
DROPOUT = frozenset({"dropout", "alpha_dropout", "feature_alpha_dropout", "dropout1d", "dropout2d",
                     "dropout3d"})  # fmt: skip


@rule("over_regularised", needs=("losses", "steps"))
def over_regularised(seen: Seen) -> Iterator[Finding]:
    """Without the regularization the same network fits its rows."""
    drops = [c for c in seen.calls if c.name in DROPOUT and _p(c) > 0]
    decay = float(seen.settings.get("weight_decay", 0) or 0)
    penalty = any(c.part == "loss" and c.weights for c in seen.calls)
    if divided(seen):
        yield from _drowned(seen)
    if not (drops or decay or penalty) or not short(seen):
        return
    tried = _tried(seen, bool(drops), bool(decay or penalty))
    if tried is not None and tried.works and not _by_the_rate(seen, tried):
        yield _finding(seen, tried, drops, decay)
    elif tried is None and drops and max(map(_p, drops)) >= PLAIN:
        yield _untried(seen, max(drops, key=_p))


def _drowned(seen: Seen) -> Iterator[Finding]:
    """A loss with several parts, of which one keeps the network from fitting anything at all."""
    own = fit(seen)
    if own is None or not own.skill <= NOTHING:
        return
    before, after = seen.trials.run(Change()), seen.trials.run(Change(alone=True))
    if before is None or after is None or not (before.finite and after.finite):
        return
    held = after.skill if after.held_skill is None else after.held_skill
    if before.skill > NOTHING or min(after.skill, held) < ALONE:
        return
    yield Finding(
        "over_regularised",
        f"Beside the fit, the loss asks for something that takes all there is: the network gets to "
        f"{told(before)}, which is no better than one constant answer. Without it the same "
        f"training gets to {told(after)}.",
        line=seen.events.lines.get("loss", ""),
        evidence=(
            Evidence("skill", skill(seen), NOTHING, "the best constant has 0", "share"),
            Evidence("skill without the other parts of the loss", held, ALONE, "a trial", "share"),
        ),
        sure=0.85, effect=max(min(after.skill, held), 0.5),
        why="Where a penalty costs more than the whole fit can gain, the network gives up fitting.",
        fix="loss = fit + beta * penalty  # with a beta of 1 or less, or one that grows from 0",
    )  # fmt: skip


def _p(call: Call) -> float:
    return float(call.settings.get("p", 0.5) or 0)


def _tried(seen: Seen, drops: bool, decay: bool) -> Cure | None:
    """The smallest change that works, else the one that brings most."""
    changes = [Change(decay=False)] * decay + [Change(dropout=False)] * drops
    changes += [Change(decay=False, dropout=False)] * (drops and decay)
    found = [tried for change in changes if (tried := cure(seen, change)) is not None]
    return max(found, key=lambda tried: round(tried.share, 1), default=None)


def _by_the_rate(seen: Seen, tried: Cure) -> bool:
    """Whether shorter steps bring back as much, with the dropout as it is.

    Nothing is told by that about weight decay, of which shorter steps take less, too.
    """
    if not tried.change.decay:
        return False
    shorter = best(seen, Change(lr=0.1), Change(lr=0.01))
    return shorter is not None and shorter.works and shorter.gain >= tried.gain


def _finding(seen: Seen, tried: Cure, drops: list[Call], decay: float) -> Finding:
    strong, evidence, fix = [], [tried.evidence("skill without it")], []
    if not tried.change.dropout:
        p = max(map(_p, drops))
        strong.append(f"dropout of {p:g}")
        evidence.append(Evidence("dropout", p, None, "of the network"))
        fix.append("Dropout(p=0.1)")
    if not tried.change.decay:
        strong.append(f"weight decay of {decay:g}" if decay else "the penalty on weights")
        if decay:
            evidence.append(Evidence("weight decay", decay, None, "of the optimizer"))
        fix.append("weight_decay=1e-4" if decay else "loss = loss_fn(prediction, target)")
    text = (f"Without {' and '.join(strong)} the same training gets to {told(tried.after)} instead "
            f"of {told(tried.before)}.")  # fmt: skip
    return Finding(
        "over_regularised", text, drops[0].path if not tried.change.dropout else "",
        evidence=tuple(evidence), sure=0.9, effect=lost(seen), fix="; ".join(fix),
        why="What is meant to keep the network from learning by heart keeps it from learning.",
    )  # fmt: skip


def _untried(seen: Seen, call: Call) -> Finding:
    return Finding(
        "over_regularised", f"Dropout takes out {percent(_p(call))} of the units"
        + ", and the network does not fit its training rows.", call.path, sure=0.6,
        evidence=(Evidence("dropout", _p(call), PLAIN, "UMLAUT: 0.5"),), effect=lost(seen),
        why="Too few units are left in a step to say anything.", fix="Dropout(p=0.2)",
    )  # fmt: skip
