"""Networks of neurons from what others wrote: layers, arrows, dictionaries, JSON and networkx."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.data.wording import did_you_mean, listing, quoted
from pellucid.errors import FileFormatError, SettingError
from pellucid.neurons.functions import Function, function, of_modules
from pellucid.neurons.network import Network
from pellucid.neurons.plain import FORMAT
from pellucid.neurons.sums import PerNeuron, Sums
from pellucid.neurons.wiring import Neuron
from pellucid.nn.container import Sequential
from pellucid.nn.linear import Linear
from pellucid.nn.module import Module

__all__ = ["from_dict", "from_edges", "from_json", "from_module", "from_networkx"]

_KINDS = ("input", "bias", "hidden", "output")


def from_edges(
    edges: Iterable[Sequence[Any]], *, functions: Any = "identity", biases: Iterable[str] = (),
    outputs: Iterable[str] | None = None,
) -> Network:  # fmt: skip
    """A network from its arrows alone.

    Neurons that nothing points to are inputs, and those that point to nothing are outputs.

    Args:
        edges: `(source, target)` or `(source, target, weight)`.
        functions: one for all hidden neurons, or a dictionary by name; neurons that it leaves out
            have the identity.
        biases: which of the neurons without incoming arrows are bias neurons.
        outputs: which neurons are outputs, where others are meant.

    Example:
        >>> from pellucid import neurons
        >>> net = neurons.from_edges([("x", "h", 2.0), ("b", "h", 1.0), ("h", "y", 0.5)],
        ...                          functions="relu", biases=["b"])
        >>> [(n.name, n.kind) for n in net.neurons.values()]
        [('x', 'input'), ('h', 'hidden'), ('b', 'bias'), ('y', 'output')]
    """
    held = [_edge(e) for e in edges]
    names = list(dict.fromkeys(n for s, t, _ in held for n in (s, t)))
    pointed, pointing = {t for _, t, _ in held}, {s for s, _, _ in held}
    ends = set(names) - pointing if outputs is None else set(outputs)
    constant = set(biases)
    if outputs is not None or constant:
        _all_known([*ends, *constant], names)
    by_name = functions if isinstance(functions, Mapping) else None
    if by_name is not None:
        _all_known(by_name, names)
    net = Network()
    for name in names:
        kind = (
            "bias" if name in constant
            else "output" if name in ends
            else "hidden" if name in pointed
            else "input"
        )  # fmt: skip
        given = by_name.get(name) if by_name else (functions if kind == "hidden" else None)
        _add(net, name, kind, given, {})
    for source, target, weight in held:
        net.edge(source, target, weight)
    return net


def from_dict(given: Mapping[str, Any], functions: Mapping[str, Any] | None = None) -> Network:
    """A network from what `to_dict` gave.

    Args:
        given: with "neurons" (name, kind, function) and "edges" (from, to, weight, share).
        functions: functions of your own, by the names used there.
    """
    for part in ("neurons", "edges"):
        if part not in given:
            raise FileFormatError(
                f"a network of neurons has the parts 'neurons' and 'edges'; {part!r} is missing."
            )
    if given.get("format", FORMAT) != FORMAT:
        raise FileFormatError(
            f"this is written in the format {quoted(given['format'])}, and {quoted(FORMAT)} is "
            "read."
        )
    net = Network()
    for n in given["neurons"]:
        _add(net, _part(n, "name"), n.get("kind", "hidden"), n.get("function"), functions or {})
    for e in given["edges"]:
        net.edge(_part(e, "from"), _part(e, "to"), e.get("weight"), share=e.get("share"))
    return net


def from_json(text: str, functions: Mapping[str, Any] | None = None) -> Network:
    """A network from what `to_json` gave; `functions` as for `from_dict`."""
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileFormatError(f"this is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise FileFormatError(f"a network is a JSON object, not a {type(given).__name__}.")
    return from_dict(given, functions)


def from_networkx(graph: Any, functions: Mapping[str, Any] | None = None) -> Network:
    """A network from a `networkx.DiGraph`.

    Args:
        graph: with `weight` on its arrows and, where they are to be kept, `kind` and `function` on
            its nodes; without a kind, nodes are inputs, hidden or outputs by their arrows.
        functions: functions of your own, by the names used there.
    """
    net = Network()
    for node, held in graph.nodes(data=True):
        kind = held.get("kind") or _kind(graph.in_degree(node), graph.out_degree(node))
        _add(net, str(node), kind, held.get("function"), functions or {})
    for source, target, held in graph.edges(data=True):
        net.edge(str(source), str(target), held.get("weight"), share=held.get("share"))
    return net


def from_module(
    module: Module, *, inputs: Sequence[str] | None = None, outputs: Sequence[str] | None = None
) -> Network:
    """The neurons of a Linear, or of a Sequential of Linears and activations.

    Nothing is lost: the network computes the same numbers, its weights have the same names, and
    `to_module` gives the same layers back.

    Args:
        module: the layers.
        inputs: names for the input neurons; x, or x1, x2, … when None.
        outputs: names for the output neurons; y, or y1, y2, … when None.

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


def _add(net: Network, name: str, kind: str, given: Any, known: Mapping[str, Any]) -> None:
    kind = "hidden" if kind == "neuron" else kind
    if kind not in _KINDS:
        hint = did_you_mean(str(kind), _KINDS)
        raise SettingError(
            f"the neuron {quoted(name)} is of kind {quoted(kind)}.{hint} There are "
            f"{listing(_KINDS)}."
        )
    f = function(given, known) if kind in ("hidden", "output") else None
    net._add(Neuron(name, kind, f))


def _kind(into: int, out: int) -> str:
    return "input" if not into else "hidden" if out else "output"


def _edge(given: Sequence[Any]) -> tuple[str, str, Any]:
    if not 2 <= len(given) <= 3 or isinstance(given, str):
        raise SettingError(
            f"an arrow is (source, target) or (source, target, weight), not {given!r}."
        )
    return str(given[0]), str(given[1]), given[2] if len(given) == 3 else None


def _all_known(wanted: Iterable[str], names: Sequence[str]) -> None:
    for name in wanted:
        if name not in names:
            raise SettingError(
                f"no arrow has a neuron called {quoted(name)}.{did_you_mean(name, names)}"
            )


def _part(given: Mapping[str, Any], key: str) -> str:
    if key not in given:
        raise FileFormatError(f"{dict(given)!r} has no {key!r}.")
    return str(given[key])
