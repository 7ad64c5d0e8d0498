"""Whether a graph is recorded: `no_grad`, `enable_grad`, `set_grad_enabled`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from pellucid.graph.mode import current

__all__ = ["enable_grad", "inference_mode", "is_grad_enabled", "no_grad", "set_grad_enabled"]

F = TypeVar("F", bound=Callable[..., Any])


class set_grad_enabled:
    """Record a graph or not, from now on or for the length of a `with` block."""

    def __init__(self, mode: bool) -> None:
        self._wanted = mode
        self._before = [current().recording]
        current().recording = mode

    def __enter__(self) -> None:
        current().recording = self._wanted

    def __exit__(self, *_: object) -> None:
        current().recording = self._before[0]


class _Switch:
    _wanted = False
    _before: list[bool]

    def __new__(cls, call: Callable[..., Any] | None = None) -> Any:
        self = object.__new__(cls)
        self._before = []
        return self if call is None else self(call)

    def __enter__(self) -> None:
        self._before.append(current().recording)
        current().recording = self._wanted

    def __exit__(self, *_: object) -> None:
        current().recording = self._before.pop()

    def __call__(self, call: F) -> F:
        @functools.wraps(call)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with type(self)():
                return call(*args, **kwargs)

        return switched  # type: ignore[return-value]


class no_grad(_Switch):
    """Record no graph: for evaluation, and for writing into weights.

    Example:
        >>> import pellucid
        >>> w = pellucid.ones(2, requires_grad=True)
        >>> with pellucid.no_grad():
        ...     (w * 2).requires_grad
        False
    """


class inference_mode(no_grad):
    """PyTorch's stricter `no_grad`; here it is the same."""


class enable_grad(_Switch):
    """Record a graph again inside `no_grad`."""

    _wanted = True


def is_grad_enabled() -> bool:
    """Whether a graph is being recorded."""
    return current().recording
