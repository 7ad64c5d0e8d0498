"""Lenses by name, through time, and from the command line."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text

import pellucid as pl
from pellucid import lenses
from pellucid.cli.see import settings_of
from pellucid.data import open_table
from pellucid.errors import SettingError, StateError
from pellucid.lenses.choices import choices
from pellucid.lenses.lens import LENSES, lens
from pellucid.lenses.picture import Axis, Chart, Charts, Field, Film, Line, Matrix
from pellucid.lenses.render.html import html
from pellucid.lenses.render.plotted.figure import _figure
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Column, Remark, Table, View
from tests.cli.commands import pellucid
from tests.training.small import blobs, mlp, same, weights

DOCS = Path(__file__).resolve().parents[2] / "docs"
X, Y = blobs()
DATA = X.astype(np.float32), Y


def looked(subject: Subject, times: int = 1) -> View:
    """A lens for these tests: a field, a matrix of weights, the loss."""
    loss = times * subject.loss_value()
    first = next(iter(subject.model.parameters())).detach().numpy().copy()
    grid = subject.outputs()[:9, 0].reshape(3, 3)
    chart = Chart(Axis("x0"), Axis("x1"), (Field(grid, (0, 1), (0, 1), "signed"),))
    line = Chart(Axis("row"), Axis("y"), (Line(range(3), grid[0]),))
    axes = subject.frozen.setdefault("axes", loss)
    return View(
        "Looking", f"The loss is {loss:.4f}.",
        (chart, Charts((line, Matrix(first))), Remark("A remark.")), {"loss": loss, "axes": axes},
    )  # fmt: skip


@pytest.fixture(scope="module")
def run() -> tuple[Any, Any]:
    model = mlp(2, 4, 3)
    history = pl.fit(model, DATA, epochs=10, validation=0, progress=False, record=True)
    return model, history


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The lens, registered for one test."""
    monkeypatch.setattr("pellucid.lenses.lens.LENSES", LENSES)
    made = lens("What is the loss?")(looked)
    yield made
    del LENSES["looked"]


def test_by_name_and_listed(run: Any, own: Any) -> None:
    model, _ = run
    shown = pl.see(model, DATA, "looked", times=2)
    expected = float(pl.nn.functional.cross_entropy(model(pl.tensor(DATA[0])), pl.tensor(Y)).item())
    assert shown.to_dict()["loss"] == pytest.approx(2 * expected, rel=1e-5)
    assert "looked" in pl.lenses.names()
    listed = pl.see(model, DATA)
    assert "What is the loss?" in listed.text(80)
    assert {"name": "looked", "question": "What is the loss?"} in listed.to_dict()["lenses"]
    assert pl.lenses.names()[-1] == "looked" or len(LENSES) == 1  # the seven come first


def test_at_a_moment_the_model_is_as_it_was_then(run: Any, own: Any) -> None:
    model, history = run
    now = weights(model)
    then = own(model, DATA, run=history, at=0)
    assert same(weights(model), now)
    fresh = own(mlp(2, 4, 3), DATA)
    assert then.to_dict()["loss"] == fresh.to_dict()["loss"]
    assert then.to_dict()["loss"] > own(model, DATA).to_dict()["loss"]
    assert own(model, DATA, run=history.recording, at=0).to_dict() == then.to_dict()
    assert "The network after 0 steps of training." in then.text(100)
    late, last = own(model, DATA, run=history, at=99_999), history.recording.steps[-1]
    said = " ".join(late.text(200).split())
    assert f"after {last} steps of training, the moment of the recording that is" in said
    assert said.endswith("nearest to 99,999.")


