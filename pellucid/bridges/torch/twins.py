"""Runs what PyTorch runs a second time here: every tensor gets a twin, every call its counterpart.

Names are the same on both sides, so the counterpart of a call is found by its name. Each result is
compared; where there is no counterpart, or it says something else, the twin becomes a constant with
PyTorch's values, and the chain rule ends there. What that happened to is kept and said.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from pellucid import nn
from pellucid.bridges.torch.attending import step_by_step
from pellucid.bridges.torch.values import array_of, dtype_of, leaf_of, leaves, mapped
from pellucid.graph.mode import current
from pellucid.graph.program import unknown
from pellucid.nn.utils import rnn
from pellucid.tensor import Tensor
from pellucid.tensor.grad_mode import set_grad_enabled
from pellucid.tensor.tensor import wrap

__all__ = ["Cut", "Cuts", "Twins"]

_DRAWS = frozenset(
    {"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout"}
)
_NO_TENSOR = frozenset({"device", "memory_format", "out", "layout", "pin_memory", "_stacklevel"})
_ASIDE = frozenset(
    {"backward", "requires_grad_", "retain_grad", "register_hook", "__repr__", "__format__"}
)
_UNWRITTEN = frozenset({"empty_like", "new_empty", "new_empty_strided"})
_TOLERANCE = {"float16": 2e-2, "bfloat16": 5e-2, "float64": 1e-9}


@dataclass(frozen=True)
class Cut:
    """A call whose result is a constant here.

    Attributes:
        name: PyTorch's name of the operation.
        path: the module it ran in.
        reason: why.
    """

    name: str
    path: str
    reason: str


class Cuts(list[Cut]):
    """Cuts; a copy of a network tells the same list of its own.

    Attributes:
        several: the kind of what the network gave, where one Tensor of it was picked.
    """

    several: str = ""

    def __deepcopy__(self, memo: dict[int, Any]) -> Cuts:
        return self


class Twins(TorchFunctionMode):  # type: ignore[misc]
    """While it is entered, calls of PyTorch's functions are made here, too."""

    def __init__(self) -> None:
        super().__init__()
        self.cuts: list[Cut] = []
        self._known: dict[int, tuple[torch.Tensor, Tensor]] = {}
        self._busy = False

    def pair(self, theirs: torch.Tensor, ours: Tensor) -> None:
        """Say that two are the same."""
        self._known[id(theirs)] = (theirs, ours)

    def known(self, theirs: torch.Tensor) -> bool:
        """Whether a tensor has a twin."""
        return id(theirs) in self._known

    def of(self, theirs: torch.Tensor) -> Tensor:
        """The twin of a tensor; a new constant where it has none."""
        found = self._known.get(id(theirs))
        if found is None:
            self.pair(theirs, _constant(theirs))
            found = self._known[id(theirs)]
        return found[1]

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Inside, calls are theirs alone."""
        busy, self._busy = self._busy, True
        try:
            yield
        finally:
            self._busy = busy

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Make a call on both sides."""
        kwargs = kwargs or {}
        name = _name(func)
        spelled = None if self._busy else step_by_step(name, args, kwargs)
        if spelled is not None:
            with self:
                return spelled()
        out = func(*args, **kwargs)
        if not self._busy and name not in _ASIDE:
            with self.aside():
                self._made(name, func, args, kwargs, out)
        return out

    def called(self, name: str, ours: Callable[[], Any], theirs: Any, args: Any) -> None:
        """Pair what a call of theirs gave with what a call of ours gives.

        Args:
            name: of the operation.
            ours: makes the call here.
            theirs: what it gave there.
            args: what it was given, for operations that draw random numbers.
        """
        if name in _DRAWS:
            return self._drawn(args, theirs)
        try:
            with set_grad_enabled(torch.is_grad_enabled() and current().recording):
                made = ours()
        except Exception as error:  # whatever it is, their result stands
            return self._cut(name, theirs, str(error).splitlines()[0] if str(error) else "failed")
        got, wanted = list(leaves(Tensor, made)), list(leaves(torch.Tensor, theirs))
        if len(got) != len(wanted):
            return self._cut(name, theirs, f"{len(got)} results here, {len(wanted)} there")
        for one, other in zip(got, wanted, strict=True):
            if _alike(one, other):
                self.pair(other, one)
            else:
                self._cut(name, other, "the numbers differ")
        return None

    def _made(self, name: str, func: Any, args: Any, kwargs: Any, out: Any) -> None:
        if not any(True for _ in leaves(torch.Tensor, out)) and name != "__setitem__":
            return
        if name in _UNWRITTEN:
            return  # whatever stands there is a constant, until something is written
        if not any(self.known(t) for t in leaves(torch.Tensor, (args, kwargs))):
            return  # made from nothing that is known: a constant, once it is used
        counterpart = _counterpart(name, func)
        if counterpart is None:
            self._cut(name, out, "there is no such operation here")
            return
        ours = [mapped(torch.Tensor, self.of, _spelled(a)) for a in args]
        given = {
            k: mapped(torch.Tensor, self.of, _spelled(v))
            for k, v in kwargs.items() if k not in _NO_TENSOR
        }  # fmt: skip
        self.called(name, lambda: counterpart(*ours, **given), out, args)

    def _drawn(self, args: Any, theirs: torch.Tensor) -> None:
        """Dropout keeps what their draw kept: its factors, read off input and output."""
        before = args[0]
        x = self.of(before)
        if before is theirs or theirs.device.type == "meta" or torch.equal(before, theirs):
            return self.pair(theirs, x)
        zero = torch.zeros_like(theirs)
        factor = torch.where(before == 0, zero, theirs / before).detach()
        return self.pair(theirs, x * _constant(factor))

    def _cut(self, name: str, theirs: Any, reason: str) -> None:
        self.cuts.append(Cut(name, current().scope, reason))
        for one in leaves(torch.Tensor, theirs):
            self.pair(one, _constant(one))


