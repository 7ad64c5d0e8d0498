"""Runs a person's own training script while the doctor looks on."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import re
import runpy
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pellucid.cli.look import remark
from pellucid.doctor import watch
from pellucid.doctor.report import Report
from pellucid.errors import DataError, SettingError

__all__ = ["run_script"]

_PACKAGE = Path(__file__).parent.parent
_OURS = tuple(f"{_PACKAGE / room}{os.sep}" for room in ("doctor", "bridges"))  # those that look on
_TORCH = re.compile(r"\b(torch|transformers|lightning|accelerate)\b")


def run_script(
    script: Path, arguments: Sequence[str], trials: bool, seconds: float, aside: bool
) -> tuple[Report, int]:
    """Run it as Python would, and report on the training inside.

    Args:
        script: the file.
        arguments: what stands behind it on the command line.
        trials: whether short runs on copies decide between causes.
        seconds: how long they may take.
        aside: whether what the script prints goes to standard error.

    Returns:
        the report, and the exit code that the script alone would have had.

    Raises:
        DataError: the file is not there.
        SettingError: no training was seen.
    """
    if not script.is_file():
        raise DataError(f"there is no file {script}.")
    with contextlib.ExitStack() as stack:
        reports = [stack.enter_context(w(trials=trials, seconds=seconds)) for w in _watches(script)]
        if aside:
            stack.enter_context(contextlib.redirect_stdout(sys.stderr))
        code = _run(script, arguments)
    seen = [report for report in reports if report.seen.events.steps or report.seen.losses.size]
    if not seen:
        raise SettingError(
            f"no training step was seen in {script}.\n The doctor sees loss.backward() and"
            " optimizer.step() of pellucid and PyTorch, in the process of the script itself."
        )
    return max(seen, key=lambda report: report.seen.events.steps), code


def _watches(script: Path) -> Iterator[Any]:
    """Who looks on: at ours always, at PyTorch's where the script may use it."""
    yield watch
    text = "".join(_read(file) for file in (script, *sorted(script.parent.glob("*.py"))[:100]))
    if _TORCH.search(text) and importlib.util.find_spec("torch") is not None:
        yield importlib.import_module("pellucid.bridges.torch").watch


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", errors="ignore")
    except OSError:
        return ""


def _run(script: Path, arguments: Sequence[str]) -> int:
    """The script as the main program; its exit code."""
    argv, path = list(sys.argv), list(sys.path)
    sys.argv[:] = [str(script), *arguments]
    sys.path.insert(0, str(script.resolve().parent))
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except KeyboardInterrupt:
        remark("stopped by Ctrl+C; the report is on what was seen until then.")
    except Exception as error:
        _show(error, script)
        remark("the script ended with this error; the doctor judges what it saw until then.")
        return 1
    finally:
        sys.argv[:], sys.path[:] = argv, path
    return 0


def _show(error: Exception, script: Path) -> None:
    """The script's own traceback, from its first line on, without those who look on."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [i for i, frame in enumerate(frames) if Path(frame.filename) == script]
    kept = [f for f in (frames[own[0] :] if own else frames) if not f.filename.startswith(_OURS)]
    sys.stderr.write("Traceback (most recent call last):\n")
    sys.stderr.write("".join(traceback.format_list(kept)))
    sys.stderr.write("".join(traceback.format_exception_only(error)))
