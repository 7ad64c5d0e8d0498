"""What an optimizer is given: weights, alone or in groups; and what to say where it is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pellucid.errors import KindError, SettingError
from pellucid.spelling import a_kind
from pellucid.tensor.caution import caution
from pellucid.tensor.tensor import Tensor

__all__ = ["REQUIRED", "Params", "Rate", "check_members", "groups_of", "named"]

Params = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]
Rate = float | Tensor  # a Tensor is one number, which a schedule writes into


class _Required:
    def __repr__(self) -> str:
        return "<required>"


REQUIRED = _Required()


def groups_of(params: Any, who: str) -> list[dict[str, Any]]:
    """The groups that were given; Tensors alone are one group."""
    if isinstance(params, Tensor):
        raise KindError(f"{who} takes a list of Tensors and got one Tensor. Put it in a list.")
    if not isinstance(params, Iterable) or hasattr(params, "parameters"):
        raise KindError(_not_weights(params, who))
    owner = _owner(params)
    found = list(params)
    if not found:
        raise SettingError(_nothing(params, who, owner))
    return found if isinstance(found[0], dict) else [{"params": found}]


def check_members(
    members: list[Any], others: Sequence[Tensor], who: str, recorded: bool = False
) -> None:
    """Refuse a group whose members are not weights that may move; warn of one named twice.

    Args:
        members: of the new group.
        others: the weights of the groups before.
        who: the optimizer.
        recorded: whether its steps are part of the graph, where weights may be computed.
    """
    if not members:
        raise SettingError(f"{who}: a group has no weights. Was model.parameters() used up?")
    for p in members:
        if not isinstance(p, Tensor):
            raise KindError(
                f"{who} moves Tensors and got {a_kind(p)}.\n"
                " Pass model.parameters(), or a list of Tensors."
            )
        if not (p.is_leaf or recorded):
            raise SettingError(
                f"{who} moves leaf Tensors, and {p.name or 'one'} was computed from others.\n"
                " Pass what it was computed from, or x.detach().requires_grad_() to cut it off."
            )
    known = {id(p) for p in others}
    if any(id(p) in known for p in members):
        raise SettingError(
            f"{who}: a weight belongs to more than one group.\n"
            " Name each once: it is moved by the settings of its group."
        )
    if len({id(p) for p in members}) < len(members):
        caution(
            f"{who}: a group names a weight more than once, so each step moves it as often.\n"
            " Name each once; model.parameters() does, also where layers share a weight."
        )


def named(members: list[Any], who: str) -> tuple[list[str], list[Any]]:
    """The names and the weights of pairs of the two."""
    if not all(isinstance(m, tuple) and len(m) == 2 for m in members):
        raise SettingError(
            f"{who}: some weights have names and some have none.\n"
            " Give names to all, as model.named_parameters() does, or to none."
        )
    return [name for name, _ in members], [p for _, p in members]


def _not_weights(params: Any, who: str) -> str:
    """What to do for a model or its method, passed in place of its weights."""
    if hasattr(params, "parameters"):
        what = f"moves weights and got a whole model ({type(params).__name__})"
        return f"{who} {what}.\n Pass its weights: model.parameters()."
    name = getattr(params, "__name__", "")
    if name in ("parameters", "named_parameters"):
        return f"{who} got the method {name} itself.\n Call it: model.{name}()."
    what = f"takes a list of Tensors and got something else: {type(params).__name__}"
    return f"{who} {what}.\n Pass model.parameters(), or a list of Tensors."


def _owner(params: Any) -> Any:
    """The model whose `parameters()` these are, as long as nobody has gone through them."""
    frame = getattr(params, "gi_frame", None)
    return frame.f_locals.get("self") if frame is not None else None


def _nothing(params: Any, who: str, owner: Any) -> str:
    hidden = owner._why_no_weights() if hasattr(owner, "_why_no_weights") else ""
    if hidden:
        return f"{who} got no weights: {hidden}"
    if isinstance(params, Iterator):
        return (
            f"{who} got no weights: what model.parameters() gives can be gone through once, and it "
            "was, or the model has none.\n Call model.parameters() anew."
        )
    return f"{who} got no weights: the list is empty.\n Does the model have parameters?"
