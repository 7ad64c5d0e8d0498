"""The seven lenses and the one sample on the page of a real run."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pellucid.data import load
from pellucid.data.table import make_table
from pellucid.lenses.picture import Chart, Charts, Film, Points
from pellucid.lenses.see import named_lens
from pellucid.lenses.view import Equation, Table
from pellucid.report import render
from pellucid.report.limits import Limits, cut, left_out
from pellucid.report.pictures.boundary import telling_frames
from pellucid.report.run import assemble
from pellucid.report.sections import lenses, sample
from pellucid.training.table_run import train_table
from pellucid.training.table_settings import Settings
from tests.report.reader import read

QUICK = Settings(epochs=2, hidden=(6, 5))
TITLES = ("Predict", "Approximate", "Sculpt", "Transform", "Represent", "Optimize", "Graph")


def content_of(table, settings=QUICK, **more):
    return assemble(train_table(table, settings), {}, command="pellucid fit", **more)


def prices(rows=80, seed=0):
    draw = np.random.default_rng(seed)
    area, rooms = draw.uniform(40, 200, rows), draw.integers(1, 7, rows).astype(float)
    town = draw.choice(["Aba", "Bec <i>", "Cod"], rows)
    price = 3 * area + 20 * rooms + 50 * (town == "Aba") + draw.normal(0, 5, rows)
    frame = pd.DataFrame({"area": area, "rooms": rooms, "town": town, "price": price})
    return make_table(frame, target="price", name="houses.csv")


@pytest.fixture(scope="module")
def moons():
    return content_of(load("moons", samples=120), folder="here/m")


@pytest.fixture(scope="module")
def houses():
    return content_of(prices())


def titles(content):
    return tuple(look.title for look in content.lenses.looks)


def test_both_sections_stand_between_training_and_errors(moons):
    page = read(render(moons))
    heads = [re.sub(r"^\d+ ", "", h.text()) for h in page.all("h2")]
    at = heads.index("Seven lenses")
    assert heads[at - 1 : at + 3] == [
        "Training", "Seven lenses", "One sample explained", "Errors"
    ]  # fmt: skip


def test_of_two_inputs_the_function_is_drawn_beside_the_answer_and_nowhere_else(moons):
    assert titles(moons) == tuple(t for t in TITLES if t != "Approximate")
    said = read(str(lenses.body(moons, Limits()))).text()
    assert "One of the seven, Approximate, is drawn beside the answer above." in said
    assert "pellucid see here/m --lens NAME" in said


def test_of_many_columns_all_seven_are_drawn(houses):
    assert titles(houses) == TITLES


def test_of_one_input_the_box_is_the_function():
    frame = prices().frame[["area", "price"]]
    content = content_of(make_table(frame, target="price", name="one.csv"))
    assert titles(content) == tuple(t for t in TITLES if t != "Predict")


def test_where_one_number_stands_among_words_no_line_is_drawn_through_it():
    frame = prices().frame[["area", "town", "price"]]
    found = content_of(make_table(frame, target="price", name="words.csv")).lenses
    assert "Approximate" not in {look.title for look in found.looks}
    assert not any(isinstance(b, Film) for look in found.looks for b in look.blocks)


def test_without_hidden_layers_the_lenses_on_them_are_left_out(houses):
    straight = content_of(prices(), replace(QUICK, hidden=()))
    assert set(titles(houses)) - set(titles(straight)) == {"Sculpt", "Represent"}


def test_what_is_seen_is_what_the_lens_says():
    run = train_table(load("moons", samples=120), QUICK)
    look = assemble(run, {}, command="").lenses.looks[0]
    view = named_lens("black_box").look(run.model, run.table.frame.iloc[np.sort(run.scored)])
    assert look.sentence == view.view.sentence


def test_no_element_has_a_style_of_its_own_as_the_policy_forbids_it(moons):
    page = render(moons)
    tree = read(page)
    assert not [node for node in tree.walk() if "style" in node.attributes]
    assert len(tree.all("style")) == 1
    named = {
        node.attributes["data-style"] for node in tree.walk() if "data-style" in node.attributes
    }
    assert named
    sheet = tree.all("style")[0].text()
    assert all(f'[data-style="{name}"]' in sheet for name in named)
    assert ":checked~.frames" in sheet, "the film's own rules"


def test_the_walk_ends_in_the_loss_and_the_chain_in_the_gradient(moons):
    found = moons.explained
    facts = dict(found.facts)
    assert moons.errors.worst[0].true == facts["true"]
    steps = found.walk[0] if isinstance(found.walk[0], Table) else found.walk[1]
    assert any("cross_entropy" in row for row in steps.rows)
    assert isinstance(found.chain[0], Equation)
    said = read(str(sample.body(moons, Limits()))).text()
    assert "Check:" in said and "chain rule" in said
    assert found.weight in said


def test_the_row_is_the_first_of_the_worst(houses):
    worst = houses.errors.worst[0]
    assert houses.explained.lead == f"Row {worst.row} is the one it is most wrong about."


def values_in(blocks):
    """The names of tables' columns, and whether some table lists places of rows."""
    return {c.head for b in blocks if isinstance(b, Table) for c in b.columns}


