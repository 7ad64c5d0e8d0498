"""The kinds of faults by name, and which of them explains which others.

A cause is something to change. An outcome is what people notice; it is a finding of its own only
where no cause explains it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["KINDS", "LATER", "Kind"]

LATER: Final = frozenset({"undertrained", "underfitting", "plateau", "overfitting"})
"""What only a whole training shows: not the first few hundred steps, or one cut off by an error."""


@dataclass(frozen=True)
class Kind:
    """A kind of fault.

    Attributes:
        name: what programs call it, such as "dead_relu".
        title: what people call it.
        meaning: what it is, in one sentence.
        explains: the kinds that it brings about, so that they need no explanation of their own.
        outcome: whether it is what people notice rather than what they can change.
    """

    name: str
    title: str
    meaning: str
    explains: tuple[str, ...] = ()
    outcome: bool = False


_POOR = ("underfitting", "plateau", "undertrained")
_FLAT = ("vanishing_gradient", "saturated_activation", "dead_relu")
_WILD = ("exploding_gradient", "non_finite", "oscillation")

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(
            "shape_broadcast",
            "Prediction and target broadcast",
            "Prediction and target have different shapes, and the loss compares every row with "
            "every other.",
            (*_POOR, "lr_too_low", "lr_too_high", "bad_labels", "oscillation"),
        ),
        Kind(
            "zero_grad_misuse",
            "Gradients not cleared at the right moment",
            "Gradients of earlier steps are never cleared, or those of this step are cleared "
            "before they are used.",
            (*_POOR, *_FLAT, *_WILD, "lr_too_high", "lr_too_low", "frozen_parameters"),
        ),
        Kind(
            "double_softmax",
            "Softmax before a loss that applies it",
            "The loss normalizes what has already been normalized, so it can't get small.",
            (*_POOR, "vanishing_gradient", "lr_too_low"),
        ),
        Kind(
            "wrong_loss",
            "Loss, last layer and targets do not fit",
            "What the last layer can give is not what the loss expects or the targets hold.",
            (
                *_POOR,
                *_FLAT,
                *_WILD,
                "lr_too_low",
                "lr_too_high",
                "class_imbalance",
                "frozen_parameters",
            ),
        ),
        Kind(
            "frozen_parameters",
            "Parameters that should learn do not",
            "The optimizer does not hold them, no gradient reaches them, or no step is made.",
            (*_POOR, "vanishing_gradient", "lr_too_low", "lr_too_high", "missing_nonlinearity"),
        ),
        Kind(
            "mode_error",
            "Training and evaluation mode mixed up",
            "Dropout and batch normalization work as in training where they should not, or the "
            "other way round.",
            (
                "overfitting",
                "underfitting",
                "oscillation",
                "over_regularised",
                "vanishing_gradient",
                "frozen_parameters",
            ),
        ),
        Kind(
            "bad_init",
            "Initial weights that can't learn",
            "The first weights are all alike, all zero, or of a wrong scale.",
            (
                *_POOR,
                *_FLAT,
                *_WILD,
                "lr_too_low",
                "lr_too_high",
                "frozen_parameters",
                "overfitting",
            ),
        ),
        Kind(
            "unnormalised_data",
            "Inputs or targets far from unit scale",
            "Some inputs or the targets are so large, small or far from zero that the first "
            "layers or the steps can't deal with them.",
            (*_POOR, *_FLAT, *_WILD, "lr_too_low", "lr_too_high", "bad_init"),
        ),
        Kind(
            "missing_nonlinearity",
            "No nonlinearity between linear layers",
            "Linear layers after each other are one linear layer, and can't bend.",
            _POOR,
        ),
        Kind(
            "lr_too_high",
            "Learning rate too high",
            "Steps overshoot: the loss jumps, swings or grows.",
            (*_POOR, *_FLAT, *_WILD, "overfitting"),
        ),
        Kind(
            "lr_too_low",
            "Learning rate too low",
            "Steps are too small to learn in the steps that were given.",
            _POOR,
        ),
        Kind(
            "over_regularised",
            "Regularization too strong",
            "Weight decay, a penalty or dropout keeps the network from fitting its training data.",
            (*_POOR, "vanishing_gradient", "lr_too_low", "dead_relu"),
        ),
        Kind(
            "unshuffled_data",
            "Rows in an order that says something about the target",
            "Batches hold similar targets, so every step forgets what the last ones taught.",
            (*_POOR, *_WILD, "overfitting", "dead_relu"),
        ),
        Kind(
            "bad_labels",
            "Targets that do not belong to their inputs",
            "Targets are noisy, shuffled or shifted against the inputs.",
            ("overfitting", *_POOR),
        ),
        Kind(
            "class_imbalance",
            "A rare class is ignored",
            "One class has so few rows that the network does well by never naming it.",
            ("underfitting", "plateau", "oscillation"),
        ),
        Kind(
            "dead_relu",
            "Dead ReLU units",
            "Most units of a layer are zero on every row, so no gradient reaches their weights.",
            (*_POOR, "vanishing_gradient", "frozen_parameters"),
        ),
        Kind(
            "saturated_activation",
            "Saturated sigmoid or tanh",
            "Most outputs lie on the flat ends of their curve, where the slope is nearly zero.",
            (*_POOR, "vanishing_gradient", "frozen_parameters"),
        ),
        Kind(
            "exploding_gradient",
            "Exploding gradients",
            "The gradient grows by orders of magnitude through layers or steps.",
            (*_POOR, "non_finite", "oscillation"),
        ),
        Kind(
            "vanishing_gradient",
            "Vanishing gradients",
            "The gradient shrinks by orders of magnitude on its way to the first layers while the "
            "loss is still high.",
            (*_POOR, "lr_too_low"),
        ),
        Kind(
            "non_finite",
            "NaN or infinity",
            "A value that is not a finite number came up; everything computed from it is lost.",
            ("oscillation", *_POOR),
            outcome=True,
        ),
        Kind(
            "overfitting",
            "Overfitting",
            "The network gets better on its training rows and worse on the others.",
            outcome=True,
        ),
        Kind(
            "oscillation",
            "The loss swings",
            "The loss goes up and down by much instead of settling.",
            ("undertrained",),
            outcome=True,
        ),
        Kind(
            "underfitting",
            "Underfitting",
            "The network does not even fit its training rows, although they can be fitted.",
            outcome=True,
        ),
        Kind(
            "plateau",
            "The loss stands still",
            "The loss is flat, far above what can be reached.",
            outcome=True,
        ),
        Kind(
            "undertrained",
            "Stopped while still learning",
            "The loss was still falling when training ended.",
            outcome=True,
        ),
    )
}
