"""Mode error: dropout or batch normalization work in the wrong mode.

Conditions, certain by their evidence and only where such layers are present: at least half of the
scores on held-out rows were taken in training mode, or, where no loss was called for any, half of
the passes that nothing was learned from, three of them or more; at least 20 % of the training
passes ran in evaluation mode (an `eval()` that no `train()` follows; the share leaves room for a
first look); more than half of the training passes gave a batch normalization one single row; or two
passes in evaluation mode over the same rows differ, with dropout in the forward. Evaluation mode is
meant where none of the weights around such layers moves while others learn, and where only parts of
a network in training mode are switched. Many passes over the same rows in training mode are Monte
Carlo dropout, and passes without a score beside others with one are a new estimate of the running
statistics: both are meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pellucid.data.wording import listing
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.lenses.numerals import of_layer

__all__ = ["mode_error"]

_TRAINING, _SCORES, _SINGLE = 0.2, 0.5, 0.5
_ALONE: Final = r"more than 1 value per channel|needs more than one value"
_MARGIN: Final = 3  # passes that a share must rest on


@rule("mode_error", needs=("events",))
def mode_error(seen: Seen) -> Iterator[Finding]:
    """Passes in the wrong mode."""
    yield from _always_on(seen)
    if not seen.events.mode_layers:
        return
    for look in (_single, _learned_in_eval, _scored_in_train):
        yield from look(seen)


def _learned_in_eval(seen: Seen) -> Iterator[Finding]:
    events = seen.events
    share = events.train_in_eval / max(events.train_passes, 1)
    if share < _TRAINING or events.train_in_eval < _MARGIN or _all_at_rest(seen):
        return
    yield Finding(
        "mode_error",
        f"{events.train_in_eval} of {events.train_passes} training passes ran in evaluation mode, "
        f"so {_named(events.mode_layers)} did not work as in training.",
        layer=events.mode_layers[0],
        also=events.mode_layers[1:],
        line=events.lines.get("eval", ""),
        evidence=(
            Evidence(
                "training passes in evaluation mode", share, _TRAINING, "0 in a right loop", "share"
            ),
        ),
        why="Dropout does not drop and batch normalization neither learns nor uses the batch.",
        fix="for epoch in range(epochs):\n    model.train()  # again after each eval()\n    …",
        sure=0.95,
        effect=0.6 + 0.3 * share,
    )


def _all_at_rest(seen: Seen) -> bool:
    """Whether every layer that depends on the mode lies in a part that does not learn."""
    if not any(w.moved for w in seen.weights):
        return False
    return all(_at_rest(seen, path) for path in seen.events.mode_layers)


def _at_rest(seen: Seen, path: str) -> bool:
    """Whether no weight of a layer, or where it has none of the part it lies in, moves."""
    part = path.rpartition(".")[0]
    own = [w for w in seen.weights if w.layer == path]
    around = own or [w for w in seen.weights if part and w.layer.startswith(part + ".")]
    return bool(around) and not any(w.moved for w in around)


def _scored_in_train(seen: Seen) -> Iterator[Finding]:
    share, count = _share_of_scores(seen)
    if share < _SCORES:
        return
    events = seen.events
    yield Finding(
        "mode_error",
        f"{count} times the network was scored in training mode, with "
        f"{_named(events.mode_layers)} at work as in training.",
        layer=events.mode_layers[0],
        also=events.mode_layers[1:],
        line=events.lines.get("eval", ""),
        evidence=(
            Evidence("scores taken in training mode", share, _SCORES, "0 in a right loop", "share"),
        ),
        why="The answers depend on chance and on the other rows of the batch, and batch "
        "normalization learns from rows that it should only be scored on.",
        fix="model.eval()\nwith torch.no_grad():\n    score(model, x_val, y_val)\nmodel.train()",
        sure=0.93,
        effect=0.6,
    )


def _share_of_scores(seen: Seen) -> tuple[float, int]:
    """The share of scores in training mode, and how many; of passes, where none was scored."""
    if seen.scores:
        wrong = sum(score.training for score in seen.scores)
        return wrong / len(seen.scores), wrong
    events = seen.events
    if events.eval_in_train < _MARGIN:  # a look at the output, or the pass that an error cut off
        return 0.0, 0
    return events.eval_in_train / max(events.eval_passes, 1), events.eval_in_train


def _always_on(seen: Seen) -> Iterator[Finding]:
    """Dropout called as a function, at work in evaluation mode too."""
    drops = [call for call in seen.calls if "dropout" in call.name and call.part == "model"]
    if not drops or not seen.events.random_in_eval:
        return
    call = drops[0]
    yield Finding(
        "mode_error",
        "In evaluation mode two passes over the same rows give different answers: dropout is "
        "always on.",
        layer=call.path,
        line=call.line,
        evidence=(
            Evidence("dropout calls in the forward", len(drops), 0, "off in evaluation", "count"),
        ),
        why="Every answer is partly chance, and worse than the network could give.",
        fix="x = F.dropout(x, p, training=self.training)  # or an nn.Dropout layer",
        sure=0.85,
        effect=0.6,
    )


def _single(seen: Seen) -> Iterator[Finding]:
    events = seen.events
    share = events.single_rows / max(events.train_passes, 1)
    stopped = not seen.finished and bool(re.search(_ALONE, seen.error))
    if share <= _SINGLE and not stopped:
        return
    yield Finding(
        "mode_error",
        seen.error
        if stopped
        else f"{events.single_rows} of {events.train_passes} training passes gave batch "
        "normalization a single row.",
        layer=events.mode_layers[0],
        line=events.lines.get("loss", ""),
        evidence=(
            Evidence("training passes of one row", share, _SINGLE, "two rows at least", "share"),
        ),
        why="One row is its own mean: batch normalization takes it away, and what is left says "
        "nothing about the input.",
        fix="DataLoader(data, batch_size=32, drop_last=True)  # or LayerNorm in place of BatchNorm",
        sure=0.93,
        effect=0.8,
    )


def _named(layers: tuple[str, ...]) -> str:
    return listing(map(of_layer, layers), 3)
