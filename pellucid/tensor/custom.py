"""`autograd.Function`: an operation with a derivative of the user's own.

Such an operation becomes an op record like every other, so the chain rule and `explain` see it.
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.emit import emit
from pellucid.graph.node import Node, leaf
from pellucid.ops.elementwise import cast
from pellucid.ops.op import Op
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["Function", "FunctionContext"]


class FunctionContext:
    """What `forward` leaves for `backward`.

    Attributes:
        needs_input_grad: for each argument of `forward`, whether its blame is asked for.
        saved_tensors: what `save_for_backward` was given.
    """

    def __init__(self, needs: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs
        self.saved_tensors: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep Tensors for `backward`."""
        self.saved_tensors = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Accepted as in PyTorch."""


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

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run `forward`, and have `backward` called when blame arrives."""
        ctx = FunctionContext(tuple(isinstance(a, Tensor) and a.requires_grad for a in args))
        places = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
        with no_grad():
            out = cls.forward(ctx, *args)
        if not isinstance(out, Tensor):
            raise TypeError(
                f"{cls.__name__}.forward must return one Tensor, not {type(out).__name__}"
            )
        value = out._node

        def rule(g: Node, y: Node, *inputs: Node) -> tuple[Node | None, ...]:
            found = cls.backward(ctx, wrap(g))
            each = found if isinstance(found, tuple) else (found,)
            given = zip(places, inputs, strict=True)
            return tuple(None if each[i] is None else _like(each[i]._node, x) for i, x in given)

        op = Op(
            name=cls.__name__,
            sentence=(cls.__doc__ or "An operation of the user's own.").strip().split("\n")[0],
            equation=rf"y = \mathrm{{{cls.__name__}}}(x)",
            derivative=r"\text{given by the user}",
            forward=lambda xp, *arrays: value.array,
            gradient=rule,
            shape=lambda *shapes: value.shape,
            dtype=lambda *dtypes: value.dtype,
            traits=frozenset({"custom"}),
        )
        given = tuple(args[i]._node for i in places) or (
            leaf(value.array, value.shape, value.dtype),
        )
        return wrap(emit(op, given))


def _like(g: Node, x: Node) -> Node:
    """Blame in the kind of number that it is the blame of."""
    return g if g.dtype is x.dtype else cast(g, dtype=x.dtype)
