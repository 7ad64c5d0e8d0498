"""`pellucid gallery [NAME]`: the activation functions, with what each does and its slope."""

from __future__ import annotations

import json
import textwrap
from typing import Annotated, Any

import typer

from pellucid.cli import command as opt
from pellucid.cli.terminal import print_text, width_of
from pellucid.lenses.curves.facts import activations, facts_of, find
from pellucid.lenses.gallery import gallery as shown
from pellucid.lenses.render.json import plain

__all__ = ["gallery"]


def gallery(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="One activation; all when left out.", show_default=False
        ),
    ] = None,
    as_json: opt.Json = False,
) -> None:
    """List the activations, or draw one."""
    chosen = [find(name)] if name else list(activations().values())
    if as_json:
        facts = [plain(facts_of(op).to_dict()) for op in chosen]
        typer.echo(json.dumps({"activations": facts}, ensure_ascii=False))
    elif name:
        print_text(shown(name).text(width_of()))
    else:
        print_text("\n".join(_line(op) for op in chosen))


def _line(op: Any) -> str:
    text = textwrap.wrap(op.sentence, width_of() - 13)
    return "\n".join(f"{op.name if i == 0 else '':<13}{line}" for i, line in enumerate(text))
