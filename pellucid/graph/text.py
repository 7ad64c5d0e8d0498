"""A program as text: one line per op, what it reads, what comes out, and where it is from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pellucid.graph.node import Node
from pellucid.graph.where import made_at
from pellucid.shapes import show

if TYPE_CHECKING:
    from pellucid.graph.program import Program, Step

__all__ = ["program_text"]

_LONGEST = 60
_WIDEST = 110


def program_text(program: Program) -> str:
    """The lines: inputs, what is held, then each op with the forward op that it is because of.

    Example:
        >>> from pellucid.dtypes import float32
        >>> from pellucid.graph.program import trace, unknown
        >>> from pellucid.ops.elementwise import add, mul
        >>> x = unknown((3,), float32, "x")
        >>> print(program_text(trace(lambda x: add(mul(x, x), 1.0), [x])))
        inputs   x (3,)
        %1 = mul(x, x)       (3,)...
        %2 = add(%1, 1.0)    (3,)...
        outputs  %2
    """
    names: dict[Node, str] = {}
    taken: set[str] = set()
    for i, node in enumerate((*program.inputs, *program.held)):
        names[node] = _new(node.name or f"{node.kind}{i}", node.scope, taken)
    for i, step in enumerate(program.steps, start=1):
        names[step.node] = f"%{i}"
    slots = program.slot_nodes()
    calls = [_call(names, slots, step) for step in program.steps]
    width = min(max(map(len, calls), default=0), _LONGEST)
    lines = _wrapped("inputs", [f"{names[n]} {show(n.shape)}" for n in program.inputs])
    for call, step in zip(calls, program.steps, strict=True):
        shape = show(step.node.shape)
        note = _note(step.node, names)
        lines.append(f"{call:<{width}}    {shape:<14}{note}".rstrip())
    lines += _wrapped("outputs", [names[slots[i]] for i in program.outputs])
    return "\n".join(lines)


def _new(name: str, of: str, taken: set[str]) -> str:
    """A name that no other has; what an optimizer remembers is called by its weight too."""
    name = first = f"{of}.{name}" if of else name
    again = 1
    while name in taken:
        again += 1
        name = f"{first}'{again if again > 2 else ''}"
    taken.add(name)
    return name


def _wrapped(title: str, words: Sequence[str]) -> list[str]:
    """Words behind a title, in lines that can be read."""
    lines = [f"{title:<9}"]
    for i, word in enumerate(words):
        part = word + (", " if i + 1 < len(words) else "")
        if len(lines[-1]) + len(part) > _WIDEST and lines[-1].strip():
            lines[-1] = lines[-1].rstrip()
            lines.append(" " * 9)
        lines[-1] += part
    return lines


def _call(names: Mapping[Node, str], slots: Sequence[Node], step: Step) -> str:
    inputs = [names[slots[k]] for k in step.at]
    settings = [f"{k}={_brief(v)}" for k, v in step.params.items()]
    return f"{names[step.node]} = {step.op.name}({', '.join([*inputs, *settings])})"


def _brief(value: Any) -> str:
    return getattr(value, "name", None) or str(value)


def _note(node: Node, names: Mapping[Node, str]) -> str:
    """The module, the user's line, and for a backward op what it answers to."""
    parts = [node.scope] if node.scope else []
    because = node.because
    if because is not None:
        parts.append(f"because of {names.get(because, because.op.name)}")
    else:
        line = made_at(node)
        parts += [line] if line else []
    return "  ".join(parts)
