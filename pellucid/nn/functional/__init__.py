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
    class_margins,
    classes,
    conv,
    ctc,
    distances,
    drops,
    fractional,
    heads,
    layers,
    likelihoods,
    losses,
    margins,
    norms,
    pool,
    resize,
    sample,
    scores,
    shuffle,
    straight,
    unpool,
)
from pellucid.nn.functional.batch import batch_norm as batch_norm
from pellucid.nn.functional.batch import instance_norm as instance_norm
from pellucid.nn.functional.margins import (
    triplet_margin_with_distance_loss as triplet_margin_with_distance_loss,
)
from pellucid.nn.functional.tables import embedding as embedding
from pellucid.nn.functional.tables import embedding_bag as embedding_bag
from pellucid.tensor.elsewhere import refusing
from pellucid.tensor.functions.picking import one_hot as _one_hot
from pellucid.tensor.functions.tiling import pad as _pad
from pellucid.tensor.lift import lifted
from pellucid.tensor.memory import assign

_ROOMS = (
    activations, adaptive, attention, class_margins, classes, conv, ctc, distances, drops,
    fractional, heads, layers, likelihoods, losses, margins, norms, pool, resize, sample, scores,
    shuffle, straight, unpool,
)  # fmt: skip
_NODES: dict[str, Callable[..., Any]] = {
    **{name: getattr(room, name) for room in _ROOMS for name in room.__all__ if name[0].islower()},
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


def _in_place(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which writes its result into its input."""
    signature = inspect.signature(call)
    on_tensors, name = lifted(call), f"{call.__name__}_"

    def write(*args: Any, **kwargs: Any) -> Any:
        given = args[0] if args else kwargs["input"]
        return assign(given, on_tensors(*args, **kwargs)._node, name)

    kept = [p for p in signature.parameters.values() if p.name != "inplace"]
    write.__name__ = write.__qualname__ = name
    write.__doc__ = f"{(call.__doc__ or '').split(chr(10))[0]} Written into `input`."
    write.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    return write


for _name, _call in _NODES.items():
    globals()[_name] = _offered(_call)

_WRITING = ("celu", "elu", "hardtanh", "leaky_relu", "relu", "rrelu", "selu", "threshold")
for _name in _WRITING:
    globals()[f"{_name}_"] = _in_place(_NODES[_name])
for _name in (*_NODES, *(f"{name}_" for name in _WRITING)):  # where pickle finds them again
    globals()[_name].__module__, globals()[_name].__qualname__ = __name__, _name

__all__ = [
    *(f"{name}_" for name in _WRITING),
    "batch_norm",
    "embedding",
    "embedding_bag",
    "instance_norm",
    *_NODES,
]
__all__.sort()

if TYPE_CHECKING:

    def __getattr__(name: str) -> Callable[..., Any]: ...

else:
    __getattr__ = refusing("pellucid.nn.functional", __all__)
