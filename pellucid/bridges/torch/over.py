"""Somebody who is told after each pass of one network, at the price of a plain call.

A module with any hook goes the long way through PyTorch's `Module.__call__`, which takes as long as
a small layer. The short way asks first whether there is a compiled call of the module. That place
is taken here, with the module's own call beneath; what is copied or saved has it empty.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

from pellucid.doctor.watching.hook import Hook
from pellucid.doctor.watching.patches import beneath

__all__ = ["Over", "hang", "is_compiled"]

_PLACE = "_compiled_call_impl"


class Over:
    """Stands over the calls of one module.

    Args:
        model: the module.
        told: told of the module, what it is given, by name, and what it gave.
    """

    def __init__(self, model: Any, told: Callable[..., None]) -> None:
        self.model, self.told = model, told
        self.put: Any = None
        self.over(model._call_impl)

    def over(self, own: Callable[..., Any]) -> None:
        """Stand over one of its calls."""
        model, told = self.model, self.told

        def call(*args: Any, **kwargs: Any) -> Any:
            out = own(*args, **kwargs)
            told(model, args, kwargs, out)
            return out

        self.put = model.__dict__[_PLACE] = _Call(call)

    def compiled(self) -> None:
        """The place was taken for what it is there for."""
        own = self.model.__dict__.get(_PLACE)
        if own is not None and self.put is not None and own is not self.put:
            self.over(own)
            self.put.beneath = own

    def remove(self) -> None:
        """Leave the place as it would be."""
        held = self.model.__dict__
        if self.put is not None and held.get(_PLACE) is self.put:
            if self.put.beneath is None:
                del held[_PLACE]
            else:
                held[_PLACE] = self.put.beneath
        self.put = None


class _Call(partial[Any]):
    """A call that neither copies nor saved modules have.

    Attributes:
        beneath: the compiled call under it.
    """

    beneath: Any = None

    def __deepcopy__(self, memo: Any) -> Any:
        return self.beneath

    def __reduce__(self) -> Any:
        return type(None), ()


def hang(model: Any, told: Callable[..., None]) -> Any:
    """Tell somebody after each pass; the place is left to others where it is not safely ours.

    It is not where copies are made of a module's dictionary as it stands, as `DataParallel` does
    with more than one device.
    """
    torch = importlib.import_module("torch")
    base, kind = torch.nn.Module, type(model)
    if (
        getattr(base, _PLACE, 0) is None and getattr(model, _PLACE, 0) is None
        and beneath(base.__call__) is getattr(base, "_wrapped_call_impl", None)
        and kind.__call__ is base.__call__ and kind._call_impl is base._call_impl
        and not hasattr(kind, "__copy__") and torch.cuda.device_count() < 2
    ):  # fmt: skip
        return Over(model, told)
    return model.register_forward_hook(Hook(told), with_kwargs=True)


def is_compiled(model: Any) -> bool:
    """Whether the place is taken for what it is there for."""
    call = getattr(model, _PLACE, None)
    return call is not None and not (isinstance(call, _Call) and call.beneath is None)
