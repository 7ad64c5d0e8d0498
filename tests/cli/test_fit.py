"""`pellucid fit`, end to end: what it writes and says, and that its options do what they say."""

from __future__ import annotations

import csv
import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid.training import build_mlp
from pellucid.training.artifact import load_model
from pellucid.training.table_settings import Settings
from tests.cli.commands import good, houses, pellucid, write

FILES = {"model.safetensors", "model.json", "history.csv", "report.html"}
QUICK = ("--epochs", 2, "--hidden", 8, "-q")


def test_one_command_leaves_everything(here: Path) -> None:
    said = good("fit", "moons", "--samples", 200, "--epochs", 30)
    folder = here / "pellucid-moons"
    assert {path.name for path in folder.iterdir()} == FILES
    assert said.out.splitlines()[0].startswith("moons: ")
    assert "See it: pellucid show pellucid-moons" in said.out
    assert said.err.startswith("Fitting  epoch 3/30  loss ")
    assert "Better than the baseline" in said.out or "Clearly better" in said.out
    page = (folder / "report.html").read_text()
    for words in (
        "Decision boundary", "Confusion matrix", "Loss (how wrong)", "Layer by layer", "Replay",
        "pellucid fit moons --samples 200 --epochs 30", "nn.Linear(64, 64)", "always guessing",
    ):  # fmt: skip
        assert words.lower() in page.lower(), words


def test_results_go_one_way_and_words_the_other(here: Path) -> None:
    said = good("fit", "moons", "--samples", 100, *QUICK)
    assert said.err == "" and "accuracy" in said.out


def test_json_is_one_object(here: Path) -> None:
    found = good("fit", "diabetes", *QUICK, "--json", "-o", "d").data
    assert found["task"] == "regress" and found["target"] == "progression"
    assert found["rows"] == {"total": 442, "train": 283, "validation": 71, "test": 88}
    assert set(found["metrics"]) == {"R²", "mean absolute error"}
    names = ("model.safetensors", "model.json", "history.csv", "report.html")
    assert found["files"] == [f"d/{name}" for name in names]
    assert (found["epochs"], found["seed"], found["held_out"]) == (2, 0, True)


def test_the_figures_are_those_of_the_model(here: Path) -> None:
    found = good("fit", "iris", "--epochs", 40, "--json", "-q", "-o", "m").data
    model, table = load_model("m"), pl.data.load("iris")
    settings = Settings()
    parts = pl.data.split(table, validation=settings.validation_share, test=settings.test)
    answers = model.predict(table)["prediction"].to_numpy()[parts.test]
    right = (answers == table.frame["species"].to_numpy()[parts.test]).mean()
    assert found["metrics"]["accuracy"]["value"] == right


