"""Networks and optimizers found while a program runs: whatever is called, and whatever steps."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["Discovery"]


class Discovery:
    """Finds the outermost networks with something to learn, and the optimizers.

    Args:
        watcher: who is told.
        models: whether networks are looked for.
        optimizers: whether optimizers are.
    """

    def __init__(self, watcher: Any, models: bool, optimizers: bool) -> None:
        self.watcher = watcher
        self.live = watcher.patches.live
        self.depth = 0
        self.known: set[int] = set()
        self.noted: list[tuple[Any, Any]] | None = None
        self.values: Callable[[Any], Any] = lambda module: None
        lib = watcher.library.lib
        if models:
            watcher.patches.wrap(lib.nn.Module, "__call__", self._calling)
        if optimizers:
            base = lib.optim.Optimizer
            watcher.patches.wrap(base, "__init__", self._making)
            for kind in [base, *_below(base)]:
                if "step" in vars(kind):
                    watcher.patches.wrap(kind, "step", self._stepping)

    def _calling(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def called(module: Any, *args: Any, **kwargs: Any) -> Any:
            aside = self.watcher.looks.inside
            if not self.live[0] or (aside and self.noted is None):
                return original(module, *args, **kwargs)
            if self.depth == 0 and id(module) not in self.known:
                self.known.add(id(module))
                if not aside:
                    self.watcher.safely("models", self._meet, module)
                elif self.noted is not None and _learns(module):
                    self.noted.append((module, self.values(module)))
            self.depth += 1
            try:
                return original(module, *args, **kwargs)
            finally:
                self.depth -= 1

        return called

    def _meet(self, module: Any) -> None:
        if _learns(module):
            self.watcher.add_model(module)

    @contextlib.contextmanager
    def noting(self, values: Callable[[Any], Any]) -> Iterator[list[tuple[Any, Any]]]:
        """Note whom a step that is traced now calls: who would be met amid it is met afterwards.

        Args:
            values: of a network, as they are at that moment.
        """
        self.noted, self.values = [], values
        try:
            yield self.noted
        finally:
            self.noted = None

    def _making(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def made(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            original(optimizer, *args, **kwargs)
            if self.live[0]:
                self.watcher.safely("optimizers", self.watcher.add_optimizer, optimizer)

        return made

    def _stepping(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def step(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            if self.live[0] and id(optimizer) not in self.watcher.ledgers:
                if self.watcher.looks.inside and self.noted is not None:
                    self.noted.append((optimizer, None))
                else:
                    self.watcher.safely("optimizers", self.watcher.add_optimizer, optimizer)
            return original(optimizer, *args, **kwargs)

        return step


def _learns(module: Any) -> bool:
    return any(p.requires_grad for p in module.parameters())


def _below(kind: type) -> list[type]:
    own: list[type] = kind.__subclasses__()
    return [k for sub in own for k in (sub, *_below(sub))]
