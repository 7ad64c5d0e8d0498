"""Run the same lines on pellucid and on PyTorch, and compare what came out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import pellucid

__all__ = ["plain", "same"]


def plain(value: Any) -> Any:
    """Tensors as nested lists, all else as it is."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return np.asarray(value.detach().tolist())


def same(torch: Any, script: Callable[[Any], Any]) -> Any:
    """What a script gives under pellucid, after checking that PyTorch gives the same."""
    ours, theirs = plain(script(pellucid)), plain(script(torch))
    _compare(ours, theirs)
    return ours


def _compare(ours: Any, theirs: Any) -> None:
    if isinstance(ours, list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            _compare(a, b)
    elif isinstance(ours, np.ndarray):
        assert ours.shape == np.shape(theirs)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)
    else:
        assert ours == theirs
