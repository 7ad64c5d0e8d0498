"""Networks of neurons from what others wrote: arrows, dictionaries, JSON and networkx."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pellucid.data.wording import listing, quoted
from pellucid.errors import FileFormatError, SettingError
from pellucid.neurons.functions import function
from pellucid.neurons.network import Network
from pellucid.neurons.plain import FORMAT
from pellucid.neurons.wiring import Neuron
from pellucid.spelling import a_kind, did_you_mean

__all__ = ["from_dict", "from_edges", "from_json", "from_networkx"]

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
        _point(net, source, target, weight)
    return net


def from_dict(given: Mapping[str, Any], functions: Mapping[str, Any] | None = None) -> Network:
    """A network from what `to_dict` gave.

    Args:
        given: with "neurons" (name, kind, function) and "edges" (from, to, weight, share).
        functions: functions of your own, by the names used there.
    """
    if not isinstance(given, Mapping):
        raise FileFormatError(f"a network is a dictionary, not {a_kind(given)}.")
    for part in ("neurons", "edges"):
        if part not in given:
            raise FileFormatError(
                f"a network of neurons has the parts 'neurons' and 'edges'; {part!r} is missing."
            )
        if not isinstance(given[part], (list, tuple)):
            raise FileFormatError(f"{part!r} must be a list, not {a_kind(given[part])}.")
    if given.get("format", FORMAT) != FORMAT:
        raise FileFormatError(
            f"this is written in the format {quoted(given['format'])}, and {quoted(FORMAT)} is "
            "read."
        )
    net = Network()
    for n in given["neurons"]:
        _add(net, _part(n, "name"), n.get("kind", "hidden"), n.get("function"), functions or {})
    for e in given["edges"]:
        _point(net, _part(e, "from"), _part(e, "to"), e.get("weight"), e.get("share"))
    return net


def from_json(text: str, functions: Mapping[str, Any] | None = None) -> Network:
    """A network from what `to_json` gave; `functions` as for `from_dict`."""
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileFormatError(f"this is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise FileFormatError(f"a network is a JSON object, not {a_kind(given)}.")
    return from_dict(given, functions)


def from_networkx(graph: Any, functions: Mapping[str, Any] | None = None) -> Network:
    """A network from a `networkx.DiGraph`.

    Args:
        graph: with `weight` on its arrows and, where they are to be kept, `kind` and `function` on
            its nodes; without a kind, nodes are inputs, hidden or outputs by their arrows.
        functions: functions of your own, by the names used there.

    Raises:
        SettingError: a graph without directions, an arrow that is there twice, or a cycle.
    """
    if not hasattr(graph, "in_degree"):
        raise SettingError(
            f"arrows have a direction, and {a_kind(graph)} has none: give a networkx.DiGraph."
        )
    net = Network()
    for node, held in graph.nodes(data=True):
        kind = held.get("kind") or _kind(graph.in_degree(node), graph.out_degree(node))
        _add(net, str(node), kind, held.get("function"), functions or {})
    for source, target, held in graph.edges(data=True):
        _point(net, str(source), str(target), held.get("weight"), held.get("share"))
    return net


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


def _point(net: Network, source: str, target: str, weight: Any, share: str | None = None) -> None:
    """An arrow that a text or file has once."""
    if source in net._into.get(target, ()):
        raise SettingError(f"the arrow {source} -> {target} is there twice.")
    net.edge(source, target, weight, share=share)


def _kind(into: int, out: int) -> str:
    return "input" if not into else "hidden" if out else "output"


def _edge(given: Sequence[Any]) -> tuple[str, str, Any]:
    if not isinstance(given, Sequence) or isinstance(given, str) or not 2 <= len(given) <= 3:
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
    if not isinstance(given, Mapping):
        raise FileFormatError(f"{given!r} must be a dictionary with {key!r}.")
    if key not in given:
        raise FileFormatError(f"{dict(given)!r} has no {key!r}.")
    return str(given[key])