def test_a_film_has_frames_with_steady_axes_and_frozen_things(run: Any, own: Any) -> None:
    model, history = run
    now = weights(model)
    shown = own(model, DATA, run=history, film=5)
    assert same(weights(model), now)
    first, second, remark = shown.view.blocks
    assert isinstance(first, Film) and isinstance(second, Film) and remark == Remark("A remark.")
    assert len(first.frames) == len(first.captions) == 5
    assert first.captions[0] == "step 0"
    assert first.captions[-1] == f"step {history.recording.steps[-1]:,}"
    lines: Any = [frame.items[0] for frame in second.frames]  # type: ignore[union-attr]
    assert len({(c.y.low, c.y.high) for c in lines}) == 1
    matrices: Any = [frame.items[1] for frame in second.frames]  # type: ignore[union-attr]
    assert len({(m.low, m.high) for m in matrices}) == 1
    moments = shown.to_dict()["moments"]
    assert [m["step"] for m in moments] == sorted(m["step"] for m in moments)
    assert len({m["axes"] for m in moments}) == 1
    assert moments[-1]["axes"] == moments[-1]["loss"]
    assert len(own(model, DATA, run=history, film=True).view.blocks[0].frames) == 12


def test_a_film_says_of_each_moment_what_holds_there(run: Any, monkeypatch: Any) -> None:
    def told(subject: Subject) -> View:
        loss = f"{subject.loss_value():.4f}"
        grid = subject.outputs()[:9, 0].reshape(3, 3)
        chart = Chart(Axis("a"), Axis("b"), (Field(grid, (0, 1), (0, 1)),), f"chart {loss}")
        table = Table((Column("loss"),), ((loss,),))
        return View(
            f"title {loss}", f"sentence {loss}", (chart, Charts((chart,), 1, f"all {loss}"), table)
        )

    model, history = run
    view = lens("What?", "told")(told)(model, DATA, run=history, film=3).view
    del LENSES["told"]
    films = [b for b in view.blocks if isinstance(b, Film)]
    losses = [f.title.removeprefix("chart ") for f in films[0].frames]
    assert len(set(losses)) == 3 and [f.title for f in films] == ["", ""]
    assert view.moments == tuple((f"title {n}", f"sentence {n}") for n in losses)
    assert view.blocks[-1] == Remark(
        f"The tables are those of the last moment, {films[0].captions[-1]}."
    )
    page = html(view)
    first, *others = page.split('class="moment"')[1:]
    assert len(others) == 8  # three for what is said, and for each film
    for i, part in enumerate([first, *others]):
        assert set(
            re.findall(r"(?:title|sentence|chart|all) (\d\.\d{4})", part.partition("<details")[0])
        ) == {losses[i % 3]}
    for i, loss in enumerate(losses):
        drawn = _figure(view, i, None)
        texts = {t.get_text() for t in drawn.findobj(Text)}
        assert f"title {loss}" in texts and f"all {loss}, {films[0].captions[i]}" in texts
        assert not any(other in text for text in texts for other in losses if other != loss)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            {"lens": "transfrom"},
            'there is no lens "transfrom".*\n Known: .*looked',
        ),
        (
            {"tims": 3},
            'the lens looked has no setting "tims". Did you mean "times"?\n'
            " Its own are times; all lenses take loss, inputs, names, target, run, at, film.",
        ),
        (
            {"at": 3},
            "at=3 needs a run whose weights were kept.\n"
            " Train with history = pellucid.fit(…, record=True) and pass run=history.",
        ),
        (
            {"film": True},
            "film=… needs a run whose weights were kept.\n"
            " Train with history = pellucid.fit(…, record=True) and pass run=history.",
        ),
        ({"film": True, "at": 3}, "at= is one moment and film= is several; give one of them."),
        ({"film": 1}, "film is True, or how many moments (at least 2), not 1."),
    ],
)
def test_mistakes(run: Any, own: Any, settings: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingError) as told:
        pl.see(run[0], DATA, **{"lens": "looked", **settings})
    if ".*" in text:
        assert told.match(text)
    else:
        assert str(told.value) == text


def test_a_run_of_another_network(run: Any, own: Any) -> None:
    with pytest.raises(StateError, match="this recording is of another network"):
        own(mlp(2, 5, 3), DATA, run=run[1], at=0)


