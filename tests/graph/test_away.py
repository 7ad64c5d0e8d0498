"""Nodes whose value is elsewhere: whoever looks at one fetches it, and finds an ordinary node."""

from __future__ import annotations

from typing import Any

import numpy as np

import pellucid
from pellucid.graph.emit import emit
from pellucid.graph.node import Node, send_away
from pellucid.ops.op import REGISTRY


def away(node: Node) -> list[int]:
    """Send the value of a node away; the list tells how often it was fetched."""
    value, fetched = node.array, list[int]()

    def fetch(own: Node) -> Any:
        fetched.append(1)
        own.array = value
        return value

    send_away(node, fetch)
    return fetched


def test_a_value_comes_back_when_it_is_looked_at_and_only_once() -> None:
    x = pellucid.tensor([1.0, 2.0])
    fetched = away(x._node)
    assert x.shape == (2,) and not fetched
    assert x.tolist() == [1.0, 2.0] and x.tolist() == [1.0, 2.0]
    assert len(fetched) == 1 and type(x._node) is Node


def test_an_op_fetches_what_it_works_on() -> None:
    x = pellucid.tensor([1.0, 2.0], requires_grad=True)
    fetched = away(x._node)
    y = x * 3
    y.sum().backward()
    assert y.tolist() == [3.0, 6.0] and len(fetched) == 1
    assert x.grad is not None and x.grad.tolist() == [3.0, 3.0]


def test_a_function_that_hands_its_input_on_gives_a_tensor() -> None:
    x = pellucid.tensor([1.0, 2.0])
    fetched = away(x._node)
    assert isinstance(x.t(), pellucid.Tensor) and not fetched


def test_a_number_that_is_away_is_a_row_of_one() -> None:
    x = pellucid.tensor(5.0)
    away(x._node)
    assert x.gather(0, pellucid.tensor(0)).item() == 5.0


def test_a_value_written_while_it_was_away_is_the_one_that_counts() -> None:
    x = pellucid.tensor([1.0, 2.0])
    fetched = away(x._node)
    x._node.array = np.array([7.0, 8.0], np.float32)
    assert x.tolist() == [7.0, 8.0] and not fetched


def test_reading_a_node_asks_no_method() -> None:
    """With `__getattr__` on the class each look at each node would take three times as long."""
    assert not hasattr(Node, "__getattr__")
    node = emit(REGISTRY["neg"], (pellucid.ones(2)._node,))
    assert "array" in vars(node) and type(vars(Node)["array"]) is type(None)
