"""Optimizers whose `step` was replaced before anybody watched, as PyTorch's schedulers do it.

What such an optimizer calls is its own, not that of its class; but it comes by the hooks that
PyTorch keeps for all optimizers.
"""

from __future__ import annotations

import importlib
from typing import Any

from pellucid.doctor.watching.hook import Hook

__all__ = ["Stepping"]


class Stepping:
    """Finds optimizers when they step.

    Args:
        watcher: who is told.
    """

    def __init__(self, watcher: Any) -> None:
        self.watcher = watcher
        hang = importlib.import_module("torch.optim.optimizer").register_optimizer_step_pre_hook
        self.hung = hang(Hook(self._steps))

    def _steps(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        if id(optimizer) not in self.watcher.ledgers:
            self.watcher.safely("optimizers", self.watcher.add_optimizer, optimizer)

    def end(self) -> None:
        """The watching is over."""
        self.hung.remove()
