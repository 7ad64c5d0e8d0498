"""`examine` for a network of PyTorch's: a short training on copies, looked on at."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch

from pellucid.bridges.torch.library import Torch
from pellucid.doctor.examine import Tried, rows_of, sooner, tried
from pellucid.doctor.report import Report
from pellucid.errors import SettingError

__all__ = ["examine"]


def examine(
    model: torch.nn.Module, data: Any, loss: Callable[[Any, Any], Any],
    optimizer: torch.optim.Optimizer | None = None, *, steps: int = 300, batch_size: int = 32,
    seed: int = 0, seconds: float = 5.0,
) -> Report:  # fmt: skip
    """Say what will go wrong in a training, before it: a few steps are made on copies.

    Args:
        model: the network; it is left as it is.
        data: `(X, y)` as tensors or arrays, or a DataLoader, of which the first 5,000 rows are
            taken.
        loss: a module or function of output and target.
        optimizer: one over the model's parameters; Adam with a rate of 0.001 when None.
        steps: how many steps are made.
        batch_size: rows to a step.
        seed: of the order of rows.
        seconds: how long short runs may take that decide between causes.

    Returns:
        what `pellucid.doctor.examine` gives.

    Raises:
        SettingError: not a network of PyTorch's.
        DataError: data of another form.

    Example:
        >>> import torch
        >>> _ = torch.manual_seed(0)
        >>> x = torch.randn(300, 2)
        >>> y = (x[:, 0] * x[:, 1] > 0).long()
        >>> model = torch.nn.Sequential(
        ...     torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2), torch.nn.Softmax(1)
        ... )
        >>> examine(model, (x, y), torch.nn.CrossEntropyLoss(), steps=60).findings
        ['double_softmax']
    """
    if not isinstance(model, torch.nn.Module):
        raise SettingError(
            f"bridge.examine takes a torch.nn.Module, not {type(model).__name__}.\n"
            " For a network of ours: pellucid.doctor.examine(…)."
        )
    library: Any = Torch()
    with library.random_kept():
        x, y = rows_of(data)
        twin, moved, call = copy.deepcopy((model, optimizer, loss))
        stepper = moved if moved is not None else torch.optim.Adam(twin.parameters(), lr=1e-3)
        run = Tried(twin, stepper, lambda: call, x, y, steps, batch_size, seed)
        return sooner(tried(library, run, seconds))
