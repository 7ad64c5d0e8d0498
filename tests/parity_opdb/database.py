"""PyTorch's own database of operations, with samples for each, and its arguments handed over to us.

It lies in a private module of the wheel. Where that is not to be had, the tests skip and say so.
"""

from __future__ import annotations

import functools
import importlib
import random
import sys
import types
import unittest
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

import pellucid

__all__ = [
    "RANDOM",
    "Call",
    "Unlike",
    "calls",
    "database",
    "function",
    "samples",
    "seeded",
    "spellings",
]

DTYPES = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "int8", "uint8", "bool")

# What these give is drawn, or whatever memory held: shapes and dtypes are compared.
_DRAWN = """
bernoulli cauchy empty empty_like empty_permuted empty_strided exponential geometric log_normal
multinomial new_empty new_empty_strided normal rand rand_like randint randint_like randn randn_like
randperm uniform nn.functional.alpha_dropout nn.functional.dropout nn.functional.dropout2d
nn.functional.dropout3d nn.functional.feature_alpha_dropout nn.functional.fractional_max_pool2d
nn.functional.fractional_max_pool3d nn.functional.gumbel_softmax nn.functional.rrelu
"""
RANDOM = frozenset(_DRAWN.split())
_OF_TENSORS = """
bfloat16 bool byte char contiguous double expand float half int long repeat reshape_as short to
unfold view
"""
_METHODS = frozenset(_OF_TENSORS.split())


class Unlike(Exception):
    """A sample that can't be handed over: complex numbers, sparse layouts, PyTorch's modules."""


class Call(NamedTuple):
    """What a function is called with, and all Tensors among it."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    tensors: list[Any]


@functools.cache
def database() -> list[Any]:
    """The entries whose names are here too."""
    pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    if "expecttest" not in sys.modules:  # a package for PyTorch's own tests; only its name is used
        stand_in: Any = types.ModuleType("expecttest")
        stand_in.TestCase = unittest.TestCase
        sys.modules["expecttest"] = stand_in
    try:
        room: Any = importlib.import_module("torch.testing._internal.common_methods_invocations")
        found = room.op_db
    except (ImportError, AttributeError) as error:
        pytest.skip(f"PyTorch's database of operations is not where it was: {error}")
    torch = sys.modules["torch"]
    return [op for op in found if _both(op, torch)]


def _both(op: Any, torch: Any) -> bool:
    try:
        return all(function(op, library) is not None for library in (torch, pellucid))
    except AttributeError:
        return False


def _named(root: Any, name: str) -> Any:
    return functools.reduce(getattr, name.split("."), root)


def _special(name: str, variant: str, lib: Any) -> Any:
    """Entries whose samples come in another order than the function's arguments."""
    functional = lib.nn.functional
    if name in ("polygamma", "special.polygamma"):
        return lambda x, n, **k: _named(lib, name)(n, x, **k)
    if name in ("T", "H", "mT", "mH"):
        return lambda x: getattr(x, name)
    if name in ("cauchy", "exponential", "geometric", "log_normal", "uniform"):
        return getattr(lib.Tensor, f"{name}_")
    if (name, variant) == ("normal", "in_place"):
        return lib.Tensor.normal_
    return {
        "where": lambda x, mask, other, **k: lib.where(mask, x, other, **k),
        "einsum": lambda parts, equation, **k: lib.einsum(equation, *parts, **k),
        "nn.functional.embedding": lambda w, i, **k: functional.embedding(i, w, **k),
        "nn.functional.embedding_bag": lambda w, i, **k: functional.embedding_bag(i, w, **k),
        "linalg.lstsq/grad_oriented": lambda a, b, driver: lib.linalg.lstsq(a, b, driver=driver)[0],
        "linalg.pinv/singular": lambda a, b: lib.linalg.pinv(a @ b.mT),
    }.get(f"{name}/{variant}" if variant and name.startswith("linalg.") else name)


def function(op: Any, lib: Any) -> Callable[..., Any]:
    """The function that an entry is about, in one library or the other."""
    call = _special(op.name, op.variant_test_name, lib)
    if call is None and op.name not in _METHODS:
        try:
            call = _named(lib, op.name)
        except AttributeError:
            call = None
    if call is None:
        call = _named(lib.Tensor, op.name)
    if isinstance(op.op, functools.partial):
        return functools.partial(call, *op.op.args, **op.op.keywords)
    return call  # type: ignore[no-any-return]


