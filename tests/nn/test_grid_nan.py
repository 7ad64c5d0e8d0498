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


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("border", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("n", [7, 10, 16, 28])
def test_a_picture_read_as_it_stands_has_the_slopes_of_pytorch(
    torch: Any, corners: bool, border: str, n: int
) -> None:
    """Each place is a number's own, where the slope jumps: the last digit of a place decides."""
    found = []
    for room in (pellucid, torch):
        still = room.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
        grid = room.nn.functional.affine_grid(still, (1, 1, n, n), align_corners=corners)
        grid = grid.detach().requires_grad_()
        picture = (room.arange(float(n * n)) ** 2 / n**3).reshape(1, 1, n, n)
        sample = room.nn.functional.grid_sample
        sample(picture, grid, "bilinear", border, align_corners=corners).sum().backward()
        found.append((grid.detach().flatten().tolist(), grid.grad.flatten().tolist()))
    assert found[0][0] == found[1][0]
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-4, abs=1e-3)


def test_places_read_to_the_nearest_have_blame_that_is_zero(torch: Any) -> None:
    for room in (pellucid, torch):
        grid = room.tensor([[[[0.1, 0.2], [float("nan"), 3.0]]]], requires_grad=True)
        picture = room.arange(9.0).reshape(1, 1, 3, 3)
        y = room.nn.functional.grid_sample(picture, grid, "nearest", align_corners=False)
        assert y.requires_grad and y.flatten().tolist() == [4.0, 0.0]
        y.sum().backward()
        assert grid.grad.flatten().tolist() == [0.0] * 4


def test_a_picture_and_its_places_are_of_one_dtype(torch: Any) -> None:
    for room in (pellucid, torch):
        grid = room.zeros(1, 2, 2, 2, dtype=room.float64)
        with pytest.raises((TypeError, RuntimeError), match=r"float32 and grid is float64|Double"):
            room.nn.functional.grid_sample(room.ones(1, 1, 3, 3), grid, align_corners=False)
