"""Reads the words of a command and its options, and calls its function."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import typer

from pellucid.cli.catalog import COMMANDS
from pellucid.cli.misuse import is_misuse, meant_command, reworded
from pellucid.errors import SettingError

__all__ = ["dispatch"]


def dispatch(words: list[str]) -> int:
    """Run a command.

    Args:
        words: what was typed after `pellucid`; all commands are loaded when there are none, for the
            Tab key.

    Returns:
        the exit code.

    Raises:
        SettingError: there is no such command or option, or its value is of another kind.
    """
    asked = words[0] if words else ""
    if words and not asked.startswith("-") and asked not in COMMANDS:
        hint = meant_command(asked, tuple(COMMANDS))
        raise SettingError(f'there is no command "{asked}".{hint}\n try: pellucid --help')
    if asked in COMMANDS:  # a command may say which words are not for it
        parted = getattr(importlib.import_module(COMMANDS[asked].module), "parted", None)
        words = parted(words) if parted else words
    try:
        ready: Any = _app(asked)(words, prog_name="pellucid", standalone_mode=False, obj=words)
    except typer.Exit as leaving:
        return leaving.exit_code
    except Exception as error:
        if not is_misuse(error):
            raise
        command = f"{asked} " if asked in COMMANDS else ""
        text = f"{reworded(error, words)}\n try: pellucid {command}--help"
        raise SettingError(text) from None
    result = ready() if callable(ready) else ready
    return result if isinstance(result, int) else 0


def _later(call: Callable[..., Any]) -> Callable[..., Any]:
    """A command that only takes its options, so that Ctrl+C and errors reach us as they are."""

    @functools.wraps(call)
    def take(*args: Any, **options: Any) -> Any:
        return functools.partial(call, *args, **options)

    return take


def _app(asked: str) -> typer.Typer:
    """A program with the one command that was asked for; with all where none can be told."""
    app = typer.Typer(
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help="Neural networks you can see through.")(lambda: None)
    for command in [COMMANDS[asked]] if asked in COMMANDS else COMMANDS.values():
        call = getattr(importlib.import_module(command.module), command.name)
        example = f"Example: {command.example}"
        app.command(command.name, help=command.help, epilog=example)(_later(call))
    return app
