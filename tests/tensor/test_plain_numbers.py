"""Settings that were computed: a Tensor of one number stands for it, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import pellucid
import pellucid.nn.functional as ours_f

CALLS: dict[str, Callable[[Any, Any, Any, Any, Any], Any]] = {
    "isclose": lambda m, f, x, n, h: m.isclose(x, x + 0.4, h, h),
    "topk": lambda m, f, x, n, h: m.topk(x, n)[0],
    "topk by name": lambda m, f, x, n, h: x.topk(k=n)[0],
    "kthvalue": lambda m, f, x, n, h: x.kthvalue(n)[0],
    "one_hot": lambda m, f, x, n, h: f.one_hot(m.tensor([0, 1]), n),
    "as many classes as the largest": lambda m, f, x, n, h: f.one_hot(
        (y := m.tensor([0, 2])), y.max() + 1
    ),
    "roll": lambda m, f, x, n, h: x.roll(n),
    "split": lambda m, f, x, n, h: x.split(n)[0],
    "chunk": lambda m, f, x, n, h: x.chunk(n)[0],
    "norm": lambda m, f, x, n, h: m.norm(x, n),
    "normalize": lambda m, f, x, n, h: f.normalize(x, p=n, dim=0),
    "tril": lambda m, f, x, n, h: m.tril(m.ones(3, 3), n - 1),
    "diag": lambda m, f, x, n, h: m.diag(x, n - 1),
    "unfold": lambda m, f, x, n, h: x.unfold(0, n, 1),
    "bincount": lambda m, f, x, n, h: m.bincount(m.tensor([0]), minlength=n),
    "randperm": lambda m, f, x, n, h: m.randperm(n).sum(),
    "leaky_relu": lambda m, f, x, n, h: f.leaky_relu(x, h),
    "elu": lambda m, f, x, n, h: f.elu(x, alpha=h),
    "softplus": lambda m, f, x, n, h: f.softplus(x, beta=h),
    "hardtanh": lambda m, f, x, n, h: f.hardtanh(x, -h, h),
    "dropout": lambda m, f, x, n, h: f.dropout(x, h, training=False),
    "pad": lambda m, f, x, n, h: f.pad(x, (1, 1), value=h),
    "max_pool1d": lambda m, f, x, n, h: f.max_pool1d(x[None], n),
    "conv1d": lambda m, f, x, n, h: f.conv1d(x[None], m.ones(1, 1, 2), stride=n),
    "interpolate": lambda m, f, x, n, h: f.interpolate(x[None, None], size=n),
    "layer_norm": lambda m, f, x, n, h: f.layer_norm(x, (3,), eps=h),
    "huber_loss": lambda m, f, x, n, h: f.huber_loss(x, -x, delta=h),
    "label_smoothing": lambda m, f, x, n, h: f.cross_entropy(x, n, label_smoothing=h),
}


@pytest.mark.parametrize("what", CALLS)
def test_a_tensor_of_one_number_stands_for_it(torch: Any, what: str) -> None:
    found = []
    for m, f in ((torch, torch.nn.functional), (pellucid, ours_f)):
        x, n, h = m.tensor([1.0, -2.0, 3.0]), m.tensor(2), m.tensor(0.5)
        found.append(CALLS[what](m, f, x, n, h).double().flatten().tolist())
    assert found[1] == pytest.approx(found[0], rel=1e-5)


def test_what_requires_grad_or_has_axes_is_no_number(torch: Any) -> None:
    for m, f in ((torch, torch.nn.functional), (pellucid, ours_f)):
        x = m.tensor([1.0, -2.0])
        with pytest.raises((TypeError, RuntimeError)):
            f.elu(x, alpha=m.tensor(0.5, requires_grad=True))
        with pytest.raises((TypeError, RuntimeError)):
            m.topk(x, m.tensor([1, 2]))


def test_a_gradient_flows_past_the_number(torch: Any) -> None:
    for m, f in ((torch, torch.nn.functional), (pellucid, ours_f)):
        x = m.tensor([1.0, -2.0], requires_grad=True)
        f.leaky_relu(x, m.tensor(0.5)).sum().backward()
        assert x.grad.tolist() == [1.0, 0.5]
