"""`pellucid fit` where people are fooled: rare classes, outliers, leaks, files of others."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pellucid.cli.exits import Exit
from tests.cli.commands import good, houses, pellucid, write

QUICK = ("--epochs", 3, "--hidden", 8, "-q")


@pytest.fixture
def rare(here: Path) -> Path:
    """95 to 5, told apart by two columns, though not without doubt."""
    draw = np.random.default_rng(0)
    x, rare = draw.normal(size=(1000, 4)), np.arange(1000) % 20 == 0
    x[rare, 0] += 1.5
    x[rare, 1] -= 1
    frame = pd.DataFrame(x, columns=list("abcd")).assign(fraud=np.where(rare, "yes", "no"))
    frame.to_csv("rare.csv", index=False)
    return here / "rare.csv"


@pytest.fixture
def wild(here: Path) -> Path:
    """A smooth target with three rows that lie far off."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(400, 3))
    price = 3 * x[:, 0] + x[:, 1] + draw.normal(0, 0.3, 400)
    price[[17, 203, 377]] = 900, -700, 1500
    pd.DataFrame(x, columns=list("uvw")).assign(price=price).to_csv("wild.csv", index=False)
    return here / "wild.csv"


def test_a_rare_class_is_judged_by_what_it_counts_in(rare: Path) -> None:
    said = good("fit", rare, "--target", "fraud", "--epochs", 12, "-o", "m")
    first = said.out.splitlines()[0]
    assert first.startswith("rare.csv: balanced accuracy ") and "nothing useful" not in said.out
    for name in ("balanced accuracy", "AUC", "accuracy", "log loss", "recall"):
        assert f"\n  {name}  " in said.out, name
    [line] = (line for line in said.out.splitlines() if line.startswith("  recall "))
    assert "yes: " in line and " of 190" in line and " of 10" in line
    page = Path("m/report.html").read_text()
    for words in ("All scores", "Class by class", "Imbalanced classes", "--class-weight balanced"):
        assert words in page
    found = good("fit", rare, "--target", "fraud", *QUICK, "-o", "m", "--json").data
    assert found["judged_by"] == "balanced accuracy"
    assert set(found["classes"]) == {"no", "yes"}
    assert set(found["classes"]["yes"]) == {"rows", "called", "recall", "precision", "f1", "auc"}
    assert "Imbalanced classes" in [alert["title"] for alert in found["alerts"]]
    area = found["metrics"]["AUC"]
    assert area["low"] < area["value"] < area["high"] and area["baseline"] == 0.5


def test_even_classes_are_judged_by_accuracy(here: Path) -> None:
    found = good("fit", "moons", *QUICK, "--json").data
    assert found["judged_by"] == "accuracy"
    assert "balanced accuracy" in found["metrics"] and found["alerts"] is not None


@pytest.mark.parametrize(
    ("words", "kept"),
    [("balanced", "balanced"), ("yes=12.5", {"yes": 12.5}), ("none", None),
     ("no=1,yes=9", {"no": 1.0, "yes": 9.0})],
)  # fmt: skip
def test_weights_reach_training_model_and_page(rare: Path, words: str, kept: object) -> None:
    good("fit", rare, "--target", "fraud", *QUICK, "--class-weight", words, "-o", "m")
    facts = json.loads(Path("m/model.json").read_text())["facts"]
    assert facts["settings"]["class_weight"] == kept
    page = Path("m/report.html").read_text()
    assert f"--class-weight {words}" in page
    assert ("&quot;class_weight&quot;" in page) == (kept is not None)
    assert ("by class." in page) == (kept is not None)
    again = good("report", "m", rare, "-o", "again.html", "--json", "-q").data
    assert again["judged_by"] == "balanced accuracy"


def test_weights_find_more_of_the_rare_rows(rare: Path) -> None:
    words = ("fit", rare, "--target", "fraud", "--epochs", 20, "-q", "--json")
    plain = good(*words, "-o", "a").data["classes"]["yes"]["recall"]
    even = good(*words, "-o", "b", "--class-weight", "balanced").data["classes"]["yes"]["recall"]
    assert even > plain


def test_rows_far_off_are_named(wild: Path) -> None:
    said = good("fit", wild, "--target", "price", "--epochs", 30, "-q", "-o", "m")
    assert "Outliers in the target. price: rows 378, 18, 204 lie up to " in said.out
    assert "Check these rows. If they are right, --loss huber lets them pull less." in " ".join(
        said.out.split()
    )
    page = Path("m/report.html").read_text()
    assert "If they are right, --loss huber lets them pull less." in page
    robust = good(
        "fit", wild, "--target", "price", "--epochs", 30, "-q", "--loss", "huber", "--json",
        "-o", "h",
    ).data  # fmt: skip
    [alert] = [a for a in robust["alerts"] if a["title"] == "Outliers in the target"]
    assert alert["advice"] == "Check these rows."
    assert "median absolute error" in robust["metrics"]
    assert robust["verdict"] != "Not better than the baseline: nothing useful was learned."
    page = Path("h/report.html").read_text()
    assert "Huber loss of the scaled target" in page and "&quot;loss&quot;: &quot;huber" in page


