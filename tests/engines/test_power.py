"""Powers of many numbers by one, against NumPy's, where those are slow."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.engines.power import power

SEEN = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 1e-30, -1e30, np.inf, -np.inf, np.nan]


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_powers_are_numpys(kind: str) -> None:
    a = np.array(SEEN, kind)
    with np.errstate(all="ignore"):
        for one in (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 1.5, 1e10, np.inf, np.nan):
            b = np.array(one, kind)
            mine, wanted = power(a, b), np.power(a, b)
            assert mine.dtype == kind
            np.testing.assert_allclose(mine, wanted, rtol=3e-7)
            said = ~np.isnan(wanted)
            assert (np.signbit(mine) == np.signbit(wanted))[said].all(), one


def test_a_root_is_a_square_root() -> None:
    a = np.array([4.0, 0.0, -0.0, -1.0])
    with np.errstate(all="ignore"):
        assert repr(power(a, np.array(0.5)).tolist()) == "[2.0, 0.0, -0.0, nan]"
        assert repr(power(a, np.array(-0.5)).tolist()) == "[0.5, inf, -inf, nan]"


def test_other_kinds_are_left_to_numpy() -> None:
    assert power(np.array([2, 3]), np.array(2)).tolist() == [4, 9]
    assert power(np.array([2.0, -3.0]), np.array([2.0, 3.0])).tolist() == [4.0, -27.0]
