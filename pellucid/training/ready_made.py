"""An optimizer that comes ready made: whether it moves the model, and whose settings count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.errors import SettingError
from pellucid.nn.module import Module
from pellucid.optim.optimizer import Optimizer

__all__ = ["check_settings", "left_out"]


def check_settings(optimizer: Any, usual: Mapping[str, float], **settings: float) -> None:
    """Settings beside an optimizer that has its own were meant to count, and would not.

    Args:
        optimizer: a name, a class, or an optimizer ready made.
        usual: the settings where nobody gave them; they pass.
        settings: those that were given.

    Raises:
        SettingError: one that the optimizer ready made has another value for, or none.
    """
    if not isinstance(optimizer, Optimizer):
        return
    for name, value in settings.items():
        own = [group[name] for group in optimizer.param_groups if name in group]
        if value == usual[name] or value in own:
            continue
        kind = type(optimizer).__name__
        has = f", and this {kind} has {name}={own[0]}" if own else ""
        remedy = f"Set it there, {kind}(…, {name}={value!r}), or leave it out here."
        raise SettingError(
            f"{name}={value!r} is for an optimizer by name or class{has}.\n"
            f" {remedy if own else 'Leave it out.'}"
        )


def left_out(model: Module, optimizer: Optimizer) -> list[str]:
    """A note of the weights that an optimizer ready made leaves as they are, if it does.

    Raises:
        SettingError: it moves none of those that may move.
    """
    moved = {id(p) for group in optimizer.param_groups for p in group["params"]}
    free = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    still = [name for name, p in free if id(p) not in moved]
    kind = type(optimizer).__name__
    if free and len(still) == len(free):
        raise SettingError(
            f"the {kind} given as optimizer moves none of the model's weights: it was made for"
            f" others.\n Make it for this model: {kind}(model.parameters(), …)."
        )
    if not still:
        return []
    names = ", ".join(still[:3]) + (", …" if len(still) > 3 else "")
    some = f"{len(free) - len(still)} of the model's {len(free)} weights"
    return [f"optimizer: {kind} moves {some}, and leaves the rest as it is: {names}."]
