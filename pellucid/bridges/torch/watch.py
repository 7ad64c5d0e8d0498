"""`watch` for a PyTorch loop: the same watching and the same rules as for ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pellucid.bridges.torch.library import Torch
from pellucid.doctor.report import Report
from pellucid.doctor.watch import shown, watching

__all__ = ["watch"]


@contextmanager
def watch(
    model: Any = None, optimizer: Any = None, loss_fn: Any = None, *, trials: bool = True,
    seconds: float = 5.0, print: bool = False,
) -> Iterator[Report]:  # fmt: skip
    """Look on while a PyTorch loop trains; when the block ends, the report says what is wrong.

    The loop stays as it is, and nothing is changed: weights, losses and random streams are the
    same, bit for bit. When the block has ended all hooks are gone; the report keeps the network and
    up to 2,000 rows, so that `treat` can run it again on copies.

    Args:
        model: a `torch.nn.Module`, or a list of them; whichever the program calls when None.
        optimizer: a `torch.optim.Optimizer`, or a list of them; whichever steps when None.
        loss_fn: accepted for clarity; losses are recognized where they are called.
        trials: whether short runs on copies decide between causes when the loop has ended.
        seconds: how long they may take.
        print: whether the report is printed.

    Raises:
        SettingError: not a network or not an optimizer of PyTorch's.

    Example:
        >>> import torch
        >>> _ = torch.manual_seed(0)
        >>> x = torch.randn(64, 2)
        >>> y = (x[:, 0] * x[:, 1] > 0).long()
        >>> model = torch.nn.Sequential(
        ...     torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2), torch.nn.Softmax(1)
        ... )
        >>> optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        >>> with watch(model, optimizer, trials=False) as report:
        ...     for step in range(30):
        ...         optimizer.zero_grad()
        ...         loss = torch.nn.functional.cross_entropy(model(x), y)
        ...         loss.backward()
        ...         optimizer.step()
        >>> report.findings
        ['double_softmax']
    """
    with watching(Torch(), model, optimizer, loss_fn, trials=trials, seconds=seconds) as report:
        yield report
    if print:
        shown(report)
