"""Everything in `nn` as a function, with PyTorch's names, argument names and defaults.

Modules keep settings and weights; what they do with an input is written here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.nn.functional import activations, layers, losses
from pellucid.tensor.lift import lifted

__all__ = [
    *activations.__all__,
    *layers.__all__,
    *losses.__all__,
]


def _offer(*rooms: Any) -> None:
    for room in rooms:
        for name in room.__all__:
            call: Callable[..., Any] = getattr(room, name)
            globals()[name] = lifted(call)


_offer(activations, layers, losses)
__all__.sort()
