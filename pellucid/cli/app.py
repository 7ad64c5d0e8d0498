"""`pellucid`: one program, one command for each thing people do; and every error in the same form.

Results go to standard output, progress and remarks to standard error; the exit code says what
happened.
"""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Sequence
from typing import Annotated, Any

import click
import typer

from pellucid._version import __version__
from pellucid.cli import describe, fit, learn, predict
from pellucid.cli.exits import Exit
from pellucid.cli.look import show_error
from pellucid.errors import (
    DataError,
    FileFormatError,
    MissingExtraError,
    PellucidError,
    SettingError,
    TrainingError,
)

__all__ = ["app", "main"]

app = typer.Typer(
    name="pellucid",
    help=(
        "Neural networks you can see through: train on a table, look inside, "
        "ask where a number came from."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: pellucid fit moons",
)

_CODES: tuple[tuple[type[PellucidError], Exit], ...] = (
    (SettingError, Exit.USAGE),
    (DataError, Exit.DATA),
    (TrainingError, Exit.TRAINING),
    (MissingExtraError, Exit.MISSING),
    (FileFormatError, Exit.MODEL),
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pellucid {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options before the command."""


for _command in (*fit.COMMANDS, *predict.COMMANDS, *describe.COMMANDS, *learn.COMMANDS):
    app.command(_command.name, help=_command.help, epilog=_command.example)(_command.call)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Args:
        arguments: the words after `pellucid`; those of the process when None.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    sys.exit(_run([word for word in words if word != "--debug"], debug))


def _run(words: list[str], debug: bool) -> int:
    try:
        result: Any = app(words, prog_name="pellucid", standalone_mode=False)
        return result if isinstance(result, int) else Exit.GOOD
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (KeyboardInterrupt, click.exceptions.Abort):
        show_error("stopped by Ctrl+C")
        return Exit.INTERRUPTED
    except click.ClickException as misuse:
        misuse.show()
        return Exit.USAGE
    except BrokenPipeError:  # the reader of our output has gone, as in `pellucid … | head`
        sys.stderr.close()
        return Exit.GOOD
    except PellucidError as known:
        if debug:
            traceback.print_exc()
        show_error(str(known))
        return next((code for kind, code in _CODES if isinstance(known, kind)), Exit.USAGE)
    except Exception as bug:
        return _bug(bug, debug)


def _bug(bug: Exception, debug: bool) -> int:
    if debug:
        traceback.print_exc()
        return Exit.BUG
    with tempfile.NamedTemporaryFile(
        "w", prefix="pellucid-error-", suffix=".txt", delete=False, encoding="utf-8"
    ) as log:
        log.write("".join(traceback.format_exception(bug)))
    show_error(
        f"something went wrong inside pellucid: {type(bug).__name__}: {bug}\n"
        f" The details are in {log.name}. Please report it with that file."
    )
    return Exit.BUG
