"""`autograd.Function`: an operation with a derivative of the user's own.

Such an operation becomes an op record like every other, so the chain rule and `explain` see it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from pellucid.dtypes import FLOAT
from pellucid.errors import GraphError
from pellucid.graph.emit import emit
from pellucid.graph.node import Node, leaf
from pellucid.ops.elementwise import cast
from pellucid.ops.movement import cat, reshape, slice_
from pellucid.ops.op import Op
from pellucid.tensor.creation import zeros
from pellucid.tensor.grad_mode import is_grad_enabled, no_grad
from pellucid.tensor.memory import replace
from pellucid.tensor.saving import kept
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["Function", "FunctionContext", "once_differentiable"]


class FunctionContext:
    """What `forward` leaves for `backward`.

    Attributes:
        needs_input_grad: for each argument of `forward`, whether its blame is asked for.
    """

    def __init__(self, needs: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs
        self._saved: tuple[Any, ...] = ()
        self._packed: Callable[[], tuple[Any, ...]] | None = None
        self._plain: set[int] = set()
        self._dirty: set[int] = set()
        self._zeros = True

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep Tensors for `backward`."""
        self._saved = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What `save_for_backward` was given."""
        return self._saved if self._packed is None else self._packed()

    def save_for_forward(self, *tensors: Any) -> None:
        """Accepted as in PyTorch; forward mode runs `backward` twice and needs nothing else."""

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Say which results carry no blame."""
        self._plain = {id(t) for t in tensors}

    def mark_dirty(self, *tensors: Any) -> None:
        """Say which arguments `forward` wrote into in place; it returns them among its results."""
        self._dirty = {id(t) for t in tensors}

    def set_materialize_grads(self, value: bool) -> None:
        """Whether `backward` gets zeros for a result without blame; else it gets None."""
        self._zeros = value


