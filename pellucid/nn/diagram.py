"""A module as text: PyTorch's tree, with the number of weights beside each line that has some."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pellucid.nn.module import Module

__all__ = ["diagram"]


def diagram(module: Module, usual: Callable[[Module], str]) -> str:
    """The tree of a module; one line for a single layer.

    What has a `__repr__` of its own, other than the usual one, stands in its own words.
    """
    if not module.__dict__.get("_modules"):
        settings = module.extra_repr()
        if "\n" in settings:
            settings = "\n" + "".join(f"  {line}\n" for line in settings.split("\n"))
        return f"{module._get_name()}({settings})"
    rows = _rows(module, "", 0, usual)
    width = max(len(text) for text, _ in rows)
    digits = max(len(f"{n:,}") for _, n in rows)
    lines = [f"{text:<{width}}   {n:>{digits},}" if n else text for text, n in rows]
    return "\n".join([*lines, _total(module)])


def _rows(
    module: Module, label: str, depth: int, usual: Callable[[Module], str]
) -> list[tuple[str, int]]:
    """Lines of text, each with the number of weights that stand on it."""
    indent = "  " * depth
    head = f"{indent}{label}{module._get_name()}("
    own = sum(p.numel() for p in module._parameters.values() if p is not None)
    children = list(module._modules.items())
    extra = module.extra_repr()
    if not children and "\n" not in extra:
        return [(f"{head}{extra})", own)]
    rows = [(head, own)]
    rows += [(f"{indent}  {line}", 0) for line in extra.split("\n") if line]
    for name, child in children:
        if child is None:
            rows.append((f"{indent}  ({name}): None", 0))
        elif type(child).__repr__ is not usual:
            rows += _in_own_words(child, f"{indent}  ({name}): ")
        else:
            rows += _rows(child, f"({name}): ", depth + 1, usual)
    return [*rows, (f"{indent})", 0)]


def _in_own_words(module: Module, label: str) -> list[tuple[str, int]]:
    first, *others = repr(module).split("\n")
    indent = " " * (len(label) - len(label.lstrip()))
    held = sum(p.numel() for p in module.parameters())
    return [(label + first, held), *((indent + line, 0) for line in others)]


def _total(module: Module) -> str:
    everything = list(module.parameters())
    total = sum(p.numel() for p in everything)
    frozen = sum(p.numel() for p in everything if not p.requires_grad)
    tail = f", of which {frozen:,} are frozen" if frozen else ""
    return f"{total:,} parameter{'s' if total != 1 else ''}{tail}"
