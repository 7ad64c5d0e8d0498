"""Square brackets: every index gives what it gives in PyTorch, reading, writing and blaming."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid
from pellucid.dtypes import int64
from pellucid.errors import (
    DTypeError,
    IndexKindError,
    IndexRangeError,
    IndexShapeError,
    PellucidWarning,
    SettingError,
    ShapeError,
)
from pellucid.tensor import indexing
from pellucid.testing import gradcheck

SHAPE = (3, 4, 5)


def same_index(m: Any, index: Any) -> Any:
    """The index with arrays as Tensors of a module."""
    if isinstance(index, tuple):
        return tuple(same_index(m, i) for i in index)
    return m.tensor(index) if isinstance(index, np.ndarray) else index


MASK = np.arange(12).reshape(3, 4) % 3 == 0
INDICES: list[Any] = [
    0, -1, np.int64(2), slice(None), slice(1, 3), slice(None, None, 2), slice(-2, None),
    slice(5, 9), slice(2, 1), None, ..., (), (0, 1), (0, 1, 2), (0, -1, -2), (slice(None), 1),
    (..., 0), (0, ..., 1),
    (None, 0), (0, None), (..., None), (None, ..., None, 1), (slice(1, 2), None, 2),
    [0, 2], [-1, 0, 0], np.array([[0, 1], [2, 0]]), ([0, 1], [1, 2]),
    ([0, 1], slice(None), [1, 2]),
    (slice(None), [0, 1], [1, 2]), (0, slice(None), [0, 1]), ([0, 1], 0, [1, 2]),
    ([[0], [2]], [1, 3]), (None, [0, 1], slice(None), [0, 1]), (..., [0, 4]), ([], ),
    np.array([0, 2]), np.array(1), (np.array([0, 1]), np.array([2, 3], np.int32)),
    np.array([True, False, True]), MASK, (MASK, 1),
    (slice(None), np.array([True, False, True, True])),
    (np.array([True, False, True]), [0, 1]), (0, np.array([False] * 4)), np.zeros(3, bool),
    (..., np.array([True, False, False, False, True])), True, False, (True, 0), [True, False, True],
    range(2), (slice(np.int64(1), np.int64(3)),),
]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_reading(index: Any, torch: Any) -> None:
    values = np.random.default_rng(0).normal(size=SHAPE)
    x = pellucid.tensor(values, requires_grad=True)
    t = torch.tensor(values, requires_grad=True)
    theirs = same_index(torch, list(index) if isinstance(index, range) else index)
    ours, other = x[same_index(pellucid, index)], t[theirs]
    assert tuple(ours.shape) == tuple(other.shape)
    assert ours.tolist() == other.tolist()
    (ours * ours).sum().backward()
    (other * other).sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.tolist(), t.grad.tolist())


@pytest.mark.parametrize("index", INDICES, ids=repr)
@pytest.mark.parametrize("recorded", [True, False])
def test_writing(index: Any, recorded: bool, torch: Any) -> None:
    """A number, a Tensor of the part's shape, and one that is stretched."""
    values = np.random.default_rng(0).normal(size=SHAPE)
    theirs = same_index(torch, list(index) if isinstance(index, range) else index)
    part = tuple(torch.tensor(values)[theirs].shape)
    distinct = _names_each_once(values, theirs, torch)
    for shape in {(), part if distinct else (), part[-1:] if distinct else ()}:
        new = np.random.default_rng(1).normal(size=shape)
        results = []
        for m, at in ((pellucid, same_index(pellucid, index)), (torch, theirs)):
            x = m.tensor(values, requires_grad=recorded)
            v = m.tensor(new, requires_grad=recorded)
            y = x * 1 if recorded else x
            y[at] = v
            blames = []
            if recorded:
                (y * y * y).sum().backward()
                blames = [
                    x.grad.tolist(),
                    np.zeros(shape).tolist() if v.grad is None else v.grad.tolist(),
                ]
            results.append((y.tolist(), blames))
        np.testing.assert_allclose(results[0][0], results[1][0])
        for a, b in zip(results[0][1], results[1][1], strict=True):
            np.testing.assert_allclose(a, b)


