"""Which names outside a function reads or writes, as its bytecode says before it has run."""

from __future__ import annotations

import dis
import sys
from functools import lru_cache
from types import CodeType, ModuleType

__all__ = ["installed", "outer_names", "paths"]


@lru_cache(maxsize=256)
def outer_names(code: CodeType) -> tuple[str, ...]:
    """The globals that a function reads or writes, and those of the functions inside of it."""
    words = ("LOAD_GLOBAL", "STORE_GLOBAL", "LOAD_NAME")
    found = {i.argval: None for i in dis.get_instructions(code) if i.opname in words}
    for part in code.co_consts:
        if isinstance(part, CodeType):
            found.update(dict.fromkeys(outer_names(part)))
    return tuple(found)


@lru_cache(maxsize=256)
def paths(code: CodeType) -> tuple[tuple[str, ...], ...]:
    """The dotted names that a function reads, `config.rates.fast`, and its inner functions."""
    found: dict[tuple[str, ...], None] = {}
    path: tuple[str, ...] = ()
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            path = (step.argval,)
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and path:
            path = (*path, step.argval)
            found[path] = None
        elif step.opname != "CACHE":
            path = ()
    for part in code.co_consts:
        if isinstance(part, CodeType):
            found.update(dict.fromkeys(paths(part)))
    return tuple(found)


@lru_cache(maxsize=256)
def installed(module: ModuleType) -> bool:
    """Whether a module is ours, Python's or an installed one: its settings are no person's own."""
    name = module.__name__.partition(".")[0]
    place = getattr(module, "__file__", None) or ""
    return name == "pellucid" or name in sys.stdlib_module_names or "site-packages" in place
