"""Making a layer and calling it are two steps; what is said where data came at the first."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from pellucid.errors import DTypeError
from pellucid.shapes import show
from pellucid.tensor.caution import caution

if TYPE_CHECKING:
    from pellucid.nn.module import Module

__all__ = ["gave_nothing", "refuse_data"]


def refuse_data(kind: type[Module], given: tuple[Any, ...]) -> None:
    """Say how a layer is used where a Tensor or array is among what it is made with."""
    data = [x for x in given if getattr(x, "shape", ()) and not callable(x)]  # layers may have one
    if len(data) <= kind._made_with_tensors:
        return
    what = f"a {type(data[0]).__name__} of shape {show(data[0].shape)}"
    settings = _settings(kind)
    raise DTypeError(
        f"{kind.__name__} is made with settings and got data: {what}.\n"
        f" Make it first, then call it: nn.{kind.__name__}({settings})({kind._called_with})."
    )


def _settings(kind: type[Module]) -> str:
    """What has to stand, or should, between the brackets."""
    own = list(inspect.signature(kind.__init__).parameters.values())[1:]
    if any(p.name == "dim" for p in own):
        return "dim=-1"
    return (
        "…" if any(p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in own) else ""
    )


def gave_nothing(module: Module) -> None:
    """Warn where a forward has no return: the None it gives fails far from here."""
    name = type(module).__name__
    caution(f"{name}.forward() gave None.\n Let it end in return …, with what it computed.")
