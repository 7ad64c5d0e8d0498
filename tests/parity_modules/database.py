"""PyTorch's own databases of modules and optimizers, and its values handed over to us.

They lie in private files of the wheel. Where those are not to be had, the tests skip and say so.
"""

from __future__ import annotations

import functools
import importlib
import sys
import types
import unittest
import warnings
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn

__all__ = ["Unlike", "apart", "database", "given", "tensors"]

_TOLERANCE = {"float64": (1e-9, 1e-10), "float32": (2e-4, 1e-4)}
_LAYERS = ("TransformerEncoderLayer", "TransformerDecoderLayer")


class Unlike(Exception):
    """Something that can't be handed over, such as complex numbers."""


@functools.cache
def database(file: str, name: str) -> list[Any]:
    """A database of PyTorch's."""
    pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    if "expecttest" not in sys.modules:  # a package for PyTorch's own tests; only its name is used
        stand_in: Any = types.ModuleType("expecttest")
        stand_in.TestCase = unittest.TestCase
        sys.modules["expecttest"] = stand_in
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = getattr(importlib.import_module(f"torch.testing._internal.{file}"), name)
    except (ImportError, AttributeError) as error:
        pytest.skip(f"PyTorch's {name} is not where it was: {error}")
    return list(found)


def given(value: Any) -> Any:
    """PyTorch's value as ours: Tensors, settings, functions, and lists and dicts of these."""
    torch = sys.modules["torch"]
    if isinstance(value, torch.Tensor):
        if value.dtype.is_complex:
            raise Unlike("complex numbers are not here")
        made = pellucid.tensor(value.detach().numpy().copy())
        parameter = isinstance(value, torch.nn.Parameter)
        return nn.Parameter(made) if parameter else made.requires_grad_(value.requires_grad)
    if isinstance(value, torch.nn.utils.rnn.PackedSequence):
        return nn.utils.rnn.PackedSequence(*map(given, value))
    if isinstance(value, torch.dtype):
        return getattr(pellucid, str(value).rpartition(".")[2])
    if isinstance(value, torch.device):
        return "cpu"
    if isinstance(value, torch.nn.Module):
        return _module(value)
    if isinstance(value, tuple | list):
        return type(value)(map(given, value))
    if isinstance(value, dict):
        return {k: given(v) for k, v in value.items()}
    ours = getattr(nn.functional, getattr(value, "__name__", ""), None)
    return value if ours is None or not callable(value) else ours


def _module(value: Any) -> Any:
    """A module that is itself a setting, such as the layer of which an encoder has several."""
    kind = type(value).__name__
    if kind not in _LAYERS:
        return getattr(nn, kind)()
    attention = value.self_attn
    made = getattr(nn, kind)(
        attention.embed_dim, attention.num_heads, value.linear1.out_features, value.dropout.p,
        given(value.activation), value.norm1.eps, attention.batch_first, value.norm_first,
        value.linear1.bias is not None, dtype=given(value.linear1.weight.dtype),
    )  # fmt: skip
    return made.train(value.training)


def tensors(value: Any) -> list[Any]:
    """The Tensors in a value, in order."""
    if isinstance(value, dict):
        return [t for v in value.values() for t in tensors(v)]
    if isinstance(value, tuple | list):
        return [t for v in value for t in tensors(v)]
    return [value] if hasattr(value, "requires_grad") else []


def apart(mine: Any, yours: Any, tolerance: tuple[float, float] | None = None) -> str:
    """How two Tensors differ in dtype, shape or numbers; "" where they don't."""
    if mine is None or yours is None:
        other = mine if yours is None else yours
        same = other is None or not other.detach().numpy().any()
        return "" if same else "one of them is missing"
    a, b = mine.detach().numpy(), yours.detach().numpy()
    if a.dtype != b.dtype or a.shape != b.shape:
        return f"{a.dtype} {a.shape} in place of {b.dtype} {b.shape}"
    relative, absolute = tolerance or _TOLERANCE.get(str(b.dtype), (0.0, 0.0))
    if np.allclose(a, b, relative, absolute, equal_nan=True):
        return ""
    with np.errstate(all="ignore"):
        return f"numbers differ by {np.nanmax(np.abs(np.subtract(a, b, dtype=float))):.3g}"
