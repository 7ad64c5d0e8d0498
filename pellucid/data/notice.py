"""What a person should know about their data although nothing is wrong enough to stop.

A notice is plain data: the command line prints it, the report lists it, and a test can pin it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Notice", "NoticeKind"]

NoticeKind = Literal["reading", "target", "columns", "missing", "rows", "leak", "predict", "limit"]


@dataclass(frozen=True)
class Notice:
    """One sentence about the data, with the subject that it belongs to.

    Args:
        kind: ``"reading"`` (delimiter, encoding), ``"target"``, ``"columns"``, ``"missing"``,
            ``"rows"``, ``"leak"``, ``"predict"`` or ``"limit"`` (cells too far out).
        text: the sentence, ready to be shown.

    Example:
        >>> str(Notice("rows", "2 rows have no target and are left out."))
        '2 rows have no target and are left out.'
    """

    kind: NoticeKind
    text: str

    def __str__(self) -> str:
        return self.text
