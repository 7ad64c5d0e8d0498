"""Memory for time: the inside of a function is forgotten, and computed again on the way back.

forward:   y = f(x), nothing between x and y is kept
backward:  f(x) once more, and from there ∂L/∂x and ∂L/∂θ
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

from pellucid.autograd import gradients
from pellucid.dtypes import int64
from pellucid.errors import GraphError, SettingError
from pellucid.func.trees import leaves, rebuilt
from pellucid.graph.emit import emit
from pellucid.graph.mode import Trace, current, switched
from pellucid.graph.node import Node, leaf
from pellucid.graph.walk import reachable
from pellucid.ops.op import Op
from pellucid.tensor.random import default_generator
from pellucid.tensor.tensor import Tensor, wrap

__all__ = [
    "CheckpointError", "checkpoint", "checkpoint_sequential", "noop_context_fn",
    "set_checkpoint_debug_enabled", "set_checkpoint_early_stop",
]  # fmt: skip
_Stream = Callable[[], AbstractContextManager[Any]]
_Contexts = Callable[[], tuple[AbstractContextManager[Any], AbstractContextManager[Any]]]


class CheckpointError(GraphError):
    """PyTorch's class for a second run that differs from the first."""


def noop_context_fn() -> tuple[AbstractContextManager[Any], AbstractContextManager[Any]]:
    """Two contexts that change nothing: what `context_fn` is where nothing is said."""
    return nullcontext(), nullcontext()


@contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """Accepted as in PyTorch: whether the second run ends once all that is wanted is there.

    Args:
        enable: changes no number here.
    """
    yield


@contextmanager
def set_checkpoint_debug_enabled(enabled: bool | None) -> Iterator[None]:
    """Accepted as in PyTorch: whether more is said about a second run that differs.

    Args:
        enabled: changes no number here.
    """
    yield


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: _Contexts = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """What a function gives, without what it computed on the way; that is done again for backward.

    Results, gradients and random numbers (dropout) are those of a plain call. Running averages move
    at both runs, as in PyTorch. Inside of a compiled function the compiler decides what is kept;
    of the second run only what it writes is computed, also where backward() is called outside.

    Args:
        function: a module or function of Tensors.
        args: its arguments; Tensors may stand in lists, tuples and dicts.
        use_reentrant: accepted as in PyTorch.
        context_fn: gives two contexts: one for the first run and one for the second.
        determinism_check: accepted as in PyTorch.
        debug: accepted as in PyTorch.
        early_stop: accepted as in PyTorch.
        preserve_rng_state: whether the second run draws the same random numbers.
        kwargs: its arguments by name.

    Raises:
        GraphError: a second derivative is asked for.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> from pellucid.utils.checkpoint import checkpoint
        >>> block = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 4))
        >>> x = pellucid.ones(8, 4, requires_grad=True)
        >>> checkpoint(block, x).sum().backward()
        >>> x.grad.shape
        Size([8, 4])

    Source: Chen, Xu, Zhang & Guestrin 2016, "Training deep nets with sublinear memory cost"
    """
    mode = current()
    if not mode.recording or (mode.symbolic and mode.trace is None):
        return function(*args, **kwargs)
    segment = _Segment(function, args, kwargs, preserve_rng_state, context_fn)
    return segment.result() if mode.trace is None else segment.traced(mode.trace)


