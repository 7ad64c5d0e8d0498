"""Weight norm, spectral norm and parametrizations against PyTorch, eager and compiled."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.nn.utils import parametrizations, parametrize
from tests.nn.oracle import array, close

WAYS: list[tuple[str, dict[str, Any]]] = [
    ("weight_norm", {}),
    ("weight_norm", {"dim": 1}),
    ("weight_norm", {"dim": None}),
    ("spectral_norm", {"n_power_iterations": 2}),
    ("parametrizations.weight_norm", {}),
    ("parametrizations.weight_norm", {"dim": None}),
    ("parametrizations.spectral_norm", {"n_power_iterations": 3}),
    ("parametrizations.spectral_norm", {"dim": 1}),
]
LAYERS: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = [
    ("Linear", (4, 3), (5, 4)),
    ("Conv1d", (2, 3, 3), (2, 2, 7)),
    ("ConvTranspose2d", (2, 3, 2), (1, 2, 3, 3)),
]


def _found(library: Any, way: str) -> Any:
    found = library.nn.utils
    for part in way.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize(("way", "settings"), WAYS)
def test_ways(torch: Any, recwarn: Any, way: str, settings: dict[str, Any]) -> None:
    for kind, sizes, shape in LAYERS:
        made = []
        for library in (pellucid, torch):
            layer = getattr(library.nn, kind)(*sizes)
            made.append(_found(library, way)(layer, **settings).double())
        mine, yours = made
        assert list(mine.state_dict()) == list(yours.state_dict())
        mine.load_state_dict(yours.state_dict())
        x = array(shape)
        for training in (True, True, False):
            mine.train(training), yours.train(training)
            mine.zero_grad(), yours.zero_grad()
            a, b = mine(pellucid.tensor(x)), yours(torch.tensor(x))
            close(a, b)
            (a * a).sum().backward(), (b * b).sum().backward()
            for (name, p), (expected, q) in zip(
                mine.named_parameters(), yours.named_parameters(), strict=True
            ):
                assert name == expected
                close(p.grad, q.grad)
        for (name, p), (expected, q) in zip(
            mine.state_dict().items(), yours.state_dict().items(), strict=True
        ):
            assert name == expected
            close(p, q)
        for other in (copy.deepcopy(mine), pickle.loads(pickle.dumps(mine))):
            close(other(pellucid.tensor(x)), yours(torch.tensor(x)))
            assert type(other).__name__ == type(mine).__name__ and isinstance(
                other, type(mine).__bases__[0]
            )
        before = mine(pellucid.tensor(x)).detach()
        if way.startswith("param"):
            parametrize.remove_parametrizations(mine, "weight")
        else:
            getattr(nn.utils, f"remove_{way}")(mine)
        assert sorted(mine.state_dict()) == ["bias", "weight"] and type(mine) is getattr(nn, kind)
        np.testing.assert_allclose(mine(pellucid.tensor(x)).detach().numpy(), before.numpy())


@pytest.mark.parametrize("way", ["weight_norm", "spectral_norm", "parametrizations.spectral_norm"])
def test_compiled_steps_are_the_same(way: str) -> None:
    results = []
    for compiled in (False, True):
        pellucid.manual_seed(0)
        model = nn.Sequential(_found(pellucid, way)(nn.Linear(4, 3)), nn.Tanh(), nn.Linear(3, 1))
        optimizer = pellucid.optim.SGD(model.parameters(), lr=0.1)

        def step(x: Any, model: Any = model, optimizer: Any = optimizer) -> Any:
            optimizer.zero_grad()
            loss = (model(x) ** 2).mean()
            loss.backward()
            optimizer.step()
            return loss

        run = pellucid.compile(step) if compiled else step
        x = pellucid.randn(6, 4)
        losses = [run(x).item() for _ in range(3)]
        results.append([*losses, *(v.tolist() for v in model.state_dict().values())])
        model.eval()
        results[-1].append(model(x).tolist())
    for mine, other in zip(*results, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-6)


class Symmetric(nn.Module):
    """The upper triangle twice."""

    def forward(self, x: Any) -> Any:
        """A symmetric matrix."""
        return x.triu() + x.triu(1).mT

    def right_inverse(self, x: Any) -> Any:
        """Its upper triangle."""
        return x.triu()


class Doubled(nn.Module):
    """Twice as much, and no way back."""

    calls = 0

    def forward(self, x: Any) -> Any:
        """Twice the weight."""
        type(self).calls += 1
        return x * 2


def test_parametrizations_stack_and_are_assigned() -> None:
    layer = nn.Linear(3, 3)
    parametrize.register_parametrization(layer, "weight", Symmetric())
    assert type(layer).__name__ == "ParametrizedLinear" and isinstance(layer, nn.Linear)
    assert parametrize.type_before_parametrizations(layer) is nn.Linear
    value = pellucid.tensor([[1.0, 2.0, 3.0], [2.0, 4.0, 5.0], [3.0, 5.0, 6.0]])
    layer.weight = value
    assert (layer.weight == value).all()
    assert layer.parametrizations.weight.original[1, 0].item() == 0
    parametrize.register_parametrization(layer, "weight", Doubled())
    assert (layer.weight == 2 * value).all()
    with pytest.raises(ValueError, match="Doubled has no right_inverse"):
        layer.weight = value
    Doubled.calls = 0
    with parametrize.cached():
        assert layer.weight is layer.weight
    assert Doubled.calls == 1
    assert parametrize.is_parametrized(layer) and parametrize.is_parametrized(layer, "weight")
    other = parametrize.transfer_parametrizations_and_params(layer, nn.Linear(3, 3))
    assert (other.weight == layer.weight).all()
    assert other.parametrizations.weight.original is layer.parametrizations.weight.original
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    assert type(layer) is nn.Linear and (layer.weight == value.triu()).all()


def test_what_is_refused() -> None:
    layer = nn.Linear(3, 2)
    with pytest.raises(ValueError, match=r"has no Parameter or buffer 'wieght'\.\n It has wei"):
        parametrize.register_parametrization(layer, "wieght", Doubled())
    for way in (parametrizations.orthogonal, parametrizations.spectral_norm):
        with pytest.raises(ValueError, match=r"buffer 'wieght'\.\n It has weight, bias\."):
            way(layer, "wieght")
    with pytest.raises(ValueError, match=r"no Parameter 'wieght'\.\n It has weight, bias\."):
        nn.utils.spectral_norm(layer, "wieght")
    with pytest.raises(ValueError, match=r"no spectral norm to be removed\.\n One of nn\.utils\.p"):
        nn.utils.remove_spectral_norm(layer)
    turned = nn.utils.spectral_norm(nn.Linear(3, 2))
    with pytest.raises(ValueError, match=r"norm already\.\n Call remove_spectral_norm first"):
        nn.utils.spectral_norm(turned)
    with pytest.raises(ValueError, match=r"makes weight \(6,\), and it was \(2, 3\).\n Pass uns"):
        parametrize.register_parametrization(layer, "weight", nn.Flatten(0))
    with pytest.raises(ValueError, match=r"Linear.weight is not parametrized"):
        parametrize.remove_parametrizations(layer, "weight")
    with pytest.raises(ValueError, match=r"has no weight norm to be removed\.\n One of"):
        nn.utils.remove_weight_norm(layer)
    nn.utils.weight_norm(layer)
    with pytest.raises(ValueError, match=r"weight norm already\.\n Call remove_weight_norm"):
        nn.utils.weight_norm(layer)
    parametrizations.weight_norm(layer, "bias")
    with pytest.raises(ValueError, match="is computed from 2 Tensors, and none of them is it"):
        parametrize.remove_parametrizations(layer, "bias", leave_parametrized=False)
    with pytest.raises(ValueError, match="dim is from -2 to 1, not 5"):
        parametrizations.spectral_norm(nn.Linear(2, 2), dim=5)


def test_a_vector_gets_length_one(torch: Any) -> None:
    mine, yours = (
        _found(library, "parametrizations.spectral_norm")(library.nn.Linear(3, 4), "bias")
        for library in (pellucid, torch)
    )
    assert list(mine.state_dict()) == list(yours.state_dict())
    assert abs(mine.bias.norm().item() - 1) < 1e-6


def test_fit_trains_what_is_computed() -> None:
    model = nn.Sequential(parametrizations.weight_norm(nn.Linear(3, 8)), nn.ReLU(), nn.Linear(8, 2))
    nn.utils.spectral_norm(model[2])
    x = pellucid.randn(64, 3)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    pellucid.fit(model, (x, x[:, :2]), epochs=3, lr=0.01, progress=False)
    assert all((v != before[k]).any() for k, v in model.state_dict().items())


def test_first_weights_are_skipped() -> None:
    before = pellucid.get_rng_state()
    layer = nn.utils.skip_init(nn.Linear, 3, 4, bias=False)
    assert (pellucid.get_rng_state() == before).all() and layer.bias is None


ORTHOGONAL: list[tuple[str | None, bool, tuple[int, int]]] = [
    (None, True, (4, 4)),
    (None, True, (5, 3)),
    (None, True, (3, 5)),
    ("cayley", True, (4, 4)),
    ("cayley", True, (5, 3)),
    ("matrix_exp", True, (3, 5)),
    ("householder", True, (4, 4)),
    ("householder", False, (5, 3)),
    ("householder", False, (3, 5)),
    ("matrix_exp", False, (4, 4)),
]


@pytest.mark.parametrize(("way", "moved", "sizes"), ORTHOGONAL)
def test_orthogonal(torch: Any, way: str | None, moved: bool, sizes: tuple[int, int]) -> None:
    made = []
    for library in (pellucid, torch):
        layer = library.nn.Linear(*sizes).double()
        ortho = _found(library, "parametrizations.orthogonal")
        made.append(ortho(layer, orthogonal_map=way, use_trivialization=moved))
    mine, yours = made
    assert list(mine.state_dict()) == list(yours.state_dict())
    q = mine.weight.detach()
    small = q.mT @ q if q.shape[0] >= q.shape[1] else q @ q.mT
    assert (small - pellucid.eye(min(sizes), dtype=q.dtype)).abs().max() < 1e-9
    moving = {
        k: v + 0.1 * torch.tensor(array(tuple(v.shape), 3))
        for k, v in yours.state_dict().items()
        if "original" in k
    }
    yours.load_state_dict({**yours.state_dict(), **moving})
    mine.load_state_dict(yours.state_dict())
    close(mine.weight, yours.weight)
    (mine.weight**3).sum().backward(), (yours.weight**3).sum().backward()
    close(mine.parametrizations.weight.original.grad, yours.parametrizations.weight.original.grad)
    if moved or way == "householder":
        target = np.linalg.qr(array((max(sizes), min(sizes)), 5))[0]
        target = target if sizes[0] <= sizes[1] else target.T
        mine.weight = pellucid.tensor(target)
        np.testing.assert_allclose(mine.weight.detach().numpy(), target, atol=1e-9)


def test_one_that_stands_on_others_gives_back_only_what_it_made(torch: Any) -> None:
    """It may refuse to undo a weight that it did not make: PyTorch never asks it to."""
    found = []
    for library in (pellucid, torch):

        class Positive(library.nn.Module):
            def forward(self, x: Any) -> Any:
                return x.exp()

            def right_inverse(self, x: Any) -> Any:
                if (x <= 0).any():
                    raise ValueError("not positive")
                return x.log()

        class Twice(library.nn.Module):
            def forward(self, x: Any) -> Any:
                return 2 * x

            def right_inverse(self, x: Any) -> Any:
                return x / 2

        layer = library.nn.Linear(2, 1, bias=False)
        with library.no_grad():
            layer.weight.copy_(library.tensor([[-1.0, 1.0]]))
        way = library.nn.utils.parametrize
        for part in (Twice(), Positive()):
            way.register_parametrization(layer, "weight", part)
        found.append(layer.weight.tolist())
        layer.weight = library.tensor([[3.0, 4.0]])
        found[-1] += layer.weight.tolist()
    np.testing.assert_allclose(*found, rtol=1e-6)
