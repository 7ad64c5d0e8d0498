"""How it learned."""

from __future__ import annotations

from pellucid.lenses.draw.html import Child, tag
from pellucid.lenses.numerals import lasting, plural
from pellucid.report.content import Content, Training
from pellucid.report.limits import Limits
from pellucid.report.pictures.boundary import replay_card
from pellucid.report.pictures.curves import loss_card, metric_card
from pellucid.report.pictures.network import gradient_card

__all__ = ["body"]


def body(content: Content, limits: Limits) -> Child:
    """Learning curves, gradient health, replay."""
    training = content.training
    replay = None
    if content.boundary:
        replay = replay_card(content.boundary, training, limits.frames, limits.grid)
    return tag(
        "div",
        tag("p", _sentence(training)),
        tag(
            "div",
            loss_card(training),
            metric_card(training),
            gradient_card(content.model.rows),
            class_="cards",
        ),
        replay,
        class_="stack",
    )


def _sentence(training: Training) -> str:
    how = f" with {training.optimizer}" if training.optimizer else ""
    took = f" in {lasting(training.seconds)}" if training.seconds is not None else ""
    text = f"{plural(len(training.train_loss), 'epoch')}{how}{took}, on {training.loss_name}."
    return f"{text} {training.ended} The weights of epoch {training.best_epoch} were kept.".replace(
        "  ", " "
    )
