"""The page as a whole: valid, closed to the network, escaped, small, complete, accessible."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from pellucid.lenses.draw.html import FORBIDDEN
from pellucid.report import Points, measure, render
from pellucid.report.limits import BUDGET
from tests.report import made_up
from tests.report.reader import read, tables

CASES = ("moons", "digits", "diabetes", "tiny", "wide", "blobs", "surface", "evil")


@pytest.fixture(scope="module")
def contents():
    return {name: getattr(made_up, name)() for name in CASES}


@pytest.fixture(scope="module")
def pages(contents):
    return {name: render(content) for name, content in contents.items()}


@pytest.mark.parametrize("name", CASES)
def test_the_page_is_well_formed(pages, name):
    page = pages[name]
    root = read(page)
    assert page.startswith("<!DOCTYPE html>\n<html lang=")
    ids = [node.attributes["id"] for node in root.walk() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for node in root.walk():
        target = node.attributes.get("href", "")
        if target.startswith("#"):
            assert target[1:] in ids, target
        mask = node.attributes.get("mask", "")
        assert not mask or mask[5:-1] in ids
        for label in node.attributes.get("aria-labelledby", "").split():
            assert label in ids
    assert not FORBIDDEN.search(page.replace("\n", ""))


@pytest.mark.parametrize("name", CASES)
def test_the_page_asks_nothing_of_the_network(pages, name):
    page = pages[name]
    root = read(page)
    for node in root.walk():
        for attribute in ("src", "href", "action", "srcset", "poster", "data"):
            value = node.attributes.get(attribute)
            assert value is None or value.startswith(("#", "data:image/png;base64,")), value
        assert not [key for key in node.attributes if key.startswith("on") or key == "style"]
    assert not re.search(r"https?://|@import|url\((?!#)", page)
    assert not root.all("link") and not root.all("iframe")


@pytest.mark.parametrize("name", CASES)
def test_the_policy_allows_exactly_what_is_there(pages, name):
    root = read(pages[name])
    (policy,) = (
        node.attributes["content"]
        for node in root.all("meta")
        if node.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    (style,) = root.all("style")
    assert rules["style-src"] == f"'{digest(style.text())}'"
    scripts = root.all("script")
    assert rules["script-src"] == (f"'{digest(scripts[0].text())}'" if scripts else "'none'")
    assert len(scripts) == (1 if name in ("moons", "evil", "surface") else 0)
    assert "unsafe" not in policy


def digest(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_markup_in_names_stays_text(pages):
    page = pages["evil"]
    root = read(page)
    assert page.count("<script>") == 1
    assert 'alert("' not in page
    assert made_up.EVIL in root.all("h1")[0].text()
    assert made_up.EVIL in root.all("title")[0].text()
    assert made_up.EVIL in root.all("pre")[0].text()
    assert made_up.EVIL in tables(root)["Columns"][1][0]
    assert "\ufffd" in tables(root)["Columns"][2][0]
    page.encode("utf-8")


@pytest.mark.parametrize("name", CASES)
def test_people_can_find_their_way(pages, name):
    root = read(pages[name])
    assert len(root.all("h1")) == 1
    assert [len(root.all(landmark)) for landmark in ("header", "nav", "main", "footer")] == [1] * 4
    assert root.all("html")[0].attributes["lang"] == "en"
    for picture in root.all("svg"):
        spoken = picture.attributes.get("role") == "img" and picture.attributes.get("aria-label")
        assert spoken or picture.attributes.get("aria-hidden") == "true"
    for figure in root.all("figure"):
        assert len(figure.all("h3")) == 1
        sentence = figure.all("p")[0].text()
        assert sentence.endswith(".") and len(sentence) > 10
    for heads in root.all("th"):
        assert heads.attributes["scope"] in ("row", "col")
    levels = [int(n.name[1]) for n in root.walk() if re.fullmatch(r"h[1-6]", n.name)]
    assert all(b - a <= 1 for a, b in pairwise(levels))


@pytest.mark.parametrize("name", CASES)
def test_sections_keep_their_order_and_are_numbered_as_they_come(pages, name):
    root = read(pages[name])
    numbers = [int(h.all("span")[0].text()) for h in root.all("h2")]
    assert numbers == list(range(1, 6 if name == "tiny" else 8))
    keys = ["answer", "alerts", "data", "model", "training", "errors", "reproduce"]
    present = [key for key in keys if name != "tiny" or key not in ("model", "errors")]
    assert [s.attributes["id"] for s in root.all("section")] == present
    links = [a.attributes["href"] for a in root.all("nav")[0].all("a")]
    assert links == [f"#{s.attributes['id']}" for s in root.all("section")]


@pytest.mark.parametrize("name", CASES)
def test_every_picture_of_numbers_has_its_table(pages, name):
    root = read(pages[name])
    for figure in root.all("figure"):
        title = figure.all("h3")[0].text()
        if title != "Shape":  # its table is the program below it
            assert figure.all("details")[0].all("summary")[0].text() == "Show as table", title
            assert figure.all("details")[0].all("table"), title


@pytest.mark.parametrize("name", CASES)
def test_no_word_promises_ease(pages, name):
    words = read(pages[name]).all("body")[0].text().split("</script>")[0]
    assert not re.search(r"\b(simply|magic|just|obviously)\b", words, re.I)
    assert not re.search(r"\bNone\b(?!\.)|\bnan\b|Markup|<bdi>", words)


def test_a_report_is_far_smaller_than_its_budget(pages):
    assert max(len(page.encode()) for page in pages.values()) < 400_000


@pytest.mark.slow
def test_too_much_is_thinned_and_said(monkeypatch):
    base = made_up.moons(frames=30)
    big = replace(
        base,
        boundary=replace(base.boundary, points=made_up.moon_points(20_000)),
        data=replace(
            base.data, columns=tuple(made_up.spread_column(f"c{k}", k) for k in range(1500))
        ),
    )
    assert len(render(big).encode()) <= BUDGET
    for budget, frames, samples, columns in (
        (700_000, 10, 18_500, 500),
        (300_000, 24, 19_500, 1300),
    ):
        monkeypatch.setattr("pellucid.report.page.BUDGET", budget)
        page = render(big)
        assert len(page.encode()) <= budget
        assert (
            read(page)
            .all("footer")[0]
            .text()
            .startswith(
                f"Left out to keep this file small: {frames} replay frames of 30; "
                f"{samples:,} drawn samples of 20,000; {columns:,} columns of 1,500."
            )
        )


def test_a_whole_report_says_nothing_about_leaving_out(pages):
    assert "Left out" not in pages["moons"]


def test_wide_data_draws_at_most_sixty_columns(pages):
    sparks = [n for n in read(pages["wide"]).all("svg") if n.attributes["class"] == "spark"]
    assert len(sparks) == 60
    names = [row[0] for key in ("Columns", "Further columns") for row in
             tables(read(pages["wide"]))[key][1:]]  # fmt: skip
    assert names == [f"feature_{k:03d}" for k in range(200)]


def test_values_of_rows_only_when_asked(contents):
    shown = tables(read(render(contents["evil"])))["Worst rows"]
    assert shown[0] == ["row", "true", "predicted", "how sure", "loss", made_up.EVIL, "n"]
    hidden = tables(read(render(replace(contents["evil"], include_rows=False))))["Worst rows"]
    assert hidden[0] == ["row", "true", "predicted", "how sure", "loss"]
    assert [row[:5] for row in shown] == hidden


def test_the_same_content_gives_the_same_page(contents, pages):
    assert render(contents["moons"]) == pages["moons"]


def test_a_grid_that_is_not_square_and_points_outside_it():
    base = made_up.moons(frames=2)
    grid = made_up.moon_field(3)[:20, :]
    far = Points(
        x=np.array([0.0, 99.0]),
        y=np.array([0.0, 0.0]),
        label=np.array([0, 1]),
        held_out=np.array([False, True]),
    )
    page = render(replace(base, boundary=replace(base.boundary, values=grid, points=far)))
    (group,) = (g for g in read(page).all("g") if g.attributes.get("id") == "samples")
    assert len(group.all("path")) == 1


def test_one_class_only():
    base = made_up.tiny()
    found = measure.class_errors([0, 0], [[1.0], [1.0]], ["only"])
    root = read(render(replace(base, errors=found)))
    assert tables(root)["Rows of each true class by the model's answer"][1] == [
        "only",
        "2 (100\u00a0%)",
        "2",
    ]


def test_many_classes_list_the_mistakes_instead():
    classes = [f"class {k}" for k in range(50)]
    true = np.arange(500) % 50
    chance = np.full((500, 50), 0.001)
    chance[np.arange(500), np.where(true == 7, 8, true)] = 0.9
    found = measure.class_errors(true, chance, classes)
    root = read(render(replace(made_up.tiny(), errors=found)))
    assert tables(root)["Most common mistakes"][1:] == [["class 7", "class 8", "10"]]
