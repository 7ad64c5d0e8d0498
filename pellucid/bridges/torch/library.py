"""PyTorch as a library to watch: its own function mode sees what is called, while it is on."""

from __future__ import annotations

import copy
import functools
import importlib
import random
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.bridges.torch.over import Over, hang, is_compiled
from pellucid.bridges.torch.stepping import Stepping
from pellucid.bridges.torch.tracing import Tracer
from pellucid.doctor.watching.library import Sink

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
        self.over: weakref.WeakSet[Over] = weakref.WeakSet()  # the watcher has them

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
        return (tensor.detach() if tensor.requires_grad else tensor).clone()

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
        return Tracer(self, sink)

    def on_blame(
        self, loss: Any, tensors: dict[int, Any], told: Callable[[int, Any], None]
    ) -> None:
        """Hang a hook on the tensors themselves."""
        for k, tensor in tensors.items():
            if tensor.requires_grad and not tensor.is_leaf:
                tensor.register_hook(partial(told, k))

    def after_forward(self, model: Any, told: Callable[..., None]) -> Any:
        """Over its calls, or by a hook."""
        hung = hang(model, told)
        if isinstance(hung, Over):
            self.over.add(hung)
        return hung

    def backward_owners(self) -> list[tuple[Any, str]]:
        """The method, which calls the function."""
        return [(self.lib.Tensor, "backward"), (self.lib.autograd, "backward")]

    def beside(self, watcher: Any) -> list[Any]:
        """Where optimizers are looked for, somebody who sees them step."""
        return [] if watcher.optimizers else [Stepping(watcher)]

    def opaque(self, model: Any) -> str:
        """A compiled or scripted network hides what happens inside."""
        if type(model).__name__ == "OptimizedModule" or is_compiled(model):
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
        """What scales losses for 16 bits, and what compiles the calls of a module."""

        def wrap(scale: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(scale)
            def scaling(scaler: Any, outputs: Any) -> Any:
                out = scale(scaler, outputs)
                if isinstance(out, self.kind):
                    self.scaled[id(out)] = (out, outputs)
                return out

            return scaling

        def compiling(original: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(original)
            def compiled(module: Any, *args: Any, **kwargs: Any) -> None:
                original(module, *args, **kwargs)
                for over in self.over:
                    if over.model is module:
                        over.compiled()

            return compiled

        yield self.lib.amp.GradScaler, "scale", wrap
        if hasattr(self.lib.nn.Module, "compile"):
            yield self.lib.nn.Module, "compile", compiling
