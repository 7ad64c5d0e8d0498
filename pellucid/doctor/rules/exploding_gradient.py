"""Exploding gradients: they grow by orders of magnitude through layers or from step to step.

Condition: the first layer's gradient is above 70 times the last one's, each per entry
(AutoTrainer), or the whole gradient's norm comes to 1000 times what it was at the first moments, or
before any step a signal grows 10,000-fold on its way through the layers, or the gradient 1000-fold
on its way back (a loop over time steps has one weight, and its growth shows nowhere else);
and the network stays behind what can be reached, or its loss is no number at the end. A large loss
has large gradients: the norm alone says nothing. A trial with clipped gradients that learns more
makes it sure. Gradients behind a loss that is no number any more say nothing. Or gradients are
clipped before the backward pass, when there are none, and come to three times the limit.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.cure import Cure, cure, lost, short, told
from pellucid.doctor.depth import broken, fade, grad_norm
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.step import Moment
from pellucid.doctor.trial import Change

LAYERS, STEPS, SIGNALS, FEW = 70.0, 1000.0, 10000.0, 4
EARLY, BEYOND = 0.9, 3.0


@rule("exploding_gradient", needs=("moves",))
def exploding_gradient(seen: Seen) -> Iterator[Finding]:
    """Gradients grow by orders of magnitude, and the training is spoiled."""
    yield from _clipped_too_early(seen)
    evidence = _growth(seen)
    wild = broken(seen)
    if evidence is None or not (wild or short(seen)):
        return
    tried = cure(seen, Change(clip=1.0))
    grown = "beyond all numbers" if evidence.value is None else f"{evidence.value:.3g}-fold"
    text = f"Gradients grow {grown}: {evidence.name}."
    shown: tuple[Evidence, ...] = (evidence,)
    if tried is not None and tried.works:
        text += f" Clipped, the same training gets to {told(tried.after)}."
        shown = (evidence, tried.evidence("skill with clipped gradients"))
    yield Finding(
        "exploding_gradient", text, step=_first(seen), evidence=shown,
        why="One such step throws the weights away from all that was learned.",
        fix="torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)", sure=_sure(tried),
        effect=1.0 if wild else lost(seen),
    )  # fmt: skip


def _clipped_too_early(seen: Seen) -> Iterator[Finding]:
    """Clipped in every step before there is anything to clip."""
    events, limit = seen.events, seen.events.clip
    if limit is None or events.steps < FEW or events.idle_clips < EARLY * events.steps:
        return
    largest, wild = max(_norms(seen), default=0.0), broken(seen)
    if not (wild or largest > BEYOND * limit):
        return
    yield Finding(
        "exploding_gradient",
        f"clip_grad_norm_ was called {events.idle_clips} times before there were gradients, so it "
        f"held none of them to {limit:g}: their norm comes to {largest:.3g}.",
        step=_first(seen),
        evidence=(
            Evidence("clips that found no gradients", events.idle_clips / events.steps, EARLY,
                     "0 in a right loop", "share"),
            Evidence("largest gradient", largest, BEYOND * limit, "the limit that was asked for"),
        ),
        why="Steps are as long as gradients make them, where the program means to hold them back.",
        fix="loss.backward()\n"
        f"torch.nn.utils.clip_grad_norm_(model.parameters(), {limit:g})\noptimizer.step()",
        sure=0.93,
        effect=1.0 if wild else max(lost(seen), 0.4),
    )  # fmt: skip


def _sure(tried: Cure | None) -> float:
    if tried is None:
        return 0.65
    return 0.85 if tried.works else 0.6


def _growth(seen: Seen) -> Evidence | None:
    """How far gradients grow; None where it isn't far."""
    ratios = [ratio for moment in seen.moments if (ratio := fade(seen, moment)) is not None]
    through = float(np.median(ratios)) if ratios else 0.0
    if through > LAYERS:
        name = "first layer's gradient over the last one's, per entry"
        return Evidence(name, through, LAYERS, "AutoTrainer")
    within = _within(seen)
    if within is not None:
        return within
    norms = _norms(seen)
    # Where the loss is lost within a few steps, the first one alone was before it.
    first = float(np.median(norms[: 3 if len(norms) > FEW else 1])) if norms else 0.0
    grown = max(norms[1:], default=0.0) / first if 0 < first < np.inf else 0.0
    if grown <= STEPS:
        return None
    value = grown if np.isfinite(grown) else None
    source = "TheDeepChecker: doubling at every check"
    return Evidence("largest gradient over the first ones", value, STEPS, source)


def _within(seen: Seen) -> Evidence | None:
    """How far signals or gradients grow in the network as it was before the first step."""
    first = seen.moments[0] if seen.moments and seen.moments[0].step == 0 else None
    if first is None or seen.train is None:
        return None
    layers = [first.activity[at] for at, call in enumerate(seen.calls)
              if at in first.activity and call.weights and call.part == "model"]  # fmt: skip
    grads = [a.grad for a in layers if a.grad is not None and np.isfinite(a.grad)]
    back = max(grads) / grads[-1] if grads and grads[-1] > 0 else 0.0
    if len(layers) < 2 or back > STEPS:
        name = "gradient at a layer over that at the last one, before the first step"
        return Evidence(name, back, STEPS, "as from step to step") if back > STEPS else None
    largest = max(float(np.abs(np.nan_to_num(seen.train.x, posinf=0, neginf=0)).max()), 1.0)
    grown = max(a.absmax for a in layers[:-1]) / largest
    if not grown > SIGNALS:
        return None
    name = "largest output of a layer over the largest input, before the first step"
    return Evidence(name, grown if np.isfinite(grown) else None, SIGNALS, "")


def _norms(seen: Seen) -> list[float]:
    return [grad_norm(moment) for moment in _told(seen)]


def _told(seen: Seen) -> list[Moment]:
    """Moments whose gradients tell: behind a loss that is no number they are none either."""
    return [moment for moment in seen.moments if moment.moves and np.isfinite(moment.loss)]


def _first(seen: Seen) -> int | None:
    """The step at which the gradient is above 100 times what it was."""
    norms = _norms(seen)
    steps = [moment.step for moment in _told(seen)]
    above = [step for step, norm in zip(steps, norms, strict=True) if norm > 100 * norms[0]]
    return above[0] if above else None
