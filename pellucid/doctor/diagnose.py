"""From what was seen to a report: every rule that can look looks, and what they found is ranked."""

from __future__ import annotations

import warnings

import numpy as np

from pellucid.doctor.finding import Finding
from pellucid.doctor.kinds import LATER
from pellucid.doctor.rank import ranked
from pellucid.doctor.report import Report
from pellucid.doctor.rule import Rule, rules
from pellucid.doctor.seen import Seen

__all__ = ["FAILED", "diagnose"]

_LATER = LATER | {"lr_too_low", "oscillation"}
_FEW = 20  # steps

FAILED = "its rule failed"
"""How the reason begins why a kind was not checked, where the fault is the doctor's own."""


def diagnose(seen: Seen) -> Report:
    """What is wrong with a training, in order of importance.

    Args:
        seen: what was seen of it.
    """
    found: list[Finding] = []
    checked: list[str] = []
    unchecked: dict[str, str] = {}
    for kind, rule in rules().items():
        if kind in _LATER and not seen.finished and len(seen.losses) < _FEW:
            unchecked[kind] = "an error ended the run at its beginning"
            continue
        lacking = [what for what in rule.needs if not seen.has(what)]
        if lacking:
            unchecked[kind] = "; ".join(
                seen.missing.get(what, f"no {what} seen") for what in lacking
            )
            continue
        try:
            found += _looked(rule, seen)
        except Exception as error:  # a training is not lost because a rule failed
            unchecked[kind] = f"{FAILED}: {type(error).__name__}: {error}"[:300]
            continue
        checked.append(kind)
    return Report(seen, tuple(ranked(found)), tuple(checked), unchecked)


def _looked(rule: Rule, seen: Seen) -> list[Finding]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return list(rule.look(seen))
