"""The loss of every single row, from the predictions that were kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.doctor.measures.answers import Array, answers, loss_name
from pellucid.doctor.measures.trivial import ELEMENTWISE, per_entry
from pellucid.doctor.seen import Floats, Rows, Seen

__all__ = ["row_losses"]


def row_losses(seen: Seen, rows: Rows | None = None) -> Floats | None:
    """The mean loss over each row's targets; None without predictions or for an unknown loss.

    Args:
        seen: a training.
        rows: those that were learned from, or others.
    """
    rows = rows or seen.train
    target = answers(seen, rows)
    if rows is None or rows.prediction is None or target is None:
        return None
    out, name = np.asarray(rows.prediction, dtype=float), loss_name(seen)
    settings = seen.loss.settings if seen.loss else {}
    y = np.asarray(rows.y)
    if name == "cross_entropy" and out.shape == y.shape and out.ndim == 2:
        return _of_shares(out, y.astype(float))
    if name in ("cross_entropy", "nll_loss"):
        fits = out.ndim > 1 and target.kind == "classes" and out[:, :1].size == target.y.size
        part = float(settings.get("label_smoothing", 0) or 0)
        if not fits:
            return None
        each = _of_logits(out, target.y, name == "cross_entropy", part)
        return each * _weights(target.y[:, 0], settings) if target.y.shape[1] == 1 else each
    if name not in ELEMENTWISE or out.size != y.size:
        return None
    if name == "binary_cross_entropy_with_logits":
        out = 1 / (1 + np.exp(-np.clip(out, -500, 500)))
    y = y.reshape(len(y), -1).astype(float)
    found: Floats = per_entry(name, out.reshape(y.shape), y, settings).mean(1)
    return found


def _weights(y: Array, settings: Mapping[str, Any]) -> Array:
    """What each row counts, on average 1, where classes have weights."""
    weight = settings.get("weight")
    if weight is None or len(weight) <= y.max():
        return np.ones(len(y))
    each = np.asarray(weight)[np.maximum(y, 0)]
    return each / max(float(each.mean()), 1e-12)


def _of_shares(out: Array, y: Array) -> Floats:
    """Targets that are shares of the classes."""
    found: Floats = -(y * _logs(out)).sum(1)
    return found


def _logs(out: Array) -> Array:
    """The logarithms of the softmax."""
    out = out - out.max(-1, keepdims=True)
    found: Array = out - np.log(np.exp(out).sum(-1, keepdims=True))
    return found


def _of_logits(out: Array, y: Array, scores: bool, part: float) -> Floats:
    """Targets that are class numbers, with a part of them spread over all classes."""
    out = np.moveaxis(out, 1, -1).reshape(*y.shape, out.shape[1])
    out = _logs(out) if scores else out
    asked = y >= 0
    own = np.take_along_axis(out, np.maximum(y, 0)[..., None], -1)[..., 0]
    each = -((1 - part) * own + part * out.mean(-1)) * asked
    found: Floats = each.sum(1) / np.maximum(asked.sum(1), 1)
    return found
