"""Numbers that came as Tensors without axes: `x.topk(k)` where `k` was computed, too."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from pellucid.graph.node import Node

__all__ = ["with_plain_numbers"]

# What may be a number or a Tensor: a call did not fail because one is a Tensor.
_OPERANDS = frozenset((
    "elements", "end", "exponent", "input", "max", "min", "other", "q", "src", "test_elements",
    "value", "values", "weight",
))  # fmt: skip


def with_plain_numbers(
    call: Callable[..., Any], args: Any, taken: Any, kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]] | None:
    """The arguments of a call that failed, its settings as Python's numbers; None if they are.

    Args:
        call: a function of nodes.
        args: what it was given by place.
        taken: the same, as nodes and numbers.
        kwargs: what it was given by name.
    """
    parameters = inspect.signature(call).parameters
    found = False

    def plain(given: Any, value: Any, parameter: inspect.Parameter) -> Any:
        nonlocal found
        known = isinstance(value, Node) and not value.shape and value.array is not None
        operand = parameter.annotation == "Any" and parameter.name in _OPERANDS
        if not known or operand or "Node" in str(parameter.annotation) or value.requires_grad:
            return given
        found = True
        return value.array.item()

    places = list(parameters.values())[: len(args)]
    if len(places) < len(args) or any(p.kind is p.VAR_POSITIONAL for p in places):
        return None
    by_place = [plain(a, t, p) for a, t, p in zip(args, taken, places, strict=True)]
    by_name = {k: plain(v, v, parameters[k]) if k in parameters else v for k, v in kwargs.items()}
    return (by_place, by_name) if found else None
