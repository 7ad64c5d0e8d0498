"""What the doctor says: findings in order, or one line with what was checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.doctor.finding import Finding
from pellucid.doctor.seen import Seen

__all__ = ["Report"]


class Report:
    """The doctor's report.

    Attributes:
        seen: what it rests on.
        details: the findings, the most important first.
        checked: the kinds that were looked for.
        unchecked: the kinds that could not be looked for, each with the reason.
    """

    def __init__(
        self, seen: Seen, details: tuple[Finding, ...] = (), checked: tuple[str, ...] = (),
        unchecked: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.seen = seen
        self.details = details
        self.checked = checked
        self.unchecked = dict(unchecked or {})

    @property
    def findings(self) -> list[str]:
        """The kinds that were found, the most important first."""
        return [found.kind for found in self.details]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "findings": [found.to_dict() for found in self.details],
            "checked": list(self.checked),
            "unchecked": self.unchecked,
        }
