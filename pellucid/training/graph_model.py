"""A network on a graph with its nodes: it answers for all, each seen among its neighbors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.joined import with_links
from pellucid.data.notice import Notice
from pellucid.data.read import Rows
from pellucid.data.table import Table
from pellucid.data.wording import count, quoted
from pellucid.errors import DataError
from pellucid.tensor.creation import arange
from pellucid.training.table_model import TableModel

__all__ = ["GraphModel", "Known"]


@dataclass(frozen=True)
class Known:
    """The nodes that a network was trained on, where it knows each by itself.

    Args:
        names: one for each node.
        column: where the names stand; None for row numbers.
    """

    names: tuple[str, ...]
    column: str | None = None

    @classmethod
    def of(cls, table: Table) -> Known:
        """The nodes of a table, by the column that names them."""
        named = next((c.name for c in table.columns if c.kind == "id"), None)
        return cls(tuple(_names(table.frame, named)), named)

    def rows(self, frame: Any, name: str) -> NDArray[np.float32]:
        """One feature for each known node: (n, nodes).

        Raises:
            DataError: a row is a node that training did not see.
        """
        if self.column is not None and self.column not in frame.columns:
            raise DataError(f"{name} lacks {quoted(self.column)}, the column that names the nodes.")
        place = {word: i for i, word in enumerate(self.names)}
        found = _names(frame, self.column)
        strange = [word for word in found if word not in place]
        if strange:
            raise DataError(
                f"{name}: {quoted(strange[0])} is a node that the model has never seen, and it"
                f" knows each node by itself ({count(len(strange), 'node')} like this).\n Train on"
                " columns that say something about a node, and the model can answer for new ones."
            )
        return np.eye(len(self.names), dtype=np.float32)[[place[word] for word in found]]


def _names(frame: Any, column: str | None) -> list[str]:
    if column is None:
        return [str(i + 1) for i in range(len(frame))]
    return [f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in frame[column]]


@dataclass
class GraphModel(TableModel):
    """A trained network whose rows are the nodes of a graph.

    Args:
        known: the nodes it was trained on, where it knows each by itself.
    """

    known: Known | None = None

    @property
    def explainable(self) -> str:
        """A node's answer comes from its neighbors too."""
        return (
            "the answer for a node comes from its neighbors and theirs too, so no single row"
            " explains it"
        )

    def example(self, rows: int) -> Any:
        """A ring of nodes to show the network on."""
        ring = np.stack([np.arange(rows), np.roll(np.arange(rows), 1)]).astype(np.int64)
        network: Any = self.network
        network.on(np.zeros((rows, self.architecture.inputs), np.float32), ring)
        return arange(rows)

    def extra(self) -> dict[str, object]:
        """The nodes it knows."""
        if self.known is None:
            return {"nodes": None}
        return {"nodes": {"column": self.known.column, "names": list(self.known.names)}}

    def features(self, data: Any, *, notices: list[Notice] | None = None) -> NDArray[Any]:
        """Stand on a graph; its nodes are then asked for by their positions.

        Args:
            data: the nodes, with edges: a `Table` or `Rows` that has some.
            notices: a list that receives what was unusual.

        Raises:
            DataError: there are no edges.
        """
        edges = getattr(data, "edges", None)
        if edges is None:
            raise DataError(
                "this model is on a graph and needs the edges besides the nodes.\n Give them with"
                " --edges FILE (two columns, source and target)."
            )
        frame = with_links(data.frame, edges)
        cells: Any = frame
        if isinstance(data, Rows):
            cells = Rows(frame, data.name, data.layout)
        x = self.preparation.transform(cells, name=data.name, notices=notices)
        if self.known is not None:
            x = np.concatenate([x, self.known.rows(frame, data.name)], axis=1)
        network: Any = self.network
        network.on(x, edges)
        return np.arange(len(x))
