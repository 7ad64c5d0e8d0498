"""`out=`: a result written into a Tensor that is there, as PyTorch does it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

import pellucid
from pellucid.errors import DTypeError, GraphError, KindError, PellucidWarning, TraceError

CALLS: list[tuple[Callable[[Any, Any, Any], Any], Any]] = [
    (lambda t, x, out: t.add(x, 1, out=out), (2, 3)),
    (lambda t, x, out: t.matmul(x, x.T, out=out), (2, 2)),
    (lambda t, x, out: t.exp(x, out=out), (2, 3)),
    (lambda t, x, out: t.cumsum(x, 0, out=out), (2, 3)),
    (lambda t, x, out: t.linalg.norm(x, out=out), ()),
    (lambda t, x, out: t.cat([x, x], out=out), (4, 3)),
    (lambda t, x, out: t.clamp(x, min=1.5, out=out), (2, 3)),
    (lambda t, x, out: t.mean(x, dim=1, out=out), (2,)),
    (lambda t, x, out: t.diag(x, out=out), (2,)),
    (lambda t, x, out: t.zeros(2, 3, out=out), (2, 3)),
    (lambda t, x, out: t.arange(5, out=out), (5,)),
    (lambda t, x, out: t.linspace(0, 1, 4, out=out), (4,)),
]  # fmt: skip


@pytest.mark.parametrize("full", [False, True], ids=["empty", "full"])
def test_a_result_lands_in_out(torch: Any, full: bool) -> None:
    for call, shape in CALLS:
        results = []
        for room in (pellucid, torch):
            x = room.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
            out = room.ones(shape) if full else room.empty(0)
            given = call(room, x, out)
            assert given is out
            results.append(out.tolist())
        assert pellucid.tensor(results[0]).allclose(pellucid.tensor(results[1]))


def test_several_results_land_in_several(torch: Any) -> None:
    for call in ("sort", "max", "median"):
        found = []
        for room in (pellucid, torch):
            v, i = room.empty(0), room.empty(0, dtype=room.int64)
            given = getattr(room, call)(room.tensor([3.0, 1.0, 2.0]), 0, out=(v, i))
            assert given[0] is v and given.indices is i
            found.append((v.tolist(), i.tolist()))
        assert found[0] == found[1]


def test_out_keeps_its_memory_and_dtype() -> None:
    whole = pellucid.zeros(3, 2, dtype=pellucid.float64)
    pellucid.add(pellucid.ones(2), 1, out=whole[1])
    assert whole.tolist() == [[0, 0], [2, 2], [0, 0]]
    x = pellucid.tensor([1.0, 2.0, 3.0])
    assert pellucid.flip(x, (0,), out=x).tolist() == [3.0, 2.0, 1.0]
    x.zero_()
    out = pellucid.empty(0)
    pellucid.reshape(x, (3, 1), out=out)
    out.fill_(1.0)
    assert x.tolist() == [0.0, 0.0, 0.0]


def test_out_of_another_shape_is_made_to_fit_with_a_word() -> None:
    with pytest.warns(PellucidWarning) as said:
        out = pellucid.exp(pellucid.zeros(2), out=pellucid.ones(3))
    assert out.tolist() == [1.0, 1.0]
    assert str(said[0].message) == "exp: out= had shape (3,) and now has that of the result, (2,)."
    assert said[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pellucid.exp(pellucid.zeros(2), out=pellucid.empty(0))


def test_what_out_refuses() -> None:
    x, leaf = pellucid.ones(2), pellucid.ones(2, requires_grad=True)
    history = (
        "{0}: out= keeps no history, and one of the Tensors requires grad.\n"
        " Write y = {0}(…), or fill it inside `with pellucid.no_grad():`."
    )
    whole = "exp: the result is float32 and can't be written into an out= of int64."
    refused: list[tuple[Any, type[Exception], str]] = [
        (lambda: pellucid.add(leaf, x, out=x), GraphError, history.format("add")),
        (lambda: pellucid.add(x, x, out=leaf), GraphError, history.format("add")),
        (lambda: pellucid.exp(x, out=x.long()), DTypeError, whole),
        (lambda: pellucid.sort(x, out=x), KindError,
         "sort: there are 2 results, and out= holds one."),
        (lambda: pellucid.exp(x, out=3), KindError,
         "exp: out= must be a Tensor and is an int."),
        (lambda: pellucid.zeros(2, dtype=pellucid.int64, out=x), DTypeError,
         "zeros: dtype is int64, and out= float32."),
    ]  # fmt: skip
    for call, kind, text in refused:
        with pytest.raises(kind) as refusal:
            call()
        assert str(refusal.value) == text
    with pellucid.no_grad():
        assert pellucid.add(leaf, x, out=leaf).tolist() == [2.0, 2.0]
    with pytest.raises(TraceError, match="changes its argument c in place"):
        pellucid.compile(lambda x, c: pellucid.add(x, 1, out=c))(x, pellucid.ones(2))


def test_out_inside_a_compiled_function() -> None:
    @pellucid.compile
    def both(x: Any) -> Any:
        held = pellucid.zeros(2)
        pellucid.add(x, 1, out=held)
        return held * 2

    assert both(pellucid.ones(2)).tolist() == [4.0, 4.0]
