"""Layers that work differently in training and in evaluation, and how they are switched."""

from __future__ import annotations

from typing import Any

from pellucid.doctor.step import Call

__all__ = ["Modes", "whole_name"]

_WHOLE = {"RNN": "rnn", "LSTM": "lstm", "GRU": "gru", "MultiheadAttention": "attention"}


class Modes:
    """Dropout and batch normalization in some networks."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.by_model: dict[int, list[Any]] = {}
        self.norms = False
        self.functions: list[str] = []

    def add(self, prefix: str, model: Any) -> None:
        """Another network."""
        own = self.by_model[id(model)] = []
        for path, module in model.named_modules():
            if _depends(module):
                own.append(module)
                self.paths.append(".".join(p for p in (prefix, path) if p))
                self.norms = self.norms or "BatchNorm" in type(module).__name__

    @property
    def layers(self) -> tuple[str, ...]:
        """Their paths."""
        return tuple(dict.fromkeys(self.paths + self.functions))

    def of(self, model: Any) -> bool:
        """Whether they work as in training, or the network itself where it has none of them."""
        own = self.by_model.get(id(model))
        if own:
            return any([m.training for m in own])
        return bool(getattr(model, "training", False))

    def traced(self, calls: list[Call]) -> None:
        """Note functions such as `F.dropout(x, training=self.training)`."""
        for call in calls:
            if "dropout" in call.name and call.path not in self.paths:
                self.functions.append(call.path or call.name)


def _depends(module: Any) -> bool:
    name = type(module).__name__
    if "Dropout" in name:
        return float(getattr(module, "p", 0.0)) > 0
    if "BatchNorm" in name or "InstanceNorm" in name:
        return bool(getattr(module, "track_running_stats", True))
    own = getattr(module, "dropout", 0.0)
    return isinstance(own, float) and own > 0


def whole_name(module: Any) -> str:
    """What a module is called that is told of as one call; empty for others."""
    return _WHOLE.get(type(module).__name__.removesuffix("Cell"), "")
