"""Tensors of unknown value: indexing, writing and views give a program that computes the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.dtypes import float64, int64
from pellucid.engines.evaluate import evaluate
from pellucid.engines.numpy import namespace
from pellucid.errors import TraceError
from pellucid.graph.program import trace, unknown
from pellucid.tensor.tensor import wrap
from tests.ops.jax_space import JaxSpace

X = np.random.default_rng(0).normal(size=(4, 3))
AT = np.array([3, -1, 0])


def looked_up(x: Any, at: Any) -> Any:
    return x[at] * 2 + x[:, [0, 2, 0]][at]


def written(x: Any, at: Any) -> Any:
    y = x * 1
    y[at] = x[0] * 10
    y[1:3, 0] = -1.0
    return y


def through_views(x: Any, at: Any) -> Any:
    y = x * 1
    row, flat = y[0], y.view(-1)
    row += 5
    flat[3:5].mul_(2)
    y.t()[2].fill_(7.0)
    return y + row


def into_known_memory(x: Any, at: Any) -> Any:
    total = pellucid.zeros(3, dtype=float64)
    for k in range(4):
        total += x[k]
    part = total[1:]
    part *= 2
    return total


def masked(x: Any, at: Any) -> Any:
    y = x * 1
    y[x > 0] = 0.5
    return pellucid.where(y < -1, y * 2, y).masked_fill(x < -0.5, 9.0)


def reordered(x: Any, at: Any) -> Any:
    return x.sort(dim=0)[0] + x.gather(0, x.argsort(0, descending=True)) + x.topk(3, dim=0)[0][0]


SCRIPTS = [looked_up, written, through_views, into_known_memory, masked, reordered]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda f: f.__name__)
def test_a_traced_function_computes_the_same(script: Callable[..., Any]) -> None:
    at = np.abs(AT) if script is written else AT
    expected = script(pellucid.tensor(X), pellucid.tensor(at)).numpy()
    inputs = [unknown(X.shape, float64, "x"), unknown(at.shape, int64, "at")]
    program = trace(lambda *nodes: script(*map(wrap, nodes))._node, inputs)
    for values in ([X, at], [X[::-1].copy(), at]):
        (out,) = evaluate(program, values, namespace)
        again = script(pellucid.tensor(values[0]), pellucid.tensor(at)).numpy()
        np.testing.assert_allclose(out, again)
    np.testing.assert_allclose(evaluate(program, [X, at], namespace)[0], expected)


@pytest.mark.parametrize(
    "ask",
    [
        lambda x: x[x > 0],
        lambda x: x.nonzero(),
        lambda x: x.masked_select(x > 0),
        lambda x: x.unique(),
    ],
)
def test_what_is_sized_by_value_is_refused(ask: Callable[[Any], Any]) -> None:
    with pytest.raises(TraceError, match="only shapes are known here"):
        trace(lambda n: ask(wrap(n))._node, [unknown((3,), float64, "x")])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda f: f.__name__)
def test_and_so_does_a_compiler(script: Callable[..., Any]) -> None:
    jax = pytest.importorskip("jax")
    at = np.abs(AT) if script is written else AT
    inputs = [unknown(X.shape, float64, "x"), unknown(at.shape, int64, "at")]
    program = trace(lambda *nodes: script(*map(wrap, nodes))._node, inputs)
    with jax.enable_x64(True):
        run = jax.jit(lambda *arrays: evaluate(program, arrays, JaxSpace()))
        (out,) = run(jax.numpy.asarray(X), jax.numpy.asarray(at))
    np.testing.assert_allclose(
        np.asarray(out), evaluate(program, [X, at], namespace)[0], rtol=1e-12
    )
