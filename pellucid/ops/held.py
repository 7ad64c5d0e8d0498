"""What a traced step needs where an eager one looks: values cut off, random states moved on."""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import uint32
from pellucid.ops.op import Op, Sample, define

__all__ = ["detach", "moved_on"]

detach: Op = define(
    "detach",
    sentence="The same numbers, without the way they came: blame stops here.",
    equation="y = x",
    derivative=r"\text{none: blame stops here}",
    forward=lambda xp, x: x,
    gradient=None,
    cost=lambda shapes, out, **_: 0,
    traits="view",
    samples=(Sample(((2, 3),)), Sample(((),)), Sample(((0, 3),))),
)


def _moved_on(xp: Any, state: Any, blocks: int) -> Any:
    state = state.astype("uint32")
    low = state[2] + xp.uint32(blocks & 0xFFFFFFFF)
    carry = (low < state[2]).astype("uint32")
    return xp.stack([state[0], state[1], low, state[3] + xp.uint32(blocks >> 32) + carry])


moved_on: Op = define(
    "moved_on",
    sentence="The state of a random stream, a number of blocks of four words further on.",
    equation=r"(s, b) \mapsto (s, b + n)",
    derivative=r"\text{none: positions are whole numbers}",
    forward=_moved_on,
    gradient=None,
    shape=lambda own, blocks: own,
    dtype=lambda own, blocks: uint32,
    traits="random",
    samples=(
        Sample(([0, 0, 0, 0],), {"blocks": 3}),
        Sample(([7, 1, 4294967295, 0],), {"blocks": 2}),
    ),
)
