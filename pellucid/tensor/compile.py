"""`compile`: what a person wrote and saw eagerly, traced once, then run as one program.

The first call with new shapes runs the function on unknown values and takes notes; every further
call hands arrays to the program. Weights, moments and random streams are found by tracing.
"""

from __future__ import annotations

import functools
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any

from pellucid.errors import PellucidWarning, SettingError, TraceError
from pellucid.graph.gate import gate
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.graph.program import Program
from pellucid.tensor.calls import trace_call
from pellucid.tensor.form import Form, stepper
from pellucid.tensor.nest import Nest, flatten, named_arguments
from pellucid.tensor.probe import listening, overheard
from pellucid.tensor.report import Report

__all__ = ["Compiled", "compile"]

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
            mode.lower,
            held is not None,
            *[(n.shape, n.dtype, n.requires_grad) for n in nodes],
        )
        forms = self._forms.setdefault(key, [])
        form = _fitting(forms, nodes)
        if form is None:
            with gate.tracing():
                form = _fitting(forms, nodes)  # another thread may have been quicker
                if form is None:
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
        names = named_arguments(self._call, nest)
        found = trace_call(call, nest, nodes, grads=self._grads, names=names)
        seconds = time.perf_counter() - began
        form = Form(found, stepper(found.traced.step, self._engine, self._banks), seconds)
        if found.backward is not None:
            run = stepper(found.backward.step, self._engine, self._banks)
            form.differentiable(found.backward, run)
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


def _fitting(forms: Sequence[Form], nodes: Sequence[Node]) -> Form | None:
    for form in forms:
        if form.traced.holds(nodes):
            return form
    return None


def _found(compiled: Compiled) -> Any:
    """What is found where a decorated function says that it is."""
    there: Any = sys.modules.get(getattr(compiled, "__module__", None) or "")
    for name in getattr(compiled, "__qualname__", "").split("."):
        there = getattr(there, name, None)
    return there
