"""One step of a training as it was seen, as plain data: what ran, what came out, what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["DATA", "TARGET", "Activity", "Call", "Moment", "Move", "WeightSeen"]

DATA, TARGET = -1, -2


@dataclass
class Call:
    """One operation of a step as it ran, under the name that PyTorch gives it.

    Attributes:
        name: "linear", "conv2d", "relu", "softmax", "cross_entropy", "sub", "mean", …
        path: the module it ran in, as "encoder.0"; empty outside of modules.
        inputs: what it takes: places of earlier calls in the list, DATA (−1) for the network's
            input, TARGET (−2) for the loss's target; weights and constants are left out.
        shapes: the shapes of its tensor inputs, weights left out.
        shape: the shape of its output.
        weights: the names of the parameters it takes.
        settings: its plain arguments, such as dim=1, p=0.5, reduction="mean".
        part: "model" inside the network, "loss" after it.
        line: where in the user's program, as "file.py:12".
        strangers: how many tensors it takes that require gradients, but are made by no call and
            are no parameters of the network.
    """

    name: str
    path: str = ""
    inputs: tuple[int, ...] = ()
    shapes: tuple[tuple[int, ...], ...] = ()
    shape: tuple[int, ...] = ()
    weights: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    part: str = "model"
    line: str = ""
    strangers: int = 0


@dataclass
class Activity:
    """The output of one call at one moment.

    Attributes:
        mean: over all entries.
        std: over all entries.
        absmax: the largest size.
        zeros: the share of entries that are exactly 0.
        dead: the share of units (channels) that are 0 on every row of the batch.
        flat: the share of entries on the flat ends (slope below 0.02 of the steepest) of a sigmoid
            or tanh; 0 for others.
        finite: whether all entries are finite.
        grad: the norm of the loss's gradient with respect to it, over the number of entries'
            square root; None where it wasn't seen.
    """

    mean: float
    std: float
    absmax: float
    zeros: float = 0.0
    dead: float = 0.0
    flat: float = 0.0
    finite: bool = True
    grad: float | None = None


@dataclass
class Move:
    """What happened to one parameter at one step.

    Attributes:
        value: the norm of the parameter before the step.
        grad: the norm of its gradient as the optimizer found it; None without a gradient.
        update: the norm of what the step added; None where no step followed.
        turn: the cosine between this gradient and the one at the previous moment; None at first.
        finite: whether value and gradient are finite.
    """

    value: float
    grad: float | None = None
    update: float | None = None
    turn: float | None = None
    finite: bool = True


@dataclass
class Moment:
    """One step that was looked at closely.

    Attributes:
        step: counted from 0.
        loss: its loss.
        lr: the learning rate of the first group.
        activity: by place in `Seen.calls`.
        moves: by the name of the parameter.
        first_bad: place of the first call whose output is not finite while its inputs are.
    """

    step: int
    loss: float
    lr: float = 0.0
    activity: dict[int, Activity] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)
    first_bad: int | None = None


@dataclass
class WeightSeen:
    """One parameter.

    Attributes:
        name: its name in the state_dict.
        shape: its shape.
        layer: the path of its module.
        role: "weight", "bias", "norm" (scale or shift of a normalization), "embedding", "other".
        trainable: whether it requires gradients.
        held: whether the optimizer holds it.
        used: whether it took part in the forward of a step that was looked at.
        ran: whether it was computed with there, be it for nothing that the loss sees.
        reached: whether it ever had a gradient.
        moved: whether its values are others at the end than at the beginning.
        mean: of the first values.
        std: of the first values.
        absmax: of the first values.
        fan_in: inputs per unit.
        alike: the share of units (rows) whose first values equal those of the first unit.
    """

    name: str
    shape: tuple[int, ...]
    layer: str = ""
    role: str = "weight"
    trainable: bool = True
    held: bool = True
    used: bool = True
    ran: bool = False
    reached: bool = True
    moved: bool = True
    mean: float = 0.0
    std: float = 0.0
    absmax: float = 0.0
    fan_in: int = 1
    alike: float = 0.0
