"""A network as plain data: what it takes to build it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pellucid.training.networks.family import family_of

__all__ = ["Architecture"]


@dataclass(frozen=True)
class Architecture:
    """What it takes to build the network again, as plain data.

    Args:
        inputs: features that come in.
        outputs: numbers that go out: one per class, or one.
        hidden: sizes of the hidden layers.
        activation: name of the function between layers.
        dropout: share of activations that training silences.
        kind: the family: a name of `FAMILIES`, or "file" for a person's own Python file.
        options: what that family takes besides.

    Example:
        >>> Architecture(2, 2, (8, 4)).build()[0].weight.shape
        Size([8, 2])
        >>> Architecture(8, 1, (16,), kind="gru", options={"steps": 4}).build().cells
        GRU(2, 16, batch_first=True)
    """

    inputs: int
    outputs: int
    hidden: tuple[int, ...] = (64, 64)
    activation: str = "relu"
    dropout: float = 0.0
    kind: str = "mlp"
    options: Mapping[str, Any] = field(default_factory=dict)

    def build(self) -> Any:
        """A network of this shape with fresh weights; a person's own file is run for it."""
        return family_of(self.kind).build(
            self.inputs, self.outputs, hidden=self.hidden, activation=self.activation,
            dropout=self.dropout, **self.options,
        )  # fmt: skip

    @property
    def title(self) -> str:
        """The network in a few words, such as "64 → 32 → 10, relu"."""
        chain = " → ".join(map(str, (self.inputs, *self.hidden, self.outputs)))
        if self.kind == "mlp":
            return f"{chain}, {self.activation}"
        named = {name: value for name, value in self.options.items() if value is not None}
        if "path" in named:
            return f"{Path(named['path']).name}: {self.inputs} → {self.outputs}"
        return ", ".join(
            [f"{self.kind} {chain}", *(f"{name} {_short(value)}" for name, value in named.items())]
        )


def _short(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
