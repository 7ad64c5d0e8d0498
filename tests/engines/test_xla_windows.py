"""Convolutions and pools on XLA: the same numbers as on NumPy, with channels first and last."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.engines.numpy import namespace as np_space
from pellucid.ops import REGISTRY
from pellucid.ops.filters import compared, filtered, spread_back
from pellucid.ops.op import Sample
from pellucid.testing import draw

jax = pytest.importorskip("jax")

from pellucid.engines.xla import conv, pool  # noqa: E402
from pellucid.engines.xla.space import space, wide  # noqa: E402

INSTEAD = {**conv.INSTEAD, **pool.INSTEAD}
SAMPLES = [(name, k) for name in INSTEAD for k in range(len(REGISTRY[name].samples))]


def arrays(name: str, sample: Sample) -> list[Any]:
    return [x.detach().numpy() for x in draw(REGISTRY[name], sample)]


@pytest.mark.parametrize(("name", "k"), SAMPLES)
def test_the_same_numbers_as_on_numpy(name: str, k: int) -> None:
    op = REGISTRY[name]
    sample = op.samples[k]
    given = arrays(name, sample)
    wanted = op(*(x._node for x in draw(op, sample)), **sample.params).array
    with wide():
        found = jax.jit(lambda *xs: INSTEAD[name](space, *xs, **sample.params))(*given)
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


CONVS = [
    ((2, 7, 6, 4), (3, 2, 4, 6), (1, 1), ((1, 1), (0, 1)), (1, 1), 1),
    ((2, 7, 6, 4), (3, 2, 2, 6), (2, 1), ((1, 2), (0, 1)), (1, 2), 2),
    ((2, 9, 8, 3), (3, 3, 1, 6), (2, 3), ((0, 0), (1, 1)), (2, 1), 3),
    ((3, 8, 5), (2, 5, 4), (3,), ((0, 1),), (2,), 1),
]


@pytest.mark.slow
@pytest.mark.parametrize(("x_shape", "w_shape", "stride", "padding", "dilation", "groups"), CONVS)
def test_gradients_are_those_that_jax_derives(
    x_shape: Any, w_shape: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> None:
    rng = np.random.default_rng(0)
    p = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    with wide():
        x, w = rng.normal(size=x_shape), rng.normal(size=w_shape)
        y, pull = jax.vjp(lambda x, w: conv.conv_nhwc(x, w, **p), x, w)
        g = rng.normal(size=y.shape)
        dx, dw = pull(g)
        size, kernel = x_shape[1:-1], w_shape[:-2]
        np.testing.assert_allclose(
            conv.conv_transpose_nhwc(g, w, size, **p), dx, rtol=1e-12, atol=1e-12
        )
        np.testing.assert_allclose(
            conv.conv_weight_grad_nhwc(x, g, kernel, **p), dw, rtol=1e-12, atol=1e-12
        )


def test_filters_of_a_single_channel() -> None:
    """They are sums of products there, and no convolution at all."""
    rng = np.random.default_rng(0)
    p: Any = {"stride": (2, 1), "padding": ((1, 0), (2, 1)), "dilation": (1, 2), "groups": 3}
    x, w = rng.normal(size=(2, 3, 8, 7)), rng.normal(size=(3, 1, 3, 2))
    y = filtered(np_space, x, w, **p)
    g = rng.normal(size=y.shape)

    def all_three(x: Any, w: Any, g: Any) -> Any:
        return (
            conv.INSTEAD["conv"](space, x, w, **p),
            conv.INSTEAD["conv_transpose"](space, g, w, size=(8, 7), **p),
            conv.INSTEAD["conv_weight_grad"](space, x, g, kernel=(3, 2), **p),
        )

    with wide():
        assert "conv_general_dilated" not in str(jax.make_jaxpr(all_three)(x, w, g))
        found = jax.jit(all_three)(x, w, g)
    back = spread_back(np_space, g, w, (8, 7), **p)
    blame = compared(np_space, x, g, (3, 2), **p)
    for mine, wanted in zip(found, (y, back, blame), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("groups", [1, 2])
def test_one_convolution_each_as_jax_writes_it(groups: int) -> None:
    """No transposing or gathering beside it: the compiler's fast path knows this very form."""
    p = {"stride": (2, 2), "padding": ((1, 1), (1, 1)), "dilation": (1, 1), "groups": groups}
    x, w = np.zeros((2, 8, 8, 4), "float32"), np.zeros((3, 3, 4 // groups, 6), "float32")
    g = np.zeros((2, 4, 4, 6), "float32")
    grad = str(jax.make_jaxpr(lambda x, g: conv.conv_weight_grad_nhwc(x, g, (3, 3), **p))(x, g))
    back = str(jax.make_jaxpr(lambda g, w: conv.conv_transpose_nhwc(g, w, (8, 8), **p))(g, w))
    for text in (grad, back):
        assert text.count("conv_general_dilated[") == 1
        assert "gather" not in text
    derived = jax.make_jaxpr(
        lambda x, w, g: jax.vjp(lambda w: conv.conv_nhwc(x, w, **p), w)[1](g)[0]
    )(x, w, g)
    mine = jax.make_jaxpr(lambda x, g: conv.conv_weight_grad_nhwc(x, g, (3, 3), **p))(x, g)
    assert mine.eqns[0].params == derived.eqns[-1].params


POOLS: list[dict[str, Any]] = [
    {"kernel": (2, 2), "stride": (2, 2)},
    {"kernel": (3, 2), "stride": (3, 2)},
    {"kernel": (3, 3), "stride": (2, 2), "padding": ((1, 1), (1, 2))},
    {"kernel": (3, 3), "stride": (1, 1), "padding": ((1, 1), (1, 1))},
    {"kernel": (2, 2), "stride": (1, 2), "dilation": (2, 3)},
    {"kernel": (12, 12), "stride": (12, 12)},
]


@pytest.mark.slow
@pytest.mark.parametrize("settings", POOLS)
@pytest.mark.parametrize("name", ["max_pool", "avg_pool"])
def test_pools_with_many_equal_numbers(name: str, settings: dict[str, Any]) -> None:
    """Values and blame, as on NumPy, where the first of equal numbers takes it."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, (3, 4, 13, 13)).astype("float64")
    p = {"padding": ((0, 0), (0, 0)), "dilation": (1, 1), **settings}
    if name == "avg_pool":
        if p.pop("dilation") != (1, 1):
            pytest.skip("averages know no dilation")
        p["counts"] = int(np.prod(p["kernel"]))
    op, back = REGISTRY[name], REGISTRY[f"{name}_grad"]
    np_space = _numpy()
    y = op.forward(np_space, x, **p)
    g = rng.normal(size=y.shape)
    given, more = ((g, y, x), {}) if name == "max_pool" else ((g,), {"size": (13, 13)})
    with wide():
        np.testing.assert_allclose(INSTEAD[name](space, x, **p), y, rtol=1e-12)
        np.testing.assert_allclose(
            INSTEAD[f"{name}_grad"](space, *given, **more, **p),
            back.forward(np_space, *given, **more, **p),
            rtol=1e-12,
        )


def _numpy() -> Any:
    from pellucid.engines.numpy import namespace

    return namespace


def test_blame_of_nan_stays_visible() -> None:
    p = {"kernel": (2, 2), "stride": (2, 2), "padding": ((0, 0), (0, 0)), "dilation": (1, 1)}
    x = np.array([[[[1.0, np.nan], [0.0, 2.0]]]])
    with wide():
        y = INSTEAD["max_pool"](space, x, **p)
        assert np.isnan(y).all()
        g = INSTEAD["max_pool_grad"](space, np.ones((1, 1, 1, 1)), y, x, **p)
    assert np.asarray(g).sum() == 1.0
