"""Networks of neurons read from lines of text and from the DOT language."""

from __future__ import annotations

import itertools
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pellucid.data.wording import quoted
from pellucid.errors import FileFormatError, PellucidError, SettingError
from pellucid.neurons.network import Network
from pellucid.neurons.reading import _add, _kind, _point
from pellucid.spelling import did_you_mean

__all__ = ["from_dot", "from_text"]

_WORDS = ("input", "bias", "neuron", "output")


def from_text(text: str, functions: Mapping[str, Any] | None = None) -> Network:
    """A network from lines: neurons, and arrows with their weights.

    Several names may share a line of `input` or `bias`. An arrow without a weight gets a drawn
    one. What follows # is a remark.

    Args:
        text: the lines.
        functions: functions of your own, by the names that the lines use.

    Example:
        >>> from pellucid import neurons
        >>> net = neurons.from_text('''
        ...     input x1 x2
        ...     bias b
        ...     neuron h tanh
        ...     output y
        ...     x1 -> h 0.5
        ...     x2 -> h -1
        ...     b -> h 0.1
        ...     h -> y 2    # the last one
        ... ''')
        >>> net.order
        ['x1', 'x2', 'b', 'h', 'y']

    Raises:
        FileFormatError: a line that cannot be read; it is shown with its number.
    """
    net = Network()
    for count, line in enumerate(text.splitlines(), 1):
        try:
            _read(net, line, functions or {})
        except PellucidError as error:
            raise FileFormatError(f"line {count}, {quoted(line.strip())}: {error}") from None
    return net


def _read(net: Network, line: str, known: Mapping[str, Any]) -> None:
    try:
        words = shlex.split(line, comments=True)
    except ValueError as error:
        raise SettingError(f"{error}.") from None
    if not words:
        return
    if len(words) > 2 and words[1] in ("->", "→"):
        _read_arrow(net, words)
    elif words[0] not in _WORDS:
        hint = did_you_mean(words[0], _WORDS)
        raise SettingError(
            f"a line begins with input, bias, neuron or output, or is an arrow a -> b 0.5.{hint}"
        )
    elif len(words) == 1:
        raise SettingError(f"{words[0]} needs a name.")
    elif words[0] in ("input", "bias"):
        for name in words[1:]:
            _add(net, name, words[0], None, known)
    else:
        _add(net, words[1], words[0], " ".join(words[2:]) or None, known)


def _read_arrow(net: Network, words: list[str]) -> None:
    rest, share = words[3:], None
    if len(rest) > 1 and rest[-2] == "share":
        rest, share = rest[:-2], rest[-1]
    if len(rest) > 1:
        raise SettingError("an arrow is written a -> b 0.5, or a -> b 0.5 share name.")
    weight = rest[0].replace("−", "-") if rest else None
    _point(net, words[0], words[2], weight, share)


def from_dot(text: str, functions: Mapping[str, Any] | None = None) -> Network:
    """A network from the DOT language, as `to_dot` writes it and as people draw graphs.

    Attributes that count: `kind` and `function` of nodes; `weight_value`, or `label` where it is
    a number, or `weight` where there is neither, of arrows. Nodes without a kind are inputs, hidden
    or outputs by their arrows.

    Example:
        >>> from pellucid import neurons
        >>> net = neurons.from_dot('digraph { x -> h -> y; h [function=relu] }')
        >>> [n.kind for n in net.neurons.values()]
        ['input', 'hidden', 'output']

    Raises:
        FileFormatError: not a directed graph, or a part that cannot be read.
    """
    tokens = _tokens(text)
    head = next((i for i, t in enumerate(tokens) if t == "{"), None)
    if head is None or "digraph" not in [t.lower() for t in tokens[:head]]:
        raise FileFormatError("this is not a directed graph in DOT: it begins with digraph {.")
    nodes: dict[str, dict[str, str]] = {}
    arrows: list[tuple[str, str, dict[str, str]]] = []
    for names, given in _statements(tokens[head + 1 :]):
        for name in names:
            nodes.setdefault(name, {})
        if len(names) == 1:
            nodes[names[0]].update(given)
        arrows += [(a, b, given) for a, b in itertools.pairwise(names)]
    net = Network()
    out_of, into_of = (Counter(arrow[i] for arrow in arrows) for i in (0, 1))
    for name, given in nodes.items():
        into, out = into_of[name], out_of[name]
        _add(net, name, given.get("kind") or _kind(into, out), given.get("function"),
             functions or {})  # fmt: skip
    for source, target, given in arrows:
        _point(net, source, target, _weight(source, target, given), given.get("share"))
    return net


_TOKEN = re.compile(
    r'"(?:\\.|[^"\\])*"|->|--|[{}\[\];,=]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?|\w+', re.UNICODE
)
_REMARK = re.compile(
    r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/|^\s*#[^\n]*', re.DOTALL | re.MULTILINE
)


_SIGNS = ("{", "}", "--", "->", "[", "]", "=")


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(_REMARK.sub(lambda m: m.group(1) or " ", text))


def _statements(tokens: list[str]) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Each chain of names, with its attributes; settings for the whole graph are left out."""
    at = 0
    while at < len(tokens) and tokens[at] != "}":
        token = tokens[at]
        if token in (";", ","):
            at += 1
        elif token in _SIGNS or token == "subgraph":
            raise FileFormatError(f"{quoted(token)} stands where a neuron's name belongs.")
        elif at + 1 < len(tokens) and tokens[at + 1] == "=":  # rankdir=LR
            at += 3
        else:
            names, at = [_bare(token)], at + 1
            while at + 1 < len(tokens) and tokens[at] == "->":
                if tokens[at + 1] in _SIGNS:
                    raise FileFormatError(
                        f"{quoted(tokens[at + 1])} stands where a neuron's name belongs; each arrow"
                        " is written by itself."
                    )
                names, at = [*names, _bare(tokens[at + 1])], at + 2
            given, at = _attributes(tokens, at)
            if token not in ("node", "edge", "graph"):
                yield names, given
    if at >= len(tokens):
        raise FileFormatError("the graph has no end: } is missing.")


def _attributes(tokens: list[str], at: int) -> tuple[dict[str, str], int]:
    given: dict[str, str] = {}
    if at >= len(tokens) or tokens[at] != "[":
        return given, at
    at += 1
    while at < len(tokens) and tokens[at] != "]":
        if tokens[at] in (",", ";"):
            at += 1
        elif at + 2 < len(tokens) and tokens[at + 1] == "=":
            given[_bare(tokens[at])], at = _bare(tokens[at + 2]), at + 3
        else:
            raise FileFormatError(f"{quoted(tokens[at])} is no attribute; write name=value.")
    return given, at + 1


def _bare(token: str) -> str:
    if token.startswith('"'):
        return re.sub(r"\\([\"\\])", r"\1", token[1:-1])
    return token


def _weight(source: str, target: str, given: Mapping[str, str]) -> float | None:
    """What an arrow says of its weight; a label may say something else."""
    for key in ("weight_value", "label", "weight"):
        if key in given:
            found = _maybe(given[key].replace("−", "-"))
            if found is None and key != "label":
                said = quoted(given[key])
                raise FileFormatError(
                    f"the weight of {source} -> {target} must be a number, not {said}."
                )
            return found
    return None


def _maybe(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
