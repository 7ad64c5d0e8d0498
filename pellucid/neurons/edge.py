"""An arrow between two neurons, and where its weight lives in the matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pellucid.lenses.numerals import number
from pellucid.neurons.wiring import Place

if TYPE_CHECKING:
    from pellucid.neurons.network import Network

__all__ = ["Edge"]


class Edge:
    """An arrow.

    Args:
        source: the neuron it leaves.
        target: the neuron it enters, to which its weight belongs.
        network: the network that it is part of.
    """

    def __init__(self, source: str, target: str, network: Network) -> None:
        self.source, self.target, self.network = source, target, network

    @property
    def weight(self) -> float:
        """The weight, as it is now."""
        return self.network._weight(self)

    @weight.setter
    def weight(self, value: float) -> None:
        self.network._set_weight(self, float(value))

    @property
    def where(self) -> Place:
        """The name of the Parameter in `state_dict`, and the place in it.

        Example:
            >>> from pellucid import neurons
            >>> neurons.example().edge("4", "7").where
            ('2.weight', (1, 1))
        """
        return self.network._place(self)

    @property
    def shared(self) -> str | None:
        """The name of the weight that it shares with others, if it does."""
        return self.network._shares.get((self.source, self.target))

    @property
    def symbol(self) -> str:
        """The entry of a matrix or vector: "W2[1, 0]", counted from the layer it leads into.

        The document counts layers from 1, the input layer, so the first matrix is W2.
        """
        path, index = self.where
        if path == "shared":
            return f"shared[{index[0]}]"
        layer = self.network._plan().stage_of[self.target] + 2
        letter = "W" if path.endswith("weight") else "b"
        return f"{letter}{layer}[{', '.join(map(str, index))}]"

    def __str__(self) -> str:
        return f"{self.source} → {self.target} · {number(self.weight)} · {self.symbol}"

    def __repr__(self) -> str:
        return f"Edge({self.source!r}, {self.target!r}, weight={self.weight:g})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Edge) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, str, int]:
        return self.source, self.target, id(self.network)
