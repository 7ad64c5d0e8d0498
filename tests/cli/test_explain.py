"""From ŷ to the answer, from the answer to its columns, and what is said about limited cells."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import read_rows
from pellucid.training import load_model
from tests.cli.commands import HEADER, good, pellucid, write

NUMBER = r"\(?([−\d.,e]+)\)?"


def real(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


# ---- a number -------------------------------------------------------------------------------


def test_a_number_comes_from_its_scaled_output(prices: Path, table: Path) -> None:
    model = load_model(prices)
    text = good("explain", prices, table, "--row", 2).out
    found = re.search(
        rf"  price = mean \+ std · ŷ = {NUMBER} \+ {NUMBER} · {NUMBER} = {NUMBER}\n", text
    )
    assert found is not None, text
    mean, std, output, value = map(real, found.groups())
    assert mean + std * output == pytest.approx(value, rel=1e-4)
    assert mean == pytest.approx(model.preparation.outcome.mean, rel=1e-5)
    answer = model.predict(read_rows(table))["prediction"].iloc[1]
    assert value == pytest.approx(answer, rel=1e-5)
    known = good("explain", prices, table, "--row", 2, "--json").data["answer"]
    assert known["value"] == pytest.approx(known["mean"] + known["std"] * known["output"])
    assert known["value"] == pytest.approx(answer, rel=1e-6)


def without(folder: Path, table: Path, row: int, column: str) -> np.ndarray:
    """The network's outputs with the features of a column at their training means, by hand."""
    model = load_model(folder)
    preparation = model.preparation
    x = preparation.transform(read_rows(table))[row - 1 : row].copy()
    for i, source in enumerate(preparation.feature_sources):
        x[0, i] = preparation.center[i] if source == column else x[0, i]
    out: np.ndarray = model.network(pl.from_numpy(x)).detach().numpy().astype(np.float64)[0]
    return out


def test_each_push_is_a_measured_difference(prices: Path, table: Path) -> None:
    known = good("explain", prices, table, "--row", 5, "--json").data
    columns, outcome = known["columns"], load_model(prices).preparation.outcome
    assert {push["column"] for push in columns["pushes"]} == {
        "area", "rooms", "district", "built", "garden"
    }  # fmt: skip
    for push in columns["pushes"]:
        other = outcome.mean + outcome.std * without(prices, table, 5, push["column"])[0]
        assert push["with_mean"] == pytest.approx(other, rel=1e-5)
        assert push["push"] == pytest.approx(columns["value"] - other, abs=1e-3)
    sizes = [abs(push["push"]) for push in columns["pushes"]]
    assert sizes == sorted(sizes, reverse=True)
    total = sum(push["push"] for push in columns["pushes"]) + columns["together"]
    assert total == pytest.approx(columns["value"] - columns["at_means"])
    assert columns["of"] == "price" and "at its mean" in columns["method"]


def test_pushes_as_text(prices: Path, table: Path) -> None:
    args = ("explain", prices, table, "--row", 1)
    text, columns = good(*args).out, good(*args, "--json").data["columns"]
    assert "Which columns pushed price, the strongest first:" in text
    first = columns["pushes"][0]
    line = next(ln for ln in text.splitlines() if ln.startswith(f"  {first['column']} "))
    assert first["cell"] in line
    assert re.search(r"rooms +\(missing\) +[+−]", text), "row 1 has no rooms"
    assert "measured by running the network again" in " ".join(text.split())
    assert "from columns acting together." in " ".join(text.split())


# ---- a class --------------------------------------------------------------------------------


