"""Frozen parameters: weights that were meant to learn stay as they are.

Conditions, each certain by its evidence: backward passes but no step, or steps that found no
gradient, and nothing moved; parameters that require gradients, took part, and are not held by the
optimizer (nor moved by another); parameters it holds that no gradient ever reached, as behind
`detach()`; tensors that require gradients in the forward, and are no parameters of the network.
`requires_grad=False` is taken as meant, unless there is an effect: the values look just as PyTorch
draws them (uniform within 1/√fan_in, so nothing was ever learned there) and the network misses at
least 15 % of what a reference fit to the same rows reaches, while the same network, as frozen as
it is, does not reach it with usual settings either. Parameters that no forward used are
left alone, unless they are most of the network, ran for nothing, and the same effect shows; or
they ran first, and what learns behind them takes nothing of the input.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from pellucid.data.wording import listing
from pellucid.doctor.cure import MATCHED
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.fit import effect, fit
from pellucid.doctor.measures.reference import reference
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.step import DATA, WeightSeen
from pellucid.lenses.numerals import percent

__all__ = ["frozen_parameters"]

_LOST, _HALF, _REST = 0.15, 0.5, 0.35


@rule("frozen_parameters", needs=("weights",))
def frozen_parameters(seen: Seen) -> Iterator[Finding]:
    """Weights that should have moved and did not."""
    if not seen.finished and re.search(
        r"does not require grad|backward\(\) has nowhere to go", seen.error
    ):
        yield _refused(seen)
        return
    used = [w for w in seen.weights if w.used]
    still = [w for w in used if w.trainable and not w.moved]
    meant = sum(math.prod(w.shape) for w in used if w.trainable) or 1
    left_out = [w for w in still if not w.held]
    unreached = [w for w in still if w.held and not w.reached and not _zero(seen, w)]
    if not used and seen.events.steps and not seen.events.backwards:  # nothing was recorded
        used = still = [w for w in seen.weights if w.trainable]
        left_out = [w for w in still if not w.held]
        if not any(w.moved for w in used):
            yield from _nothing_moves(seen, left_out)
    elif used and len(still) == len([w for w in used if w.trainable]) and still:
        yield from _nothing_moves(seen, left_out)
    elif left_out and seen.events.steps:
        yield _left_out(seen, left_out, _entries(left_out) / meant)
    elif unreached and seen.events.steps:
        yield _unreached(seen, unreached, _entries(unreached) / meant)
    elif seen.events.steps:
        yield from _on_purpose(seen, [w for w in used if not w.trainable])
        yield from _unknown(seen)
        yield from _for_nothing(seen)


def _refused(seen: Seen) -> Finding:
    """The backward pass found nothing to go back through."""
    return Finding(
        "frozen_parameters",
        f"The loss depends on no parameter that learns: {seen.error.strip().splitlines()[0]}",
        line=seen.events.lines.get("backward", ""),
        why="Between the network and the loss its numbers were taken out of the graph (detach, "
        "item, numpy, argmax), or nothing in the network requires gradients.",
        fix="loss = loss_fn(model(x), y)  # tensors all the way, outside of no_grad()",
        sure=0.95,
        effect=1.0,
    )


def _zero(seen: Seen, weight: WeightSeen) -> bool:
    """Whether it had a gradient that was 0, which is another fault's work, rather than none."""
    moves = [m.moves[weight.name] for m in seen.moments if weight.name in m.moves]
    return any(move.grad is not None for move in moves)


def _entries(weights: Sequence[WeightSeen]) -> int:
    return sum(math.prod(w.shape) for w in weights)


def _layers(weights: Sequence[WeightSeen]) -> tuple[str, tuple[str, ...]]:
    """The first layer and the others."""
    paths = list(dict.fromkeys(w.layer for w in weights))
    return paths[0], tuple(paths[1:])


