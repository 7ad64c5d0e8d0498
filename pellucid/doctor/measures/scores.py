"""Scores of held-out rows as a person counts them: one for every time that they were evaluated."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.doctor.seen import Score

__all__ = ["merged"]


def merged(scores: Sequence[Score]) -> list[Score]:
    """Scores of batches that were taken between the same two steps as one.

    Args:
        scores: in the order in which they were taken.

    Example:
        >>> [(s.rows, s.loss) for s in merged([Score(9, 30, 2.0), Score(9, 10, 4.0)])]
        [(40, 2.5)]
    """
    found: list[Score] = []
    for score in scores:
        known = found[-1] if found and found[-1].step == score.step else None
        if known is None:
            found.append(score)
            continue
        rows = known.rows + score.rows
        parts = (known.rows / max(rows, 1), score.rows / max(rows, 1))
        right = None
        if known.right is not None and score.right is not None:
            right = parts[0] * known.right + parts[1] * score.right
        loss = parts[0] * known.loss + parts[1] * score.loss
        found[-1] = Score(known.step, rows, loss, right, known.training)
    return found
