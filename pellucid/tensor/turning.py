"""Other axes for a Tensor itself: `x.unsqueeze_(0)`, `x.t_()`. It becomes a view of what it was."""

from __future__ import annotations

from typing import Any

from pellucid.errors import GraphError
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.memory import adopt
from pellucid.tensor.tensor import Tensor, wrap

__all__: list[str] = []


def _turned(name: str) -> Any:
    call = FUNCTIONS[name]

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        node = self._node
        if node.requires_grad and node.op is None:
            raise GraphError(
                f"{name}_ would change the axes of a leaf that requires grad.\n"
                f" Use {name}() for a new Tensor."
            )
        _become(self, call(self, *args, **kwargs)._node)
        return self

    method.__name__ = f"{name}_"
    method.__doc__ = f"`{name}`, of this Tensor itself."
    return method


def _become(self: Tensor, node: Node) -> None:
    """Let `self` stand for a view of its own memory, whoever else looks at that."""
    if not hasattr(self, "_owner"):
        before = wrap(self._node)
        for ref in getattr(self, "_views", ()):
            view = ref()
            if view is not None and view is not self:
                adopt(view, before)
        self._views = []
        adopt(self, before)
    trace = current().trace
    self._node = node if trace is None else trace.moved(self, node, alias=True)


for _name in ("squeeze", "unsqueeze", "t", "transpose", "swapaxes", "swapdims"):
    setattr(Tensor, f"{_name}_", _turned(_name))
