"""From functions of nodes to functions of Tensors: here Tensors are taken off and put on."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from pellucid.dtypes import DType
from pellucid.errors import DTypeError, PellucidError, SettingError
from pellucid.graph.mode import _local
from pellucid.graph.node import Node
from pellucid.ops.op import shape_lines
from pellucid.shapes import Mismatch
from pellucid.spelling import a_kind
from pellucid.tensor.creation import as_tensor
from pellucid.tensor.kinds import PYTHON, no_kind
from pellucid.tensor.memory import adopt
from pellucid.tensor.misspelled import about_misspelled
from pellucid.tensor.old_order import in_new_order
from pellucid.tensor.plain_numbers import with_plain_numbers
from pellucid.tensor.precision import policed
from pellucid.tensor.returned import asks_for_out, written
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["FUNCTIONS", "explained", "function", "lifted", "node_of"]

F = TypeVar("F", bound=Callable[..., Any])
FUNCTIONS: dict[str, Callable[..., Any]] = {}
_PLAIN = (bool, int, float, str, type(None))
_new = object.__new__
_STAR = inspect.Parameter.VAR_POSITIONAL
_NUMBER_TOO = ("input", "other", "exponent")  # arguments that may be a Tensor or a number
# PyTorch takes NumPy's words too, and has other words for some methods.
_NUMPY = {
    "dim": ("axis",), "keepdim": ("keepdims",), "input": ("x", "a", "x1", "tensor"),
    "other": ("x2",), "A": ("input",), "x": ("input",), "tensor": ("input",),
    "B": ("input", "b", "other"), "L": ("input", "input2"),
    "split_size_or_sections": ("split_size",),
    "indices_or_sections": ("indices", "sections", "tensor_indices_or_sections"),
}  # fmt: skip


def node_of(value: Any) -> Any:
    """What an op takes for `value`: the node of a Tensor or array; anything else as it is."""
    if isinstance(value, Tensor):
        return value._node
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return as_tensor(value)._node
    if isinstance(value, list | tuple) and any(isinstance(v, Tensor) for v in value):
        return type(value)(node_of(v) for v in value) if type(value) in (list, tuple) else value
    if type(value) is type:  # dtype=float
        return PYTHON.get(value, value)
    return value


def _put_on(out: Any, args: Any, kwargs: Any) -> Any:
    if isinstance(out, Node):
        tensor = wrap(out)
        if out.base is not None and (_local.mode.recording or _local.mode.symbolic):
            _adopted(tensor, args, kwargs)
        return tensor
    if isinstance(out, tuple | list):
        parts = [_put_on(o, args, kwargs) for o in out]
        return type(out)(*parts) if hasattr(out, "_fields") else type(out)(parts)
    return out


def _adopted(view: Tensor, args: Any, kwargs: Any) -> None:
    """Tell the Tensor that was looked at who looks at it."""
    of = args[0] if args else kwargs.get("input")
    if not isinstance(of, Tensor):
        return
    node: Node | None = view._node
    while node is not None and node is not of._node:
        node = node.base  # may end elsewhere: in what an op of several results was packed into
    if node is not None:
        adopt(view, of)


def lifted(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, on Tensors."""
    under_autocast, call = policed(call)
    words, star = _spellings(call), _starred(call)
    none_borrowed = words.keys().isdisjoint
    name = getattr(call, "__name__", "")

    @functools.wraps(call)
    def on_tensors(*args: Any, **kwargs: Any) -> Any:
        taken = [a._node if type(a) is Tensor else node_of(a) for a in args]
        if kwargs:
            kwargs = {k: v if k == "out" else node_of(v) for k, v in kwargs.items()}
            if not none_borrowed(kwargs):
                kwargs = _translated(kwargs, words)
            if star in kwargs:  # the first argument may come by its name too
                taken += [kwargs.pop(word) for word in ("input", star) if word in kwargs]
        try:
            if under_autocast is None or _local.mode.lower is None:
                out = call(*taken, **kwargs)
            else:
                out = under_autocast(*taken, **kwargs)
        except Mismatch as mismatch:
            raise explained(call, mismatch, (*taken, *kwargs.values())) from None
        except (AttributeError, SettingError, TypeError) as error:
            if args and name in getattr(args[0], "_called_for", ()):  # a sparse matrix
                return args[0]._called_for[name](*args, **kwargs)
            if asks_for_out(error, kwargs):
                return _into(name.strip("_"), on_tensors, args, kwargs)
            if (now := in_new_order(name, args, taken)) is not None:
                return on_tensors(*now[0], **now[1], **kwargs)
            if (plain := with_plain_numbers(call, args, taken, kwargs)) is not None:
                return on_tensors(*plain[0], **plain[1])
            if (unknown := about_misspelled(call, error, kwargs)) is not None:
                raise unknown from None
            refusal = _refused(call, error, taken, kwargs)
            if refusal is None:
                raise
            raise refusal from None
        if isinstance(out, Node):
            tensor = _new(Tensor)
            tensor._node = out
            if out.base is not None and (_local.mode.recording or _local.mode.symbolic):
                _adopted(tensor, args, kwargs)
            return tensor
        return _put_on(out, args, kwargs)

    return on_tensors


