"""Copies of a network and of its optimizer, with what a change asks for.

One code for both frameworks: ours has PyTorch's names.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Mapping
from typing import Any

from pellucid.doctor.trial import Change
from pellucid.doctor.watching.case import Case, Group

__all__ = ["model_of", "optimizer_of", "set_training"]

_HOOKS = (
    "_forward_hooks", "_forward_hooks_with_kwargs", "_forward_hooks_always_called",
    "_backward_hooks", "_backward_pre_hooks",
)  # fmt: skip
_HOOKS_OF_OURS = ("after", "blame_before", "blame_after")


def model_of(case: Case, change: Change) -> Any:
    """A copy of the network with the weights that the change asks for.

    Args:
        case: the training.
        change: what is different.
    """
    model = copy.deepcopy(case.model)
    _unhook(model)
    if change.fresh:
        _renew(case.lib, model)
    elif not change.onward:
        model.load_state_dict(case.start)
    for parameter in model.parameters():
        parameter.grad = None
    return model if case.layout is None else case.layout.onto(model)


def _unhook(model: Any) -> None:
    """Take out what a user hung on it to look on: such hooks write into things of the user's.

    Hooks before a forward stay: some networks make their weights in them.
    """
    for module in model.modules():
        ours = getattr(module, "_module_hooks", None)
        hung = [getattr(module, name, None) for name in _HOOKS]
        hung += [getattr(ours, name) for name in _HOOKS_OF_OURS] if ours is not None else []
        for hooks in hung:
            if hooks:
                hooks.clear()


def _renew(lib: Any, model: Any) -> None:
    """Give every module PyTorch's first weights.

    Weights that hang on a module of the user's own have no first distribution there: matrices and
    larger ones take Glorot's, and vectors stay.
    """
    for module in model.modules():
        reset = getattr(module, "reset_parameters", None) or getattr(
            module, "_reset_parameters", None
        )
        if reset is not None:
            reset()
            continue
        own = [p for name, p in module.named_parameters() if "." not in name and p.ndim > 1]
        with lib.no_grad():
            for parameter in own:
                fans = parameter.shape[0] + math.prod(parameter.shape[1:])
                parameter.uniform_(-math.sqrt(6 / fans), math.sqrt(6 / fans))


def set_training(model: Any, change: Change) -> None:
    """Training mode; without dropout, only batch statistics are in it.

    Args:
        model: a copy.
        change: what is different.
    """
    model.train()
    if change.dropout:
        return
    for module in model.modules():
        module.training = hasattr(module, "running_mean")
        if isinstance(getattr(module, "dropout", None), float):
            module.dropout = 0.0


def optimizer_of(case: Case, change: Change, model: Any) -> Any:
    """The optimizer of the run over a copy, with the settings of the change.

    Args:
        case: the training.
        change: what is different.
        model: the copy.
    """
    if change.optimizer:
        learned = [p for p in model.parameters() if p.requires_grad]
        decay = _decay(case.groups) if change.decay else 0.0
        kind = getattr(case.lib.optim, change.optimizer)
        return kind(learned, lr=change.rate * change.lr, weight_decay=decay)
    named = dict(model.named_parameters())
    groups = [
        {**_settings(group.settings, change), "params": [named[name] for name in group.names]}
        for group in case.groups
    ]
    return case.optimizer(groups)


def _settings(settings: Mapping[str, Any], change: Change) -> dict[str, Any]:
    kept = {name: value for name, value in settings.items() if name not in ("params", "initial_lr")}
    kept["lr"] = float(settings.get("initial_lr", settings.get("lr", 1e-3))) * change.lr
    if not change.decay and "weight_decay" in kept:
        kept["weight_decay"] = 0.0
    return kept


def _decay(groups: Iterable[Group]) -> float:
    found = [float(group.settings.get("weight_decay", 0) or 0) for group in groups]
    return max(found, default=0.0)