# ---- the command ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("see") / "moons"
    said = pellucid(
        "fit", "moons", "--samples", 100, "--epochs", 3, "--hidden", 4, "-o", folder, "-q",
        "--record", "--engine", "numpy", "--report", folder.parent / "r.html",
    )  # fmt: skip
    assert said.code == 0, said.err
    return folder


def test_the_command_lists_looks_back_and_writes(recorded: Path, own: Any) -> None:
    assert (recorded / "recording.safetensors").is_file()
    listed = pellucid("see", recorded)
    assert listed.code == 0
    assert "What is the loss?" in listed.out
    now = pellucid("see", recorded, "--lens", "looked", "--json").data
    start = pellucid("see", recorded, "--lens", "looked", "--at", 0, "--json", "--set", "times=2")
    assert start.data["loss"] > 1.5 * now["loss"]
    film = recorded / "film.html"
    said = pellucid("see", recorded, "--lens", "looked", "--film", 3, "--out", film)
    assert (said.code, said.out) == (0, "")
    assert said.err == f"note: {film} is written: Looking\n"
    assert film.read_text("utf-8").count('type="radio"') == 3  # two films, moved together
    said = pellucid("see", recorded, "--lens", "looked", "-q", "-o", recorded / "v.json")
    assert json.loads((recorded / "v.json").read_text("utf-8"))["loss"] == now["loss"]
    assert said.err == ""
    assert pellucid("see", recorded, "--lens", "looked", "--data", "moons").code == 0


def test_a_recording_goes_when_its_model_is_trained_anew(tmp_path: Path) -> None:
    for words, there in ((("--record",), True), ((), False)):
        pellucid("fit", "moons", "--samples", 60, "--epochs", 1, "-o", tmp_path, "-q", *words)
        assert (tmp_path / "recording.safetensors").exists() == there


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("--lens", "lookd"), 2, 'error: there is no lens "lookd". Did you mean "looked"?'),
        (
            ("--lens", "looked", "--set", "x"),
            2,
            "error: --set takes NAME=VALUE, as in --set sample=3",
        ),
        (("--lens", "looked", "--set", "at=3"), 2, "error: at is an option of its own: --at."),
        (
            ("--lens", "looked", "--set", "tims=3"),
            2,
            'has no setting "tims". Did you mean "times"?',
        ),
        (("--lens", "looked", "--data", "no.csv"), 3, "error: there is no file no.csv"),
        (("--lens", "looked", "--out", "x.doc"), 2, "error: a view can't be written as .doc."),
        (("--lens", "looked", "--at", 1, "--film", 3), 2, "error: at= is one moment"),
    ],
)
def test_what_the_command_refuses(
    recorded: Path, own: Any, words: tuple[Any, ...], code: int, text: str
) -> None:
    said = pellucid("see", recorded, *words)
    assert (said.code, said.out) == (code, "")
    assert text in said.err


