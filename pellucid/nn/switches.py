"""What changes a whole network at once: training or evaluation, frozen or not, kind of number."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from pellucid.dtypes import FLOAT, DType
from pellucid.dtypes import bfloat16 as _bfloat16
from pellucid.dtypes import float16 as _float16
from pellucid.dtypes import float32 as _float32
from pellucid.dtypes import float64 as _float64
from pellucid.errors import DTypeError, KindError, SettingError
from pellucid.graph.mode import current, switched
from pellucid.graph.node import last_change
from pellucid.nn.stateful import Stateful
from pellucid.spelling import a_kind
from pellucid.tensor import Tensor
from pellucid.tensor.creation import as_tensor
from pellucid.tensor.kinds import kind_of
from pellucid.tensor.misspelled import refuse_unknown

if TYPE_CHECKING:
    from pellucid.nn.module import Module

__all__ = ["Switches"]

_TO = ("device", "dtype", "non_blocking", "memory_format")  # what PyTorch takes by name


class Switches(Stateful):
    """The switches of a module; a base of `Module`."""

    training: bool = True

    def train(self, mode: bool = True) -> Self:
        """Training behavior (dropout drops, batch norm averages its batch) on or off."""
        if not isinstance(mode, bool):
            raise SettingError(f"train() takes True or False and got {mode!r}.")
        trace = current().trace
        last_change[0] += 1
        for module in self.modules():
            module.__dict__["training"] = mode
            if trace is not None:
                trace.switched(module)
        if trace is not None:
            trace.replay(lambda _: self.train(mode))
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
        fn(self._whole)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """All float weights and buffers in another kind of number, in place."""
        places = _TO[1:3] if args and isinstance(args[0], DType | type | Tensor) else _TO[:3]
        if "copy" in kwargs or len(args) > len(places):
            raise KindError(
                "to: a module is changed in place, and copy is no argument.\n"
                " copy.deepcopy(module) is a module of its own."
            )
        refuse_unknown("to", kwargs, _TO)
        asked = {**dict(zip(places, args, strict=False)), **kwargs}
        dtype, device = asked.get("dtype"), asked.get("device")
        if isinstance(device, list | tuple | dict | set | bool | Tensor):
            raise KindError(f"to: device is a name such as 'cpu', and not {a_kind(device)}.")
        as_tensor(0.0, device=device)  # says so where a device does not exist
        if isinstance(dtype, bool) or not isinstance(asked.get("non_blocking", False), bool):
            raise KindError(
                f"to takes a device, a kind of number and True or False, in this order: got {args}."
            )
        if dtype is None:
            return self
        return self._cast(dtype.dtype if isinstance(dtype, Tensor) else kind_of(dtype))

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

    def share_memory(self) -> Self:
        """The module itself: threads share its memory already."""
        return self

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """The module itself: its weights already live on the only device."""
        as_tensor(0.0, device=device)  # says so where a device does not exist
        return self

    def _cast(self, dtype: DType) -> Self:
        if dtype.category != FLOAT:
            raise DTypeError(
                f"weights must be float, and {dtype.name} was asked for.\n"
                " Convert the inputs instead, or choose float32 or float64."
            )

        def converted(t: Any) -> Any:
            return t.to(dtype) if t.dtype.category == FLOAT else t

        return self._apply(converted)

    def _apply(self, fn: Callable[[Any], Any], recurse: bool = True) -> Self:
        """Put `fn(t)` in place of each weight, gradient and buffer; a class may override it."""
        for child in self.children() if recurse else ():
            child._apply(fn)
        held: list[Any] = [*self.parameters(recurse=False), *self.buffers(recurse=False)]
        for t in held:
            grad, moved = t.grad, fn(t.detach())
            if moved.dtype is not t.dtype or moved._node.array is not t._node.array:
                t.data = moved
                t.grad = None if grad is None else fn(grad)
        return self
