"""Every loss and distance beside the common ones against PyTorch, over its own range of options."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from tests.nn.oracle import array, close, compare, ours

REDUCTIONS = ("mean", "sum", "none")


def sides(shape: tuple[int, ...]) -> Any:
    """1 or −1 for each."""
    return np.where(array(shape, 7) < 0, -1.0, 1.0)


def counts(shape: tuple[int, ...], high: int = 5) -> Any:
    """Whole numbers from 0."""
    return np.random.default_rng(8).integers(0, high, shape)


class Case(NamedTuple):
    """Inputs that move, inputs that don't, and what each setting may be."""

    moving: list[Any]
    fixed: Sequence[Any] = ()
    options: Mapping[str, list[Any]] = MappingProxyType({})
    second: bool = True
    reduced: bool = True


def rows(call: Any, shapes: list[tuple[int, ...]]) -> list[Case]:
    """A case for each shape."""
    return [call(s) for s in shapes]


SHAPES = [(4, 3), (5,), (), (0, 3)]
VECTORS = [(4, 3), (3,), (0, 3), (2, 2, 3)]
WEIGHT = array((4,), 3, 0.2, 2.0)
NAMED = np.array([[3, 0, -1, 1], [1, 1, 2, -1], [-1, 0, 0, 0], [0, 1, 2, 3]])
AWAY = [array((4, 3), 5, 0.1, 2.0), array((4, 1), 5, 0.1, 2.0), array((4,), 5, 0.1, 2.0), 0.5, 0.0]

TABLE: dict[str, list[Case]] = {
    "hinge_embedding_loss": [
        *rows(lambda s: Case([array(s, 1)], [sides(s)], {"margin": [1.0, 0.3]}), SHAPES),
        Case([array((6,), 1)], [np.array([0, 1, -1, 0, 1, -1])]),  # neither: both parts count
    ],
    "margin_ranking_loss": rows(
        lambda s: Case([array(s, 1), array(s, 2)], [sides(s)], {"margin": [0.0, 0.3]}), SHAPES
    ),
    "soft_margin_loss": rows(lambda s: Case([array(s, 1)], [sides(s)]), SHAPES),
    "cosine_embedding_loss": rows(
        lambda s: Case([array(s, 1), array(s, 2)], [sides(s[:-1])], {"margin": [0.0, 0.4, -0.3]}),
        VECTORS[:3],
    ),
    "triplet_margin_loss": rows(
        lambda s: Case(
            [array(s, 1), array(s, 2), array(s, 3)],
            options={"p": [2, 1, math.inf], "swap": [False, True], "margin": [1.5]}
            if s == (4, 3)
            else {},
        ),
        VECTORS,
    ),
    "triplet_margin_with_distance_loss": [
        Case(
            [array((4, 3), 1), array((4, 3), 2), array((4, 3), 3)],
            options={
                "distance_function": [None, lambda a, b: (a - b).abs().sum(-1)],
                "swap": [False, True],
            },
        )
    ],
    "multi_margin_loss": rows(
        lambda s: Case(
            [array(s, 1)],
            [counts(s[:-1], 4)],
            {"p": [1, 2], "weight": [None, WEIGHT], "margin": [0.8]},
            second=False,  # PyTorch has none
        ),
        [(5, 4), (4,)],
    ),
    "multilabel_margin_loss": [
        Case([array((4, 4), 1)], [NAMED], second=False),
        Case([array((4,), 1)], [NAMED[0]], second=False),
    ],
    "multilabel_soft_margin_loss": rows(
        lambda s: Case(
            [array(s, 1)], [np.asarray(counts(s, 2), float)], {"weight": [None, WEIGHT]}
        ),
        [(5, 4), (4,), (2, 3, 4), (0, 4)],
    ),
    "poisson_nll_loss": rows(
        lambda s: Case(
            [array(s, 1, 0.1, 2.0)],
            [np.asarray(counts(s), float)],
            {"log_input": [True, False], "full": [False, True]},
        ),
        SHAPES,
    ),
    "gaussian_nll_loss": [
        *rows(
            lambda s: Case(
                [array(s, 1), array(s, 2), array(s, 3, 0.1, 2.0)],
                options={"full": [False, True], "eps": [1e-6, 0.5]},
            ),
            SHAPES,
        ),
        *[
            Case([array((4, 3), 1), array((4, 3), 2)], [v])
            if isinstance(v, float)
            else Case([array((4, 3), 1), array((4, 3), 2), v])
            for v in AWAY
        ],
    ],
    "cosine_similarity": [
        Case([array((4, 3), 1), array((4, 3), 2)], options={"dim": [0, 1, -1]}, reduced=False),
        Case([array((4, 3), 1), array((3,), 2)], options={"dim": [1, 0]}, reduced=False),
        Case([array((4, 3), 1) * 1e-9, array((4, 3), 2)], second=False, reduced=False),
        Case([array((4, 3), 1) * 0.0, array((4, 3), 2)], second=False, reduced=False),
        Case([array((0, 3), 1), array((0, 3), 2)], reduced=False),
    ],
    "pairwise_distance": [
        Case(
            [array((4, 3), 1), array((4, 3), 2)],
            options={"p": [2.0, 1.0, 3.0, 0.5, math.inf, -math.inf, 0], "keepdim": [False, True]},
            second=False,
            reduced=False,
        ),
        *rows(lambda s: Case([array((3,), 1), array(s, 2)], reduced=False), VECTORS),
    ],
    "pdist": [
        Case([array((n, 3), 1)], options={"p": [2, 1, 3, math.inf, 0]}, second=False, reduced=False)
        for n in (5, 2)
    ],
    "normalize": [
        Case(
            [array((4, 3), 1)],
            options={"p": [2.0, 1.0, 3.0, math.inf], "dim": [1, 0, (0, 1)]},
            second=False,
            reduced=False,
        ),
        Case([array((4, 3), 1) * 0.0], second=False, reduced=False),
    ],
}


