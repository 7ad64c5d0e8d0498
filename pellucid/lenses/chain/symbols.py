"""What things are called in an explanation: L, ŷ, w₂, h1[3, 5], 0.weight[0, 1].

A name that a person or a module gave is kept; the rest is named by the part it plays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from pellucid.dtypes import FLOAT
from pellucid.graph.mode import engine
from pellucid.graph.node import Node
from pellucid.lenses.chain.fold import BILINEAR
from pellucid.lenses.chain.stage import Stage
from pellucid.lenses.numerals import number, subscript

__all__ = ["Index", "Symbols", "transparent"]

Index = tuple[int, ...]
_CLEAR = frozenset({"cast", "clone", "identity", "reshape", "permute", "expand", "flip"})
_SHORT = {"weight": "w", "bias": "b"}
_SUMS = frozenset({"sum", "mean", "square", "pow", "abs"})
_MIXES = frozenset({"add", "sub", "mul", "div", "neg"})
_PRODUCTS = BILINEAR | {"conv"}
_LETTER = {"dropout": "d", "softmax": "p", "log_softmax": "ℓ"}


def transparent(stage: Stage) -> bool:
    """Whether a stage only hands numbers on, so that its result needs no name of its own."""
    return stage.op is not None and stage.op.name in _CLEAR


class Symbols:
    """Names for nodes and for single numbers in them.

    Args:
        stages: everything that was computed, in order.
        root: the result that is explained.
        source: the Tensor whose entry is asked about, if there is one.
    """

    def __init__(self, stages: Iterable[Stage], root: Node, source: Node | None = None) -> None:
        self.root, self.source = root, source
        self._stages = list(stages)
        self._made = {stage.out: stage for stage in self._stages}
        self._weighs = source is not None and self._has_data_beside(source)
        self._names: dict[Node, str] = {}
        self._taken: set[str] = set()
        self._nicknames: dict[tuple[Node, Index], str] = {}
        self._scopes = Counter(s.out.scope for s in self._stages if not transparent(s))
        self._layers = 0
        self._bracketed = False
        for node in {x for s in self._stages for x in (*s.inputs, s.out)}:
            self._bracketed |= sum(n > 1 for n in node.shape) > 1
        name = self._name(root, root.name or self._root_name())
        self._names[self._behind(root)] = name
        self._name_loss()
        for stage in self._stages:
            self._name_stage(stage)
        self._bracketed |= any(n.size > 1 and len(name) > 1 for n, name in self._names.items())

    def of(self, node: Node) -> str:
        """What a node is called."""
        if node.kind == "constant" and node.size == 1 and node.array is not None:
            return number(float(node.array.reshape(-1)[0]))
        return self._names.get(node) or self._name(node, self._leaf_name(node))

    def at(self, node: Node, index: Index) -> str:
        """What one number of a node is called: w₂ in a problem of vectors, w[0, 1] elsewhere.

        What only hands numbers on has the name of what it was handed, so the place is there too:
        number [0, 1] of W.T is w[1, 0].
        """
        node, index = self._home(node, index)
        if (node, index) in self._nicknames:
            return self._nicknames[node, index]
        return self.styled(self.of(node), node, index)

    def _home(self, node: Node, index: Index) -> tuple[Node, Index]:
        """The number behind a chain of transposes, reshapes and the like that share one name."""
        while node is not self.root and node is not self.source and node in self._made:
            stage = self._made[node]
            if not transparent(stage) or self.of(stage.inputs[0]) != self.of(node):
                break
            (before,) = stage.inputs
            places = np.arange(before.size).reshape(before.shape)
            if stage.name != "cast":
                places = engine().run(node.op, [places], node.params)
            flat = int(np.asarray(places)[index])
            node, index = before, tuple(int(i) for i in np.unravel_index(flat, before.shape))
        return node, index

    def styled(self, name: str, node: Node, index: Index) -> str:
        """A name with the place of one number in a node of this shape."""
        if node.size == 1:
            return name
        if not self._bracketed and len(name) == 1:
            place = next(i for i, n in zip(index, node.shape, strict=True) if n > 1)
            return name + subscript(place + 1)
        return f"{name}[{', '.join(map(str, index))}]"

    def nickname(self, node: Node, index: Index) -> str:
        """A short name for the number that is asked about: w for 0.weight[0, 1]."""
        tail = self.of(node).rpartition(".")[2]
        short = _SHORT.get(tail, tail if node.name else "")
        if short and short not in self._taken and self.of(node) != short:
            self._nicknames[node, index] = short
        return self.at(node, index)

    def value(self, node: Node, index: Index) -> float | int:
        """The recorded number; whole numbers stay whole."""
        found = np.asarray(node.array)[index]
        return float(found) if node.dtype.category == FLOAT else int(found)

    def _name(self, node: Node, name: str) -> str:
        first, count = name, 1
        while name in self._taken:
            count += 1
            name = f"{first}{count}" if first[-1].isalpha() else f"{first}{_tail(count)}"
        self._taken.add(name)
        self._names[node] = name
        return name

    def _root_name(self) -> str:
        """L for a single number that is a loss, ŷ for what a network gives, y for the rest."""
        layers = any(
            s.op is not None and s.op.name in _PRODUCTS and self._learns(s) for s in self._stages
        )
        if any("loss" in s.traits for s in self._stages):
            return "L" if self.root.size == 1 else "loss"
        if layers and self.root.size == 1 and self._sums_up(self.root):
            return "L"
        return "ŷ" if layers else "y"

    def _sums_up(self, node: Node) -> bool:
        """Whether a number is what a loss written by hand gives: a sum, an average, a square."""
        open_ = [node]
        while open_:
            stage = self._made.get(open_.pop())
            if stage is not None and stage.name in _SUMS:
                return True
            if stage is not None and (transparent(stage) or stage.name in _MIXES):
                open_ += stage.inputs
        return False

    def _name_loss(self) -> None:
        """The first input of a loss is the prediction ŷ, the second is what should come out, y."""
        for stage in reversed(self._stages):
            if "loss" in stage.traits:
                for x, name in zip(stage.inputs[:2], ("ŷ", "y"), strict=False):
                    start = self._behind(x)
                    if start not in self._names:
                        self._name(start, start.name or name)
                return

    def _behind(self, node: Node) -> Node:
        """The node that a chain of transparent stages started from."""
        while node in self._made and transparent(self._made[node]):
            node = self._made[node].inputs[0]
        return node

    def _name_stage(self, stage: Stage) -> None:
        for position, x in enumerate(stage.inputs):
            self._name_input(stage, position, x)
        out = stage.out
        if stage.op is not None and stage.op.name in _PRODUCTS and self._learns(stage):
            self._layers += 1
        if out in self._names:
            return
        if out.name:
            self._name(out, out.name)
        elif transparent(stage):
            self._names[out] = self.of(stage.inputs[0])
        else:
            self._name(out, self._made_name(stage))

    def _made_name(self, stage: Stage) -> str:
        if "loss" in stage.traits:
            return "loss"
        scope, letter = stage.out.scope, self._letter(stage)
        plain = scope.rpartition(".")[2].isdigit() or self._scopes[scope] > 1
        if scope and not plain and (letter in "nu" or "." in scope):
            return scope  # the module's name says more than a letter
        if scope and letter == "u":
            return f"{scope}.{stage.said}"
        if not self._layers:
            own = sum(name.startswith("u") for name in self._taken) + 1
            return f"u{own}"
        return f"{letter}{self._layers}"

    def _letter(self, stage: Stage) -> str:
        if stage.op is not None and stage.op.name in _PRODUCTS:
            return "z"
        if "activation" in stage.traits:
            return "h"
        return _LETTER.get(stage.name, "n" if "norm" in stage.name else "u")

    def _learns(self, stage: Stage) -> bool:
        """Whether a product has a weight: a parameter, or a leaf beside something computed."""
        leaves = [x for x in stage.inputs if x.is_leaf and x.requires_grad]
        return any(x.kind == "parameter" for x in leaves) or (
            stage.name == "linear" and bool(leaves)
        )

    def _name_input(self, stage: Stage, position: int, x: Node) -> None:
        made = x.op is not None and x.inputs  # what was not recorded, such as X[:1], is data
        if x in self._names or made or (x.kind == "constant" and x.size == 1):
            return
        if x.name:
            self._name(x, self._module_name(x.name))
        elif stage.name == "linear" and position:
            self._name(x, "w" if position == 1 else "b")
        else:
            self._name(x, self._leaf_name(x))

    def _module_name(self, name: str) -> str:
        """The weight of the only layer is w; in a deeper network it keeps its path."""
        layers = sum(s.op is not None and s.op.name in _PRODUCTS for s in self._stages)
        return _SHORT.get(name.rpartition(".")[2], name) if layers == 1 else name

    def _leaf_name(self, node: Node) -> str:
        if node.name:
            return self._module_name(node.name)
        if node is self.source and self._weighs:
            return "w"
        return "w" if node.requires_grad and self._layers else "x"

    def _has_data_beside(self, source: Node) -> bool:
        """Whether a leaf that is asked about is the weight: beside data, or right in a product."""
        if not (source.is_leaf and source.requires_grad):
            return False
        leaves = {x for s in self._stages for x in s.inputs if x not in self._made}
        data = (x for x in leaves if x.kind != "constant" or x.size > 1)
        if any(not x.requires_grad for x in data):
            return True
        products = [s.out for s in self._stages if s.op is not None and s.op.name in BILINEAR]
        return any(self._behind(out.inputs[1]) is source for out in products)


def _tail(count: int) -> str:
    """What sets a second thing called u1 apart from the first: u1b, u1c, …, u1.27."""
    return chr(ord("a") + count - 1) if count <= 26 else f".{count}"