def test_a_class_comes_from_its_scores(moons: Path) -> None:
    model = load_model(moons)
    x = model.preparation.transform(pl.data.load("moons"))[2:3]
    scores, shares = model.outputs(x)[0], model.probabilities(x)[0]
    known = good("explain", moons, "moons", "--row", 3, "--json").data["answer"]
    assert known["value"] == "AB"[int(scores.argmax())]
    for k, each in enumerate(known["classes"]):
        assert each["class"] == "AB"[k]
        assert each["score"] == pytest.approx(scores[k], rel=1e-6)
        assert each["probability"] == pytest.approx(shares[k], rel=1e-6)
    text = good("explain", moons, "moons", "--row", 3).out
    best = known["value"]
    assert re.search(rf"  {best} +[−\d.]+ +1 +\d+\s%\n", text)
    ending = re.search(rf"{best} has the largest score, 1 / {NUMBER} = (\d+)\s%", text)
    assert ending is not None
    assert 1 / real(ending[1]) == pytest.approx(float(shares.max()), abs=1e-3)


def test_the_pushes_of_two_classes_are_opposite(moons: Path) -> None:
    found = {
        name: good("explain", moons, "moons", "--row", 3, "--output", name, "--json").data
        for name in "AB"
    }
    pushes: dict[str, Any] = {
        name: {p["column"]: p["push"] for p in data["columns"]["pushes"]}
        for name, data in found.items()
    }
    for column in ("x1", "x2"):
        assert pushes["A"][column] == pytest.approx(-pushes["B"][column])
    a, b = (found[name]["columns"] for name in "AB")
    assert a["probability"] + b["probability"] == pytest.approx(1)
    assert a["value"] == pytest.approx(np.log(a["probability"] / b["probability"]))
    assert (a["of"], b["of"]) == ("log-odds of A", "log-odds of B")
    text = good("explain", moons, "moons", "--row", 3, "--output", "A").out
    assert "Which columns pushed the answer toward A (push: in log-odds" in text
    assert "p(A) with its mean" in text


def test_many_classes_are_cut_short(here: Path) -> None:
    rows = "".join(f"{i % 15 + (i * 7 % 10) / 10:.1f},{i % 4},c{i % 15:02}\n" for i in range(300))
    write(here / "many.csv", f"a,b,y\n{rows}")
    good("fit", "many.csv", "--epochs", 1, "--hidden", 4, "-o", "m", "-q")
    text = good("explain", "m", "many.csv").out
    assert re.search(r"  … and 3 more classes, together \d", text)


def test_a_cell_that_is_missing_is_called_so(here: Path) -> None:
    rows = "".join(
        f"{'' if i % 5 == 0 else i},{'' if i % 7 == 0 else 'ab'[i % 2]},{i}\n" for i in range(70)
    )
    write(here / "gaps.csv", f"number,word,y\n{rows}")
    good("fit", "gaps.csv", "--epochs", 1, "--hidden", 4, "-o", "g", "-q")
    text = good("explain", "g", "gaps.csv", "--row", 1).out
    assert "from number = (missing)" in text and "from word = (missing)" in text
    assert "nan" not in text
    assert "from number = 1" in good("explain", "g", "gaps.csv", "--row", 2).out


def test_blame_for_a_weight_has_no_columns(moons: Path) -> None:
    found = good("explain", moons, "moons", "--weight", "0.weight[0,0]", "--json").data
    assert found["row"] == 1 and "columns" not in found and "answer" not in found


# ---- rows and files -------------------------------------------------------------------------


def test_only_the_asked_row_has_to_fit(here: Path, prices: Path) -> None:
    write(here / "new.csv", f"{HEADER}\n90,3,north,2000-01-01,yes,fine,1\nbig,?,-,soon,yes,no,1\n")
    assert good("explain", prices, "new.csv", "--row", 1).out.startswith("Row 1 of new.csv: ")
    said = pellucid("explain", prices, "new.csv", "--row", 2)
    assert said.code == 3
    assert 'row 2, column "area": "big" is not a number.' in said.err
    assert 'row 2, column "built": "soon" is not a date like 2024-12-31.' in said.err
    assert '--missing "big" --missing "soon"' in said.err