def _names_each_once(values: Any, index: Any, torch: Any) -> bool:
    places = torch.arange(values.size).reshape(values.shape)[index]
    return len(set(places.reshape(-1).tolist())) == places.numel()


def entries(n: int) -> st.SearchStrategy[Any]:
    """One entry for an axis of size n."""
    positions = st.lists(st.integers(-n, n - 1), max_size=4)
    return st.one_of(
        st.integers(-n, n - 1),
        st.slices(n).filter(lambda s: s.step is None or s.step > 0),
        positions.map(lambda p: np.array(p, np.int64)),
        st.lists(st.booleans(), min_size=n, max_size=n).map(np.array),
    )


@st.composite
def indices(draw: st.DrawFn) -> tuple[Any, ...]:
    used = draw(st.integers(0, 3))
    found: list[Any] = [draw(entries(n)) for n in SHAPE[:used]]
    for _ in range(draw(st.integers(0, 2))):
        found.insert(draw(st.integers(0, len(found))), None)
    if draw(st.booleans()):
        found.append(...)
    return tuple(found)


def _try(call: Any) -> Any:
    try:
        return call()
    except (IndexError, ValueError, RuntimeError):
        return "refused"


@given(indices())
def test_any_index_reads_as_in_pytorch(index: Any) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    values = np.arange(60.0).reshape(SHAPE)
    ours = _try(lambda: pellucid.tensor(values)[same_index(pellucid, index)])
    theirs = _try(lambda: torch.tensor(values)[same_index(torch, index)])
    if isinstance(theirs, str) or isinstance(ours, str):
        assert ours == theirs if isinstance(theirs, str) else False, (index, ours, theirs)
        return
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert ours.tolist() == theirs.tolist()


@given(indices())
def test_any_index_writes_as_in_pytorch(index: Any) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    values = np.arange(60.0).reshape(SHAPE)
    x, t = pellucid.tensor(values), torch.tensor(values)

    def ours() -> Any:
        x[same_index(pellucid, index)] = -1.0
        return x.tolist()

    def theirs() -> Any:
        t[same_index(torch, index)] = -1.0
        return t.tolist()

    assert _try(ours) == _try(theirs)


def test_gradients_by_finite_differences() -> None:
    x = pellucid.tensor(np.random.default_rng(0).normal(size=SHAPE), requires_grad=True)
    for index in ((0, [1, 1, 2]), (MASK,), (..., None, 2), ([0, 0, 1], slice(1, 3), [4, 4, 0])):
        assert gradcheck(lambda t, i=index: t[i] ** 2, x)


def test_no_axes() -> None:
    x = pellucid.tensor(5.0)
    assert x[...].item() == 5.0
    assert x[()].item() == 5.0
    assert tuple(x[None].shape) == (1,)
    x[...] = 3.0
    assert x.item() == 3.0
    with pytest.raises(IndexRangeError) as caught:
        x[0]
    assert str(caught.value) == "too many indices: 1 for a Tensor with no axes, shape ()."


def test_a_slice_is_a_view_and_a_look_up_is_a_copy(torch: Any) -> None:
    for m in (pellucid, torch):
        x = m.zeros(3)
        x[:2].fill_(1.0)
        x[[0, 1]].fill_(9.0)
        assert x.tolist() == [1.0, 1.0, 0.0]


def test_indices_through_a_trace_are_nodes() -> None:
    """An index that is a Tensor stays part of the graph, so that a program can be fed another."""
    index = pellucid.tensor([2, 0])
    y = pellucid.tensor([1.0, 2.0, 3.0], requires_grad=True)[index]
    assert y._node.inputs[1] is index._node


