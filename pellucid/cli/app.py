"""`pellucid`: one program, one command for each thing people do; and every error in the same form.

Results go to standard output, progress and remarks to standard error; the exit code says what
happened.
"""

from __future__ import annotations

import errno
import importlib
import os
import re
import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence
from typing import Any

from pellucid._interrupt import disarm
from pellucid._version import __version__
from pellucid.cli.exits import Exit
from pellucid.cli.overview import overview
from pellucid.errors import (
    DataError,
    FileFormatError,
    MissingExtraError,
    PellucidError,
    SettingError,
    StateError,
    TrainingError,
)

__all__ = ["main"]

_LONG = 72
# The end of the first sentence, if it is not inside a quoted cell.
_END = re.compile(r"""(?<=[\w"')])[.?] (?=[A-Z])(?=(?:[^"]*"[^"]*")*[^"]*$)""")

_CODES: tuple[tuple[type[PellucidError], Exit], ...] = (
    (SettingError, Exit.USAGE),
    (DataError, Exit.DATA),
    (TrainingError, Exit.TRAINING),
    (MissingExtraError, Exit.MISSING),
    (FileFormatError, Exit.MODEL),
    (StateError, Exit.MODEL),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Args:
        arguments: the words after `pellucid`; those of the process when None.
    """
    disarm()
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    sys.exit(int(_run([word for word in words if word != "--debug"], debug)))


def _run(words: list[str], debug: bool) -> int:
    try:
        code = _answer(words)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt as stop:
        _error(str(stop) or "stopped by Ctrl+C")
        return Exit.INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as in `pellucid … | head`
        _drop_output()
        return Exit.GOOD
    except PellucidError as known:
        if debug:
            traceback.print_exc()
        _error(_later("again").completed(str(known), words))
        return next((code for kind, code in _CODES if isinstance(known, kind)), Exit.USAGE)
    except Exception as bug:
        if isinstance(bug, OSError) and bug.errno in (errno.ENOSPC, errno.EDQUOT):
            _drop_output()
            _error(f"can't write the result: {bug.strerror}.\n Make room, or choose another place.")
            return Exit.DATA
        return _bug(bug, debug)


def _drop_output() -> None:
    """What is still to be written goes nowhere, or Python would try again while it leaves."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _answer(words: list[str]) -> int:
    if words[:1] in ([], ["-h"], ["--help"]) and "_PELLUCID_COMPLETE" not in os.environ:
        print(overview())
        return Exit.GOOD
    if words[:1] == ["--version"]:
        print(f"pellucid {__version__}")
        return Exit.GOOD
    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.showwarning = _show_warning
        return int(_later("dispatch").dispatch(words))


def _later(module: str) -> Any:
    """A module of the command line, loaded when it is needed: help has to appear at once."""
    return importlib.import_module(f"pellucid.cli.{module}")


def _error(message: str) -> None:
    _later("look").show_error(_sentences(message))


def _sentences(message: str) -> str:
    """A long message of one line with what to do on a line of its own."""
    end = _END.search(message)
    if end is None or "\n" in message or len(message) <= _LONG:
        return message
    return f"{message[: end.start() + 1]}\n {message[end.end() :]}"


def _show_warning(message: Any, category: Any, *place: Any, **more: Any) -> None:
    _later("look").warn(str(message))


def _bug(bug: Exception, debug: bool) -> int:
    if debug:
        traceback.print_exc()
        return Exit.BUG
    with tempfile.NamedTemporaryFile(
        "w", prefix="pellucid-error-", suffix=".txt", delete=False, encoding="utf-8"
    ) as log:
        log.write("".join(traceback.format_exception(bug)))
    _error(
        f"something went wrong inside pellucid: {type(bug).__name__}: {bug}\n"
        f" The details are in {log.name}. Please report it with that file."
    )
    return Exit.BUG
