"""Draws how loss and score changed while learning.

No lens has these: they are the history's, and need no network. The axis follows the loss, on a log
scale where it falls far, and spikes touch its upper end.
"""

from __future__ import annotations

import numpy as np

from pellucid.lenses.draw.html import Markup
from pellucid.lenses.draw.scale import Scale, span
from pellucid.lenses.draw.svg import Plot, legend, line, line_key, markers, picture
from pellucid.lenses.numerals import count, figure, fine_percent, plural
from pellucid.report.card import card, table
from pellucid.report.content import Floats, Training

__all__ = ["loss_card", "metric_card"]

WIDTH, HEIGHT = 400.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 54.0, 388.0, 26.0, 204.0
TABLE_ROWS = 100
STEP_POINTS = 300
CURVE_POINTS = 4000
LOG_ABOVE = 300.0


def loss_card(training: Training) -> Markup:
    """Draws training and validation loss over the epochs, the loss of each step behind them."""
    losses = _series(training.train_loss, training.validation_loss)
    steps = _thin_steps(training)
    everything = np.concatenate([*losses.values(), [y for _, y in steps]])
    plot = _plot(len(training.train_loss), everything, log=_wants_log(everything))
    label = training.loss_name + (" (log scale)" if plot.y.log else "")
    marks = [
        plot.axes("epoch", label, whole=True),
        line(((plot.x(x), _y(plot, y)) for x, y in steps), "steps") if steps else None,
        _best(plot, training.best_epoch),
        *[_curve(plot, values, kind) for kind, values in losses.items()],
    ]
    sentence = _loss_sentence(training)
    keys = _keys(losses, training.best_epoch)
    if steps:
        keys.append((line_key("steps"), "each step"))
    return card(
        "Loss (how wrong)",
        sentence,
        legend(keys),
        picture(f"Learning curve. {sentence}", WIDTH, HEIGHT, *marks),
        twin=_history(training),
    )


def metric_card(training: Training) -> Markup | None:
    """Draws the score over the epochs; None if it was not measured."""
    if training.train_metric is None:
        return None
    series = _series(training.train_metric, training.validation_metric)
    everything = np.concatenate(list(series.values()))
    plot = _plot(len(training.train_loss), everything, as_metric=training.metric_percent)
    marks = [
        plot.axes("epoch", training.metric_name, y_percent=training.metric_percent, whole=True),
        _best(plot, training.best_epoch),
        *[_curve(plot, values, kind) for kind, values in series.items()],
    ]
    sentence = _metric_sentence(training)
    return card(
        training.metric_name[:1].upper() + training.metric_name[1:],
        sentence,
        legend(_keys(series, training.best_epoch)),
        picture(f"{training.metric_name} by epoch. {sentence}", WIDTH, HEIGHT, *marks),
        twin=_history(training),
    )


def _series(train: Floats, validation: Floats | None) -> dict[str, Floats]:
    series = {"train": np.asarray(train, dtype=np.float64)}
    if validation is not None:
        series["validation"] = np.asarray(validation, dtype=np.float64)
    return series


def _keys(series: dict[str, Floats], best: int) -> list[tuple[Markup, str]]:
    words = {"train": "training", "validation": "validation"}
    keys = [(line_key(kind), words[kind]) for kind in series]
    return [*keys, (line_key("now"), f"best epoch, {count(best)}")]


def _plot(epochs: int, values: Floats, *, log: bool = False, as_metric: bool = False) -> Plot:
    if log:
        positive = values[np.isfinite(values) & (values > 0)]
        low, high = float(positive.min()) / 1.3, float(positive.max()) * 1.3
    elif as_metric:
        low, high = span(values, pad=0.06)
        low, high = max(low, 0.0), min(high, 1.0)
        low, high = (low, high) if high > low else (max(high - 0.1, 0.0), max(high, 0.1))
    else:
        low, high = span(_without_spikes(values), zero=bool((values >= 0).all()), pad=0.0)
        high += 0.04 * (high - low)
    x = Scale(0 if epochs == 1 else 1, max(epochs, 2), LEFT, RIGHT)
    return Plot(x, Scale(low, high, BOTTOM, TOP, log))


def _without_spikes(values: Floats) -> Floats:
    """Drops the highest percent if it would flatten all the rest."""
    finite = values[np.isfinite(values)]
    if finite.size < 20:
        return finite
    most = float(np.percentile(finite, 99))
    return finite[finite <= most] if finite.max() > 4 * most > 0 else finite


