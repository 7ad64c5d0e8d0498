"""First values: the distributions that PyTorch draws from, by range, spread and fan."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.errors import SettingError, ShapeError
from pellucid.nn import init

DRAWS: list[tuple[str, tuple[Any, ...]]] = [
    ("uniform_", (-0.3, 0.7)),
    ("normal_", (0.5, 2.0)),
    ("trunc_normal_", (0.0, 1.0, -1.0, 0.5)),
    ("xavier_uniform_", (1.5,)),
    ("xavier_normal_", ()),
    ("kaiming_uniform_", (math.sqrt(5),)),
    ("kaiming_uniform_", (0.0, "fan_out", "relu")),
    ("kaiming_normal_", ()),
    ("kaiming_normal_", (0.0, "fan_out", "tanh")),
]


@pytest.mark.parametrize(("name", "args"), DRAWS)
def test_spread_and_range_are_pytorchs(torch: Any, name: str, args: tuple[Any, ...]) -> None:
    shape = (300, 200)
    mine = getattr(init, name)(pellucid.empty(shape), *args).numpy()
    torch.manual_seed(0)
    theirs = getattr(torch.nn.init, name)(torch.empty(shape), *args).numpy()
    assert abs(mine.mean() - theirs.mean()) < 0.03 * theirs.std()
    assert abs(mine.std() / theirs.std() - 1) < 0.01
    for q in (0.01, 0.25, 0.75, 0.99):
        assert abs(np.quantile(mine, q) - np.quantile(theirs, q)) < 0.04 * theirs.std()
    if "uniform" in name or "trunc" in name:
        assert abs(mine.max() - theirs.max()) < 0.01 * theirs.std() + 1e-3
        assert abs(mine.min() - theirs.min()) < 0.01 * theirs.std() + 1e-3


@pytest.mark.parametrize("shape", [(8, 5), (8, 5, 3), (8, 5, 3, 3)])
@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
def test_the_bound_comes_from_the_fan(shape: tuple[int, ...], mode: str) -> None:
    fan = (shape[1] if mode == "fan_in" else shape[0]) * math.prod(shape[2:])
    w = init.kaiming_uniform_(pellucid.empty(shape), mode=mode, nonlinearity="relu")
    assert w.abs().max().item() <= math.sqrt(6 / fan)
    assert w.abs().max().item() > 0.8 * math.sqrt(6 / fan)


@pytest.mark.parametrize("name", ["linear", "sigmoid", "tanh", "relu", "selu", "conv2d"])
def test_gains(torch: Any, name: str) -> None:
    assert init.calculate_gain(name) == torch.nn.init.calculate_gain(name)
    for slope in (None, 0.2):
        assert init.calculate_gain("leaky_relu", slope) == torch.nn.init.calculate_gain(
            "leaky_relu", slope
        )


@pytest.mark.parametrize("bias", [True, False])
def test_linear_starts_evenly_over_one_by_root_in(bias: bool) -> None:
    layer = nn.Linear(100, 400, bias=bias)
    for p in layer.parameters():
        values = p.detach().numpy()
        assert np.abs(values).max() <= 0.1
        assert abs(values.std() - 0.1 / math.sqrt(3)) < 0.003
        assert abs(values.mean()) < 0.01
        assert p.requires_grad and p.is_leaf


def test_the_seed_decides() -> None:
    pellucid.manual_seed(3)
    first = nn.Linear(4, 4).weight
    pellucid.manual_seed(3)
    assert (nn.Linear(4, 4).weight == first).all()
    assert (nn.Linear(4, 4).weight != first).any()
    g = pellucid.Generator().manual_seed(5)
    a = init.normal_(pellucid.empty(4), generator=g)
    assert (a == init.normal_(pellucid.empty(4), generator=g.manual_seed(5))).all()


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5), (4, 2, 3)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    w = init.orthogonal_(pellucid.empty(shape, dtype=pellucid.float64), gain=2.0).numpy()
    flat = w.reshape(shape[0], -1)
    small = flat @ flat.T if flat.shape[0] <= flat.shape[1] else flat.T @ flat
    np.testing.assert_allclose(small, 4.0 * np.eye(len(small)), atol=1e-12)


def test_constants(torch: Any) -> None:
    assert init.constant_(pellucid.empty(2), 0.25).tolist() == [0.25, 0.25]
    assert init.ones_(pellucid.empty(2)).tolist() == [1.0, 1.0]
    assert init.zeros_(pellucid.ones(2)).tolist() == [0.0, 0.0]
    assert init.eye_(pellucid.empty(2, 3)).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    for shape, groups in [((4, 2, 3), 1), ((4, 2, 3, 3), 2)]:
        mine = init.dirac_(pellucid.empty(shape), groups).numpy()
        assert (mine == torch.nn.init.dirac_(torch.empty(shape), groups).numpy()).all()


def test_sparse_leaves_out_a_share_of_every_column() -> None:
    w = init.sparse_(pellucid.empty(10, 6), 0.25, std=1.0).numpy()
    assert ((w == 0).sum(axis=0) == 3).all()


def test_a_parameter_stays_itself() -> None:
    p = nn.Parameter(pellucid.zeros(3, 3))
    assert init.xavier_normal_(p) is p
    assert p.requires_grad and p.is_leaf and p.abs().sum().item() > 0


MISTAKES: list[tuple[Any, type[Exception], str]] = [
    (
        lambda: init.xavier_uniform_(pellucid.empty(3)),
        ShapeError,
        "fan-in and fan-out need at least two axes (out, in); this Tensor has (3,).",
    ),
    (
        lambda: init.kaiming_uniform_(pellucid.empty(3, 3), mode="fan"),
        SettingError,
        "mode is 'fan_in' or 'fan_out', not 'fan'.",
    ),
    (
        lambda: init.calculate_gain("swish"),
        SettingError,
        "no gain is known for 'swish'.\n Known: linear, conv1d, conv2d, conv3d, conv_transpose1d, "
        "conv_transpose2d, conv_transpose3d, sigmoid, tanh, relu, selu, leaky_relu.",
    ),
    (
        lambda: init.eye_(pellucid.empty(3)),
        ShapeError,
        "eye_ is for matrices, and this Tensor has shape (3,).",
    ),
    (
        lambda: init.orthogonal_(pellucid.empty(3)),
        ShapeError,
        "orthogonal_ needs at least two axes, not (3,).",
    ),
    (
        lambda: init.dirac_(pellucid.empty(3, 3)),
        ShapeError,
        "dirac_ is for convolution weights of 3 to 5 axes, not (3, 3).",
    ),
    (
        lambda: init.trunc_normal_(pellucid.empty(3), a=1.0, b=1.0),
        SettingError,
        "trunc_normal_ needs a below b, and got a=1.0, b=1.0.",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), MISTAKES)
def test_mistakes(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text
