"""`compile`: what a person wrote and saw eagerly, traced once, then run as one program.

The first call with new shapes runs the function on unknown values and takes notes; every further
call hands arrays to the program. Weights, moments and random streams are found by tracing.
"""

from __future__ import annotations

import functools
import importlib
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT
from pellucid.engines.stepper import NumpyStepper
from pellucid.errors import PellucidWarning, SettingError, TraceError
from pellucid.graph.mode import current
from pellucid.graph.node import Node, _clock
from pellucid.graph.program import Program, unknown
from pellucid.graph.step import StepProgram
from pellucid.ops.op import Op
from pellucid.tensor.nest import Nest, fill, flatten
from pellucid.tensor.probe import listening, overheard
from pellucid.tensor.report import Report, make_report
from pellucid.tensor.tensor import Tensor, wrap
from pellucid.tensor.tracing import Traced, Tracing
from pellucid.tensor.vjp import Backward, backward_of, compiled_op

__all__ = ["Compiled", "compile", "later", "stepper"]

ENGINES = ("xla", "numpy")
KEPT = 64  # forms for the same shapes: the latest
MANY = 8  # forms of one function after which something is probably wrong


def compile(
    model: Any = None,
    *,
    engine: str = "xla",
    grads: bool = True,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: Any = None,
    mode: str | None = None,
    options: Any = None,
    disable: bool = False,
) -> Any:
    """The same function as one compiled program; also a decorator.

    Args:
        model: a function of Tensors, or a module: a training step, an evaluation, a forward pass.
            What it reads and writes besides its arguments (weights, moments, running averages,
            random streams, learning rates) is found by itself.
        engine: "xla" compiles; "numpy" runs the traced program op by op.
        grads: whether `.grad` is there after a step that calls `backward()`, as after an eager one;
            False saves the memory traffic.
        fullgraph: accepted as in PyTorch; a whole graph is always taken.
        dynamic: accepted as in PyTorch; a program is for the shapes of its call.
        backend: accepted as in PyTorch.
        mode: accepted as in PyTorch.
        options: accepted as in PyTorch.
        disable: give the function back as it is.

    Returns:
        A `Compiled`, called like the function.

    Raises:
        TraceError: at the first call, where the function asks for numbers that aren't known while
            it is traced (`if loss > 1`, `.item()`, NumPy); it names the line.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=0.1)
        >>> @pellucid.compile(engine="numpy")
        ... def step(x):
        ...     optimizer.zero_grad()
        ...     loss = ((w * x) ** 2).sum()
        ...     loss.backward()
        ...     optimizer.step()
        ...     return loss
        >>> step(pellucid.tensor([1.0, 1.0])), step(pellucid.tensor([1.0, 1.0]))
        (tensor(5.), tensor(3.2000))
    """
    if engine not in ENGINES:
        raise SettingError(f"compile: engine is one of {', '.join(ENGINES)}, not {engine!r}.")
    if model is None:
        return functools.partial(compile, engine=engine, grads=grads, disable=disable)
    if not callable(model):
        raise SettingError(
            f"compile takes a function or a module and got a {type(model).__name__}.\n"
            " Write pellucid.compile(step), without brackets after step."
        )
    return model if disable else Compiled(model, engine, grads)


_OWN = {"_call", "_engine", "_grads", "_forms", "_banks", "_latest", "traces"}


