"""One sample in a network: the weighted sum and the output of each neuron, and the loss's blame.

The values are the network's own: it is run once, and what passes is written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pellucid.data.wording import listing, quoted
from pellucid.errors import DataError, SettingError
from pellucid.lenses.numerals import plural
from pellucid.neurons.wiring import Stage
from pellucid.spelling import did_you_mean
from pellucid.tensor.creation import as_tensor, of_array
from pellucid.tensor.derivative import grad
from pellucid.tensor.grad_mode import enable_grad
from pellucid.tensor.tensor import Tensor
from pellucid.training.objective import choose_objective

if TYPE_CHECKING:
    from pellucid.neurons.network import Network

__all__ = ["Sample", "sample_of"]

Floats = npt.NDArray[np.floating[Any]]


@dataclass
class Sample:
    """One run of a network on one row.

    Attributes:
        network: the network.
        x: what was fed into the input neurons.
        out: what came out, with the way it was made.
        z, y: for each neuron that computes, the Tensor and the place in it.
        target: what should have come out, or None.
        loss_given: how the difference is measured; the squared difference when None.
    """

    network: Network
    x: Floats
    out: Tensor
    z: dict[str, tuple[Tensor, int]]
    y: dict[str, tuple[Tensor, int]]
    target: Any = None
    loss_given: Any = None

    def values(self) -> dict[str, tuple[float | None, float]]:
        """The weighted sum and the output of each neuron."""
        inputs = iter(self.x.tolist())
        found: dict[str, tuple[float | None, float]] = {}
        for name, neuron in self.network.neurons.items():
            if neuron.computes:
                found[name] = (_at(self.z[name]), _at(self.y[name]))
            else:
                found[name] = (None, 1.0 if neuron.kind == "bias" else next(inputs))
        return found

    @cached_property
    def outputs(self) -> list[str]:
        """The output neurons."""
        return [n.name for n in self.network.neurons.values() if n.kind == "output"]

    @cached_property
    def is_squared(self) -> bool:
        """Whether the loss is the squared difference, summed over the outputs."""
        return self.loss_given is None

    @cached_property
    def wanted(self) -> Floats:
        """What should have come out, a number for each output neuron; for the squared difference.

        Raises:
            DataError: none given, or too many or too few.
        """
        names, given = self.outputs, self.target
        if isinstance(given, Mapping):
            given = [_known(given, n, names, "y") for n in names]
        flat = np.asarray(as_tensor(given).detach().numpy(), np.float64).reshape(-1)
        if len(flat) != len(names):
            raise DataError(
                f"y has {plural(len(flat), 'number')} for {plural(len(names), 'output neuron')} "
                f"({listing(names)})."
            )
        return flat

    @cached_property
    def loss(self) -> Tensor:
        """How far the output is from what should have come out."""
        with enable_grad():
            if self.is_squared:
                wanted = of_array(self.wanted.astype(self.x.dtype))
                return ((self.out - wanted) ** 2).sum()
            rows = self.out.unsqueeze(0)
            y = np.asarray(as_tensor(self.target).detach().numpy())
            y = y[None] if y.ndim < 1 or len(y) != 1 else y
            objective = choose_objective(self.loss_given, rows, y)
            value: Tensor = objective.call(rows, of_array(objective.lay_out(y)))
            return value

    @cached_property
    def blame(self) -> dict[str, float]:
        """The derivative of the loss with regard to each neuron's weighted sum, by the engine."""
        held = {id(t): t for t, _ in self.z.values() if t.requires_grad}
        found = grad(self.loss, list(held.values()), retain_graph=True, allow_unused=True)
        by = dict(zip(held, found, strict=True))
        out = {}
        for name, (tensor, place) in self.z.items():
            g = by.get(id(tensor))
            out[name] = 0.0 if g is None else float(g.numpy()[place])
        return out

    @cached_property
    def output_blame(self) -> dict[str, float]:
        """The derivative of the loss with regard to the outputs themselves."""
        (g,) = grad(self.loss, [self.out], retain_graph=True)
        assert g is not None
        return dict(zip(self.outputs, g.numpy().reshape(-1).tolist(), strict=True))

    def slope(self, name: str) -> float:
        """The derivative of a neuron's function at its weighted sum."""
        f = self.network.neurons[name].function
        assert f is not None
        tensor, place = self.z[name]
        with enable_grad():
            z = of_array(tensor.detach().numpy()[place : place + 1].copy()).requires_grad_()
            y = f(z)
            if not y.requires_grad:
                return 0.0
            (g,) = grad(y.sum(), [z], allow_unused=True)
        return 0.0 if g is None else float(g.numpy()[0])


def sample_of(network: Network, x: Any, y: Any = None, loss: Any = None) -> Sample:
    """Run a network on one sample and write down what passes.

    Args:
        network: the network.
        x: numbers for the input neurons: in order, as a Tensor or array, or by name.
        y: what should come out.
        loss: how the difference is measured; the squared difference when None.

    Raises:
        DataError: not one sample, or numbers that do not fit the input neurons.
    """
    if network._neurons and not any(n.kind == "output" for n in network._neurons.values()):
        raise SettingError('the network has no output neuron. Add one: net.output("y").')
    row = _row(network, x)
    z: dict[str, tuple[Tensor, int]] = {}
    after: dict[str, tuple[Tensor, int]] = {}

    def note(stage: Stage, sums: Tensor, values: Tensor) -> None:
        for i, name in enumerate(stage.names):
            z[name], after[name] = (sums, i), (values, i)

    with enable_grad():
        out = network._run(of_array(row).requires_grad_(), note)
    return Sample(network, row, out, z, after, y, loss)


def _row(network: Network, x: Any) -> Floats:
    names = network._plan().inputs
    if isinstance(x, Mapping):
        for key in x:
            if key not in names:
                hint = did_you_mean(str(key), names)
                raise DataError(f"there is no input neuron called {quoted(key)}.{hint}")
        x = [_known(x, n, names, "x") for n in names]
    first = next(network.parameters(), None)
    dtype = np.float32 if first is None else first.detach().numpy().dtype
    values = np.asarray(as_tensor(x).detach().numpy())
    if values.ndim == 2 and len(values) == 1:
        values = values[0]
    if values.ndim > 1:
        raise DataError(f"this follows one sample and got {len(values)}. Pick one: x[0].")
    flat = values.reshape(-1).astype(dtype)
    if len(flat) != len(names):
        raise DataError(
            f"the sample has {plural(len(flat), 'number')} for "
            f"{plural(len(names), 'input neuron')} ({listing(names)})."
        )
    return flat


def _known(given: Mapping[Any, Any], name: str, names: Any, what: str) -> Any:
    if name not in given:
        raise DataError(f"{what} has no number for {quoted(name)}; it needs {listing(names)}.")
    return given[name]


def _at(held: tuple[Tensor, int]) -> float:
    tensor, place = held
    return float(tensor.detach().numpy()[place])
