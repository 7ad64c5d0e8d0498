"""Optimizers by the names that `fit`, `population` and the command line take."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pellucid.errors import SettingError
from pellucid.optim.adadelta import Adadelta
from pellucid.optim.adafactor import Adafactor
from pellucid.optim.adagrad import Adagrad
from pellucid.optim.adam import Adam
from pellucid.optim.adamax import Adamax
from pellucid.optim.adamw import AdamW
from pellucid.optim.asgd import ASGD
from pellucid.optim.lbfgs import LBFGS
from pellucid.optim.lion import Lion
from pellucid.optim.muon import Muon
from pellucid.optim.nadam import NAdam
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.radam import RAdam
from pellucid.optim.rmsprop import RMSprop
from pellucid.optim.rprop import Rprop
from pellucid.optim.sgd import SGD
from pellucid.spelling import did_you_mean

__all__ = ["BY_NAME", "named"]

BY_NAME: Mapping[str, type[Optimizer]] = MappingProxyType(
    {
        "adam": Adam, "adamw": AdamW, "sgd": SGD, "rmsprop": RMSprop, "nadam": NAdam,
        "radam": RAdam, "adamax": Adamax, "adagrad": Adagrad, "adadelta": Adadelta, "lion": Lion,
        "adafactor": Adafactor, "muon": Muon, "asgd": ASGD, "rprop": Rprop,
    }
)  # fmt: skip


def named(given: Any, weights: Any, lr: float, weight_decay: float, **more: Any) -> Any:
    """The optimizer of a name or class, over some weights.

    Args:
        given: a name, or what makes an optimizer.
        weights: what it moves.
        lr: its step size.
        weight_decay: its pull toward zero; left out for a rule that has none, such as Rprop.
        more: further settings.

    Raises:
        SettingError: an unknown name, or a rule that needs a closure at every step.

    Example:
        >>> import pellucid
        >>> named("rprop", [pellucid.zeros(1)], lr=0.1, weight_decay=0.01).defaults["lr"]
        0.1
    """
    if given == "lbfgs" or (isinstance(given, type) and issubclass(given, LBFGS)):
        raise SettingError(
            "LBFGS looks at the same loss several times a step, and fit takes steps on batches.\n"
            " Write the loop: optimizer.step(closure), with a closure that computes the loss."
        )
    if isinstance(given, str):
        if given not in BY_NAME:
            meant = did_you_mean(given, BY_NAME)
            raise SettingError(
                f"there is no optimizer {given!r}.{meant} Known: {', '.join(BY_NAME)}."
            )
        given = BY_NAME[given]
    takes = inspect.signature(given).parameters
    if "weight_decay" in takes or given not in BY_NAME.values():
        more = {"weight_decay": weight_decay, **more}
    return given(weights, lr=lr, **more)
