"""What can be tried against each kind of fault, the smallest change first, and its code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pellucid.doctor.seen import Seen
from pellucid.doctor.trial import Change
from pellucid.lenses.numerals import number

__all__ = ["AT_ONCE", "code", "remedies", "words"]

_SLOWER = (Change(lr=0.1), Change(lr=0.01), Change(lr=0.001))
_FASTER = (Change(lr=10.0), Change(lr=100.0), Change(lr=1000.0))
_SCALED = (Change(inputs=True), Change(targets=True), Change(inputs=True, targets=True))
_SCALED_AT_ANOTHER_RATE = tuple(replace(c, lr=rate) for rate in (0.1, 10.0) for c in _SCALED)
_AS_IT_WAS = Change()

_REMEDIES: Final[dict[str, tuple[Change, ...]]] = {
    "lr_too_high": (*_SLOWER, Change(lr=0.0001)),
    "lr_too_low": _FASTER,
    "bad_init": (Change(fresh=True),),
    "unnormalised_data": (*_SCALED, *_SCALED_AT_ANOTHER_RATE),
    "over_regularised": (
        Change(decay=False), Change(dropout=False), Change(decay=False, dropout=False),
    ),
    "unshuffled_data": (_AS_IT_WAS,),
    "dead_relu": (Change(fresh=True), Change(lr=0.1), Change(fresh=True, lr=0.1), *_SCALED),
    "saturated_activation": (Change(fresh=True), Change(inputs=True), *_SLOWER[:2]),
    "vanishing_gradient": (Change(fresh=True), Change(inputs=True), Change(optimizer="Adam")),
    "exploding_gradient": (Change(clip=1.0), *_SLOWER[:2], *_SCALED),
    "non_finite": (Change(clip=1.0), *_SLOWER, *_SCALED),
    "oscillation": (Change(lr=0.1), Change(batch=4.0), Change(clip=1.0), Change(lr=0.01)),
    "underfitting": (*_FASTER[:1], *_SLOWER[:1], Change(optimizer="Adam"), *_SCALED,
                     Change(fresh=True)),
    "plateau": (*_FASTER[:1], *_SLOWER[:1], Change(optimizer="Adam"), *_SCALED,
                Change(fresh=True)),
    "undertrained": (Change(steps=2.0), Change(steps=4.0)),
    "overfitting": (Change(steps=0.5), Change(steps=0.25)),
}  # fmt: skip

AT_ONCE: Final = ("zero_grad_misuse", "shape_broadcast", "mode_error")
"""Faults of the loop itself: a trial's loop does not have them, so it shows the cure as it is."""


def remedies(kind: str, seen: Seen) -> Sequence[Change]:
    """Changes to try against a kind of fault, the smallest first; none for what is done by hand.

    Args:
        kind: a name of `KINDS`.
        seen: the training.
    """
    if kind in AT_ONCE:
        return (_AS_IT_WAS,)
    if kind == "frozen_parameters" and seen.optimizer:
        rate = float(seen.settings.get("lr", 1e-3))
        return (Change(optimizer=seen.optimizer, rate=rate),)
    numbers = seen.loss is not None and seen.loss.target_kind == "numbers"
    return [each for each in _REMEDIES.get(kind, ()) if numbers or not each.targets]


def words(change: Change) -> str:
    """A change in a few words.

    Example:
        >>> words(Change(lr=0.1)), words(Change(inputs=True, clip=1.0))
        ('a tenth of the learning rate', 'standardized inputs, clipped gradients')
        >>> words(Change())
        'a loop without mistakes'
    """
    said = [
        (change.lr != 1, _rate(change.lr)),
        (change.optimizer, f"{change.optimizer} over all weights"),
        (change.inputs, "standardized inputs"),
        (change.targets, "standardized targets"),
        (change.fresh, "new first weights"),
        (not change.dropout, "no dropout"),
        (not change.decay, "no weight decay"),
        (not change.shuffled, "rows in their order"),
        (change.batch != 1, f"batches {change.batch:g} times as large"),
        (change.steps != 1, f"{change.steps:g} times the steps"),
        (change.clip is not None, "clipped gradients"),
    ]
    return ", ".join(text for wanted, text in said if wanted) or "a loop without mistakes"


def _rate(factor: float) -> str:
    parts = {0.1: "a tenth", 0.01: "a hundredth", 0.001: "a thousandth"}
    if factor in parts:
        return f"{parts[factor]} of the learning rate"
    return f"{factor:g} times the learning rate"


def code(change: Change, seen: Seen) -> str:
    """A change as lines of a program, with the run's own numbers.

    Args:
        change: what to change.
        seen: the training; its optimizer, rate and framework stand in the lines.

    Example:
        >>> code(Change(lr=0.1), Seen(optimizer="SGD", settings={"lr": 2.0}))
        'optimizer = pellucid.optim.SGD(model.parameters(), lr=0.2)'
    """
    lib = "torch" if seen.source == "torch" else "pellucid"
    lines: list[str] = []
    if change.inputs:
        lines.append("mean, std = x_train.mean(0), x_train.std(0)\nx = (x - mean) / std")
    if change.targets:
        lines.append("mean_y, std_y = y_train.mean(0), y_train.std(0)\ny = (y - mean_y) / std_y\n"
                     "# the prediction in its own units: model(x) * std_y + mean_y")  # fmt: skip
    if change.fresh:
        lines.append(
            "for layer in model.modules():\n    if hasattr(layer, 'reset_parameters'):\n"
            "        layer.reset_parameters()  # in place of your own first weights"
        )
    if not change.dropout:
        lines.append(
            f"for layer in model.modules():\n    if isinstance(layer, {lib}.nn.Dropout):\n"
            "        layer.p = 0.0"
        )
    if change.optimizer or change.lr != 1 or not change.decay:
        lines.append(_optimizer(change, seen, lib))
    if not change.shuffled or change.batch != 1:
        lines.append(f"loader = DataLoader(data, batch_size={_batch(change, seen)}, shuffle=True)")
    if change.clip is not None:
        lines.append("loss.backward()\n"
                     f"{lib}.nn.utils.clip_grad_norm_(model.parameters(), {change.clip:g})\n"
                     "optimizer.step()")  # fmt: skip
    if change.steps != 1:
        fewer = f"epochs = int(epochs * {change.steps:g})  # or stop when validation turns"
        lines.append(fewer if change.steps < 1 else f"epochs = epochs * {change.steps:g}")
    return "\n".join(lines)


def _optimizer(change: Change, seen: Seen, lib: str) -> str:
    rate = change.rate if change.optimizer else float(seen.settings.get("lr", 1e-3))
    said = [f"lr={number(rate * change.lr, 3)}"]
    momentum = seen.settings.get("momentum", 0)
    if momentum and not change.optimizer:
        said.append(f"momentum={momentum:g}")
    decay = seen.settings.get("weight_decay", 0) or 0
    if decay or not change.decay:
        said.append(f"weight_decay={decay if change.decay else 0.0:g}")
    name = change.optimizer or seen.optimizer or "SGD"
    return f"optimizer = {lib}.optim.{name}(model.parameters(), {', '.join(said)})"


def _batch(change: Change, seen: Seen) -> int:
    sizes = sorted(batch.rows for batch in seen.batches) or [32]
    return max(round(sizes[len(sizes) // 2] * change.batch), 1)
