"""The funnel: what is checked, what is lifted, what is recorded, and what a node remembers."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.dtypes import bool_, float32, float64, int64
from pellucid.errors import DTypeError, ShapeError, TraceError
from pellucid.graph import Node, constant, current, emit, leaf, scope, switched
from pellucid.graph.emit import stamp
from pellucid.graph.node import Part, memory
from pellucid.graph.walk import leaves, reachable, topological
from pellucid.ops import REGISTRY
from pellucid.ops.linalg import matmul
from pellucid.ops.op import define
from pellucid.tensor.tensor import wrap

ADD, MUL, SUM, WHERE = (REGISTRY[n] for n in ("add", "mul", "sum", "where"))


def node(*values: float, requires_grad: bool = False, name: str = "") -> Node:
    array = np.array(values, np.float32)
    return leaf(array, array.shape, float32, requires_grad=requires_grad, name=name)


def unknown(*shape: int) -> Node:
    return leaf(None, shape, float32)


# ---- numbers -------------------------------------------------------------------------------------


def test_numbers_take_the_kind_of_their_partner() -> None:
    x = leaf(np.array([1.0]), (1,), float64)
    assert ADD(x, 1).dtype is float64
    assert ADD(2.5, x).dtype is float64
    whole = leaf(np.array([1]), (1,), int64)
    assert ADD(whole, 1).dtype is int64
    assert ADD(whole, 1.5).dtype is float32
    assert ADD(whole, True).dtype is int64
    assert WHERE(leaf(np.array([True]), (1,), bool_), whole, 0.5).dtype is float32


def test_the_same_number_is_the_same_node() -> None:
    assert constant(1.0, float32) is constant(1.0, float32)
    assert constant(1.0, float32) is not constant(1.0, float64)
    assert constant(1, float32) is not constant(True, float32)
    assert constant(0.0, float32).array.tolist() == 0.0
    assert np.signbit(constant(-0.0, float32).array) == np.True_
    nan = constant(float("nan"), float32)
    assert np.isnan(nan.array)


def test_what_is_neither_tensor_nor_number() -> None:
    with pytest.raises(TypeError) as caught:
        ADD(node(1.0), "a")
    assert str(caught.value) == (
        "add works on Tensors and numbers and got a str.\n Make a Tensor: pellucid.tensor(value)."
    )


def test_promotion_is_a_node_of_its_own() -> None:
    y = ADD(node(1.0, requires_grad=True), leaf(np.array([1.0]), (1,), float64))
    assert y.dtype is float64
    assert [x.op.name if x.op else None for x in y.inputs] == ["cast", None]


# ---- records -------------------------------------------------------------------------------------


def test_only_what_blame_can_reach_is_recorded() -> None:
    x, w = node(1.0), node(2.0, requires_grad=True)
    assert ADD(x, x).inputs == () and not ADD(x, x).requires_grad
    y = MUL(x, w)
    assert y.inputs == (x, w) and y.requires_grad
    assert not REGISTRY["gt"](w, 0).requires_grad
    assert not REGISTRY["argmax"](w, axis=0).requires_grad
    with switched(recording=False):
        assert MUL(x, w).inputs == () and not MUL(x, w).requires_grad
    with switched(keeping=True):
        assert ADD(x, x).inputs == (x, x) and not ADD(x, x).requires_grad


def test_time_runs_forward() -> None:
    x = node(1.0, requires_grad=True)
    y = ADD(x, x)
    z = MUL(y, x)
    assert x.seq < y.seq < z.seq
    assert reachable([z]) == [x, y, z] == topological([z])
    assert leaves([z]) == [x]
    assert leaves([z], kind="parameter") == []
    assert reachable([z], follow=lambda n: n is not y) == [x, z]


def test_a_node_knows_the_line_that_made_it() -> None:
    w = pellucid.tensor([1.0], requires_grad=True)
    y = w * 2
    here = y._node.line()
    assert here is not None
    assert here[0] == __file__
    with open(__file__, encoding="utf-8") as source:
        assert source.readlines()[here[1] - 1].strip() == "y = w * 2"


def test_a_node_knows_where_it_stands() -> None:
    x = node(1.0, requires_grad=True)
    with scope("encoder"), scope("0"):
        y = ADD(x, x)
    assert y.scope == "encoder.0" and current().scope == ""


def test_nodes_of_a_composition_know_their_part() -> None:
    a = leaf(np.ones((2, 3, 4)), (2, 3, 4), float64, requires_grad=True)
    b = leaf(np.ones((4, 5)), (4, 5), float64)
    y = matmul(a, b)
    assert isinstance(y.part, Part) and y.part.record.name == "matmul"
    assert y.part.inputs == (a, b) and y.part.last == y.seq and y.part.parent is None
    assert current().part is None
    with pytest.raises(ValueError):
        matmul(a, leaf(np.ones((3, 5)), (3, 5), float64))
    assert current().part is None


def test_a_backward_node_knows_its_cause() -> None:
    x = pellucid.tensor([2.0], requires_grad=True)
    y = x * x
    (g,) = pellucid.autograd.grad(y.sum(), x, create_graph=True)
    causes = {n.because for n in reachable([g._node]) if n.because is not None}
    assert y._node in causes


def test_switches_are_put_back() -> None:
    before = current().recording
    with pytest.raises(ZeroDivisionError), switched(recording=False, scope="x"):
        raise ZeroDivisionError
    assert current().recording is before and current().scope == ""


def test_each_thread_has_its_own_switches() -> None:
    seen: list[bool] = []
    with switched(recording=False):
        other = threading.Thread(target=lambda: seen.append(current().recording))
        other.start()
        other.join()
    assert seen == [True]


# ---- shapes only ---------------------------------------------------------------------------------


def test_unknown_values_spread() -> None:
    x = unknown(2, 3)
    y = SUM(MUL(x, 2.0), axes=(1,))
    assert y.array is None and y.shape == (2,) and y.dtype is float32
    assert [n.op.name for n in reachable([y]) if n.op] == ["mul", "sum"]


def test_mistakes_are_found_without_values() -> None:
    with pytest.raises(ShapeError):
        ADD(unknown(2), unknown(3))
    with pytest.raises(DTypeError):
        REGISTRY["mean"](leaf(None, (2,), int64), axes=(0,))


@pytest.mark.parametrize("name", ["nonzero", "unique"])
def test_sizes_that_depend_on_values(name: str) -> None:
    with pytest.raises(TraceError) as caught:
        REGISTRY[name](unknown(3))
    assert str(caught.value) == (
        f"{name} gives a Tensor whose size depends on the values, "
        "and only shapes are known here.\n"
        " Compute it before tracing, or use where() with a mask."
    )


def test_numbers_asked_of_an_unknown_value() -> None:
    x = wrap(unknown(1))
    for ask in (lambda: x.item(), lambda: bool(x), lambda: x.tolist(), lambda: float(x)):
        with pytest.raises(TraceError) as caught:
            ask()
        assert str(caught.value) == (
            "the value of this Tensor is not known: only shapes are tracked here.\n"
            " Ask for numbers outside the traced function, or use where() instead of if."
        )
    assert repr(x) == "tensor(shape=(1,), value unknown)"


# ---- the cache of inferences ---------------------------------------------------------------------


def test_settings_of_different_names_are_not_confused() -> None:
    """keepdim=True and correction=1 are both `1`."""
    x = node(1.0, 2.0, 4.0)
    var = REGISTRY["var"]
    assert var(x, axes=(0,), keepdim=True).shape == (1,)
    assert var(x, axes=(0,), correction=1).shape == ()
    assert var(x, axes=(0,), keepdim=False).shape == ()
    assert var(x, axes=(0,), correction=0).shape == ()


def test_the_shape_rule_is_asked_once_per_signature() -> None:
    asked: list[Any] = []

    def rule(own: Any) -> Any:
        asked.append(own)
        return own

    op = define(
        "a test of the cache", sentence="Twice.", equation="y = 2x", derivative="2",
        forward=lambda xp, x: x + x, gradient=(lambda g, y, x: MUL(g, 2.0),), shape=rule,
    )  # fmt: skip
    try:
        for _ in range(3):
            op(node(1.0, 2.0))
            op(node(1.0))
        assert asked == [(2,), (1,)]
        assert emit(op, (node(1.0),)).array.tolist() == [2.0]
        with pytest.raises(ValueError, match="two ops called"):
            define("a test of the cache")
    finally:
        del REGISTRY["a test of the cache"]


# ---- memory --------------------------------------------------------------------------------------


def test_a_loop_over_positions_is_checked_once() -> None:
    x = pellucid.arange(60).reshape(3, 4, 5)
    before = len(REGISTRY["slice"].inferred)
    rows = [x[i, 1:3] for i in range(3)]
    assert [r.shape for r in rows] == [(2, 5)] * 3
    assert rows[2].numpy().tolist() == x.numpy()[2, 1:3].tolist()
    assert len(REGISTRY["slice"].inferred) <= before + 1


def test_aliases_name_one_memory() -> None:
    x = node(1.0, 2.0)
    row = REGISTRY["slice"](x, spec=((0, 1, 1),))
    assert row.root is x and memory(row) is x
    stamp(row)
    assert x.written == row.written > x.seq


def test_an_alias_without_history_holds_no_graph() -> None:
    w = node(1.0, 2.0, requires_grad=True)
    y = MUL(w, 2.0)
    alias = memory(y)
    assert alias.inputs == () and alias is memory(y) and y.root is alias
    stamp(alias)
    assert y.root.written > y.seq
