"""PyTorch's `out=`: the result is computed as ever and then written into a Tensor that is there."""

from __future__ import annotations

import functools
from collections.abc import Callable
from inspect import signature
from typing import Any, TypeVar, cast

from pellucid.errors import DTypeError, GraphError, KindError, SettingError, ShapeError
from pellucid.graph.mode import current
from pellucid.ops import elementwise as ew
from pellucid.shapes import show
from pellucid.spelling import a_kind
from pellucid.tensor.caution import caution
from pellucid.tensor.memory import overwrite, replace
from pellucid.tensor.misspelled import told_if_misspelled

__all__ = ["asks_for_out", "returning", "written"]

F = TypeVar("F", bound=Callable[..., Any])


def asks_for_out(error: Exception, kwargs: Any) -> bool:
    """Whether a call failed because it was given `out=`."""
    return "out" in kwargs and str(error).endswith("unexpected keyword argument 'out'")


def written(call: str, out: Any, result: Any, blamed: bool = False) -> Any:
    """Write a result into the Tensor, or the Tensors, that are to hold it.

    Args:
        call: the name of the function.
        out: a Tensor, or as many as there are results; one of another shape is made to fit.
        result: what the function gave.
        blamed: whether an argument requires grad, though the result does not.

    Returns:
        `out`, in the containers of the result.
    """
    if isinstance(result, tuple | list):
        many = isinstance(out, tuple | list)
        if not many or len(out) != len(result):
            given = len(out) if many else "one"
            raise KindError(f"{call}: there are {len(result)} results, and out= holds {given}.")
        parts = [written(call, o, r, blamed) for o, r in zip(out, result, strict=True)]
        return type(result)(*parts) if hasattr(result, "_fields") else type(result)(parts)
    if isinstance(out, tuple | list) and len(out) == 1:
        out = out[0]
    if not hasattr(out, "_node"):
        raise KindError(f"{call}: out= must be a Tensor and is {a_kind(out)}.")
    _check(call, out._node, result._node, blamed)
    _write(call, out, ew.cast(result._node, dtype=out._node.dtype))
    return out


# What holds positions or answers can't be written as another kind of number.
_EXACT = frozenset({
    "all", "any", "argmax", "argmin", "cummax", "cummin", "isneginf", "isposinf", "kthvalue", "max",
    "median", "min", "mode", "msort", "nanmedian", "nonzero", "sort", "topk",
})  # fmt: skip


def _check(call: str, to: Any, value: Any, blamed: bool) -> None:
    if current().recording and (to.requires_grad or value.requires_grad or blamed):
        raise GraphError(
            f"{call}: out= keeps no history, and one of the Tensors requires grad.\n"
            f" Write y = {call}(…), or fill it inside `with pellucid.no_grad():`."
        )
    if call == "bernoulli":  # ones and zeros fit into every kind of number
        return
    exact = call in _EXACT and value.dtype is not to.dtype
    if exact or value.dtype.category > to.dtype.category:
        raise DTypeError(
            f"{call}: the result is {value.dtype.name} and can't be written into an out= of"
            f" {to.dtype.name}."
        )


def _write(call: str, out: Any, value: Any) -> None:
    node = out._node
    if node.shape != value.shape:
        if current().trace is not None:
            raise ShapeError(
                f"{call}: out= has shape {show(node.shape)}, and the result {show(value.shape)}; in"
                " a compiled function it can't change."
            )
        if 0 not in node.shape:
            caution(
                f"{call}: out= had shape {show(node.shape)} and now has that of the result,"
                f" {show(value.shape)}."
            )
        out._node = ew.clone(value)  # it may be an argument, or a view of one
    elif current().trace is not None or node.array is None or value.array is None:
        replace(out, value)
    else:
        overwrite(out, value)


# What PyTorch's functions that make Tensors take too: there is one way to lie in memory here.
_FORMS = frozenset({"layout", "memory_format", "pin_memory"})


_ROWS = frozenset({"arange", "linspace", "logspace", "range"})  # they fill any shape in order


def _check_form(call: str, word: str, value: Any) -> None:
    if word == "layout" and value not in (None, "strided"):
        raise SettingError(f"{call}: layout is 'strided' here, not {value!r}.")


def returning(call: F) -> F:
    """The same function, which takes `out=` and, where sizes may be given one by one, `size=`."""
    words = signature(call).parameters
    made_of = told_if_misspelled(call)
    spread = any(p.name == "size" and p.kind is p.VAR_POSITIONAL for p in words.values())

    @functools.wraps(call)
    def returned(*args: Any, **kwargs: Any) -> Any:
        if spread and "size" in kwargs:
            args = (*args, kwargs.pop("size"))
        for word in kwargs.keys() & _FORMS - words.keys():
            _check_form(call.__name__, word, kwargs.pop(word))
        out = kwargs.pop("out", None)
        if out is None:
            return made_of(*args, **kwargs)
        if "dtype" in words and hasattr(out, "dtype"):
            asked = kwargs.setdefault("dtype", out.dtype) or out.dtype
            if asked is not out.dtype:
                raise DTypeError(
                    f"{call.__name__}: dtype is {asked.name}, and out= {out.dtype.name}."
                )
        made: Any = made_of(*args, **kwargs)
        if call.__name__ in _ROWS and out.numel() == made.numel():
            made = made.reshape(out.shape)
        return written(call.__name__, out, made)

    return cast(F, returned)
