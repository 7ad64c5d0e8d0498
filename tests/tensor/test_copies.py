"""Copies of Tensors: deep copies, pickles, clones, and what each keeps."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import pellucid
from pellucid.errors import GraphError


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_numbers_kind_and_wish_survive(copied: Any, torch: Any) -> None:
    for m in (pellucid, torch):
        x = m.tensor([[1.0, 2.0]], dtype=m.float64, requires_grad=True)
        y = copied(x)
        assert y.tolist() == x.tolist() and y.dtype is m.float64 and y.requires_grad
        with m.no_grad():
            y[0, 0] = 9.0
        assert x.tolist() == [[1.0, 2.0]]


def test_parameters_stay_parameters() -> None:
    p = pellucid.nn.Parameter(pellucid.ones(2))
    p.name = "weight"
    for q in (copy.deepcopy(p), pickle.loads(pickle.dumps(p))):
        assert isinstance(q, pellucid.nn.Parameter) and q._node.kind == "parameter"
        assert q.name == "weight"


def test_deep_copies_keep_grad(torch: Any) -> None:
    for m in (pellucid, torch):
        x = m.ones(2, requires_grad=True)
        (x * 3).sum().backward()
        y = copy.deepcopy(x)
        assert y.grad.tolist() == [3.0, 3.0] and y.grad is not x.grad


def test_one_tensor_in_two_places_stays_one() -> None:
    x = pellucid.ones(2)
    a, b = copy.deepcopy([x, x])
    assert a is b and a is not x


def test_what_a_graph_computed_is_not_copied(torch: Any) -> None:
    x = pellucid.ones(2, requires_grad=True)
    with pytest.raises(GraphError) as caught:
        copy.deepcopy(x * 2)
    assert str(caught.value) == ("only leaf Tensors can be deep-copied.\n Use x.detach().clone().")
    assert copy.deepcopy((x * 2).detach()).tolist() == [2.0, 2.0]


def test_views_are_copied_as_what_they_show() -> None:
    x = pellucid.arange(6).reshape(2, 3)
    y = copy.deepcopy(x[:, 1])
    assert y.tolist() == [1, 4]
    assert pickle.loads(pickle.dumps(x.t())).tolist() == [[0, 3], [1, 4], [2, 5]]


def test_a_clone_is_part_of_the_graph(torch: Any) -> None:
    for m in (pellucid, torch):
        x = m.ones(2, requires_grad=True)
        y = x.clone()
        y.detach()[0] = 5.0
        assert x.tolist() == [1.0, 1.0]
        (y * 2).sum()
        (x.clone() * 2).sum().backward()
        assert x.grad.tolist() == [2.0, 2.0]


def test_dtypes_are_not_copied() -> None:
    assert copy.deepcopy(pellucid.float32) is pellucid.float32
    assert pickle.loads(pickle.dumps(pellucid.int64)) is pellucid.int64


def test_generators_are_copied_where_they_stand() -> None:
    g = pellucid.Generator().manual_seed(3)
    pellucid.rand(5, generator=g)
    twin = pickle.loads(pickle.dumps(g))
    assert pellucid.rand(3, generator=g).tolist() == pellucid.rand(3, generator=twin).tolist()
