"""What makes a function a rule, and all the rules there are.

A rule reads what was seen and yields findings. Each lives in a file of its own in `rules/`; adding
one is adding that file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pellucid.doctor.finding import Finding
from pellucid.doctor.kinds import KINDS
from pellucid.doctor.seen import Seen

__all__ = ["Rule", "rule", "rules"]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        kind: the kind of its findings.
        needs: what must have been seen, as in `Seen.has`; without it the rule is unchecked.
        look: the function.
    """

    kind: str
    needs: tuple[str, ...]
    look: Callable[[Seen], Iterable[Finding]]


_RULES: dict[str, Rule] = {}


def rule(
    kind: str, needs: tuple[str, ...] = ()
) -> Callable[[Callable[[Seen], Iterable[Finding]]], Rule]:
    """Make a function the rule for a kind.

    Args:
        kind: a name of `KINDS`.
        needs: what the rule can't do without, by the names of `Seen.has`.
    """
    assert kind in KINDS, kind

    def make(look: Callable[[Seen], Iterable[Finding]]) -> Rule:
        _RULES[kind] = Rule(kind, needs, look)
        return _RULES[kind]

    return make


def rules() -> dict[str, Rule]:
    """All rules by kind, in the order of `KINDS`."""
    room = importlib.import_module(f"{__package__}.rules")
    for module in pkgutil.iter_modules(room.__path__):
        importlib.import_module(f"{room.__name__}.{module.name}")
    return {kind: _RULES[kind] for kind in KINDS if kind in _RULES}
