"""Every operation of PyTorch's, seen by a function mode of ours while it is on."""

from __future__ import annotations

import functools
import importlib
from functools import partial
from typing import Any

from pellucid.doctor.watching.library import Sink, tensors_in
from pellucid.doctor.watching.names import SKIPPED, settings_of
from pellucid.doctor.watching.patches import beneath

__all__ = ["Tracer"]


class Tracer:
    """Our function mode on PyTorch's stack of modes, and the path of the module that runs."""

    def __init__(self, library: Any, sink: Sink) -> None:
        self.library, self.sink = library, sink
        self.mode: Any = None
        self.late: list[Any] = []
        self.paths: list[str] = []
        self.names: dict[int, str] = {}
        self.prefix = ""
        self.within = 0  # calls that are made for the mode
        self.hung: list[Any] = []

    def start(self) -> bool:
        """Begin; False where it can't be done now."""
        if self.mode is not None:
            return True
        overrides = importlib.import_module("torch.overrides")
        self._sweep(overrides)
        self.mode = _mode_class()(self)
        self._put(overrides)
        modules = importlib.import_module("torch.nn.modules.module")
        self.hung = [
            modules.register_module_forward_pre_hook(self._enter),
            modules.register_module_forward_hook(self._leave, always_call=True),
        ]
        return True

    def stop(self) -> None:
        """End; harmless where it hasn't begun."""
        if self.mode is None and not self.late:
            return
        overrides = importlib.import_module("torch.overrides")
        if self.mode is not None:
            for hook in self.hung:
                hook.remove()
            # PyTorch takes a mode off the stack while it handles a call, and puts it back after:
            # one that ends in the midst of a call is taken off the next time.
            self.late.append(self.mode)
            self.mode, self.paths = None, []
        self._sweep(overrides)

    def _put(self, overrides: Any) -> None:
        """Put our mode below those of others, as each takes off the top one when it ends.

        Only the default device stays below ours: PyTorch wants it at the bottom.
        """
        lowest = getattr(self.library.lib._GLOBAL_DEVICE_CONTEXT, "device_context", None)
        above = []
        while _stack(overrides) and _stack(overrides)[-1] is not lowest:
            above.append(overrides._pop_mode())
        overrides._push_mode(self.mode)
        for mode in reversed(above):
            overrides._push_mode(mode)

    def _sweep(self, overrides: Any) -> None:
        """Take modes that have ended off the stack."""
        if not any(mode in self.late for mode in _stack(overrides)):
            return
        kept = []
        while _stack(overrides):
            top = overrides._pop_mode()
            if top not in self.late:
                kept.append(top)
        for mode in reversed(kept):
            overrides._push_mode(mode)
        self.late.clear()

    def _enter(self, module: Any, args: Any) -> None:
        self.paths.append(self.names.get(id(module), ""))

    def _leave(self, module: Any, args: Any, out: Any) -> None:
        if self.paths:
            self.paths.pop()

    def saw(self, func: Any, args: Any, kwargs: Any, out: Any) -> None:
        """One call, made by the mode."""
        name = getattr(func, "__name__", "")
        if name == "__get__":
            name = getattr(getattr(func, "__self__", None), "__name__", "")
            if name not in ("T", "mT", "data"):
                return
        if name in SKIPPED:
            return
        kind = self.library.kind
        outputs = tensors_in(out, kind, 2)
        if not outputs:
            return
        inputs = tensors_in((args, kwargs), kind, 4)
        plain = [a for a in args[1:] if not isinstance(a, kind)]
        settings = settings_of(name, plain, kwargs)
        if name == "__getitem__" and len(inputs) > 1:
            settings["picked"] = True  # by what other tensors say, not the same places every time
        self.sink(
            name, inputs, outputs, settings,
            self.paths[-1] if self.paths else "",
            partial(_again, kind, beneath(func), args, kwargs),
        )  # fmt: skip


def _stack(overrides: Any) -> list[Any]:
    return list(overrides._get_current_function_mode_stack())


@functools.cache
def _mode_class() -> Any:
    base = importlib.import_module("torch.overrides").TorchFunctionMode

    class Mode(base):  # type: ignore[misc, valid-type]
        """Tells a tracer of every call."""

        def __init__(self, tracer: Tracer) -> None:
            super().__init__()
            self.tracer = tracer

        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            self.tracer.within += 1
            try:
                out = func(*args, **(kwargs or {}))
            finally:
                self.tracer.within -= 1
            if self.tracer.mode is self:
                self.tracer.saw(func, args, kwargs or {}, out)
            return out

    return Mode


_SHAPED = ("view", "reshape", "expand", "unflatten", "broadcast_to")


def _again(
    kind: Any, func: Any, args: Any, kwargs: Any, swap: Any, before: int, now: int
) -> list[Any]:
    """The same call on other tensors."""
    name = getattr(func, "__name__", "")

    def put(value: Any, row: bool = False) -> Any:
        if isinstance(value, kind):
            return swap(value)
        if row and before != now and type(value) is int and value == before:
            return now
        if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
            return type(value)(put(v, row and i == 0) for i, v in enumerate(value))
        return value

    shaped = name in _SHAPED
    args = tuple(put(a, shaped and i == 1) for i, a in enumerate(args))
    out = func(*args, **{k: put(v) for k, v in kwargs.items()})
    return tensors_in(out, kind, 2)
