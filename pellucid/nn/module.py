"""Module: a piece of a network that owns weights and other modules, and can be called.

A module finds its weights by looking at what is assigned to it. Its path in the network, such as
"encoder.0", is what the graph, errors, explanations and program tables call it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from pellucid.dtypes import FLOAT, DType
from pellucid.dtypes import bfloat16 as _bfloat16
from pellucid.dtypes import float16 as _float16
from pellucid.dtypes import float32 as _float32
from pellucid.dtypes import float64 as _float64
from pellucid.errors import DTypeError, ModuleError, SettingError, ShapeError
from pellucid.graph import mode as _mode
from pellucid.graph.mode import switched
from pellucid.nn.border import tell
from pellucid.nn.diagram import diagram
from pellucid.nn.hooks import Hooks, Removable
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
from pellucid.nn.state import IncompatibleKeys, closest, load, saved
from pellucid.nn.walk import buffers_of, modules_of, parameters_of
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import as_tensor

__all__ = ["Module"]

_local = _mode._local


class Module:
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
    training: bool = True
    _module_path: str = ""
    _module_stamp: int = -1
    _module_hooks: Hooks | None = None
    _tells: bool = True  # whether errors from inside are told with the layers so far
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _unsaved: set[str]

    def __init__(self) -> None:
        own = self.__dict__
        own["training"] = True
        own["_parameters"], own["_buffers"], own["_modules"] = {}, {}, {}
        own["_unsaved"] = set()

    # ---- the call -----------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: D102  (forward says it)
        mode = _local.mode
        outer = mode.scope
        if self._module_stamp != structure[0]:
            name_parts(self)
        mode.scope = self._module_path
        try:
            if self._module_hooks is None:
                return self.forward(*args, **kwargs)
            return self._module_hooks.around(self, args, kwargs)
        except (ShapeError, DTypeError) as error:
            tell(error, self, args)
            raise
        finally:
            mode.scope = outer

    def _forward_missing(self, *args: Any, **kwargs: Any) -> Any:
        raise ModuleError(
            f"{type(self).__name__} has no forward().\n"
            " Say what it does with its input: def forward(self, x): return …"
        )

    forward: Callable[..., Any] = _forward_missing

    # ---- what it owns -------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if isinstance(value, Parameter):
            put_parameter(self, name, value)
        elif isinstance(value, Module):
            put_module(self, name, value)
        elif name in own.get("_parameters", ()):
            self._replace_parameter(name, value)
        elif name in own.get("_modules", ()) or name in own.get("_buffers", ()):
            self._replace_other(name, value)
        else:
            if type(value) is Tensor and value._node.requires_grad:
                loose_weight(self, name, value)
            object.__setattr__(self, name, value)

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
            self._buffers[name] = value
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        forget(self, name)
        object.__delattr__(self, name)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    else:

        def __getattr__(self, name: str) -> Any:
            kind = type(self).__name__
            if name in ("_parameters", "_buffers", "_modules", "_unsaved"):
                raise ModuleError(not_started(self))
            raise AttributeError(f"{kind!r} object has no attribute {name!r}", name=name, obj=self)

    def __dir__(self) -> list[str]:
        return sorted(set(super().__dir__()))

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

    def register_module(self, name: str, module: Module | None) -> None:
        """Own a module under a name."""
        check_name(self, name, self.__dict__.get("_modules", {}))
        if module is not None and not isinstance(module, Module):
            raise DTypeError(
                f"add_module({name!r}) needs a Module and got {_kind(module)}.\n"
                " Did you mean to make one: nn.ReLU() with brackets?"
            )
        put_module(self, name, module)

    add_module = register_module

    # ---- looking around -----------------------------------------------------------------------

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Names and Parameters, each once, in the order in which they were assigned."""
        if self._module_stamp != structure[0]:
            name_parts(self)
        return parameters_of(self, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Every Parameter once."""
        return (p for _, p in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Names and buffers."""
        return buffers_of(self, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Every buffer once."""
        return (b for _, b in self.named_buffers(recurse=recurse))

    def named_modules(
        self,
        memo: set[Module] | None = None,
        prefix: str = "",
        remove_duplicate: bool = True,
    ) -> Iterator[tuple[str, Module]]:
        """Paths and modules, this one (path "") first."""
        return modules_of(self, set() if memo is None else memo, prefix, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This module and everything below it, each once."""
        return (m for _, m in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Names and modules one level down, each module once."""
        seen: set[Module] = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self) -> Iterator[Module]:
        """The modules one level down."""
        return (child for _, child in self.named_children())

    def get_submodule(self, target: str) -> Module:
        """The module at a path such as "encoder.0"."""
        found: Module = self
        for step in target.split(".") if target else ():
            child = found._modules.get(step)
            if child is None:
                raise ModuleError(_no_such("module", target, (n for n, _ in self.named_modules())))
            found = child
        return found

    def get_parameter(self, target: str) -> Parameter:
        """The Parameter at a path such as "encoder.0.weight"."""
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._parameters.get(name)
        if found is None:
            raise ModuleError(
                _no_such("parameter", target, (n for n, _ in self.named_parameters()))
            )
        return found

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a path."""
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._buffers.get(name)
        if found is None:
            raise ModuleError(_no_such("buffer", target, (n for n, _ in self.named_buffers())))
        return found

    # ---- switches -----------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Training behavior (dropout drops, batch norm averages its batch) on or off."""
        if not isinstance(mode, bool):
            raise SettingError(f"train() takes True or False and got {mode!r}.")
        for module in self.modules():
            module.__dict__["training"] = mode
        return self

    def eval(self) -> Self:
        """Evaluation behavior: the same as `train(False)`."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask for the blame of every Parameter, or freeze them all."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the blame that has accumulated on the Parameters."""
        for p in self.parameters():
            if set_to_none or p.grad is None:
                p.grad = None
            else:
                with switched(recording=False):
                    p.grad = p.grad.detach() * 0

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every module below, then on this one: to initialize weights, for example."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """All float weights and buffers in another kind of number, in place."""
        dtype = kwargs.get("dtype")
        for a in args:
            if isinstance(a, DType):
                dtype = a
            elif isinstance(a, Tensor):
                dtype = a.dtype
            elif not isinstance(a, bool):
                as_tensor(0.0, device=a)  # says so where a device does not exist
        return self if dtype is None else self._cast(dtype)

    def type(self, dst_type: DType) -> Self:
        """All float weights and buffers in another kind of number."""
        return self.to(dst_type)

    def float(self) -> Self:
        """Weights and float buffers as float32."""
        return self.to(_float32)

    def double(self) -> Self:
        """Weights and float buffers as float64."""
        return self.to(_float64)

    def half(self) -> Self:
        """Weights and float buffers as float16."""
        return self.to(_float16)

    def bfloat16(self) -> Self:
        """Weights and float buffers as bfloat16."""
        return self.to(_bfloat16)

    def cpu(self) -> Self:
        """The module itself: everything lives on the CPU."""
        return self

    def _cast(self, dtype: DType) -> Self:
        if dtype.category != FLOAT:
            raise DTypeError(
                f"weights must be float, and {dtype.name} was asked for.\n"
                " Convert the inputs instead, or choose float32 or float64."
            )
        held: list[Any] = [*self.parameters(), *self.buffers()]
        for t in held:
            if t.dtype.category == FLOAT and t.dtype is not dtype:
                grad = t.grad
                t.data = t.detach().to(dtype)
                t.grad = None if grad is None else grad.to(dtype)
        return self

    # ---- weights in and out -------------------------------------------------------------------

    def state_dict(
        self,
        *,
        destination: dict[str, Any] | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> dict[str, Any]:
        """Every weight and saved buffer under PyTorch's key; memory is shared, not copied."""
        return saved(self, {} if destination is None else destination, prefix, keep_vars)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Take over weights and buffers; nothing is changed unless everything fits.

        Args:
            state_dict: keys and Tensors (or arrays), as `state_dict` gives them.
            strict: whether missing and unexpected keys are errors.
            assign: take the given Tensors themselves instead of copying their numbers.

        Raises:
            StateError: keys or shapes that do not belong to this module.
        """
        return load(self, state_dict, strict, assign)

    # ---- hooks --------------------------------------------------------------------------------

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Removable:
        """Call `hook(module, args)` before each forward; what it returns replaces the arguments."""
        return self._hooked().add("before", hook, prepend, with_kwargs=with_kwargs)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> Removable:
        """Call `hook(module, args, output)` after each forward; its answer replaces the output."""
        return self._hooked().add(
            "after", hook, prepend, with_kwargs=with_kwargs, always_call=always_call
        )

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> Removable:
        """Call `hook(module, grad_output)` when blame reaches the output; it may replace it."""
        return self._hooked().add("blame_before", hook, prepend)

    def register_full_backward_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> Removable:
        """Call `hook(module, grad_input, grad_output)` after blame; it may replace the first."""
        return self._hooked().add("blame_after", hook, prepend)

    def _hooked(self) -> Hooks:
        if self._module_hooks is None:
            self.__dict__["_module_hooks"] = Hooks()
        assert self._module_hooks is not None
        return self._module_hooks

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
        return diagram(self)


def _kind(value: Any) -> str:
    """The kind of a value with its article: "an int", "a Tensor"."""
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"


def _no_such(what: str, target: str, known: Iterator[str]) -> str:
    names = [name for name in known if name]
    return f"there is no {what} {target!r}.{closest(target, names)}"
