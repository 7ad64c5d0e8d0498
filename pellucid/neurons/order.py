"""Order in a graph of neurons: who comes before whom, which layers there are, and cycles.

A network is layered where its neurons can be divided into an ordered list of subsets so that each
neuron only points towards neurons in the subset next in line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

__all__ = ["cycle_through", "division", "ranks", "topological"]

Into = Mapping[str, Iterable[str]]  # the neurons that point to each neuron


def outgoing(names: Iterable[str], into: Into) -> dict[str, list[str]]:
    """The neurons that each neuron points to."""
    out: dict[str, list[str]] = {name: [] for name in names}
    for target, sources in into.items():
        for source in sources:
            out[source].append(target)
    return out


def cycle_through(source: str, target: str, into: Into) -> list[str]:
    """The way from `target` back to `source`, which an arrow between them would close; or none."""
    before: dict[str, str] = {}
    left, seen = [source], {source}
    while left:  # backward from the source: what leads to it
        name = left.pop()
        if name == target:
            way = [name]
            while way[-1] != source:
                way.append(before[way[-1]])
            return way
        for earlier in into.get(name, ()):
            if earlier not in seen:
                seen.add(earlier)
                before[earlier] = name
                left.append(earlier)
    return []


def topological(names: Sequence[str], into: Into) -> list[str]:
    """The neurons, each after all that point to it; as declared where that is free."""
    done: dict[str, None] = {}
    for name in names:
        stack = [name]
        while stack:
            top = stack[-1]
            waits = [s for s in into.get(top, ()) if s not in done]
            if waits:
                stack.extend(reversed(waits))
                continue
            done.setdefault(stack.pop())
    return list(done)


def ranks(names: Sequence[str], starts: Sequence[str], into: Into) -> dict[str, int]:
    """The length of the longest way to each neuron; 0 for those in `starts`."""
    first = set(starts)
    found: dict[str, int] = {}
    for name in topological(names, into):
        before = [found[s] + 1 for s in into.get(name, ())]
        found[name] = 0 if name in first else max([1, *before])
    return found


def division(names: Sequence[str], into: Into) -> dict[str, int] | None:
    """The layer of each neuron, from 0, where the network is layered; None where it is not."""
    out = outgoing(names, into)
    layer: dict[str, int] = {}
    for start in names:
        if start in layer:
            continue
        layer[start], part = 0, [start]
        for name in part:  # grows while it is walked
            steps = [(t, 1) for t in out[name]] + [(s, -1) for s in into.get(name, ())]
            for other, step in steps:
                if other not in layer:
                    layer[other] = layer[name] + step
                    part.append(other)
                elif layer[other] != layer[name] + step:
                    return None
        low = min(layer[name] for name in part)
        for name in part:
            layer[name] -= low
    return layer