def samples(op: Any, dtype: str, most: int, blame: bool = False) -> list[Any]:
    """At most so many of an entry's samples, evenly picked."""
    kind = getattr(sys.modules["torch"], dtype)
    if kind not in op.dtypes:
        return []
    made = iter(op.sample_inputs_func(op, "cpu", kind, blame))
    found = []
    while seeded() and (sample := next(made, None)) is not None:
        found.append(sample)
    if len(found) <= most:
        return found
    return [found[i] for i in np.unique(np.linspace(0, len(found) - 1, most).astype(int))]


def seeded() -> bool:
    """The same draws from here on. `torch.manual_seed` would write down the stack for each GPU."""
    sys.modules["torch"].default_generator.manual_seed(1234)
    random.seed(1234)
    np.random.seed(1234)  # noqa: NPY002  (PyTorch's samples draw from it)
    return True


def calls(sample: Any) -> tuple[Call, Call]:
    """A sample as arguments for PyTorch and for us, both in memory of their own."""
    given = ((sample.input, *sample.args), sample.kwargs)
    theirs: list[Any] = []
    ours: list[Any] = []
    args, kwargs = _mapped(given, _copier(theirs, _copied), lambda v: v)
    own_args, own_kwargs = _mapped(given, _copier(ours, _handed), _plain)
    return Call(args, kwargs, theirs), Call(own_args, own_kwargs, ours)


def _copier(bag: list[Any], make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def copier(tensor: Any) -> Any:
        bag.append(make(tensor))
        return bag[-1]

    return copier


def _mapped(value: Any, tensor: Callable[[Any], Any], other: Callable[[Any], Any]) -> Any:
    torch = sys.modules["torch"]
    if isinstance(value, torch.Tensor):
        return tensor(value)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_mapped(v, tensor, other) for v in value)
    if isinstance(value, list):
        return [_mapped(v, tensor, other) for v in value]
    if isinstance(value, dict):
        return {k: _mapped(v, tensor, other) for k, v in value.items()}
    return other(value)


def _copied(tensor: Any) -> Any:
    """The same numbers with the same strides, in other memory."""
    torch = sys.modules["torch"]
    plain = tensor.layout is torch.strided and str(tensor.device) == "cpu"
    if not plain or tensor.is_neg() or tensor.is_conj():
        raise Unlike("layout")
    with torch.no_grad():
        memory = tensor.detach().untyped_storage().clone()
        form = tensor.storage_offset(), tensor.size(), tensor.stride()
        copy = torch.empty(0, dtype=tensor.dtype).set_(memory, *form)
    return copy.requires_grad_(tensor.requires_grad)


def _handed(tensor: Any) -> Any:
    name = str(tensor.dtype).removeprefix("torch.")
    if name not in DTYPES or tensor.ndim > 64:  # more axes than NumPy has
        raise Unlike(name)
    copy = _copied(tensor).detach()
    if name == "bfloat16":
        ours = pellucid.tensor(copy.float().numpy()).bfloat16()
    else:
        ours = pellucid.from_numpy(copy.numpy())
    return ours.requires_grad_() if tensor.requires_grad else ours


def _plain(value: Any) -> Any:
    torch = sys.modules["torch"]
    if isinstance(value, torch.dtype | torch.layout | torch.memory_format):
        found = getattr(pellucid, str(value).removeprefix("torch."), None)
        if found is None:
            raise Unlike(str(value))
        return found
    if isinstance(value, torch.device):
        return str(value)
    foreign = getattr(type(value), "__module__", "").startswith("torch.nn")
    if foreign or isinstance(value, complex | torch.Generator):
        raise Unlike(type(value).__name__)
    if callable(value) and getattr(value, "__module__", "").startswith("torch."):
        return _named(pellucid, f"{value.__module__}.{value.__name__}".removeprefix("torch."))
    return value


def spellings(op: Any, sample: Any) -> Iterator[list[str]]:
    """The names of the positional arguments of a sample, by PyTorch's own schemas."""
    torch = sys.modules["torch"]
    count = len(sample.args) + 1
    rooms = {"linalg.": "linalg_", "nn.functional.": "", "special.": "special_"}
    name = op.name
    for room, prefix in rooms.items():
        name = name.replace(room, prefix)
    for schema in torch._C._jit_get_schemas_for_operator(f"aten::{name}"):
        names = [a.name for a in schema.arguments if not a.kwarg_only]
        if len(names) >= count:
            yield ["input" if n == "self" else n for n in names[:count]]