class Function:
    """Base of operations with a derivative of their own.

    Example:
        >>> import pellucid
        >>> class Cube(pellucid.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x * x * x
        ...     @staticmethod
        ...     def backward(ctx, g):
        ...         (x,) = ctx.saved_tensors
        ...         return 3 * x * x * g
        >>> x = pellucid.tensor(2.0, requires_grad=True)
        >>> Cube.apply(x).backward()
        >>> x.grad
        tensor(12.)
    """

    @staticmethod
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        """The value; `ctx` takes along what `backward` needs."""
        raise NotImplementedError("a Function needs a static method forward(ctx, …)")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The blame of each argument of `forward`; None for those that have none."""
        raise NotImplementedError("a Function needs a static method backward(ctx, g)")

    vjp = backward  # PyTorch's other name for it

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: a Function is used by its class."""
        name = type(self).__name__
        raise GraphError(f"{name} is not called.\n Write {name}.apply(…), without making one.")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run `forward`, and have `backward` called when blame arrives."""
        ctx = FunctionContext(tuple(isinstance(a, Tensor) and a.requires_grad for a in args))
        places = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
        with no_grad():
            if hasattr(cls, "setup_context"):  # PyTorch's newer manner: forward without ctx
                out = cls.forward(*args)
                bound = inspect.signature(cls.forward).bind(*args)
                bound.apply_defaults()
                cls.setup_context(ctx, bound.args, out)
            else:
                out = cls.forward(ctx, *args)
        parts = out if isinstance(out, tuple) else (out,)
        if any(ctx.needs_input_grad) and not any(isinstance(p, Tensor) for p in parts):
            raise TypeError(
                f"{cls.__name__}.forward must return a Tensor or several, not {type(out).__name__}"
            )
        pack = _Pack(parts, ctx)
        if not pack.live:  # nothing carries blame
            return out
        made = cls._recorded(ctx, args, places, pack)
        if made.requires_grad and (packed := kept(ctx._saved)) is not None:
            ctx._packed, ctx._saved = packed, ()
        given = pack.taken(made)
        return given if isinstance(out, tuple) else given[0]

    @classmethod
    def _rule(cls) -> Callable[..., Any]:
        """`backward`, or `vjp` where that was written."""
        if cls.vjp is Function.vjp:
            return cls.backward
        if cls.backward is not Function.backward:
            raise GraphError(
                f"{cls.__name__} has both a backward and a vjp, which are two names for one rule."
                "\n Write one of them."
            )
        return cls.vjp

    @classmethod
    def _recorded(cls, ctx: Any, args: Any, places: list[int], pack: _Pack) -> Node:
        """The use of an operation that gives all results side by side."""
        value, traced = pack.value, pack.value.array is None

        def rule(g: Node, y: Node, *inputs: Node) -> tuple[Node | None, ...]:
            own = cls._rule()
            with pack.results_shown(y):
                found = own(ctx, *pack.blames(g))
            each = _counted(cls.__name__, found, len(args))
            given = zip(places, inputs, strict=False)
            blames = [None if each[i] is None else _like(each[i]._node, x) for i, x in given]
            return (*blames, *(None for _ in inputs[len(blames) :]))

        op = Op(
            name=cls.__name__,
            sentence=(cls.__doc__ or "An operation of the user's own.").strip().split("\n")[0],
            equation=rf"y = \mathrm{{{cls.__name__}}}(x)",
            derivative=r"\text{given by the user}",
            forward=lambda xp, *arrays: arrays[-1] if traced else value.array,
            gradient=rule,
            shape=lambda *shapes: value.shape,
            dtype=lambda *dtypes: value.dtype,
            traits=frozenset({"custom"}),
        )
        given = tuple(args[i]._node for i in places)
        if traced:  # the value is still to be computed: a program needs the way to it
            given = (*given, value)
        return emit(op, given or (leaf(value.array, value.shape, value.dtype),))


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """A `backward` of a Function that records nothing, so that it can't be differentiated again.

    Args:
        backward: the static method; below `@staticmethod`.
    """

    @functools.wraps(backward)
    def once(ctx: Any, *blames: Any) -> Any:
        with no_grad():
            found = backward(ctx, *blames)
        moving = [g for g in blames if isinstance(g, Tensor) and g.requires_grad]
        if not is_grad_enabled() or not moving:
            return found
        each = found if isinstance(found, tuple) else (found,)
        return tuple(_Ended.apply(g, *moving) if isinstance(g, Tensor) else g for g in each)

    return once


class _Ended(Function):
    """Blame whose own derivative nobody knows."""

    @staticmethod
    def forward(ctx: Any, g: Tensor, *moving: Tensor) -> Tensor:
        return g.clone()

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        raise GraphError(
            "a backward marked @once_differentiable can't be differentiated again.\n"
            " Write it with operations on Tensors and leave the mark out."
        )


def _counted(name: str, found: Any, wanted: int) -> tuple[Any, ...]:
    """What a `backward` gave, one for each argument of `forward`; more of them may be None."""
    each = tuple(found) if isinstance(found, tuple | list) else (found,)
    if len(each) < wanted or any(g is not None for g in each[wanted:]):
        raise GraphError(
            f"{name}.backward gave {len(each)} gradients, and forward takes {wanted} arguments"
            " after ctx.\n Return one for each of them, in their order; None for what has none."
        )
    return each


class _Pack:
    """The results of a Function as one: an operation gives one array, and its parts are shown."""

    def __init__(self, parts: tuple[Any, ...], ctx: FunctionContext) -> None:
        self.parts, self.ctx, plain = parts, ctx, ctx._plain
        self.blamed: set[int] = set()  # which results blame has reached in this pass
        self.at = [i for i, p in enumerate(parts) if isinstance(p, Tensor)]
        carrying = [i for i in self.at if id(parts[i]) not in plain]
        floats = [i for i in carrying if parts[i].dtype.category == FLOAT]
        self.live = floats or carrying[:1]
        if not self.live:
            return
        nodes = [parts[i]._node for i in self.live]
        self.dtype = max((n.dtype for n in nodes), key=lambda d: d.itemsize)
        with no_grad():
            self.value = nodes[0] if len(nodes) == 1 else cat(*map(self._flat, nodes), axis=0)

    def _flat(self, node: Node) -> Node:
        return reshape(_like(node, self), shape=(node.size,))

    def _split(self, whole: Node) -> dict[int, Node]:
        if len(self.live) == 1:
            return {self.live[0]: whole}
        found, start = {}, 0
        for i in self.live:
            node = self.parts[i]._node
            part = slice_(whole, spec=((start, start + node.size, 1),))
            found[i] = _like(reshape(part, shape=node.shape), node)
            start += node.size
        return found

    def taken(self, whole: Node) -> tuple[Any, ...]:
        """The results, of which the float ones carry blame."""
        shown = self._split(whole)
        if whole.requires_grad and not self.ctx._zeros:
            for i, node in shown.items():
                node.hooks = [partial(self._reached, i)]
        made: dict[int, Any] = {}  # a result given twice is one Tensor
        for i, part in enumerate(self.parts):
            if id(part) not in made:
                made[id(part)] = self._result(part, shown[i]) if i in shown else part
        return tuple(made[id(part)] for part in self.parts)

    def _result(self, part: Tensor, node: Node) -> Tensor:
        if id(part) not in self.ctx._dirty:
            return wrap(node)
        if node.requires_grad:  # the Tensor itself, with the operation in its history
            if part.is_leaf and part.requires_grad:
                raise GraphError(
                    f"{node.op.name} wrote into a leaf with requires_grad=True, whose blame would "
                    "be lost.\n Give it a copy: x.clone()."
                )
            replace(part, node)
        return part

    @contextmanager
    def results_shown(self, whole: Node) -> Iterator[None]:
        """Within, results that `forward` saved have their history, for a second derivative."""
        saved, at = self.ctx._saved, {id(self.parts[i]): i for i in self.live}
        if is_grad_enabled() and any(id(t) in at for t in saved):
            shown = self._split(whole)
            self.ctx._saved = tuple(wrap(shown[at[id(t)]]) if id(t) in at else t for t in saved)
        try:
            yield
        finally:
            self.ctx._saved = saved

    def _reached(self, i: int, g: Node) -> None:
        self.blamed.add(i)

    def blames(self, g: Node) -> list[Any]:
        """The blame of each result; for one that has none zeros, or None if that was asked for."""
        found = self._split(g)
        reached, self.blamed = self.blamed, set()
        if not self.ctx._zeros:
            return [wrap(found[i]) if i in reached else None for i in range(len(self.parts))]
        return [
            wrap(found[i]) if i in found else zeros(self.parts[i].shape) if i in self.at else None
            for i in range(len(self.parts))
        ]


def _like(g: Node, x: Any) -> Node:
    """Blame in the kind of number that it is the blame of."""
    return g if g.dtype is x.dtype else cast(g, dtype=x.dtype)