def _nothing_moves(seen: Seen, left_out: Sequence[WeightSeen]) -> Iterator[Finding]:
    """No parameter moved at all: no step, no gradient, or an optimizer of other parameters."""
    events = seen.events
    idle = events.empty + events.wasted
    if not events.steps and events.backwards >= 3:
        yield _stuck(
            seen, f"After {events.backwards} backward passes the optimizer made no step at all.",
            "steps", 0, events.backwards, "loss.backward()\noptimizer.step()  # was missing",
        )  # fmt: skip
    elif not events.steps:
        return
    elif left_out and len(left_out) >= len([w for w in seen.weights if w.trainable and w.used]):
        yield _stuck(
            seen, f"The optimizer made {events.steps} steps, but holds none of the "
            f"{len(left_out)} parameters of this network.",
            "parameters that the optimizer holds", 0, len(left_out),
            "# after the network has its final layers\n"
            f"optimizer = {seen.optimizer or 'SGD'}(model.parameters(), lr=…)",
        )  # fmt: skip
    elif not events.backwards:
        yield _stuck(
            seen, f"The optimizer made {events.steps} steps without any backward pass.",
            "backward passes", 0, events.steps,
            "loss.backward()  # was missing; the loss is computed outside of no_grad()\n"
            "optimizer.step()",
        )  # fmt: skip
    elif not any(w.reached or _zero(seen, w) for w in seen.weights):
        yield _stuck(
            seen, f"{events.backwards} backward passes reached no parameter of the network: the "
            "loss was computed under no_grad(), or its way back was cut.",
            "parameters with a gradient", 0, len(seen.weights),
            "# network and loss outside of no_grad(), and the prediction a tensor all the way to\n"
            "# the loss: no detach(), item(), numpy()",
        )  # fmt: skip
    elif idle > events.steps / 2:
        yield _stuck(
            seen, f"{min(idle, events.steps)} of {events.steps} steps found no gradient to follow: "
            "they come before the backward pass.",
            "steps with a gradient", max(events.steps - idle, 0), events.steps,
            "optimizer.zero_grad()\nloss.backward()\noptimizer.step()  # in this order",
        )  # fmt: skip


def _stuck(seen: Seen, text: str, name: str, value: int, border: int, fix: str) -> Finding:
    return Finding(
        "frozen_parameters",
        text,
        line=seen.events.lines.get("step", seen.events.lines.get("backward", "")),
        evidence=(
            Evidence(name, value, border, "expected in a right loop", "count"),
            Evidence("parameters that moved", 0, len(seen.weights), "all", "count"),
        ),
        why="No weight changes, so the network stays at its first guess.",
        fix=fix,
        sure=0.98,
        effect=1.0,
    )


def _left_out(seen: Seen, weights: Sequence[WeightSeen], share: float) -> Finding:
    layer, also = _layers(weights)
    return Finding(
        "frozen_parameters",
        f"The optimizer does not hold {len(weights)} parameters that require gradients, "
        f"{percent(share)} of what should learn: {_named(weights)}.",
        layer=layer,
        also=also,
        line=seen.events.lines.get("step", ""),
        evidence=(
            Evidence(
                "entries that the optimizer lacks", share, 0.0, "none in a right loop", "share"
            ),
        ),
        why="They get gradients, but nobody steps on them.",
        fix="optimizer = type(optimizer)(model.parameters(), lr=…)  # made after the last change\n"
        "# or, if they are meant to stay:\n"
        f"model.get_submodule({layer!r}).requires_grad_(False)",
        sure=0.93,
        effect=0.6 + 0.4 * share,
    )


def _unreached(seen: Seen, weights: Sequence[WeightSeen], share: float) -> Finding:
    layer, also = _layers(weights)
    return Finding(
        "frozen_parameters",
        f"No gradient ever reached {len(weights)} parameters that the optimizer holds, "
        f"{percent(share)} of what should learn: {_named(weights)}.",
        layer=layer,
        also=also,
        line=seen.events.lines.get("backward", ""),
        evidence=(Evidence("entries without any gradient", share, 0.0, "none expected", "share"),),
        why="What they make is cut off from the loss (detach, no_grad, item, a copy by numpy), so "
        "they stay random.",
        fix="h = encoder(x)  # without .detach() and outside of no_grad()\n"
        "# or, if they are meant to stay:\n"
        f"model.get_submodule({layer!r}).requires_grad_(False)",
        sure=0.93,
        effect=0.6 + 0.4 * share,
    )


def _named(weights: Sequence[WeightSeen]) -> str:
    return listing([w.name for w in weights], 3)