MISTAKES = [
    (3, IndexRangeError, "index 3 is out of range: dim 0 has 3 entries."),
    (-4, IndexRangeError, "index -4 is out of range: dim 0 has 3 entries."),
    ((0, 4), IndexRangeError, "index 4 is out of range: dim 1 has 4 entries."),
    ([0, 5], IndexRangeError, "index 5 is out of range: dim 0 has 3 entries."),
    ((slice(None), [-9]), IndexRangeError, "index -9 is out of range: dim 1 has 4 entries."),
    (
        (0, 0, 0, 0),
        IndexRangeError,
        "too many indices: 4 for a Tensor with 3 axes, shape (3, 4, 5).",
    ),
    ((..., ...), IndexRangeError, "an index can hold '...' only once."),
    (
        slice(None, None, -1),
        SettingError,
        "the step of a slice must be positive and is -1.\n Turn the axis around with x.flip(0).",
    ),
    (
        slice(None, None, 0),
        SettingError,
        "the step of a slice must be positive and is 0.\n Turn the axis around with x.flip(0).",
    ),
    (
        slice(0.5, None),
        DTypeError,
        "the ends and the step of a slice must be whole numbers, not 0.5.",
    ),
    (
        1.5,
        IndexKindError,
        "an index can't hold a float: 1.5.\n"
        " Use int, slice, None, '...', or an array of positions.",
    ),
    (
        "a",
        IndexKindError,
        "an index can't hold a str: 'a'.\n Use int, slice, None, '...', or an array of positions.",
    ),
    (
        np.array([0.0, 1.0]),
        IndexKindError,
        "an index must hold whole numbers or be a mask of bool, and is float64.\n"
        " Convert it first: x[index.long()] for positions, x[index.bool()] for a mask.",
    ),
    (
        np.array([True, False]),
        IndexRangeError,
        "the mask has shape (2,), and the axes it covers have (3,).\n They must be equal.",
    ),
    (
        ([[0, 1], [2]],),
        ShapeError,
        "the index [[0, 1], [2]] has rows of different lengths.",
    ),
    (
        ([0, 1], [0, 1, 2]),
        IndexShapeError,
        "the arrays of an index don't fit together: axis -1 is 2 on one side and 3 on the other; "
        "sizes must be equal, or one of them 1.",
    ),
]


@pytest.mark.parametrize(("index", "error", "text"), MISTAKES, ids=lambda v: repr(v)[:30])
@pytest.mark.parametrize("writing", [False, True])
def test_mistakes(index: Any, error: type[Exception], text: str, writing: bool) -> None:
    x = pellucid.zeros(SHAPE)
    with pytest.raises(error) as caught:
        if writing:
            x[index] = 1.0
        else:
            x[index]
    assert str(caught.value) == text


