"""What commands show: progress, end card, remarks and errors, on every kind of stream."""

from __future__ import annotations

import io
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pellucid.cli.exits import Exit
from pellucid.cli.look import EndCard, Progress, remark, show_end_card, show_error, warn
from pellucid.cli.progress import SPARK_WIDTH, bar
from pellucid.cli.terminal import can_redraw, has_unicode, spelled
from pellucid.training.progress import clock
from pellucid.training.spark import sparkline
from tests.report import made_up

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def __init__(self, tty=True, encoding="utf-8"):
        super().__init__()
        self.tty, self.spelling = tty, encoding

    def isatty(self):
        return self.tty

    @property
    def encoding(self):
        return self.spelling

    def write(self, text):
        text.encode(self.spelling)  # what a real stream would refuse
        return super().write(text)

    def frames(self):
        """Each state of the redrawn line, without colors."""
        parts = re.split(r"\r\x1b\[2K", self.getvalue())
        return [ESCAPES.sub("", part).rstrip("\n") for part in parts if part]


class Clock:
    def __init__(self):
        self.time = 0.0

    def __call__(self):
        return self.time


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    yield
    Progress.clear()


def run(screen, epochs=100, upto=37, step=1.0, now=None):
    now = now or Clock()
    progress = Progress(screen, now=now)
    progress.start(epochs)
    for epoch in range(1, upto + 1):
        now.time += step
        progress.update(
            epoch,
            epoch * 10,
            1.0 / epoch,
            val_loss=1.1 / epoch,
            metric_name="acc",
            metric=0.5 + epoch / 200,
            rows_per_second=12_400,
            seconds_left=(epochs - epoch) * 0.065,
        )
    return progress


def test_the_line_of_the_design():
    screen = Screen()
    progress = Progress(screen, now=Clock())
    progress.start(100)
    progress.update(37, 370, 0.0812, 0.0975, "acc", 0.96, 12_400, 4.2)
    assert screen.frames() == [
        "Fitting  epoch 37/100  [====>        ]  loss 0.0812 v0.0975  acc 96\u00a0%  "
        "12.4k rows/s  eta 0:04"
    ]


def test_a_terminal_sees_one_line_that_is_redrawn():
    screen = Screen()
    run(screen, upto=37).finish()
    assert screen.getvalue().count("\n") == 1 and screen.getvalue().endswith("\n")
    last = screen.frames()[-1]
    assert last.startswith("Fitting  epoch 37/100  [====>        ]  loss 0.0270 v0.0297")
    assert "in 37.0 s" in last and "eta" not in last
    assert last.endswith(sparkline([1.0 / e for e in range(1, 38)], SPARK_WIDTH))


def test_it_draws_at_most_ten_times_a_second():
    screen, now = Screen(), Clock()
    run(screen, epochs=10_000, upto=5000, step=0.001, now=now)
    assert 45 <= len(screen.frames()) <= 51


