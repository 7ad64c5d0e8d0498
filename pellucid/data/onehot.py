"""A column of words as features of 0 and 1, one for each frequent word and one for the rest.

x ↦ (x = word₁, …, x = wordₖ, x is another word, x is missing)
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pellucid.data.cells import labels
from pellucid.data.columns import Column, Kind
from pellucid.data.encoder import beside, strange_hole
from pellucid.data.fields import Fields
from pellucid.data.wording import count, listing, quoted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MAX_WORDS", "CategoryEncoder"]

MAX_WORDS = 50  # features that one column may take
_RARE = 10

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CategoryEncoder:
    """A column of words, one feature for each frequent one.

    Args:
        column: its name.
        words: those with a feature of their own, the most frequent first.
        other: whether rare words share a feature; without it an unknown word is all zeros.
        flag: whether a feature marks the holes.
    """

    column: str
    words: tuple[str, ...]
    other: bool
    flag: bool
    kind: ClassVar[Kind] = "category"
    form: ClassVar[str] = ""

    @classmethod
    def fit(cls, series: pd.Series[Any], column: Column) -> CategoryEncoder:
        """Return the encoder of training cells.

        A word is rare below 0.5 % of the rows, but never from 10 rows on and always below 2.
        """
        tally = Counter(word for word in labels(series) if word is not None)
        enough = min(max(2, len(series) // 200), _RARE)
        ranked = sorted(tally, key=lambda word: (-tally[word], word))
        words = tuple(word for word in ranked if tally[word] >= enough)[:MAX_WORDS]
        flag = bool(series.isna().any())
        if len(words) + flag < 2 and len(tally) <= len(words):  # one word in every row
            words = ()
        return cls(column.name, words, len(words) < len(tally) and bool(words or flag), flag)

    @property
    def features(self) -> tuple[str, ...]:
        """One for each word, one for the rest, one for the holes."""
        marks: tuple[str, ...] = (f"{self.column} = (other)",) if self.other else ()
        marks += (f"{self.column} is missing",) if self.flag else ()
        return tuple(f"{self.column} = {word}" for word in self.words) + marks

    def encode(self, series: pd.Series[Any]) -> _Floats:
        """Return typed cells as features (n, k)."""
        cells = labels(series)
        hot = [cells == word for word in self.words]
        absent = series.isna().to_numpy()
        if self.other:
            hot.append(~np.any(hot, axis=0) & ~absent if hot else ~absent)
        return beside([column.astype(np.float64) for column in hot], absent, self.flag)

    def limited(self, series: pd.Series[Any]) -> NDArray[np.bool_]:
        """Return none: a word is never too far out."""
        return np.zeros(len(series), dtype=bool)

    def strange(self, series: pd.Series[Any]) -> str | None:
        """Return a sentence on words and holes that have no feature."""
        cells = labels(series)
        unknown = [w for w in cells if w is not None and w not in self.words]
        if unknown and not self.other:
            shown = listing([quoted(word) for word in sorted(set(unknown))], 3)
            cells_ = count(len(unknown), "cell")
            return f"{quoted(self.column)}: {cells_} with a word that no training row had: {shown}"
        return strange_hole(self.column, series, self.flag)

    def describe(self) -> str:
        """Return the steps in words."""
        rest = ", one for the rest" if self.other else ""
        return f"{count(len(self.words), 'feature')} of 0 or 1, one for each word{rest}"

    def to_json(self) -> dict[str, object]:
        """Return the encoder as plain data."""
        words = list(self.words)
        return {
            "column": self.column,
            "kind": self.kind,
            "words": words,
            "other": self.other,
            "flag": self.flag,
        }

    @classmethod
    def from_json(cls, data: object, where: str) -> CategoryEncoder:
        """Return the encoder that ``to_json`` wrote."""
        fields = Fields(data, where, ("column", "kind", "words", "other", "flag"))
        words = fields.texts("words")
        return cls(fields.text("column"), words, fields.flag("other"), fields.flag("flag"))
