"""Argument names, their order and their defaults are PyTorch's."""

from __future__ import annotations

import inspect
from typing import Any, get_overloads

import pytest

import pellucid.nn.functional as F
from pellucid import nn
from pellucid.nn import init, utils

GRAPHS = {"GATConv", "GCNConv", "GINConv", "MessagePassing", "SAGEConv"}  # see test_graph.py
OUR_OWN = {"Step", "step", *GRAPHS}
MODULES = sorted(
    name for name, value in vars(nn).items() if isinstance(value, type) and name not in OUR_OWN
)
METHODS = [
    "add_module",
    "apply",
    "buffers",
    "children",
    "eval",
    "get_buffer",
    "get_parameter",
    "get_submodule",
    "load_state_dict",
    "named_buffers",
    "named_children",
    "named_modules",
    "named_parameters",
    "parameters",
    "register_buffer",
    "register_forward_hook",
    "register_forward_pre_hook",
    "register_full_backward_hook",
    "register_full_backward_pre_hook",
    "register_module",
    "register_parameter",
    "requires_grad_",
    "state_dict",
    "train",
    "zero_grad",
]


def arguments(call: Any) -> list[tuple[str, Any]]:
    """Names and defaults; devices and kinds of number are compared by name alone."""
    out = []
    for name, p in inspect.signature(call).parameters.items():
        if p.kind is not p.VAR_POSITIONAL and p.kind is not p.VAR_KEYWORD and name != "self":
            plain = inspect.isfunction(p.default)  # a function by default: relu there, ours here
            out.append((name, p.default.__name__ if plain else p.default))
    return out


def matches(mine: Any, yours: Any) -> None:
    assert arguments(mine) == arguments(yours)


@pytest.mark.parametrize("name", MODULES)
def test_modules(torch: Any, name: str) -> None:
    if name in ("Module", "Parameter"):
        return
    theirs = getattr(torch.nn, name).__init__
    if name in ("RNN", "LSTM", "GRU"):  # these say *args there; the overload says the rest
        theirs = get_overloads(theirs)[0]
    matches(getattr(nn, name).__init__, theirs)


@pytest.mark.parametrize("name", [n for n in F.__all__ if n not in OUR_OWN])
def test_functions(torch: Any, name: str) -> None:
    # Where PyTorch picks one of two functions by an argument, the pair's signature says nothing.
    room = torch.nn.functional
    theirs = getattr(room, f"{name}_with_indices", getattr(room, name))
    try:
        inspect.signature(theirs)
    except ValueError:
        pytest.skip("PyTorch's is written in C and does not say")
    matches(getattr(F, name), theirs)


@pytest.mark.parametrize("name", init.__all__)
def test_first_values(torch: Any, name: str) -> None:
    mine, theirs = arguments(getattr(init, name)), arguments(getattr(torch.nn.init, name))
    assert [n for n, _ in mine] == [n for n, _ in theirs]
    assert mine == theirs


@pytest.mark.parametrize("name", utils.__all__)
def test_utilities(torch: Any, name: str) -> None:
    matches(getattr(utils, name), getattr(torch.nn.utils, name))


@pytest.mark.parametrize("name", METHODS)
def test_methods(torch: Any, name: str) -> None:
    mine = arguments(getattr(nn.Module, name))
    assert mine == arguments(getattr(torch.nn.Module, name))