def test_text_that_was_left_out_is_said_where_the_rest_tells_little(here: Path) -> None:
    rows = [f"{'good' if i % 2 else 'bad'} room with view number {i},{i % 7 % 3},{i % 2}"
            for i in range(120)]  # fmt: skip
    write(here / "t.csv", "\n".join(["review,nights,label", *rows]) + "\n")
    said = good("fit", "t.csv", "--target", "label", *QUICK, "-o", "m")
    words = " ".join(said.out.split())
    assert 'Text was left out. 1 column of text, "review", did not reach the network, and ' in words
    assert "flatters" not in said.out + said.err


@pytest.mark.parametrize("loss", ["mse", "l1", "mae", "huber"])
def test_losses_for_a_number(here: Path, loss: str) -> None:
    good("fit", "diabetes", *QUICK, "--loss", loss, "-o", "m")
    facts = json.loads(Path("m/model.json").read_text())["facts"]
    assert facts["settings"]["loss"] == loss.replace("mae", "l1")


def test_a_loss_for_a_class(here: Path) -> None:
    good("fit", "iris", *QUICK, "--loss", "cross-entropy", "-o", "m")
    facts = json.loads(Path("m/model.json").read_text())["facts"]
    assert facts["settings"]["loss"] == "cross_entropy"


def test_a_leak_is_a_warning_on_the_terminal_and_on_the_page(here: Path) -> None:
    lines = houses().splitlines()
    price = [line.rpartition(",")[2] for line in lines]
    leaky = [f"{cell},{line}" for cell, line in zip(price, lines, strict=True)]
    leaky = ["deal" + leaky[0][5:], *leaky[1:]]
    write(here / "t.csv", "\n".join(leaky) + "\n")
    words = ("fit", "t.csv", "--target", "price", "--epochs", 3, "--hidden", 8)
    said = good(*words, "-o", "m")
    assert (
        'warning: "deal" equals the target "price".\n'
        "  If it is not known before the target is, leave it out: --type deal=ignore. The score is"
        " worth nothing with it.\n"
    ) in said.err
    assert 'note: The split is random, "built" is a date, and rows may have come' in said.err
    page = Path("m/report.html").read_text()
    for title in ("A column that gives the target away", "Rows of one time on both sides"):
        assert title in page
    again = good("report", "m", "t.csv", "-o", "again.html")
    assert 'warning: "deal" equals the target "price".' in again.err
    cured = good(*words, "-o", "n", "--type", "deal=ignore")
    assert "equals the target" not in cured.err


def said(*lines: str) -> str:
    return "error: " + "\n  ".join(lines) + "\n"


OVER = "Choose another folder with --out, or write over it with --force."


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("model.json", "{}", "pellucid did not write it"),
        ("model.json", "[1, 2", "pellucid did not write it"),
        ("model.json", '{"format": "pellucid.model", "version": 1}', "pellucid did not write it"),
        (
            "model.safetensors",
            "weights",
            "there is no model.json beside it to say whose it is",
        ),
        ("history.csv", "a,b\n", "there is no model.json beside it to say whose it is"),
        ("recording.safetensors", "x", "there is no model.json beside it to say whose it is"),
    ],
)
def test_files_of_others_are_not_written_over(
    here: Path, name: str, content: str, why: str
) -> None:
    (here / "m").mkdir()
    write(here / "m" / name, content)
    found = pellucid("fit", "moons", *QUICK, "-o", "m")
    assert (found.code, found.out) == (Exit.DATA, "")
    assert found.err == said(f"m/{name} is there already, and {why}.", OVER)
    assert [p.name for p in (here / "m").iterdir()] == [name]
    assert (here / "m" / name).read_text() == content
    good("fit", "moons", *QUICK, "-o", "m", "--force")
    assert "pellucid.model" in (here / "m" / "model.json").read_text()


def test_a_page_of_others_is_not_written_over(here: Path) -> None:
    other = "Choose another place with --out or --report, or write over it with --force."
    (here / "m").mkdir()
    for page, more in (("m/report.html", ()), ("mine.html", ("--report", "mine.html"))):
        write(here / page, "<title>mine</title>")
        found = pellucid("fit", "moons", *QUICK, "-o", "m", *more)
        why = "is there already, and pellucid did not write it."
        assert (found.code, found.err) == (Exit.DATA, said(f"{page} {why}", other))
        assert (here / page).read_text() == "<title>mine</title>"
    good("fit", "moons", *QUICK, "-o", "m", "--force")
    good("fit", "moons", *QUICK, "-o", "m")


def test_the_model_of_other_data_is_not_written_over(here: Path) -> None:
    good("fit", "moons", *QUICK, "-o", "m")
    before = (here / "m" / "model.json").read_bytes()
    found = pellucid("fit", "circles", *QUICK, "-o", "m")
    assert found.code == Exit.DATA
    assert found.err == said(
        "m/model.json is there already, and it is the model of class in moons.", OVER
    )
    assert (here / "m" / "model.json").read_bytes() == before
    good("fit", "moons", *QUICK, "--seed", 1, "-o", "m")
    assert (here / "m" / "model.json").read_bytes() != before


