"""One step of a network, recorded: forward, and where there is a loss also backward and update.

With shapes alone nothing is computed. With data the step is real, on copies: the network, its
running averages, the optimizer and the random numbers are afterwards as they were.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.autograd import gradients
from pellucid.dtypes import FLOAT, by_name, float32, int64
from pellucid.errors import SettingError, TraceError
from pellucid.graph.mode import switched
from pellucid.graph.node import Node, leaf
from pellucid.graph.program import unknown
from pellucid.graph.walk import reachable
from pellucid.lenses.listing.calls import Call, nodes_in, watched
from pellucid.nn import Module
from pellucid.optim import Optimizer
from pellucid.spelling import a_kind
from pellucid.tensor import Tensor
from pellucid.tensor.creation import as_tensor
from pellucid.tensor.random import default_generator
from pellucid.tensor.tensor import wrap
from pellucid.training.fit import fit, optimizer_over
from pellucid.training.objective import choose_objective, loss_by_name

__all__ = ["Recording", "record"]

# What `fit` does when nothing is said is written there and nowhere else.
_FIT = {name: p.default for name, p in inspect.signature(fit).parameters.items()}


@dataclass
class Recording:
    """What one step left behind.

    Attributes:
        ran: whether there are numbers.
        calls: the module calls, outermost first.
        inputs: the nodes that went in.
        outputs: the nodes that came out of the network.
        forward: the op nodes of network and loss, in order.
        loss: the loss, if there is one.
        blame: the gradient node of every node that was asked for.
        backward: the op nodes of the backward pass, in order.
        names: the parameters of the network by node.
        optimizer: the copy that took the step, if there is one.
        moves: for each parameter its values before and after the update.
        loss_after: the loss after the update.
    """

    ran: bool
    calls: list[Call]
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    forward: list[Node]
    loss: Node | None
    names: dict[Node, str]
    blame: dict[Node, Node] = field(default_factory=dict)
    backward: list[Node] = field(default_factory=list)
    optimizer: Optimizer | None = None
    moves: dict[Node, tuple[Any, Any]] = field(default_factory=dict)
    loss_after: float | None = None


def record(
    model: Module, x: Any, target: Any, loss: Any, optimizer: Any, run: bool | None
) -> Recording:
    """Take the step, or trace it.

    Args:
        model: the network.
        x: a Tensor, a shape, or several of them in a tuple, list or dict.
        target: what should come out; a shape where only shapes are known.
        loss: a name, or a module or function of output and target; follows from the target when
            None.
        optimizer: a name, an optimizer of the network's parameters, or a function that makes one.
        run: compute numbers; when None, wherever all values are given.
    """
    _check(model, x)
    x = tuple(x) if isinstance(x, list) and x and _is_shape(tuple(x)) else x
    values = _all_known(x) and _all_known(target)
    if run and not values:
        raise SettingError(
            "program: run=True needs data, and x is a shape.\n Pass a Tensor, or leave run out."
        )
    ran = values if run is None else run
    if ran:
        model, optimizer = copy.deepcopy((model, optimizer))
    with _left_as_it_was(model), switched(symbolic=not ran, keeping=True, recording=True):
        return _step(model, _Given(x, target, ran), loss, optimizer, ran)


class _Given:
    """Inputs and target as Tensors."""

    def __init__(self, x: Any, target: Any, ran: bool) -> None:
        args, self.kwargs = _arguments(x)
        self.args = tuple(
            _tensor(a, f"x{i}" if len(args) > 1 else "x", ran) for i, a in enumerate(args)
        )
        self.kwargs = {k: _tensor(v, k, ran) for k, v in self.kwargs.items()}
        self.target = None if target is None else _tensor(target, "target", ran)


def _step(model: Module, given: _Given, loss: Any, optimizer: Any, ran: bool) -> Recording:
    roots = [("", model), *([("loss", loss)] if isinstance(loss, Module) else [])]
    with watched(*roots) as calls:
        out = _called(model, given)
        result = _loss_of(out, given.target, loss)
    outputs = nodes_in(out)
    ends = (*outputs, *nodes_in(result))
    names = {p._node: name for name, p in model.named_parameters()}
    forward = [n for n in reachable(ends) if n.op is not None]
    found = Recording(
        ran, calls, nodes_in((given.args, given.kwargs)), outputs, forward,
        result._node if result is not None else None, names,
    )  # fmt: skip
    if result is not None:
        _backward(found)
        if optimizer is not None:
            _update(found, model, given, loss, optimizer)
    return found


def _called(model: Module, given: _Given) -> Any:
    try:
        return model(*given.args, **given.kwargs)
    except TraceError as error:
        raise TraceError(
            f"{str(error).splitlines()[0]}\n program knows only shapes here, and this network asks "
            "for numbers while it runs.\n Pass a Tensor of data instead of a shape."
        ) from error


def _loss_of(out: Any, target: Tensor | None, loss: Any) -> Tensor | None:
    if target is None and loss is None:
        return None
    if target is not None:
        target = _as_classes(out, target)
        loss, target = _chosen(out, target, loss)
    elif isinstance(loss, str):
        raise SettingError(f"program: loss={loss!r} compares with a target. Pass target=… too.")
    found = loss(out, target) if target is not None else loss(out)
    if not isinstance(found, Tensor) or found.numel() != 1:
        shape = f"shape {tuple(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
        raise SettingError(f"program: loss must give one number, and it gave {shape}.")
    return found


def _chosen(out: Any, target: Tensor, loss: Any) -> tuple[Any, Tensor]:
    """Loss and layout of the target, as `fit` chooses them."""
    node = target._node
    if loss is not None and not isinstance(loss, str):
        return loss, target
    if node.array is None:
        usual = "mse" if target.dtype.category == FLOAT else "cross_entropy"
        return loss_by_name(loss or usual), target
    chosen = choose_objective(loss, out, node.array)
    array = chosen.lay_out(node.array)
    return chosen.call, wrap(leaf(array, array.shape, by_name(array.dtype.name), name=node.name))


def _as_classes(out: Any, target: Tensor) -> Tensor:
    """A target known by shape alone, with one axis less than the output, holds class numbers."""
    node = target._node
    if node.array is None and isinstance(out, Tensor) and len(node.shape) == len(out.shape) - 1:
        return wrap(unknown(node.shape, int64, node.name))
    return target


def _backward(found: Recording) -> None:
    """The chain rule from the loss to all parameters and to the output of every layer."""
    root = found.loss
    if root is None or not root.requires_grad:
        return
    one = leaf(np.ones(root.shape, root.dtype.name) if found.ran else None, root.shape, root.dtype)
    one.kind, one.name = "constant", "1"
    inner = {n for n in found.forward if n.requires_grad}
    learned = [n for n in found.names if n.requires_grad]
    found.blame = gradients([(root, one)], wrt=[*learned, *inner])
    made = reachable(n for n in found.blame.values())
    found.backward = [n for n in made if n.op is not None and n.because is not None]


def _update(found: Recording, model: Module, given: _Given, loss: Any, optimizer: Any) -> None:
    parameters = dict(model.named_parameters())
    if isinstance(optimizer, str):
        optimizer = optimizer_over(model, optimizer, _FIT["lr"], _FIT["weight_decay"])
    elif not isinstance(optimizer, Optimizer):
        optimizer = optimizer(list(parameters.values()))
    found.optimizer = optimizer
    if not found.ran:
        return
    for p in parameters.values():
        g = found.blame.get(p._node)
        p._node.grad = None if g is None else wrap(leaf(g.array, g.shape, g.dtype))
    before = {p._node: np.array(p._node.array) for p in parameters.values()}
    with switched(recording=False, keeping=False):
        optimizer.step()
        found.moves = {n: (old, np.array(n.array)) for n, old in before.items()}
        after = _loss_of(_called(model, given), given.target, loss)
    found.loss_after = None if after is None else float(after._node.array.reshape(()))


@contextmanager
def _left_as_it_was(model: Module) -> Iterator[None]:
    """Put back what a forward pass moves: running averages and the stream of random numbers."""
    held = [(b._node, b._node.array, np.array(b._node.array)) for b in model.buffers()]
    stream = default_generator.get_state()
    try:
        yield
    finally:
        default_generator.set_state(stream)
        for node, array, copied in held:
            node.array = array
            array[...] = copied


# ---- what people pass ----------------------------------------------------------------------


def _arguments(x: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if isinstance(x, Mapping):
        return (), dict(x)
    if isinstance(x, list | tuple) and not _is_shape(x) and any(_is_input(v) for v in x):
        return tuple(x), {}
    return (x,), {}


def _is_shape(value: Any) -> bool:
    """Whether these are sizes of axes: whole numbers in a tuple, such as (32, 4)."""
    return isinstance(value, tuple) and all(
        isinstance(n, int | np.integer) and not isinstance(n, bool) for n in value
    )


def _check(model: Any, x: Any) -> None:
    if not isinstance(model, Module):
        raise SettingError(f"program shows a Module and got {_named(model)}.\n {_as_module(model)}")
    if x is None:
        width = next((m.in_features for m in model.modules() if hasattr(m, "in_features")), 4)
        raise SettingError(
            "program needs to know what goes in.\n Pass data, program(model, X), or its shape, such"
            f" as program(model, (32, {width}))."
        )
    if isinstance(x, bool | int | float):
        raise SettingError(
            f"program: x is the single number {x!r}, and a shape has a size for each axis.\n"
            " Write it as a tuple, such as (32, 4); data goes in as a Tensor or array."
        )


def _named(value: Any) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, Tensor):
        return "a Tensor"
    own = getattr(value, "__name__", "")
    return f"the function {own}" if own and callable(value) else a_kind(value)


def _as_module(value: Any) -> str:
    if isinstance(value, type):
        return f"Make one first, with brackets: {value.__name__}(…)."
    if isinstance(value, Tensor):
        return (
            "The network comes first: program(model, x). For one Tensor there is explain(tensor)."
        )
    return "Put it into the forward() of a Module, whose layers then have names."


def _is_input(value: Any) -> bool:
    return isinstance(value, Tensor | np.ndarray) or _is_shape(value)


def _all_known(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_all_known, value.values()))
    if isinstance(value, Tensor):
        return value._node.array is not None
    if _is_shape(value):
        return False
    if isinstance(value, tuple | list) and any(_is_input(v) for v in value):
        return all(map(_all_known, value))
    return True


def _tensor(value: Any, name: str, ran: bool) -> Tensor:
    if _is_shape(value):
        if any(n < 0 for n in value):
            raise SettingError(f"program: {name} has a negative size: {value!r}.")
        return wrap(unknown(tuple(map(int, value)), float32, name))
    given = value if isinstance(value, Tensor) else as_tensor(value)
    node = given._node
    return wrap(leaf(node.array if ran else None, node.shape, node.dtype, name=node.name or name))
