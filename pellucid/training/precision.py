"""In which kind of number the products of a training are taken; weights stay what they are."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from pellucid.amp import autocast
from pellucid.dtypes import DType, bfloat16, float16, float32
from pellucid.errors import SettingError

__all__ = ["precision_of"]

_FULL = (None, float32, "float32", "32")
_MIXED = (bfloat16, "bf16", "bfloat16", "bf16-mixed")
_HALF = (float16, "fp16", "float16", "16", "fp16-mixed", "16-mixed")


def precision_of(precision: str | DType | None) -> AbstractContextManager[Any]:
    """What `fit(precision=…)` trains in.

    Args:
        precision: None or "float32" for the weights' own kind; "bf16" for products in bfloat16,
            while weights, their gradients and the loss keep their digits.

    Raises:
        SettingError: another word.
    """
    if precision in _FULL:
        return nullcontext()
    if precision in _MIXED:
        return autocast("cpu", dtype=bfloat16)
    if precision in _HALF:
        raise SettingError(
            "precision='float16' would lose small gradients without a scale for the loss.\n"
            " Take precision='bf16', or write the loop with pellucid.amp.GradScaler."
        )
    raise SettingError(f"precision is None, 'float32' or 'bf16', not {precision!r}.")
