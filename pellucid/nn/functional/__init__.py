"""Everything in `nn` as a function, with PyTorch's names, argument names and defaults.

Modules keep settings and weights; what they do with an input is written here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pellucid.nn.functional import activations, classes, layers, losses
from pellucid.nn.functional.batch import batch_norm as batch_norm
from pellucid.tensor.functions.picking import one_hot as _one_hot
from pellucid.tensor.functions.tiling import pad as _pad
from pellucid.tensor.lift import lifted

_ROOMS = (activations, classes, layers, losses)
_NODES: dict[str, Callable[..., Any]] = {
    **{name: getattr(room, name) for room in _ROOMS for name in room.__all__},
    "one_hot": _one_hot,
    "pad": _pad,
}

for _name, _call in _NODES.items():
    globals()[_name] = lifted(_call)

__all__ = ["batch_norm", *_NODES]
__all__.sort()

if TYPE_CHECKING:

    def __getattr__(name: str) -> Callable[..., Any]: ...
