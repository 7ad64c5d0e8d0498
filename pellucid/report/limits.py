"""How much a report may hold: when it grows too large, the least important things go first."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BUDGET", "HARD_LIMIT", "LADDER", "Limits"]

BUDGET = 2_000_000
HARD_LIMIT = 5_000_000


@dataclass(frozen=True)
class Limits:
    """What one attempt may use.

    Args:
        frames: replay frames.
        grid: columns and rows of a replay frame.
        samples: samples drawn in one picture.
        charts: columns shown with a picture of their spread.
        columns: columns listed at all.
    """

    frames: int = 40
    grid: int = 60
    samples: int = 1500
    charts: int = 60
    columns: int = 1000


LADDER = (
    Limits(),
    Limits(frames=20),
    Limits(frames=10, grid=40),
    Limits(frames=6, grid=24, samples=500, charts=20, columns=200),
    Limits(frames=0, samples=100, charts=0, columns=50),
)