def epochs(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_history_has_a_row_for_each_epoch(here: Path) -> None:
    good("fit", "moons", "--samples", 100, "--epochs", 5, "-q", "-o", "m")
    rows = epochs(here / "m")
    assert list(rows[0]) == [
        "epoch", "train_loss", "validation_loss", "train_accuracy", "validation_accuracy",
        "learning_rate",
    ]  # fmt: skip
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert all(np.isfinite(float(row["train_loss"])) for row in rows)


def test_the_same_seed_gives_the_same_files(here: Path, table: Path) -> None:
    for out in ("a", "b"):
        good("fit", table, "--target", "price", "--dropout", 0.1, *QUICK, "-o", out)
    good("fit", table, "--target", "price", "--dropout", 0.1, *QUICK, "-o", "c", "--seed", 1)
    for name in FILES - {"report.html"}:
        first = (here / "a" / name).read_bytes()
        assert first == (here / "b" / name).read_bytes(), name
        assert first != (here / "c" / name).read_bytes(), name


def test_defaults_stand_in_one_place() -> None:
    fit = {n: p.default for n, p in inspect.signature(pl.fit).parameters.items()}
    net = {n: p.default for n, p in inspect.signature(build_mlp).parameters.items()}
    usual = Settings()
    for name in ("epochs", "lr", "batch_size", "optimizer", "weight_decay", "patience", "restarts",
                 "seed"):  # fmt: skip
        assert getattr(usual, name) == fit[name], name
    for name in ("hidden", "activation", "dropout"):
        assert getattr(usual, name) == net[name], name
    assert usual.validation_share == pytest.approx(fit["validation"] * (1 - usual.test))


def facts(folder: Path) -> Any:
    return json.loads((folder / "model.json").read_text())


def test_options_reach_the_training(here: Path) -> None:
    words = (
        "fit moons --samples 150 --noise 0.3 --hidden 5,4 --activation tanh --dropout 0.25 "
        "--epochs 7 --lr 0.02 --batch 10 --optimizer adamw --weight-decay 0.1 --patience 2 "
        "--seed 3 --val 0.1 --test 0.3 --engine numpy --out m --report page.html"
    )
    said = good(*words.split())
    found = facts(here / "m")
    shape, chosen = found["architecture"], found["facts"]["settings"]
    assert (shape["hidden"], shape["activation"], shape["dropout"]) == ([5, 4], "tanh", 0.25)
    left_alone = (
        "group",
        "split_by",
        "channels",
        "shape",
        "layers",
        "heads",
        "steps",
        "latent",
        "weight",
    )
    assert chosen == {
        **dict.fromkeys(left_alone), "model": "mlp",
        "hidden": [5, 4], "activation": "tanh", "dropout": 0.25, "epochs": 7, "lr": 0.02,
        "batch_size": 10, "optimizer": "adamw", "weight_decay": 0.1, "patience": 2, "restarts": 1,
        "seed": 3, "validation": 0.1, "test": 0.3, "loss": None, "class_weight": None,
        "engine": "numpy",
    }  # fmt: skip
    assert found["facts"]["history"]["optimizer"] == "AdamW"
    assert "150: 90 to learn from, 15 to choose the epoch, 45 held out" in said.out
    assert (here / "page.html").is_file() and not (here / "m" / "report.html").exists()


def test_a_network_without_hidden_layers(here: Path) -> None:
    good("fit", "iris", "--hidden", 0, "--epochs", 2, "-q", "-o", "m")
    assert [tuple(w.shape) for w in load_model("m").network.parameters()] == [(3, 4), (3,)]


def test_restarts_keep_the_best(here: Path) -> None:
    losses = []
    for restarts in (1, 2, 3):
        out = here / str(restarts)
        good("fit", "xor", "--samples", 100, *QUICK, "--restarts", restarts, "--seed", 1, "-o", out)
        losses.append(min(float(row["validation_loss"]) for row in epochs(out)))
    assert losses == sorted(losses, reverse=True) and losses[2] < losses[0]


@pytest.mark.slow
def test_patience_ends_a_run_early(here: Path) -> None:
    said = good("fit", "diabetes", "--epochs", 300, "--lr", 0.05, "--patience", 3, "-q")
    assert "no better for 3 epochs" in said.out


def test_nothing_held_out_is_said(here: Path) -> None:
    found = good("fit", "moons", "--samples", 60, "--val", 0, "--test", 0, *QUICK, "--json").data
    assert found["held_out"] is False and found["rows"]["train"] == 60
    assert "No rows were held out" in Path(found["files"][3]).read_text()


def test_rows_are_shown_only_on_request(here: Path, table: Path) -> None:
    words = ("fit", table, "--target", "price", *QUICK)
    good(*words, "-o", "a")
    good(*words, "-o", "b", "--include-rows")
    hidden, page = ((here / m / "report.html").read_text() for m in "ab")
    shown = "<bdi>river</bdi></td>"
    assert shown in page and shown not in hidden
    assert "described at length" not in page


# ---- tables ---------------------------------------------------------------------------------


def test_a_table_of_all_kinds(here: Path, table: Path) -> None:
    said = good("fit", table, "--target", "price", "--epochs", 60, "-o", "m")
    for note in (
        "note: inputs: 2 numbers, 1 category (district), 1 date (built), 1 yes/no (garden), "
        "1 left out (remark). Change with --type COLUMN=KIND.",
        "note: task: guessed regression (120 different numbers). Change with --task class.",
        'note: left out: "remark" (text: 120 different texts in sentences).',
        "note: missing cells in 120 rows: rooms 14, district 11.",
        'note: "built" is read as date: dates such as "',
    ):
        assert note in said.err
    model = load_model("m")
    kinds = {name: kind for name, kind, _ in model.preparation.steps()}
    assert kinds == {
        "area": "number", "rooms": "number", "district": "category", "built": "date",
        "garden": "boolean",
    }  # fmt: skip
    page = (here / "m" / "report.html").read_text()
    for words in ("Predicted and true", "Residuals", "What each input is worth", "R²"):
        assert words in page


def test_classes_in_a_file(here: Path, table: Path) -> None:
    found = good("fit", table, "--target", "district", "--json", *QUICK, "-o", "m").data
    assert found["task"] == "class"
    assert load_model("m").preparation.classes == ("north", "river", "south")
    assert good("fit", table, "--target", "rooms", "--task", "regress", "--json", *QUICK).data[
        "task"
    ] == "regress"  # fmt: skip


@pytest.mark.parametrize("kind", ["tsv", "semicolon", "parquet", "gzip", "bom", "stdin", "latin"])
def test_every_spelling_of_a_table_is_the_same_table(here: Path, table: Path, kind: str) -> None:
    text, stdin, more, name = houses(), b"", (), "t.csv"
    if kind == "tsv":
        name = write(here / "t.tsv", houses(delimiter="\t"))
    elif kind == "semicolon":
        write(here / name, houses(delimiter=";", decimal=","))
    elif kind == "parquet":
        name = "t.parquet"
        pd.read_csv(table).to_parquet(name)
    elif kind == "gzip":
        name = "t.csv.gz"
        pd.read_csv(table, dtype=str).to_csv(name, index=False)
    elif kind == "bom":
        write(here / name, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    elif kind == "stdin":
        name, stdin = "-", text.encode()
    else:
        write(here / name, text.replace("river", "fluß").encode("latin-1"))
        more = ("--encoding", "latin-1")
    good("fit", name, "--target", "price", *QUICK, "-o", "m", *more, stdin=stdin)
    good("fit", table, "--target", "price", *QUICK, "-o", "reference")
    ours, theirs = (load_model(m).network.state_dict() for m in ("m", "reference"))
    if kind == "latin":  # the words stand in another order, so their columns do too
        assert "fluß" in (here / "m" / "model.json").read_text()
        return
    for key, value in theirs.items():
        assert np.allclose(ours[key].numpy(), value.numpy(), atol=1e-6), key


def test_kinds_and_holes_can_be_chosen(here: Path, table: Path) -> None:
    text = table.read_text().replace(",yes,", ",?,")
    write(here / "t.csv", text)
    good(
        "fit", "t.csv", "--target", "price", *QUICK, "-o", "m", "--missing", "?",
        "--type", "rooms=category", "--type", "area=ignore",
    )  # fmt: skip
    model = load_model("m")
    kinds = {name: kind for name, kind, _ in model.preparation.steps()}
    assert kinds["rooms"] == "category" and "area" not in kinds
    assert model.preparation.missing == ("?",)


def test_a_file_without_a_header(here: Path) -> None:
    rows = [line for line in houses().splitlines()[1:]]
    write(here / "t.csv", "\n".join(rows))
    good("fit", "t.csv", "--no-header", "--target", "column_7", *QUICK, "-o", "m")
    assert load_model("m").preparation.target == "column_7"


def test_names_that_are_code_stay_words(here: Path) -> None:
    evil = "<script>alert(1)</script>"
    write(here / "t.csv", houses().replace("area", evil, 1).replace("river", "<b>"))
    good("fit", "t.csv", "--target", "price", *QUICK, "-o", "m", "--include-rows")
    page = (here / "m" / "report.html").read_text()
    assert evil not in page and "&lt;script&gt;alert(1)" in page and "<b>" not in page


def test_folders_made_in_vain_are_taken_away(here: Path) -> None:
    said = pellucid("fit", "diabetes", "--optimizer", "sgd", "--lr", 1e6, "-q", "-o", "a/b/c")
    assert said.code == 4 and list(here.iterdir()) == []


def test_a_folder_with_other_files_is_left_as_it_is(here: Path) -> None:
    (here / "m").mkdir()
    write(here / "m" / "mine.txt", "x")
    good("fit", "moons", "--samples", 60, *QUICK, "-o", "m")
    assert {path.name for path in (here / "m").iterdir()} == {*FILES, "mine.txt"}
