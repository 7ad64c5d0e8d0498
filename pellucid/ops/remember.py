"""What a layer remembers of its batches: a running average and a running variance.

r ← (1 − m) r + m s        s being what this batch has, m its share
"""

from __future__ import annotations

from typing import Any

from pellucid.ops.op import Op, Sample, define
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = ["remembered"]


def _remembered(
    xp: Any, held: Any, moments: Any, row: int, share: float, scale: float = 1.0
) -> Any:
    rest, part, factor = (xp.asarray(v, held.dtype) for v in (1.0 - share, share, scale))
    seen = moments[row] if scale == 1.0 else moments[row] * factor
    return held * rest + seen * part


def _shape(held: Shape, moments: Shape, row: int, share: float, scale: float = 1.0) -> Shape:
    if len(moments) != 2 or held != moments[1:] or not 0 <= row < moments[0]:
        raise Mismatch(f"held is {show(held)}, and a row of the moments {show(moments[1:])}")
    return held


remembered: Op = define(
    "remembered",
    sentence="Moves what is remembered of the batches so far toward what this one has.",
    equation=r"y = (1 - m)\, r + m\, c\, s_k",
    derivative=r"\partial y/\partial r = 1 - m,\quad \partial y/\partial s_k = m\, c",
    forward=_remembered,
    gradient=None,
    shape=_shape,
    dtype="keep",
    accepts="float",
    cost=lambda shapes, out, **_: 4 * numel(out),
    traits="normalizes",
    samples=(
        Sample(((3,), (2, 3)), {"row": 0, "share": 0.1}),
        Sample(((3,), (2, 3)), {"row": 1, "share": 0.25, "scale": 1.5}),
    ),
    source="Ioffe & Szegedy 2015",
)
