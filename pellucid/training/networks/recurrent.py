"""A network that reads a row step by step and remembers: an LSTM or a GRU.

h_t = cell(x_t, h_{t−1}),    ŷ = W h_T + b
"""

from __future__ import annotations

from typing import Any

from pellucid import nn
from pellucid.errors import SettingError

__all__ = ["build_recurrent"]

_CELLS: dict[str, Any] = {"lstm": nn.LSTM, "gru": nn.GRU}


class Recurrent(nn.Module):
    """Steps through a row and answers from what it remembers at the end."""

    def __init__(
        self, cell: str, steps: int, width: int, n_out: int, hidden: int, layers: int,
        dropout: float,
    ) -> None:  # fmt: skip
        super().__init__()
        self.steps, self.width = steps, width
        between = dropout if layers > 1 else 0.0
        self.cells = _CELLS[cell](width, hidden, layers, batch_first=True, dropout=between)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, n_out)

    def forward(self, x: Any) -> Any:
        """The answer for each row."""
        remembered, _ = self.cells(x.reshape(-1, self.steps, self.width))
        return self.head(self.dropout(remembered[:, -1]))


def build_recurrent(
    cell: str,
    n_in: int,
    n_out: int,
    steps: int | None = None,
    hidden: int = 64,
    layers: int = 1,
    dropout: float = 0.0,
) -> nn.Module:
    """Cells that read a row as a sequence, and a linear layer on what they remember.

    Args:
        cell: "lstm" or "gru".
        n_in: features that come in, the first step's first.
        n_out: numbers that go out: one per class, or one.
        steps: how many steps the features are; as many as there are features when None.
        hidden: how many numbers a cell remembers.
        layers: cells on top of each other.
        dropout: share of activations that training silences, between layers and before the last.

    Shape:
        `(n, n_in) → (n, n_out)`

    Example:
        >>> import pellucid
        >>> build_recurrent("gru", 12, 1, steps=4)(pellucid.zeros(2, 12)).shape
        Size([2, 1])
    """
    if cell not in _CELLS:
        raise SettingError(f"there is no recurrent network {cell!r}. Known: {', '.join(_CELLS)}.")
    steps = n_in if steps is None else steps
    return Recurrent(cell, steps, n_in // steps, n_out, hidden, layers, dropout)
