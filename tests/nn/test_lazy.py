"""Layers that learn their sizes from the first input, against PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid import nn
from tests.nn.oracle import array, close

CASES: list[tuple[str, tuple[Any, ...], dict[str, Any], tuple[int, ...]]] = [
    ("LazyLinear", (3,), {}, (5, 4)),
    ("LazyLinear", (3,), {"bias": False}, (2, 5, 4)),
    ("LazyConv1d", (4, 3), {"groups": 2}, (2, 6, 7)),
    ("LazyConv2d", (4, 3), {"padding": 1, "bias": False}, (3, 7, 7)),
    ("LazyConv3d", (2, 2), {}, (1, 3, 4, 4, 4)),
    ("LazyConvTranspose1d", (4, 3), {"stride": 2}, (2, 6, 7)),
    ("LazyConvTranspose2d", (4, 2), {"groups": 2}, (2, 6, 3, 3)),
    ("LazyConvTranspose3d", (2, 2), {}, (1, 3, 2, 2, 2)),
    ("LazyBatchNorm1d", (), {}, (5, 4)),
    ("LazyBatchNorm2d", (0.1,), {"affine": False}, (2, 3, 4, 4)),
    ("LazyBatchNorm3d", (), {"track_running_stats": False}, (2, 3, 2, 2, 2)),
    ("LazyInstanceNorm1d", (), {}, (2, 3, 5)),
    ("LazyInstanceNorm2d", (), {"affine": False}, (2, 3, 4, 4)),
    ("LazyInstanceNorm3d", (), {"bias": False}, (2, 3, 2, 2, 2)),
]


@pytest.mark.parametrize(("name", "args", "settings", "shape"), CASES)
def test_first_call(
    torch: Any,
    recwarn: Any,
    name: str,
    args: tuple[Any, ...],
    settings: dict[str, Any],
    shape: tuple[int, ...],
) -> None:
    mine, yours = (getattr(lib.nn, name)(*args, **settings) for lib in (pellucid, torch))
    assert list(mine.state_dict()) == list(yours.state_dict())
    assert mine.has_uninitialized_params() == yours.has_uninitialized_params()
    optimizer = pellucid.optim.SGD(mine.parameters(), lr=0.1) if list(mine.parameters()) else None
    x = array(shape).astype("float32")
    mine(pellucid.tensor(x)), yours(torch.tensor(x))
    assert type(mine).__name__ == type(yours).__name__ == name.removeprefix("Lazy")
    assert mine.extra_repr() == yours.extra_repr()
    mine.load_state_dict(yours.state_dict())
    close(mine(pellucid.tensor(x)), yours(torch.tensor(x)))
    assert all(type(p) is nn.Parameter for p in mine.parameters())
    if optimizer is not None:
        mine(pellucid.tensor(x)).sum().backward()
        held = optimizer.param_groups[0]["params"]
        assert all(p.grad is not None and p.grad.shape == p.shape for p in held)
        optimizer.step()


def test_loaded_weights_stay() -> None:
    usual, lazy = nn.Conv2d(3, 4, 2), nn.LazyConv2d(4, 2).double().float()
    lazy.load_state_dict(usual.state_dict())
    assert not lazy.has_uninitialized_params()
    x = pellucid.randn(1, 3, 5, 5)
    close(lazy(x), usual(x))
    assert lazy.in_channels == 3 and type(lazy) is nn.Conv2d
    other = nn.LazyLinear(3)
    other.load_state_dict(nn.LazyLinear(3).state_dict())
    assert other.has_uninitialized_params()


def test_a_whole_network() -> None:
    model = nn.Sequential(nn.LazyConv2d(4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))
    assert "LazyLinear(in_features=0, out_features=2" in repr(model)
    assert model(pellucid.zeros(2, 1, 6, 6)).shape == (2, 2)
    assert model[-1].in_features == 64 and type(model[-1]) is nn.Linear


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match=r"it works on 4 axes, or 3, and got \(2, 3\)"):
        nn.LazyConv2d(4, 3)(pellucid.zeros(2, 3))
    with pytest.raises(ValueError, match=r"3 channels don't divide into 2 groups"):
        nn.LazyConv1d(4, 3, groups=2)(pellucid.zeros(2, 3, 5))
    with pytest.raises(RuntimeError, match="Call the model once before it is compiled"):
        pellucid.compile(nn.LazyLinear(3))(pellucid.zeros(2, 3))
