"""Why no blame goes back along an arrow, in a few words."""

from __future__ import annotations

import numpy as np

from pellucid.dtypes import FLOAT
from pellucid.graph.node import Node
from pellucid.lenses.chain.stage import Array, Stage
from pellucid.lenses.numerals import percent

__all__ = ["called", "no_slope", "partly_off", "unasked"]

_CALLED = {"relu": "ReLU", "gelu": "GELU", "elu": "ELU", "selu": "SELU", "silu": "SiLU"}


def called(name: str) -> str:
    """An op's name as it stands in a sentence."""
    return _CALLED.get(name, name)


def unasked(node: Node) -> str:
    """Why nobody asks a node for blame."""
    if node.dtype.category != FLOAT:
        return "whole numbers: no slope"
    if node.op is None and node.base is not None and node.kind == "data":
        return "detached"
    if node.op is not None and not node.inputs and not node.requires_grad:
        return "not recorded"
    return "no grad asked"


def no_slope(stage: Stage, arriving: Array | None) -> str:
    """Why a stage passes nothing on, though blame is asked for behind it."""
    if arriving is None or not np.any(arriving):
        return "no blame arrives"
    if stage.record.derivative == "" or (stage.op is not None and stage.op.gradient is None):
        return f"{called(stage.name)} has no slope"
    if "activation" in stage.traits:
        return f"{called(stage.name)} was off here: slope 0"
    return "slope 0"


def partly_off(stage: Stage, arriving: Array | None, passed: Array) -> str:
    """How many numbers of an activation pass nothing on."""
    if "activation" not in stage.traits or passed.size < 2 or arriving is None:
        return ""
    met = np.broadcast_to(arriving != 0, passed.shape) if arriving.shape == passed.shape else None
    off = float(np.mean(passed == 0)) if met is None else float(np.mean((passed == 0) & met))
    return f"{called(stage.name)} was off for {percent(off)} of its numbers" if off else ""
