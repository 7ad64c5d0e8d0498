"""Module: a piece of a network that owns weights and other modules, and can be called.

A module finds its weights by looking at what is assigned to it. Its path in the network, such as
"encoder.0", is what the graph, errors, explanations and program tables call it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from pellucid.errors import DTypeError, ModuleError, ShapeError
from pellucid.graph import mode as _mode
from pellucid.graph.node import last_change
from pellucid.nn.border import tell
from pellucid.nn.borrowed import no_attribute
from pellucid.nn.buffer import Buffer
from pellucid.nn.diagram import diagram
from pellucid.nn.hooked import Hooked
from pellucid.nn.making import gave_nothing, refuse_data
from pellucid.nn.registry import (
    changed,
    check_name,
    forget,
    loose_weight,
    name_parts,
    not_started,
    put_buffer,
    put_module,
    put_parameter,
    structure,
)  # fmt: skip
from pellucid.nn.switches import Switches
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.compile import Compiled
from pellucid.tensor.compile import compile as compiled
from pellucid.tensor.misspelled import asked_for

__all__ = ["Module"]

_local = _mode._local


class Module(Hooked, Switches):
    """The base of everything that can be called as part of a network.

    Assign Parameters and modules in `__init__`, say in `forward` what happens to the input.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> class Scale(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = nn.Parameter(pellucid.ones(1))
        ...     def forward(self, x):
        ...         return x * self.factor
        >>> [name for name, _ in Scale().named_parameters()]
        ['factor']
    """

    # On the class, so that a call works before anything is set, and costs nothing per module.
    _module_path: str = ""
    _module_compiled: Any = None
    _tells: bool = True  # whether errors from inside are told with the layers so far
    _made_with_tensors: int = 0  # how many of the settings may be Tensors
    _called_with: str = "x"  # how errors spell a call
    _unsaved: set[str]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """A module; the layers here refuse data in place of settings, and unknown names."""
        if args and cls.__module__.startswith("pellucid."):
            refuse_data(cls, args)
        if args or kwargs:  # a copy is made with neither
            asked_for(cls, args, kwargs)
        return super().__new__(cls)

    def __init__(self) -> None:
        own = self.__dict__
        own["training"] = True
        own["_parameters"], own["_buffers"], own["_modules"] = {}, {}, {}
        own["_unsaved"] = set()

    # ---- the call -----------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: D102  (forward says it)
        mode = _local.mode
        if self._module_compiled is not None and not mode.symbolic:
            return self._module_compiled(*args, **kwargs)
        outer = mode.scope
        if self._module_stamp != structure[0]:
            name_parts(self)
        mode.scope = self._module_path
        if mode.trace is not None:
            mode.trace.called(self)
        try:
            if self._module_hooks is None:
                out = self.forward(*args, **kwargs)
            else:
                out = self._module_hooks.around(self, args, kwargs)
            if out is None:
                gave_nothing(self)
            return out
        except (ShapeError, DTypeError) as error:
            told = tell(error, self, args)
            if told is error:
                raise
            raise told from None
        finally:
            mode.scope = outer

    def _forward_missing(self, *args: Any, **kwargs: Any) -> Any:
        raise _NoForward(
            f"{type(self).__name__} has no forward().\n"
            " Say what it does with its input: def forward(self, x): return …"
        )

    forward: Callable[..., Any] = _forward_missing

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Compile its calls from now on, in place; `pellucid.compile` has the settings.

        A copy, and what is read back from a file, is not compiled.

        Example:
            >>> import pellucid
            >>> from pellucid import nn
            >>> model = nn.Linear(2, 1)
            >>> model.compile(engine="numpy")
            >>> model(pellucid.ones(3, 2)).shape
            Size([3, 1])
        """
        self.__dict__["_module_compiled"] = compiled(self, *args, **kwargs)

    # ---- what it owns -------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if type(value) is Compiled:
            value = _in_place(value)
        if isinstance(value, Parameter):
            put_parameter(self, name, value)
        elif isinstance(value, Module):
            put_module(self, name, value)
        elif isinstance(value, Buffer):
            put_buffer(self, name, value, getattr(value, "persistent", True))
        elif name in own.get("_parameters", ()):
            self._replace_parameter(name, value)
        elif name in own.get("_modules", ()) or name in own.get("_buffers", ()):
            self._replace_other(name, value)
        else:
            if type(value) is Tensor:
                trace = _local.mode.trace
                if trace is not None and "_modules" in own:  # what was there is noted before
                    trace.called(self)
                if value._node.requires_grad:
                    loose_weight(self, name, value)
            last_change[0] += 1
            object.__setattr__(self, name, value)

    def __getstate__(self) -> dict[str, Any]:
        # In another process, or for a copy, names are given afresh.
        left_out = ("_module_stamp", "_module_compiled")
        return {k: v for k, v in self.__dict__.items() if k not in left_out}

    def _replace_parameter(self, name: str, value: Any) -> None:
        if value is not None:
            raise DTypeError(
                f"{type(self).__name__}.{name} is a Parameter and can't become {_kind(value)}.\n"
                f" Wrap it: nn.Parameter(value); or write into it: with no_grad(): "
                f"module.{name}[:] = value."
            )
        put_parameter(self, name, None)

    def _replace_other(self, name: str, value: Any) -> None:
        if name in self._modules:
            if value is not None:
                raise DTypeError(
                    f"{type(self).__name__}.{name} is a module and can't become {_kind(value)}.\n"
                    f" Delete it first: del module.{name}."
                )
            self._modules[name] = None
            changed()
        else:
            if value is not None and not isinstance(value, Tensor):
                raise DTypeError(
                    f"{type(self).__name__}.{name} is a buffer and can't become {_kind(value)}.\n"
                    " A buffer is a Tensor or None."
                )
            trace = _local.mode.trace
            if trace is not None:  # it puts the buffer back; a step writes it
                trace.called(self)
            self._buffers[name] = value
            last_change[0] += 1
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        last_change[0] += 1
        forget(self, name)
        object.__delattr__(self, name)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    else:

        def __getattr__(self, name: str) -> Any:
            kind = type(self).__name__
            if name in ("_parameters", "_buffers", "_modules", "_unsaved"):
                raise ModuleError(not_started(self))
            trace = _local.mode.trace
            if trace is not None:
                trace.missed(self, name)
            raise AttributeError(no_attribute(kind, name), name=name, obj=self)

    def __dir__(self) -> list[str]:
        return sorted({name for name in super().__dir__() if not name[:1].isdigit()})

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Own a Parameter under a name; None keeps the name for one that is left out."""
        check_name(self, name, self.__dict__.get("_parameters", {}))
        if param is not None and not isinstance(param, Parameter):
            raise DTypeError(
                f"register_parameter({name!r}) needs a Parameter and got {_kind(param)}.\n"
                " Wrap it: nn.Parameter(value)."
            )
        put_parameter(self, name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Own a Tensor that is not learned, such as a running mean.

        Args:
            name: attribute under which it is found.
            tensor: its value, or None.
            persistent: whether `state_dict` includes it.
        """
        check_name(self, name, self.__dict__.get("_buffers", {}))
        if tensor is not None and not isinstance(tensor, Tensor):
            raise DTypeError(
                f"register_buffer({name!r}) needs a Tensor and got {_kind(tensor)}.\n"
                " Make one: pellucid.tensor(value)."
            )
        put_buffer(self, name, tensor, persistent)

    def register_module(self, name: str, module: Any) -> None:
        """Own a module under a name."""
        check_name(self, name, self.__dict__.get("_modules", {}))
        if type(module) is Compiled:
            module = _in_place(module)
        if module is not None and not isinstance(module, Module):
            raise DTypeError(
                f"add_module({name!r}) needs a Module and got {_kind(module)}.\n {_made(module)}"
            )
        put_module(self, name, module)

    add_module = register_module

    # ---- how it shows -------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """The settings, as they stand between the brackets of `repr`."""
        return ""

    def _brief(self) -> str:
        """One short spelling, as errors and tables use it: `Linear(4, 16)`."""
        kind = type(self).__name__
        return f"{kind}(…)" if self.__dict__.get("_modules") else f"{kind}({self.extra_repr()})"

    def _misfit(self, *inputs: Any) -> Any:
        """What exactly does not fit about inputs that raised an error; see `border.Misfit`."""
        return None

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        return diagram(self, Module.__repr__)


class _NoForward(ModuleError, NotImplementedError):
    """A module that does not say what it does with its input."""


def _in_place(compiled: Compiled) -> Any:
    """A compiled module as the module itself, which owns its weights, compiled in place."""
    module = compiled._call
    if not isinstance(module, Module):
        return compiled
    module.__dict__["_module_compiled"] = compiled
    return module


def _made(value: Any) -> str:
    """How a module is made of what was passed in place of one."""
    if isinstance(value, type) and issubclass(value, Module):
        return f"Did you mean to make one: nn.{value.__name__}() with brackets?"
    if callable(value) and not isinstance(value, type):
        return "A function becomes one in the forward() of a Module; nn.ReLU() is relu as a layer."
    return "Did you mean to make one: nn.ReLU() with brackets?"


def _kind(value: Any) -> str:
    """The kind of a value with its article: "an int", "a Tensor"."""
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"
