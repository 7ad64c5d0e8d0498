"""Reads the words of a command and its options, and calls its function."""

from __future__ import annotations

import importlib
from typing import Any

import typer

from pellucid.cli.catalog import COMMANDS
from pellucid.cli.exits import Exit
from pellucid.cli.look import show_error

__all__ = ["dispatch"]

# Typer brings click along under a name of its own, or takes the one installed.
_Misuse: Any = next(k for k in typer.BadParameter.__mro__ if k.__name__ == "ClickException")


def dispatch(words: list[str]) -> int:
    """Run a command.

    Args:
        words: what was typed after `pellucid`.

    Returns:
        the exit code.
    """
    asked = words[0] if words else ""
    try:
        result: Any = _app(asked)(words, prog_name="pellucid", standalone_mode=False, obj=words)
    except typer.Exit as leaving:
        return leaving.exit_code
    except typer.Abort as stop:
        raise KeyboardInterrupt(*getattr(stop.__cause__, "args", ())) from None
    except _Misuse as mistake:
        _show_misuse(mistake, asked)
        return Exit.USAGE
    return result if isinstance(result, int) else Exit.GOOD


def _app(asked: str) -> typer.Typer:
    """A program with the one command that was asked for; with all where none can be told."""
    app = typer.Typer(
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help="Neural networks you can see through.")(lambda: None)
    chosen = [COMMANDS[asked]] if asked in COMMANDS else COMMANDS.values()
    for command in chosen:
        call = getattr(importlib.import_module(command.module), command.name)
        example = f"Example: {command.example}"
        app.command(command.name, help=command.help, epilog=example)(call)
    return app


def _show_misuse(mistake: Any, asked: str) -> None:
    """The message in the form of every other error."""
    text = " ".join(mistake.format_message().split()).rstrip(".")
    command = f"{asked} " if asked in COMMANDS else ""
    show_error(f"{text[:1].lower()}{text[1:]}", hint=f"pellucid {command}--help")
