"""The twelve built-in sets: sizes, options, seeds; a simple learner finds what is in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn.neighbors import KNeighborsClassifier

from pellucid.data import Preparation, describe, info, load, names, split
from pellucid.errors import SettingError

DRAWN = ("moons", "circles", "blobs", "spirals", "xor")
SHAPES = {
    "digits": (1797, 64, 10),
    "iris": (150, 4, 3),
    "wine": (178, 13, 3),
    "breast_cancer": (569, 30, 2),
    "diabetes": (442, 10, 0),
    "karate": (34, 1, 2),
    "sunspots": (309, 1, 0),
}
WHOLE = ("karate", "sunspots")
CLASSICS = tuple(name for name in SHAPES if name not in WHOLE)


def test_there_are_twelve_with_a_sentence_each() -> None:
    assert names() == (*DRAWN, *SHAPES)
    assert all(describe(name).endswith(".") for name in names())


@pytest.mark.parametrize("name", names())
def test_each_is_ready_to_learn_from(name: str) -> None:
    table = load(name)
    rows, inputs, classes = SHAPES.get(name, (1000, 2, 3 if name == "blobs" else 2))
    assert (len(table), len(table.inputs), len(table.classes)) == (rows, inputs, classes)
    assert (table.name, table.notices) == (name, ())
    assert table.task == info(name).task
    assert all(column.kind == "number" for column in table.input_columns)


@pytest.mark.parametrize("name", DRAWN)
def test_a_simple_learner_finds_what_is_drawn(name: str) -> None:
    table = load(name)
    parts = split(table)
    preparation = Preparation.fit(table, parts.train)
    x, y = preparation.transform(table), preparation.transform_target(table.frame["class"])
    learner = KNeighborsClassifier(9).fit(x[parts.train], y[parts.train])
    assert learner.score(x[parts.test], y[parts.test]) > 0.88
    assert min(np.bincount(y)) > 0.45 * len(table) * 2 / len(table.classes) / 2


@pytest.mark.parametrize("name", DRAWN)
def test_samples_noise_and_seed_are_heard(name: str) -> None:
    small = load(name, samples=50, noise=0.05, seed=1)
    assert len(small) == 50
    pd.testing.assert_frame_equal(small.frame, load(name, samples=50, noise=0.05, seed=1).frame)
    assert small.digest() != load(name, samples=50, noise=0.05, seed=2).digest()
    assert small.digest() != load(name, samples=50, noise=0.5, seed=1).digest()
    assert len(load(name, samples=50, noise=0.0)) == 50


@pytest.mark.parametrize("samples", [10, 101, 1000])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_drawn_sets_are_those_of_scikit_learn(samples: int, seed: int) -> None:
    angles = 2 * np.pi * (np.arange(3) / 3 + 0.25)
    centers = 3.0 * np.column_stack([np.cos(angles), np.sin(angles)])
    theirs = {
        "moons": datasets.make_moons(samples, noise=0.2, random_state=seed),
        "circles": datasets.make_circles(samples, noise=0.2, random_state=seed, factor=0.4),
        "blobs": datasets.make_blobs(samples, centers=centers, cluster_std=0.2, random_state=seed),
    }
    for name, (points, classes) in theirs.items():
        ours = load(name, samples=samples, noise=0.2, seed=seed).frame
        assert np.array_equal(ours[["x1", "x2"]].to_numpy(), points), name
        assert ours["class"].tolist() == ["ABC"[k] for k in classes], name


@pytest.mark.parametrize("name", CLASSICS)
def test_a_classic_gives_fewer_rows_on_request(name: str) -> None:
    part, whole = load(name, samples=60, seed=1), load(name)
    assert len(part) == 60
    assert not part.frame.equals(load(name, samples=60, seed=2).frame)
    merged = part.frame.drop_duplicates().merge(whole.frame.drop_duplicates())
    assert len(merged) == len(part.frame.drop_duplicates())


SETS = (
    "moons, circles, blobs, spirals, xor, digits, iris, wine, breast_cancer, diabetes, karate,"
    " sunspots."
)


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        (
            "mons",
            {},
            f'there is no built-in data set "mons". Did you mean "moons"? There are: {SETS}',
        ),
        ("zzz", {}, f'there is no built-in data set "zzz". There are: {SETS}'),
        (
            "iris",
            {"noise": 0.1},
            "iris is measured data and takes no noise."
            " With noise: moons, circles, blobs, spirals, xor.",
        ),
        ("iris", {"samples": 151}, "iris gives from 10 to 150 samples, not 151."),
        ("moons", {"samples": 3}, "moons gives from 10 to 10,000,000 samples, not 3."),
        ("moons", {"noise": -1.0}, "noise must be 0 or more, not -1.0."),
        ("xor", {"noise": float("nan")}, "noise must be 0 or more, not nan."),
        ("moons", {"seed": -1}, "seed must be 0 or more, not -1."),
    ],
)
def test_options_that_make_no_sense(name: str, options: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingError) as caught:
        load(name, **options)
    assert str(caught.value) == text


@pytest.mark.parametrize("name", WHOLE)
def test_a_set_whose_rows_belong_together_is_not_cut(name: str) -> None:
    with pytest.raises(SettingError, match=f"{name} comes whole, with {len(load(name))} rows"):
        load(name, samples=20)


def test_the_karate_club_is_a_graph() -> None:
    club = load("karate")
    assert club.edges is not None and club.edges.shape == (2, 78)
    assert club.frame["links"].sum() == 2 * 78
    assert club.frame.loc[33, "links"] == 17, "the officer has met half of the club"
