r"""The residual stream of a transformer: a list of numbers for each position, block by block.

$$ h_{l+1} = h_l + \text{block}_l(h_l), \qquad
   \text{size}_t = \|h_t\|, \qquad \text{alike}_{s,t} = \frac{h_s \cdot h_t}{\|h_s\|\,\|h_t\|} $$
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.lenses.numerals import number, percent
from pellucid.lenses.picture import Axis, Bars, Chart, Charts, Floats, Matrix
from pellucid.lenses.spaces import Space, is_sequence, spaces_of
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, Column, Remark, Table, View

__all__ = ["stream_of"]

_POSITIONS, _PICTURES = 24, 6


def stream_of(subject: Subject, sample: int, words: Any = None) -> View:
    """The stream of one sample: how long it is at each position, and which positions are alike.

    Args:
        subject: the network and its rows.
        sample: the row.
        words: what the tokens are called, by number.
    """
    spaces = [s for s in spaces_of(subject, subject.x[:256]) if is_sequence(subject, s)]
    spaces = _one_width(spaces)
    own = [s.values[0] for s in _of_one(subject, sample, spaces)]
    tokens = _tokens(subject, sample, words, own[0].shape[0])
    sizes = np.stack([np.linalg.norm(h, axis=1) for h in own])
    alike = [_cosines(h) for h in own]
    changes = [_change(a, b) for a, b in pairwise(spaces)]
    lines = _lines(spaces, sizes, alike, changes)
    shown = min(len(tokens), _POSITIONS)
    blocks: list[Block] = [
        _sizes(spaces, sizes[:, :shown], tokens[:shown], sample),
        _alike(spaces, alike, tokens[:shown]),
        _table(lines),
        *([_changes(lines)] if changes else []),
        *_remarks(len(tokens), shown),
    ]  # fmt: skip
    data = {"sample": sample, "tokens": list(tokens), "stream": lines}
    return View(_title(lines), _say(lines), tuple(blocks), data)


def _one_width(spaces: list[Space]) -> list[Space]:
    """The stream: spaces of the width that most have, the first and the blocks before others."""
    spaces = [s for s in spaces if s.kind != "input"]
    whole = [s for s in spaces if s.kind == "block"]
    if not spaces:
        raise SettingError(
            "transform found no layer that gives a list of numbers for each position.\n"
            " Use represent, which looks at any layer."
        )
    wide = (whole or spaces)[0].values.shape[-1]
    same = [s for s in spaces if s.values.shape[-1] == wide]
    if not whole:
        return same
    first = same.index(whole[0])
    return [*same[max(first - 1, 0) : first], *whole]


def _of_one(subject: Subject, sample: int, spaces: list[Space]) -> list[Space]:
    paths = {s.path for s in spaces}
    found = spaces_of(subject, subject.x[sample : sample + 1])
    return [s for s in found if s.path in paths]


def _tokens(subject: Subject, sample: int, words: Any, many: int) -> tuple[str, ...]:
    row = subject.x[sample]
    if row.ndim == 1 and row.dtype.kind in "iu" and len(row) == many:
        return tuple(f"{i}: {words[t] if words is not None else t}" for i, t in enumerate(row))
    return tuple(f"position {i}" for i in range(many))


def _cosines(h: Floats) -> Floats:
    h = np.asarray(h, np.float64)
    length = np.maximum(np.linalg.norm(h, axis=1, keepdims=True), 1e-12)
    return np.asarray((h / length) @ (h / length).T)


def _change(before: Space, after: Space) -> float:
    """How long what a block adds is, compared with what went in: the mean over rows, positions."""
    a, b = np.asarray(before.values, np.float64), np.asarray(after.values, np.float64)
    size = np.maximum(np.linalg.norm(a, axis=-1), 1e-12)
    return float((np.linalg.norm(b - a, axis=-1) / size).mean())


def _lines(
    spaces: list[Space], sizes: Floats, alike: list[Floats], changes: list[float]
) -> list[dict[str, Any]]:
    return [
        {
            "after": s.path,
            "norms": sizes[i].tolist(),
            "mean_norm": float(sizes[i].mean()),
            "similarity": alike[i].tolist(),
            "mean_similarity": _off(alike[i]),
            "change": changes[i - 1] if i else None,
        }
        for i, s in enumerate(spaces)
    ]


def _off(alike: Floats) -> float:
    """The mean likeness of two different positions."""
    n = len(alike)
    return float((alike.sum() - np.trace(alike)) / (n * (n - 1))) if n > 1 else 1.0


def _sizes(spaces: list[Space], sizes: Floats, tokens: tuple[str, ...], sample: int) -> Matrix:
    return Matrix(
        sizes, tuple(s.path for s in spaces), tokens, f"Length of the stream, row {sample}",
        "amount", row_axis="after", column_axis="position: token", low=0.0,
    )  # fmt: skip


def _alike(spaces: list[Space], alike: list[Floats], tokens: tuple[str, ...]) -> Charts:
    n = len(tokens)
    chosen = np.unique(np.linspace(0, len(spaces) - 1, _PICTURES).round().astype(int))
    items = tuple(
        Matrix(alike[i][:n, :n], tokens, tokens, f"after {spaces[i].path}", low=-1.0, high=1.0)
        for i in chosen
    )
    return Charts(items, min(len(items), 3), "Which positions are alike (cosine, −1 to 1)")


def _changes(lines: list[dict[str, Any]]) -> Chart:
    blocks = lines[1:]
    return Chart(
        Axis("length of what is added, compared with the stream"),
        Axis(names=tuple(b["after"] for b in blocks)),
        (Bars([b["change"] for b in blocks], lying=True),),
        "How much each block changes the stream",
    )


def _table(lines: list[dict[str, Any]]) -> Table:
    columns = (
        Column("after", anchor=True), Column("mean length", "number"),
        Column("mean likeness of positions", "signed"), Column("changed by", "share"),
    )  # fmt: skip
    keys = ("after", "mean_norm", "mean_similarity", "change")
    rows = tuple(tuple(line[k] for k in keys) for line in lines)
    return Table(columns, rows, "The stream in numbers")


def _title(lines: list[dict[str, Any]]) -> str:
    if len(lines) < 2:
        return f"The stream of each position after {lines[0]['after']}"
    most = max(lines[1:], key=lambda line: line["change"])
    return f"{most['after']} changes the stream most, by {percent(most['change'])}"


def _say(lines: list[dict[str, Any]]) -> str:
    first, last = lines[0], lines[-1]
    if len(lines) == 1:
        return (
            f"After {first['after']}, the stream's mean length is {number(first['mean_norm'])} and"
            f" the mean likeness of two positions {number(first['mean_similarity'], 2)}."
        )
    return (
        f"From {first['after']} to {last['after']}, the stream's mean length goes from"
        f" {number(first['mean_norm'])} to {number(last['mean_norm'])}, and the likeness of two"
        f" positions from {number(first['mean_similarity'], 2)} to"
        f" {number(last['mean_similarity'], 2)}"
        + (f"; the last block changes it by {percent(last['change'])}." if last["change"] else ".")
    )


def _remarks(many: int, shown: int) -> list[Block]:
    left = [Remark(f"Shown are {shown} of {many} positions.")] if shown < many else []
    return [
        *left,
        Remark(
            "Length and likeness say how much a block moves and mixes positions, not what it reads"
            " from them. What is added is averaged over up to 256 rows; the rest is of one row."
        ),
    ]
