"""What has nothing in it: only the batch may be empty, and who is asked for nothing says so."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn, ones, tensor

WINDOWS = [
    (f"{name}{rank}d", given, rank)
    for rank in (1, 2, 3)
    for name, given in (("max_pool", (2,)), ("avg_pool", (2,)), ("lp_pool", (2, 2)),
                        ("adaptive_max_pool", (3,)), ("adaptive_avg_pool", (3,)))
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "rank"), WINDOWS)
def test_windows_over_nothing_are_pytorchs(name: str, given: Any, rank: int, torch: Any) -> None:
    size = (6, 7, 8)[:rank]
    for shape in (
        (0, 4, *size),
        (2, 0, *size),
        (2, 4, 0, *size[1:]),
        (0, *size),
        (4, 0, *size[1:]),
    ):
        try:
            wanted = tuple(getattr(torch.nn.functional, name)(torch.ones(shape), *given).shape)
        except RuntimeError:
            with pytest.raises(pellucid.errors.ShapeError, match="only the batch may be empty"):
                getattr(F, name)(ones(shape), *given)
            continue
        assert tuple(getattr(F, name)(ones(shape), *given).shape) == wanted, shape


REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: F.max_pool2d(ones(2, 0, 4, 4), 2), RuntimeError,
     "max_pool2d: the input has shape (2, 0, 4, 4), and only the batch may be empty."),
    (lambda: F.unfold(ones(1, 0, 3, 3), (2, 2)), RuntimeError,
     "unfold: the input has shape (1, 0, 3, 3), and only the batch may be empty."),
    (lambda: F.pad(ones(2, 4, 0), (1, 1), "replicate"), RuntimeError,
     "pad: the input has shape (2, 4, 0), and only the batch may be empty."),
    (lambda: F.grid_sample(ones(1, 1, 0, 2), ones(1, 1, 1, 2)), RuntimeError,
     "grid_sample: there is nothing to read in an input (1, 1, 0, 2)."),
    (lambda: F.affine_grid(ones(1, 2, 3), (1, 1, 0, 3)), ValueError,
     "affine_grid: all sizes are from 1 on, and size is (1, 1, 0, 3)."),
    (lambda: F.fractional_max_pool2d(ones(2, 2, 6, 6), (2,), output_size=2), RuntimeError,
     "fractional_max_pool2d: kernel_size is a whole number, or 2 of them."),
    (lambda: F.adaptive_max_pool2d(ones(2, 4, 6, 6).long(), 2), RuntimeError,
     "adaptive_max_pool2d works on float numbers and got int64.\n Convert first: x.float()."),
    (lambda: F.one_hot(tensor([0]), 0), RuntimeError,
     "one_hot: num_classes is from 1 on, or -1 to count; it is 0."),
    (lambda: nn.Unflatten(1, "x"), TypeError,
     "Unflatten: unflattened_size is a tuple of whole numbers, not 'x'."),
    (lambda: nn.Unflatten(1, (2, "x")), TypeError,
     "Unflatten: unflattened_size is a tuple of whole numbers, not (2, 'x')."),
    (lambda: pellucid.autograd.grad(ones(2, requires_grad=True).sum(), []), RuntimeError,
     "grad: inputs is empty: say what the blame is asked of."),
    (lambda: ones(2, requires_grad=True).sum().backward(inputs=[]), RuntimeError,
     "backward: inputs is empty: leave it out, or say where blame goes."),
    (lambda: pellucid.autograd.backward(ones((), requires_grad=True), inputs=[]), RuntimeError,
     "backward: inputs is empty: leave it out, or say where blame goes."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), REFUSED)
def test_what_is_refused(call: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text


def _made(room: Any, name: str, *sizes: int) -> tuple[Any, list[str]]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        return getattr(room.nn, name)(*sizes), [
            str(w.message) for w in told if isinstance(w.message, UserWarning)
        ]


@pytest.mark.parametrize("name", ["RNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize(("size", "hidden"), [(4, 0), (0, 4)])
def test_cells_without_inputs_or_without_a_state_are_pytorchs(
    name: str, size: int, hidden: int, torch: Any
) -> None:
    found = []
    ours = _made(pellucid, name, size, hidden)[0]
    for room in (pellucid, torch):
        cell = ours if room is pellucid else _made(room, name, size, hidden)[0]
        with room.no_grad():
            for mine, theirs in zip(cell.parameters(), ours.parameters(), strict=True):
                mine.copy_(room.tensor(theirs.detach().numpy().copy()))
        y = cell(room.ones(3, size))
        y = y[0] if isinstance(y, tuple) else y
        y.sum().backward()
        assert y.shape == (3, hidden)
        found.append([y.detach().numpy(), *(p.grad.numpy() for p in cell.parameters())])
    for mine, wanted in zip(*found, strict=True):
        np.testing.assert_allclose(mine, wanted, atol=1e-6)


def test_a_convolution_may_be_made_with_no_channels_and_is_told_of_it(torch: Any) -> None:
    for room in (pellucid, torch):
        for sizes in ((0, 2, 3), (2, 0, 3), (0, 0, 3)):
            layer, told = _made(room, "Conv2d", *sizes)
            assert layer.weight.shape == (sizes[1], sizes[0], 3, 3) and len(told) == 1
        layer, _ = _made(room, "Conv1d", 2, 0, 3)
        with pytest.raises(RuntimeError, match=r"gives no channels|at least 1 at dimension 0"):
            layer(room.ones(1, 2, 5))


@pytest.mark.parametrize("sizes", [(0, 2, 3), (2, 0, 3)])
def test_a_transposed_one_too_and_it_gives_nothing(torch: Any, sizes: tuple[int, ...]) -> None:
    for room in (pellucid, torch):
        layer, told = _made(room, "ConvTranspose2d", *sizes)
        assert layer.weight.shape == (sizes[0], sizes[1], 3, 3) and len(told) == 1
        with pytest.raises(RuntimeError, match=r"no channels|at least 1|non-empty"):
            layer(room.ones(1, sizes[0], 5, 5))


def test_a_volume_of_no_channels_is_blamed_in_its_own_shape() -> None:
    layer, x = _made(pellucid, "Conv3d", 0, 2, 3)[0], ones(2, 0, 4, 4, 4).requires_grad_()
    layer(x).sum().backward()
    assert x.grad.shape == x.shape and layer.weight.grad.shape == (2, 0, 3, 3, 3)
    assert layer.bias.grad.tolist() == [16.0, 16.0]


def test_a_convolution_of_no_channels_gives_its_bias() -> None:
    layer, x = _made(pellucid, "Conv2d", 0, 2, 3)[0], ones(1, 0, 4, 4).requires_grad_()
    with pellucid.no_grad():
        layer.bias.copy_(tensor([1.0, -2.0]))
    y = layer(x)
    y.sum().backward()
    assert y.tolist() == [[[[1.0] * 2] * 2, [[-2.0] * 2] * 2]]
    assert layer.bias.grad.tolist() == [4.0, 4.0] and x.grad.shape == x.shape
    assert not x.grad.requires_grad


def test_dropout_of_channels_takes_more_axes_with_a_caution() -> None:
    with pytest.warns(UserWarning, match="The first two are taken for rows and channels"):
        assert F.dropout2d(ones(1, 2, 2, 2, 2)).shape == (1, 2, 2, 2, 2)


def test_channels_of_a_series_are_left_out_with_a_word() -> None:
    with pytest.warns(UserWarning) as heard:
        F.dropout2d(ones(2, 3, 4))
    assert str(heard[0].message) == (
        "dropout2d: (2, 3, 4) is taken for (N, C, L), as by dropout1d; a picture of its own needs "
        "four axes.\n Call dropout1d for series, or unsqueeze(0) a picture."
    )
