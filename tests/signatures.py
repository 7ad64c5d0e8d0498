"""Writes the stubs that tell editors and type checkers what is bound at run time.

`pellucid/tensor/_methods.pyi` has the methods of Tensor, `_names.pyi` the functions of the
package. Run `python -m tests.signatures` after a change; a test fails while they are stale.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pellucid
from pellucid.tensor import Tensor
from pellucid.tensor.lift import FUNCTIONS, _spellings

ROOM = Path(pellucid.__file__).parent / "tensor"
_WORDS = {
    "Node": "Tensor",
    "Dim": "int | tuple[int, ...] | list[int] | None",
}
_MADE = """\
    def __new__(cls, *data: Any, device: Any = ...) -> Tensor:
        \"\"\"`Tensor(2, 3)` is zeros of these sizes, `Tensor([1, 2])` float32 numbers.\"\"\"

"""
_SPELLED = ("axis", "keepdims")  # NumPy's words that checkers are told of
_SHADOWED = re.compile(r"\b(int|float|bool|type)\b")  # methods of these names hide the classes
_IMPORTS = {
    "builtins": "import builtins\n",
    "Sequence": "from collections.abc import Sequence\n",
    "Any": "from typing import Any, overload\n",
    "DType": "\nfrom pellucid.dtypes import DType\n",
    "Histogram": "from pellucid.tensor.functions.counting import Histogram\n",
    "Orthogonal": "from pellucid.tensor.functions.matrices import SVD, Orthogonal, SignedLog\n",
    "Ordered": "from pellucid.tensor.functions.ordering import Ordered\n",
    "Parts": "from pellucid.tensor.functions.pointwise import Parts\n",
    "Extremes": "from pellucid.tensor.functions.reduction import Extremes\n",
    "Range": "from pellucid.tensor.functions.statistics import Range\n",
    "Triangles": "from pellucid.tensor.functions.triangles import Triangles\n",
    "Generator": "from pellucid.tensor.random import Generator\n",
    "Storage": "from pellucid.tensor.storage import Storage\n",
    "Tensor": "from pellucid.tensor.tensor import Tensor\n",
}


def methods() -> str:
    """The text of `_methods.pyi`."""
    body = _MADE + "\n".join(_method(name, call) for name, call in _bound())
    return _file("What is bound to Tensor at run time.", f"class Methods:\n{body}")


def names() -> str:
    """The text of `_names.pyi`."""
    body = "\n".join(_function(name, call) for name, call in sorted(FUNCTIONS.items()))
    return _file("What the package offers as functions of Tensors.", body)


def _file(title: str, body: str) -> str:
    needed = "".join(line for word, line in _IMPORTS.items() if re.search(rf"\b{word}\b", body))
    head = f'"""{title} Written by `python -m tests.signatures`."""'
    long = any(len(line) > 100 for line in body.splitlines())  # a sentence of an op's own
    return f"{head}\n{'# ruff: noqa: E501' if long else ''}\n\n{needed}\n{body}".replace(
        "\n\n\n", "\n\n"
    )


def files() -> dict[Path, str]:
    """What each stub should hold."""
    return {ROOM / "_methods.pyi": methods(), ROOM / "_names.pyi": names()}


def _bound() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, call in sorted(vars(Tensor).items()):
        if name.startswith("__") or not inspect.isfunction(call):
            continue
        if inspect.unwrap(call).__module__ != "pellucid.tensor.tensor":
            plain = FUNCTIONS.get(name.removesuffix("_")) if name.endswith("_") else None
            in_place = plain is not None and "kwargs" in inspect.signature(call).parameters
            yield name, plain if in_place and plain is not None else call


def _method(name: str, call: Callable[..., Any]) -> str:
    signature = inspect.signature(call)
    first, *rest = signature.parameters.values()
    me = first.replace(name="self", annotation=first.empty, default=first.empty)
    if first.kind is first.VAR_POSITIONAL:
        me, rest = inspect.Parameter("self", first.POSITIONAL_OR_KEYWORD), [first, *rest]
    returns = _kind("Tensor" if name.endswith("_") else signature.return_annotation, True)
    doc = f'        """{_first_line(getattr(Tensor, name).__doc__)}"""\n'
    return _spelled("    ", name, _ways(call, [me, *rest]), returns, doc, qualified=True)


def _function(name: str, call: Callable[..., Any]) -> str:
    signature = inspect.signature(call)
    ways = _ways(call, list(signature.parameters.values()))
    doc = f'    """{_first_line(call.__doc__)}"""\n'
    return _spelled("", name, ways, _kind(signature.return_annotation, False), doc)


def _spelled(
    margin: str,
    name: str,
    ways: list[list[inspect.Parameter]],
    returns: str,
    doc: str,
    *,
    qualified: bool = False,
) -> str:
    mark = f"{margin}@overload\n" if len(ways) > 1 else ""
    heads = (
        _wrapped(f"{margin}def {name}", _written(way, qualified=qualified), returns) for way in ways
    )
    between = "" if margin else "\n"  # as the formatter sets them
    return between.join(f"{mark}{head}\n{doc}" for head in heads)


def _ways(
    call: Callable[..., Any], parameters: list[inspect.Parameter]
) -> list[list[inspect.Parameter]]:
    """The ways to call: with PyTorch's words, and with NumPy's where it has others."""
    words = {word: meant for word, meant in _spellings(call).items() if word in _SPELLED}
    named = {p.name: p for p in parameters}
    if not words or any(p.kind is p.VAR_KEYWORD for p in parameters):
        return [parameters]
    extra = {
        meant: named[meant].replace(name=word, kind=inspect.Parameter.KEYWORD_ONLY)
        for word, meant in words.items()
    }
    if all(p.default is not p.empty for p in extra.values()):
        return [[*parameters, *extra.values()]]
    borrowed, after = [], False
    for p in parameters:  # what comes behind the renamed argument must be named too
        after = after or p.name in extra
        own = extra.get(p.name, p)
        borrowed.append(own.replace(kind=inspect.Parameter.KEYWORD_ONLY) if after else own)
    return [parameters, borrowed]


def _wrapped(start: str, given: list[str], returns: str) -> str:
    """A heading, broken where the formatter would break it."""
    line = f"{start}({', '.join(given)}) -> {returns}:"
    if len(line) <= 100:
        return line
    margin = " " * (len(start) - len(start.lstrip()))
    inner = f"{margin}    {', '.join(given)}"
    if len(inner) > 100:
        inner = "\n".join(f"{margin}    {one}," for one in given)
    return f"{start}(\n{inner}\n{margin}) -> {returns}:"


def _written(parameters: list[inspect.Parameter], *, qualified: bool = False) -> list[str]:
    text: list[str] = []
    starred = False
    for p in parameters:
        if p.kind is p.KEYWORD_ONLY and not starred:
            text.append("*")
        starred = starred or p.kind in (p.KEYWORD_ONLY, p.VAR_POSITIONAL)
        kind = "" if p.annotation is p.empty else f": {_kind(p.annotation, qualified)}"
        default = " = ..." if p.default is not p.empty else ""
        stars = "*" if p.kind is p.VAR_POSITIONAL else "**" if p.kind is p.VAR_KEYWORD else ""
        text.append(f"{stars}{p.name}{kind}{default}")
    return text


def _kind(annotation: Any, qualified: bool) -> str:
    text = annotation if isinstance(annotation, str) else "Any"
    text = text.replace("rnd.", "")
    for word, meaning in _WORDS.items():
        text = re.sub(rf"\b{word}\b", meaning, text)
    return _SHADOWED.sub(r"builtins.\1", text) if qualified else text


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().split("\n")[0].replace("\\", "\\\\")


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, "utf-8")
        print(f"{len(text.splitlines())} lines written to {path.name}")
