"""What `pellucid` and `pellucid --help` print: all commands on one screen.

It is laid out here, without the machinery that reads options, so that it appears at once.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap

from pellucid.cli.catalog import COMMANDS

__all__ = ["overview"]

_INTRO = (
    "Neural networks you can see through: train on a table, look inside, ask where a number came "
    "from."
)
_OPTIONS = (
    ("-h, --help", "This page; after a command, its options."),
    ("--version", "The version."),
    ("--debug", "After a command: on an error, show where it happened."),
    ("--install-completion", "Let the Tab key complete commands and options."),
)


def overview(width: int | None = None) -> str:
    """All commands with a sentence each.

    Args:
        width: columns of the terminal; asked for when None, at most 88.

    Example:
        >>> print(overview(60).splitlines()[0])
        pellucid COMMAND [OPTIONS]
    """
    room = min(width or shutil.get_terminal_size((88, 24)).columns, 88)
    groups: dict[str, list[tuple[str, str]]] = {}
    for command in COMMANDS.values():
        groups.setdefault(command.group, []).append((command.name, command.help))
    groups["Options"] = list(_OPTIONS)
    lines = [f"{_bold('pellucid')} COMMAND [OPTIONS]", "", *textwrap.wrap(_INTRO, room)]
    for title, entries in groups.items():
        lines += ["", _bold(title), *_entries(entries, room)]
    return "\n".join([*lines, "", f"Start with: {_bold('pellucid fit moons')}"])


def _entries(entries: list[tuple[str, str]], room: int) -> list[str]:
    """Names and their sentences: side by side, or one below the other in a narrow terminal."""
    lead = max(len(name) for name, _ in entries) + 4
    beside = room - lead >= 40
    indent = " " * (lead if beside else 6)
    lines = []
    for name, words in entries:
        text = textwrap.wrap(words, room, initial_indent=indent, subsequent_indent=indent)
        first = f"  {name:<{lead - 2}}{text[0].strip()}" if beside else f"  {name}"
        lines += [first, *(text[1:] if beside else text)]
    return lines


def _bold(words: str) -> str:
    colors = os.environ.get("FORCE_COLOR") or (
        sys.stdout.isatty() and os.environ.get("TERM", "") != "dumb"
    )
    return f"\x1b[1m{words}\x1b[0m" if colors and not os.environ.get("NO_COLOR") else words
