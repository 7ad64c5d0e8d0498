"""Losses with a layer inside, for many classes, against PyTorch with the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from tests.nn.oracle import array, close, compare, ours

X = array((6, 8), 1).astype("float32")
TARGET = np.array([0, 3, 4, 9, 10, 19])


def twins(torch: Any, name: str, *args: Any, **settings: Any) -> tuple[Any, Any]:
    """Ours and PyTorch's, with PyTorch's weights."""
    mine, yours = (getattr(m.nn, name)(*args, **settings) for m in (pellucid, torch))
    assert list(mine.state_dict()) == list(yours.state_dict())
    mine.load_state_dict({k: ours(v.numpy()) for k, v in yours.state_dict().items()})
    return mine, yours


@pytest.mark.parametrize("settings", [{"div_value": 2.0}, {"head_bias": True, "div_value": 1.5}])
def test_adaptive_softmax(torch: Any, settings: dict[str, Any]) -> None:
    mine, yours = twins(torch, "AdaptiveLogSoftmaxWithLoss", 8, 20, [4, 10], **settings)
    assert mine.extra_repr() == yours.extra_repr()
    for rows in (slice(None), slice(0, 2), 3):  # all groups, the frequent ones only, no batch
        a, b = ours(X[rows]).requires_grad_(), torch.tensor(X[rows], requires_grad=True)
        got, wanted = (
            mine(a, ours(np.asarray(TARGET[rows]))),
            yours(b, torch.tensor(TARGET[rows])),
        )
        assert got._fields == wanted._fields
        close(got.output, wanted.output), close(got.loss, wanted.loss)
        got.loss.backward(), wanted.loss.backward()
        close(a.grad, b.grad)
    close(mine.log_prob(ours(X)), yours.log_prob(torch.tensor(X)))
    close(mine.predict(ours(X)), yours.predict(torch.tensor(X)))
    for p, q in zip(mine.parameters(), yours.parameters(), strict=True):
        close(p.grad, q.grad)


def test_adaptive_softmax_compiled() -> None:
    """Compiled, every group is asked about every row, and those that count are kept."""
    layer = nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4, 10], 2.0)
    compiled = pellucid.compile(lambda x, t: tuple(layer(x, t)), engine="numpy")
    for a, b in zip(layer(ours(X), ours(TARGET)), compiled(ours(X), ours(TARGET)), strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-5)


@pytest.mark.parametrize("places", [(), (2, 3)])
@pytest.mark.parametrize("bias", [False, True])
def test_linear_cross_entropy(torch: Any, places: tuple[int, ...], bias: bool) -> None:
    weight, b = array((5, *places, 8), 2), array((5, *places), 3)
    rng = np.random.default_rng(0)
    numbers, chances = rng.integers(0, 5, (6, *places)), array((6, 5, *places), 4, 0.0, 1.0)
    for reduction in ("mean", "sum", "none"):
        for target, more in (
            (numbers, {"ignore_index": 2}),
            (numbers, {"label_smoothing": 0.1}),
            (chances, {}),
        ):
            known = {"reduction": reduction, **more}
            compare(
                torch,
                lambda x, w, v, t=target, k=known: F.linear_cross_entropy(
                    x, w, ours(t), linear_bias=v if bias else v * 0, **k
                ),
                lambda x, w, v, t=target, k=known: torch.nn.functional.linear_cross_entropy(
                    x, w, torch.tensor(t), linear_bias=v if bias else v * 0, **k
                ),
                [X.astype("float64"), weight, b],
            )


@pytest.mark.parametrize(
    "settings", [{}, {"bias": True, "out_features": (3,), "ignore_index": 1, "reduction": "sum"}]
)
def test_linear_cross_entropy_as_a_module(torch: Any, settings: dict[str, Any]) -> None:
    mine, yours = twins(torch, "LinearCrossEntropyLoss", 8, 5, **settings)
    assert mine.extra_repr() == yours.extra_repr()
    shape = (6, *settings.get("out_features", ()))
    target = np.random.default_rng(0).integers(0, 5, shape)
    close(mine(ours(X), ours(target)), yours(torch.tensor(X), torch.tensor(target)))
    one, at = ours(X[0]), ours(np.asarray(2))
    if not settings:
        close(mine(one, at), yours(torch.tensor(X[0]), torch.tensor(2)))


W = pellucid.zeros(5, 8)
LAYER = nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4, 10], 2.0)
MISTAKES: list[tuple[Any, type[Exception], str]] = [
    (
        lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4, 20]),
        ValueError,
        "AdaptiveLogSoftmaxWithLoss: cutoffs are whole numbers from 1 to 19, each larger than the "
        "one before, and they are [4, 20].",
    ),
    (
        lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 20, []),
        ValueError,
        "AdaptiveLogSoftmaxWithLoss: cutoffs are whole numbers from 1 to 19, each larger than the "
        "one before, and they are [].",
    ),
    (
        lambda: LAYER.forward(ours(X), ours(TARGET[:2])),
        ValueError,
        "AdaptiveLogSoftmaxWithLoss: input needs axes (N, 8) and target (N), or (8) and ().\n"
        "   input   (6, 8)\n   target  (2,)\n Give one class number for each row.",
    ),
    (
        lambda: LAYER.forward(ours(X[:1]), ours(np.array([20]))),
        IndexError,
        "AdaptiveLogSoftmaxWithLoss: target has class 20 in row 0, and the input has 20 classes, "
        "numbered 0 to 19.\n Make the last layer end in 21, or look for a wrong label.",
    ),
    (
        lambda: F.linear_cross_entropy(ours(X), W[:, :3], ours(TARGET)),
        ValueError,
        "linear_cross_entropy: input needs axes (N, in), and linear_weight (classes, …, in).\n"
        "   input          (6, 8)\n   linear_weight  (5, 3)\n The last axes must be equal.",
    ),
    (
        lambda: F.linear_cross_entropy(ours(X), W, ours(TARGET), linear_bias=pellucid.zeros(4)),
        ValueError,
        "linear_cross_entropy: linear_bias needs shape (5,) and has (4,).",
    ),
    (
        lambda: F.linear_cross_entropy(ours(X), W, pellucid.zeros(6, 5), ignore_index=1),
        ValueError,
        "linear_cross_entropy: ignore_index 1 is a class number, and the targets are "
        "probabilities.\n Rows to be left out can have probabilities that are all 0.",
    ),
    (
        lambda: F.linear_cross_entropy(ours(X), W, ours(TARGET), options=object()),
        ValueError,
        "linear_cross_entropy: options are not here; all rows are computed at once.",
    ),
    (
        lambda: nn.LinearCrossEntropyLoss(8, 5, label_smoothing=2.0),
        ValueError,
        "LinearCrossEntropyLoss: label_smoothing lies between 0 and 1, and it is 2.0.",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_are_named(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as refusal:
        call()
    assert str(refusal.value) == text
