"""Ctrl+C while the command `pellucid` is still loading: it ends quietly, as it does later on.

The command line can catch the interrupt only once it runs; before that comes the import of this
package and of NumPy, which would end in a traceback. A script that imports pellucid is left alone.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import Any

__all__ = ["disarm"]

_INTERRUPTED = 130  # what a shell expects after Ctrl+C


def _is_command() -> bool:
    """Whether this process was started as `pellucid` or as `python -m pellucid`."""
    first = sys.argv[0] if sys.argv else ""
    if first != "-m":
        return os.path.basename(first) in ("pellucid", "pellucid.exe")
    words = sys.orig_argv
    return words[words.index("-m") + 1 :][:1] == ["pellucid"]


def _leave(*_: Any) -> None:
    os._exit(_INTERRUPTED)  # an import is half done: nothing to put in order, nothing to say


def disarm() -> None:
    """From now on the command line itself answers Ctrl+C."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


if _is_command() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    with suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGINT, _leave)