def _into(name: str, call: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """The result of a call without its `out=`, written there."""
    out = kwargs.pop("out")
    asked = kwargs.get("dtype")
    if asked is not None and getattr(out, "dtype", asked) is not asked:
        raise DTypeError(f"{name}: dtype is {asked.name}, and out= {out.dtype.name}.")
    result = call(*args, **kwargs)
    if out is None:
        return result
    given = (node_of(v) for v in (*args, *kwargs.values()))
    flat = [v for value in given for v in (value if isinstance(value, list | tuple) else (value,))]
    blamed = any(isinstance(v, Node) and v.requires_grad for v in flat)
    return written(name, out, result, blamed)


def _starred(call: Callable[..., Any]) -> str:
    """What sizes or axes are called that may be given one by one: `x.reshape(shape=(2, 3))`."""
    code = getattr(inspect.unwrap(call), "__code__", None)
    if code is None or not code.co_flags & inspect.CO_VARARGS or not code.co_argcount:
        return ""
    return str(code.co_varnames[code.co_argcount + code.co_kwonlyargcount])


def _spellings(call: Callable[..., Any]) -> dict[str, str]:
    """What each of NumPy's words is called here, for the arguments that `call` has."""
    code = getattr(inspect.unwrap(call), "__code__", None)
    if code is None:  # an op itself
        return {}
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    known = [name for name in reversed(names) if name in _NUMPY]  # the first to ask for a word wins
    found = {word: name for name in known for word in _NUMPY[name]}
    return {word: name for word, name in found.items() if word not in names}


def _translated(kwargs: dict[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """NumPy's words replaced; an argument that is given under both of its names is refused."""
    for word in kwargs.keys() & words.keys():
        if words[word] in kwargs:
            raise TypeError(f"{word} and {words[word]} are the same argument; give one of them")
    return {words.get(k, k): v for k, v in kwargs.items()}


def _refused(
    call: Callable[..., Any], error: Exception, taken: Any, kwargs: Mapping[str, Any]
) -> PellucidError | None:
    """What to say when `call` failed because an argument is no Tensor, or no kind of number."""
    if isinstance(error, PellucidError):
        return None
    signature = inspect.signature(call)
    try:
        given = signature.bind(*taken, **kwargs).arguments
    except TypeError:
        return None  # too many arguments, or one of an unknown name: Python has said so
    name = call.__name__.rstrip("_")
    for what, value in given.items():
        parameter = signature.parameters[what]
        if what == "dtype" and not isinstance(value, DType | None):
            return no_kind(value)
        if what == "tensors" and isinstance(value, Node):
            return DTypeError(
                f"{name} takes a list of Tensors and got one.\n Write {name}([a, b])."
            )
        several = what == "tensors" or (parameter.kind is _STAR and parameter.annotation == "Node")
        if several and isinstance(value, list | tuple):
            for k, item in enumerate(value):
                if not isinstance(item, Node):
                    return _refusal(name, f"{what}[{k}]", item)
        elif _strange(what, value, parameter.annotation == "Node"):
            return _refusal(name, what, value)
    return None


def _strange(what: str, value: Any, must_be_tensor: bool) -> bool:
    if isinstance(value, Node):
        return False
    if must_be_tensor:
        return True
    return what in _NUMBER_TOO and not isinstance(value, bool | int | float)


def _refusal(name: str, what: str, value: Any) -> DTypeError:
    remedy = "Make one: pellucid.tensor(value)."
    if isinstance(value, str):
        remedy = "Text must become numbers first; pellucid.fit does that for tables."
    elif value is None:
        remedy = "Did the function that made it forget its return?"
    kind = a_kind(value)
    return DTypeError(f"{name}: {what} must be a Tensor and is {kind}.\n {remedy}")


def explained(call: Callable[..., Any], mismatch: Mismatch, given: tuple[Any, ...]) -> Exception:
    """What does not fit, with the name of the function that was called and the shapes it got."""
    first = f"{call.__name__.rstrip('_')}: {mismatch}."
    last = [f" {mismatch.remedy}"] if mismatch.remedy else []
    return mismatch.error("\n".join([first, *shape_lines(call, given), *last]))


def function(name: str | None = None) -> Callable[[F], F]:
    """Offer a function of nodes as `pellucid.<name>`; `binding` lists which are methods too."""

    def register(call: F) -> F:
        known = name or call.__name__.rstrip("_")
        FUNCTIONS[known] = offered = lifted(call)
        offered.__module__, offered.__qualname__ = "pellucid", known  # where pickle finds it again
        return call

    return register