def test_a_model_of_an_earlier_version(here: Path, prices: Path, table: Path) -> None:
    shutil.copytree(prices, "old")
    file = here / "old" / "model.json"
    data = json.loads(file.read_text())
    del data["preparation"]["center"]
    file.write_text(json.dumps(data))
    text = good("explain", "old", table).out
    assert "Which columns pushed it is unknown" in text and "price = mean + std · ŷ" in text
    assert "columns" not in good("explain", "old", table, "--json").data


FAR = f"{HEADER}\n1e6,3,north,2000-01-01,yes,far,1\n90,3,north,2000-01-01,yes,near,1\n"
LIMITED = (
    "1 row of 2 lies farther than 8 standard deviations from the training mean in 1 column (cells:"
    " area 1; first: row 1), and is limited to that distance."
)


def test_limited_cells_are_said(here: Path, prices: Path) -> None:
    write(here / "far.csv", FAR)
    said = good("predict", prices, "far.csv")
    assert f"warning: {LIMITED}" in said.err and LIMITED not in said.out
    assert good("predict", prices, "far.csv", "-q").err == ""
    text = good("explain", prices, "far.csv").out
    assert re.search(r"  x\[0\] += +8\S* +area +from area = 1e\+06 \(limited to ±8\)\n", text)
    assert "limited to" not in good("explain", prices, "far.csv", "--row", 2).out


# ---- show -----------------------------------------------------------------------------------


def test_a_model_shows_what_stands_around_its_network(prices: Path, moons: Path) -> None:
    text = " ".join(good("show", prices).out.split())
    outcome = load_model(prices).preparation.outcome
    assert f"price = {outcome.mean:.6g} + {outcome.std:.6g} · ŷ: the mean and standard" in text
    assert (
        "Limited: a value farther than 8 standard deviations from the training mean counts as 8."
        in text
    )
    text = " ".join(good("show", moons).out.split())
    assert "the class with the largest of the scores ŷ; softmax, e^ŷ / Σ e^ŷ" in text
    known = good("show", prices, "--json").data["preparation"]
    assert [step["column"] for step in known["columns"]][:2] == ["area", "rooms"]
    assert known["limit"] == 8 and known["target"]["mean"] == outcome.mean


# ---- missing words, from the command line ---------------------------------------------------


def test_missing_words_from_a_file_to_its_predictions(here: Path) -> None:
    kinds = ["DE", "NA", "-", "US"]
    rows = "".join(f"{i * 7 % 11},{kinds[i % 4]},{'?' if i % 10 == 0 else i}\n" for i in range(80))
    write(here / "t.csv", f"x,country,y\n{rows}")
    said = good("fit", "t.csv", "--task", "regress", "--epochs", 1, "-o", "m",
                "--missing", "not:NA", "--missing", "-")  # fmt: skip
    assert (
        'note: cells read as missing: "?" in y 8. To keep one as a word: --missing "not:?".'
        in said.err
    )
    assert '8 rows of 80 without a value in the target "y" left out (first: row 1).' in said.err
    features = load_model("m").preparation.feature_names
    assert "country = NA" in features and "country is missing" in features
    write(here / "new.csv", "x,country\n1,NA\n1,-\n1,DE\n")
    text = good("explain", "m", "new.csv", "--row", 2).out
    assert re.search(r"1 +country is missing", text)
    assert re.search(r"1 +country = NA", good("explain", "m", "new.csv", "--row", 1).out)


def test_many_inputs_stand_below_each_other(tmp_path: Path) -> None:
    rows = "".join(",".join(str(i * k % 11) for k in range(1, 15)) + "\n" for i in range(30))
    table = write(tmp_path / "wide.csv", ",".join("abcdefghijklmy") + "\n" + rows)
    folder = tmp_path / "wide"
    good("fit", table, "--epochs", 1, "--hidden", 2, "--task", "regress", "-o", folder, "-q")
    lines = good("explain", folder, table, "--row", 7).out.splitlines()
    shown = [line for line in lines if line.startswith("  x[")]
    assert shown[-1].startswith("  x[11] = ") and len(shown) == 12
    assert {line.index(" = ") for line in shown} == {7}
