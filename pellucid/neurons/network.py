r"""A network of neurons and arrows: built arrow by arrow, computed by whole layers.

z_j = \sum_{i \in I(j)} w_{ij} y_i,   y_j = f_j(z_j)

where I(j) are the neurons with an arrow that points towards neuron j.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.data.wording import listing
from pellucid.errors import SettingError, ShapeError
from pellucid.neurons.draw import Drawer
from pellucid.neurons.matrices import Matrices
from pellucid.neurons.saying import Saying
from pellucid.neurons.wiring import Held, Plan, Stage
from pellucid.nn import init
from pellucid.nn.linear import Linear
from pellucid.tensor import Tensor
from pellucid.tensor.creation import of_array, ones_like
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["Network"]

Note = Callable[[Stage, Tensor, Tensor], None]


class Network(Matrices, Saying):
    """A feed-forward network of neurons and weighted arrows, layered or not.

    It is a module like any other: call it, train it, compile it, save its `state_dict`. Neurons
    at the same depth are computed together by one product; arrows that are absent stay absent
    while it learns. Build it first and train it then: an arrow that is added later makes new
    Parameters, which an optimizer made before does not know.

    Shape:
        `(..., input neurons) → (..., output neurons)`

    Example:
        >>> import pellucid
        >>> from pellucid import neurons
        >>> net = neurons.Network()
        >>> net.input("x1"), net.bias("b"), net.neuron("h1", "tanh"), net.output("y")
        ('x1', 'b', 'h1', 'y')
        >>> for arrow in [("x1", "h1", 0.5), ("b", "h1", -0.5), ("h1", "y", 2.0)]:
        ...     _ = net.edge(*arrow)
        >>> net(pellucid.tensor([[1.0]]))
        tensor([[0.]], grad_fn=<linear>)
        >>> net.edge("h1", "y").where
        ('2.weight', (0, 0))
    """

    def __init__(self) -> None:
        super().__init__()
        self._held = Held()
        own = self.__dict__
        own["_modules"], own["_parameters"] = Drawer(self._wire), Drawer(self._wire)

    def reset_parameters(self) -> None:
        """Draw all weights afresh, those that arrows share included."""
        for module in self._modules.values():
            if isinstance(module, Linear):
                module.reset_parameters()
        if self._values:
            init.uniform_(self.shared, -1.0, 1.0)

    # ---- computing ----------------------------------------------------------------------------

    def forward(self, input: Tensor) -> Tensor:
        """The values of the output neurons, stage by stage."""
        return self._run(input)

    def _run(self, x: Tensor, note: Note | None = None) -> Tensor:
        plan, cat = self._plan(), FUNCTIONS["cat"]
        if not plan.outputs:
            raise SettingError('the network has no output neuron. Add one: net.output("y").')
        self._check_input(x, plan)
        values: list[Tensor] = [x]
        for stage in plan.stages:
            parts = [values[i] for i in stage.reads]
            if stage.ones:
                parts += [ones_like(x[..., :1])] * stage.ones
            layer: Any = self._modules[stage.sums]
            given = parts[0] if len(parts) == 1 else cat(parts, -1)
            z = layer(given, self.shared) if stage.sums in self._held.sharing else layer(given)
            y = z
            for path in stage.bends:
                bend: Any = self._modules[path]
                y = bend(y)
            if note is not None:
                note(stage, z, y)
            values.append(y)
        held = [values[i] for i in plan.outputs]
        out: Tensor = held[0] if len(held) == 1 else cat(held, -1)
        if plan.picked is None:
            return out
        return out.index_select(-1, of_array(np.array(plan.picked, np.int64)))

    def _check_input(self, x: Any, plan: Plan) -> None:
        n = len(plan.inputs)
        shape = x.shape if isinstance(x, Tensor) else None
        if shape is not None and (not len(shape) or shape[-1] != n):
            raise ShapeError(
                f"the network has {n} input neuron{'s' * (n != 1)} ({listing(plan.inputs)}) and "
                f"got an input of shape {tuple(shape)}; its last axis must have {n}."
            )

    # ---- being a module -----------------------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        self._wire()
        own = dict(super().__getstate__())
        return {k: dict(v) if isinstance(v, Drawer) else v for k, v in own.items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        own = self.__dict__
        own.update(state)
        for drawer in ("_modules", "_parameters"):
            own[drawer] = Drawer(self._wire, state[drawer])

    def extra_repr(self) -> str:
        """How much there is of what."""
        kinds = [n.kind for n in self._neurons.values()]
        counts = [f"{kinds.count(k)} {k}" for k in ("input", "bias", "hidden", "output")]
        arrows = self._count()
        return f"neurons: {', '.join(counts)}; arrows: {arrows}"
