"""A whole process: terminals wide and narrow, pipes, Ctrl+C once and twice, and time to start."""

from __future__ import annotations

import codecs
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from pellucid.cli.exits import Exit
from tests.architecture.rooms import ROOT

COMMAND = [sys.executable, "-m", "pellucid"]
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
LONG = ("fit", "moons", "--epochs", "100000", "-o", "m")
SHORT = ("fit", "moons", "--samples", "100", "--epochs", "20", "--hidden", "8", "-o", "m")


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "PYTHONUTF8": "1", **more}


class Terminal:
    """A command on a terminal of a width; what it shows is gathered in `text`."""

    def __init__(self, *words: str, columns: int = 100, **more: str) -> None:
        self.text = ""
        self._reader = codecs.getincrementaldecoder("utf-8")()
        self._here, there = pty.openpty()
        fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self.process = subprocess.Popen(
            [*COMMAND, *words], stdin=there, stdout=there, stderr=there,
            env=environment(**more), start_new_session=True,
        )  # fmt: skip
        os.close(there)

    def wait_for(self, pattern: str, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            if not self._read() or time.monotonic() > until:
                self.process.kill()
                pytest.fail(f"no {pattern!r} in {self.plain[-300:]!r}")

    def end(self) -> int:
        while self._read():
            pass
        os.close(self._here)
        return self.process.wait(30)

    def _read(self) -> bool:
        try:
            if select.select([self._here], [], [], 1)[0]:
                raw = os.read(self._here, 65536)
                self.text += self._reader.decode(raw)
                return bool(raw)
        except OSError:  # the other side has closed
            return False
        return True

    @property
    def plain(self) -> str:
        return ESCAPES.sub("", self.text)


def piped(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, env=environment(**more), timeout=120,
        check=False,
    )  # fmt: skip


@pytest.mark.parametrize("columns", [pytest.param(100, marks=pytest.mark.slow), 40])
def test_a_line_that_redraws_and_a_card(here: Path, columns: int) -> None:
    terminal = Terminal(*SHORT, columns=columns)
    assert terminal.end() == Exit.GOOD
    lines = terminal.plain.splitlines()
    assert "\x1b[2K" in terminal.text and "epoch 20/20" in terminal.plain
    card = [line for line in lines if line.startswith(("╭", "│", "╰"))]
    assert max(map(len, card)) <= columns
    assert card[0].startswith("╭─") and card[-1].startswith("╰─")
    assert "\x1b[" in terminal.text.replace("\x1b[2K", ""), "colors"


@pytest.mark.slow
def test_no_color_and_a_dumb_terminal(here: Path) -> None:
    terminal = Terminal(*SHORT, NO_COLOR="1")
    assert terminal.end() == Exit.GOOD
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", terminal.text)
    dumb = Terminal(*SHORT, TERM="dumb")
    assert dumb.end() == Exit.GOOD
    assert "\x1b" not in dumb.text and "Fitting  epoch 2/20" in dumb.text


def test_plain_lines_in_a_pipe_and_only_what_is_needed_is_loaded(here: Path) -> None:
    heavy = "('sklearn', 'jax', 'torch', 'matplotlib', 'scipy')"
    code = (
        f"import sys; from pellucid.cli.app import main\ntry: main({[*SHORT]})\n"
        f"except SystemExit as e: sys.stderr.write(str([e.code, *(m for m in {heavy} "
        "if m in sys.modules)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=False
    )
    *lines, last = done.stderr.splitlines()
    assert last == str([int(Exit.GOOD)])
    assert "\x1b" not in done.stdout + done.stderr
    shown = re.findall(r"^Fitting  epoch (\d+)/20  loss ", "\n".join(lines), re.MULTILINE)
    assert shown == [str(n) for n in range(2, 21, 2)]
    assert "Fitting" not in done.stdout and done.stdout.startswith("moons: ")


@pytest.mark.slow
def test_letters_that_the_terminal_lacks_are_spelled(here: Path) -> None:
    done = piped(*SHORT[:1], "diabetes", "--epochs", "1", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.returncode == Exit.GOOD
    assert "R^2" in done.stdout and (done.stdout + done.stderr).isascii()


@pytest.mark.slow
def test_ctrl_c_once_saves_the_best_and_says_so(here: Path) -> None:
    terminal = Terminal(*LONG)
    terminal.wait_for(r"epoch \d\d+/")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == Exit.INTERRUPTED
    found = re.search(r"Stopped at epoch (\d+)\. Best model so far is in (\S+)\.", terminal.plain)
    assert found and int(found[1]) >= 2 and found[2] == "m/model.safetensors"
    assert {p.name for p in Path("m").iterdir()} == {
        "model.safetensors", "model.json", "history.csv", "report.html",
    }  # fmt: skip
    assert len(Path("m/history.csv").read_text().splitlines()) == int(found[1]) + 1
    assert json.loads(Path("m/model.json").read_text())["facts"]["history"]["best_epoch"] >= 1


@pytest.mark.slow
def test_ctrl_c_twice_leaves_at_once(here: Path) -> None:
    for pause in (0.01, 0.03, 0.1):  # a busy machine may take two for one, or end between them
        terminal = Terminal(*LONG)
        terminal.wait_for(r"epoch \d\d+/")
        for _ in range(2):
            terminal.process.send_signal(signal.SIGINT)
            time.sleep(pause)
        assert terminal.end() == Exit.INTERRUPTED
        if "error: stopped by Ctrl+C" in terminal.plain:
            break
    assert "error: stopped by Ctrl+C" in terminal.plain
    assert not any(path.name.startswith(".") for path in here.rglob("*")), "half a file was left"


@pytest.mark.slow
def test_ctrl_c_in_the_first_epoch_leaves_nothing(here: Path) -> None:
    terminal = Terminal("fit", "moons", "--samples", "200000", "--batch", "4", "-o", "m")
    terminal.wait_for("epoch 1/")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == Exit.INTERRUPTED
    assert "stopped before the first epoch was over; nothing was written" in terminal.plain
    assert list(here.iterdir()) == []


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(here: Path) -> None:
    line = f"{' '.join(COMMAND)} data make moons --samples 100000 | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, env=environment(),
        timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "x1,x2,class\n", "")


@pytest.mark.slow
def test_errors_are_colored_on_a_terminal_only(here: Path) -> None:
    terminal = Terminal("fit", "nothing.csv", columns=60)
    assert terminal.end() == Exit.DATA
    assert "\x1b[1;31merror:" in terminal.text
    assert piped("fit", "nothing.csv").stderr == (
        "error: there is no file nothing.csv. Check the name, or give the full path.\n"
    )


# ---- time -----------------------------------------------------------------------------------


def seconds(*words: str) -> float:
    start = time.perf_counter()
    assert piped(*words).returncode == 0
    return time.perf_counter() - start


def cpu_seconds(*words: str) -> float:
    """Processor time: what a busy machine does not change."""
    return processor_time(*COMMAND, *words)


def processor_time(*command: str) -> float:
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
        "stdout=subprocess.DEVNULL); u = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(u.ru_utime + u.ru_stime)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True,
        env=environment(), check=True, timeout=120,
    )  # fmt: skip
    return float(done.stdout)


