"""Many neurons at once: weighted sums over the arrows that exist, and several functions in a layer.

z = (W ⊙ M) x + b, where M is 1 for arrows that exist and 0 for those that don't
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.neurons.draw import drawn_weights
from pellucid.nn import functional as F
from pellucid.nn.container import Sequential
from pellucid.nn.linear import Linear
from pellucid.nn.module import Module
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import of_array
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.random import default_generator

__all__ = ["PerNeuron", "Sums", "dense"]

Floats = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.int64]
_MOST_RUNS = 8


def dense(weight: Floats, bias: Floats | None) -> Linear:
    """A Linear with given numbers; nothing is drawn."""
    stream = default_generator.get_state()
    layer = Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    default_generator.set_state(stream)
    _fill(layer, weight, bias)
    return layer


class Sums(Linear):
    r"""Weighted sums where some arrows are absent, or share a weight.

    $z = (W \odot M) x + b \odot m$

    Args:
        weight: on the arrows; 0 where there is none.
        bias: on the arrows from bias neurons, or None.
        exists: 1 where there is an arrow with a weight of its own.
        bias_exists: the same for bias neurons.
        shared: for each arrow the number of the weight that it shares, −1 for none.
        bias_shared: the same for bias neurons.

    Shape:
        `(..., in_features) → (..., out_features)`
    """

    _made_with_tensors = 1 << 30
    mask: Tensor
    bias_mask: Tensor | None
    places: Tensor | None
    bias_places: Tensor | None

    def __init__(
        self, weight: Floats, bias: Floats | None, exists: npt.NDArray[np.bool_],
        bias_exists: npt.NDArray[np.bool_] | None, shared: Places | None = None,
        bias_shared: Places | None = None,
    ) -> None:  # fmt: skip
        stream = default_generator.get_state()
        super().__init__(weight.shape[1], weight.shape[0], bias=bias is not None)
        default_generator.set_state(stream)
        _fill(self, weight, bias)
        self._keep("mask", exists, weight.dtype)
        self._keep("bias_mask", bias_exists, weight.dtype)
        for name, numbers in (("", shared), ("bias_", bias_shared)):
            used = None if numbers is None or not (numbers >= 0).any() else numbers
            self._keep(f"{name}places", None if used is None else np.maximum(used, 0), np.int64)
            self._keep(f"{name}shares", None if used is None else used >= 0, weight.dtype)

    def reset_parameters(self) -> None:
        """Draw the weights of the arrows that there are afresh."""
        if self._buffers.get("mask") is None:  # while it is made
            return
        exists = self.mask.numpy() > 0
        with no_grad():
            self.weight[:] = _drawn(exists, exists.sum(1), self.weight)
            if self.bias is not None and self.bias_mask is not None:
                there = self.bias_mask.numpy() > 0
                self.bias[:] = _drawn(there[:, None], exists.sum(1), self.bias)[:, 0]

    def forward(self, input: Tensor, shared: Tensor | None = None) -> Tensor:
        """The weighted sums of the last axis."""
        weight = _laid(self.weight, self.mask, self.places, self.shares, shared)
        bias: Tensor | None = self.bias
        if bias is not None:
            bias = _laid(bias, self.bias_mask, self.bias_places, self.bias_shares, shared)
        return F.linear(input, weight, bias)  # type: ignore[no-any-return]

    def arrows(self) -> int:
        """How many arrows there are, those from bias neurons included."""
        held = [self.mask, self.bias_mask, self.shares, self.bias_shares]
        return sum(int(m._node.array.sum()) for m in held if m is not None)

    def extra_repr(self) -> str:
        """The settings."""
        every = self.in_features * self.out_features
        every += self.out_features if self.bias is not None else 0
        return f"{super().extra_repr()}, arrows={self.arrows()} of {every}"

    def _keep(self, name: str, values: Any, dtype: Any) -> None:
        held = None if values is None else of_array(np.ascontiguousarray(values, dtype))
        self.register_buffer(name, held, persistent=False)


def _drawn(exists: npt.NDArray[np.bool_], fan: Places, like: Tensor) -> Tensor:
    given = np.full(exists.shape, np.nan)
    return of_array(drawn_weights(given, exists, fan).astype(like.detach().numpy().dtype))


def _fill(layer: Linear, weight: Floats, bias: Floats | None) -> None:
    layer.weight = Parameter(of_array(np.ascontiguousarray(weight)))
    if bias is not None:
        layer.bias = Parameter(of_array(np.ascontiguousarray(bias)))


def _laid(
    own: Tensor, mask: Tensor | None, places: Tensor | None, shares: Tensor | None,
    shared: Tensor | None,
) -> Tensor:  # fmt: skip
    """Own weights where there are some, shared ones where arrows share, 0 elsewhere."""
    weight = own if mask is None else own * mask
    if places is None or shared is None:
        return weight
    assert shares is not None
    return weight + shared[places] * shares


class PerNeuron(Module):
    """A layer whose neurons have several functions.

    Args:
        functions: the modules of each function, one after the other.
        which: for each neuron the number of its function.

    Shape:
        `(..., neurons) → (..., neurons)`
    """

    _made_with_tensors = 1 << 30

    def __init__(self, functions: Sequence[Sequence[Module]], which: Sequence[int]) -> None:
        super().__init__()
        self.which = tuple(which)
        for i, modules in enumerate(functions):
            alone = modules[0] if len(modules) == 1 else Sequential(*modules)
            self.add_module(str(i), alone)
        self._runs = _runs(self.which)
        picked = [[j for j, f in enumerate(which) if f == i] for i in range(len(functions))]
        back = np.argsort(np.array([j for part in picked for j in part]), kind="stable")
        few = len(self._runs) <= _MOST_RUNS
        for i, part in enumerate([*picked, back]):
            name = f"at{i}" if i < len(picked) else "back"
            held = None if few else of_array(np.asarray(part, np.int64))
            self.register_buffer(name, held, persistent=False)

    def functions(self) -> list[Module]:
        """One module for each function."""
        return [m for m in self._modules.values() if m is not None]

    def forward(self, input: Tensor) -> Tensor:
        """Each neuron's own function."""
        cat, made = FUNCTIONS["cat"], self.functions()
        if len(self._runs) <= _MOST_RUNS:
            return cat([made[f](input[..., a:b]) for f, a, b in self._runs], -1)  # type: ignore[no-any-return]
        parts = [f(input.index_select(-1, getattr(self, f"at{i}"))) for i, f in enumerate(made)]
        return cat(parts, -1).index_select(-1, self.back)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """How many neurons there are."""
        return f"neurons={len(self.which)}"


def _runs(which: Sequence[int]) -> tuple[tuple[int, int, int], ...]:
    """Neighbors with the same function: its number, the first, and one past the last."""
    runs: list[tuple[int, int, int]] = []
    for j, f in enumerate(which):
        if runs and runs[-1][0] == f:
            runs[-1] = (f, runs[-1][1], j + 1)
        else:
            runs.append((f, j, j + 1))
    return tuple(runs)
