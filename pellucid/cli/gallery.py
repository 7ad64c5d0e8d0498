"""`pellucid gallery [NAME]`: the activation functions, with what each does and its slope."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
import typer

from pellucid.cli import command as opt
from pellucid.cli.terminal import print_text, width_of
from pellucid.data.wording import did_you_mean
from pellucid.errors import SettingError
from pellucid.lenses.notation import plain
from pellucid.ops import REGISTRY
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.lift import lifted

__all__ = ["gallery"]

_FACTS = ("name", "sentence", "equation", "derivative", "kink", "stable", "source")
_SIDE, _HIGH = 41, 13
_REACH = 4.0


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
    known = {op.name: op for op in REGISTRY.values() if "activation" in op.traits}
    if name is not None and name not in known:
        hint = did_you_mean(name, tuple(known))
        raise SettingError(f'there is no activation "{name}".{hint}\n Known: {", ".join(known)}.')
    chosen = [known[name]] if name else list(known.values())
    if as_json:
        facts = [{fact: getattr(op, fact) for fact in _FACTS} for op in chosen]
        typer.echo(json.dumps({"activations": facts}, ensure_ascii=False))
    elif name:
        print_text("\n".join(_page(known[name])))
    else:
        print_text("\n".join(_line(op) for op in chosen))


def _line(op: Any) -> str:
    text = textwrap.wrap(op.sentence, width_of() - 13)
    return "\n".join(f"{op.name if i == 0 else '':<13}{line}" for i, line in enumerate(text))


def _page(op: Any) -> Iterator[str]:
    yield f"{op.name}: {op.sentence}"
    yield ""
    yield f"  {plain(op.equation)}"
    yield f"  {plain(op.derivative)}"
    yield ""
    yield from _drawn(op)
    for what, text in (("at the kink", op.kink), ("computed as", op.stable), ("source", op.source)):
        if text:
            yield from textwrap.wrap(f"{what}: {plain(text)}", width_of(), subsequent_indent="  ")


def _drawn(op: Any) -> Iterator[str]:
    """The curve over −4 to 4 in letters, with its axes."""
    x = np.linspace(-_REACH, _REACH, _SIDE)
    with no_grad():
        y = lifted(op)(from_numpy(x)).numpy()
    low, high = min(float(y.min()), 0.0), max(float(y.max()), 0.0)
    rows = np.rint((high - y) / ((high - low) or 1.0) * (_HIGH - 1)).astype(int)
    zero = round(high / ((high - low) or 1.0) * (_HIGH - 1))
    for line in range(_HIGH):
        letters = ["─" if line == zero else " "] * _SIDE
        letters[_SIDE // 2] = "┼" if line == zero else "│"
        for column in np.flatnonzero(rows == line):
            letters[column] = "●"
        label = (
            f"{high:.4g}" if line == 0 else f"{low:.4g}" if line == _HIGH - 1 and low < 0 else ""
        )
        yield f"  {label:>7} {''.join(letters)}".rstrip()
    yield f"  {'':>7} {-_REACH:<20g}0{_REACH:>20g}"
    yield ""
