"""Which rows of a table are joined: the edges of a graph, whose nodes are the rows.

An edge names its two ends by a column of the table that names each row, or by row numbers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.columns import Column
from pellucid.data.notice import Notice
from pellucid.data.read import read_rows
from pellucid.data.table import Table
from pellucid.data.wording import count, listing, quoted
from pellucid.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LINKS", "ends_of", "with_edges", "with_links"]

LINKS = "links"
_Edges = NDArray[np.int64]


def with_edges(table: Table, edges: Any) -> Table:
    """Return a table whose rows are the nodes of a graph.

    A column of how many neighbors each node has is added, and the column that names the nodes is
    no input any more.

    Args:
        table: one row for each node.
        edges: a file of two columns (source, target), a data frame of them, or row positions from 0
            as an array of shape (2, edges).

    Raises:
        DataError: an edge names no node; says which edge.

    Example:
        >>> from pellucid.data.builtin import load
        >>> with_edges(load("iris"), np.array([[0, 1], [1, 2]])).frame["links"].tolist()[:4]
        [1.0, 2.0, 1.0, 0.0]
    """
    if hasattr(edges, "columns") or isinstance(edges, str) or not isinstance(edges, np.ndarray):
        ends, by, said = ends_of(edges, table.frame, table.name, skip=table.target)
    else:
        ends, by, said = _checked(edges, len(table)), None, []
    columns = tuple(replace(c, kind="id", reason="names the node") if c.name == by else c
                    for c in table.columns)  # fmt: skip
    frame = with_links(table.frame, ends)
    joined = Column(LINKS, "number", "how many neighbors a node has", 0, 0, True)
    if LINKS not in table.frame.columns:
        columns = (*columns[:-1], joined, columns[-1])
    return replace(table, frame=frame, columns=columns, edges=ends, notices=(*table.notices, *said))


def with_links(frame: pd.DataFrame, ends: _Edges) -> pd.DataFrame:
    """Return the cells of nodes with the number of their neighbors, unless a column says it."""
    if LINKS in frame.columns:
        return frame
    both = np.concatenate([ends, ends[::-1]], axis=1)
    both = np.unique(both[:, both[0] != both[1]], axis=1)
    return frame.assign(**{LINKS: np.bincount(both[0], minlength=len(frame)).astype(np.float64)})


def ends_of(
    edges: Any, frame: pd.DataFrame, name: str, *, skip: str | None = None
) -> tuple[_Edges, str | None, list[Notice]]:
    """Return the positions of both ends of each edge, the column that names nodes, and remarks.

    Args:
        edges: a file or data frame of two columns, source and target.
        frame: one row for each node.
        name: what messages call it.
        skip: a column that names no nodes.

    Shape:
        (2, edges)
    """
    pairs, origin = _pairs(edges)
    found: NDArray[Any] = np.array([[_word(cell) for cell in side] for side in pairs], object)
    known: dict[str, Any] = {
        str(column): [_word(cell) for cell in frame[column]]
        for column in frame.columns if column not in (skip, LINKS)
    }  # fmt: skip
    named = {column: words for column, words in known.items() if len(set(words)) == len(words)}
    wanted = set(found.ravel())
    by = next((column for column, words in named.items() if wanted <= set(words)), None)
    if by is not None:
        place = {word: i for i, word in enumerate(named[by])}
        return _placed(found, place), by, _about(found.shape[1], f"by the column {quoted(by)}")
    first = _first_number(found, len(frame))
    if first is not None:
        ends = found.astype(np.int64) - first
        return ends, None, _about(found.shape[1], f"by row numbers from {first}")
    raise _unknown(found, named, len(frame), origin, name)


def _pairs(edges: Any) -> tuple[Any, str]:
    if hasattr(edges, "columns"):
        frame, origin = edges, "the edges"
    else:
        rows = read_rows(edges)
        frame, origin = rows.frame, rows.name
    if frame.shape[1] < 2:
        raise DataError(
            f"{origin} has one column; an edge has two ends.\n Give a file of two columns, source"
            " and target, with a header."
        )
    return (frame.iloc[:, 0], frame.iloc[:, 1]), origin


def _word(cell: Any) -> str:
    """A name, with 7 and 7.0 and "7" alike."""
    text = str(cell).strip()
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return text


def _placed(found: NDArray[Any], place: dict[str, int]) -> _Edges:
    return np.array([[place[word] for word in side] for side in found], np.int64).reshape(2, -1)


def _first_number(found: NDArray[Any], rows: int) -> int | None:
    """Where row numbers are counted from, if all ends are row numbers."""
    if not all(word.isdecimal() for word in found.ravel()):
        return None
    numbers = found.astype(np.int64)
    first = 0 if (numbers == 0).any() else 1
    return first if numbers.size and numbers.max() < rows + first else None


def _checked(edges: Any, rows: int) -> _Edges:
    if edges.ndim != 2 or edges.shape[0] != 2 or edges.dtype.kind not in "iu":
        raise DataError(
            f"edges must be whole numbers of shape (2, edges), not {edges.dtype} of shape"
            f" {edges.shape}."
        )
    if edges.size and not 0 <= edges.min() <= edges.max() < rows:
        raise DataError(
            f"edges must be row positions from 0 to {rows - 1}, not {edges.min()} to {edges.max()}."
        )
    found: _Edges = edges.astype(np.int64)
    return found


def _about(edges: int, how: str) -> list[Notice]:
    return [Notice("rows", f"{count(edges, 'edge')}, whose ends are named {how}.")]


def _unknown(
    found: NDArray[Any], named: dict[str, list[str]], rows: int, origin: str, name: str
) -> DataError:
    """The first edge with an end that is no node, for the column that knows the most of them."""
    wanted = set(found.ravel())
    best = max(named, key=lambda column: len(wanted & set(named[column])), default=None)
    if best is None or not wanted & set(named[best]):
        return DataError(
            f"the ends of the edges in {origin}, such as {listing(sorted(wanted), 4)}, are no row"
            f" numbers of {name} (it has {count(rows, 'row')}) and stand in none of its columns."
            "\n Give the nodes a column of names, each once, and write these into the edges."
        )
    known = set(named[best])
    bad = np.array([[word not in known for word in side] for side in found])
    at = int(np.argmax(bad.any(axis=0)))
    end = found[int(np.argmax(bad[:, at])), at]
    return DataError(
        f"{origin}, row {at + 1}: {quoted(end)} is not a node: it is not in the column"
        f" {quoted(best)} of {name}.\n {count(int(bad.any(axis=0).sum()), 'edge')} like this. Add"
        " the nodes, or take the edges out."
    )