def test_help_appears_at_once() -> None:
    # One quick run of five will do. Else the machine is busy, or slow: then it is asked for the
    # work, beside that of loading NumPy alone.
    quick = any(seconds("--help") <= 0.3 for _ in range(5))
    numpy = (sys.executable, "-c", "import numpy")
    assert quick or any(cpu_seconds("--help") <= 3 * processor_time(*numpy) for _ in range(5))


@pytest.mark.parametrize("words", ["--help", "--version"])
def test_help_loads_nothing_heavy(words: str) -> None:
    heavy = "('typer', 'rich', 'pandas', 'sklearn', 'jax', 'torch', 'matplotlib', 'scipy')"
    code = (
        f"import sys; from pellucid.cli.app import main\ntry: main(['{words}'])\n"
        f"except SystemExit: sys.exit(str([m for m in {heavy} if m in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=False
    )
    assert done.stderr == "[]\n"


@pytest.mark.slow
def test_the_main_job_takes_seconds(here: Path) -> None:
    took = seconds("fit", "moons")
    if took > 6:
        took = cpu_seconds("fit", "moons")
    assert took < 6


@pytest.mark.slow
def test_the_tab_key_knows_commands_and_options(here: Path) -> None:
    for typed, wanted in (("pellucid f", "fit"), ("pellucid fit --ep", "--epochs")):
        at = str(len(typed.split()) - 1)
        done = piped(_PELLUCID_COMPLETE="complete_bash", COMP_WORDS=typed, COMP_CWORD=at)
        assert done.stdout.split() == [wanted]


SLOW_NUMPY = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(30)\n"


@pytest.mark.parametrize("start", ["module", "script"])
def test_an_interrupt_while_numpy_loads_ends_quietly(tmp_path: Path, start: str) -> None:
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy" / "__init__.py").write_text(SLOW_NUMPY)
    script = tmp_path / "pellucid"  # as pip writes it
    script.write_text("import sys\nfrom pellucid.cli.app import main\nsys.exit(main())\n")
    command = COMMAND if start == "module" else [sys.executable, str(script)]
    done = subprocess.run(
        [*command, "info"], capture_output=True, text=True, timeout=60,
        env=environment(PYTHONPATH=f"{tmp_path / 'none'}{os.pathsep}{tmp_path}{os.pathsep}{ROOT}"),
        cwd=ROOT.parent,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (Exit.INTERRUPTED, "", "")


def test_a_script_that_imports_pellucid_keeps_its_own_answer_to_ctrl_c(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        "import signal, pellucid\n"
        "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler\n"
    )
    subprocess.run([sys.executable, str(script)], check=True, env=environment())
