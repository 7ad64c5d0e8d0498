"""Whether a graph is recorded: `no_grad`, `enable_grad`, `set_grad_enabled`."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from pellucid.graph.mode import current

__all__ = [
    "enable_grad", "inference_mode", "is_grad_enabled", "is_inference_mode_enabled", "no_grad",
    "set_grad_enabled",
]  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])


class set_grad_enabled:
    """Record a graph or not: from now on, for the length of a `with` block, or in a function."""

    def __init__(self, mode: bool) -> None:
        self._wanted = mode
        self._before = [current().recording]
        current().recording = mode

    def __enter__(self) -> None:
        current().recording = self._wanted

    def __exit__(self, *_: object) -> None:
        current().recording = self._before[0]

    def __call__(self, call: F) -> F:
        """The function, run with the switch set; as a decorator it changes nothing outside."""
        current().recording = self._before[0]
        return _switched(call, enable_grad if self._wanted else no_grad)


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
        return _switched(call, type(self))


def _switched(call: F, switch: Callable[[], Any]) -> F:
    """The function, run under a switch; a generator, each time it is asked for its next value."""

    @functools.wraps(call)
    def run(*args: Any, **kwargs: Any) -> Any:
        with switch():
            return call(*args, **kwargs)

    @functools.wraps(call)
    def generate(*args: Any, **kwargs: Any) -> Any:
        values = call(*args, **kwargs)
        go_on: Callable[[], Any] = functools.partial(next, values)
        while True:
            with switch():
                try:
                    value = go_on()
                except StopIteration as end:
                    return end.value
            try:
                go_on = functools.partial(values.send, (yield value))
            except BaseException as error:  # thrown in, or the end: the function hears of it
                go_on = functools.partial(values.throw, error)

    return generate if inspect.isgeneratorfunction(call) else run  # type: ignore[return-value]


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
    """PyTorch's stricter `no_grad`; here it is the same, and `inference_mode(False)` records."""

    def __new__(cls, mode: Any = True) -> Any:
        """A switch; or, given a function, that function without recording."""
        self = super().__new__(cls)
        if callable(mode):
            return self(mode)
        self._wanted = not mode
        return self

    def __enter__(self) -> None:
        super().__enter__()
        _inference.modes = [*_inference.modes, not self._wanted]

    def __exit__(self, *_: object) -> None:
        _inference.modes = _inference.modes[:-1]
        super().__exit__()

    def __call__(self, call: F) -> F:
        """The function, run with the switch set."""
        return _switched(call, functools.partial(inference_mode, not self._wanted))


class _Inference(threading.local):
    modes: list[bool] = []  # noqa: RUF012  (never changed in place)


_inference = _Inference()


def is_inference_mode_enabled() -> bool:
    """Whether this runs inside `inference_mode()`."""
    return bool(_inference.modes) and _inference.modes[-1]


class enable_grad(_Switch):
    """Record a graph again inside `no_grad`."""

    _wanted = True


def is_grad_enabled() -> bool:
    """Whether a graph is being recorded."""
    return current().recording
