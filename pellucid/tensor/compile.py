"""`compile`: what a person wrote and saw eagerly, traced once, then run as one program.

The first call with new shapes runs the function on unknown values and takes notes; every further
call hands arrays to the program. Weights, moments and random streams are found by tracing.
"""

from __future__ import annotations

import functools
import inspect
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any
from weakref import WeakSet

from pellucid.errors import PellucidWarning, SettingError, TraceError
from pellucid.graph.gate import gate
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.graph.program import Program
from pellucid.tensor.calls import trace_call
from pellucid.tensor.form import Form, stepper
from pellucid.tensor.misspelled import told_if_misspelled
from pellucid.tensor.nest import Nest, flatten, named_arguments, takes_any_name, tensors_only
from pellucid.tensor.probe import listening, overheard
from pellucid.tensor.report import Report
from pellucid.tensor.tensor import Tensor

__all__ = ["Compiled", "compile"]

ENGINES = ("auto", "xla", "numpy")
UNCOMPILED = ("eager", "aot_eager")  # PyTorch's names for taking a program and running it op by op
MODES = ("default", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs")
KEPT = 64  # forms for the same shapes: the latest
MANY = 8  # forms of one function after which something is probably wrong


@told_if_misspelled
def compile(
    model: Any = None,
    *,
    engine: str = "auto",
    grads: bool = True,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: Any = None,
    mode: str | None = None,
    options: Any = None,
    name: str | None = None,
    disable: bool = False,
    recompile_limit: int | None = None,
    isolate_recompiles: bool = False,
    shapes_spec: Any = None,
) -> Any:
    """The same function as one compiled program; also a decorator.

    Args:
        model: a function of Tensors, or a module: a training step, an evaluation, a forward pass.
            What it reads and writes besides its arguments (weights, moments, running averages,
            random streams, learning rates) is found by itself.
        engine: "xla" compiles; "numpy" runs the traced program op by op; "auto" compiles, unless
            the program sends a single row through layers and needs no gradients: that is quicker
            in NumPy.
        grads: whether `.grad` is there after a step that calls `backward()`, as after an eager one;
            False saves the memory traffic.
        fullgraph: accepted as in PyTorch; a whole graph is always taken.
        dynamic: accepted as in PyTorch; a program is for the shapes of its call.
        backend: PyTorch's "inductor" is accepted and means `engine`; its "eager" and "aot_eager",
            which compile nothing, mean "numpy" where `engine` is "auto"; others are refused.
        mode: PyTorch's words are accepted, and change nothing.
        options: accepted as in PyTorch, and change nothing.
        name: accepted as in PyTorch.
        disable: give the function back as it is.
        recompile_limit: how many forms there may be before it is remarked on; 8 unless given.
        isolate_recompiles: accepted as in PyTorch; they are always counted for each call of
            `compile`.
        shapes_spec: refused; each shape is a program of its own.

    Returns:
        A `Compiled`, called like the function.

    Raises:
        SettingError: something that can't be compiled: a class, an optimizer, a generator.
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
    _check_settings(engine, backend, mode, options, shapes_spec)
    if backend in UNCOMPILED and engine == "auto":
        engine = "numpy"
    if model is None:
        return functools.partial(
            compile, engine=engine, grads=grads, disable=disable, recompile_limit=recompile_limit
        )
    if not callable(model) or isinstance(model, type):
        raise SettingError(_not_a_function(model))
    if inspect.isgeneratorfunction(model) or inspect.iscoroutinefunction(model):
        name = getattr(model, "__name__", "this one")
        raise SettingError(
            f"compile takes a function that returns, and {name} yields or awaits.\n"
            " Compile what it does between two of them, and yield what that returns."
        )
    return model if disable else Compiled(model, engine, grads, recompile_limit or MANY)


def _check_settings(engine: str, backend: Any, mode: Any, options: Any, shapes: Any) -> None:
    if shapes is not None:
        raise SettingError(
            "compile: shapes_spec is not taken; each shape is a program of its own.\n"
            " Leave it out, and keep batches to few sizes."
        )
    if engine not in ENGINES:
        raise SettingError(f"compile: engine is one of {', '.join(ENGINES)}, not {engine!r}.")
    if backend not in (None, "inductor", *UNCOMPILED):
        raise SettingError(
            f"compile: there is no backend {backend!r} here.\n Leave it out: XLA compiles; "
            'engine="numpy" runs the program op by op.'
        )
    if mode is not None and mode not in MODES:
        raise SettingError(f"compile: mode is one of {', '.join(MODES)}, not {mode!r}.")
    if options is not None and not isinstance(options, dict):
        raise SettingError(
            f"compile: options is a dict of settings for PyTorch's compiler, not {options!r}.\n"
            " Leave it out: it changes nothing here."
        )


def _not_a_function(model: Any) -> str:
    kind = type(model).__name__
    article = "an" if kind[:1] in "aeiouAEIOU" else "a"
    if isinstance(model, type):
        return (
            f"compile takes a function or a module and got the class {model.__name__}.\n"
            f" Make one first: pellucid.compile({model.__name__}(…))."
        )
    if hasattr(model, "param_groups"):
        return (
            f"compile takes a function or a module and got {article} {kind}, an optimizer.\n"
            " Compile the function that calls it, so that forward, backward and update are one "
            "program:\n @pellucid.compile\n def step(x, y): …; loss.backward(); optimizer.step()"
        )
    return (
        f"compile takes a function or a module and got {article} {kind}.\n"
        " Write pellucid.compile(step), without brackets after step."
    )


# NumPy writes weights in place, which may be those of several functions: one call at a time.
_numpy = threading.RLock()

_OWN = {
    "_call", "_engine", "_grads", "_limit", "_lock", "_forms", "_banks", "_latest", "_sees_order",
    "traces",
}  # fmt: skip


_every: WeakSet[Compiled] = WeakSet()


class Compiled:
    """A function that runs as a compiled program.

    Args:
        call: the function or module.
        engine: "auto", "xla" or "numpy".
        grads: whether `.grad` is kept.
        limit: how many forms are remarked on.

    Attributes:
        traces: how many forms of it exist: one for each combination of shapes, dtypes and settings.
    """

    def __init__(
        self, call: Callable[..., Any], engine: str, grads: bool, limit: int = MANY
    ) -> None:
        self._call, self._engine, self._grads, self._limit = call, engine, grads, limit
        self._forms: dict[Any, list[Form]] = {}
        self._banks: dict[Any, Any] = {}
        self._latest: Form | None = None
        self._sees_order: bool | None = None
        self._lock = _numpy if engine == "numpy" else threading.RLock()
        self.traces = 0
        _every.add(self)
        functools.update_wrapper(self, call, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns for these arguments."""
        mode = current()
        if mode.symbolic:  # part of a larger program
            return self._call(*args, **kwargs)
        if kwargs or not all(type(a) is Tensor for a in args):
            nest, tensors = flatten((args, self._ordered(kwargs)))
            nodes, known = [t._node for t in tensors], nest.key
        else:
            nodes = [a._node for a in args]
            nest, known = tensors_only(len(args))
        held = listening()
        key = (
            known,
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
        if self._latest is not form:
            self._latest = form
        if held is None:
            return form(nodes)
        answer, figures = form(nodes)
        held.take(figures)
        return answer

    def _ordered(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Arguments by name in an order of their own, unless the function can see their order."""
        if len(kwargs) < 2:
            return kwargs
        if self._sees_order is None:
            self._sees_order = takes_any_name(self._call)
        return kwargs if self._sees_order else {name: kwargs[name] for name in sorted(kwargs)}

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        """A method: each object has forms of its own."""
        if owner is None:
            return self
        name = f"_{self._call.__qualname__}"  # a class and its parent may have one of a name
        mine = owner.__dict__.get(name)
        if type(mine) is not Compiled or getattr(mine._call, "__self__", None) is not owner:
            bound = MethodType(self._call, owner)
            mine = owner.__dict__[name] = Compiled(bound, self._engine, self._grads, self._limit)
        return mine

    def __reduce__(self) -> Any:
        if _found(self) is self:  # a decorated function: pickled by its name, like any
            return self.__qualname__
        given = (self._call, self._engine, self._grads, self._limit)
        return Compiled, given  # it is compiled anew there

    def __getattr__(self, name: str) -> Any:
        call = self.__dict__["_call"]
        if name == "_orig_mod" and hasattr(call, "state_dict"):  # as PyTorch calls the module
            return call
        return getattr(call, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN or name[:2] == "__":
            object.__setattr__(self, name, value)
        else:
            setattr(self._call, name, value)

    def __len__(self) -> int:
        return len(self._call)  # type: ignore[arg-type]

    def __bool__(self) -> bool:
        return True  # a function, which has no length

    def __getitem__(self, at: Any) -> Any:
        return self._call[at]  # type: ignore[index]

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
        return self._form().report(measure)

    def forget(self) -> None:
        """Drop all forms: the next call traces and compiles again."""
        self._forms.clear()
        self._banks.clear()
        self._latest = None
        self.traces = 0

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
        # Where blame flows on, XLA computes both directions.
        engine = "xla" if self._engine == "auto" and found.backward is not None else self._engine
        run = stepper(found.traced.step, engine, self._banks)
        form = Form(found, run, seconds, self._lock)
        if found.backward is not None:
            run = stepper(found.backward.step, engine, self._banks)
            form.differentiable(found.backward, run)
        self.traces += 1
        if self.traces == self._limit:
            name = getattr(self._call, "__name__", "a function")
            warnings.warn(
                f"{name} was compiled {self._limit} times: each new shape, each new Python number "
                "among its arguments and each new Tensor that it finds outside is a program of its "
                "own.\n Pass changing numbers as Tensors, and batches of one size.",
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
