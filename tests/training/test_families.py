"""Each family of networks: what it reads, what is refused and how, and that files bring it back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.data import Rows, load, make_table
from pellucid.data.joined import with_edges
from pellucid.data.series import as_series
from pellucid.data.table import Table
from pellucid.data.unlabeled import unlabeled
from pellucid.errors import DataError, FileFormatError, PellucidError, SettingError
from pellucid.training import Settings, load_model, train_table
from pellucid.training.graph_model import GraphModel
from pellucid.training.networks import FAMILIES, Architecture
from pellucid.training.table_run import TableRun

RANDOM = np.random.default_rng(0)
NET = """from pellucid import nn

def model(inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, 8), nn.ReLU(), nn.Linear(8, outputs))
"""


def brief(table: Table, model: str, **more: Any) -> TableRun:
    return train_table(table, Settings(model=model, epochs=2, engine="numpy", **more))


def waves(n: int = 90) -> pd.DataFrame:
    t = np.arange(n)
    return pd.DataFrame(
        {"day": pd.date_range("2020-01-01", periods=n).strftime("%Y-%m-%d"),
         "rain": RANDOM.random(n), "city": RANDOM.choice(["a", "b"], n),
         "temp": np.sin(t / 4) + 0.05 * RANDOM.standard_normal(n)}
    )  # fmt: skip


def series(**more: Any) -> Table:
    return as_series(make_table(waves(), target="temp"), time="day", window=6, **more)


MADE: dict[str, Any] = {
    "cnn": lambda: load("digits", samples=120),
    "lstm": series,
    "gru": lambda: load("digits", samples=120),
    "transformer": series,
    "gcn": lambda: load("karate"),
    "autoencoder": lambda: load("digits", samples=120),
    "mlp": series,
}
SMALL: dict[str, Any] = {
    "cnn": {"channels": (4,), "hidden": (8,)}, "lstm": {"hidden": (8,), "layers": 2},
    "gru": {"steps": 8}, "transformer": {"hidden": (8,), "heads": 2, "layers": 1},
    "autoencoder": {"hidden": (16,), "latent": 3},
}  # fmt: skip


@pytest.mark.parametrize("model", FAMILIES)
def test_files_bring_back_the_same_answers(model: str, tmp_path: Path) -> None:
    table = MADE[model]()
    run = brief(table, model, **SMALL.get(model, {}))
    run.save(tmp_path)
    again = load_model(tmp_path)
    assert type(again) is type(run.model) and again.architecture == run.model.architecture
    pd.testing.assert_frame_equal(again.predict(table), run.model.predict(table))
    assert again.architecture.kind == model


def test_sizes_that_no_weight_has_are_refused(tmp_path: Path) -> None:
    brief(load("digits", samples=60), "cnn", **SMALL["cnn"]).save(tmp_path)
    place = tmp_path / "model.json"
    whole = json.loads(place.read_text())
    for change, words in (
        ({"options": {"shape": [1, 8, 8], "channels": [10**9]}}, "other sizes than the weights"),
        ({"options": {"shape": [1, 8, 8], "channels": [0]}}, "not whole numbers from 1"),
        ({"options": {"shape": [1, 8, 8], "depth": 3}}, "is not whole"),
        ({"kind": "rnn"}, "no kind of network 'rnn'"),
    ):
        place.write_text(json.dumps({**whole, "architecture": {**whole["architecture"], **change}}))
        with pytest.raises(FileFormatError, match=words):
            load_model(tmp_path)


# ---- pictures and sequences ------------------------------------------------------------------


def test_pixels_share_a_scale_and_none_is_left_out() -> None:
    run = brief(load("digits", samples=120), "cnn", channels=(4,))
    scales = {(e.scale.mean, e.scale.std) for e in run.model.preparation.encoders}  # type: ignore[attr-defined]
    assert run.features.shape[1] == 64 and len(scales) == 1
    assert "64 columns are read as the pixels of a picture, 8x8" in " ".join(map(str, run.notices))


def iris(**more: Any) -> Table:
    return load("iris", **more)


WRONG: list[tuple[Any, dict[str, Any], str]] = [
    (iris, {"model": "cnn"}, "iris has 4 inputs, and these are not known to be the pixels"),
    (iris, {"model": "cnn", "shape": (3, 3)}, "shape must be one of 4 pixels, which iris has, not"
     " 3x3 (9)"),
    (iris, {"model": "gru", "steps": 3}, "These do: 2, 4."),
    (iris, {"model": "gcn"}, "--edges FILE (two columns, source and target)"),
    (series, {"model": "lstm", "steps": 3}, "the window of 6 says how many"),
    (lambda: make_table(waves(), target="temp"), {"model": "gru"}, "try: --type day=ignore"),
    (series, {"model": "mlp", "group": "day"}, "group must be left out for a series"),
    (lambda: load("digits", samples=60), {"model": "cnn", "channels": (4, 4, 4, 4)},
     "channels must be at most 3 numbers for pictures of 8x8, not 4"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "settings", "words"), WRONG)
def test_a_table_that_a_family_does_not_read(make: Any, settings: Any, words: str) -> None:
    with pytest.raises(SettingError, match=re.escape(words)):
        train_table(make(), Settings(epochs=1, **settings))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model": "lsmt"}, 'there is no model "lsmt". Did you mean "lstm"?'),
        ({"model": "mlp", "channels": (3,)}, "channels must be left out for the model mlp: it is"
         " for cnn."),
        ({"model": "lstm", "hidden": (8, 8)}, "hidden must be one size for the model lstm, not"),
        ({"model": "lstm", "activation": "gelu"}, "its cells have their own"),
        ({"model": "transformer", "activation": "tanh"}, "it takes relu or gelu"),
        ({"model": "lstm", "layers": 0}, "layers must be 1 or more, up to 100,000, not 0."),
    ],
)  # fmt: skip
def test_settings_of_another_family(settings: Any, words: str) -> None:
    with pytest.raises(SettingError, match=re.escape(words)):
        Settings(**settings)


def test_a_transformer_starts_again_from_other_weights() -> None:
    run = brief(series(), "transformer", restarts=2, **SMALL["transformer"])
    first, second = (start["best_loss"] for start in run.history.restarts)
    assert first != second


def test_each_family_has_its_usual_settings() -> None:
    assert (Settings(model="gcn").hidden, Settings(model="gcn").lr) == ((16,), 0.01)
    assert (Settings(model="gcn", lr=0.5).lr, Settings().hidden) == (0.5, (64, 64))
    assert Architecture(8, 3, (4,), kind="lstm").title == "lstm 8 → 4 → 3"


# ---- series ----------------------------------------------------------------------------------


def test_windows_see_the_past_only_and_the_last_are_held_out() -> None:
    run = brief(series(), "lstm")
    frame = run.table.frame
    assert frame["temp[t−1]"].iloc[1:].tolist() == frame["temp"].iloc[:-1].tolist()
    parts = run.parts
    assert parts.train.max() < parts.validation.min() <= parts.validation.max() < parts.test.min()
    said = " ".join(map(str, run.notices))
    assert 'only the past of numbers is seen; left out: "city"' in said and 'split by "day"' in said


def test_a_forecast_goes_one_step_beyond_the_file() -> None:
    run = brief(series(), "gru")
    cells = waves()
    found = run.model.predict(Rows(cells, "later.csv"))
    assert list(found) == ["day", "prediction"] and len(found) == len(cells) - 6 + 1
    assert found["day"].iloc[0] == cells["day"][6] and found["day"].iloc[-1] == "2020-03-31"
    mixed = cells.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(run.model.predict(Rows(mixed, "mixed.csv")), found)
    with pytest.raises(DataError, match=r'later\.csv lacks 1 column that the model needs: "rain"'):
        run.model.predict(Rows(cells.drop(columns="rain"), "later.csv"))
    with pytest.raises(DataError, match="a window of 6 rows needs at least as many"):
        run.model.predict(Rows(cells[:4], "later.csv"))


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({}, {"time": "dy"}, 'no column "dy" in the table for --time. Did you mean "day"?'),
        ({}, {"time": "temp"}, "is the target, and can't also say when"),
        ({}, {"time": "city"}, 'holds words, such as'),
        ({"day": ["2020-01-01", "2020-01-02"] * 45}, {"time": "day"}, "one row for each moment"),
        ({}, {"time": "day", "window": 0}, "window must be 1 or more, not 0."),
        ({}, {"window": 85}, "window must be 80 or less for the table, not 85"),
    ],
)  # fmt: skip
def test_what_is_no_series(change: Any, options: Any, words: str) -> None:
    table = make_table(waves().assign(**change), target="temp")
    with pytest.raises(PellucidError, match=re.escape(words)):
        as_series(table, **options)


# ---- graphs ----------------------------------------------------------------------------------


def nodes(n: int = 30) -> Table:
    side = np.arange(n) % 2
    frame = pd.DataFrame({"who": [f"n{i}" for i in range(n)], "age": 20 + RANDOM.random(n) * 30,
                          "side": np.where(side, "odd", "even")})  # fmt: skip
    return make_table(frame, target="side")


def pairs(*ends: Any) -> pd.DataFrame:
    return pd.DataFrame(list(ends), columns=["source", "target"])


def test_edges_name_nodes_by_a_column_or_by_row() -> None:
    by_name = with_edges(nodes(), pairs(("n0", "n2"), ("n2", "n4")))
    by_row = with_edges(nodes(), pairs((1, 3), (3, 5)))
    from_0 = with_edges(nodes(), pairs((0, 2), (2, 4)))
    assert by_name.edges is not None and by_name.edges.tolist() == [[0, 2], [2, 4]]
    assert by_name.edges.tolist() == by_row.edges.tolist() == from_0.edges.tolist()  # type: ignore[union-attr]
    assert by_name.frame["links"].tolist()[:5] == [1, 0, 2, 0, 1]
    assert "who" not in by_name.inputs and set(by_name.inputs) == {"age", "links"}


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        (pairs(("n0", "n2"), ("n0", "zed")), 'row 2: "zed" is not a node: it is not in the column'),
        (pairs((1, 99)), "are no row numbers of the table (it has 30 rows)"),
        (pd.DataFrame({"a": [1]}), "has one column; an edge has two ends"),
        (np.array([[0], [30]]), "edges must be row positions from 0 to 29, not 0 to 30."),
        (np.zeros((3, 2), int), "edges must be whole numbers of shape (2, edges)"),
    ],
)  # fmt: skip
def test_edges_that_lead_nowhere(edges: Any, words: str) -> None:
    with pytest.raises(DataError, match=re.escape(words)):
        with_edges(nodes(), edges)


def test_a_graph_with_columns_answers_for_new_nodes() -> None:
    ends = [(f"n{i}", f"n{(i + 2) % 30}") for i in range(30)]
    model = brief(with_edges(nodes(), pairs(*ends)), "gcn").model
    assert isinstance(model, GraphModel) and model.known is None
    other = with_edges(nodes(12), pairs(*[(f"n{i}", f"n{(i + 2) % 12}") for i in range(12)]))
    assert len(model.predict(other)) == 12
    with pytest.raises(DataError, match="needs the edges besides the nodes"):
        model.predict(Rows(other.frame, "nodes.csv"))


def test_a_graph_without_columns_knows_its_nodes_only() -> None:
    club = load("karate")
    assert club.edges is not None
    model = brief(club, "gcn").model
    turned = Rows(club.frame.iloc[::-1].reset_index(drop=True), "x.csv", edges=33 - club.edges)
    np.testing.assert_allclose(
        model.predict(turned)["p(Officer)"], model.predict(club)["p(Officer)"][::-1], rtol=1e-5
    )
    strange = Rows(club.frame.assign(member=club.frame["member"] + 1), "x.csv", edges=club.edges)
    with pytest.raises(DataError, match=r'x\.csv: "35" is a node that the model has never seen'):
        model.predict(strange)


def test_held_out_nodes_take_part_and_are_not_learned_from(monkeypatch: Any) -> None:
    club = load("karate")
    run = brief(club, "gcn")
    monkeypatch.setattr("pellucid.training.table_run.split_for", lambda *_: run.parts)
    other = brief(replaced(club, run.parts.test), "gcn")
    np.testing.assert_array_equal(
        run.model.outputs(run.features), other.model.outputs(other.features)
    )


def replaced(table: Table, rows: Any) -> Table:
    """The same table with the classes of some rows turned round, each for one of the other."""
    frame = table.frame.copy()
    cells = frame[table.target].to_numpy(object).copy()
    cells[rows] = cells[rows][::-1]
    return Table(frame.assign(club=cells), table.target, table.task, table.name, table.columns,
                 edges=table.edges)  # fmt: skip


# ---- autoencoders and own files --------------------------------------------------------------


def test_an_autoencoder_needs_no_target() -> None:
    frame = waves().drop(columns="day")
    run = brief(unlabeled(Rows(frame, "w.csv")), "autoencoder")
    found = run.model.predict(Rows(frame, "w.csv"))
    assert list(found) == ["z1", "z2", "error"] and run.model.task == "reconstruction"
    missed = run.model.outputs(run.features) - run.features
    np.testing.assert_allclose(found["error"], (missed**2).mean(axis=1), rtol=1e-4)


def test_a_file_is_run_again_with_consent_only(tmp_path: Path) -> None:
    net = tmp_path / "net.py"
    ran = f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n"
    net.write_text(NET + ran)
    run = brief(load("iris"), str(net))
    run.save(tmp_path / "m")
    (tmp_path / "ran").unlink()
    with pytest.raises(FileFormatError, match=r"(?s)is a Python program.*say --trust"):
        load_model(tmp_path / "m")
    assert not (tmp_path / "ran").exists(), "nothing was run"
    given: list[dict[str, Any]] = [{"trust": True}, {"file": net}]
    for consent in given:
        again = load_model(tmp_path / "m", **consent)
        pd.testing.assert_frame_equal(again.predict(run.table), run.model.predict(run.table))
    net.write_text(NET)
    with pytest.raises(FileFormatError, match="is not the text that the model was trained with"):
        load_model(tmp_path / "m", file=net)
    place = tmp_path / "m" / "model.json"
    place.write_text(place.read_text().replace("nn.Linear(inputs, 8)", "nn.Linear(inputs, 9)"))
    with pytest.raises(FileFormatError, match="was changed after the training"):
        load_model(tmp_path / "m", trust=True)


OWN_WRONG = {
    "x = ": "net.py, line 1: invalid syntax.",
    "import nowhere_at_all": "line 1 while it was read: ModuleNotFoundError",
    "def modle(): pass": "has no function model(). It has: modle.",
    "model = 3": "model is an int and not a function",
    "def model(): return None": "gives a NoneType and not a pellucid.nn.Module.\n Is a",
    "def model(input): pass": 'asks for "input", which is not known. Did you mean "inputs"?',
    "def model():\n    return 1 / 0": "line 2: model() failed: ZeroDivisionError: division by zero",
    "from pellucid import nn\ndef model(): return nn.Linear": "gives the class Linear.\n Make one",
    "from pellucid import nn\ndef model(): return nn.Linear(5, 3)": "does not take rows of",
    "from pellucid import nn\ndef model(): return nn.Linear(4, 7)": "gives shape (2, 7) for two"
    " rows, and (2, 3) is needed: one score for each class",
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), OWN_WRONG.items())
def test_a_file_that_gives_no_network(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(text)
    with pytest.raises(SettingError, match=re.escape(words)):
        brief(load("iris"), str(tmp_path / "net.py"))


def test_a_file_gets_the_shape_it_is_told(tmp_path: Path) -> None:
    net = tmp_path / "net.py"
    net.write_text(
        "from pellucid import nn\n"
        "def model(shape, classes, hidden):\n"
        "    assert (shape, classes, hidden) == ((1, 8, 8), 10, (7,))\n"
        "    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, classes))\n"
    )
    run = brief(load("digits", samples=100), str(net), shape=(8, 8), hidden=(7,))
    assert run.model.outputs(run.features).shape == (100, 10)
    with pytest.raises(SettingError, match=r"there is no file .*nets\.py to take a model from"):
        brief(load("iris"), str(tmp_path / "nets.py"))


# ---- quality, with the settings that are there -----------------------------------------------


def wrong(model: str, name: str, seed: int) -> int:
    run = train_table(load(name), Settings(model=model, seed=seed))
    rows = run.scored
    return int((run.model.outputs(run.features[rows]).argmax(axis=1) != run.targets[rows]).sum())


@pytest.mark.slow
def test_a_cnn_reads_digits() -> None:
    assert wrong("cnn", "digits", 0) <= 0.02 * 359


@pytest.mark.slow
def test_a_gcn_finds_the_sides_of_the_club() -> None:
    assert np.median([wrong("gcn", "karate", seed) for seed in range(5)]) <= 2


@pytest.mark.slow
@pytest.mark.parametrize("model", ["lstm", "gru"])
def test_forecasts_beat_the_step_before(model: str) -> None:
    run = train_table(as_series(load("sunspots"), time="year"), Settings(model=model))
    rows, frame = run.scored, run.table.frame
    true = frame["sunspots"].to_numpy()[rows]
    missed = np.abs(run.model.answers(run.features[rows]) - true).mean()
    assert missed < 0.75 * np.abs(frame["sunspots[t−1]"].to_numpy()[rows] - true).mean()
