"""A training as something that can be run again: what trials on copies start from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.doctor.seen import Rows
from pellucid.doctor.watching.several import Layout

__all__ = ["Case", "Group"]


@dataclass(frozen=True)
class Group:
    """One parameter group of the optimizer.

    Attributes:
        names: its parameters, by their names in the network.
        settings: lr, momentum, weight_decay, … as they were when the watching began.
    """

    names: tuple[str, ...]
    settings: Mapping[str, Any]


@dataclass
class Case:
    """What is needed to run a training again on a copy.

    Attributes:
        lib: the module `torch` or `pellucid`; both have the same names.
        model: the network itself, as it is at the end. Copy it; never call or change it.
        start: its state_dict at the beginning, in tensors of its own; None if it was too large.
        optimizer: the optimizer's class; None without one.
        groups: its groups.
        loss: `loss(out, y)`: from what the network gives for rows to the loss of the run, a tensor
            of one number that can go backward. `out` is exactly what the network returned, be it a
            tensor, tuple or dict; `y` is a tensor of targets like `train.y`. None where it isn't
            known.
        prediction: `prediction(out)`: the tensor that went into the loss function as its input.
        tensor: a NumPy array as a tensor of `lib`, on the network's device.
        array: a tensor as a NumPy array of its own.
        train: rows that were learned from; `model(tensor(train.x))` works.
        held_out: rows that were only scored.
        batch: rows to a step, in the middle of the run.
        steps: steps of the run.
        epoch: steps to an epoch; 0 if it isn't known.
        clip: the largest norm of the gradient, where the loop clips it.
        closure: whether the optimizer calls the loss itself (LBFGS).
        rates: the learning rate at every step at which it changed, as in `Seen.rates`.
        fit: `fit(out, y)`: as `loss`, without the parts of it that have no target; None where there
            are none.
        layout: how several inputs lie beside each other in the rows; None for one.
        penalty: `penalty(model)`: what the loop adds to the loss function's value, as a tensor;
            None if it adds nothing.
    """

    lib: Any
    model: Any
    start: Mapping[str, Any] | None
    optimizer: Any
    groups: tuple[Group, ...]
    loss: Callable[[Any, Any], Any] | None
    prediction: Callable[[Any], Any]
    tensor: Callable[[Any], Any]
    array: Callable[[Any], Any]
    train: Rows | None
    held_out: Rows | None = None
    batch: int = 1
    steps: int = 0
    epoch: int = 0
    clip: float | None = None
    closure: bool = False
    rates: tuple[tuple[int, float], ...] = ()
    penalty: Callable[[Any], Any] | None = None
    fit: Callable[[Any, Any], Any] | None = None
    layout: Layout | None = None
