"""The lens on the computation: what computes the result, step by step, and how blame flows back.

∂L/∂x = Σ over uses  ∂L/∂use · ∂use/∂x
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pellucid.errors import GraphError, SettingError
from pellucid.graph.node import Node
from pellucid.lenses.graphs.checks import checked
from pellucid.lenses.graphs.dot import dot_text
from pellucid.lenses.graphs.flow import Flow
from pellucid.lenses.graphs.modules import modules_net
from pellucid.lenses.graphs.net import Net
from pellucid.lenses.graphs.numbers import how_many
from pellucid.lenses.graphs.ops import off_remarks, ops_net, within
from pellucid.lenses.graphs.recorded import recorded
from pellucid.lenses.graphs.scalars import scalars_net
from pellucid.lenses.graphs.show import Zoomed, net_view
from pellucid.lenses.lens import LENSES, Lens, lens
from pellucid.lenses.numerals import plural
from pellucid.lenses.shown import Shown
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import View
from pellucid.tensor.tensor import Tensor

__all__ = ["Graph", "graph"]

Zoom = Literal["modules", "ops", "scalars"]
_ZOOMS = ("modules", "ops", "scalars")
_MOST_NUMBERS, _MOST_OPS = 80, 90
_ROWS = 32


class Graph(Shown):
    """A computation as nodes and arrows."""

    def dot(self) -> str:
        """The graph in the DOT language, for Graphviz and other tools."""
        return dot_text(self.to_dict())


def graph(
    what: Any,
    data: Any = None,
    *,
    zoom: Zoom | None = None,
    sample: int | None = None,
    inside: str = "",
    blame: bool = True,
    **more: Any,
) -> Graph:
    """The computation behind a result: every operation, forward and backward, with its numbers.

    Args:
        what: any recorded Tensor, such as the loss, before or after `backward()`; or a network.
        data: for a network, `(X, y)`; X alone shows the way forward.
        zoom: "modules", "ops", or "scalars", in which every number is a node; when None the
            closest that can be read, and for a network all three, on one picture with a switch.
        sample: for a network, the row that goes in; the first 32 when None.
        inside: only what the module with this path does.
        blame: whether to work out how blame flows back.
        more: for a network, what every lens takes: `loss`, `inputs`, `names`, `run`, `at`, `film`.

    Returns:
        a `Graph`: print it, `.html()`, `.save("graph.svg")`, or `.dot()`.

    Raises:
        GraphError: nothing was recorded behind the Tensor.
        SettingError: an unknown zoom or module.

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor(3.0, requires_grad=True)
        >>> shown = graph(x * x + 1)
        >>> print(shown.view.sentence)
        y = 10.0 is computed in 2 steps from 1 input. The most blame (gradient) is at x: +6.0.
    """
    if isinstance(what, Tensor):
        if data is not None or sample is not None or more:
            raise SettingError(
                "graph: a Tensor brings its own computation; data, sample and the other settings "
                "go with a network."
            )
        return Graph(_view(_root(what), zoom, inside, blame))
    shown = _seen(what, data, zoom=zoom, sample=sample, inside=inside, blame=blame, **more)
    return Graph(shown.view)


@lens("How is the result computed, and how does blame flow back?")
def graph_of_network(
    subject: Subject,
    zoom: Zoom | None = None,
    sample: int | None = None,
    inside: str = "",
    blame: bool = True,
) -> View:
    """The computation of a network for some rows.

    Args:
        subject: the network and its rows.
        zoom: "modules", "ops" or "scalars"; all three, with a switch, when None.
        sample: the row that goes in; the first 32 when None, and the first for "scalars".
        inside: only what the module with this path does.
        blame: whether to work out how blame flows back.
    """
    if sample is not None and not -len(subject) <= sample < len(subject):
        raise SettingError(f"graph: there are rows 0 to {len(subject) - 1}, and sample={sample}.")
    if zoom == "scalars" and sample is None:
        sample = 0
    at = None if sample is None else sample % len(subject)
    rows = slice(0, _ROWS) if at is None else slice(at, at + 1)
    briefs = {path: m._brief() for path, m in subject.model.named_modules() if path}
    root = recorded(subject, rows)
    over = _over(len(subject), at)
    if zoom is not None or inside:
        return _view(root, zoom or "modules", inside, blame, briefs, over)
    flow = _flow(root, blame)
    single = flow if at is not None else _flow(recorded(subject, slice(0, 1)), blame)
    return net_view(_zooms(flow, single, briefs, at or 0), over)


def _over(rows: int, at: int | None) -> str:
    """The rows that the network was asked for."""
    if at is not None:
        return f"for row {at}"
    return f"over {plural(rows, 'row')}" if rows <= _ROWS else f"over {_ROWS} of {rows:,} rows"


def _zooms(flow: Flow, single: Flow, briefs: Mapping[str, str], row: int) -> list[Zoomed]:
    """Modules, operations and numbers, as far as each can be drawn; the last of one row."""
    nets = [("modules", flow, modules_net(flow, "", briefs))]
    closer = ops_net(flow)
    if len(closer.vertices) <= _MOST_OPS:
        nets.append(("operations", flow, closer))
    numbers = f"numbers of row {row}"
    if how_many(single)[1] <= _MOST_NUMBERS:
        nets.append((numbers, single, scalars_net(single)))
    elif tensors := _tensors(single):
        shades = ops_net(single)
        shades.zoom, shades.tensors = "scalars", tensors
        nets.append((f"{numbers}, as shades", single, shades))
    return [
        Zoomed(net, () if net.tensors else checked(own, net), caption)
        for caption, own, net in nets
    ]  # fmt: skip


_seen = graph_of_network
LENSES["graph"] = Lens("graph", LENSES.pop("graph_of_network").question, graph)


def _root(result: Tensor) -> Node:
    root = result._node
    if root.op is not None and root.inputs:
        return root
    if root.op is None:
        raise GraphError(
            "this Tensor was not computed from anything: it is data, a weight or a constant.\n"
            " Pass something that was computed from it, such as the loss."
        )
    raise GraphError(
        f"the graph behind this Tensor ({root.op.name}) is not there: it was computed under "
        "no_grad() or from data alone, or a later backward() released it.\n"
        " Ask for the graph of a loss before the next backward()."
    )


def _view(
    root: Node, zoom: str | None, inside: str, blame: bool,
    briefs: Mapping[str, str] | None = None, over: str = "",
) -> View:  # fmt: skip
    if zoom is not None and zoom not in _ZOOMS:
        raise SettingError(f"graph: zoom is one of {', '.join(_ZOOMS)}, and it is {zoom!r}.")
    flow = _flow(root, blame)
    net = _net(flow, zoom, inside, briefs)
    return net_view([Zoomed(net, checked(flow, net))], over)


def _flow(root: Node, blame: bool) -> Flow:
    flow = Flow(root, blame)
    if not flow.stages:
        raise GraphError("graph: nothing is computed here: the network gives back what goes in.")
    return flow


def _net(flow: Flow, zoom: str | None, inside: str, briefs: Mapping[str, str] | None) -> Net:
    """The graph at the zoom that was asked for, or at the closest that can be drawn."""
    every = how_many(flow)[1]
    if zoom in (None, "scalars") and every <= _MOST_NUMBERS and not inside:
        return scalars_net(flow)
    if zoom != "modules":
        net = ops_net(flow, inside)
        if len(net.vertices) <= _MOST_OPS:
            net.remarks += off_remarks(flow, within(flow, inside))[:3]
            if zoom == "scalars":
                net.remarks.insert(0, _too_many(every, bool(inside)))
                net.tensors = _tensors(flow)
            return net
        words = f"{len(net.vertices)} operations and weights are too many for one picture"
    net = modules_net(flow, inside, briefs)
    if zoom != "modules":
        held = [v for v in net.vertices if v.scope]
        example = max(held, key=lambda v: v.equation.count("→")).scope if held else ""
        opened = f' zoom="ops", inside="{example}" opens one.' if example else ""
        net.remarks.insert(0, f"{words}, so each module is one node.{opened}")
    return net


def _too_many(every: int, inside: bool) -> str:
    if inside:
        return "Number by number only the whole computation can be drawn; inside a module, Tensors."
    return (
        f"One sample takes {every:,} numbers here, and up to {_MOST_NUMBERS} can be drawn as "
        "nodes. So Tensors are the nodes, and their numbers are shades below."
    )


def _tensors(flow: Flow) -> list[tuple[str, Any, Any]]:
    """Tensors worth seeing number by number, those with the most blame first."""
    nodes = {s.out for s in flow.stages if s.out.size > 1 and s.out.dtype.name.startswith("float")}
    names = {flow.symbols.of(n): n for n in sorted(nodes, key=lambda n: -n.seq)}
    found = [(name, n.array, flow.blame.get(n)) for name, n in names.items()]
    return sorted(found, key=lambda f: -float(abs(f[2]).sum()) if f[2] is not None else 0.0)
