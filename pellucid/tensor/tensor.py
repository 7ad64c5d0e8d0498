"""Tensor: an array that remembers how it was made.

A Tensor is a handle on a node of the graph. Methods and operators are bound to it from the
functions in this room (see `binding.py`); this file holds what is not an operation: values, blame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Never
from weakref import ref

from pellucid.autograd.reverse import pour, starting
from pellucid.dtypes import FLOAT, DType, by_name, float32
from pellucid.errors import DTypeError, GraphError, KindError, SettingError, ShapeError, TraceError
from pellucid.graph.emit import emit, stamp
from pellucid.graph.gate import gate
from pellucid.graph.mode import _local, current, engine
from pellucid.graph.node import Node, _clock, last_change, leaf, memory
from pellucid.ops.held import detach as _detach
from pellucid.shapes import show
from pellucid.tensor.caution import not_kept
from pellucid.tensor.device import CPU, device
from pellucid.tensor.gradient_graph import Node as Rule
from pellucid.tensor.gradient_graph import face, wrapping
from pellucid.tensor.hooks import Removable, on_blame, on_settled
from pellucid.tensor.memory import adopt, replace
from pellucid.tensor.misspelled import refuse_unknown, told_if_misspelled
from pellucid.tensor.pairs import judge_loss
from pellucid.tensor.show import describe
from pellucid.tensor.size import Size
from pellucid.tensor.unknown import unknown_value

__all__ = ["Parameter", "Size", "Tensor", "wrap"]

_new = object.__new__

if TYPE_CHECKING:  # what `binding.py` binds, spelled out for editors and type checkers
    from pellucid.tensor._methods import Methods
else:
    Methods = object


class Tensor(Methods):
    """An array of numbers of one kind, with the graph of how it came to be.

    Make one with `pellucid.tensor`, `zeros` or `randn`; what is computed from it is a Tensor too.

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
    """

    __slots__ = ("__dict__", "__weakref__", "_node", "_owner", "_views")
    __array_priority__ = 1000.0
    _node: Node
    _owner: Tensor  # whose memory this views; unset for most
    _views: list[ref[Tensor]]  # who views this memory; unset for most

    if TYPE_CHECKING:  # operators and methods are bound in `binding.py`

        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __eq__(self, other: object) -> Any: ...
        def __ne__(self, other: object) -> Any: ...
        def __neg__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __getitem__(self, index: Any) -> Tensor: ...
        def __setitem__(self, index: Any, value: Any) -> None: ...

    # ---- what it is ---------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        """The sizes of the axes."""
        return Size(self._node.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one axis."""
        return self.shape if dim is None else self._node.shape[dim]

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self._node.shape)

    def dim(self) -> int:
        """How many axes it has."""
        return len(self._node.shape)

    @property
    def T(self) -> Tensor:
        """The axes in reverse order; a matrix mirrored at its diagonal."""
        mirrored: Tensor = self.permute(*reversed(range(self.ndim)))
        return mirrored

    @property
    def mT(self) -> Tensor:
        """The last two axes exchanged."""
        mirrored: Tensor = self.transpose(-1, -2)
        return mirrored

    def numel(self) -> int:
        """How many numbers it holds."""
        return self._node.size

    nelement = numel

    @property
    def dtype(self) -> DType:
        """The kind of number it holds."""
        return self._node.dtype

    @property
    def device(self) -> device:
        """Where it lives: always the CPU."""
        return CPU

    @property
    def itemsize(self) -> int:
        """Bytes of one number."""
        return self._node.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all numbers."""
        return self._node.size * self._node.dtype.itemsize

    def element_size(self) -> int:
        """Bytes of one number."""
        return self._node.dtype.itemsize

    def is_floating_point(self) -> bool:
        """Whether it holds real numbers."""
        return self._node.dtype.category == FLOAT

    @property
    def name(self) -> str:
        """What errors and explanations call it; modules name their parameters."""
        return self._node.name

    @name.setter
    def name(self, value: str) -> None:
        self._node.name = value

    def __len__(self) -> int:
        if not self._node.shape:
            raise TypeError("len() of a 0-axis Tensor; use .item() for its one number")
        return self._node.shape[0]

    def __repr__(self) -> str:
        return describe(self._node, "Parameter" if isinstance(self, Parameter) else "tensor")

    def __format__(self, spec: str) -> str:
        return str(self) if self._node.shape else format(self.item(), spec)

    # ---- its value ----------------------------------------------------------------------------

    def numpy(self, *, force: bool = False) -> Any:
        """The value as a NumPy array that shares memory with the Tensor; `force` detaches it."""
        if self._node.requires_grad and current().recording and not force:
            raise GraphError(
                "this Tensor is part of a graph, and NumPy would not see that.\n"
                " Use x.detach().numpy()."
            )
        value, root = self._value(), self._node.root
        root.lent = next(_clock)
        if root.away is not None:
            root.away(root, True)
        return value

    def item(self) -> Any:
        """The one number it holds, as a Python number."""
        value = self._value()
        if value.size != 1:
            raise ShapeError(
                f"item() needs a Tensor with one number, and this has shape {show(value.shape)}.\n"
                " Use .tolist() for all of them."
            )
        return value.item()

    def tolist(self) -> Any:
        """The value as nested Python lists."""
        return self._value().tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        value = self.numpy()
        if dtype is not None and value.dtype != dtype:
            if copy is False:
                raise ValueError(f"no {dtype} without a copy: the Tensor is {self.dtype.name}")
            return value.astype(dtype)
        return value.copy() if copy else value

    def __bool__(self) -> bool:
        if self._node.size != 1:
            raise ShapeError(
                f"a Tensor of shape {show(self._node.shape)} is neither true nor false.\n"
                " Ask (x > 0).any() or (x > 0).all()."
            )
        return bool(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self._node.dtype.category == FLOAT:
            raise TypeError("only whole-number Tensors can be used as an index")
        return int(self.item())

    def __iter__(self) -> Iterator[Tensor]:
        if not self._node.shape:
            raise TypeError("a 0-axis Tensor can't be gone through; use .item() for its one number")
        return (self[i] for i in range(self._node.shape[0]))

    def __contains__(self, value: Any) -> bool:
        if not isinstance(value, Tensor | int | float):
            raise KindError(f"a Tensor holds numbers, and {value!r} is none.")
        return bool((self == value).any())

    def __hash__(self) -> int:
        return id(self)

    def _value(self) -> Any:
        array = self._node.array
        if array is None:
            (node,) = gate.settled((self._node,)) if current().trace is None else (self._node,)
            array = node.array
        if array is None:
            raise self._refused()
        trace = current().trace
        if trace is not None:
            trace.looked(self._node)
        return array

    def _refused(self) -> TraceError:
        error, trace = TraceError(unknown_value(self._node)), current().trace
        if trace is not None:
            trace.refused(error)
        return error

    # ---- blame --------------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether blame flows through it."""
        return self._node.requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Ask for (or stop asking for) the blame of this Tensor."""
        node = self._node
        if requires_grad and node.dtype.category != FLOAT:
            raise GraphError(
                f"only float Tensors can have a gradient, and this one is {node.dtype.name}.\n"
                " Convert it first: x.float().requires_grad_()."
            )
        if node.op is not None and node.inputs and node.requires_grad:
            if not requires_grad:
                raise GraphError(
                    "requires_grad can only be switched off on Tensors that nothing computed.\n"
                    " Use x.detach() for a copy without history."
                )
            return self
        if current().trace is not None and node.array is None:
            if requires_grad:
                self._node = node = emit(_detach, (node,))
                node.requires_grad = node.retains = True
            return self
        if node.op is not None:  # computed without a record: from now on a leaf of its own
            self._node = node = leaf(node.array, node.shape, node.dtype, name=node.name)
        if node.requires_grad is not requires_grad:
            node.requires_grad = requires_grad
            last_change[0] += 1
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether nothing recorded computed it."""
        return self._node.op is None or not self._node.requires_grad

    @property
    def grad_fn(self) -> Rule | None:
        """The rule by which blame passes what computed this Tensor, where a graph was recorded."""
        node = self._node
        return face(node) if node.op is not None and node.requires_grad else None

    @property
    def grad(self) -> Tensor | None:
        """What `backward` has accumulated here."""
        trace = _local.mode.trace
        if trace is not None:
            trace.blamed(self._node, read=True)
        found: Tensor | None = self._node.grad
        if found is None and self._node.op is not None:
            not_kept(self._node)
        return found

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and value._node.shape != self._node.shape:
            raise ShapeError(
                f"a gradient has the shape of its Tensor: {show(self._node.shape)}, "
                f"not {show(value._node.shape)}."
            )
        trace = _local.mode.trace
        if trace is not None:
            trace.blamed(self._node, read=False)
        self._node.grad = value

    @grad.deleter
    def grad(self) -> None:
        self.grad = None

    _grad = grad  # PyTorch's inner name, which some training loops write to

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
        **unknown: Never,
    ) -> None:
        """Pass the blame backward: fill `.grad` of every leaf that asked for it.

        Args:
            gradient: the blame that starts here, shape of this Tensor; 1 for a single number.
            retain_graph: allow a second backward pass through the same graph.
            create_graph: record the backward pass, so that gradients can be differentiated again.
            inputs: only these Tensors accumulate.
            unknown: refused, with the name that was probably meant.

        Raises:
            GraphError: there is no graph, or it was used up by an earlier backward.
        """
        if unknown:  # a wrapper that looks at the names would cost 15 times as much
            taken = ("gradient", "retain_graph", "create_graph", "inputs")
            refuse_unknown("backward", unknown, taken)
        start = starting(self._node, None if gradient is None else gradient._node)
        if gradient is None:
            judge_loss(self._node)
        several = [inputs] if isinstance(inputs, Tensor) else inputs
        wanted = None if inputs is None else [t._node for t in several]
        if wanted == []:
            raise SettingError("backward: inputs is empty: leave it out, or say where blame goes.")
        keep = create_graph if retain_graph is None else retain_graph
        given = () if gradient is None else (start,)
        pour({self._node: start}, given, wanted, create_graph, not keep, wrap)

    def retain_grad(self) -> None:
        """Keep the blame that arrives at this Tensor in `.grad`, though it is not a leaf."""
        if not self._node.requires_grad:
            raise GraphError("retain_grad() needs a Tensor with requires_grad=True.")
        self._node.retains = True

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Removable:
        """Call `hook(blame)` when blame arrives here; what it returns replaces the blame."""
        return on_blame(self._node, hook, wrap)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> Removable:
        """Call `hook(tensor)` each time a backward pass has added to `.grad`."""
        return on_settled(self._node, lambda: hook(self))

    # ---- memory -------------------------------------------------------------------------------

    def detach(self) -> Tensor:
        """The same value in the same memory, without history."""
        node = self._node
        if current().trace is not None:
            cut = wrap(emit(_detach, (node,)))
            adopt(cut, self)
            return cut
        out = leaf(node.array, node.shape, node.dtype, name=node.name)
        out.base = memory(node)
        return wrap(out)

    @property
    def data(self) -> Tensor:
        """The same memory without history, as `detach()` gives it."""
        return self.detach()

    @data.setter
    def data(self, value: Tensor) -> None:
        node, new = self._node, value._node
        if node.requires_grad and new.dtype.category != FLOAT:
            raise DTypeError(
                f"this Tensor has requires_grad=True, and its data can't become {new.dtype.name}: "
                "only float numbers have a gradient."
            )
        if current().trace is not None:
            replace(self, new)
            return
        if node.away is not None:
            node.array  # noqa: B018  (where it was must know that it has left)
        node.array, node.shape, node.dtype = new.array, new.shape, new.dtype
        last_change[0] += 1
        stamp(node)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        node = self._node
        if node.op is not None and node.requires_grad:
            raise GraphError("only leaf Tensors can be deep-copied.\n Use x.detach().clone().")
        out = _new(type(self))
        copied = leaf(
            self._value().copy(), node.shape, node.dtype,
            kind=node.kind if node.op is None else "data", name=node.name,
            requires_grad=node.requires_grad,
        )  # fmt: skip
        if node.grad is not None:
            copied.grad = node.grad.__deepcopy__(memo)
        out._node = copied
        memo[id(self)] = out
        for name, value in self.__dict__.items():  # what people hung on it
            setattr(out, name, deepcopy(value, memo))
        return out

    def __reduce__(self) -> Any:
        node = self._node
        kept = (node.dtype.name, node.requires_grad, node.kind if node.is_leaf else "data")
        return _rebuild, (type(self), self._value(), *kept, node.name)


