"""Convolution and pooling layers against PyTorch with the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.ops import REGISTRY
from tests.nn.oracle import array, close, compare, ours
from tests.nn.test_layers import agree, twins

CONVS: list[tuple[str, tuple[Any, ...], dict[str, Any], tuple[int, ...]]] = [
    ("Conv1d", (2, 3, 3), {}, (2, 2, 7)),
    ("Conv1d", (2, 4, 2), {"stride": 2, "padding": 1, "groups": 2}, (2, 7)),
    ("Conv2d", (2, 3, 3), {}, (2, 2, 5, 6)),
    ("Conv2d", (2, 3, 3), {"bias": False}, (2, 5, 6)),
    ("Conv2d", (2, 3, (2, 3)), {"stride": (2, 1), "padding": (1, 2)}, (2, 2, 5, 6)),
    ("Conv2d", (2, 3, 4), {"padding": "same", "dilation": (1, 2)}, (2, 2, 5, 7)),
    ("Conv2d", (2, 3, 2), {"padding": "valid", "dilation": 2}, (2, 2, 5, 6)),
    ("Conv2d", (4, 8, 3), {"groups": 4, "padding": 1}, (2, 4, 4, 4)),
    ("Conv2d", (3, 2, 1), {}, (2, 3, 4, 4)),
    ("Conv2d", (2, 3, 3), {"padding": (1, 2), "padding_mode": "reflect"}, (2, 2, 4, 5)),
    ("Conv2d", (2, 3, 4), {"padding": "same", "padding_mode": "circular"}, (2, 2, 4, 5)),
    ("Conv2d", (2, 3, 3), {"padding": 1, "padding_mode": "replicate"}, (2, 4, 5)),
    ("Conv3d", (1, 2, 2), {"stride": (1, 2, 1), "padding": (0, 1, 0)}, (2, 1, 3, 4, 3)),
    ("ConvTranspose1d", (2, 3, 3), {"stride": 2, "output_padding": 1}, (2, 2, 4)),
    ("ConvTranspose1d", (2, 3, 3), {"dilation": 3, "output_padding": 2}, (2, 4)),
    ("ConvTranspose2d", (4, 6, 3), {"stride": 2, "padding": 1, "groups": 2}, (2, 4, 3, 4)),
    ("ConvTranspose2d", (2, 3, (2, 3)), {"bias": False, "dilation": (2, 1)}, (2, 3, 4)),
    ("ConvTranspose2d", (2, 3, 3), {"stride": 2, "padding": 1, "output_padding": 1}, (2, 2, 3, 3)),
    ("ConvTranspose3d", (1, 2, 2), {"stride": 2}, (1, 1, 2, 2, 3)),
]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(("name", "args", "settings", "shape"), CONVS)
def test_convolutions(
    torch: Any, name: str, args: Any, settings: dict[str, Any], shape: tuple[int, ...]
) -> None:
    mine, yours = twins(torch, name, *args, **settings)
    assert list(mine.state_dict()) == list(yours.state_dict())
    agree(torch, mine, yours, array(shape))


@pytest.mark.parametrize(("name", "args", "settings", "shape"), CONVS)
def test_they_describe_themselves_as_in_pytorch(
    torch: Any, name: str, args: Any, settings: dict[str, Any], shape: tuple[int, ...]
) -> None:
    assert repr(getattr(nn, name)(*args, **settings)) == repr(
        getattr(torch.nn, name)(*args, **settings)
    )


def test_large_pictures_are_taken_in_bands(torch: Any) -> None:
    """Rows whose columns exceed the cache are cut; the pieces meet without a seam."""
    mine, yours = twins(torch, "Conv2d", 8, 3, 3, stride=(2, 1), padding=1, dilation=(2, 1))
    agree(torch, mine, yours, array((3, 8, 150, 140)), second=False)


def test_output_size_picks_one_of_several(torch: Any) -> None:
    mine, yours = twins(torch, "ConvTranspose2d", 2, 3, 3, stride=2, padding=1)
    x = array((2, 2, 4, 4))
    for size in ((7, 8), (8, 7), (2, 3, 8, 8)):
        close(mine(ours(x), output_size=size), yours(torch.tensor(x), output_size=torch.Size(size)))
    one = mine(ours(x[0]), output_size=(3, 8, 7))
    close(one, yours(torch.tensor(x[0]), output_size=(3, 8, 7)))


def test_first_weights_have_pytorchs_spread(torch: Any) -> None:
    for name in ("Conv2d", "ConvTranspose2d"):
        layer = getattr(nn, name)(32, 64, 3)
        bound = 1 / np.sqrt(layer.weight.shape[1] * 9)
        other = getattr(torch.nn, name)(32, 64, 3)
        for mine, yours in ((layer.weight, other.weight), (layer.bias, other.bias)):
            for drawn in (mine.detach().numpy(), yours.detach().numpy()):
                assert abs(drawn).max() <= bound + 1e-7
                assert drawn.std() == pytest.approx(bound / np.sqrt(3), rel=0.25)


POOLS: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("MaxPool1d", {"kernel_size": 2}, (2, 3, 7)),
    ("MaxPool1d", {"kernel_size": 3, "stride": 2, "padding": 1, "dilation": 2}, (3, 9)),
    ("MaxPool2d", {"kernel_size": 2}, (2, 3, 6, 6)),
    ("MaxPool2d", {"kernel_size": 2}, (3, 5, 7)),
    ("MaxPool2d", {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)}, (2, 2, 6, 5)),
    ("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}, (2, 2, 6, 7)),
    ("MaxPool2d", {"kernel_size": 2, "stride": 2, "ceil_mode": True}, (2, 2, 5, 7)),
    ("MaxPool3d", {"kernel_size": 2, "stride": (1, 2, 1)}, (2, 2, 3, 4, 3)),
    ("AvgPool1d", {"kernel_size": 3, "stride": 2, "padding": 1}, (2, 3, 7)),
    ("AvgPool1d", {"kernel_size": 2, "ceil_mode": True}, (3, 7)),
    ("AvgPool2d", {"kernel_size": 2}, (2, 3, 6, 6)),
    ("AvgPool2d", {"kernel_size": 6}, (2, 3, 6, 6)),
    ("AvgPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}, (2, 3, 6, 6)),
    (
        "AvgPool2d",
        {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False},
        (2, 3, 6, 7),
    ),
    (
        "AvgPool2d",
        {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
        (2, 3, 6, 8),
    ),
    ("AvgPool2d", {"kernel_size": 2, "divisor_override": 3}, (2, 3, 6, 6)),
    ("AvgPool3d", {"kernel_size": (1, 2, 2)}, (2, 2, 3, 4, 4)),
    ("AdaptiveAvgPool1d", {"output_size": 3}, (2, 3, 7)),
    ("AdaptiveAvgPool2d", {"output_size": 1}, (2, 3, 6, 5)),
    ("AdaptiveAvgPool2d", {"output_size": (None, 4)}, (2, 3, 6, 6)),
    ("AdaptiveAvgPool2d", {"output_size": (3, 4)}, (3, 6, 7)),
    ("AdaptiveAvgPool2d", {"output_size": 8}, (2, 3, 6, 7)),
    ("AdaptiveAvgPool3d", {"output_size": (2, 3, 2)}, (2, 2, 4, 5, 4)),
    ("AdaptiveMaxPool1d", {"output_size": 3}, (2, 3, 7)),
    ("AdaptiveMaxPool2d", {"output_size": (3, None)}, (2, 3, 6, 5)),
    ("AdaptiveMaxPool2d", {"output_size": (4, 3)}, (3, 6, 7)),
    ("AdaptiveMaxPool3d", {"output_size": (2, 3, 2)}, (2, 2, 4, 5, 4)),
    ("Unfold", {"kernel_size": (2, 3), "dilation": 2, "padding": 1, "stride": 2}, (2, 3, 5, 7)),
    ("Unfold", {"kernel_size": 2}, (3, 4, 5)),
    ("Fold", {"output_size": (4, 5), "kernel_size": (2, 3), "padding": 1}, (2, 12, 25)),
    ("Fold", {"output_size": (4, 5), "kernel_size": 2, "stride": 2}, (8, 4)),
]


@pytest.mark.parametrize(("name", "settings", "shape"), POOLS)
def test_pools(torch: Any, name: str, settings: dict[str, Any], shape: tuple[int, ...]) -> None:
    mine, yours = getattr(nn, name)(**settings), getattr(torch.nn, name)(**settings)
    assert repr(mine) == repr(yours)
    compare(torch, mine, yours, [array(shape)], second=True)


@pytest.mark.parametrize(("name", "settings", "shape"), [p for p in POOLS if "Max" in p[0]])
def test_places_of_the_largest(
    torch: Any, name: str, settings: dict[str, Any], shape: tuple[int, ...]
) -> None:
    x = array(shape).round(1)  # with equal numbers
    mine = getattr(nn, name)(**settings, return_indices=True)(ours(x))
    yours = getattr(torch.nn, name)(**settings, return_indices=True)(torch.tensor(x))
    for a, b in zip(mine, yours, strict=True):
        close(a, b)


def test_the_first_of_equal_numbers_takes_all_blame(torch: Any) -> None:
    x = np.array([[[[1.0, 1.0, 0.0, 2.0], [1.0, 1.0, 2.0, 2.0]]]])
    compare(torch, nn.MaxPool2d(2), torch.nn.MaxPool2d(2), [x])
    compare(torch, nn.MaxPool2d(2, 1), torch.nn.MaxPool2d(2, 1), [x])


def test_nan_is_the_largest(torch: Any) -> None:
    x = np.array([[[[1.0, np.nan, 0.0, 2.0], [1.0, 1.0, -np.inf, 2.0]]]])
    close(nn.MaxPool2d(2)(ours(x)), torch.nn.MaxPool2d(2)(torch.tensor(x)))


@pytest.mark.parametrize("kind", ["int64", "int32"])
def test_pools_of_whole_numbers(torch: Any, kind: str) -> None:
    x = np.arange(24, dtype=kind).reshape(1, 1, 4, 6)[..., ::-1].copy() - 12
    close(F.max_pool2d(ours(x), 3, 2, 1), torch.nn.functional.max_pool2d(torch.tensor(x), 3, 2, 1))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtypes(torch: Any, dtype: str) -> None:
    x, w = array((2, 3, 6, 6)).astype(dtype), array((4, 3, 3, 3), 1).astype(dtype)
    compare(torch, F.conv2d, torch.nn.functional.conv2d, [x, w])


def test_no_rows(torch: Any) -> None:
    x = np.zeros((0, 2, 6, 6))
    for name, args in (("Conv2d", (2, 3, 3)), ("ConvTranspose2d", (2, 3, 3))):
        mine, yours = twins(torch, name, *args)
        close(mine(ours(x)), yours(torch.tensor(x)))
    close(nn.MaxPool2d(2)(ours(x)), torch.nn.MaxPool2d(2)(torch.tensor(x)))


@pytest.mark.parametrize(
    ("name", "shape"), [("BatchNorm2d", (4, 3, 2, 5)), ("BatchNorm3d", (3, 2, 2, 3, 2))]
)
@pytest.mark.parametrize("settings", [{}, {"affine": False}, {"momentum": None}, {"eps": 1e-2}])
def test_batch_norm(
    torch: Any, name: str, shape: tuple[int, ...], settings: dict[str, Any]
) -> None:
    mine, yours = twins(torch, name, shape[1], **settings)
    assert repr(mine) == repr(yours)
    agree(torch, mine, yours, array(shape))
    mine.eval(), yours.eval()
    agree(torch, mine, yours, array(shape, 3))


def test_a_small_picture_network_learns(torch: Any) -> None:
    """The same network in both: losses of ten steps agree."""

    def network(room: Any) -> Any:
        return room.Sequential(
            room.Conv2d(1, 4, 3, padding=1), room.BatchNorm2d(4), room.ReLU(), room.MaxPool2d(2),
            room.Conv2d(4, 8, 3), room.ReLU(), room.AdaptiveAvgPool2d(1), room.Flatten(),
            room.Linear(8, 3),
        ).double()  # fmt: skip

    mine, yours = network(nn), network(torch.nn)
    mine.load_state_dict(yours.state_dict())
    x, y = array((12, 1, 8, 8)), np.arange(12) % 3
    losses: list[list[float]] = []
    for room, net, xs, ys in (
        (pellucid, mine, ours(x), ours(y)),
        (torch, yours, torch.tensor(x), torch.tensor(y)),
    ):
        optimizer = room.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        losses.append([])
        for _ in range(10):
            loss = room.nn.functional.cross_entropy(net(xs), ys)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[-1].append(loss.item())
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-9)
    assert losses[0][-1] < losses[0][0]


def test_costs() -> None:
    """A multiplication and an addition for each weight at each position."""
    shapes = ((64, 32, 14, 14), (64, 32, 3, 3))
    p = {"stride": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1), "groups": 1}
    out = (64, 64, 14, 14)
    wanted = 2 * 64 * 14 * 14 * 64 * 32 * 9
    assert REGISTRY["conv"].cost(shapes, out, **p) == wanted
    back = REGISTRY["conv_transpose"].cost((out, shapes[1]), shapes[0], **p)
    grad = REGISTRY["conv_weight_grad"].cost((shapes[0], out), shapes[1], **p)
    assert back == grad == wanted


@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (1, 1), (2, 2)])
def test_many_rows_at_few_positions(torch: Any, kernel: int, stride: int) -> None:
    """Rows share a product there, and there are more of them than go into one."""
    x, w, b = array((300, 4, 2, 2)), array((6, 2, kernel, kernel)), array((6,))
    settings = {"stride": stride, "padding": 1 if kernel == 3 else 0, "groups": 2}
    found: list[list[Any]] = []
    for room, made in ((pellucid, ours), (torch, torch.tensor)):
        leaves = [made(a).requires_grad_() for a in (x, w, b)]
        y = room.nn.functional.conv2d(*leaves, **settings)
        (y * y).sum().backward()
        found.append([y, *(leaf.grad for leaf in leaves)])
    for mine, yours in zip(*found, strict=True):
        np.testing.assert_allclose(mine.detach().numpy(), yours.detach().numpy(), rtol=1e-9)
