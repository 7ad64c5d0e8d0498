"""Networks of one kind, with their weights side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import KindError
from pellucid.nn.module import Module
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["stack_module_state"]


def stack_module_state(models: Sequence[Module]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The weights of networks of one kind, each with a first axis for the networks.

    Args:
        models: networks with the same weights by name and shape.

    Returns:
        (parameters, buffers); the parameters are leaves of their own that require gradients.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> weights, buffers = pellucid.func.stack_module_state([nn.Linear(3, 2) for _ in range(5)])
        >>> weights["weight"].shape
        Size([5, 2, 3])
    """
    if not models:
        raise KindError("stack_module_state needs at least one module.")
    if len({type(m) for m in models}) > 1:
        raise KindError("stack_module_state needs modules of one class.")
    if len({m.training for m in models}) > 1:
        raise KindError("stack_module_state: all modules must be in training, or all not.")
    parameters = {
        name: FUNCTIONS["stack"]([dict(m.named_parameters())[name].detach() for m in models])
        .requires_grad_(own.requires_grad)
        for name, own in models[0].named_parameters()
    }  # fmt: skip
    buffers = {
        name: FUNCTIONS["stack"]([dict(m.named_buffers())[name] for m in models])
        for name, _ in models[0].named_buffers()
    }
    return parameters, buffers
