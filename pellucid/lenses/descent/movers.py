"""The optimizer that a lens asks: a copy of one ready made, or one by name, its memory rebuilt."""

from __future__ import annotations

import copy
import inspect
from typing import Any

from pellucid.errors import SettingError
from pellucid.lenses.descent.twin import Twin
from pellucid.lenses.picture import Floats
from pellucid.optim.names import BY_NAME, named
from pellucid.optim.optimizer import Optimizer

__all__ = ["copied_optimizer", "made", "remembering", "settings_of"]


def settings_of(run: Any) -> dict[str, Any]:
    """The optimizer of a history and its settings, as `made` takes them; empty for none."""
    found = getattr(run, "settings", None) or {}
    by_class = {kind.__name__: name for name, kind in BY_NAME.items()}
    name = by_class.get(str(found.get("optimizer")))
    if name is None:
        return {}
    takes = inspect.signature(BY_NAME[name]).parameters
    kept = {
        k: tuple(v) if isinstance(v, list) else v
        for k, v in found.items()
        if k in takes and k not in ("params", "foreach", "fused", "differentiable")
    }
    return {"optimizer": name, **kept}


def made(twin: Twin, optimizer: Any, lr: float | None, run: Any) -> tuple[Optimizer, bool]:
    """An optimizer over the weights of a twin, and whether it remembers what it did before.

    Args:
        twin: whose weights it moves.
        optimizer: one over the weights of the network itself, whose memory is copied; a name; or
            None for the one of the history, and Adam without any.
        lr: its step size; the history's, or 0.001.
        run: a history.

    Raises:
        SettingError: an unknown name, or an optimizer of other weights.
    """
    if isinstance(optimizer, Optimizer):
        return copied_optimizer(twin, optimizer), True
    known = settings_of(run)
    if optimizer is not None and optimizer != known.get("optimizer"):
        known = {}
    name = known.pop("optimizer", None) or optimizer or "adam"
    rate = lr if lr is not None else float(known.get("lr", 1e-3))
    decay = float(known.get("weight_decay", 0.0))
    more = {k: v for k, v in known.items() if k not in ("lr", "weight_decay")}
    found: Optimizer = named(name, twin.weights, rate, decay, **more)
    return found, False


def copied_optimizer(twin: Twin, optimizer: Optimizer) -> Optimizer:
    """The same optimizer with the same memory, over the weights of a twin."""
    own = {id(p): i for i, p in enumerate(twin.originals)}
    groups = []
    for group in optimizer.param_groups:
        if any(id(p) not in own for p in group["params"]):
            raise SettingError(
                "this optimizer moves other weights than those of the network.\n"
                " Make it over model.parameters(), or give its name."
            )
        held = {k: copy.deepcopy(v) for k, v in group.items() if k not in ("params", "param_names")}
        groups.append({**held, "params": [twin.weights[own[id(p)]] for p in group["params"]]})
    kind: Any = type(optimizer)
    found: Optimizer = kind(groups)
    found.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    return found


def remembering(twin: Twin, optimizer: Optimizer, path: Floats) -> None:
    """Rebuild what an optimizer remembers, from the gradients at the moments of a path."""
    here = twin.flat()
    for weights in path:
        twin.put(weights)
        twin.blame()
        optimizer.step()
    twin.put(here)
