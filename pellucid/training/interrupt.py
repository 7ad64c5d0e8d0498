"""Ctrl-C while training: the first stops after the step at work, the second leaves at once."""

from __future__ import annotations

import signal
import threading
from types import TracebackType
from typing import Any

__all__ = ["Interrupts"]


class Interrupts:
    """Counts Ctrl-C in a `with` block, or in several, one inside the other.

    Nothing is changed outside the main thread, or where a program has a handler of its own.

    Attributes:
        count: how often it was pressed.
    """

    def __init__(self) -> None:
        self.count = 0
        self._before: Any = None
        self._depth = 0

    def __enter__(self) -> Interrupts:
        """Take over, if nobody else has."""
        self._depth += 1
        main = threading.current_thread() is threading.main_thread()
        if (
            main
            and self._depth == 1
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            self._before = signal.signal(signal.SIGINT, self._pressed)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give back."""
        self._depth -= 1
        if self._before is not None and not self._depth:
            signal.signal(signal.SIGINT, self._before)
            self._before = None

    def _pressed(self, number: int, frame: Any) -> None:
        self.count += 1
        if self.count > 1:
            raise KeyboardInterrupt
