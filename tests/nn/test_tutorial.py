"""Code written for PyTorch runs with only the import changed; numbers done by hand come out."""

from __future__ import annotations

from typing import Any

import pytest

LIBRARIES = ["pellucid", "torch"]


@pytest.fixture(params=LIBRARIES)
def lib(request: pytest.FixtureRequest) -> Any:
    """Each library in turn: what holds for PyTorch must hold here."""
    return pytest.importorskip(request.param, reason="PyTorch is not installed")


def test_a_linear_layer(lib: Any) -> None:
    nn = lib.nn
    layer = nn.Linear(in_features=4, out_features=8)
    x = lib.randn(32, 4)
    z = layer(x)
    assert layer.weight.shape == (8, 4) and layer.bias.shape == (8,) and z.shape == (32, 8)
    assert ((z - (x @ layer.weight.T + layer.bias)).abs() < 1e-5).all()


def test_an_activation(lib: Any) -> None:
    z = lib.randn(32, 8)
    a = lib.nn.ReLU()(z)
    assert a.shape == (32, 8) and (a == lib.relu(z)).all()
    assert ((a >= 0) & ((a == z) | (z < 0))).all()
    assert (lib.sigmoid(z) > 0).all() and (lib.tanh(z) < 1).all()


def stacked(lib: Any) -> Any:
    nn = lib.nn
    return nn.Sequential(
        nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3)
    )


def test_layers_are_stacked(lib: Any) -> None:
    assert stacked(lib)(lib.randn(32, 4)).shape == (32, 3)


def test_a_loss_of_classes(lib: Any) -> None:
    scores = stacked(lib)(lib.randn(32, 4))
    targets = lib.randint(0, 3, (32,))
    loss = lib.nn.CrossEntropyLoss()(scores, targets)
    assert loss.shape == () and isinstance(loss.item(), float)
    p = lib.softmax(scores, dim=1)
    by_hand = -lib.log(p[lib.arange(32), targets]).mean()
    assert abs(loss.item() - by_hand.item()) < 1e-6


def test_every_parameter_gets_a_gradient(lib: Any) -> None:
    model = stacked(lib)
    lib.nn.CrossEntropyLoss()(model(lib.randn(32, 4)), lib.randint(0, 3, (32,))).backward()
    seen = {name: tuple(p.grad.shape) for name, p in model.named_parameters()}
    assert seen == {
        "0.weight": (16, 4),
        "0.bias": (16,),
        "2.weight": (16, 16),
        "2.bias": (16,),
        "4.weight": (3, 16),
        "4.bias": (3,),
    }


def test_the_worked_example(lib: Any) -> None:
    """One neuron on paper: 0.5·1 − 0.3·2 + 0.1 = 0, and one step with rate 0.1."""
    layer = lib.nn.Linear(2, 1)
    with lib.no_grad():
        layer.weight[:] = lib.tensor([[0.5, -0.3]])
        layer.bias[:] = lib.tensor([0.1])
    x, y = lib.tensor([1.0, 2.0]), lib.tensor([1.0])
    optimizer = lib.optim.SGD(layer.parameters(), lr=0.1)
    loss_fn = lib.nn.MSELoss()

    optimizer.zero_grad()
    y_hat = layer(x)
    loss = loss_fn(y_hat, y)
    loss.backward()

    near = pytest.approx
    assert y_hat.item() == near(0.0, abs=1e-7) and loss.item() == near(1.0, rel=1e-6)
    assert layer.weight.grad.tolist() == [near([-2.0, -4.0], rel=1e-6)]
    assert layer.bias.grad.tolist() == near([-2.0], rel=1e-6)
    optimizer.step()
    assert layer.weight.tolist() == [near([0.7, 0.1], rel=1e-6)]
    assert layer.bias.tolist() == near([0.3], rel=1e-6)
    assert layer(x).item() == near(1.2, rel=1e-6)


def test_the_worked_example_comes_out_exactly_here() -> None:
    """What PyTorch rounds (a prediction of −2e-8) is 0 here, and prints as on paper."""
    import pellucid as torch
    from pellucid import nn

    layer = nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight[:] = torch.tensor([[0.5, -0.3]])
        layer.bias[:] = torch.tensor([0.1])
    x, y = torch.tensor([1.0, 2.0]), torch.tensor([1.0])
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    y_hat = layer(x)
    loss = nn.MSELoss()(y_hat, y)
    loss.backward()
    assert y_hat.tolist() == [0.0] and loss.item() == 1.0
    assert layer.weight.grad.tolist() == [[-2.0, -4.0]] and layer.bias.grad.tolist() == [-2.0]
    optimizer.step()
    text = f"{layer.weight.detach()} {layer.bias.detach()} {layer(x).detach()}"
    assert text == "tensor([[0.7000, 0.1000]]) tensor([0.3000]) tensor([1.2000])"


@pytest.mark.parametrize(
    ("name", "rate"), [("Adam", 0.05), ("SGD", 0.5), ("RMSprop", 0.01), ("AdamW", 0.05)]
)
def test_the_loop_learns(lib: Any, name: str, rate: float) -> None:
    lib.manual_seed(0)
    model, loss_fn = stacked(lib), lib.nn.CrossEntropyLoss()
    optimizer = getattr(lib.optim, name)(model.parameters(), lr=rate)
    inputs = lib.randn(200, 4)
    y = (inputs[:, 0] > 0).long() + (inputs[:, 1] > 0).long()
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.6 * losses[0]


def test_gradients_pile_up_until_they_are_cleared(lib: Any) -> None:
    layer = lib.nn.Linear(2, 1)
    for times in (1, 2, 3):
        layer(lib.ones(1, 2)).sum().backward()
        assert layer.weight.grad.tolist() == [[float(times)] * 2]
