"""The page on tables lists exactly the options that `pellucid fit --help` lists, in its words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from pellucid.cli.dispatch import _app
from tests.cli.commands import good

PAGE = Path(__file__).resolve().parents[2] / "docs" / "table.md"


def options() -> list[Any]:
    command: Any = typer.main.get_command(_app("fit"))
    command = getattr(command, "commands", {}).get("fit", command)
    return [p for p in command.params if p.param_type_name == "option" and not p.hidden]


def row(option: Any) -> str:
    """One line of the table: spellings, what it does, and the default where there is one."""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    default = option.default
    shown = default is not None and default is not False and option.show_default is not False
    usual = f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
    return f"| {names} | {option.help.replace('|', '&#124;')} | {usual if shown else ''} |"


def documented() -> list[str]:
    lines = PAGE.read_text("utf-8").splitlines()
    start = lines.index("| option | what it does | usually |") + 2
    return lines[start : next(i for i in range(start, len(lines)) if not lines[i].startswith("|"))]


def test_every_documented_option_is_as_in_help() -> None:
    expected = [row(option) for option in options()]
    assert documented() == expected, "the table should be:\n" + "\n".join(expected)


def test_help_shows_the_words_of_the_page() -> None:
    plain = good("fit", "--help").out.replace("│", "")
    words = {word for option in options() for word in (option.opts[0], *option.help.split())}
    assert words and {word for word in words if word not in plain} == set()
