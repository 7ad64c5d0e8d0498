"""Inputs or targets far from unit scale, and the network does not get over it.

Condition: a column of the inputs spreads by more than 10 or less than 0.05, or lies more than 5 of
its own spreads and more than 5 from zero, or columns' spreads differ 30-fold; or targets that are
numbers spread so. Scale alone is no fault: the network must stay behind what can be reached (or its
loss be no number at the end), and a trial with standardized inputs or targets must bring back 35 %
of what is missing. Where a change of the rate helps as well, the data are the root. Where neither
helps alone, since the rate was no good for any data or was chosen for the scale that they had, both
are tried together, and must bring back twice as much as that rate does without them.
Where a loss has several parts, nothing of that can be tried: there an error in numbers must be
above 100, ten times as large as any prediction at the end, and hardly smaller than at the
beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pellucid.doctor.cure import Cure, another_rate, cure, lost, short, told
from pellucid.doctor.depth import broken
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.form import UNKNOWN, form
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Floats, Seen
from pellucid.doctor.trial import Change

LARGE, SMALL, FAR, APART = 10.0, 0.05, 5.0, 30.0
AWAY, NEARER, STILL = 100.0, 0.1, 0.8
RATES = (0.1, 10.0, 0.01, 100.0)
LOOKS = 3  # moments that the end is judged by
_POWERS = {"mse_loss": 0.5, "l1_loss": 1.0, "smooth_l1_loss": 1.0, "huber_loss": 1.0}


@rule("unnormalised_data", needs=("train",))
def unnormalised_data(seen: Seen) -> Iterator[Finding]:
    """Scales far from 1, and standardizing brings the training back."""
    if form(seen) == UNKNOWN:
        yield from _out_of_reach(seen)
        return
    assert seen.train is not None
    wild = broken(seen)
    inputs = _odd(_columns(seen.train.amounts))
    numbers = seen.loss is not None and seen.loss.target_kind == "numbers"
    targets = _odd(_columns(seen.train.y)) if numbers else None
    if not (inputs or targets) or not (wild or short(seen)):
        return
    tried = _tried(seen, bool(inputs), bool(targets))
    if tried is not None and not tried.works:
        tried = _with_another_rate(seen, tried.change) or tried
    if tried is not None and tried.works:
        yield _finding(seen, tried, inputs, targets)
    elif tried is None and wild:
        yield _untried(seen, inputs or targets)


def _out_of_reach(seen: Seen) -> Iterator[Finding]:
    """A part of the loss whose targets are so large that no prediction came near them."""
    for place, call in enumerate(seen.calls):
        power, ours = _POWERS.get(call.name), [at for at in call.inputs if at >= 0]
        if power is None or call.settings.get("reduction", "mean") != "mean" or not ours:
            continue
        looks = [m.activity for m in seen.moments if {place, ours[0]} <= m.activity.keys()]
        errors = [float(look[place].absmax) ** power for look in looks]
        if len(looks) < LOOKS or not np.isfinite(errors).all():
            continue
        error, said = float(np.median(errors[-LOOKS:])), looks[-1][ours[0]].absmax
        if error > AWAY and said < NEARER * error and error > STILL * errors[0]:
            yield Finding(
                "unnormalised_data",
                f"{call.name} compares predictions of at most {said:.3g} with targets that are off "
                f"by {error:.3g}, as they were at the beginning ({errors[0]:.3g}).",
                call.path, line=call.line,
                evidence=(
                    Evidence("error at the end", error, AWAY, "in the targets' own unit"),
                    Evidence("largest prediction over the error", said / error, NEARER, ""),
                ),
                sure=0.85, effect=0.9,
                why="Targets this large are out of reach of steps of the usual length, and drown "
                "what the other parts of the loss ask for.",
                fix="y = (y - y_train.mean(0)) / y_train.std(0)  # each target on its own scale",
            )  # fmt: skip
            return


def _tried(seen: Seen, inputs: bool, targets: bool) -> Cure | None:
    """The smallest change of the data that works, else the one that brings most."""
    changes = [Change(inputs=True)] * inputs + [Change(targets=True)] * targets
    changes += [Change(inputs=True, targets=True)] * (inputs and targets)
    found = [tried for change in changes if (tried := cure(seen, change)) is not None]
    good = [tried for tried in found if tried.works and tried.share >= 0.7]
    return good[0] if good else max(found, key=lambda tried: tried.gain, default=None)


def _with_another_rate(seen: Seen, change: Change) -> Cure | None:
    """Standardized data together with a rate that does nothing without them; None if none works."""
    for factor in RATES:
        both = cure(seen, replace(change, lr=factor))
        alone = cure(seen, Change(lr=factor)) if both is not None and both.works else None
        if both is not None and alone is not None and both.gain >= 2 * alone.gain:
            return both
    return None


def _finding(seen: Seen, tried: Cure, inputs: Evidence | None, targets: Evidence | None) -> Finding:
    what = ["inputs"] * tried.change.inputs + ["targets"] * tried.change.targets
    said = " and ".join(what)
    shown = [e for e, name in ((inputs, "inputs"), (targets, "targets")) if e and name in what]
    factor = tried.change.lr
    rate = "" if factor == 1 else f" and {factor:g} times the learning rate"
    text = (f"{_place(shown)} With standardized {said}{rate} the same training gets to "
            f"{told(tried.after)} instead of {told(tried.before)}.")  # fmt: skip
    evidence = (*shown, tried.evidence(f"skill with standardized {said}{rate}"))
    name = "x" if "inputs" in what else "y"
    fix = f"{name} = ({name} - {name}_train.mean(0)) / {name}_train.std(0)"
    if factor != 1:
        fix += "\n" + another_rate(seen, factor)
    return Finding(
        "unnormalised_data", text.strip(), evidence=evidence, sure=0.92, effect=lost(seen) or 0.5,
        why="Large columns drown the small ones, and one learning rate cannot fit both.",
        fix=fix,
    )  # fmt: skip


def _untried(seen: Seen, odd: Evidence | None) -> Finding:
    assert odd is not None
    return Finding(
        "unnormalised_data", f"{_place([odd])} The loss is not a finite number at the end.",
        evidence=(odd,), sure=0.6, effect=1.0,
        why="Large values make large gradients, and steps that overshoot.",
        fix="x = (x - x_train.mean(0)) / x_train.std(0)",
    )  # fmt: skip


def _place(shown: list[Evidence]) -> str:
    said = "; ".join(f"{e.name}: {e.value:.3g}" for e in shown)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _columns(values: object) -> Floats | None:
    """Rows of numbers, a column for each input; None for whole numbers that stand for tokens.

    Images and sequences have one column for each channel or feature.
    """
    rows = np.asarray(values)
    if not np.issubdtype(rows.dtype, np.floating) or rows.size == 0:
        return None
    if rows.ndim == 3:
        rows = rows.reshape(-1, rows.shape[-1])
    elif rows.ndim > 3:
        rows = np.moveaxis(rows, 1, -1).reshape(-1, rows.shape[1])
    return rows.reshape(len(rows), -1).astype(np.float64)


def _odd(columns: Floats | None) -> Evidence | None:
    """What is farthest from unit scale; None where nothing is far."""
    if columns is None:
        return None
    spread, middle = columns.std(0), np.abs(columns.mean(0))
    alive = spread > 1e-9 * (1 + middle)
    if not alive.any():
        return None
    spread, middle = spread[alive], middle[alive]
    away = np.where(middle > FAR, middle / spread, 0.0)
    widest = float(spread.max())
    far, apart = float(away.max()), float(widest / np.median(spread))
    found = (
        (widest / LARGE, _evidence("largest spread of a column", widest, LARGE)),
        (far / FAR, _evidence("distance of a column from zero in spreads", far, FAR)),
        (SMALL / widest, _evidence("largest spread of a column", widest, SMALL)),
        (apart / APART, _evidence("largest spread over the middle one", apart, APART)),
    )
    worst = max(found, key=lambda pair: pair[0])
    return worst[1] if worst[0] > 1 else None


def _evidence(name: str, value: float, border: float) -> Evidence:
    return Evidence(name, value, border, "a fault only where a trial without it learns more")
