"""PyTorch as a library to watch: its own function mode sees what is called, while it is on."""

from __future__ import annotations

import copy
import functools
import importlib
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.doctor.watching.library import Sink, tensors_in
from pellucid.doctor.watching.names import SKIPPED, settings_of
from pellucid.doctor.watching.patches import beneath

__all__ = ["Torch"]

_NODES = 100_000  # of a graph, beyond which it isn't followed


class Torch:
    """PyTorch."""

    name = "torch"

    def __init__(self) -> None:
        self.lib: Any = importlib.import_module("torch")
        self.kind = self.lib.Tensor
        self.inside = tuple(
            str(Path(importlib.import_module(name).__file__ or "").parent)
            for name in ("torch", "contextlib", "numpy")
        )
        self.inside = (self.inside[0], self.inside[1] + "/contextlib", self.inside[2])
        self.scaled: dict[int, tuple[Any, Any]] = {}

    def key(self, tensor: Any) -> int:
        """Tensors are objects."""
        return id(tensor)

    def array(self, tensor: Any) -> Any:
        """Its numbers, on the processor."""
        t = tensor.detach()
        try:
            a = t.numpy()
        except (TypeError, RuntimeError):  # elsewhere, sparse, or of a kind that NumPy hasn't
            return self._brought(t)
        return a if a.dtype.char not in "eFD" else self._brought(t)

    def _brought(self, t: Any) -> Any:
        if t.device.type != "cpu":
            t = t.cpu()
        if t.layout is not self.lib.strided:
            t = t.to_dense()
        if t.dtype in (self.lib.bfloat16, self.lib.float16):
            t = t.float()
        if t.is_complex():
            t = self.lib.view_as_real(t.resolve_conj())
        return t.numpy()

    def copied(self, tensor: Any) -> Any:
        """A clone."""
        return tensor.detach().clone()

    def tensor(self, array: Any, like: Any = None) -> Any:
        """A tensor over a copy of the array."""
        made = self.lib.from_numpy(np.array(array))
        return made if like is None else made.to(like.device)

    def handle(self, thing: Any) -> Any:
        """The tensor itself."""
        return thing

    def leaves(self, loss: Any) -> set[int]:
        """The tensors behind the graph's last nodes."""
        nodes = self._behind(loss)
        return {id(node.variable) for node in nodes if hasattr(node, "variable")}

    def _behind(self, loss: Any) -> set[Any]:
        seen: set[Any] = set()
        waiting = [loss.grad_fn]
        while waiting and len(seen) < _NODES:
            node = waiting.pop()
            if node is not None and node not in seen:
                seen.add(node)
                waiting += [following for following, _ in node.next_functions]
        return seen

    def ready(self, tensor: Any) -> bool:
        """Whether it is initialized."""
        return not hasattr(tensor, "materialize") and tensor.device.type != "meta"

    def number(self, tensor: Any) -> float:
        """The number it holds."""
        try:
            return float(tensor.item())
        except (RuntimeError, TypeError):  # several numbers, or complex ones
            return float("nan")

    def memory(self, tensor: Any) -> int:
        """The storage."""
        try:
            return int(tensor.untyped_storage().data_ptr())
        except (RuntimeError, NotImplementedError):
            return id(tensor)

    def stamp(self, tensor: Any) -> Any:
        """PyTorch counts writes."""
        return id(tensor), tensor._version

    def recording(self) -> bool:
        """Whether gradients are on."""
        return bool(self.lib.is_grad_enabled())

    def reaches(self, loss: Any, outputs: Sequence[Any]) -> list[bool]:
        """Whether their nodes are behind the loss."""
        seen = self._behind(loss)
        return [out.grad_fn is not None and out.grad_fn in seen for out in outputs]

    @contextmanager
    def random_kept(self) -> Iterator[None]:
        """All streams, put back."""
        numpy, python = np.random.get_state(), random.getstate()  # noqa: NPY002
        with self.lib.random.fork_rng():
            try:
                yield
            finally:
                np.random.set_state(numpy)  # noqa: NPY002
                random.setstate(python)

    def tracer(self, sink: Sink) -> Any:
        """A function mode."""
        return _Tracer(self, sink)

    def on_blame(
        self, loss: Any, tensors: dict[int, Any], told: Callable[[int, Any], None]
    ) -> None:
        """Hang a hook on the tensors themselves."""
        for k, tensor in tensors.items():
            if tensor.requires_grad and not tensor.is_leaf:
                tensor.register_hook(partial(told, k))

    def backward_owners(self) -> list[tuple[Any, str]]:
        """The method, which calls the function."""
        return [(self.lib.Tensor, "backward"), (self.lib.autograd, "backward")]

    def opaque(self, model: Any) -> str:
        """A compiled or scripted network hides what happens inside."""
        if type(model).__name__ == "OptimizedModule" or getattr(model, "_compiled_call_impl", None):
            return "the network is compiled"
        if isinstance(model, self.lib.jit.ScriptModule):
            return "the network is scripted"
        return ""

    def twin(self, model: Any) -> Any:
        """A copy without hooks."""
        made = copy.deepcopy(model)
        for module in made.modules():
            for name, held in vars(module).items():
                if "_hooks" in name and hasattr(held, "clear"):
                    held.clear()
        return made

    def unscaled(self, loss: Any) -> Any:
        """The loss before a `GradScaler` scaled it."""
        if not self.scaled:
            return loss
        found = self.scaled.get(id(loss))
        self.scaled.clear()
        return loss if found is None else found[1]

    def patches(self) -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
        """What scales losses for 16 bits."""

        def wrap(scale: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(scale)
            def scaling(scaler: Any, outputs: Any) -> Any:
                out = scale(scaler, outputs)
                if isinstance(out, self.kind):
                    self.scaled[id(out)] = (out, outputs)
                return out

            return scaling

        yield self.lib.amp.GradScaler, "scale", wrap


class _Tracer:
    """Our function mode on PyTorch's stack of modes, and the path of the module that runs."""

    def __init__(self, library: Torch, sink: Sink) -> None:
        self.library, self.sink = library, sink
        self.mode: Any = None
        self.late: list[Any] = []
        self.paths: list[str] = []
        self.names: dict[int, str] = {}
        self.prefix = ""
        self.hung: list[Any] = []

    def start(self) -> bool:
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
        self.sink(
            name, inputs, outputs, settings_of(name, plain, kwargs),
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

        def __init__(self, tracer: _Tracer) -> None:
            super().__init__()
            self.tracer = tracer

        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            out = func(*args, **(kwargs or {}))
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
