"""The loaders that a loop goes through: how many batches to an epoch, in which order."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

__all__ = ["Loaders"]


class Loaders:
    """Notes every loader that is gone through.

    Attributes:
        turns: how often any loader was begun.
        training: the one during which steps were made.
    """

    def __init__(self) -> None:
        self.turns = 0
        self.training: Any = None
        self.now: Any = None
        self.began = 0
        self.watcher: Any = None

    def watch(self, lib: Any, watcher: Any) -> None:
        """Patch the class."""
        self.watcher = watcher
        watcher.patches.wrap(lib.utils.data.DataLoader, "__iter__", self._iterating)

    def _iterating(self, original: Callable[..., Any]) -> Callable[..., Any]:
        live = self.watcher.patches.live

        @functools.wraps(original)
        def iterate(loader: Any) -> Any:
            if live[0]:
                self._begins(loader)
            return original(loader)

        return iterate

    def _begins(self, loader: Any) -> None:
        self.settle()
        self.watcher.safely("calls", self.watcher.looks.pause)
        self.turns += 1
        self.now, self.began = loader, self.watcher.step

    def settle(self) -> None:
        """Whether the loader that was begun last is the one with the steps."""
        if self.now is not None and self.watcher.step > self.began:
            self.training = self.now

    def epoch(self) -> int:
        """Batches to an epoch, 0 if it isn't known."""
        try:
            return len(self.training) if self.training is not None else 0
        except TypeError:
            return 0

    def rows(self) -> int:
        """Rows to an epoch."""
        try:
            return len(self.training.dataset) if self.training is not None else 0
        except (TypeError, AttributeError):
            return 0

    def shuffled(self) -> bool | None:
        """Whether it shuffles; None if it isn't known."""
        if self.training is None:
            return None
        sampler = getattr(self.training, "sampler", None)
        inner = getattr(getattr(self.training, "batch_sampler", None), "sampler", sampler)
        for one in (sampler, inner):
            name = type(one).__name__
            if "Sequential" in name:
                return False
            if "Random" in name:
                return True
        return None