LISTS: list[Any] = [
    [[0, 1], [1, 0]], [[0, 1], [1]], [0, [1, 2]], [slice(0, 2)], [None, 0], [..., 0], [(0, 1)],
    [range(2)], [[[0, 1]]], [[]], [[], []], [[True, False, True], [0, 1]], [[0]] * 31, [[0]] * 32,
    [np.array([0, 1]), np.array([1, 2])], [np.array(0), np.array(1)], [np.array(0)] * 32,
    [[True, False, True], [False, True, False]], [[[0, 1], [1]]], ["a"], [[0, 1], [0, 1, 2]],
    [np.int64(0), np.int64(1)], [0, True], [],
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("index", LISTS, ids=lambda v: repr(v)[:40])
def test_a_list_of_lists_is_a_tuple_of_indices(index: Any, torch: Any) -> None:
    values = np.random.default_rng(0).normal(size=SHAPE)
    mine, theirs = pellucid.tensor(values), torch.tensor(values)
    ours, other = ([same_index(m, i) for i in index] for m in (pellucid, torch))
    try:
        wanted = theirs[other]
    except (IndexError, TypeError, ValueError) as error:
        kinds = tuple(k for k in (IndexError, TypeError, ValueError) if isinstance(error, k))
        for act in (lambda: mine[ours], lambda: mine.__setitem__(ours, 7.0)):
            with pytest.raises(kinds):
                act()
        return
    found = mine[ours]
    assert tuple(found.shape) == tuple(wanted.shape)
    np.testing.assert_array_equal(found, wanted)
    mine[ours], theirs[other] = 7.0, 7.0
    np.testing.assert_array_equal(mine, theirs)


def test_a_list_of_lists_is_told_how_to_say_it() -> None:
    with pytest.warns(PellucidWarning) as told:
        pellucid.zeros(2, 3)[[[0, 1], [1, 0]]]
    assert [str(w.message) for w in told] == [
        "a list of lists, Tensors, slices or None as an index is read as a tuple of indices, as in "
        "PyTorch.\n Write x[tuple(index)] for that, x[pellucid.tensor(index)] for positions."
    ]


def test_bytes_are_a_mask_with_a_word() -> None:
    x = pellucid.tensor([1.0, 2.0, 3.0])
    with pytest.warns(PellucidWarning) as said:
        assert x[pellucid.tensor([1, 0, 1], dtype=pellucid.uint8)].tolist() == [1.0, 3.0]
    assert str(said[0].message) == (
        "an index of uint8 is read as a mask, as in PyTorch.\n"
        " Write x[index.bool()] for a mask, x[index.long()] for positions."
    )
    assert said[0].filename == __file__


def test_what_is_no_index_is_an_index_error_as_in_pytorch() -> None:
    x = pellucid.zeros(3, 4)
    for index in (1.5, ([0, 1], [0, 1, 2]), pellucid.tensor([0.5])):
        with pytest.raises(IndexError):
            x[index]


@pytest.mark.parametrize(
    "index",
    [
        ([2, 0, -1],), ([2, 0], [1, -3]), (1, [2, 0]), ([1, 0], 2), ([1], 2, [0, 3]),
        (1, [0, 2], 3), ([[1, 0], [2, 2]], [1, 0]), (1,), (1, -2), (), ([],),
    ],
    ids=str,
)  # fmt: skip
def test_the_short_way_for_positions_takes_an_index_apart_as_the_long_one_does(index: Any) -> None:
    shape = (3, 4, 5)
    items = tuple(pellucid.tensor(i, dtype=int64) if type(i) is list else i for i in index)
    short, long = indexing._of_positions(items, shape), indexing._parts(items, shape)
    assert short is not None and short[:3] == long[:3]
    for a, b in zip(short.lookups, long.lookups, strict=True):
        np.testing.assert_array_equal(a.array, b.array)


def test_the_short_way_leaves_other_indices_to_the_long_one() -> None:
    one, mask = pellucid.tensor([1]), pellucid.tensor([True, False, True])
    for index in (mask, one.int(), (one, None), (slice(None), one), (..., one), pellucid.tensor(1)):
        assert indexing._of_positions(index, (3, 4)) is None


# What a look-up writes is of the dtype of what it is written into; a block converts.
WRITTEN: dict[str, Any] = {
    "rows": lambda m, x, v: x.__setitem__(m.tensor([0, 1]), v),
    "listed": lambda m, x, v: x.__setitem__([0, 1], v),
    "beside a slice": lambda m, x, v: x.view(1, 3).__setitem__((slice(None), [0, 1]), v),
    "where a mask says": lambda m, x, v: x.__setitem__(m.tensor([True, True, False]), v),
    "a block": lambda m, x, v: x.__setitem__(slice(0, 2), v),
    "one to all rows": lambda m, x, v: x.__setitem__(m.tensor([0, 1]), v[0]),
    "one where a mask says": lambda m, x, v: x.__setitem__(m.tensor([True, True, False]), v[0]),
    "a number": lambda m, x, v: x.__setitem__(m.tensor([0, 1]), 7),
    "scattered": lambda m, x, v: x.copy_(x.scatter(0, m.tensor([2, 0]), v)),
    "scattered and added": lambda m, x, v: x.scatter_add_(0, m.tensor([2, 0]), v),
    "added by number": lambda m, x, v: x.index_add_(0, m.tensor([2, 0]), v),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_look_ups_convert_nothing(name: str, torch: Any) -> None:
    # 16-bit numbers are added up in float32 here, and so they may come to float32 ones.
    kinds = ("int64", "float32", "float64", *(() if "added" in name else ("bfloat16",)))
    for into, of in itertools.product(kinds, kinds):
        found = []
        for m in (pellucid, torch):
            x, v = m.zeros(3, dtype=getattr(m, into)), m.tensor([1.5, 2]).to(getattr(m, of))
            try:
                WRITTEN[name](m, x, v)
                found.append(x.tolist())
            except RuntimeError:
                found.append("refused")
        assert found[0] == found[1], (into, of)
    x = pellucid.zeros(3, dtype=pellucid.int64)
    with pytest.raises(RuntimeError) as caught:
        x[[0]] = pellucid.tensor([1.5])
    assert str(caught.value) == (
        "x[index] = value: value is float32 and x is int64; they must be of one dtype.\n"
        " Convert it: x.float()."
    )