def _on_purpose(seen: Seen, frozen: Sequence[WeightSeen]) -> Iterator[Finding]:
    """Frozen by `requires_grad=False`: a fault where random values were frozen and it costs."""
    random = [w for w in frozen if w.role == "weight" and _as_drawn(w)]
    lost = effect(seen) if random else 0.0
    if lost < _LOST or _does_frozen(seen, lost):
        return
    layer, also = _layers(random)
    share = _entries(random) / max(_entries([w for w in seen.weights if w.used]), 1)
    yield Finding(
        "frozen_parameters",
        f"{len(random)} weights do not require gradients and still look as they were drawn: "
        f"{_named(random)}. The network misses {percent(lost)} of what can be reached.",
        layer=layer,
        also=also,
        evidence=(
            Evidence("entries frozen at random values", share, 0.0, "none expected", "share"),
            Evidence(
                "share of the reachable fit that is missing",
                lost,
                _LOST,
                "a reference fit to the same rows",
                "share",
            ),
        ),
        why="Frozen layers pay when they were trained before; random ones only blur the input.",
        fix=f"model.get_submodule({layer!r}).requires_grad_(True)  # before making the optimizer",
        sure=0.8,
        effect=lost,
    )


def _does_frozen(seen: Seen, lost: float) -> bool:
    """Whether the same network, just as frozen, learns with other settings most of what it lost."""
    usual, own, can = seen.trials.run(MATCHED), fit(seen), reference(seen)
    if usual is None or not usual.finite or own is None or can is None:
        return False
    reached = usual.skill if usual.held_skill is None else usual.held_skill
    return reached >= can.skill * (1 - _REST * lost)


def _unknown(seen: Seen) -> Iterator[Finding]:
    """Weights that take part in the forward, but are no parameters of the network."""
    # An input that requires gradients itself is no layer that was forgotten.
    calls = [c for c in seen.calls if c.part == "model" and c.strangers > c.inputs.count(DATA)]
    if not calls:
        return
    count = sum(call.strangers for call in calls)
    yield Finding(
        "frozen_parameters",
        f"{count} tensors that require gradients take part in the forward, but the network does "
        "not know them as its parameters, so no optimizer of `model.parameters()` holds them.",
        layer=calls[0].path,
        line=calls[0].line,
        evidence=(Evidence("tensors that are no parameters", count, 0, "none expected", "count"),),
        why="Layers in a plain list or dict are not registered: they stay random, and are not "
        "saved either.",
        fix="self.layers = nn.ModuleList([…])  # or nn.ModuleDict, nn.Parameter",
        sure=0.9,
        effect=0.8,
    )


def _for_nothing(seen: Seen) -> Iterator[Finding]:
    """Layers that run, and nothing of what they make reaches the loss: most of what should learn.

    A spare head is left alone: less than half of what the optimizer holds, or nothing is missed.
    Layers before all that learn are none, where what does learn takes nothing of the input: what
    they made went on as other numbers, by NumPy or lists.
    """
    held = [w for w in seen.weights if w.trainable and w.held]
    idle = [w for w in held if w.ran and not (w.used or w.reached or w.moved)]
    share = _entries(idle) / max(_entries(held), 1)
    if (idle and _cut_off(seen, idle[0])) or (share >= _HALF and effect(seen) >= _LOST):
        yield _unreached(seen, idle, share)


def _cut_off(seen: Seen, first: WeightSeen) -> bool:
    """Whether the prediction is made of numbers of unknown origin, and `first` ran before it."""
    inner = [call for call in seen.calls if call.part == "model"]
    used = next((w for w in seen.weights if w.used), None)
    return (
        bool(inner)
        and not any(DATA in call.inputs for call in inner)
        and used is not None
        and seen.weights.index(first) < seen.weights.index(used)
    )


def _as_drawn(weight: WeightSeen) -> bool:
    """Whether values fill 1/√fan_in evenly, as PyTorch draws linear layers and convolutions."""
    bound = 1 / math.sqrt(max(weight.fan_in, 1))
    even = abs(weight.std - bound / math.sqrt(3)) < 0.15 * bound
    return math.prod(weight.shape) >= 8 and weight.absmax <= 1.001 * bound and even