def test_a_report_needs_rows(here: Path, prices: Path) -> None:
    write(here / "few.csv", houses(rows=9))
    found = pellucid("report", prices, "few.csv")
    assert (found.code, found.err) == (
        Exit.DATA,
        said(
            "few.csv has 9 rows; a score needs at least 10, and says little below 30.",
            f"For answers alone: pellucid predict {prices} few.csv",
        ),
    )


def test_a_report_through_a_link_and_into_a_pipe(here: Path) -> None:
    (here / "real.html").write_text("<title>old – pellucid report</title>")
    (here / "link.html").symlink_to("real.html")
    good("fit", "moons", "--samples", 60, *QUICK, "-o", "m", "--report", "link.html")
    assert (here / "link.html").is_symlink()
    assert (here / "real.html").read_text().startswith("<!DOCTYPE html>")
    os.mkfifo(here / "pipe")
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit((here / "pipe").read_text)
        good("fit", "moons", "--samples", 60, *QUICK, "-o", "m", "--report", "pipe")
        assert read.result(timeout=20).startswith("<!DOCTYPE html>")
    assert (here / "pipe").is_fifo()


def test_a_column_of_weights_of_rows(here: Path) -> None:
    lines = [f"{i * 7 % 30},{i % 3},{i * 7 % 30 if i % 3 else 900}" for i in range(120)]
    Path("rows.csv").write_text("\n".join(["a,times,y", *lines]))
    good("fit", "rows.csv", "--target", "y", *QUICK, "--weight", "times", "-o", "m")
    facts = json.loads(Path("m/model.json").read_text())
    assert facts["facts"]["settings"]["weight"] == "times"
    assert "--weight times" in Path("m/report.html").read_text()
    good("fit", "rows.csv", "--target", "y", *QUICK, "--type", "times=ignore", "-o", "plain")
    losses = [Path(f"{name}/history.csv").read_text() for name in ("m", "plain")]
    assert losses[0] != losses[1]
    good("report", "m", "rows.csv", "-o", "again.html", "-q")
    Path("new.csv").write_text("a\n3\n")
    good("predict", "m", "new.csv")


KNOWN = "Known: mse, huber, l1, cross_entropy."


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            "moons --loss hubr",
            said('there is no loss "hubr". Did you mean "huber"?', KNOWN),
        ),
        (
            "moons --loss mse",
            said(
                'the loss mse does not fit the target "class", which is a class.',
                "For it: cross_entropy.",
            ),
        ),
        (
            "diabetes --class-weight balanced",
            said('--class-weight goes with classes, and the target "progression" is a number.'),
        ),
        (
            "moons --class-weight even",
            said(
                '--class-weight takes balanced, none or NAME=WEIGHT,… as in yes=10, and got "even".'
            ),
        ),
        (
            "moons --weight x",
            said("--weight names a column of a file, and moons is built in."),
        ),
        (
            "rows.csv --target y --weight y",
            said('--weight must be another column than the target, "y".'),
        ),
        (
            "moons --class-weight A=lots",
            said(
                "--class-weight takes balanced, none or NAME=WEIGHT,… as in yes=10,"
                ' and got "A=lots".'
            ),
        ),
        (
            "moons --class-weight A=-1",
            said(
                '--class-weight must be above 0 and finite for each class, and that of "A" is -1.0.'
            ),
        ),
        (
            "iris --class-weight setsa=2",
            said(
                '--class-weight: the target "species" has no class "setsa". Did you mean "setosa"?',
                "Its classes: setosa, versicolor, virginica.",
            ),
        ),
    ],
)
def test_losses_and_weights_that_do_not_fit(here: Path, words: str, text: str) -> None:
    found = pellucid("fit", *words.split(), *QUICK)
    assert (found.code, found.out, found.err) == (Exit.USAGE, "", text)
    assert list(here.iterdir()) == []


def test_the_latest_rows_are_held_out(here: Path) -> None:
    write(here / "t.csv", houses())
    words = ("fit", "t.csv", "--target", "price", "--epochs", 2, "--hidden", 4)
    said = good(*words, "-o", "m", "--split-by", "built")
    assert 'note: split by "built": ' in said.err and "The split is random" not in said.err
    facts = json.loads(Path("m/model.json").read_text())["facts"]
    assert facts["settings"]["split_by"] == "built" and facts["split"]["by"] == "built"
    assert "Split by &quot;built&quot;: " in Path("m/report.html").read_text()
    shown = " ".join(good("show", "m").out.split())
    assert f"with built from {facts['split']['validation_from']} on were held out." in shown
    again = good("report", "m", "t.csv", "-o", "again.html")  # measures on the same rows
    assert said.out.splitlines()[3:5] == again.out.splitlines()[3:5]


def test_time_and_groups_at_once_are_refused_in_the_words_of_the_options(here: Path) -> None:
    write(here / "t.csv", houses())
    said = pellucid("fit", "t.csv", "--target", "price", "--split-by", "built", "--group", "kind")
    assert said.err == (
        "error: --split-by must stand without group: rows are held out by time or by group.\n"
    )
