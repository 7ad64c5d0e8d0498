"""Places for nodes and arrows: nothing overlaps, arrows end at borders, few cross."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pellucid.lenses.layout import Box, arranged, names_along
from pellucid.lenses.layout.crossing import crossings, ordered
from pellucid.lenses.layout.layers import layered
from pellucid.lenses.layout.places import spread

BOX = Box(100.0, 50.0)
Graph = tuple[list[str], list[tuple[str, str]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Nodes in order, arrows from earlier to later ones."""
    keys = [f"n{i}" for i in range(draw(st.integers(2, 14)))]
    pairs = list(itertools.combinations(keys, 2))
    return keys, draw(st.lists(st.sampled_from(pairs), max_size=24, unique=True))


@given(graphs(), st.booleans(), st.booleans())
def test_boxes_never_overlap_and_arrows_end_at_borders(
    graph: Graph, right: bool, square: bool
) -> None:
    keys, arrows = graph
    placed = arranged({k: BOX for k in keys}, arrows, right=right, square=square)
    for a, b in itertools.combinations(keys, 2):
        (x, y), (u, v) = placed.middle[a], placed.middle[b]
        assert abs(x - u) >= BOX.wide - 1e-6 or abs(y - v) >= BOX.high - 1e-6
    for x, y in placed.middle.values():
        assert BOX.wide / 2 <= x <= placed.wide - BOX.wide / 2
        assert BOX.high / 2 <= y <= placed.high - BOX.high / 2
    for (source, target), path in placed.path.items():
        lead, size = (0, BOX.wide) if right else (1, BOX.high)
        assert np.isclose(path[0][lead], placed.middle[source][lead] + size / 2, atol=60)
        assert np.isclose(path[-1][lead], placed.middle[target][lead] - size / 2)
        depths = [p[lead] for p in path]
        assert depths == sorted(depths), "an arrow never turns back"
        if square:
            steps = itertools.pairwise(path)
            assert all(abs(p - u) < 1e-6 or abs(q - v) < 1e-6 for (p, q), (u, v) in steps)


@given(graphs())
def test_layers_follow_the_arrows_and_the_order_is_no_worse(graph: Graph) -> None:
    keys, arrows = graph
    found = layered(keys, arrows)
    assert all(found.rank[a] < found.rank[b] for a, b in arrows)
    assert all(found.rank[b] - found.rank[a] == 1 for a, b in found.pieces())
    order = ordered(found)
    assert [sorted(x) for x in order] == [sorted(x) for x in found.layers]
    assert crossings(order, found.pieces()) <= crossings(found.layers, found.pieces())


def test_crossings_are_counted_and_taken_out() -> None:
    found = layered(list("abcd"), [("a", "d"), ("b", "c")])
    assert crossings([["a", "b"], ["c", "d"]], found.pieces()) == 1
    assert crossings(ordered(found), found.pieces()) == 0


def test_a_leaf_stands_beside_its_user_and_the_stream_runs_straight() -> None:
    keys = ["x", "h", "w", "z", "L"]
    placed = arranged({k: BOX for k in keys}, [("x", "h"), ("h", "z"), ("w", "z"), ("z", "L")])
    assert placed.middle["w"][1] == placed.middle["h"][1], "one layer above z, not at the top"
    across = [placed.middle[k][0] for k in ("x", "h", "z", "L")]
    assert max(across) - min(across) < 12


def test_a_long_arrow_goes_around() -> None:
    keys = ["a", "b", "c", "d"]
    placed = arranged({k: BOX for k in keys}, [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")])
    path = placed.path["a", "d"]
    for key in ("b", "c"):
        x, y = placed.middle[key]
        beside = [p for p, q in path if abs(q - y) <= BOX.high / 2]
        assert all(abs(p - x) > BOX.wide / 2 for p in beside)
    crossing = [
        (p, u) for (p, q), (u, v) in itertools.pairwise(path) if q < placed.middle["b"][1] < v
    ]
    assert crossing
    assert all(abs(p - placed.middle["b"][0]) > BOX.wide / 2 for p, _ in crossing)


@given(
    st.lists(st.floats(-50, 50), min_size=2, max_size=6), st.lists(st.floats(0.1, 9), min_size=5)
)
def test_spreading_is_the_nearest_that_keeps_distances(
    wanted: list[float], rooms: list[float]
) -> None:
    rooms = rooms[: len(wanted) - 1] if len(rooms) >= len(wanted) - 1 else [1.0] * (len(wanted) - 1)
    found = np.asarray(spread(wanted, rooms))
    assert (np.diff(found) >= np.asarray(rooms) - 1e-9).all()
    best = float(np.square(found - wanted).sum())
    shifts = np.concatenate([[0.0], np.cumsum(rooms)])
    for seed in range(5):  # any other places that keep the distances are no nearer
        other = np.sort(np.random.default_rng(seed).normal(np.asarray(wanted) - shifts, 3)) + shifts
        assert float(np.square(other - wanted).sum()) >= best - 1e-6


def test_names_stand_on_their_own_arrows_and_apart() -> None:
    left = [(0.0, 110.0 * i) for i in range(3)]
    right = [(100.0, 110.0 * i) for i in range(3)]
    ways = [(a, b) for a in left for b in right]
    parts = names_along(ways)
    at = [
        (a[0] + p * (b[0] - a[0]), a[1] + p * (b[1] - a[1]))
        for (a, b), p in zip(ways, parts, strict=True)
    ]
    for i, (x, y) in enumerate(at):
        assert all(abs(x - u) > 26 or abs(y - v) > 13 for u, v in at[:i])  # letters 10 high
        for k, (a, b) in enumerate(ways):
            height = a[1] + (x - a[0]) / (b[0] - a[0]) * (b[1] - a[1])
            assert k == i or abs(height - y) > 9
    assert names_along([]) == [] and names_along(ways[:1]) == [0.42]
