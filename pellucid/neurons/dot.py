"""A network in the DOT language, for Graphviz: green inputs, red outputs, blue bias neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pellucid.lenses.numerals import number
from pellucid.neurons.plain import weights

if TYPE_CHECKING:
    from pellucid.neurons.network import Network

__all__ = ["to_dot"]

_COLORS = {"input": "#1B7A4B", "output": "#B3261E", "bias": "#0A5EA8", "hidden": "#52606E"}


def to_dot(network: Network) -> str:
    """The graph; `kind`, `function` and `weight` carry what the picture alone would lose."""
    lines = [
        "digraph neurons {", "  rankdir=LR;",
        '  node [shape=circle, fontname="sans-serif", penwidth=2];',
        '  edge [fontname="sans-serif", fontsize=10];',
    ]  # fmt: skip
    for n in network.neurons.values():
        name = n.function.name if n.function else ""
        words = [n.name, *([name] if name not in ("", "identity") else [])]
        label = "\\n".join(map(_escaped, words))
        given = [f'kind={n.kind}, label="{label}", color="{_COLORS[n.kind]}"']
        given += [f'function="{_escaped(name)}"'] if name else []
        given += ["style=dashed"] if n.kind == "bias" else []
        lines.append(f'  "{_escaped(n.name)}" [{", ".join(given)}];')
    held = weights(network)
    largest = max(map(abs, held.values()), default=0.0) or 1.0
    for (source, target), weight in held.items():
        share = network._shares.get((source, target))
        given = [f'label="{number(weight)}", weight_value="{weight!r}"']
        given += [f"penwidth={0.5 + 2.5 * abs(weight) / largest:.2f}"]
        given += ["style=dashed"] if weight < 0 else []
        given += [f'share="{_escaped(share)}"'] if share else []
        lines.append(f'  "{_escaped(source)}" -> "{_escaped(target)}" [{", ".join(given)}];')
    return "\n".join([*lines, "}"]) + "\n"


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"')
