"""What PyTorch has in `torch.compiler`: is a function being traced, and what stays out of it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from pellucid.errors import TraceError
from pellucid.graph.mode import current
from pellucid.tensor.compile import ENGINES, _every

__all__ = ["disable", "is_compiling", "list_backends", "reset"]


def is_compiling() -> bool:
    """Whether this thread is running a function on unknown values, to compile it.

    Example:
        >>> import pellucid
        >>> seen = []
        >>> @pellucid.compile(engine="numpy")
        ... def double(x):
        ...     return x * (3 if pellucid.compiler.is_compiling() else 2)
        >>> double(pellucid.ones(1)), pellucid.compiler.is_compiling()
        (tensor([3.]), False)
    """
    return current().trace is not None


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """Say of a function that it can't be part of a compiled one: a call inside is an error.

    PyTorch runs it between two compiled parts; here a function is compiled whole or not at all.

    Args:
        fn: the function; without it, a decorator.
        recursive: accepted as in PyTorch.
        reason: why; the error tells it.

    Example:
        >>> import pellucid
        >>> @pellucid.compiler.disable(reason="it writes a file")
        ... def log(x):
        ...     return x
        >>> log(pellucid.ones(1))
        tensor([1.])
    """
    if fn is None:
        return functools.partial(disable, recursive=recursive, reason=reason)

    @functools.wraps(fn)
    def outside(*args: Any, **kwargs: Any) -> Any:
        if is_compiling():
            raise TraceError(_refusal(fn, reason))
        return fn(*args, **kwargs)

    return outside


def _refusal(fn: Callable[..., Any], reason: str | None) -> str:
    name = getattr(fn, "__name__", "this function")
    because = f" ({reason})" if reason else ""
    return (
        f"{name} was said to stay out of compiled functions{because}, and is called in one.\n"
        " Call it before or after the compiled function; a whole function is always compiled."
    )


def reset() -> None:
    """Drop every compiled form: the next call of each compiled function traces it again."""
    for compiled in tuple(_every):
        compiled.forget()


def list_backends(exclude_tags: Any = None) -> list[str]:
    """The engines that `pellucid.compile` knows.

    Example:
        >>> import pellucid
        >>> pellucid.compiler.list_backends()
        ['xla', 'numpy']
    """
    return [engine for engine in ENGINES if engine != "auto"]
