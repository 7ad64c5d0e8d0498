"""`program`: the network as a program, one line for each layer: forward, backward and update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.graph.node import Node
from pellucid.graph.program import Program as Steps
from pellucid.lenses.listing.layers import Layer, layers_of
from pellucid.lenses.listing.ops import OpLine, op_lines
from pellucid.lenses.listing.rule import rule_of
from pellucid.lenses.listing.show import program_view, unfolded_view
from pellucid.lenses.listing.trace import Recording, record
from pellucid.lenses.shown import Shown
from pellucid.nn import Module
from pellucid.optim import Optimizer
from pellucid.tensor.misspelled import told_if_misspelled

__all__ = ["Program", "program"]


class Program(Shown):
    """A network's step as lines, one for each layer."""

    def __init__(self, data: dict[str, Any], ops: tuple[OpLine, ...]) -> None:
        super().__init__(program_view(data, ops))
        self._ops = ops

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The lines of the forward part."""
        return list(self.view.data["forward"])

    @property
    def total(self) -> dict[str, Any]:
        """Parameters, FLOPs and bytes of the whole."""
        return dict(self.view.data["total"])

    def ops(self) -> tuple[OpLine, ...]:
        """Every op of every phase."""
        return self._ops

    def unfold(self) -> Shown:
        """The same step op by op, with lines of code and "because of" links."""
        return Shown(unfolded_view(self.view.title, self._ops))


@told_if_misspelled
def program(
    model: Module,
    x: Any = None,
    target: Any = None,
    loss: Any = None,
    optimizer: Any = None,
    *,
    run: bool | None = None,
) -> Program:
    """The network as a program: what every layer computes, its shapes, and what it costs.

    With data, one real step is taken on copies, and the lines also say what happened: mean and
    spread of the values, size of gradients and updates. The model itself is left as it is.

    Args:
        model: the network.
        x: what goes in: a Tensor or array, or a shape such as `(32, 4)` or `[32, 4]`; several of
            them in a tuple, list or dict for networks with several inputs.
        target: what should come out; adds loss and backward part.
        loss: a name as `fit` takes it, or a module or function of output and target; when None it
            follows from the target.
        optimizer: a name as `fit` takes it, an optimizer over the model's parameters, or a function
            that makes one from them; adds the update part.
        run: whether to compute numbers; when None, wherever data is given.

    Returns:
        a `Program`: print it, `.unfold()` it to ops, or take `.to_dict()`, `.json()`, `.html()`.

    Raises:
        TraceError: the network decides by numbers, and only a shape was given.

    Example:
        >>> from pellucid import nn
        >>> import pellucid
        >>> model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
        >>> p = pellucid.program(model, (32, 4))
        >>> p.total["parameters"], [line["shape_out"] for line in p.layers]
        (131, [(32, 16), (32, 16), (32, 3)])
    """
    found = record(model, x, target, loss, optimizer, run)
    layers = layers_of(found)
    update = _update_steps(found.optimizer)
    forward = [_forward(i, layer, found) for i, layer in enumerate(layers)]
    backward = [_backward(i, layer, found) for i, layer in enumerate(layers) if layer.nodes]
    data = {
        "name": type(model).__name__,
        "ran": found.ran,
        "inputs": [{"name": n.name, "shape": n.shape, "dtype": n.dtype.name} for n in found.inputs],
        "forward": forward,
        "backward": list(reversed([b for b in backward if b["flops"] or b["blame"]])),
        "update": _updates(found, update),
        "optimizer": None if found.optimizer is None else rule_of(found.optimizer),
        "loss": _number(found.loss) if found.ran else None,
        "loss_after": found.loss_after,
        "total": _total(found, forward, backward, update),
    }
    return Program(data, op_lines(found, update))


def _forward(number: int, layer: Layer, found: Recording) -> dict[str, Any]:
    own = () if layer.repeats is not None else layer.weights
    parameters = sum(w.size for w in own)
    stored = sum(w.size * w.dtype.itemsize for w in own)
    out = layer.out
    outs = [part.out for part in layer.parts] or [out]
    made = sum(n.size * n.dtype.itemsize for n in outs if n is not None)
    shape = out.shape if out is not None else layer.passes
    return {
        "number": number,
        "layer": layer.path,
        "operation": layer.operation,
        "equation": layer.equation,
        "shape_in": [x.shape for x in layer.inputs] or ([layer.passes] if layer.passes else []),
        "shape_out": shape,
        "parameters": parameters,
        "repeats": layer.repeats,
        "flops": _flops(layer.nodes),
        "bytes": stored + made,
        "mean": _over(out, np.mean) if found.ran else None,
        "std": _over(out, np.std) if found.ran and out is not None and out.size > 1 else None,
        "ops": len(layer.nodes),
    }


def _backward(number: int, layer: Layer, found: Recording) -> dict[str, Any]:
    own = set(layer.nodes)
    made = [n for n in found.backward if n.because in own]
    blame = found.blame.get(layer.out) if layer.out is not None else None
    gradients = [found.blame[w] for w in layer.weights if w in found.blame]
    return {
        "number": number,
        "layer": layer.path,
        "operation": layer.operation,
        "derivative": layer.derivative,
        "flops": _flops(made),
        "blame": _length([blame]) if found.ran and blame is not None else None,
        "gradient": _length(gradients) if found.ran and gradients else None,
        "ops": len(made),
    }


def _updates(found: Recording, steps: Steps | None) -> list[dict[str, Any]]:
    if found.optimizer is None:
        return []
    each = _flops([s.node for s in steps.steps]) / max(steps.inputs[0].size, 1) if steps else 0
    lines = []
    for node, name in found.names.items():
        before, after = found.moves.get(node, (None, None))
        size = None if before is None else float(np.linalg.norm(before.astype(np.float64)))
        moved = (
            None if before is None else float(np.linalg.norm((after - before).astype(np.float64)))
        )
        gradient = found.blame.get(node)
        lines.append(
            {
                "parameter": name, "shape": node.shape,
                "flops": round(each * node.size), "size": size,
                "gradient": _length([gradient]) if found.ran and gradient is not None else None,
                "update": moved,
                "ratio": moved / size if moved is not None and size else None,
            }
        )  # fmt: skip
    return lines


def _total(
    found: Recording, forward: Sequence[Any], backward: Sequence[Any], update: Steps | None
) -> dict[str, Any]:
    nodes = [s.node for s in update.steps] if update is not None else []
    return {
        "parameters": sum(n.size for n in found.names),
        "frozen": sum(n.size for n in found.names if not n.requires_grad),
        "flops": sum(line["flops"] for line in forward),
        "bytes": sum(line["bytes"] for line in forward),
        "backward_flops": sum(line["flops"] for line in backward),
        "update_flops": _flops(nodes),
        "ops": len(found.forward) + len(found.backward) + len(nodes),
    }


def _update_steps(optimizer: Optimizer | None) -> Steps | None:
    """The update rule of the first group as a program, where the optimizer has one."""
    return optimizer.program() if optimizer is not None and hasattr(optimizer, "update") else None


def _flops(nodes: Sequence[Node]) -> int:
    return sum(n.op.measure(n.inputs, n, n.params).flops for n in nodes)


def _number(node: Node | None) -> float | None:
    return None if node is None else float(np.asarray(node.array).reshape(()))


def _over(node: Node | None, measure: Any) -> float | None:
    if node is None or node.array is None or node.size == 0:
        return None
    return float(measure(np.asarray(node.array, np.float64)))


def _length(nodes: Sequence[Node | None]) -> float:
    squares = (np.square(np.asarray(n.array, np.float64)).sum() for n in nodes if n is not None)
    return float(np.sqrt(sum(squares)))
