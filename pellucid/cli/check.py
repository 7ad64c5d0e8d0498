"""`pellucid check`: every operation's gradient against measured slopes, on this machine."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from pellucid.cli import command as opt
from pellucid.cli.exits import Exit
from pellucid.cli.terminal import print_text
from pellucid.errors import PellucidError, SettingError
from pellucid.ops import COMPOSITIONS, REGISTRY
from pellucid.spelling import did_you_mean
from pellucid.testing import check_op

__all__ = ["check"]


def check(
    op: Annotated[
        str | None,
        typer.Argument(
            metavar="OP",
            help="One operation, such as matmul; all when left out.",
            show_default=False,
        ),
    ] = None,
    as_json: opt.Json = False,
) -> int:
    """Try every record on its own samples."""
    known = REGISTRY | COMPOSITIONS
    if op is not None and op not in known:
        raise SettingError(f'there is no operation "{op}".{did_you_mean(op, tuple(known))}')
    chosen = known if op is None else {op: known[op]}
    problems = {name: _problem(record) for name, record in chosen.items()}
    failed = {name: problem for name, problem in problems.items() if problem}
    if as_json:
        result = {"checked": len(problems), "right": len(problems) - len(failed), "wrong": failed}
        typer.echo(json.dumps(result, ensure_ascii=False))
    else:
        lines = [f"{name}: {problem}" for name, problem in failed.items()]
        right = f"{len(problems) - len(failed)} of {len(problems)} operations"
        print_text("\n".join([*lines, f"{right}: the gradient equals the measured slope."]))
    return Exit.BUG if failed else Exit.GOOD


def _problem(record: Any) -> str:
    """What is wrong with an operation; empty when its gradient equals the measured slope."""
    try:
        check_op(record, second_order=False)
    except (PellucidError, AssertionError) as found:
        return str(found).removeprefix(f"{record.name}: ")
    return ""
