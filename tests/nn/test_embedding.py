"""Look-ups against PyTorch: values, gradients, padding, shortened rows, bags of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.graph.mode import switched
from tests.nn.oracle import array, close, compare, ours, theirs

NUMBERS = np.array([[0, 4, 4], [2, 1, 4]])


def tables(torch: Any, name: str, **settings: Any) -> tuple[Any, Any]:
    mine = getattr(nn, name)(5, 3, **settings).double()
    yours = getattr(torch.nn, name)(5, 3, **settings).double()
    assert list(mine.state_dict()) == list(yours.state_dict()) == ["weight"]
    mine.load_state_dict(yours.state_dict())
    return mine, yours


def agree(torch: Any, mine: Any, yours: Any, *given: Any) -> None:
    a = [None if x is None else ours(x) for x in given]
    b = [None if x is None else torch.tensor(x) for x in given]
    got, wanted = mine(*a), yours(*b)
    close(got, wanted)
    (got**2).sum().backward(), (wanted**2).sum().backward()
    close(mine.weight.grad, yours.weight.grad)
    close(mine.weight, yours.weight)


SETTINGS: list[dict[str, Any]] = [
    {},
    {"padding_idx": 4},
    {"padding_idx": -1},
    {"padding_idx": 0},
    {"max_norm": 0.7},
    {"max_norm": 0.7, "norm_type": 1.0},
    {"scale_grad_by_freq": True},
    {"scale_grad_by_freq": True, "padding_idx": 2},
]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("numbers", [NUMBERS, NUMBERS[0], np.array(3), np.zeros((0, 2), int)])
def test_embedding(torch: Any, settings: dict[str, Any], numbers: Any) -> None:
    mine, yours = tables(torch, "Embedding", **settings)
    agree(torch, mine, yours, numbers)


@pytest.mark.parametrize("kind", ["int8", "uint8", "int32", "int64"])
def test_numbers_of_any_whole_kind(kind: str) -> None:
    table = nn.Embedding(5, 3)
    assert (table(ours(NUMBERS.astype(kind))) == table(ours(NUMBERS))).all()


@pytest.mark.parametrize("settings", [{}, {"padding_idx": 4}])
def test_second_derivatives(torch: Any, settings: dict[str, Any]) -> None:
    compare(
        torch,
        lambda w: F.embedding(ours(NUMBERS), w, **settings) ** 3,
        lambda w: torch.nn.functional.embedding(torch.tensor(NUMBERS), w, **settings) ** 3,
        [array((5, 3))],
        second=True,
    )


MODES: list[dict[str, Any]] = [
    {"mode": "sum"},
    {"mode": "mean"},
    {"mode": "max"},
    {"mode": "sum", "padding_idx": 4},
    {"mode": "mean", "padding_idx": 4},
    {"mode": "max", "padding_idx": 4},
    {"mode": "mean", "max_norm": 0.5},
]


@pytest.mark.parametrize("settings", MODES)
def test_bags_of_one_size(torch: Any, settings: dict[str, Any]) -> None:
    mine, yours = tables(torch, "EmbeddingBag", **settings)
    agree(torch, mine, yours, NUMBERS)


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("settings", MODES)
def test_bags_one_after_another(torch: Any, settings: dict[str, Any], last: bool) -> None:
    mine, yours = tables(torch, "EmbeddingBag", include_last_offset=last, **settings)
    offsets = np.array([0, 2, 2, 5, 6][: 5 if last else 4])
    agree(torch, mine, yours, NUMBERS.reshape(-1), offsets)


def test_numbers_with_factors(torch: Any) -> None:
    compare(
        torch,
        lambda w, s: F.embedding_bag(ours(NUMBERS), w, mode="sum", per_sample_weights=s),
        lambda w, s: torch.nn.functional.embedding_bag(
            torch.tensor(NUMBERS), w, mode="sum", per_sample_weights=s
        ),
        [array((5, 3)), array((2, 3), 1)],
    )


@pytest.mark.parametrize("name", ["Embedding", "EmbeddingBag"])
def test_from_vectors_that_exist(torch: Any, name: str) -> None:
    table = array((4, 2)).astype("float32")
    mine = getattr(nn, name).from_pretrained(ours(table))
    yours = getattr(torch.nn, name).from_pretrained(theirs(torch, table))
    close(mine.weight, yours.weight)
    assert mine.weight.requires_grad is yours.weight.requires_grad is False
    assert getattr(nn, name).from_pretrained(ours(table), freeze=False).weight.requires_grad


@pytest.mark.parametrize("settings", SETTINGS)
def test_how_it_shows(torch: Any, settings: dict[str, Any]) -> None:
    for name in ("Embedding", "EmbeddingBag"):
        mine, yours = tables(torch, name, **settings)
        assert mine.extra_repr() == yours.extra_repr()


def test_the_row_of_the_padding_starts_at_zero() -> None:
    table = nn.Embedding(50, 20, padding_idx=3).weight.detach().numpy()
    assert (table[3] == 0).all() and (table[[0, 4]] != 0).all()
    assert abs(table.std() - 1) < 0.1


def test_tracing_sees_shapes_only() -> None:
    table = nn.Embedding(5, 3, max_norm=1.0)
    before = table.weight.detach().clone()
    with switched(symbolic=True, keeping=True):
        assert table(pellucid.tensor(NUMBERS)).shape == (2, 3, 3)
    assert (table.weight == before).all()


# ---- mistakes --------------------------------------------------------------------------------


def said(call: Any) -> str:
    with pytest.raises(Exception) as caught:
        call()
    assert isinstance(caught.value, pellucid.errors.PellucidError)
    return str(caught.value).split("      called at")[0]


def test_mistakes() -> None:
    table = nn.Embedding(5, 3)
    assert said(lambda: table(pellucid.tensor([1, 7]))) == (
        "embedding: number 7 has no row: the table has 5, numbered 0 to 4.\n"
        " Make num_embeddings at least 8, or look for what made this number."
    )
    assert said(lambda: table(pellucid.tensor([1, -1]))) == (
        "embedding: number -1 has no row: the table has 5, numbered 0 to 4.\n"
        " Negative numbers stand for nothing here."
    )
    assert said(lambda: F.embedding(pellucid.tensor([0.5]), table.weight)) == (
        "embedding: index must hold whole numbers and is float32.\n Convert it first: index.long()."
    )
    assert said(lambda: F.embedding([1], table.weight)) == (
        "embedding: input must be a Tensor and is a list.\n Make one: pellucid.tensor(value)."
    )
    assert said(lambda: nn.Embedding(5, 3, padding_idx=5)) == (
        "Embedding: padding_idx 5 is out of range: the table has 5 rows."
    )
    assert said(lambda: nn.Embedding(5, 3, _weight=pellucid.ones(3, 5))) == (
        "Embedding: the weights given have shape (3, 5) and must have (5, 3)."
    )
    assert said(lambda: nn.Embedding.from_pretrained(pellucid.ones(3))) == (
        "Embedding.from_pretrained takes a table (rows, features), not (3,)."
    )


def test_mistakes_with_bags() -> None:
    assert said(lambda: nn.EmbeddingBag(5, 3, mode="min")) == (
        "EmbeddingBag: mode is 'sum', 'mean' or 'max', and it is 'min'."
    )
    weight, numbers = pellucid.ones(5, 3), pellucid.tensor([0, 1])
    f = F.embedding_bag
    assert said(lambda: f(numbers, weight, mode="min")) == (
        "embedding_bag: mode is 'sum', 'mean' or 'max', and it is 'min'."
    )
    assert said(lambda: f(numbers, weight)) == (
        "embedding_bag takes numbers (bags, numbers), or a row of numbers with offsets; "
        "it got (2,)."
    )
    assert said(lambda: f(numbers, weight, pellucid.tensor([1]))) == (
        "embedding_bag: the first bag starts at 0, and offsets[0] is 1."
    )
    two = pellucid.tensor([[0, 1]])
    assert said(lambda: f(two, weight, per_sample_weights=pellucid.ones(1, 2))) == (
        "embedding_bag: per_sample_weights go with mode='sum', not 'mean'."
    )
    assert said(lambda: f(two, weight, mode="sum", per_sample_weights=pellucid.ones(2))) == (
        "embedding_bag: per_sample_weights (2,) must have the shape of input, (1, 2)."
    )


@pytest.mark.parametrize(
    ("name", "settings"),
    [("SGD", {"lr": 0.1}), ("SGD", {"lr": 0.1, "momentum": 0.9}), ("Adagrad", {"lr": 0.1})],
)
@pytest.mark.filterwarnings("ignore:Sparse invariant")
def test_tables_asked_for_sparse_gradients_learn_as_in_pytorch(
    torch: Any, name: str, settings: dict[str, Any]
) -> None:
    start = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    found = []
    for lib in (pellucid, torch):
        table = lib.nn.Embedding(6, 3, sparse=True, _weight=lib.tensor(start.copy()))
        optimizer = getattr(lib.optim, name)(table.parameters(), **settings)
        for k in range(4):
            optimizer.zero_grad()
            (table(lib.tensor([k, k + 1, k])) ** 2).sum().backward()
            optimizer.step()
        found.append(table.weight.detach().numpy())
    np.testing.assert_allclose(*found, atol=1e-6)