@pytest.mark.parametrize("columns", [20, 30, 40, 60, 80, 100, 200])
def test_the_line_never_wraps(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    screen = Screen()
    run(screen, upto=99).finish()
    lengths = [len(frame) for frame in screen.frames()]
    assert max(lengths) < columns
    if columns >= 40:
        assert all("loss" in frame for frame in screen.frames())
    if columns >= 80:
        assert all("acc" in frame for frame in screen.frames())
        assert all("[" in frame for frame in screen.frames())


def test_forty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen()
    run(screen, upto=37)
    assert screen.frames()[-1] == "epoch 37/100  loss 0.0270  acc 68\u00a0%"


def test_a_pipe_gets_a_line_for_each_tenth_and_the_end():
    screen = Screen(tty=False)
    run(screen, upto=100).finish()
    lines = screen.getvalue().splitlines()
    assert [line.split()[2] for line in lines] == [f"{k}/100" for k in range(10, 101, 10)]
    assert lines[0] == (
        "Fitting  epoch 10/100  loss 0.1000 v0.1100  acc 55\u00a0%  12.4k rows/s  eta 0:06"
    )
    assert lines[-1].endswith("12.4k rows/s  in 1 min 40 s")
    assert "\x1b" not in screen.getvalue() and "\r" not in screen.getvalue()


@pytest.mark.parametrize(("epochs", "lines"), [(1, 1), (3, 3), (10, 10), (7, 7), (1000, 10)])
def test_short_and_long_runs_in_a_pipe(epochs, lines):
    screen = Screen(tty=False)
    run(screen, epochs=epochs, upto=epochs).finish()
    assert len(screen.getvalue().splitlines()) == lines


def test_early_stopping_ends_with_its_own_line():
    screen = Screen(tty=False)
    run(screen, upto=37).finish()
    assert [line.split()[2] for line in screen.getvalue().splitlines()] == [
        "10/100",
        "20/100",
        "30/100",
        "37/100",
    ]


def test_a_run_without_any_epoch_says_nothing():
    for tty in (True, False):
        screen = Screen(tty)
        progress = Progress(screen)
        progress.start(10)
        progress.finish()
        assert screen.getvalue() == ""


def test_the_line_is_finished_after_an_error():
    screen = Screen()
    with pytest.raises(KeyboardInterrupt), Progress(screen, now=Clock()) as progress:
        progress.start(5)
        progress.update(1, 1, 0.5)
        raise KeyboardInterrupt
    assert screen.getvalue().endswith("\n")


def test_what_is_missing_is_left_out_and_what_was_known_is_kept():
    screen, now = Screen(), Clock()
    progress = Progress(screen, now=now)
    progress.start(2)
    progress.update(1, 1, 0.5)
    now.time = 1
    progress.update(1, 2, 0.4, 0.6, "R²", 0.45)
    now.time = 2
    progress.update(2, 3, float("nan"))
    first, second, third = screen.frames()
    assert first == "Fitting  epoch 1/2  [======>      ]  loss 0.5000"
    assert second == "Fitting  epoch 1/2  [======>      ]  loss 0.4000 v0.6000  R² 0.450"
    assert third == "Fitting  epoch 2/2  [=============]  loss nan v0.6000  R² 0.450"


def test_colors_on_a_terminal_and_none_when_refused(monkeypatch):
    screen = Screen()
    run(screen)
    assert re.search(r"\x1b\[[\d;]*m", screen.getvalue())
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Screen()
    run(plain)
    assert not re.search(r"\x1b\[(3|9)\d", plain.getvalue())
    assert plain.frames() == screen.frames()


def test_forced_color_in_a_pipe_does_not_redraw(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    screen = Screen(tty=False)
    run(screen, upto=100).finish()
    assert "\r" not in screen.getvalue() and "\x1b[2K" not in screen.getvalue()
    assert len(screen.getvalue().splitlines()) == 10
    show_error("no", stream=screen)
    assert "\x1b[1;31merror:" in screen.getvalue()


def test_a_dumb_terminal_keeps_every_line(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    screen = Screen()
    assert not can_redraw(screen)
    run(screen, upto=100).finish()
    assert "\x1b" not in screen.getvalue() and "\r" not in screen.getvalue()
    assert len(screen.getvalue().splitlines()) == 10


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("tty", [True, False])
def test_other_encodings_get_ascii(encoding, tty):
    screen = Screen(tty, encoding)
    run(screen, upto=30).finish()
    show_error("R² is −1 …\n  ▸ 2 → 3", stream=screen)
    show_end_card(EndCard(content=made_up.diabetes()), stream=screen)
    assert ESCAPES.sub("", screen.getvalue()).isascii()


def test_spelling():
    ascii_ = Screen(encoding="ascii")
    assert spelled("R² → −1 … ▸ Wᵀ", ascii_) == "R^2 -> -1 ... > W^T"
    assert spelled("naïve", ascii_) == "na?ve"
    assert spelled("naïve ▁", Screen(encoding="UTF-8")) == "naïve ▁"
    assert has_unicode(Screen(encoding="utf8")) and not has_unicode(ascii_)


def test_a_remark_clears_the_line_and_the_line_comes_back():
    screen, now = Screen(), Clock()
    progress = Progress(screen, now=now)
    progress.start(10)
    progress.update(1, 1, 0.5)
    remark("three rows were left out", stream=screen)
    progress.update(2, 2, 0.4)
    progress.finish()
    shown = [f for f in screen.frames() if f]
    assert shown[1] == "note: three rows were left out"
    assert shown[2].startswith("Fitting  epoch 2/10")


def test_bars_clocks_and_sparklines():
    assert [len(bar(p / 50)) for p in range(-5, 60)] == [15] * 65
    assert [clock(s) for s in (0, 59.6, 3599.7, -1, float("nan"))] == [
        "0:00",
        "1:00",
        "1:00:00",
        "0:00",
        "?",
    ]
    assert sparkline([]) == sparkline([1.0]) == ""
    assert sparkline([2.0, 2.0]) == "▁▁"
    assert sparkline([1.0, float("inf"), 2.0]) == "▁ █"
    assert len(sparkline(list(np.linspace(1, 0, 500)), SPARK_WIDTH)) == 16


def said(function, *arguments, **options):
    screen = Screen(tty=False)
    function(*arguments, **options, stream=screen)
    return screen.getvalue()


def test_the_form_of_an_error():
    message = (
        'the target column "prise" is not in houses.csv\n'
        'columns: id, area, rooms, price          did you mean "price"?'
    )
    assert said(show_error, message, hint="pellucid fit houses.csv --target price") == (
        'error: the target column "prise" is not in houses.csv\n'
        '  columns: id, area, rooms, price          did you mean "price"?\n'
        "  try: pellucid fit houses.csv --target price\n"
    )


def test_facts_keep_their_alignment():
    message = "layer 2\n   0  Linear\n ▸ 2  Linear ✗\n Make it 16."
    assert said(show_error, message) == (
        "error: layer 2\n    0  Linear\n  ▸ 2  Linear ✗\n  Make it 16.\n"
    )


def test_errors_are_not_markup_and_not_wrapped(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    text = "[red]column[/red] :smile: " + "x" * 100
    assert said(show_error, text) == f"error: {text}\n"
    assert said(warn, text) == f"warning: {text}\n"
    assert said(remark, text) == f"note: {text}\n"


def test_words_go_to_standard_error(capsys):
    show_error("a")
    warn("b")
    remark("c")
    out, err = capsys.readouterr()
    assert (out, err) == ("", "error: a\nwarning: b\nnote: c\n")


@pytest.fixture
def card():
    content = made_up.diabetes()
    content = replace(content, data=replace(content.data, train=283, validation=71, test=88))
    return EndCard(
        content=content,
        files=(Path("out/model.safetensors"), Path("out/report.html")),
        next_command="pellucid show out",
        notes=("Stopped at epoch 80.",),
    )


def test_the_card_in_a_pipe(card):
    metric, miss = card.content.answer.metric, card.content.answer.others[0]
    assert said(show_end_card, card) == (
        f"diabetes: R² {metric.value:.4f} on held-out rows\n"
        "  task                 progression (a number) from 10 inputs\n"
        "  rows                 442: 283 to learn from, 71 to choose the epoch, 88 held out\n"
        f"  R²                   {metric.value:.4f} ({metric.low:.4f} to {metric.high:.4f}); "
        f"baseline \u2212{-metric.baseline:.4f}, always guessing the mean of the training rows\n"
        f"  mean absolute error  {miss.value:.2f} ({miss.low:.2f} to {miss.high:.2f}); "
        f"baseline {miss.baseline:.2f}, always guessing the median of the training rows\n"
        "  best epoch           42 of 80\n"
        "  files                out/model.safetensors\n"
        "                       out/report.html\n"
        "  Stopped at epoch 80.\n"
        "  Clearly better than the baseline.\n"
        "See it: pellucid show out\n"
    )


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_card_on_a_terminal(card, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    screen = Screen()
    show_end_card(card, stream=screen)
    lines = ESCAPES.sub("", screen.getvalue()).splitlines()
    assert lines[0][0] == "╭" and lines[-1][-1] == "╯"
    assert len({len(line) for line in lines}) == 1 and len(lines[0]) <= columns
    flat = re.sub(r"[│\s]", "", "".join(lines))
    assert "out/model.safetensors" in flat and "pellucidshowout" in flat


def test_the_card_as_data(card):
    data = json.loads(json.dumps(card.to_dict(), allow_nan=False))
    metric = card.content.answer.metric
    assert data["metrics"]["R²"]["value"] == metric.value
    assert data["metrics"]["R²"]["baseline"] == metric.baseline
    assert data["rows"] == {"total": 442, "train": 283, "validation": 71, "test": 88}
    assert (data["best_epoch"], data["epochs"], data["seed"]) == (42, 80, 0)
    assert data["files"] == ["out/model.safetensors", "out/report.html"]


def test_a_score_that_is_not_a_number_is_null_in_json(card):
    broken = replace(card.content.answer.metric, value=float("nan"), low=None, high=None)
    answer = replace(card.content.answer, metric=broken, others=())
    data = EndCard(content=replace(card.content, answer=answer)).to_dict()
    assert json.loads(json.dumps(data, allow_nan=False))["metrics"]["R²"]["value"] is None


def test_exit_codes():
    assert {code.name: int(code) for code in Exit} == {
        "GOOD": 0,
        "BUG": 1,
        "USAGE": 2,
        "DATA": 3,
        "TRAINING": 4,
        "MISSING": 5,
        "MODEL": 6,
        "FOUND": 7,
        "INTERRUPTED": 130,
    }
    with pytest.raises(SystemExit) as caught:
        sys.exit(Exit.DATA)
    assert caught.value.code == 3


def test_a_pipe_keeps_the_width_that_columns_asks_for(card, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen(tty=False)
    run(screen, upto=100).finish()
    lines = screen.getvalue().splitlines()
    assert len(lines) == 10
    assert max(map(len, lines)) <= 40
    assert all("loss" in line for line in lines)
    screen = Screen(tty=False)
    show_end_card(card, stream=screen)
    lines = screen.getvalue().splitlines()
    whole = [line for line in lines if len(line) > 40]
    assert all("/" in line for line in whole), "only a path may stick out"
    monkeypatch.setenv("COLUMNS", "no number")
    wide = Screen(tty=False)
    show_end_card(card, stream=wide)
    assert " ".join(" ".join(lines).split()) == " ".join(wide.getvalue().split())
