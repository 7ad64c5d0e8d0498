"""An optimizer's state as plain data in PyTorch's layout, and back.

{"state": {0: {"step": …, "exp_avg": …}, …}, "param_groups": [{"lr": …, "params": [0, 1, …]}, …]}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.errors import StateError
from pellucid.shapes import show
from pellucid.tensor.creation import tensor
from pellucid.tensor.tensor import Tensor

__all__ = ["pack", "unpack"]

Group = dict[str, Any]


def pack(groups: Sequence[Group], state: Mapping[Any, Any]) -> dict[str, Any]:
    """Number the weights, and put numbers where the weights were."""
    weights = [p for group in groups for p in group["params"]]
    numbers = {id(p): i for i, p in enumerate(weights)}
    packed = [{**_settings(g), "params": [numbers[id(p)] for p in g["params"]]} for g in groups]
    held = {i: dict(state[p]) for i, p in enumerate(weights) if state.get(p)}
    return {"state": held, "param_groups": packed}


def unpack(
    saved: Mapping[str, Any], groups: Sequence[Group], who: str
) -> tuple[list[Group], dict[Any, dict[str, Any]]]:
    """Groups with the saved settings, and by weight copies of what was remembered."""
    theirs = saved["param_groups"]
    sizes, wanted = [len(g["params"]) for g in theirs], [len(g["params"]) for g in groups]
    if sizes != wanted:
        raise StateError(
            f"this state was saved by an optimizer with groups of {_list(sizes)} weights, and this"
            f" {who} has {_list(wanted)}.\n Make the optimizer as it was made when it was saved."
        )
    pairs = {
        i: p
        for mine, other in zip(groups, theirs, strict=True)
        for i, p in zip(other["params"], mine["params"], strict=True)
    }
    merged = [
        {**mine, **_settings(other), "params": mine["params"]}
        for mine, other in zip(groups, theirs, strict=True)
    ]
    return merged, {pairs[i]: _taken(held, pairs[i], i, who) for i, held in saved["state"].items()}


def _settings(group: Group) -> Group:
    return {name: value for name, value in group.items() if name != "params"}


def _taken(held: Mapping[str, Any], p: Tensor, number: int, who: str) -> dict[str, Any]:
    return {name: _copied(name, value, p, number, who) for name, value in held.items()}


def _copied(name: str, value: Any, p: Tensor, number: int, who: str) -> Any:
    """A copy in the weight's dtype; a count of steps stays as it is."""
    if not hasattr(value, "shape"):
        return value
    value = value.detach() if hasattr(value, "detach") else value
    copy = tensor(value if isinstance(value, Tensor) else value.__array__())
    if name == "step":
        return copy
    if copy.shape != p.shape:
        raise StateError(
            f'the saved "{name}" of weight {number} has shape {show(copy.shape)}, and the weight of'
            f" this {who} has {show(p.shape)}.\n The state belongs to another model."
        )
    return copy.to(p.dtype)


def _list(sizes: Sequence[int]) -> str:
    return " + ".join(map(str, sizes))
