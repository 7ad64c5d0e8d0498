"""Places that are no numbers, where a picture is read."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("border", ["zeros", "border", "reflection"])
def test_nan_and_infinity_read_what_pytorch_reads(torch: Any, mode: str, border: str) -> None:
    nan, inf = float("nan"), float("inf")
    grid = [[[[nan, nan], [0.0, nan], [nan, 0.0], [0.2, 0.1], [inf, 0.0], [-inf, inf]]]]
    found = []
    for room in (pellucid, torch):
        picture = room.arange(9.0).reshape(1, 1, 3, 3)
        sample = room.nn.functional.grid_sample
        found.append(
            sample(picture, room.tensor(grid), mode, border, align_corners=False).tolist()[0][0][0]
        )
    assert found[0] == pytest.approx(found[1], nan_ok=True, abs=1e-5)
