"""Numbers before Tensors, as programs of PyTorch's first years have them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

import pellucid
from pellucid.errors import PellucidWarning

CALLS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add": lambda m, x, a: m.add(x, 2, x),
    "add_": lambda m, x, a: x.clone().add_(-0.5, x),
    "sub": lambda m, x, a: x.sub(3, x),
    "sub_": lambda m, x, a: x.clone().sub_(3, x),
    "addcmul": lambda m, x, a: m.addcmul(x, 2, x, x),
    "addcmul_": lambda m, x, a: x.clone().addcmul_(2, x, x),
    "addcdiv_": lambda m, x, a: x.clone().addcdiv_(-0.1, x, x + 1),
    "addmm": lambda m, x, a: m.addmm(2, a, 3, a, a),
    "addmm of beta": lambda m, x, a: m.addmm(2, a, a, a),
    "addmm_": lambda m, x, a: a.clone().addmm_(2, 3, a, a),
    "addmv": lambda m, x, a: m.addmv(2, x, a, x),
    "addr": lambda m, x, a: m.addr(2, a, 3, x, x),
    "baddbmm": lambda m, x, a: m.baddbmm(2, a[None], a[None], a[None]),
    "addbmm": lambda m, x, a: m.addbmm(2, a, 3, a[None], a[None]),
    "with a name": lambda m, x, a: m.add(x, 2, x, out=m.zeros(2)),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("what", CALLS)
def test_the_old_order_is_understood(torch: Any, what: str) -> None:
    found = []
    for m in (torch, pellucid):
        x, a = m.tensor([1.0, 2.0]), m.tensor([[1.0, 2.0], [3.0, 5.0]])
        found.append(CALLS[what](m, x, a).tolist())
    assert found[1] == pytest.approx(found[0]) if what == "addcdiv_" else found[1] == found[0]


def test_a_step_of_an_old_optimizer(torch: Any) -> None:
    found = []
    for m in (torch, pellucid):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            p, grad = m.tensor([1.0, -2.0]), m.tensor([0.5, 0.25])
            mean, square = m.zeros(2), m.zeros(2)
            mean.mul_(0.9).add_(0.1, grad)
            square.mul_(0.99).addcmul_(0.01, grad, grad)
            p.addcdiv_(-0.1, mean, square.sqrt().add_(1e-8))
            found.append(p.tolist())
    assert found[1] == pytest.approx(found[0], rel=1e-6)


def test_the_new_order_is_named() -> None:
    with pytest.warns(PellucidWarning) as caught:
        pellucid.ones(2).add_(2, pellucid.ones(2))
    assert str(caught[0].message) == (
        "add: numbers before Tensors are PyTorch's old order.\n"
        " Write them by name, behind the Tensors: alpha=2."
    )


def test_other_mistakes_are_still_mistakes() -> None:
    x = pellucid.ones(2)
    for call in (
        lambda: x.add(x, x),
        lambda: x.addcmul(1, 2, x, x),
        lambda: x.add(2, 3, x),
        lambda: x.mul(2, x),
    ):
        with pytest.raises(TypeError):
            call()


def test_what_expand_does_not_stretch_can_be_written(torch: Any) -> None:
    for m in (torch, pellucid):
        x = m.zeros(2, 3)
        x.expand(2, 3).add_(1)
        x.t().expand(1, 3, 2)[0, 0, 1] = 5
        assert x.tolist() == [[1, 1, 1], [5, 1, 1]]
        with pytest.raises(RuntimeError):
            m.zeros(1).expand(3).add_(1)
        assert list(m.zeros(0).expand(5, 0).shape) == [5, 0]
