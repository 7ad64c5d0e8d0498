"""Follows one call of a mirrored network: values go over, each module is entered on both sides."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from pellucid.bridges.torch.twins import Twins
from pellucid.bridges.torch.values import leaves, mapped, meta_of, tensor_of
from pellucid.nn import Module
from pellucid.tensor import Tensor

__all__ = ["Following", "followed"]


class Following:
    """One call.

    Attributes:
        twins: what is paired so far.
        root: their module.
    """

    def __init__(self, ours: Module, root: torch.nn.Module) -> None:
        self.twins = Twins()
        self.root = root
        self._waiting: list[tuple[Callable[..., Any], Any, Any]] = []
        self._left: list[Any] = []
        self._pairs = list(_side_by_side(ours, root))

    def over(self) -> None:
        """Their parameters and buffers get the values of ours, and are paired with them."""
        for mine, theirs in self._pairs:
            theirs.training = mine.training
            for own, other in (
                (mine._parameters, theirs._parameters), (mine._buffers, theirs._buffers)
            ):  # fmt: skip
                for name, tensor in other.items():
                    twin = own.get(name)
                    if tensor is not None and twin is not None:
                        _copied(tensor, twin)
                        self.twins.pair(tensor, twin)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Inside, a call of one of their modules is also a call of ours."""
        patched = []
        for mine, theirs in self._pairs[1:]:
            if "forward" not in theirs.__dict__:
                step = self._through if hasattr(mine, "cuts") else self._beside
                theirs.__dict__["forward"] = _bound(step, mine, theirs.forward)
                patched.append(theirs)
        try:
            with self.twins:
                yield
        finally:
            for theirs in patched:
                theirs.__dict__.pop("forward", None)

    def inside(self) -> Any:
        """Called in the forward of a mirrored module: runs theirs, and gives the twins."""
        forward, args, kwargs = self._waiting.pop()
        out = forward(*args, **kwargs)
        self._left.append(out)
        with self.twins.aside():
            return mapped(torch.Tensor, self.twins.of, out)

    def _through(self, mine: Module, forward: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """A module whose own forward is followed."""
        with self.twins.aside():
            given, named = mapped(torch.Tensor, self.twins.of, (list(args), dict(kwargs)))
        self._waiting.append((forward, args, kwargs))
        mine(*given, **named)
        return self._left.pop()

    def _beside(self, mine: Module, forward: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """A layer that is ours as a whole."""
        with self.twins.aside():
            given, named = mapped(torch.Tensor, self.twins.of, (list(args), dict(kwargs)))
            out = forward(*args, **kwargs)
            self.twins.called(type(mine).__name__, lambda: mine(*given, **named), out, args)
        return out


@contextmanager
def followed(ours: Module, theirs: torch.nn.Module, given: Any) -> Iterator[Following]:
    """Everything set up for one call, and put back afterwards."""
    if any(t._node.array is None for t in leaves(Tensor, given)):
        theirs = copy.deepcopy(theirs).to("meta")
    following = Following(ours, theirs)
    following.over()
    with following.entered():
        yield following


def theirs_of(ours: Tensor) -> torch.Tensor:
    """A tensor of PyTorch's with the values of one of ours; with its shape alone if it has none."""
    node = ours._node
    if node.array is None:
        return meta_of(node.shape, node.dtype)
    return tensor_of(node.array, torch.device("cpu"))


def _copied(theirs: torch.Tensor, ours: Tensor) -> None:
    if ours._node.array is not None and theirs.device.type != "meta":
        with torch.no_grad():
            theirs.copy_(theirs_of(ours))


def _bound(step: Any, mine: Module, forward: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: step(mine, forward, args, kwargs)


def _side_by_side(
    ours: Module, theirs: torch.nn.Module, seen: set[int] | None = None
) -> Iterator[tuple[Module, torch.nn.Module]]:
    """The modules of both, root first, each once."""
    seen = set() if seen is None else seen
    if id(theirs) in seen:
        return
    seen.add(id(theirs))
    yield ours, theirs
    if not hasattr(ours, "cuts"):  # a layer of ours as a whole: only values go into its parts
        seen.update(id(child) for child in theirs._modules.values() if child is not None)
        return
    for name, child in theirs._modules.items():
        mine = ours._modules.get(name)
        if child is not None and mine is not None:
            yield from _side_by_side(mine, child, seen)
