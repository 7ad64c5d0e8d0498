"""Carries values between PyTorch and pellucid: arrays, and the structures that hold them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.utils import rnn

from pellucid.dtypes import by_name
from pellucid.nn.utils.rnn import PackedSequence
from pellucid.tensor import Tensor
from pellucid.tensor.creation import tensor as new

_ACROSS: dict[type, type] = {
    rnn.PackedSequence: PackedSequence,
    PackedSequence: rnn.PackedSequence,
}

__all__ = ["array_of", "dtype_of", "leaf_of", "leaves", "mapped", "meta_of", "tensor_of"]


def array_of(tensor: torch.Tensor) -> npt.NDArray[Any]:
    """A copy of a tensor's values."""
    tensor = tensor.detach()
    if tensor.is_sparse:
        tensor = tensor.to_dense()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    return np.array(tensor.cpu().resolve_conj().resolve_neg().numpy())


def tensor_of(array: npt.NDArray[Any], device: torch.device) -> torch.Tensor:
    """A tensor of PyTorch's with its own copy of the values."""
    return torch.from_numpy(np.array(array)).to(device)


def meta_of(shape: tuple[int, ...], dtype: Any) -> torch.Tensor:
    """A tensor that has a shape and no values."""
    return torch.empty(tuple(shape), dtype=getattr(torch, dtype.name), device="meta")


def dtype_of(dtype: torch.dtype) -> Any:
    """The same kind of number here."""
    return by_name(str(dtype).removeprefix("torch."))


def mapped(kind: type, change: Callable[[Any], Any], tree: Any) -> Any:
    """A structure with everything of a kind changed, in the order of `leaves`.

    Tuples, lists, dicts and dataclasses are built anew, and packed sequences are taken across to
    the other library; another object that holds some of it in its
    attributes is copied, so that the given one stays as it is.
    """
    if isinstance(tree, kind):
        return change(tree)
    if isinstance(tree, tuple):
        inner = [mapped(kind, change, t) for t in tree]
        plain = type(tree) in (tuple, torch.Size) or not hasattr(tree, "_fields")
        return tuple(inner) if plain else _ACROSS.get(type(tree), type(tree))(*inner)
    if isinstance(tree, list):
        return [mapped(kind, change, t) for t in tree]
    if isinstance(tree, dict) and type(tree) is dict:
        return {k: mapped(kind, change, t) for k, t in tree.items()}
    if not any(True for _ in leaves(kind, tree)):
        return tree
    other = copy.copy(tree)
    for name, value in _attributes(tree).items():
        object.__setattr__(other, name, mapped(kind, change, value))
    if isinstance(tree, dict):  # a dict with attributes, as transformers' outputs are
        for key, value in tree.items():
            dict.__setitem__(other, key, mapped(kind, change, value))
    return other


def leaves(kind: type, tree: Any, depth: int = 0) -> Iterator[Any]:
    """Everything of a kind in a structure."""
    if isinstance(tree, kind):
        yield tree
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from leaves(kind, value, depth)
    elif isinstance(tree, (tuple, list)):
        for value in tree:
            yield from leaves(kind, value, depth)
    elif depth < 2 and not isinstance(tree, (type, torch.nn.Module, str, bytes, np.ndarray)):
        for value in _attributes(tree).values():
            yield from leaves(kind, value, depth + 1)


def _attributes(tree: Any) -> dict[str, Any]:
    if is_dataclass(tree) and not isinstance(tree, type):
        return {f.name: getattr(tree, f.name) for f in fields(tree)}
    held = getattr(tree, "__dict__", None)
    return dict(held) if isinstance(held, dict) and not callable(tree) else {}


def leaf_of(tensor: torch.Tensor) -> Tensor:
    """A constant of ours with a tensor's values."""
    return new(array_of(tensor))
