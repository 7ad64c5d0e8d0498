"""The history: a table, a file, a line of text."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import FileFormatError
from pellucid.training import History, build_mlp
from pellucid.training.picture import curves
from pellucid.training.spark import sparkline
from tests.lenses.markup import Tags


@pytest.fixture(scope="module")
def history() -> Any:
    pl.manual_seed(0)
    x = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    y = (x[:, 0] > 0).astype(int)
    return pl.fit(build_mlp(2, 2, (4,)), (x, y), epochs=12, lr=0.05, progress=False)


def test_it_is_a_frame_with_a_row_per_epoch(history: Any) -> None:
    frame = history.to_frame()
    assert list(frame.columns) == [
        "epoch", "train_loss", "validation_loss", "train_accuracy", "validation_accuracy",
        "learning_rate", "seconds",
    ]  # fmt: skip
    assert len(frame) == 12 and frame["epoch"].tolist() == list(range(1, 13))
    assert frame["train_loss"].tolist() == history.train_loss


def test_it_can_be_saved_and_read(history: Any, tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    history.save(path)
    again = History.load(path)
    assert again == history and again.best_weights == {}
    assert again.settings == history.settings and again.best_loss == history.best_loss


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": "other"}', '{"format": 3, "version": 1}']
)
def test_files_that_are_no_history(tmp_path: Path, text: str) -> None:
    path = tmp_path / "history.json"
    path.write_text(text)
    with pytest.raises(FileFormatError) as caught:
        History.load(path)
    assert str(caught.value).startswith(f"{path} is not a whole history file: ")


def test_it_prints_as_a_table_and_a_line(history: Any) -> None:
    lines = repr(history).split("\n")
    assert lines[0].split("  ")[0] == "epoch" and "validation accuracy" in lines[0]
    assert len({len(line) for line in lines[:-1]}) == 1
    (best,) = [line for line in lines if "▸" in line]
    assert f"▸{history.best_epoch} " in best
    assert lines[-1].startswith("loss █") and "All 12 epochs were run. Look" in lines[-1]


def test_in_a_notebook_it_is_curves_and_a_table(history: Any) -> None:
    html = history._repr_html_()
    tags = Tags(html)
    assert tags.wrong == [] and tags.open == []
    assert html.count("<path") == 4 and html.count("<circle") == 1  # two curves, two in the legend
    assert html.count("<tr") == repr(history).count("\n") + 0
    assert html.count('<tr class="best">') == 1 and f"▸{history.best_epoch}</td>" in html
    assert "prefers-color-scheme:dark" in html and "All 12 epochs were run." in html
    rules = html[html.index("<style>") + 7 : html.index("</style>")]
    selectors = re.findall(r"(?:^|[{}])\s*([^{}@]+)\{", rules)
    assert selectors and all(s.startswith(".pellucid-history") for s in selectors)


def test_curves_leave_gaps_and_take_logarithms_of_wide_ranges() -> None:
    nan = float("nan")
    gap = curves({"train loss": [3.0, 2.0, nan, 1.0, 1.5]}, best=4)
    path = re.findall(r'<path class="one" d="(M6[^"]+)"', gap)[0]
    assert path.count("M") == 2 and path.startswith("M64.0 12.0L")
    assert "(log)" not in gap and "(log)" in curves({"a": [1000.0, 1.0]}, 0)
    assert curves({"a": [1.0]}, 1) == "" and curves({"a": [nan, nan]}, 1) == ""
    assert curves({}, 0) == ""
    flat = curves({"a": [1.0, 1.0]}, 1)
    assert "nan" not in flat and "M64.0 79.0L508.0 79.0" in flat
    wild = History(train_loss=[float("inf"), 1.0, 0.5], best_epoch=3, step_loss=[1.0] * 3)
    assert "<svg" in wild._repr_html_() and "inf" in wild._repr_html_()


def test_an_empty_one_prints_too() -> None:
    assert repr(History(step_loss=[1.0])) == "History(no finished epoch, 1 steps)"
    assert History()._repr_html_() == "<p>History(no finished epoch, 0 steps)</p>"
    assert History().best_loss == float("inf") and History().ended == "Still running."


@pytest.mark.parametrize(
    ("name", "hint"),
    [("loss", "step_loss has one"), ("val_loss", "validation_loss one"), ("history", "to_frame"),
     ("best_epok", "Did you mean 'best_epoch'"), ("qqq", "no attribute 'qqq'.")],
)  # fmt: skip
def test_names_of_other_libraries_are_answered(history: Any, name: str, hint: str) -> None:
    with pytest.raises(AttributeError, match=re.escape(hint)):
        getattr(history, name)
    assert not hasattr(copy.deepcopy(history), name)


def test_sparklines() -> None:
    assert sparkline([1.0, 1.0]) == "▁▁" and sparkline([2.0]) == ""
    assert sparkline([0.0, float("nan"), 1.0]) == "▁ █"
    assert len(sparkline(list(range(100)), width=10)) == 10
