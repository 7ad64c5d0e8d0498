"""The other commands: predict, report, show, explain, gallery, data, check, info, and help."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid.cli.catalog import COMMANDS
from pellucid.cli.exits import Exit
from pellucid.cli.overview import overview
from pellucid.data import read_rows
from pellucid.training.artifact import load_model
from tests.cli.commands import good, houses, pellucid, write


def frame(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text))


# ---- predict --------------------------------------------------------------------------------


def test_predictions_are_those_of_the_model(prices: Path, table: Path) -> None:
    found = frame(good("predict", prices, table).out)
    theirs = load_model(prices).predict(read_rows(table))
    assert list(found) == ["prediction"] and len(found) == 120
    np.testing.assert_allclose(found["prediction"], theirs["prediction"], rtol=1e-6)


def test_classes_come_with_how_sure(moons: Path) -> None:
    found = frame(good("predict", moons, "moons").out)
    assert list(found) == ["prediction", "p(A)", "p(B)"] and len(found) == 1000
    np.testing.assert_allclose(found["p(A)"] + found["p(B)"], 1, atol=1e-6)
    assert (found["prediction"] == np.where(found["p(A)"] > 0.5, "A", "B")).all()


def test_predictions_go_to_a_file(here: Path, prices: Path, table: Path) -> None:
    said = good("predict", prices, table, "--out", "new/p.csv")
    assert said.out == "" and said.err.endswith("note: 120 predictions written to new/p.csv.\n")
    assert (here / "new" / "p.csv").read_text() == good("predict", prices, table).out
    assert good("predict", prices, table, "--out", "-").out.startswith("prediction\n")


def test_the_files_own_columns_can_be_kept(here: Path, prices: Path) -> None:
    write(here / "new.csv", houses(rows=12).replace("remark", "prediction"))
    found = frame(good("predict", prices, "new.csv", "--keep").out)
    own = frame((here / "new.csv").read_text())
    assert list(found) == [*own, "prediction (predicted)"]
    assert found["area"].tolist() == own["area"].tolist()


def test_predictions_as_json(moons: Path) -> None:
    found = good("predict", moons, "moons", "--json").data
    assert found["rows"] == len(found["predictions"]) == 1000
    assert set(found["predictions"][0]) == {"prediction", "p(A)", "p(B)"}


def test_rows_come_through_a_pipe(prices: Path, table: Path) -> None:
    said = good("predict", prices, "-", stdin=table.read_bytes())
    assert said.out == good("predict", prices, table).out


def test_what_training_never_saw_is_said(here: Path, prices: Path) -> None:
    rows = houses(rows=12).replace("north", "mars").replace("remark", "color")
    write(here / "new.csv", rows)
    said = good("predict", prices, "new.csv")
    assert '"district": ' in said.err and 'a word that no training row had: "mars"' in said.err
    assert "note: 1 column not used by the model: color." in said.err
    assert len(frame(said.out)) == 12
    assert good("predict", prices, "new.csv", "--quiet").err == ""


def test_a_cell_can_be_called_missing(here: Path, prices: Path) -> None:
    write(here / "new.csv", houses(rows=12).replace(",yes,", ",??,"))
    assert pellucid("predict", prices, "new.csv").code == Exit.DATA
    assert len(frame(good("predict", prices, "new.csv", "--missing", "??").out)) == 12


def test_new_rows_may_be_spelled_another_way(here: Path, prices: Path, table: Path) -> None:
    write(here / "new.csv", houses(delimiter=";", decimal=","))
    assert good("predict", prices, "new.csv").out == good("predict", prices, table).out


# ---- report ---------------------------------------------------------------------------------


def test_the_rows_it_was_tested_on_are_measured_again(
    here: Path, prices: Path, table: Path
) -> None:
    words = ("fit", table, "--target", "price", "--epochs", 6, "--hidden", 8, "--json", "-q")
    first = good(*words, "-o", "m").data
    again = good("report", prices, table, "--out", "again.html", "--json", "-q").data
    assert again["metrics"] == first["metrics"] and again["rows"] == first["rows"]
    assert again["files"] == ["again.html"]
    old, new = ((here / p).read_text() for p in ("m/report.html", "again.html"))
    for picture in ("Loss (how wrong)", "Predicted and true", "Gradient health"):
        assert picture in old and picture in new


def test_rows_never_seen_are_all_measured(here: Path, prices: Path) -> None:
    write(here / "later.csv", houses(rows=50, seed=9))
    found = good("report", prices, "later.csv", "-o", "r.html", "--json", "-q").data
    assert found["scored_rows"] == 50 and found["rows"]["train"] == 0
    answers = load_model(prices).predict(read_rows("later.csv"))["prediction"]
    true = frame((here / "later.csv").read_text())["price"]
    error = found["metrics"]["mean absolute error"]["value"]
    assert error == pytest.approx(np.abs(true - answers).mean(), rel=1e-6)


def test_a_built_in_set_is_measured_again(here: Path, moons: Path) -> None:
    said = good("report", moons, "moons", "-o", "r.html")
    assert "moons: " in said.out and (here / "r.html").stat().st_size < 2_000_000


# ---- show and explain -----------------------------------------------------------------------


def test_a_model_is_shown_as_a_program(moons: Path) -> None:
    lines = good("show", moons).out.splitlines()
    assert lines[0] == "Predicts class, a class, from 2 columns. Learned from moons, 120 rows."
    assert lines[1] == "Classes: A, B."
    text = "\n".join(lines)
    for words in ("Linear(2, 8)", "ReLU()", "z = xWᵀ + b", "32 × 2 → 32 × 8", "114"):
        assert words in text
    assert re.search(r"x1 +number: minus [\d.−]+, divided by [\d.]+", text)


def test_a_model_is_shown_op_by_op(moons: Path) -> None:
    text = good("show", moons, "--ops").out
    assert "%0" in text and "linear" in text and "0.weight" in text
    assert ".py" not in text, "the line of code is ours, and nobody asked for it"


def test_a_program_as_json(moons: Path) -> None:
    found = good("show", moons, "--json", "--rows", 5).data
    shapes = [line["shape_out"] for line in found["forward"]]
    assert shapes == [[5, 8], [5, 8], [5, 8], [5, 8], [5, 2]]
    assert found["total"]["parameters"] == 114


def test_an_answer_is_taken_apart(moons: Path) -> None:
    model, data = load_model(moons), pl.data.load("moons")
    features = model.preparation.transform(data)[2:3]
    scores = model.outputs(features)[0]
    text = good("explain", moons, "moons", "--row", 3).out
    first, *_ = text.splitlines()
    answer = "AB"[int(scores.argmax())]
    truth = data.frame["class"].iloc[2]
    assert first.startswith(f"Row 3 of moons: the answer is {answer}, ")
    assert first.endswith(f" sure; class is {truth}.")
    assert f"ŷ[0, {int(scores.argmax())}] = " in text and "4.weight[" in text
    assert ".py" not in text


def test_the_other_answer_can_be_asked_for(moons: Path) -> None:
    for k, name in enumerate("AB"):
        assert f"ŷ[0, {k}] = " in good("explain", moons, "moons", "--output", name).out


def test_blame_for_one_weight(moons: Path) -> None:
    model, data = load_model(moons), pl.data.load("moons")
    x = pl.from_numpy(model.preparation.transform(data)[4:5])
    y = pl.from_numpy(model.preparation.transform_target(data.frame["class"][4:5]))
    pl.nn.functional.cross_entropy(model.network(x), y).backward()
    grad = model.network[4].weight.grad.numpy()
    at = np.unravel_index(np.abs(grad).argmax(), grad.shape)
    name = f"4.weight[{at[0]},{at[1]}]"
    found = good("explain", moons, "moons", "--row", 5, "--weight", name, "--json").data
    numbers = json.dumps(found)
    assert f"{grad[at]:.4g}"[:6] in numbers
    assert "∂L/∂" in good("explain", moons, "moons", "--row", 5, "--weight", name).out
    assert (
        r"\partial" in good("explain", moons, "moons", "--row", 5, "--weight", name, "--latex").out
    )


def test_a_row_of_a_table_is_shown_as_it_came(prices: Path, table: Path) -> None:
    text = good("explain", prices, table, "--row", 2).out
    names, _, row = (line.split(",") for line in table.read_text().splitlines()[:3])
    cells = dict(zip(names, row, strict=True))
    assert text.startswith("Row 2 of houses.csv: the answer is ")
    assert f"price is {cells['price']}" in text
    assert f"from area = {float(cells['area']):g}" in text
    assert f"from district = {cells['district']}" in text


# ---- learning -------------------------------------------------------------------------------


def test_the_gallery_names_every_activation() -> None:
    lines = good("gallery").out.splitlines()
    names = [line.split()[0] for line in lines]
    assert {"relu", "gelu", "tanh", "step"} <= set(names)
    assert [a["name"] for a in good("gallery", "--json").data["activations"]] == names


@pytest.mark.parametrize("name", ["relu", "gelu", "hardtanh", "step", "softplus"])
def test_an_activation_is_drawn(name: str) -> None:
    text = good("gallery", name).out
    assert text.startswith(f"{name}: ") and "∂y/∂x = " in text
    assert f"── {name}" in text and "slope" in text, "both lines are named"
    assert "−4" in text and "Outputs in " in text


def test_the_built_in_sets() -> None:
    text = good("data").out
    assert text == good("data", "list").out and len(text.splitlines()) == 12
    sets = good("data", "list", "--json").data["sets"]
    assert [s["name"] for s in sets] == list(pl.data.names())


def test_a_set_as_csv_is_the_set(here: Path) -> None:
    said = good("data", "make", "moons", "--samples", 50, "--seed", 3, "-o", "m.csv")
    assert said.err == "note: moons: 50 rows written to m.csv.\n" and said.out == ""
    theirs = pl.data.load("moons", samples=50, seed=3).frame
    pd.testing.assert_frame_equal(pd.read_csv("m.csv"), theirs, check_dtype=False)
    assert (
        good("data", "make", "moons", "--samples", 50, "--seed", 3).out == Path("m.csv").read_text()
    )
    assert len(good("data", "make", "iris", "--json").data["rows"]) == 150


def test_gradients_are_checked_here_and_now(monkeypatch: pytest.MonkeyPatch) -> None:
    assert good("check", "tanh").out == (
        "1 of 1 operations: the gradient equals the measured slope.\n"
    )
    right = pl.ops.REGISTRY["tanh"]
    wrong = dataclasses.replace(right, gradient=(lambda g, y, x: g,))
    monkeypatch.setitem(pl.ops.REGISTRY, "tanh", wrong)
    said = pellucid("check", "tanh")
    assert said.code == Exit.BUG and said.out.startswith("tanh: ")
    assert said.out.endswith("0 of 1 operations: the gradient equals the measured slope.\n")
    found = pellucid("check", "tanh", "--json")
    assert found.data["right"] == 0 and "tanh" in found.data["wrong"]


@pytest.mark.slow
def test_every_operation_is_right_on_this_machine() -> None:
    found = good("check", "--json").data
    assert found["wrong"] == {} and found["checked"] == found["right"] > 200


def test_info_says_what_is_here() -> None:
    found = good("info", "--json").data
    assert found["pellucid"] == pl.__version__ and found["engines"] == "numpy, xla"
    assert found["numpy"] == np.__version__
    assert f"numpy         {np.__version__}" in good("info").out


# ---- help -----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_help_is_one_screen(words: tuple[str, ...]) -> None:
    said = good(*words)
    assert said.out == overview() + "\n" and len(said.out.splitlines()) <= 36
    for name, command in COMMANDS.items():
        assert f"  {name}" in said.out and command.help in said.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    text = " ".join(good(name, "--help").out.split())
    assert COMMANDS[name].help in text and f"Example: {COMMANDS[name].example}" in text


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_examples_use_options_that_exist(command: object) -> None:
    words = command.example.split()  # type: ignore[attr-defined]
    text = good(words[1], "--help").out
    assert all(word in text for word in words if word.startswith("--"))


def test_version() -> None:
    assert good("--version").out == f"pellucid {pl.__version__}\n"


@pytest.mark.parametrize("width", [40, 60, 88])
def test_the_overview_fits(width: int) -> None:
    assert max(map(len, overview(width).splitlines())) <= width