def _constant(tensor: torch.Tensor) -> Tensor:
    if tensor.device.type == "meta":
        return wrap(unknown(tuple(tensor.shape), dtype_of(tensor.dtype)))
    return leaf_of(tensor)


def _name(func: Any) -> str:
    name = getattr(func, "__name__", "")
    return getattr(getattr(func, "__self__", None), "__name__", "") if name == "__get__" else name


def _packed(x: Tensor, lengths: Any, batch_first: bool) -> tuple[Tensor, Tensor]:
    whole = rnn.pack_padded_sequence(x, lengths, batch_first)
    return whole.data, whole.batch_sizes


def _padded(
    data: Tensor, sizes: Tensor, batch_first: bool, padding_value: float, steps: int
) -> tuple[Tensor, Tensor]:
    return rnn.pad_packed_sequence(
        rnn.PackedSequence(data, sizes), batch_first, padding_value, steps
    )


_RENAMED: dict[str, Callable[..., Any]] = {
    "data": lambda x: x.detach(),
    "_pack_padded_sequence": _packed,
    "_pad_packed_sequence": _padded,
}
"""What goes by no name of theirs here."""


def _counterpart(name: str, func: Any) -> Callable[..., Any] | None:
    """The function here that does the same."""
    if getattr(func, "__name__", "") == "__get__":
        return (lambda x: getattr(x, name)) if hasattr(Tensor, name) else None
    if name in _RENAMED:
        return _RENAMED[name]
    home = getattr(func, "__module__", None) or ""
    ours = sys.modules["pellucid"]
    places = [Tensor, ours, nn.functional]
    if "functional" in home or home == "torch._C._nn":
        places.reverse()
    elif home == "torch":
        places = [ours, nn.functional, Tensor]
    for place in places:
        found = getattr(place, name, None)
        if callable(found):
            return found  # type: ignore[no-any-return]
    return None


def _spelled(value: Any) -> Any:
    """An argument as it is written here."""
    if isinstance(value, torch.dtype):
        return dtype_of(value)
    if isinstance(value, torch.Size):
        return tuple(value)
    if isinstance(value, torch.device):
        return "cpu"
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(_spelled(v) for v in value)
    return value


def _alike(ours: Tensor, theirs: torch.Tensor) -> bool:
    if tuple(ours.shape) != tuple(theirs.shape):
        return False
    node = ours._node
    if node.array is None or theirs.device.type == "meta":
        return True
    wanted = array_of(theirs)
    if wanted.dtype.kind in "biu":
        return bool(np.array_equal(np.asarray(node.array), wanted))
    size = float(np.max(np.abs(wanted), initial=0.0, where=np.isfinite(wanted)))
    near = _TOLERANCE.get(node.dtype.name, 1e-4)
    least = near * max(size, 1e-6)
    return bool(np.allclose(node.array, wanted, rtol=near, atol=least, equal_nan=True))
