"""The parameters: how they began, what each step did to them, whether they moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.doctor.step import Move, WeightSeen
from pellucid.doctor.watching.library import Library
from pellucid.doctor.watching.moves import Moves

__all__ = ["Weights"]

_COPIED = 64 << 20  # bytes of first values that are kept


class Weights:
    """The parameters of some networks, in their order.

    Args:
        library: whose tensors they are.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.models = 0
        self.tensors: dict[str, Any] = {}
        self.layers: dict[str, Any] = {}
        self.seen: dict[str, WeightSeen] = {}
        self.first: dict[str, Any] = {}
        self.start: dict[str, Any] | None = None
        self.following = Moves(library)

    def add(self, prefix: str, model: Any) -> None:
        """Those of another network, as they are now."""
        known = {id(p) for p in self.tensors.values()}
        for path, module in model.named_modules():
            for name, p in module.named_parameters(recurse=False):
                if p is None or id(p) in known or not self.library.ready(p):
                    continue
                known.add(id(p))
                whole = ".".join(part for part in (prefix, path, name) if part)
                self.tensors[whole], self.layers[whole] = p, module
                self.seen[whole] = self._begin(whole, p)
                self.first[whole] = self._mark(p)
        self.start = self._copies(model) if self.models == 0 else None
        self.models += 1

    def names(self) -> dict[int, str]:
        """Names by the key that the tensors have now."""
        return {self.library.key(p): name for name, p in self.tensors.items()}

    def held(self, params: Iterable[Any]) -> None:
        """Note which ones an optimizer holds."""
        ids = {id(p) for p in params}
        for name, p in self.tensors.items():
            self.seen[name].held = id(p) in ids

    def put_in(self, prefix: str, model: Any, held: Iterable[Any]) -> None:
        """Those that came to a network later, got gradients, and are held by no optimizer.

        As those of a head that was put in place of another one after the optimizer was made.
        """
        known = {id(p) for p in (*self.tensors.values(), *held)}
        for path, module in model.named_modules():
            for name, p in module.named_parameters(recurse=False):
                if p is None or id(p) in known or not p.requires_grad or p.grad is None:
                    continue
                known.add(id(p))
                whole = ".".join(part for part in (prefix, path, name) if part)
                self.tensors[whole], self.layers[whole] = p, module
                self.seen[whole] = replace(
                    self._begin(whole, p), used=True, reached=True, held=False
                )
                self.first[whole] = self._mark(p)

    def _copies(self, model: Any) -> dict[str, Any] | None:
        """The first values of parameters and buffers, by their names in the state_dict."""
        state = {k: v for k, v in model.state_dict().items() if isinstance(v, self.library.kind)}
        if not all(map(self.library.ready, state.values())):
            return None
        if sum(v.numel() * v.element_size() for v in state.values()) > _COPIED:
            return None
        return {k: v.detach().clone() for k, v in state.items()}

    def _mark(self, p: Any) -> tuple[float, bytes]:
        """Enough of a parameter to tell whether it moved."""
        a = self.library.array(p).reshape(-1)
        few = np.ascontiguousarray(a[:: max(1, a.size // 4096)])
        return float(a.sum(dtype=np.float64)) if a.size else 0.0, few.tobytes()

    def _begin(self, name: str, p: Any) -> WeightSeen:
        a = self.library.array(p)
        layer, _, own = name.rpartition(".")
        shape = tuple(a.shape)
        role = _role(type(self.layers[name]).__name__, own, shape)
        rows = a.reshape(len(a), -1) if a.ndim > 1 else a.reshape(-1, 1)
        same = (rows == rows[:1]).all(axis=1) if a.size else np.zeros(0)
        return WeightSeen(
            name, shape, layer, role, bool(p.requires_grad),
            mean=float(a.mean()) if a.size else 0.0, std=float(a.std()) if a.size else 0.0,
            absmax=float(np.abs(a).max()) if a.size else 0.0,
            fan_in=max(1, int(np.prod(shape[1:]))) if len(shape) > 1 else 1,
            alike=float((same.sum() - 1) / max(1, len(rows) - 1)) if len(rows) > 1 else 0.0,
            reached=False, used=False,
        )  # fmt: skip

    # ---- a step that is looked at -------------------------------------------------------------

    def begin_step(self) -> None:
        """Keep the values before a step."""
        self.following.begin(self.tensors)

    def moves(self, stepped: bool) -> dict[str, Move]:
        """What the step did; nothing where its beginning was not seen."""
        moves = self.following.end(stepped) if self.following.begun else {}
        for name, move in moves.items():
            if move.grad:
                self.seen[name].reached = True
        return moves

    # ---- the end ------------------------------------------------------------------------------

    def reach(self) -> None:
        """Note which ones have a gradient now."""
        for name, p in self.tensors.items():
            if not self.seen[name].reached and p.grad is not None:
                self.seen[name].reached = bool(self.library.array(p.grad).any())

    def end(self) -> list[WeightSeen]:
        """All that is known of them."""
        for name, p in self.tensors.items():
            seen = self.seen[name]
            seen.moved = self._mark(p) != self.first[name]
            if p.requires_grad and not seen.trainable and p.grad is not None:
                seen.trainable = True  # set free on the way, and reached since
            if seen.moved:
                seen.reached = seen.reached or seen.held
        return list(self.seen.values())


def _role(kind: str, own: str, shape: tuple[int, ...]) -> str:
    if "Norm" in kind:
        return "norm"
    if "Embedding" in kind:
        return "embedding"
    if "bias" in own:
        return "bias"
    return "weight" if len(shape) > 1 else "other"