def settings_of(case: Case, reductions: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Every combination of the options, with every reduction."""
    options = {**case.options, **({"reduction": reductions} if case.reduced else {})}
    for values in itertools.product(*options.values()):
        yield dict(zip(options, values, strict=True))


def given(make: Any, values: Sequence[Any]) -> list[Any]:
    return [make(v) if isinstance(v, np.ndarray) else v for v in values]


@pytest.mark.parametrize("name", TABLE)
def test_values_and_gradients(torch: Any, name: str) -> None:
    for k, case in enumerate(TABLE[name]):
        for settings in settings_of(case, REDUCTIONS if k == 0 else ("mean",)):

            def call(
                library: Any, *xs: Any, case: Any = case, settings: dict[str, Any] = settings
            ) -> Any:
                known = dict(
                    zip(settings, given(library.tensor, list(settings.values())), strict=True)
                )
                others = given(library.tensor, case.fixed)
                return getattr(library.nn.functional, name)(*xs, *others, **known)

            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compare(
                    torch,
                    lambda *xs, call=call: call(pellucid, *xs),
                    lambda *xs, call=call: call(torch, *xs),
                    case.moving,
                    second=case.second,
                )


@pytest.mark.parametrize("name", [n for n in TABLE if TABLE[n][0].reduced])
def test_float32_stays(torch: Any, name: str) -> None:
    case = TABLE[name][0]

    def narrow(x: Any) -> Any:
        return x.astype("float32") if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x

    for reduction in REDUCTIONS:
        results = []
        for library in (pellucid, torch):
            xs = given(library.tensor, [narrow(x) for x in [*case.moving, *case.fixed]])
            results.append(getattr(library.nn.functional, name)(*xs, reduction=reduction))
        close(*results)


def test_fewer_than_two_rows_have_no_distances(torch: Any) -> None:
    for n in (0, 1):  # values alone: PyTorch's own gradient of nothing is not always safe
        close(F.pdist(ours(array((n, 3)))), torch.nn.functional.pdist(torch.zeros(n, 3).double()))


def test_no_rows_make_no_loss() -> None:
    """PyTorch leaves the mean of no rows of these two unwritten; here it is 0/0 as everywhere."""
    x, target = pellucid.zeros(0, 4, requires_grad=True), pellucid.zeros(0, dtype=pellucid.int64)
    labels = pellucid.zeros(0, 4, dtype=pellucid.int64)
    for loss in (F.multi_margin_loss(x, target), F.multilabel_margin_loss(x, labels)):
        assert math.isnan(loss.item())
    assert F.multi_margin_loss(x, target, reduction="sum").item() == 0.0


# ---- modules ---------------------------------------------------------------------------------

A, B, C = array((4, 3), 1), array((4, 3), 2), array((4, 3), 3, 0.1, 2.0)
MODULES: list[tuple[str, dict[str, Any], list[Any]]] = [
    ("HingeEmbeddingLoss", {"margin": 0.4}, [A, sides((4, 3))]),
    ("MarginRankingLoss", {"margin": 0.4}, [A, B, sides((4, 3))]),
    ("SoftMarginLoss", {}, [A, sides((4, 3))]),
    ("CosineEmbeddingLoss", {"margin": 0.1}, [A, B, sides((4,))]),
    ("TripletMarginLoss", {"p": 1.0, "swap": True, "margin": 2.0, "eps": 1e-3}, [A, B, C]),
    ("TripletMarginWithDistanceLoss", {"margin": 2.0, "swap": True}, [A, B, C]),
    ("MultiMarginLoss", {"p": 2, "margin": 0.5}, [array((4, 4), 1), counts((4,), 4)]),
    ("MultiLabelMarginLoss", {}, [array((4, 4), 1), NAMED]),
    ("MultiLabelSoftMarginLoss", {}, [A, counts((4, 3), 2) * 1.0]),
    ("PoissonNLLLoss", {"log_input": False, "full": True, "eps": 0.1}, [C, counts((4, 3)) * 1.0]),
    ("GaussianNLLLoss", {"full": True, "eps": 0.5}, [A, B, C]),
]


@pytest.mark.parametrize(("name", "settings", "inputs"), MODULES, ids=lambda v: str(v)[:20])
def test_modules_keep_their_settings(
    torch: Any, name: str, settings: dict[str, Any], inputs: list[Any]
) -> None:
    for reduction in REDUCTIONS:
        mine = getattr(nn, name)(reduction=reduction, **settings)
        yours = getattr(torch.nn, name)(reduction=reduction, **settings)
        assert mine.extra_repr() == yours.extra_repr()
        assert list(mine.state_dict()) == list(yours.state_dict())
        close(mine(*map(ours, inputs)), yours(*map(torch.tensor, inputs)))


@pytest.mark.parametrize("name", ["MultiMarginLoss", "MultiLabelSoftMarginLoss"])
def test_weights_of_classes_are_kept(torch: Any, name: str) -> None:
    target = counts((5,), 4) if name == "MultiMarginLoss" else counts((5, 4), 2) * 1.0
    mine, yours = (getattr(m.nn, name)(weight=m.tensor(WEIGHT)) for m in (pellucid, torch))
    assert list(mine.state_dict()) == list(yours.state_dict()) == ["weight"]
    x = array((5, 4), 1)
    close(mine(ours(x), ours(target)), yours(torch.tensor(x), torch.tensor(target)))


def test_distances_as_modules(torch: Any) -> None:
    for library in (pellucid, torch):
        assert library.nn.PairwiseDistance(3.0).norm == 3.0
    for name, settings in (
        ("CosineSimilarity", {"dim": 0, "eps": 1e-3}),
        ("PairwiseDistance", {"p": 1.0, "eps": 0.1, "keepdim": True}),
    ):
        mine, yours = getattr(nn, name)(**settings), getattr(torch.nn, name)(**settings)
        assert mine.extra_repr() == yours.extra_repr()
        close(mine(ours(A), ours(B)), yours(torch.tensor(A), torch.tensor(B)))


# ---- compiled --------------------------------------------------------------------------------


def test_compiled_they_are_the_same() -> None:
    """One program with all of them: none of them looks at values that are not there yet."""
    names = list(TABLE)

    def all_of_them(inputs: Any) -> Any:
        return [getattr(F, n)(*inputs[n]) for n in names]

    inputs = {n: given(ours, [*TABLE[n][0].moving, *TABLE[n][0].fixed]) for n in names}
    compiled = pellucid.compile(all_of_them, engine="numpy")(inputs)
    for a, b in zip(all_of_them(inputs), compiled, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


# ---- mistakes --------------------------------------------------------------------------------

X = pellucid.zeros(4, 3)
MISTAKES: list[tuple[Any, type[Exception], str]] = [
    (
        lambda: F.hinge_embedding_loss(X, pellucid.ones(2, 3)),
        ValueError,
        "hinge_embedding_loss: input and target must have the same shape, and do not fit.\n"
        "   input   (4, 3)\n   target  (2, 3)\n Give one target for each prediction.",
    ),
    (
        lambda: F.margin_ranking_loss(X, X, pellucid.ones(4)),
        ValueError,
        "margin_ranking_loss: input1, input2 and target do not fit.\n"
        "   input1    (4, 3)\n   input2    (4, 3)\n   target    (4,)\n"
        " Give one target for each two scores.",
    ),
    (
        lambda: F.cosine_embedding_loss(X, X, pellucid.ones(4, 1)),
        ValueError,
        "cosine_embedding_loss: vectors (N, D) need targets (N), and one vector (D) a target ().\n"
        "   input1  (4, 3)\n   input2  (4, 3)\n   target  (4, 1)\n"
        " Give one target for each two vectors.",
    ),
    (
        lambda: F.cosine_embedding_loss(X, pellucid.ones(4, 2), pellucid.ones(4)),
        ValueError,
        "cosine_embedding_loss: input1 and input2 do not fit.\n"
        "   input1    (4, 3)\n   input2    (4, 2)\n"
        " Give each vector its partner, in the same shape.",
    ),
    (
        lambda: F.triplet_margin_loss(X, X, pellucid.ones(3)),
        ValueError,
        "triplet_margin_loss: anchor, positive and negative do not fit.\n"
        "   anchor    (4, 3)\n   positive  (4, 3)\n   negative  (3,)\n"
        " Give each anchor one positive and one negative, in the same shape.",
    ),
    (
        lambda: F.triplet_margin_loss(X, X, X, margin=0.0),
        ValueError,
        "triplet_margin_loss: margin must be positive, and it is 0.0.",
    ),
    (
        lambda: nn.TripletMarginLoss(margin=-1.0),
        ValueError,
        "TripletMarginLoss: margin must be positive, and it is -1.0.",
    ),
    (
        lambda: F.multi_margin_loss(X, pellucid.tensor([0, 1, 2, 3])),
        IndexError,
        "multi_margin_loss: target has class 3 in row 3, and the input has 3 classes, "
        "numbered 0 to 2.\n Make the last layer end in 4, or look for a wrong label.",
    ),
    (
        lambda: F.multi_margin_loss(X, pellucid.tensor([0, 1, 2, -1])),
        IndexError,
        "multi_margin_loss: target has class -1 in row 3, and the input has 3 classes, "
        "numbered 0 to 2.\n Look for a wrong label.",
    ),
    (
        lambda: F.multi_margin_loss(pellucid.zeros(2, 3, 4), pellucid.tensor([0, 1])),
        ValueError,
        "multi_margin_loss: input needs scores (rows, classes), or (classes), and has shape "
        "(2, 3, 4).",
    ),
    (
        lambda: nn.MultiMarginLoss(p=3),
        ValueError,
        "MultiMarginLoss: p is 1 or 2, and it is 3.",
    ),
    (
        lambda: F.multi_margin_loss(X, pellucid.tensor([0, 1, 2, 0]), p=3),
        ValueError,
        "multi_margin_loss: p is 1 or 2, and it is 3.",
    ),
    (
        lambda: F.multilabel_margin_loss(X, pellucid.tensor([0, 1, -1])),
        ValueError,
        "multilabel_margin_loss: target needs the shape of input, (4, 3), and has (3,).\n"
        " Each row names its true classes and is filled up with -1.",
    ),
    (
        lambda: F.multilabel_margin_loss(X[0], pellucid.tensor([0, 3, -1])),
        IndexError,
        "multilabel_margin_loss: target has class 3, and the input has 3 classes, numbered 0 to 2."
        "\n Rows are filled up with -1.",
    ),
    (
        lambda: F.multilabel_margin_loss(X, X),
        TypeError,
        "multilabel_margin_loss: class numbers must be whole numbers, and target is float32.\n"
        " For a yes or no for each class take multilabel_soft_margin_loss.",
    ),
    (
        lambda: F.multilabel_soft_margin_loss(pellucid.tensor(1.0), pellucid.tensor(1.0)),
        ValueError,
        "multilabel_soft_margin_loss: input needs a class axis, as in (rows, classes), "
        "and has none.",
    ),
    (
        lambda: F.gaussian_nll_loss(X, X, -pellucid.ones(4, 3)),
        ValueError,
        "gaussian_nll_loss: a variance can't be negative, and var has -1.\n"
        " Let the network give its logarithm, and take exp; or put a Softplus behind it.",
    ),
    (
        lambda: F.gaussian_nll_loss(X, X, -0.5),
        ValueError,
        "gaussian_nll_loss: a variance can't be negative, and var has -0.5.\n"
        " Let the network give its logarithm, and take exp; or put a Softplus behind it.",
    ),
    (
        lambda: F.gaussian_nll_loss(X, X, pellucid.ones(3)),
        ValueError,
        "gaussian_nll_loss: var (3,) does not fit input (4, 3).\n"
        " Give one variance for each number, or one for each row: (4, 1).",
    ),
    (
        lambda: F.cross_entropy(X, pellucid.full((4, 3), 1 / 3), ignore_index=1),
        ValueError,
        "cross_entropy: ignore_index 1 is a class number, and the targets are probabilities.\n"
        " Rows to be left out can have probabilities that are all 0.",
    ),
    (
        lambda: F.pairwise_distance(X, pellucid.ones(2)),
        ValueError,
        "pairwise_distance: x1 and x2 hold vectors of other shapes.\n"
        "   x1      (4, 3)\n   x2      (2,)\n Give each vector its partner, in the same shape.",
    ),
    (
        lambda: F.cosine_similarity(pellucid.tensor([1, 2]), pellucid.tensor([1, 2]), 0),
        TypeError,
        "cosine_similarity divides and needs float; these are int64.\n"
        " Convert them first: x.float().",
    ),
    (
        lambda: F.pdist(X[0]),
        ValueError,
        "pdist works on rows, (N, M), and got (3,).\n For batches take cdist(x, x).",
    ),
    (
        lambda: F.pdist(X, -1.0),
        ValueError,
        "pdist: p must be at least 0 (inf for the largest) and is -1.0.",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_are_named(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as refusal:
        call()
    assert str(refusal.value) == text


@pytest.mark.parametrize("name", ["hinge_embedding_loss", "soft_margin_loss", "poisson_nll_loss"])
def test_an_unknown_reduction_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"reduction is 'mean', 'sum' or 'none', and it is 'max'"):
        getattr(F, name)(X, X, reduction="max")
