"""The strongest directions of large matrices, and counts that happen at a rate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError, SettingError, ShapeError


@pytest.mark.parametrize("shape", [(30, 8), (8, 30), (2, 12, 9)])
@pytest.mark.parametrize("name", ["svd_lowrank", "pca_lowrank"])
def test_the_strongest_directions_are_pytorchs(
    torch: Any, name: str, shape: tuple[int, ...]
) -> None:
    rows = np.random.default_rng(0).normal(size=shape)
    rows = rows * 3.0 ** -np.arange(shape[-1]) + 0.1  # each direction three times the next
    found = []
    for m in (pellucid, torch):
        x = m.tensor(rows)
        U, S, V = getattr(m, name)(x, q=4, niter=12)
        assert [tuple(t.shape) for t in (U, S, V)] == [
            (*shape[:-1], 4), (*shape[:-2], 4), (*shape[:-2], shape[-1], 4),
        ]  # fmt: skip
        near = (U * S.unsqueeze(-2)) @ V.mT
        found.append([np.asarray(t.tolist()) for t in (near, S)])
        with m.no_grad():
            assert [tuple(t.shape) for t in getattr(m, name)(x)][1][-1] == 6
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6 * np.abs(theirs).max())


def test_a_matrix_may_be_taken_away_first_and_blame_goes_through(torch: Any) -> None:
    found = []
    for m in (pellucid, torch):
        x = (m.arange(20.0, dtype=m.float64).reshape(5, 4) ** 1.5).requires_grad_()
        S = m.svd_lowrank(x, 2, 8, m.ones(5, 4, dtype=m.float64))[1]
        S.sum().backward()
        found.append((S.tolist(), x.grad.flatten().tolist()))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-9)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-6, abs=1e-9)


def test_what_a_number_of_directions_may_be() -> None:
    x = pellucid.ones(3, 2)
    with pytest.raises(SettingError, match="q is from 0 to the shorter side, 2, and it is 3"):
        pellucid.pca_lowrank(x, 3)
    with pytest.raises(SettingError, match="niter can't be negative and is -1"):
        pellucid.svd_lowrank(x, 1, -1)
    with pytest.raises(ShapeError, match="takes tables, and A has shape"):
        pellucid.pca_lowrank(pellucid.ones(3))
    with pytest.raises(ShapeError, match="takes matrices, and A has shape"):
        pellucid.svd_lowrank(pellucid.ones(3))


def test_counts_happen_at_their_rate(torch: Any) -> None:
    rates = [0.0, 0.5, 3.0, 40.0]
    for m in (pellucid, torch):
        m.manual_seed(0)
        counts = m.poisson(m.tensor(rates, dtype=m.float64).expand(4000, 4))
        assert counts.dtype is m.float64 and tuple(counts.shape) == (4000, 4)
        for moment in (counts.mean(0), counts.var(0)):
            np.testing.assert_allclose(moment.tolist(), rates, rtol=0.12, atol=0.02)
        with pytest.raises(RuntimeError):
            m.poisson(m.tensor([-1.0]))
    one, other = (pellucid.Generator().manual_seed(5) for _ in range(2))
    x = pellucid.full((50,), 4.0)
    assert pellucid.poisson(x, one).equal(pellucid.poisson(x, generator=other))
    with pytest.raises(SettingError, match=r"a mean count is 0 or more, and -1\.0 is not"):
        pellucid.poisson(pellucid.tensor([1.0, -1.0]))
    with pytest.raises(DTypeError, match="mean counts are float, not int64"):
        pellucid.poisson(pellucid.tensor([1]))
