"""A traced program says what a function does and gives the same numbers when run again."""

from __future__ import annotations

from typing import Any

import numpy as np

import pellucid as pl
from pellucid.dtypes import float32
from pellucid.engines.evaluate import evaluate
from pellucid.engines.flat import Flat, run_in_place
from pellucid.engines.numpy import namespace
from pellucid.graph.node import Node
from pellucid.graph.program import collect, trace, unknown
from pellucid.ops.elementwise import add, mul, sub
from pellucid.ops.reduce import sum_


def square_plus(x: Node, y: Node) -> tuple[Node, Node]:
    product = mul(x, y)
    return add(product, 2.0), mul(product, product)


def test_a_program_gives_the_numbers_of_the_function() -> None:
    program = trace(square_plus, [unknown((3,), float32, "x"), unknown((3,), float32, "y")])
    x, y = np.float32([1, 2, 3]), np.float32([4, 5, 6])
    a, b = evaluate(program, [x, y], namespace)
    assert a.tolist() == (x * y + 2).tolist() and b.tolist() == (x * y * x * y).tolist()
    assert [s.op.name for s in program.steps] == ["mul", "add", "mul"]
    assert [n.name for n in program.slot_nodes()[:2]] == ["x", "y"]
    assert repr(program) == "Program(2 inputs, 3 steps, 2 outputs)"


def test_tracing_computes_nothing_even_where_values_are_known() -> None:
    w = pl.tensor([2.0, 3.0])._node
    program = trace(lambda x: mul(add(w, w), x), [unknown((2,), float32)])
    assert all(step.node.array is None for step in program.steps)
    assert program.held == (w,)
    assert evaluate(program, [np.float32([1, 10])], namespace)[0].tolist() == [4.0, 60.0]


def test_what_lies_behind_an_input_is_left_out() -> None:
    x = pl.tensor([1.0, 2.0], requires_grad=True)
    middle = x * 3.0
    out = middle + 1.0
    program = collect([middle._node], [out._node])
    assert [s.op.name for s in program.steps] == ["add"]
    assert evaluate(program, [np.float32([5, 6])], namespace)[0].tolist() == [6.0, 7.0]


def test_numbers_that_were_met_before_make_no_other_program() -> None:
    x = unknown((3,), float32, "x")

    def found() -> list[float]:
        program = trace(lambda x: add(mul(x, 318.25), 5071.5), [x])
        assert program.steps[0].at == (0, 1)
        return [float(n.array) for n in program.held]

    trace(lambda x: add(x, 5071.5), [x])  # the second number is the older one
    assert found() == [318.25, 5071.5] == found()


def test_an_input_may_be_an_output() -> None:
    x = unknown((2,), float32)
    program = collect([x], [x])
    assert evaluate(program, [np.float32([1, 2])], namespace)[0].tolist() == [1.0, 2.0]


def test_an_engine_may_run_something_of_its_own() -> None:
    program = trace(lambda x: mul(x, 2.0), [unknown((2,), float32)])
    instead = {"mul": lambda xp, a, b: a - b}
    assert evaluate(program, [np.float32([5, 6])], namespace, instead)[0].tolist() == [3.0, 4.0]


def test_elementwise_is_told_from_the_records() -> None:
    x = unknown((4,), float32)
    assert trace(lambda x: mul(x, x), [x]).elementwise
    assert not trace(lambda x: sub(x, sum_(x, axes=(0,))), [x]).elementwise


def _update(w: Node, g: Node, lr: Node) -> Any:
    return sub(w, mul(g, lr))


def test_long_vectors_are_walked_in_pieces() -> None:
    n = 100_001
    leaves = [unknown((n,), float32), unknown((n,), float32), unknown((), float32)]
    w, g = np.arange(n, dtype=np.float32), np.ones(n, np.float32)
    run_in_place(trace(_update, leaves), [w], [g], [0.5])
    assert (w == np.arange(n, dtype=np.float32) - np.float32(0.5)).all()


def test_a_rule_that_sums_is_not_cut_in_pieces() -> None:
    n = 70_000
    leaves = [unknown((n,), float32), unknown((), float32)]
    program = trace(lambda w, lr: sub(w, mul(sum_(w, axes=(0,)), lr)), leaves)
    w = np.ones(n, np.float32)
    run_in_place(program, [w], [], [1.0])
    assert (w == 1 - n).all()


def test_flat_memory_round_trip() -> None:
    arrays = [np.arange(6, dtype=np.float32).reshape(2, 3), np.float32([7]), np.float32(8)[()]]
    arrays[2] = np.asarray(arrays[2])
    flat = Flat([(2, 3), (1,), ()], float32)
    vector = flat.gather(arrays)
    assert vector.tolist() == [0, 1, 2, 3, 4, 5, 7, 8]
    vector *= 2
    flat.scatter(vector, arrays)
    assert arrays[0].tolist() == [[0, 2, 4], [6, 8, 10]] and arrays[2].item() == 16


def test_a_mirrored_array_is_written_back() -> None:
    mirrored = np.arange(6, dtype=np.float32).reshape(2, 3).T
    flat = Flat([(3, 2)], float32)
    vector = flat.gather([mirrored])
    vector += 1
    flat.scatter(vector, [mirrored])
    assert mirrored.tolist() == [[1, 4], [2, 5], [3, 6]]


def test_what_an_optimizer_remembers_is_called_by_its_weight() -> None:
    layers = pl.nn.Sequential(pl.nn.Linear(2, 3), pl.nn.Linear(3, 1))
    optimizers = [pl.optim.Adam(layer.parameters()) for layer in layers]

    @pl.compile(engine="numpy")
    def step(x: Any) -> None:
        layers(x).sum().backward()
        for optimizer in optimizers:
            optimizer.step()

    step(pl.ones(4, 2))
    lines = str(step.program).splitlines()
    given = lines[: next(i for i, line in enumerate(lines) if line[0] == "%")]
    assert max(map(len, given)) <= 110
    names = [" ".join(given)[9:].replace(" ", ""), str(step.program)]
    assert all(f"{i}.weight.exp_avg(" in names[0] for i in range(2))
    assert all(f", {rate})" in names[1] for rate in ("lr", "lr'", "correction1", "correction1'"))
