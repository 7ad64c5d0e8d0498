"""pellucid as a library to watch: operations are seen where they are computed."""

from __future__ import annotations

import copy
import random
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.doctor.watching.compiled import CompiledSteps
from pellucid.doctor.watching.hook import Hook
from pellucid.doctor.watching.library import Sink
from pellucid.doctor.watching.names import settings_of
from pellucid.graph import mode
from pellucid.graph.emit import emit
from pellucid.graph.node import Node
from pellucid.graph.walk import reachable
from pellucid.ops.op import REGISTRY
from pellucid.tensor.compile import Compiled
from pellucid.tensor.creation import of_array
from pellucid.tensor.grad_mode import is_grad_enabled
from pellucid.tensor.random import get_rng_state, set_rng_state
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["Ours"]


class Ours:
    """pellucid."""

    name = "pellucid"
    inside: tuple[str, ...] = (str(Path(__file__).resolve().parents[2]),)

    def __init__(self) -> None:
        self.lib: Any = sys.modules["pellucid"]
        self.kind = Tensor

    def key(self, tensor: Any) -> int:
        """Tensors over the same array are one."""
        return id(tensor._node.array if isinstance(tensor, Tensor) else tensor)

    def array(self, tensor: Any) -> Any:
        """Its numbers."""
        a = tensor._node.array if isinstance(tensor, Tensor) else tensor
        half = a.dtype.itemsize == 2 and a.dtype.name in ("float16", "bfloat16")  # names are slow
        return a.astype(np.float32) if half else a

    def copied(self, tensor: Any) -> Any:
        """A copy of the array."""
        return tensor._node.array.copy()

    def tensor(self, array: Any, like: Any = None) -> Any:
        """A Tensor over a copy of the array."""
        return of_array(np.array(array))

    def handle(self, thing: Any) -> Any:
        """A Tensor over the same array."""
        return thing if isinstance(thing, Tensor) else of_array(thing)

    def leaves(self, loss: Any) -> set[int]:
        """The leaves of the graph."""
        return {
            id(node.array) for node in reachable([loss._node])
            if node.op is None and node.requires_grad
        }  # fmt: skip

    def ready(self, tensor: Any) -> bool:
        """Whether there is an array."""
        return getattr(tensor, "_node", None) is not None and tensor._node.array is not None

    def number(self, tensor: Any) -> float:
        """The number it holds."""
        a = tensor._node.array
        return float(a) if a is not None and a.size == 1 else float("nan")

    def memory(self, tensor: Any) -> int:
        """The array that owns the memory."""
        a = tensor._node.array
        while getattr(a, "base", None) is not None:
            a = a.base
        return id(a)

    def stamp(self, tensor: Any) -> Any:
        """When it was written last."""
        node = tensor._node
        return id(tensor), id(node), node.written, node.root.written

    def recording(self) -> bool:
        """Whether gradients are on."""
        return is_grad_enabled()

    def reaches(self, loss: Any, outputs: Sequence[Any]) -> list[bool]:
        """Whether their nodes are behind the loss."""
        behind = {id(node) for node in reachable([loss._node])}
        return [id(out._node) in behind for out in outputs]

    @contextmanager
    def random_kept(self) -> Iterator[None]:
        """The three streams, put back."""
        ours, numpy, python = get_rng_state(), np.random.get_state(), random.getstate()  # noqa: NPY002
        try:
            yield
        finally:
            set_rng_state(ours)
            np.random.set_state(numpy)  # noqa: NPY002
            random.setstate(python)

    def tracer(self, sink: Sink) -> Any:
        """An engine in front of the engine."""
        return _Watched(sink)

    def on_blame(
        self, loss: Any, tensors: dict[int, Any], told: Callable[[int, Any], None]
    ) -> None:
        """Hang a hook on the nodes that hold these arrays."""
        for node in reachable([loss._node]):
            k = id(node.array)
            if k in tensors and node.requires_grad and node.op is not None:
                tensors.pop(k)
                node.hooks = [*(node.hooks or ()), partial(_tell, told, k)]

    def after_forward(self, model: Any, told: Callable[..., None]) -> Any:
        """A hook."""
        return model.register_forward_hook(Hook(told), with_kwargs=True)

    def backward_owners(self) -> list[tuple[Any, str]]:
        """The method; the function calls it."""
        return [(Tensor, "backward")]

    def beside(self, watcher: Any) -> list[Any]:
        """Somebody for compiled steps."""
        return [CompiledSteps(watcher)]

    def opaque(self, model: Any) -> str:
        """A compiled network hides what happens inside."""
        if isinstance(model, Compiled) or getattr(model, "_module_compiled", None) is not None:
            return "the network is compiled"
        return ""

    def twin(self, model: Any) -> Any:
        """A copy without hooks."""
        made = copy.deepcopy(model)
        for module in made.modules():
            module.__dict__.pop("_module_hooks", None)
        return made

    def unscaled(self, loss: Any) -> Any:
        """Nothing is scaled."""
        return loss

    def patches(self) -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
        """None."""
        return iter(())


def _tell(told: Callable[[int, Any], None], key: int, g: Node) -> None:
    told(key, wrap(g))


class _Watched:
    """The engine, with somebody who looks on while it runs in one thread."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.engine: Any = None
        self.thread = 0
        self.late: list[Any] = []
        self.within = 0
        self.names: dict[int, str] = {}
        self.prefix = ""

    def start(self) -> bool:
        if self.engine is None:
            self.engine = mode.engine()
            self.thread = threading.get_ident()
            mode.install(self)
        return True

    def stop(self) -> None:
        if self.engine is not None and mode.engine() is self:
            mode.install(self.engine)
            self.engine = None

    def run(self, op: Any, arrays: list[Any], params: Any) -> Any:
        out = self.engine.run(op, arrays, params)
        if threading.get_ident() == self.thread:
            record = REGISTRY[op.name]
            now = mode.current()
            part = now.part
            while part is not None and part.parent is not None:
                part = part.parent
            path = f"{self.prefix}.{now.scope}".strip(".") if self.prefix else now.scope
            settings = settings_of(record.name, [], dict(params))
            self.sink(
                record.name, list(arrays), [out], settings, path,
                partial(_again, record, tuple(arrays), params), part,
            )  # fmt: skip
        return out

    def write(self, array: Any, at: Any, value: Any) -> None:
        self.engine.write(array, at, value)
        if threading.get_ident() == self.thread and isinstance(value, np.ndarray):
            self.sink("copy", [value], [array], {}, mode.current().scope, _no_again)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)


def _again(
    record: Any, arrays: tuple[Any, ...], params: Any, swap: Any, before: int, now: int
) -> Any:
    """The same operation on other rows."""
    given = tuple(swap(a)._node for a in arrays)
    if before != now and "shape" in params:
        shape = tuple(params["shape"])
        if shape and shape[0] == before:
            params = {**params, "shape": (now, *shape[1:])}
    if before != now and params.get("spec", ())[:1] == ((0, before, 1),):  # all rows
        params = {**params, "spec": ((0, now, 1), *params["spec"][1:])}
    return [wrap(emit(record, given, params))]


def _no_again(swap: Any, before: int, now: int) -> Any:
    raise NotImplementedError("a write in place can't be run again")
