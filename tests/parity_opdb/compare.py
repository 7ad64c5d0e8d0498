"""Where two results differ: in form, in dtype, or in value beyond rounding."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

import pellucid
from tests.parity_opdb.database import Unlike

__all__ = ["difference", "numbers", "parts"]

# Relative to a number itself, and to the largest beside it: sums add up in another order here.
_LOOSE = {"float64": (1e-6, 1e-8), "float32": (2e-4, 2e-5), "float16": (4e-3, 4e-3)}
_LOOSE["bfloat16"] = (4e-2, 4e-2)


def numbers(x: Any) -> Any:
    """The numbers of a Tensor of either library."""
    x = x.detach()
    if str(x.dtype).endswith("bfloat16"):
        x = x.float()
    return x.numpy() if isinstance(x, pellucid.Tensor) else x.numpy(force=True)


def parts(value: Any, kind: type) -> list[Any]:
    """All Tensors of a result, in order."""
    if isinstance(value, kind):
        return [value]
    return [y for x in value for y in parts(x, kind)] if isinstance(value, tuple | list) else []


def difference(theirs: Any, ours: Any, values: bool = True, at: str = "") -> tuple[str, str] | None:
    """The first difference, as its kind and what there is to say; None where there is none."""
    torch = sys.modules["torch"]
    if isinstance(theirs, torch.Tensor):
        return _of_tensors(theirs, ours, values, at)
    if isinstance(theirs, tuple | list):
        if not isinstance(ours, tuple | list) or len(ours) != len(theirs):
            return "structure", f"{at} {len(theirs)} parts, and we give {ours!r:.80}"
        for i, (a, b) in enumerate(zip(theirs, ours, strict=True)):
            if (found := difference(a, b, values, f"{at}[{i}]")) is not None:
                return found
        return None
    if type(theirs) is not type(ours):
        return "structure", f"{at} {theirs!r:.80}, and we give {ours!r:.80}"
    same = theirs == ours or theirs != theirs or (values and np.isclose(theirs, ours))
    return None if same or not values else ("value", f"{at} {theirs!r}, and we give {ours!r}")


def _of_tensors(theirs: Any, ours: Any, values: bool, at: str) -> tuple[str, str] | None:
    if theirs.dtype.is_complex or str(theirs.layout) != "torch.strided":
        raise Unlike("result")
    if not isinstance(ours, pellucid.Tensor):
        return "structure", f"{at} a Tensor, and we give {ours!r:.80}"
    if tuple(theirs.shape) != tuple(ours.shape):
        return "shape", f"{at} {tuple(theirs.shape)}, and we give {tuple(ours.shape)}"
    kind = str(theirs.dtype).removeprefix("torch.")
    if kind != ours.dtype.name:
        return "dtype", f"{at} {kind}, and we give {ours.dtype.name}"
    if not values:
        return None
    a, b = numbers(theirs), numbers(ours)
    near = _near(a, b, kind)
    if near.all():
        return None
    first = tuple(int(i) for i in np.argwhere(~near)[0]) if a.ndim else ()
    many = f"{(~near).sum()} of {near.size} numbers"
    return "value", f"{at} {many}: {a[first]} at {first}, and we give {b[first]}"


def _near(a: Any, b: Any, kind: str) -> Any:
    if kind not in _LOOSE:
        return a == b
    relative, absolute = _LOOSE[kind]
    known = np.abs(a[np.isfinite(a)]).astype(np.float64)
    widest = max(absolute, 0.02 * relative * (known.max() if known.size else 0.0))
    return np.isclose(b, a, rtol=relative, atol=widest, equal_nan=True)