class _Segment:
    """One call of a function, which can be made again.

    Args:
        function: what is called.
        args: by place.
        kwargs: by name.
        same: whether it draws the same random numbers again.
        contexts: gives what the first and the second call run in.
    """

    def __init__(
        self, function: Any, args: Any, kwargs: Any, same: bool, contexts: _Contexts
    ) -> None:
        self.contexts = contexts
        self.function, self.given = function, (list(args), dict(kwargs))
        self.inputs = [t._node for t in leaves(self.given)]
        self.same = same
        self.state = default_generator.get_state() if same else None
        self.mode = {"lower": current().lower, "scope": current().scope}
        self._second: tuple[list[Tensor], list[Tensor]] | None = None
        self._served: set[int] = set()

    def result(self) -> Any:
        """What the function gives; its nodes are let go."""
        since = self._now()
        with self.contexts()[0]:
            fresh, out = self._run()
        heads = [t._node for t in leaves(out)]
        held = _behind(heads, since)
        own = [t._node for t in fresh]
        outside = [n for n in held if n not in own]
        if not self.inputs or _chained(outside):
            return self.function(*self.given[0], **self.given[1])  # nothing could be forgotten
        values = [self._kept(k, n, outside) for k, n in enumerate(heads)]
        return rebuilt(out, values)

    def traced(self, trace: Trace) -> Any:
        """What the function gives, all of it kept; blame for it writes what a second run writes."""
        drawn, written, since = trace.draws(default_generator), trace.writes, self._now()
        with self.contexts()[0]:
            out = self.function(*self.given[0], **self.given[1])
        if trace.writes == written and self.same:
            return out
        again = partial(trace.drawn_again, default_generator, drawn) if self.same else nullcontext
        for k, node in enumerate(t._node for t in leaves(out)):
            if node.requires_grad and node.seq >= since:
                node.hooks = [*(node.hooks or ()), partial(self._written_again, k, again)]
        return out

    def _written_again(self, k: int, stream: _Stream, g: Node) -> None:
        """The k-th result was reached by blame: the function runs again, for all results once."""
        with stream():
            self._once(k)

    def _now(self) -> int:
        return leaf(None, (), int64).seq

    def _run(self) -> tuple[list[Tensor], Any]:
        """Call the function on Tensors that nothing stands behind."""
        fresh = [
            wrap(n).detach().requires_grad_(n.requires_grad and n.dtype.is_floating_point)
            for n in self.inputs
        ]
        args, kwargs = rebuilt(self.given, fresh)
        with switched(saving=None):  # the one run is forgotten, the other used at once
            return fresh, self.function(*args, **kwargs)

    def _again(self) -> tuple[list[Tensor], list[Tensor]]:
        calm = switched(recording=True, because=None, part=None, **self.mode)
        with calm, self._stream(), self.contexts()[1]:
            fresh, out = self._run()
        return fresh, leaves(out)

    def _once(self, k: int) -> tuple[list[Tensor], list[Tensor]]:
        """The second run, which serves each result once; another backward pass makes another."""
        if self._second is None or k in self._served:
            self._second, self._served = self._again(), set()
        run = self._second
        self._served.add(k)
        if len(self._served) == sum(t._node.requires_grad for t in run[1]):
            self._second = None
        return run

    @contextmanager
    def _stream(self) -> Iterator[None]:
        """The random stream as it stood at the first run; afterwards as it stands now."""
        if self.state is None or current().trace is not None:
            yield
            return
        now = default_generator.get_state()
        default_generator.set_state(self.state)
        try:
            yield
        finally:
            default_generator.set_state(now)

    def _kept(self, k: int, value: Node, outside: Sequence[Node]) -> Tensor:
        """The k-th result as a node of its own, whose gradient runs the function again."""
        if not value.requires_grad:
            return wrap(value)

        def rule(g: Node, y: Node, *inputs: Node) -> tuple[Node | None, ...]:
            if current().recording:
                raise GraphError(_ONCE)
            fresh, heads = self._once(k)
            wanted = [*(t._node for t in fresh), *outside]
            asked = [n for n in wanted if n.requires_grad]
            found = gradients({heads[k]._node: g}, wrt=asked)
            return tuple(found.get(n) for n in wanted)

        array, shape, dtype = value.array, value.shape, value.dtype
        op = Op(
            name="checkpoint",
            sentence="A function whose inside is computed again for the backward pass.",
            equation="y = f(x)",
            derivative=r"\partial L/\partial x = \partial L/\partial y \, \partial f/\partial x",
            forward=lambda xp, *arrays: array,
            gradient=rule,
            shape=lambda *shapes: shape,
            dtype=lambda *dtypes: dtype,
            traits=frozenset({"custom"}),
        )
        return wrap(emit(op, (*self.inputs, *outside)))


def _behind(heads: Sequence[Node], since: int) -> list[Node]:
    """What the results were computed from that can take blame and was there before."""
    inside = reachable(heads, follow=lambda n: n.requires_grad and n.seq >= since)
    before = dict.fromkeys(x for n in inside for x in n.inputs if x.requires_grad and x.seq < since)
    return list(before)


def _chained(nodes: Sequence[Node]) -> bool:
    """Whether one of them was computed from another: its blame would be counted twice."""
    for node in nodes:
        behind = reachable(node.inputs, follow=lambda n: n.requires_grad)
        if any(n in behind for n in nodes):
            return True
    return False


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """`checkpoint` for modules in a row, cut into stretches; the last one is run plainly.

    Args:
        functions: an `nn.Sequential`, or a list of modules or functions.
        segments: into how many stretches they are cut.
        input: what the first one gets.
        use_reentrant: accepted as in PyTorch.
        kwargs: `preserve_rng_state`.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> from pellucid.utils.checkpoint import checkpoint_sequential
        >>> model = nn.Sequential(*(nn.Linear(4, 4) for _ in range(6)))
        >>> checkpoint_sequential(model, 3, pellucid.ones(2, 4)).shape
        Size([2, 4])
    """
    steps = list(functions)
    if not 1 <= segments <= max(len(steps), 1):
        raise SettingError(
            f"checkpoint_sequential: segments is {segments}, and there are {len(steps)} functions."
        )
    size = len(steps) // segments
    for i in range(segments - 1):
        part = _in_a_row(steps[i * size : (i + 1) * size])
        input = checkpoint(part, input, use_reentrant=use_reentrant, **kwargs)
    return _in_a_row(steps[(segments - 1) * size :])(input)


def _in_a_row(steps: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def run(x: Any) -> Any:
        for step in steps:
            x = step(x)
        return x

    return run


_ONCE = (
    "what a checkpoint gave is differentiated once.\n"
    " For second derivatives, call the function without checkpoint."
)
