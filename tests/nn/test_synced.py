"""Normalization under PyTorch's rarer names: over processes, across maps, and made forgetful."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import func, nn

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_across_maps_is_pytorchs(size: int, torch: Any) -> None:
    x = RNG.normal(size=(2, 7, 2, 3))
    found = []
    for lib, room in ((pellucid, nn), (torch, torch.nn)):
        layer = room.CrossMapLRN2d(size, alpha=0.5, beta=0.6, k=2.0)
        found.append((layer(lib.tensor(x)).numpy(), repr(layer)))
    for ours, theirs in zip(*found, strict=True):
        if isinstance(ours, str):
            assert ours == theirs
            continue
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    # PyTorch's gradient is that of another formula; ours is that of this one.
    given = pellucid.tensor(x[:1, :, :1, :1], requires_grad=True)
    assert pellucid.testing.gradcheck(nn.CrossMapLRN2d(size, 0.5, 0.6, 2.0), given)
    with pytest.raises(ValueError, match="rows, channels, height, width"):
        nn.CrossMapLRN2d(3)(pellucid.ones(2, 3))


def test_in_one_process_it_is_batch_norm(torch: Any) -> None:
    for shape in ((6, 3), (4, 3, 5), (2, 3, 4, 5)):
        x = pellucid.tensor(RNG.normal(size=shape).astype("float32"))
        plain = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d}[len(shape)](3)
        synced = nn.SyncBatchNorm(3)
        assert synced(x).tolist() == plain(x).tolist()
        assert synced.running_var.tolist() == plain.running_var.tolist()
    theirs = torch.nn.SyncBatchNorm(3)
    assert list(synced.state_dict()) == list(theirs.state_dict())
    assert repr(synced) == repr(theirs)
    with pytest.raises(ValueError, match=r"\(rows, channels, ...\)"):
        synced(pellucid.ones(3))


def test_a_network_is_converted() -> None:
    net = nn.Sequential(
        nn.Linear(2, 3), nn.BatchNorm1d(3, affine=False), nn.Sequential(nn.BatchNorm1d(3))
    )
    x = pellucid.tensor(RNG.normal(size=(5, 2)).astype("float32"))
    net(x)
    before = net.eval()(x).tolist()
    kept = net[2][0].weight
    same = nn.SyncBatchNorm.convert_sync_batchnorm(net)
    assert same is net and net(x).tolist() == before and net[2][0].weight is kept
    assert isinstance(net[1], nn.SyncBatchNorm) and not net[1].affine and not net[1].training


def test_forgetful_networks_remember_nothing() -> None:
    net = func.replace_all_batch_norm_modules_(nn.Sequential(nn.BatchNorm1d(2), nn.ReLU()))
    assert list(net.state_dict()) == ["0.weight", "0.bias"]
    x = pellucid.tensor([[1.0, 2.0], [3.0, -2.0]])
    np.testing.assert_allclose(net.eval()(x).detach(), [[0.0, 1.0], [1.0, 0.0]], atol=1e-4)


def test_linear_moves() -> None:
    def curve(x: Any, d: Any) -> Any:
        return {"a": pellucid.sin(x) * d["b"], "c": x.sum()}

    x, b, dx, db = (RNG.normal(size=3) for _ in range(4))
    y, move = func.linearize(curve, pellucid.tensor(x), {"b": pellucid.tensor(b)})
    np.testing.assert_allclose(y["a"], np.sin(x) * b)
    for k in (1.0, -2.0):
        moved = move(pellucid.tensor(k * dx), {"b": pellucid.tensor(k * db)})
        np.testing.assert_allclose(moved["a"], k * (np.cos(x) * dx * b + np.sin(x) * db))
        np.testing.assert_allclose(moved["c"], k * dx.sum())
    _, move = func.linearize(pellucid.sin, pellucid.ones(3))
    with pytest.raises(ValueError, match="structure, shapes and dtypes"):
        move(pellucid.ones(2))
    with pytest.raises(ValueError, match="needs arguments"):
        func.linearize(pellucid.sin)