def _wants_log(values: Floats) -> bool:
    finite = values[np.isfinite(values)]
    if not finite.size or finite.min() <= 0:
        return False
    low, high = np.percentile(finite, [2, 98])
    return bool(high / low > LOG_ABOVE)


def _y(plot: Plot, value: float) -> float:
    """Position of a loss; spikes beyond the axis touch its upper end, zero its lower on a log."""
    if not np.isfinite(value):
        return float("nan")
    return plot.y(min(max(value, plot.y.low), plot.y.high))


def _curve(plot: Plot, values: Floats, kind: str) -> Markup:
    places = [(plot.x(int(i) + 1), _y(plot, values[i])) for i in _extremes(values, CURVE_POINTS)]
    if len(places) == 1:
        return markers(places, "circle", f"point {kind}-point", 5) or Markup("")
    return line(places, kind)


def _best(plot: Plot, epoch: int) -> Markup:
    return line([(plot.x(epoch), TOP - 4), (plot.x(epoch), BOTTOM)], "now")


def _thin_steps(training: Training) -> list[tuple[float, float]]:
    """Places steps on the epoch axis; of each stretch the least and the largest loss are kept."""
    if training.step_loss is None or len(training.step_loss) <= len(training.train_loss):
        return []
    losses = np.asarray(training.step_loss, dtype=np.float64)
    epochs = np.arange(1, len(losses) + 1) * (len(training.train_loss) / len(losses))
    kept = _extremes(losses, STEP_POINTS)
    start = 0.0 if len(training.train_loss) == 1 else 1.0
    return [(float(epochs[i]), float(losses[i])) for i in kept if epochs[i] >= start]


def _extremes(values: Floats, most: int) -> list[int]:
    """All positions, or of each stretch those of its least and its largest number."""
    if len(values) <= most // 2:
        return list(range(len(values)))
    kept: list[int] = []
    for part in np.array_split(np.arange(len(values)), most // 2):
        finite = np.nan_to_num(values[part], posinf=0.0, neginf=0.0)
        kept += sorted({int(part[finite.argmin()]), int(part[finite.argmax()])})
    return kept


def _loss_sentence(training: Training) -> str:
    first, last = float(training.train_loss[0]), float(training.train_loss[-1])
    epochs = len(training.train_loss)
    if epochs == 1:
        text_ = f"After one epoch the training loss was {figure(first)}."
    else:
        verb = "fell" if last < first else "rose" if last > first else "stayed"
        text_ = f"Training loss {verb} from {figure(first)} to {figure(last)} in {epochs} epochs."
    if training.validation_loss is None:
        return text_
    at_best = float(training.validation_loss[training.best_epoch - 1])
    return f"{text_} Validation loss at the best epoch, {training.best_epoch}: {figure(at_best)}."


def _metric_sentence(training: Training) -> str:
    assert training.train_metric is not None
    index = training.best_epoch - 1
    say = fine_percent if training.metric_percent else figure
    text_ = (
        f"At epoch {training.best_epoch}: {say(float(training.train_metric[index]))} in training"
    )
    if training.validation_metric is None:
        return f"{text_}."
    return f"{text_}, {say(float(training.validation_metric[index]))} on validation rows."


def _history(training: Training) -> Markup:
    columns: list[tuple[str, Floats | None]] = [
        ("training loss", training.train_loss),
        ("validation loss", training.validation_loss),
        (f"training {training.metric_name}", training.train_metric),
        (f"validation {training.metric_name}", training.validation_metric),
    ]
    present = [(name, values) for name, values in columns if values is not None]
    epochs = len(training.train_loss)
    shown = _chosen(epochs, training.best_epoch)
    rows = [
        [
            f"{epoch} (best)" if epoch == training.best_epoch else str(epoch),
            *[figure(float(values[epoch - 1])) for _, values in present],
        ]
        for epoch in shown
    ]
    note = "" if len(shown) == epochs else f"{plural(len(shown), 'epoch')} of {count(epochs)}."
    heads = ["epoch", *[name for name, _ in present]]
    return table(heads, rows, caption="Loss and score by epoch", note=note)


def _chosen(epochs: int, best: int) -> list[int]:
    even = np.linspace(1, epochs, min(epochs, TABLE_ROWS)).round().astype(int).tolist()
    return sorted({*even, best})
