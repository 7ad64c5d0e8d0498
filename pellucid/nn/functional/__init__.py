"""Everything in `nn` as a function, with PyTorch's names, argument names and defaults.

Modules keep settings and weights; what they do with an input is written here.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pellucid.nn.functional import (
    activations,
    adaptive,
    attention,
    classes,
    conv,
    layers,
    losses,
    pool,
)
from pellucid.nn.functional.batch import batch_norm as batch_norm
from pellucid.nn.functional.tables import embedding as embedding
from pellucid.nn.functional.tables import embedding_bag as embedding_bag
from pellucid.tensor.elsewhere import refusing
from pellucid.tensor.functions.picking import one_hot as _one_hot
from pellucid.tensor.functions.tiling import pad as _pad
from pellucid.tensor.lift import lifted
from pellucid.tensor.memory import assign

_ROOMS = (activations, adaptive, attention, classes, conv, layers, losses, pool)
_NODES: dict[str, Callable[..., Any]] = {
    **{name: getattr(room, name) for room in _ROOMS for name in room.__all__},
    "one_hot": _one_hot,
    "pad": _pad,
}


def _offered(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function of nodes as one of Tensors, which honors `inplace` where it has that argument."""
    on_tensors = lifted(call)
    names = list(inspect.signature(call).parameters)
    if "inplace" not in names:
        return on_tensors
    place = names.index("inplace")

    @functools.wraps(on_tensors)
    def maybe_in_place(*args: Any, **kwargs: Any) -> Any:
        out = on_tensors(*args, **kwargs)
        if kwargs.get("inplace") or (len(args) > place and args[place]):
            given = args[0] if args else kwargs["input"]
            return assign(given, out._node, call.__name__)
        return out

    return maybe_in_place


for _name, _call in _NODES.items():
    globals()[_name] = _offered(_call)

__all__ = ["batch_norm", "embedding", "embedding_bag", *_NODES]
__all__.sort()

if TYPE_CHECKING:

    def __getattr__(name: str) -> Callable[..., Any]: ...

else:
    __getattr__ = refusing("pellucid.nn.functional", __all__)