def test_a_persons_rows_are_shown_when_asked_for_only(houses):
    hidden = houses.explained
    assert values_in(hidden.given) == {"input", "blame (gradient)"}
    assert not hidden.weight.startswith("0."), "its gradient is the input times the blame"
    assert "--include-rows" in hidden.note
    asked = content_of(prices(), include_rows=True).explained
    assert values_in(asked.given) > {"cell", "as the network sees it"}
    assert asked.note == ""


def places(content):
    """Rows of the tables under the pictures of the lens Transform."""
    look = next(look for look in content.lenses.looks if look.title == "Transform")
    one = replace(content, lenses=replace(content.lenses, looks=(look,)))
    return str(lenses.body(one, Limits())).count("<td")


def test_places_of_single_rows_are_in_tables_when_asked_for_only(houses):
    shown = replace(houses, lenses=replace(houses.lenses, points=True))
    charts = next(b for k in houses.lenses.looks for b in k.blocks if isinstance(b, Charts))
    assert isinstance(charts.items[0], Chart)
    drawn = [m for k in houses.lenses.looks if k.title == "Transform"
             for b in k.blocks for c in b.items for m in c.marks]  # fmt: skip
    assert any(isinstance(m, Points) for m in drawn)
    assert places(houses) < places(shown)


def test_a_built_in_set_is_known_to_all(moons):
    assert moons.lenses.points
    assert "cell" in values_in(moons.explained.given)


def test_of_a_sequence_no_row_is_numbered_by_another_count_than_the_reports():
    content = content_of(load("sunspots"), Settings(model="gru", hidden=(4,), epochs=1))
    assert titles(content) == ("Transform", "Graph")
    assert not re.search(r"row \d", str(lenses.body(content, Limits())))


def test_an_autoencoder_and_a_graph_have_neither():
    content = content_of(load("karate"), Settings(model="gcn", epochs=2))
    assert content.lenses is None and content.explained is None


def test_lenses_go_when_a_page_is_too_large(moons):
    few = Limits(lenses=2)
    assert len(read(str(lenses.body(moons, few))).all("h3")) == 2
    assert "4 lenses of 6" in list(left_out(moons, few))
    bare = cut(moons, Limits(lenses=0, pictures=False))
    assert lenses.body(bare, Limits(lenses=0)) is None
    assert sample.body(bare, Limits()) is None


def test_the_page_stays_small(moons):
    assert len(render(moons)) < 1_000_000


def test_the_stills_show_how_it_took_shape(moons):
    flat = np.zeros((2, 2))
    frame = moons.boundary.frames[0]
    values = [1.0, 0.6, 0.3, 0.02, 0.01, 0.01, 0.005, 0.0, 0.0, 0.0]
    frames = [replace(frame, epoch=i, values=flat + v) for i, v in enumerate(values)]
    assert telling_frames(frames, 4) == [0, 1, 2, 9]
    assert telling_frames(frames[:3], 4) == [0, 1, 2]
    same = [replace(frame, epoch=i, values=flat) for i in range(9)]
    assert telling_frames(same, 4) == [0, 3, 5, 8]
    unknown = [*frames[:-1], replace(frames[-1], values=flat + np.nan)]
    assert telling_frames(unknown, 4) == [0, 3, 6, 9]
