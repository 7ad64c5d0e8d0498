"""A graph in the DOT language, for Graphviz and whatever else reads it."""

from __future__ import annotations

from typing import Any

from pellucid.lenses.numerals import number, shape, signed

__all__ = ["dot_text"]

_SHAPES = {"input": "ellipse", "parameter": "house", "loss": "doubleoctagon", "module": "box3d"}


def dot_text(data: dict[str, Any]) -> str:
    """The graph of a view's data, as DOT.

    Args:
        data: with "nodes" and "edges", as the graph lens gives it.
    """
    lines = ["digraph pellucid {", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    lines += [_node(n) for n in data["nodes"]]
    largest = max((abs(e["passed"] or 0.0) for e in data["edges"]), default=0.0)
    lines += [_edge(e, largest) for e in data["edges"]]
    return "\n".join([*lines, "}"]) + "\n"


def _node(node: dict[str, Any]) -> str:
    words = [" · ".join(x for x in (node["name"], node["op"]) if x)]
    if node["value"] is not None:
        words.append(number(node["value"]))
    elif node["shape"] is not None:
        words.append(shape(tuple(node["shape"])))
    if node["blame"] is not None:
        write = signed if node["signed"] else number
        words.append(f"blame {write(node['blame'])}")
    label = "\\n".join(map(_quoted, words))
    return (
        f'  "{_quoted(node["key"])}" [label="{label}", shape={_SHAPES.get(node["kind"], "box")}];'
    )


def _edge(edge: dict[str, Any], largest: float) -> str:
    settings = []
    if edge["passed"] is not None:
        width = 0.5 + 3.5 * (abs(edge["passed"]) / largest if largest else 0.0)
        settings.append(f"penwidth={width:.2f}")
        if edge["passed"] < 0:
            settings.append("style=dashed")
    elif edge["stops"]:
        settings += ['color="gray"', f'label="{_quoted(edge["stops"])}"']
    tail = f" [{', '.join(settings)}]" if settings else ""
    return f'  "{_quoted(edge["from"])}" -> "{_quoted(edge["to"])}"{tail};'


def _quoted(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