class Parameter(Tensor):
    """A Tensor that a module learns: a weight or a bias.

    Example:
        >>> import pellucid
        >>> pellucid.nn.Parameter(pellucid.zeros(2))
        Parameter containing:
        tensor([0., 0.], requires_grad=True)
    """

    __slots__ = ()

    @told_if_misspelled
    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Parameter:
        """A leaf over the numbers of `data`, in its memory."""
        self = _new(cls)
        source = (
            data._node if data is not None else leaf(engine().zeros((0,), float32), (0,), float32)
        )
        if requires_grad and not source.dtype.is_floating_point:
            raise DTypeError(
                f"Parameter: only float numbers are learned, and these are {source.dtype.name}.\n"
                " Give requires_grad=False, or keep them with register_buffer."
            )
        self._node = leaf(
            source.array, source.shape, source.dtype, kind="parameter", requires_grad=requires_grad
        )
        return self


def wrap(node: Node) -> Tensor:
    """A Tensor over a node."""
    out = _new(Tensor)
    out._node = node
    return out


wrapping.append(wrap)


def _rebuild(
    cls: type[Tensor], array: Any, dtype: str, requires_grad: bool, kind: str, name: str
) -> Tensor:
    out = _new(cls)
    out._node = leaf(
        array, array.shape, by_name(dtype), kind=kind, name=name, requires_grad=requires_grad
    )
    return out
