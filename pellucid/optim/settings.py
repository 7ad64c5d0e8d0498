"""Checks of an optimizer's settings when it is made: a wrong one is refused at once."""

from __future__ import annotations

import math
from typing import Any

from pellucid.errors import SettingError, TraceError
from pellucid.graph.mode import current
from pellucid.shapes import show
from pellucid.tensor.tensor import Tensor

__all__ = ["check_betas", "check_passive", "check_range", "number", "refuse_traced"]


def refuse_traced(who: str) -> None:
    """A schedule moves Python numbers, which a compiled function would do once."""
    if current().trace is not None:
        raise TraceError(
            f"{who}.step() is called in a function that is compiled, and would happen once only.\n"
            " Call it after the compiled step: its rates are read before each."
        )


def number(value: Any) -> float:
    """A setting as a Python number; rates may be given as 0-axis Tensors."""
    return value if type(value) in (float, int) else float(value)


def check_range(
    who: str,
    name: str,
    value: Any,
    low: float = 0.0,
    high: float = math.inf,
    *,
    open_end: bool = False,
) -> None:
    """Refuse a setting outside `low` to `high` (or that is no number), quoting it."""
    if isinstance(value, str):
        raise SettingError(f"{who}: {name} must be a number, and it is the text {value!r}.")
    if isinstance(value, Tensor) and value.numel() != 1:
        shape = show(value.shape)
        raise SettingError(
            f"{who}: {name} must be one number, and it is a Tensor of shape {shape}."
        )
    held = number(value)
    inside = low <= held < high if open_end else low <= held <= high
    if inside and math.isfinite(held):
        return
    if high == math.inf:
        allowed = "0 or more" if low == 0 else f"{low:g} or more"
    elif low == -math.inf:
        allowed = f"{high:g} or less"
    else:
        allowed = f"from {low:g} to {'below ' if open_end else ''}{high:g}"
    raise SettingError(f"{who}: {name} must be {allowed}, not {value!r}.")


def check_betas(who: str, betas: Any) -> None:
    """Refuse averaging factors that are not two numbers from 0 to below 1."""
    if not isinstance(betas, tuple | list) or len(betas) != 2:
        raise SettingError(f"{who}: betas must be two numbers, as (0.9, 0.999), not {betas!r}.")
    for i, beta in enumerate(betas):
        check_range(who, f"betas[{i}]", beta, high=1.0, open_end=True)


def check_passive(who: str, fused: Any, foreach: Any) -> None:
    """Refuse settings about how a step is executed that contradict each other."""
    if fused and foreach:
        raise SettingError(f"{who}: fused and foreach exclude each other; give one of them.")
