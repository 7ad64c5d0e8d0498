"""Results are returned: what to say to PyTorch's `out=`, which would write them into a Tensor."""

from __future__ import annotations

import functools
from collections.abc import Callable
from inspect import signature
from typing import Any, TypeVar, cast

__all__ = ["about_out", "asks_for_out", "returning"]

F = TypeVar("F", bound=Callable[..., Any])


def asks_for_out(error: Exception, kwargs: Any) -> bool:
    """Whether a call failed because it was given `out=`."""
    return "out" in kwargs and str(error).endswith("unexpected keyword argument 'out'")


def about_out(call: str) -> TypeError:
    """What to say, with the name that was called, such as `pellucid.add`."""
    return TypeError(
        f"{call.rpartition('.')[2]} returns its result and takes no out=.\n"
        f" Write c = {call}(…). To fill a Tensor that is there already:\n"
        f" with pellucid.no_grad(): c[:] = {call}(…)"
    )


def returning(call: F) -> F:
    """The same function, which says where its result goes when it is given `out=`."""
    spread = any(
        p.name == "size" and p.kind is p.VAR_POSITIONAL for p in signature(call).parameters.values()
    )

    @functools.wraps(call)
    def returned(*args: Any, **kwargs: Any) -> Any:
        if spread and "size" in kwargs:
            args = (*args, kwargs.pop("size"))
        if kwargs.pop("out", None) is not None:
            raise about_out(f"pellucid.{call.__name__}")
        return call(*args, **kwargs)

    return cast(F, returned)
