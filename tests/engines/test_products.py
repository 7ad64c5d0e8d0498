"""Products with few features take another way on NumPy, and give the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.engines.numpy import namespace


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("features", [0, 1, 3, 32, 33])
@pytest.mark.parametrize("rows", [0, 2, 600])
def test_a_bias_is_one_more_feature(rows: int, features: int, dtype: str) -> None:
    drawn = np.random.default_rng(rows + features)
    x, weight, bias = (
        drawn.normal(size=s).astype(dtype) for s in ((rows, features), (40, features), 40)
    )
    y = namespace.affine(x, weight, bias)
    assert y.dtype == dtype and y.flags.writeable
    np.testing.assert_allclose(y, x @ weight.T + bias, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("a", "b"), [((5, 1), (1, 4)), ((3, 5, 1), (1, 4)), ((5, 1), (3, 1, 4)), ((0, 1), (1, 2))]
)
def test_a_product_over_one_feature_is_an_outer_one(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    drawn = np.random.default_rng(0)
    x, y = drawn.normal(size=a), drawn.normal(size=b)
    np.testing.assert_array_equal(namespace.matmul(x, y), np.matmul(x, y))


@pytest.mark.parametrize("count", [1, 2])
def test_large_gradients_of_weights_are_left_to_what_several_cores_share(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = pytest.importorskip("pellucid.engines.xla.products")
    monkeypatch.setattr(products, "cores", lambda: count)
    ones = [np.ones((128, 512), np.float32), np.ones((128, 784), np.float32)]
    found = products.PRODUCTS["tdot"](*ones)
    assert (found is NotImplemented) == (count > 1)
    small = products.PRODUCTS["tdot"](ones[0][:8, :64], ones[1][:8, :64])
    np.testing.assert_array_equal(small, np.full((64, 64), 8))