def test_without_a_recording_or_the_data(
    recorded: Path, own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("model.json", "model.safetensors"):
        (tmp_path / name).write_bytes((recorded / name).read_bytes())
    said = pellucid("see", tmp_path, "--lens", "looked", "--at", 3)
    assert said.code == 6
    assert said.err == (
        f"error: {tmp_path} has no recording.safetensors: its training was not recorded.\n"
        "  Train it again with pellucid fit … --record\n"
    )
    text = (tmp_path / "model.json").read_text("utf-8")
    (tmp_path / "model.json").write_text(text.replace('"data": "moons"', '"data": "gone.csv"'))
    said = pellucid("see", tmp_path, "--lens", "looked")
    assert said.code == 3
    assert said.err == (
        f"error: {tmp_path} was learned from gone.csv, which is not here.\n"
        "  Say which rows to look with: --data FILE\n"
    )


def test_the_page_of_lenses_lists_all_of_them() -> None:
    sys.path.insert(0, str(DOCS))
    try:
        import gen_lenses
    finally:
        sys.path.remove(str(DOCS))
    page = gen_lenses.filled((DOCS / "lenses" / "index.md").read_text("utf-8"))
    assert gen_lenses.PLACE not in page
    for name in pl.lenses.names():
        assert f"`{name}`" in page and LENSES[name].question in page


def test_the_settings_of_every_lens_are_listed_and_explained() -> None:
    for name in LENSES:
        found = choices(LENSES[name]).data["settings"]
        assert all(one["what"].endswith(".") for one in found), name
        assert not {"model", "data", "x", "y", "film"} & {one["name"] for one in found}
    told = pellucid("see", "nowhere", "--lens", "black-box", "--settings").out
    assert "Settings of black_box" in told and "repeats  5      How often each input" in told
    assert "lists those of one lens" in pellucid("see", "nowhere", "--settings").err
    for words in (("--lens", "sculpt", "--help"), ("-h", "--lens=sculpt")):
        helped = pellucid("see", *words).out
        assert helped.startswith("Settings of sculpt") and "most_pieces" in helped
        assert "Usage: pellucid see" in helped
    assert pellucid("see", "--help").out.lstrip().startswith("Usage: pellucid see")


def test_losses_say_over_how_many_rows_they_are(moons_model: Any) -> None:
    x, y = np.tile(moons_model.x, (2, 1)), np.tile(moons_model.y, 2)
    for name, words in {
        "blame": "over 400 rows", "optimize": "over 256 of 400 rows",
        "graph": "over 32 of 400 rows", "sculpt": "over 300 rows", "black_box": "over 400 rows",
    }.items():  # fmt: skip
        text = pl.see(moons_model.model, (x, y), name).text(200)
        assert words in text, name
    assert "mean of 200 rows" in text and "The share it states for class 1 differs" in text


def test_words_of_python_are_taken_as_the_remarks_of_lenses_write_them() -> None:
    found = settings_of(["race=True", "rates=false", "sample=None", "layer=fc1"], (), "x=1")
    assert found == {"race": True, "rates": False, "sample": None, "layer": "fc1"}


def test_pictures_on_dark_paper_from_the_command_line(
    tmp_path: Path, recorded: Path, own: Any
) -> None:
    shot = {}
    for name, more in (("light", ()), ("dark", ("--dark",))):
        done = pellucid(
            "see", recorded, "--lens", "looked", "--out", tmp_path / f"{name}.png", *more
        )
        assert done.code == 0, done.err
        shot[name] = (tmp_path / f"{name}.png").read_bytes()
    assert shot["light"] != shot["dark"]


def test_a_run_knows_the_rows_of_the_table_that_it_was_trained_on() -> None:
    table = open_table("moons", samples=40)
    model = mlp(2, 4, 2)
    history = pl.fit(model, table, epochs=1, progress=False, record=True)
    shown = lenses.function(model, table, run=history, film=2, side=8)
    assert shown.to_dict()["maps"] == history.see("function", film=2, side=8).to_dict()["maps"]
    with pytest.raises(SettingError, match="or run=history, of the fit with it"):
        lenses.function(mlp(2, 4, 2), table, run=history)


def test_a_run_knows_the_loss_with_which_it_trained_the_network() -> None:
    model = mlp(2, 4, 3)

    def thrice(out: Any, y: Any) -> Any:
        return 3 * pl.nn.functional.cross_entropy(out, y)

    history = pl.fit(
        model, DATA, epochs=1, loss=thrice, validation=0, progress=False, record=True
    )  # fmt: skip
    plain, known = (lenses.blame(model, DATA, run=run).to_dict()["loss"] for run in (None, history))
    assert known == pytest.approx(3 * plain, rel=1e-5)
    asked = lenses.blame(model, DATA, run=history, loss="cross_entropy").to_dict()["loss"]
    assert asked == plain
    other = mlp(2, 4, 3)  # of another network the run says nothing
    assert lenses.blame(other, DATA, run=history).to_dict() == lenses.blame(other, DATA).to_dict()
