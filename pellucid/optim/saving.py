"""An optimizer's state as plain data in PyTorch's layout, and back.

{"state": {0: {"step": …, "exp_avg": …}, …}, "param_groups": [{"lr": …, "params": [0, 1, …]}, …]}
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pellucid.errors import StateError
from pellucid.shapes import show
from pellucid.tensor.creation import tensor
from pellucid.tensor.tensor import Tensor

__all__ = ["pack", "unpack"]

Group = dict[str, Any]


def pack(groups: Sequence[Group], state: Mapping[Any, Any]) -> dict[str, Any]:
    """Number the weights, and put numbers where the weights were."""
    numbers: dict[int, int] = {}
    start = 0
    for group in groups:  # one that a group names twice has the last of its numbers
        new = {id(p): i for i, p in enumerate(group["params"], start) if id(p) not in numbers}
        numbers |= new
        start += len(group["params"])
    packed = [{**_settings(g), "params": [numbers[id(p)] for p in g["params"]]} for g in groups]
    weights = [p for group in groups for p in group["params"]]
    held: dict[Any, Any] = {numbers[id(p)]: dict(state[p]) for p in weights if state.get(p)}
    held |= {k: v for k, v in state.items() if not isinstance(k, Tensor)}  # rules of one's own
    return {"state": held, "param_groups": packed}


def unpack(
    saved: Mapping[str, Any], groups: Sequence[Group], who: str, slots: Callable[..., Any]
) -> tuple[list[Group], dict[Any, dict[str, Any]]]:
    """Groups with the saved settings, and by weight copies of what was remembered.

    Args:
        saved: what `pack` made.
        groups: of the optimizer that goes on.
        who: its name.
        slots: for a group and a weight's shape, the shapes of what is remembered, by name.
    """
    theirs = saved["param_groups"]
    sizes, wanted = [len(g["params"]) for g in theirs], [len(g["params"]) for g in groups]
    if sizes != wanted:
        raise StateError(
            f"this state was saved by an optimizer with groups of {_list(sizes)} weights, and this"
            f" {who} has {_list(wanted)}.\n Make the optimizer as it was made when it was saved."
        )
    merged = [
        {**mine, **_settings(other), "params": mine["params"]}
        for mine, other in zip(groups, theirs, strict=True)
    ]
    owners = {
        i: (group, p)
        for group, other in zip(merged, theirs, strict=True)
        for i, p in zip(other["params"], group["params"], strict=True)
    }
    state: dict[Any, Any] = {}
    for i, held in saved["state"].items():
        if not isinstance(i, int):
            state[i] = copy.deepcopy(held)
            continue
        group, p = owners[i]
        shapes = slots(group, tuple(p.shape))
        state[p] = {n: _copied(n, v, p, shapes.get(n), f"weight {i}", who) for n, v in held.items()}
    return merged, state


def _settings(group: Group) -> Group:
    return {name: value for name, value in group.items() if name != "params"}


def _copied(name: str, value: Any, p: Tensor, wanted: Any, where: str, who: str) -> Any:
    """A copy in the weight's dtype; a count of steps stays as it is."""
    if isinstance(value, list):
        return [_copied(name, v, p, None, where, who) for v in value]
    if not hasattr(value, "shape"):
        return value
    value = value.detach() if hasattr(value, "detach") else value
    copy = tensor(value if isinstance(value, Tensor) else value.__array__())
    if name == "step":
        return copy
    if wanted is not None and tuple(copy.shape) != tuple(wanted):
        raise StateError(
            f'the saved "{name}" of {where} has shape {show(copy.shape)}, and the weight of'
            f" this {who} has {show(p.shape)}.\n The state belongs to another model."
        )
    return copy.to(p.dtype)


def _list(sizes: Sequence[int]) -> str:
    return " + ".join(map(str, sizes))
