"""What a module does itself between the modules in it: "block: + linear2", "block: relu".

A block has no name for such a step, and called by the block's own name alone, several of them
could not be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.stage import Stage
from pellucid.lenses.graphs.flow import Flow
from pellucid.lenses.numerals import number

__all__ = ["SYMBOLS", "Own"]

SYMBOLS = {"add": "+", "sub": "−", "mul": "×", "div": "÷", "linear": "Σ w·x", "pow": "xⁿ"}
_BETWEEN = ("add", "sub", "mul", "div")
_FEW = 3  # more steps than these are called by what the module is


class Own:
    """Names for the steps between modules.

    Args:
        flow: the computation.
    """

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.made = {s.out: s for s in flow.stages}
        scopes = {s.out.scope for s in flow.stages}
        self.around = {
            ".".join(parts[:n]) for scope in scopes if (parts := scope.split("."))
            for n in range(len(parts))
        }  # fmt: skip

    def said(self, path: str, stages: Sequence[Stage]) -> tuple[str, str] | None:
        """The name of a step and what it does; None for a module that holds no others.

        Args:
            path: the module.
            stages: its ops; an empty first name means that it is called as before.
        """
        if (
            path not in self.around
            or len(stages) > _FEW
            or any(s.out.scope != path for s in stages)
        ):
            return None
        last = stages[-1]
        between = len(stages) == 1 and last.name in _BETWEEN and len(last.inputs) == 2
        sign = f" {SYMBOLS[last.name]} " if between else ""
        does = sign.join(self._called(x, path) for x in last.inputs) if between else ""
        if not path:
            return ("", does) if between else None
        if between and self._skips(last):
            added = self._called(max(last.inputs, key=lambda x: x.seq), path)
            return f"{path}: + {added}", f"residual: {does}"
        return f"{path}: {' → '.join(SYMBOLS.get(s.name, s.name) for s in stages)}", does

    def _called(self, x: Node, path: str) -> str:
        """What is combined, as briefly as it can be told."""
        if x not in self.made:
            return number(float(np.asarray(x.array).item())) if x.size == 1 else self._symbol(x)
        scope = x.scope
        if scope in self.around:  # made between modules as well
            return self._symbol(x) if not path else "stream"
        return scope.removeprefix(f"{path}.")

    def _symbol(self, x: Node) -> str:
        return x.name if x.name and x.kind == "parameter" else self.flow.symbols.of(x)

    def _skips(self, stage: Stage) -> bool:
        """Whether one of two that are added was computed from the other."""
        if stage.name != "add" or len({x.shape for x in stage.inputs}) > 1:
            return False
        first, last = sorted(stage.inputs, key=lambda x: x.seq)
        seen, left = {last}, [last]
        while left:
            found = self.made.get(left.pop())
            for x in found.inputs if found is not None else ():
                if x is first:
                    return True
                if x.seq > first.seq and x not in seen:
                    seen.add(x)
                    left.append(x)
        return False