class Compiled:
    """A function that runs as a compiled program.

    Args:
        call: the function or module.
        engine: "xla" or "numpy".
        grads: whether `.grad` is kept.

    Attributes:
        traces: how many forms of it exist: one for each combination of shapes, dtypes and settings.
    """

    def __init__(self, call: Callable[..., Any], engine: str, grads: bool) -> None:
        self._call, self._engine, self._grads = call, engine, grads
        self._forms: dict[Any, list[Form]] = {}
        self._banks: dict[Any, Any] = {}
        self._latest: Form | None = None
        self.traces = 0
        functools.update_wrapper(self, call, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns for these arguments."""
        mode = current()
        if mode.symbolic:  # part of a larger program
            return self._call(*args, **kwargs)
        nest, tensors = flatten((args, kwargs))
        nodes = [t._node for t in tensors]
        held = listening()
        key = (
            nest.key,
            mode.recording,
            held is not None,
            *[(n.shape, n.dtype, n.requires_grad) for n in nodes],
        )
        forms = self._forms.setdefault(key, [])
        for form in forms:
            if form.traced.holds(nodes):
                break
        else:
            form = self._trace(nest, nodes)
            forms.append(form)
            del forms[:-KEPT]
        self._latest = form
        if held is None:
            return form(nodes)
        answer, figures = form(nodes)
        held.take(figures)
        return answer

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        """A method: each object has forms of its own."""
        if owner is None:
            return self
        name = f"_{self._call.__qualname__}"  # a class and its parent may have one of a name
        mine = owner.__dict__.get(name)
        if type(mine) is not Compiled or getattr(mine._call, "__self__", None) is not owner:
            bound = MethodType(self._call, owner)
            mine = owner.__dict__[name] = Compiled(bound, self._engine, self._grads)
        return mine

    def __reduce__(self) -> Any:
        if _found(self) is self:  # a decorated function: pickled by its name, like any
            return self.__qualname__
        return Compiled, (self._call, self._engine, self._grads)  # it is compiled anew there

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_call"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN or name[:2] == "__":
            object.__setattr__(self, name, value)
        else:
            setattr(self._call, name, value)

    def __repr__(self) -> str:
        return f"Compiled({self._call!r}, engine={self._engine!r}, traces={self.traces})"

    @property
    def program(self) -> Program:
        """The program of the latest call, op by op; print it to read it.

        Raises:
            TraceError: nothing was called yet.
        """
        return self._form().traced.step.program

    def report(self, measure: bool = False) -> Report:
        """What the latest form costs: floating-point operations, bytes, memory, time to compile.

        Args:
            measure: time it too, on copies of its state and on drawn numbers in place of its
                arguments, so that nothing changes; and measure this machine, once in a process.
        """
        return self._form().report(self._engine, measure)

    def _form(self) -> Form:
        if self._latest is None:
            raise TraceError("there is no program yet.\n Call the compiled function once.")
        return self._latest

    def _trace(self, nest: Nest, nodes: Sequence[Node]) -> Form:
        began = time.perf_counter()
        call = self._call if listening() is None else overheard(self._call)
        traced, answer, backward = trace_call(call, nest, nodes, grads=self._grads)
        seconds = time.perf_counter() - began
        form = Form(traced, stepper(traced.step, self._engine, self._banks), answer, seconds)
        if backward is not None:
            form.differentiable(backward, stepper(backward.step, self._engine, self._banks))
        self.traces += 1
        if self.traces == MANY:
            warnings.warn(
                f"{getattr(self._call, '__name__', 'a function')} was compiled {MANY} times: each "
                "new shape, each new Python number among its arguments and each new Tensor that it "
                "finds outside is a program of its own.\n Pass changing numbers as Tensors, and "
                "batches of one size.",
                PellucidWarning,
                stacklevel=3,
            )
        return form


def _found(compiled: Compiled) -> Any:
    """What is found where a decorated function says that it is."""
    there: Any = sys.modules.get(getattr(compiled, "__module__", None) or "")
    for name in getattr(compiled, "__qualname__", "").split("."):
        there = getattr(there, name, None)
    return there


def trace_call(
    call: Callable[..., Any], nest: Nest, nodes: Sequence[Node], *, grads: bool
) -> tuple[Traced, Nest, Backward | None]:
    """Run a function once on unknowns in place of `nodes`.

    Returns:
        What was traced, the shape of what the function returned, and the backward program, where
        blame can flow through it.
    """
    recording = current().recording
    unknowns = [unknown(n.shape, n.dtype, n.name, n.kind) for n in nodes]
    tracing = Tracing({u: n.array for u, n in zip(unknowns, nodes, strict=True)})
    for stand_in, node in zip(unknowns, nodes, strict=True):
        stand_in.requires_grad, stand_in.grad = node.requires_grad, node.grad
    tensors = [wrap(n) for n in unknowns]
    tracing.surrounded(call, nest.plain())
    with tracing.notes():
        args, kwargs = fill(nest, tensors)
        out = call(*args, **kwargs)
        _check_containers(nest, tensors, (args, kwargs))
        answer, results = flatten(out)
        _check_results(answer)
        for i, (tensor, node) in enumerate(zip(tensors, unknowns, strict=True)):
            if tensor._node is not node:
                raise TraceError(
                    f"the function changes its argument number {i} in place, which a compiled "
                    "function can't hand back.\n Return the new value, or work on a copy: "
                    "x = x.clone()."
                )
        given = [t._node for t in results]
        backward = None
        if recording and not tracing.went_backward:
            backward = backward_of(given, unknowns, tracing.since)
    if backward is not None:
        given += backward.saved
    traced = tracing.step(unknowns, given, grads=grads)
    _check_leaves(traced, nodes)
    for node in unknowns:
        node.grad = None  # it was the caller's
    return traced, answer, backward


def _check_leaves(traced: Traced, nodes: Sequence[Node]) -> None:
    for i, _ in traced.graded:
        if nodes[i].op is not None:
            raise TraceError(
                f"the function calls backward(), and its argument number {i} was computed outside "
                "from Tensors that ask for gradients, which it can't reach.\n Compute it inside, "
                "or pass it detached: x.detach()."
            )


def _check_results(answer: Nest) -> None:
    for value in answer.plain():
        if any(isinstance(v, Tensor) for v in getattr(value, "__dict__", {}).values()):
            raise TraceError(
                f"the function returns a {type(value).__name__} with Tensors in it, which a "
                "compiled function can't fill.\n Return a tuple, list or dict, and make the object "
                "outside."
            )


def _check_containers(nest: Nest, tensors: Sequence[Tensor], given: Any) -> None:
    after, there = flatten(given)
    if after.key != nest.key or any(a is not b for a, b in zip(there, tensors, strict=True)):
        raise TraceError(
            "the function changes a list or dict among its arguments, which a compiled function "
            "can't hand back.\n Return what is new."
        )


def stepper(step: StepProgram, engine: str, banks: dict[Any, Any]) -> Any:
    """What runs a step on an engine; banks are shared by the forms of one function."""
    if engine == "numpy":
        return NumpyStepper(step)
    xla = importlib.import_module("pellucid.engines.xla.stepper")
    key = (step.cells, *((n.shape, n.dtype) for n in step.cells))
    bank = banks.get(key)
    if bank is None:
        bank = banks[key] = xla.bank_for(step)
    return xla.XlaStepper(step, bank)


class Form:
    """One traced form of a function: for these shapes, dtypes and settings."""

    def __init__(self, traced: Traced, run: Any, answer: Nest, seconds: float) -> None:
        self.traced, self.run, self.answer = traced, run, answer
        self.trace_seconds = seconds
        program, step = traced.step.program, traced.step
        slots = program.slot_nodes()
        self._results = [slots[i] for i in program.outputs[: step.results]]
        self._own = step.results - len(traced.blamed)
        at = {n: i for i, n in enumerate(step.arguments)}
        self._graded = [[at.get(n) for n in of] for of in _with_grads(traced)]
        self._backward: Backward | None = None
        self._ops: list[Op] = []

    def differentiable(self, backward: Backward, run: Any) -> None:
        """Let blame flow through the results."""
        self._backward, self._ops = backward, compiled_op(backward, run)
        self._own -= len(backward.saved)
        at = {n: i for i, n in enumerate(self.traced.step.arguments)}
        self._sources = [(at.get(n), n) for n in backward.sources]

    def __call__(self, nodes: Sequence[Node]) -> Any:
        """Run it."""
        traced = self.traced
        adding, blamed, forgotten = _with_grads(traced)
        if traced.graded:  # of an argument, it is the `.grad` of what was passed this time
            adding, blamed, forgotten = (
                [n if i is None else nodes[i] for n, i in zip(of, at, strict=True)]
                for of, at in zip((adding, blamed, forgotten), self._graded, strict=True)
            )
        arguments = [n.array for n in nodes]
        arguments += [n.grad._node.array for n in adding]
        arrays = self.run(arguments)
        tensors = [later(n, a) for n, a in zip(self._results, arrays, strict=True)]
        if self._backward is not None and current().recording:
            self._connect(self._backward, nodes, tensors, arrays)
            return fill(self.answer, tensors[: self._own])
        for node, tensor in zip(blamed, tensors[self._own :], strict=True):
            node.grad = tensor
        for node in forgotten:
            node.grad = None
        return fill(self.answer, tensors[: self._own])

    def _connect(
        self, backward: Backward, nodes: Sequence[Node], tensors: list[Tensor], arrays: Any
    ) -> None:
        """Make the results nodes of the graph, so that `backward()` finds its way."""
        inputs = tuple(n if i is None else nodes[i] for i, n in self._sources)
        held = {"held": arrays[self._own :]}
        for position, op in zip(backward.heads, self._ops, strict=True):
            node = tensors[position]._node
            node.op, node.inputs, node.params, node.requires_grad = op, inputs, held, True
            node.kind = "op"

    def report(self, engine: str, measure: bool) -> Report:
        """What it costs."""
        step, run = self.traced.step, self.run
        drawn = [_drawn(node) for node in step.arguments] if measure else []
        return make_report(
            step.program, engine,
            memory=run.memory(), trace_seconds=self.trace_seconds,
            compile_seconds=run.compile_seconds, cached=run.cached,
            rehearsal=run.rehearsal(drawn) if measure else None,
        )  # fmt: skip


def _with_grads(traced: Traced) -> tuple[Sequence[Node], ...]:
    return traced.accumulating, traced.blamed, traced.forgotten


def _drawn(like: Node) -> Any:
    """Numbers of an argument's shape to time a step on: normal ones, and zeros for whole ones."""
    if like.dtype.category != FLOAT:
        return np.zeros(like.shape, like.dtype.name)
    return np.random.default_rng(0).standard_normal(like.shape).astype(like.dtype.name)


def later(like: Node, array: Any) -> Tensor:
    """A Tensor over an array that an engine may still be computing."""
    node = Node()
    node.shape, node.dtype, node.kind, node.seq = like.shape, like.dtype, "data", next(_clock)
    node.name = like.name
    if type(array) is np.ndarray:
        node.array = array
    else:
        node.away = lambda own: _arrived(own, array)
    return wrap(node)


def _arrived(node: Node, array: Any) -> Any:
    node.array = value = np.array(array)
    node.away = None
    return value
