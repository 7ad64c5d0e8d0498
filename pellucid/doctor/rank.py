"""Puts findings in order: what is to be changed first stands first.

A finding that another one explains follows it, and an outcome that a cause explains is dropped: it
is named beside the cause. Among the rest the one that spoils more, and is surer, comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pellucid.doctor.finding import Finding
from pellucid.doctor.kinds import KINDS

__all__ = ["ranked"]


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in order of importance, each kind once.

    Example:
        >>> found = [Finding("dead_relu", "80 % of fc1", sure=0.9), Finding("lr_too_high", "…"),
        ...          Finding("plateau", "…")]
        >>> [(f.kind, f.explained) for f in ranked(found)]
        [('lr_too_high', ('plateau', 'dead_relu'))]
    """
    one = _once(findings)
    heads = [f for f in one if not any(_explains(other, f) for other in one)]
    heads.sort(key=_standing, reverse=True)
    return [replace(f, explained=_below(f, one, heads)) for f in heads]


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Each kind at its strongest place, with the other places named."""
    best: dict[str, Finding] = {}
    for found in findings:
        known = best.get(found.kind)
        if known is None:
            best[found.kind] = found
            continue
        first, second = (known, found) if _weight(known) >= _weight(found) else (found, known)
        places = (*first.also, second.layer, *second.also)
        also = tuple(dict.fromkeys(p for p in places if p and p != first.layer))
        best[found.kind] = replace(first, also=also)
    return list(best.values())


def _weight(finding: Finding) -> float:
    return finding.sure * (0.2 + 0.8 * finding.effect)


def _explains(cause: Finding, found: Finding) -> bool:
    """Whether one finding is the reason for another; where two explain each other, the surer is."""
    if found.kind not in cause.about.explains:
        return False
    return cause.kind not in found.about.explains or _standing(cause) > _standing(found)


def _standing(finding: Finding) -> tuple[float, int]:
    """Its weight; of two that are equal, the one that stands first in `KINDS` is the greater."""
    return _weight(finding), -list(KINDS).index(finding.kind)


def _below(head: Finding, found: Sequence[Finding], heads: Sequence[Finding]) -> tuple[str, ...]:
    """What a finding explains, its consequences' consequences included."""
    others = {f.kind for f in found} - {f.kind for f in heads}
    reached: list[str] = []
    waiting = [head]
    by_kind = {f.kind: f for f in found}
    while waiting:
        for kind in waiting.pop(0).about.explains:
            if kind in others and kind not in reached:
                reached.append(kind)
                waiting.append(by_kind[kind])
    return tuple(reached)
