"""A module called with weights that are not its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.errors import PellucidWarning, StateError
from pellucid.nn.utils.stateless import functional_call


def second_order(lib: Any, call: Any, start: dict[str, Any]) -> list[Any]:
    """Gradients in the first weights of the loss after one step from them."""
    net = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.BatchNorm1d(4), lib.nn.GRU(4, 2))
    net.load_state_dict({k: lib.from_numpy(v.copy()) for k, v in start.items()})
    x = lib.linspace(-1, 1, 15).reshape(5, 3)
    own = dict(net.named_parameters())
    loss = (call(net, own, (x,))[0] ** 2).sum()
    slopes = lib.autograd.grad(loss, list(own.values()), create_graph=True)
    moved = {k: p - 0.1 * g for (k, p), g in zip(own.items(), slopes, strict=True)}
    (call(net, moved, x)[0] ** 2).sum().backward()
    return [p.grad.numpy() for p in net.parameters()] + [net[1].running_mean.numpy()]


def test_a_step_within_a_step_is_pytorchs(torch: Any) -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.GRU(4, 2))
    start = {k: v.numpy() for k, v in net.state_dict().items()}
    found = second_order(pellucid, functional_call, start)
    for own, other in zip(
        found, second_order(torch, torch.func.functional_call, start), strict=True
    ):
        np.testing.assert_allclose(own, other, rtol=2e-4, atol=1e-5)


def test_the_module_keeps_its_own() -> None:
    net = nn.Linear(2, 1)
    own = net.weight
    x = pellucid.ones(1, 2)
    y = functional_call(net, ({"weight": pellucid.ones(1, 2)}, {"bias": pellucid.ones(1)}), x)
    assert y.item() == 3.0
    with pytest.raises(ValueError, match="the weight takes 2 features"):
        functional_call(net, {"weight": pellucid.ones(1, 2)}, kwargs={"input": pellucid.ones(1, 3)})
    assert net.weight is own and net._parameters["weight"] is own


def test_a_shared_weight_is_replaced_under_all_its_names() -> None:
    net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    net[1].weight = net[0].weight
    given, x = {"0.weight": 2 * pellucid.eye(2)}, pellucid.ones(1, 2)
    assert functional_call(net, given, x).tolist() == [[4.0, 4.0]]
    once = functional_call(net, given, x, tie_weights=False)
    assert pellucid.allclose(once, 2 * net[1](x))


def test_keys_that_do_not_fit_are_named() -> None:
    net, x = nn.Linear(2, 1), pellucid.ones(1, 2)
    words = "functional_call: this Linear has no weight 'wieght'. Did you mean 'weight'?"
    with pytest.raises(StateError) as refusal:
        functional_call(net, {"wieght": pellucid.ones(1, 2)}, x, strict=True)
    assert str(refusal.value) == words
    with pytest.warns(PellucidWarning) as told:
        functional_call(net, {"wieght": pellucid.ones(1, 2)}, x)
    assert str(told[0].message) == words and told[0].filename == __file__
    with pytest.raises(StateError, match=r"has no weight 'q\.weight'"):
        functional_call(net, {"q.weight": pellucid.ones(1, 2)}, x)
    with pytest.raises(StateError, match="is a module, and Tensors stand for weights"):
        functional_call(nn.Sequential(net), {"0": pellucid.ones(1, 2)}, x)
    with pytest.raises(StateError) as refusal:
        functional_call(net, {"weight": pellucid.ones(1, 2)}, x, strict=True)
    assert str(refusal.value) == "functional_call: this Linear also needs bias."


def test_other_attributes_are_replaced_as_in_pytorch(torch: Any) -> None:
    def script(m: Any) -> list[Any]:
        class Scaled(m.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.scale = m.ones(2)

            def forward(self, x: Any) -> Any:
                return x * self.scale + getattr(self, "extra", 0)

        call, net, x = m.func.functional_call, m.nn.Sequential(Scaled()), m.ones(2)
        own = net[0].scale
        found = [
            call(net, given, (x,)).tolist()
            for given in ({}, {"0.scale": m.zeros(2)}, {"0.extra": 3 * x}, {"zzzzzzz": x})
        ]
        assert net[0].scale is own and not hasattr(net[0], "extra") and not hasattr(net, "zzzzzzz")
        slope = m.func.grad(lambda s: call(net, {"0.scale": s}, (x,)).square().sum())(3 * own)
        return [*found, slope.tolist()]

    assert script(pellucid) == script(torch)


def test_a_compiled_module_takes_them_too() -> None:
    net, x = nn.Linear(2, 1, bias=False), pellucid.ones(1, 2)
    net.compile(engine="numpy")
    before = net(x).item()
    assert functional_call(net, {"weight": pellucid.ones(1, 2)}, x).item() == 2.0
    assert net(x).item() == before
