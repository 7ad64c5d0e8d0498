"""Where an op's complaint becomes a layer's: the layers so far, the broken link marked, the remedy.

Ops know shapes, modules know names. An error passes the modules on its way up; each adds what it
knows, and the text that arrives names layer, numbers and line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pellucid.errors import PellucidError, ShapeError
from pellucid.graph.emit import user_line
from pellucid.graph.node import Node
from pellucid.graph.walk import reachable
from pellucid.graph.where import made_at
from pellucid.shapes import Shape, numel, show
from pellucid.tensor import Tensor

if TYPE_CHECKING:
    from pellucid.nn.module import Module

__all__ = ["Misfit", "follow", "tell"]

_MOST_ROWS = 8


class Misfit(NamedTuple):
    """What a layer says about an input that does not fit it.

    Attributes:
        expects: "expects 8 features in the last axis and got 16".
        clash: what the input collides with: "weight (3, 8)".
        remade: the layer that would fit: "Linear(16, 3)".
        width: the number of features that it takes.
        what: the shape of a fitting input: "inputs with 8 features".
        ends: the setting of a layer before that decides how many features come.
        trick: what makes this very input fit, where that is known.
    """

    expects: str
    clash: str
    remade: str
    width: int
    what: str
    ends: str = "out_features"
    trick: str = ""


class _Link(NamedTuple):
    path: str
    brief: str
    came: str
    went: str
    module: Module | None


class _Trail:
    """What is known about a broken chain so far."""

    def __init__(self, error: PellucidError, module: Module, inputs: tuple[Any, ...]) -> None:
        self.reason = str(error)
        self.module, self.path, self.inputs = module, module._module_path, inputs
        self.misfit: Misfit | None = module._misfit(*inputs)
        self.line = _called_at()  # the innermost line of the user's: the error comes from there
        self.before: list[_Link] = []

    def put_in_front(self, links: list[_Link]) -> None:
        known = [link.path for link in self.before] + [self.path]
        new = [x for x in links if not any(_same_branch(k, x.path) for k in known)]
        self.before = new + self.before


def tell(error: PellucidError, module: Module, inputs: tuple[Any, ...]) -> PellucidError:
    """Add to an error what a module that it passes knows, and say which error is to be raised.

    Of two mistakes at once, a shape that doesn't fit and another dtype, the shape is told first.
    """
    if not module._tells:
        return error
    trail: _Trail | None = getattr(error, "trail", None)
    if trail is None:
        trail = _Trail(error, module, inputs)
        if trail.misfit is not None and not isinstance(error, ShapeError):
            error = ShapeError().with_traceback(error.__traceback__)
        error.trail = trail  # type: ignore[attr-defined]
    elif module._modules:
        trail.put_in_front(_recorded(module, trail.inputs))
    error.args = (_text(trail),)
    return error


def follow(error: PellucidError, module: Module, shapes: list[Any]) -> None:
    """Add the layers that a chain of modules had passed before the error."""
    trail: _Trail | None = getattr(error, "trail", None)
    if trail is None:
        return
    links = [
        _Link(child._module_path, child._brief(), _shape(shapes[i]), _shape(shapes[i + 1]), child)
        for i, child in enumerate(list(module._modules.values())[: len(shapes) - 1])
        if child is not None
    ]
    trail.put_in_front(links)


def _recorded(module: Module, inputs: tuple[Any, ...]) -> list[_Link]:
    """The layers of a module that left nodes in the graph behind `inputs`."""
    nodes = [x._node for x in inputs if isinstance(x, Tensor)]
    layers = {m._module_path: m for m in module.modules() if not m._modules and m._module_path}
    seen: dict[str, list[Node]] = {}
    for node in reachable(nodes):
        if node.op is not None and node.scope in layers:
            seen.setdefault(node.scope, []).append(node)
    return [
        _Link(path, layers[path]._brief(), _entry(made), show(made[-1].shape), layers[path])
        for path, made in seen.items()
    ]


def _entry(made: list[Node]) -> str:
    data = [x for x in made[0].inputs if x.kind not in ("parameter", "buffer", "constant")]
    return show(data[0].shape) if data else ""


# ---- the text ------------------------------------------------------------------------------


def _text(trail: _Trail) -> str:
    reason, *details = trail.reason.split("\n")
    misfit = trail.misfit
    name = trail.module._brief()
    if trail.path:
        name = f"layer {trail.path}, {name}"
    if misfit is not None:
        first = f"{name}{',' if trail.path else ''} {misfit.expects}."
        details = [_remedy(trail, misfit)]
    else:
        first = f"{name}: {reason}"
    if trail.line:
        called = f"called at {trail.line}"
        details = [*details[:-1], f"{details[-1]}      {called}"] if details else [f" {called}"]
    return "\n".join([first, *_rows(trail), *details])


def _rows(trail: _Trail) -> list[str]:
    came = " and ".join(_shape(x) for x in trail.inputs if isinstance(x, Tensor))
    clash = trail.misfit.clash if trail.misfit else ""
    broken = _Link(trail.path, trail.module._brief(), came, clash, trail.module)
    links = [*trail.before, broken]
    hidden = len(links) - _MOST_ROWS
    links = links[-_MOST_ROWS:] if hidden > 0 else links
    columns = [max(len(getattr(x, f)) for x in links) for f in ("path", "brief", "came")]
    rows = [f"   … {hidden} layers before these"] if hidden > 0 else []
    for link in links:
        mark, sign = (" ▸ ", "✗") if link is broken else ("   ", "→")
        path = f"{link.path:<{columns[0]}}  " if columns[0] else ""
        text = (
            f"{mark}{path}{link.brief:<{columns[1]}}   {link.came:<{columns[2]}} {sign} {link.went}"
        )
        rows.append(text.rstrip())
    return rows


def _remedy(trail: _Trail, misfit: Misfit) -> str:
    where = f"layer {trail.path}" if trail.path else "it"
    widths = (_last_width(link, misfit.ends) for link in reversed(trail.before))
    ends = next((e for e in widths if e is not None), None)
    if ends is not None:
        return f" Make {where} {misfit.remade}, or make layer {ends} end in {misfit.width}."
    came = next((tuple(x.shape) for x in trail.inputs if isinstance(x, Tensor)), ())
    trick = misfit.trick or _reshaped(came, misfit.width)
    return f" Make {where} {misfit.remade}, or {trick or f'give it {misfit.what}'}."


def _reshaped(came: Shape, width: int) -> str:
    """What to do with an input that holds as many numbers as are wanted, in another shape."""
    if len(came) > 2 and numel(came[1:]) == width:
        return f"put Flatten() in front: {' · '.join(map(str, came[1:]))} = {width}"
    if len(came) == 2 and came[0] == width:
        return "turn the input around: x.T"
    return ""


def _last_width(link: _Link, setting: str) -> str | None:
    """The path of the last layer within a link that decides how many features leave it."""
    if link.module is None:
        return None
    wide = [m for m in link.module.modules() if hasattr(m, setting)]
    return wide[-1]._module_path if wide else None


def _called_at() -> str:
    """File and line of the nearest call from outside this package."""
    at = Node()
    at.where = user_line()
    return made_at(at)


def _shape(value: Any) -> str:
    if isinstance(value, Tensor):
        return show(value._node.shape)
    return show(value) if isinstance(value, tuple) else type(value).__name__


def _same_branch(a: str, b: str) -> bool:
    """Whether one is the other, or inside it."""
    return a == b or a.startswith(b + ".") or b.startswith(a + ".")
