"""What a workload gave: the figures of each contender, and pellucid's beside the best peer's."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

QUIET = 0.25
"""Cores that others may take of a quiet machine."""


@dataclass
class Entry:
    """One contender.

    Attributes:
        microseconds: of a step or of a whole process: the median over the quiet turns, or over all
            where none was quiet.
        turns: every turn's figure.
        others: cores that other programs took meanwhile, the median over the same turns.
        start_seconds: from nothing but Python to the end of the first round.
        peak_mib: the most memory its process held, where it was asked.
        apart: the largest relative distance of its first losses from the first peer's.
    """

    microseconds: float
    turns: list[float]
    others: float | None = None
    start_seconds: float | None = None
    peak_mib: float | None = None
    apart: float | None = None


@dataclass
class Result:
    """One line of the table.

    Attributes:
        roofline_us: the time that no program could undercut, were it all products or all copying.
        measure: which figure of the entries is compared.
        left_out: contenders that could not take part, and what they wait for.
        failed: contenders that broke, or that compute something else.
    """

    workload: str
    title: str
    cores: int
    target: float | None
    against: str | None
    roofline_us: float | None
    measure: str = "microseconds"
    entries: dict[str, Entry] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> float:
        """The compared figure of a contender."""
        return float(getattr(self.entries[name], self.measure))

    @property
    def own(self) -> str | None:
        """The fastest of pellucid's ways."""
        return self._best([n for n in self.entries if n.split()[0] == "pellucid"])

    @property
    def peer(self) -> str | None:
        """The fastest of the peers that the target speaks of."""
        peers = [n for n in self.entries if n.split()[0] != "pellucid"]
        if self.against is not None:
            peers = [n for n in peers if n.split()[0] == self.against]
        return self._best(peers)

    def _best(self, names: list[str]) -> str | None:
        return min(names, key=self.value) if names else None

    @property
    def ratio(self) -> float | None:
        """Pellucid's figure over the peer's; below 1 pellucid is ahead."""
        if self.own is None or self.peer is None:
            return None
        return self.value(self.own) / self.value(self.peer)

    @property
    def passed(self) -> bool | None:
        """Whether the target is met; None where there is no target or nothing to compare."""
        if self.ratio is None or self.target is None:
            return None
        return self.ratio <= self.target

    @property
    def share(self) -> float | None:
        """The fraction of the roofline that pellucid reaches."""
        if self.roofline_us is None or self.own is None:
            return None
        return self.roofline_us / self.value(self.own)

    @property
    def others(self) -> float | None:
        """Cores taken by other programs, where it was worst."""
        taken = [e.others for e in self.entries.values() if e.others is not None]
        return max(taken, default=None)

    def as_json(self) -> dict[str, Any]:
        """Everything, with what follows from it."""
        told = {n: getattr(self, n) for n in ("own", "peer", "ratio", "passed", "share", "others")}
        return {**asdict(self), **told}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Result:
        """Read back what `as_json` gave."""
        names = cls.__dataclass_fields__
        known = {name: value for name, value in told.items() if name in names}
        known["entries"] = {n: Entry(**e) for n, e in told["entries"].items()}
        return cls(**known)
