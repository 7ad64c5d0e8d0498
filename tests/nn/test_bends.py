"""Activations by their modules: settings, in place, learned and drawn slopes, straight-through."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from tests.nn.oracle import array, close, compare, ours

X = array((4, 6), 1, -4.0, 4.0).astype("float32")
MODULES: list[tuple[str, dict[str, Any]]] = [
    ("CELU", {"alpha": 0.5, "inplace": True}),
    ("GLU", {"dim": 0}),
    ("Hardshrink", {"lambd": 0.7}),
    ("Hardsigmoid", {"inplace": True}),
    ("Hardswish", {"inplace": True}),
    ("LeakyReLU", {"negative_slope": 0.2, "inplace": True}),
    ("LogSigmoid", {}),
    ("Mish", {"inplace": True}),
    ("PReLU", {"num_parameters": 6, "init": 0.1}),
    ("PReLU", {}),
    ("ReLU6", {"inplace": True}),
    ("RReLU", {"lower": 0.1, "upper": 0.3, "inplace": True}),
    ("SELU", {"inplace": True}),
    ("Softshrink", {"lambd": 0.7}),
    ("Softsign", {}),
    ("Tanhshrink", {}),
    ("Threshold", {"threshold": 0.5, "value": -2.0, "inplace": True}),
    ("Threshold", {"threshold": 0.5, "value": -2.0}),
]


@pytest.mark.parametrize(("name", "settings"), MODULES, ids=lambda v: str(v)[:30])
def test_modules_are_pytorchs(torch: Any, name: str, settings: dict[str, Any]) -> None:
    results, grads, reprs, keys = [], [], [], []
    for library in (pellucid, torch):
        module = getattr(library.nn, name)(**settings).eval()
        x = library.tensor(X, requires_grad=True)
        given = x * 1  # in place into what was computed, not into a leaf
        y = module(given)
        assert (y is given) == settings.get("inplace", False)
        (y * y).sum().backward()
        results.append(y), grads.append(x.grad), reprs.append(module.extra_repr())
        keys.append(list(module.state_dict()))
    close(*results), close(*grads)
    assert reprs[0] == reprs[1] and keys[0] == keys[1]


WRITING = ["celu_", "elu_", "hardtanh_", "leaky_relu_", "relu_", "rrelu_", "selu_"]


@pytest.mark.parametrize("name", WRITING)
def test_functions_that_write(torch: Any, name: str) -> None:
    results = []
    for library in (pellucid, torch):
        x = library.tensor(X)
        assert getattr(library.nn.functional, name)(x) is x
        results.append(x)
    close(*results)


def test_threshold_writes_too(torch: Any) -> None:
    for library in (pellucid, torch):
        x = library.tensor([0.2, 0.7])
        library.nn.functional.threshold_(x, 0.5, -1.0)
        assert x.tolist() == pytest.approx([-1.0, 0.7])


def test_whole_numbers_stay_whole(torch: Any) -> None:
    calls = [lambda F, x: F.relu6(x), lambda F, x: F.hardtanh(x), lambda F, x: F.threshold(x, 1, 5)]
    for call in calls:
        values = [-2, 0, 1, 9]
        close(call(F, ours(values)), call(torch.nn.functional, torch.tensor(values)))


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 2), (0, 3), (5,), ()])
@pytest.mark.parametrize("slopes", [(), (1,), (3,)])
def test_learned_slopes(torch: Any, shape: tuple[int, ...], slopes: tuple[int, ...]) -> None:
    if slopes == (3,) and len(shape) < 2:
        return
    compare(
        torch, F.prelu, torch.nn.functional.prelu, [array(shape, 1), array(slopes, 2)], second=True
    )


def test_drawn_slopes() -> None:
    pellucid.manual_seed(0)
    x = pellucid.full((2000,), -1.0, requires_grad=True)
    module = nn.RReLU(0.1, 0.3)
    y = module(x)
    y.sum().backward()
    slopes = x.grad.numpy()
    np.testing.assert_allclose(-y.detach().numpy(), slopes)
    assert slopes.min() >= 0.1 and slopes.max() <= 0.3 and abs(slopes.mean() - 0.2) < 0.01
    assert bool((module.eval()(x) == -0.2).all()) and bool((module.train()(-x) == 1).all())


def test_gumbel_draws_classes_as_likely_as_they_are() -> None:
    pellucid.manual_seed(0)
    chances = pellucid.tensor([0.1, 0.2, 0.7])
    rows = chances.log().expand(4000, 3)
    hard = F.gumbel_softmax(rows, tau=0.5, hard=True)
    np.testing.assert_allclose(hard.mean(0).numpy(), chances.numpy(), atol=0.03)
    assert set(hard.round(decimals=5).unique().tolist()) == {0.0, 1.0}
    soft = F.gumbel_softmax(rows.T, dim=0)
    np.testing.assert_allclose(soft.sum(0).numpy(), 1.0, rtol=1e-5)


def test_the_hard_draw_has_the_slope_of_the_soft_one() -> None:
    slopes = []
    for hard in (False, True):
        pellucid.manual_seed(3)
        logits = ours(array((3, 4), 1), True)
        (F.gumbel_softmax(logits, 2.0, hard) * ours(array((3, 4), 2))).sum().backward()
        slopes.append(logits.grad.numpy())
    np.testing.assert_allclose(*slopes, rtol=1e-12)


def test_softmax_over_channels(torch: Any) -> None:
    for shape in [(2, 3, 4, 5), (3, 4, 5)]:
        x = array(shape, 1)
        close(nn.Softmax2d()(ours(x)), torch.nn.Softmax2d()(torch.tensor(x)))


def test_softmax_over_channels_needs_pictures() -> None:
    text = r"input needs axes \(N, C, H, W\) or \(C, H, W\), and has shape \(4, 6\)"
    with pytest.raises(ValueError, match=text):
        nn.Softmax2d()(ours(X))


def test_drawn_slopes_compiled() -> None:
    """The same draws, eager and compiled, and new ones at every call."""

    def bent(x: Any) -> Any:
        return F.rrelu(x, training=True) + F.gumbel_softmax(x, hard=True)

    x = ours(-np.ones((3, 4), "float32"))
    compiled = pellucid.compile(bent, engine="numpy")
    pellucid.manual_seed(1)
    eager = [bent(x).tolist() for _ in range(2)]
    pellucid.manual_seed(1)
    assert [compiled(x).tolist() for _ in range(2)] == eager and eager[0] != eager[1]


MISTAKES: list[tuple[Any, type[Exception], str]] = [
    (
        lambda: F.celu(ours(X), 0.0),
        ValueError,
        "celu: alpha is the depth of the floor and can't be 0.",
    ),
    (lambda: nn.CELU(0), ValueError, "CELU: alpha is the depth of the floor and can't be 0."),
    (
        lambda: nn.Softshrink(-1.0),
        ValueError,
        "Softshrink: lambd is a distance and can't be negative; it is -1.0.",
    ),
    (lambda: nn.RReLU(0.5, 0.2), ValueError, "RReLU: lower 0.5 lies above upper 0.2."),
    (
        lambda: F.prelu(ours(X), pellucid.zeros(4)),
        ValueError,
        "prelu: weight needs one slope, or one for each of the 6 channels in axis 1 of input "
        "(4, 6), and has shape (4,).\n"
        " Make it nn.PReLU(6), or nn.PReLU() with one slope for all.",
    ),
    (
        lambda: F.prelu(ours(X).double(), pellucid.tensor(0.5)),
        TypeError,
        "prelu: input is float64 and weight is float32; they must be of one dtype.\n"
        " Convert one: input.float() or model.double().",
    ),
    (
        lambda: F.gumbel_softmax(ours(X), tau=0),
        ValueError,
        "gumbel_softmax: tau is divided by and can't be 0.",
    ),
    (
        lambda: F.gumbel_softmax(pellucid.tensor([1, 2])),
        TypeError,
        "gumbel_softmax: logits must be float and is int64.\n Convert them first: logits.float().",
    ),
    (
        lambda: F.glu(pellucid.tensor([1, 2])),
        TypeError,
        "glu: input must be float and is int64.\n Convert it first: x.float().",
    ),
    (
        lambda: F.mish(pellucid.tensor([1, 2])),
        TypeError,
        "mish works on float numbers and got int64.\n Convert first: x.float().",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_are_named(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as refusal, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        call()
    assert str(refusal.value) == text


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32"])
def test_what_lies_on_the_bound_is_shrunk_away(torch: Any, kind: str) -> None:
    found = []
    for m in (pellucid, torch):
        x = m.tensor([0.3, -0.3, 0.1, 0.31]).to(getattr(m, kind)).requires_grad_()
        y = m.nn.functional.hardshrink(x, 0.3)
        y.sum().backward()
        found.append([(y != 0).tolist(), x.grad.tolist()])
    assert found[0] == found[1]
    if kind != "float32":  # where 0.3 is the number next to the bound
        assert found[0][0] == [False, False, False, True]
