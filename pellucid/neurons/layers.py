"""Networks of neurons from layers: every entry of a Linear's matrix is an arrow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.errors import SettingError
from pellucid.neurons.functions import Function, of_modules
from pellucid.neurons.network import Network
from pellucid.neurons.sums import PerNeuron, Sums
from pellucid.neurons.wiring import Neuron
from pellucid.nn.container import Sequential
from pellucid.nn.linear import Linear
from pellucid.nn.module import Module
from pellucid.spelling import a_kind
from pellucid.training.table_model import TableModel

__all__ = ["from_module"]


def from_module(
    module: Module | TableModel,
    *,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
) -> Network:
    """The neurons of a Linear, or of a Sequential of Linears and activations.

    Nothing is lost: the network computes the same numbers, its weights have the same names, and
    `to_module` gives the same layers back.

    Args:
        module: the layers; of the model of a table, as `pellucid fit` writes it, its network.
        inputs: names for the input neurons; x, or x1, x2, … when None, or the table's features.
        outputs: names for the output neurons; y, or y1, y2, … when None, or the table's classes.

    Example:
        >>> from pellucid import neurons, nn
        >>> net = neurons.from_module(nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1)))
        >>> net.layers
        [('x1', 'x2', 'b1'), ('h1', 'h2', 'b2'), ('y',)]
        >>> net.edge("h2", "y").where
        ('2.weight', (0, 1))

    Raises:
        SettingError: a layer that is not made of neurons, such as a convolution.
    """
    if isinstance(module, TableModel):
        table, module = module, module.network
        known = _words(table)
        inputs, outputs = inputs or known[0], outputs or known[1]
    parts = _stages(module)
    net = Network()
    before = _named(inputs, "x", parts[0][1].in_features, "inputs")
    for name in before:
        net.input(name)
    for k, (path, linear, bends) in enumerate(parts):
        last = k == len(parts) - 1
        if linear.in_features != len(before):
            raise SettingError(
                f"layer {path}, {linear._brief()}, expects {linear.in_features} features and the "
                f"layer before it gives {len(before)}."
            )
        letter = "h" if len(parts) == 2 else f"h{k + 1}_"
        names = (
            _named(outputs, "y", linear.out_features, "outputs") if last
            else [f"{letter}{j + 1}" for j in range(linear.out_features)]
        )  # fmt: skip
        bias = f"b{k + 1}" if linear.bias is not None else None
        if bias is not None:
            net.bias(bias)
        for name, f in zip(names, _functions(bends, len(names)), strict=True):
            net._add(Neuron(name, "output" if last else "hidden", f))
        _arrows(net, linear, before, names, bias)
        before = names
    net._held.dtype = parts[0][1].weight.detach().numpy().dtype
    net._held.slots = [(path, tuple(p for p, _ in bends)) for path, _, bends in parts]
    return net


def _words(table: TableModel) -> tuple[Sequence[str] | None, Sequence[str] | None]:
    """What a table calls its features and its answers; None where they can't name neurons."""
    known = table.preparation
    features = [str(name) for name in known.feature_names]
    answers = [str(c) for c in known.classes] if table.task == "classification" else [known.target]
    ends = _stages(table.network)[-1][1].out_features
    if len({*features, *answers}) < len(features) + len(answers) or len(answers) != ends:
        return None, None
    return features, answers


def _arrows(
    net: Network, linear: Linear, before: Sequence[str], names: Sequence[str], bias: str | None
) -> None:
    """The arrows of a layer; they cannot close a cycle, so nothing is asked."""
    weight = linear.weight.detach().numpy()
    masked = isinstance(linear, Sums) and linear.mask is not None
    exists = linear.mask.numpy() > 0 if masked else np.ones(weight.shape, bool)
    net._held.pointing.update(before, [] if bias is None else [bias])
    for name, row, there in zip(names, weight.tolist(), exists.tolist(), strict=True):
        net._into[name] = {s: w for s, w, e in zip(before, row, there, strict=True) if e}
    if bias is None or linear.bias is None:
        return
    held = linear.bias_mask.numpy() > 0 if masked else np.ones(len(names), bool)
    for name, w, e in zip(names, linear.bias.detach().numpy().tolist(), held.tolist(), strict=True):
        if e:
            net._into[name][bias] = w


def _stages(module: Module) -> list[tuple[str, Linear, list[tuple[str, Module]]]]:
    """Each Linear with its path and the activations after it."""
    if not isinstance(module, Module):
        raise SettingError(f"from_module takes a Linear or a Sequential, not {a_kind(module)}.")
    layers = _flat(module, "") if isinstance(module, Sequential) else [("0", module)]
    found: list[tuple[str, Linear, list[tuple[str, Module]]]] = []
    for path, layer in layers:
        if isinstance(layer, Linear):
            found.append((path, layer, []))
        elif not found:
            raise SettingError(
                f"layer {path}, {layer._brief()}, comes before the first Linear: a network of "
                "neurons begins with weighted sums. Start behind it: from_module(model[1:])."
            )
        else:
            _check(path, layer)
            found[-1][2].append((path, layer))
    if not found:
        raise SettingError("there is no Linear in it, so there are no neurons and arrows to show.")
    return found


def _flat(module: Sequential, path: str) -> list[tuple[str, Module]]:
    """The layers, in order."""
    out = []
    for name, child in module._modules.items():
        if isinstance(child, Sequential):
            raise SettingError(
                f"layer {name} is a Sequential of its own; from_module() needs one flat list of "
                "layers. Join them: nn.Sequential(*first, *second)."
            )
        out.append((name, child))
    return out  # type: ignore[return-value]


def _check(path: str, layer: Module) -> None:
    if isinstance(layer, PerNeuron):
        return
    try:
        of_modules((layer,))
    except SettingError as error:
        raise SettingError(f"layer {path} can't become neurons: {error}") from None


def _functions(bends: Sequence[tuple[str, Module]], n: int) -> list[Function]:
    """The function of each neuron of a layer."""
    modules = tuple(m for _, m in bends)
    if len(modules) == 1 and isinstance(modules[0], PerNeuron):
        held = [of_modules((m,)) for m in modules[0].functions()]
        return [held[i] for i in modules[0].which]
    if any(isinstance(m, PerNeuron) for m in modules):
        raise SettingError("a PerNeuron layer stands alone behind its Linear.")
    return [of_modules(modules)] * n


def _named(given: Sequence[str] | None, letter: str, n: int, what: str) -> list[str]:
    if given is None:
        return [letter] if n == 1 else [f"{letter}{i + 1}" for i in range(n)]
    if len(given) != n:
        raise SettingError(f"there are {n} {what} and {len(given)} names were given.")
    return list(given)
