"""Losses against PyTorch: values, gradients, second derivatives, every setting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.errors import DTypeError
from tests.nn.oracle import array, close, compare, ours, theirs

REDUCTIONS = ["mean", "sum", "none"]
PAIRED: dict[str, dict[str, Any]] = {
    "mse_loss": {},
    "l1_loss": {},
    "smooth_l1_loss": {"beta": 0.7},
    "huber_loss": {"delta": 0.7},
}


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", PAIRED)
@pytest.mark.parametrize("shape", [(4, 3), (), (0, 3), (1,)])
@pytest.mark.filterwarnings("ignore:reduction:UserWarning")
def test_losses_of_pairs(torch: Any, name: str, reduction: str, shape: tuple[int, ...]) -> None:
    settings = {**PAIRED[name], "reduction": reduction}
    compare(
        torch,
        lambda x, y: getattr(F, name)(x, y, **settings),
        lambda x, y: getattr(torch.nn.functional, name)(x, y, **settings),
        [array(shape, 1), array(shape, 2)],
        second=True,
    )


@pytest.mark.parametrize("beta", [0.0, 1.0, 2.5])
def test_smooth_l1_at_any_beta(torch: Any, beta: float) -> None:
    compare(
        torch,
        lambda x, y: F.smooth_l1_loss(x, y, beta=beta),
        lambda x, y: torch.nn.functional.smooth_l1_loss(x, y, beta=beta),
        [array((5,), 1), array((5,), 2)],
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss"])
def test_pairs_that_count_differently(torch: Any, name: str, reduction: str) -> None:
    weight = array((4, 3), 3, 0.1, 2.0)
    compare(
        torch,
        lambda x, y: getattr(F, name)(x, y, weight=ours(weight), reduction=reduction),
        lambda x, y: getattr(torch.nn.functional, name)(
            x, y, weight=torch.tensor(weight), reduction=reduction
        ),
        [array((4, 3), 1), array((4, 3), 2)],
    )


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "binary_cross_entropy_with_logits"])
def test_float32_stays_float32(torch: Any, name: str) -> None:
    x, y = array((6,), 1).astype("float32"), array((6,), 2, 0, 1).astype("float32")
    compare(torch, getattr(F, name), getattr(torch.nn.functional, name), [x, y])


# ---- classes ---------------------------------------------------------------------------------

SCORES = [
    ((5, 4), (5,)),
    ((4,), ()),
    ((2, 4, 3), (2, 3)),
    ((2, 4, 3, 2), (2, 3, 2)),
    ((0, 4), (0,)),
]


def classes(shape: tuple[int, ...], count: int = 4, seed: int = 5) -> Any:
    return np.random.default_rng(seed).integers(0, count, shape)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("shape", "rows"), SCORES)
def test_cross_entropy_of_class_numbers(
    torch: Any, shape: Any, rows: Any, weighted: bool, smoothing: float, reduction: str
) -> None:
    target, weight = classes(rows), array((4,), 3, 0.2, 2.0)
    settings = {"reduction": reduction, "label_smoothing": smoothing}
    compare(
        torch,
        lambda z: F.cross_entropy(z, ours(target), ours(weight) if weighted else None, **settings),
        lambda z: torch.nn.functional.cross_entropy(
            z, torch.tensor(target), torch.tensor(weight) if weighted else None, **settings
        ),
        [array(shape, 1)],
        second=True,
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ignored", [-100, 2])
def test_rows_that_are_ignored(
    torch: Any, ignored: int, weighted: bool, smoothing: float, reduction: str
) -> None:
    target, weight = classes((6,)), array((4,), 3, 0.2, 2.0)
    target[[1, 4]] = ignored
    settings = {"reduction": reduction, "label_smoothing": smoothing, "ignore_index": ignored}
    compare(
        torch,
        lambda z: F.cross_entropy(z, ours(target), ours(weight) if weighted else None, **settings),
        lambda z: torch.nn.functional.cross_entropy(
            z, torch.tensor(target), torch.tensor(weight) if weighted else None, **settings
        ),
        [array((6, 4), 1)],
    )


def test_nothing_left_to_count_is_not_a_number(torch: Any) -> None:
    z, target = array((2, 3)), np.array([-100, -100])
    mine = F.cross_entropy(ours(z), ours(target))
    yours = torch.nn.functional.cross_entropy(torch.tensor(z), torch.tensor(target))
    assert np.isnan(mine.item()) and np.isnan(yours.item())


def test_what_is_ignored_is_not_looked_at() -> None:
    log_p = pellucid.tensor([[0.0, -np.inf], [-np.inf, -np.inf]])
    loss = F.nll_loss(log_p, pellucid.tensor([0, -100]), reduction="sum")
    assert loss.item() == 0.0


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [(5, 4), (4,), (2, 4, 3)])
def test_cross_entropy_of_probabilities(
    torch: Any, shape: Any, weighted: bool, smoothing: float, reduction: str
) -> None:
    weight = array((4,), 3, 0.2, 2.0)
    settings = {"reduction": reduction, "label_smoothing": smoothing}
    compare(
        torch,
        lambda z, p: F.cross_entropy(z, p, ours(weight) if weighted else None, **settings),
        lambda z, p: torch.nn.functional.cross_entropy(
            z, p, torch.tensor(weight) if weighted else None, **settings
        ),
        [array(shape, 1), array(shape, 2, 0.0, 1.0)],
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("shape", "rows"), SCORES)
def test_nll(torch: Any, shape: Any, rows: Any, reduction: str) -> None:
    target, weight = classes(rows), array((4,), 3, 0.2, 2.0)
    compare(
        torch,
        lambda x: F.nll_loss(x, ours(target), ours(weight), reduction=reduction),
        lambda x: torch.nn.functional.nll_loss(
            x, torch.tensor(target), torch.tensor(weight), reduction=reduction
        ),
        [array(shape, 1, -3.0, 0.0)],
        second=True,
    )


@pytest.mark.parametrize("kind", ["int64", "int32", "uint8"])
def test_any_whole_numbers_can_be_classes(torch: Any, kind: str) -> None:
    z, target = array((5, 4)), classes((5,))
    mine = F.cross_entropy(ours(z), ours(target.astype(kind)))
    close(mine, torch.nn.functional.cross_entropy(torch.tensor(z), torch.tensor(target)))


def test_scores_of_any_size_stay_finite(torch: Any) -> None:
    z = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4]])
    target = np.array([1, 2])
    compare(
        torch,
        lambda x: F.cross_entropy(x, ours(target), reduction="none"),
        lambda x: torch.nn.functional.cross_entropy(x, torch.tensor(target), reduction="none"),
        [z],
    )


def test_few_nodes_are_made() -> None:
    """Speed is the number of nodes: two forward, five backward."""
    before = pellucid.tensor(0.0)._node.seq
    z = pellucid.zeros(5, 3, requires_grad=True)
    loss = F.cross_entropy(z, pellucid.tensor([0, 1, 2, 0, 1]))
    assert [n.op.name for n in (loss._node, loss._node.inputs[0])] == ["nll", "log_softmax"]
    middle = pellucid.tensor(0.0)._node.seq
    assert middle - before <= 5  # the two, and the leaves made by this test
    loss.backward()
    assert pellucid.tensor(0.0)._node.seq - middle <= 9


# ---- yes or no -------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
def test_bce(torch: Any, weighted: bool, reduction: str) -> None:
    weight = array((3,), 3, 0.2, 2.0)
    compare(
        torch,
        lambda p, y: F.binary_cross_entropy(
            p, y, ours(weight) if weighted else None, reduction=reduction
        ),
        lambda p, y: torch.nn.functional.binary_cross_entropy(
            p, y, torch.tensor(weight) if weighted else None, reduction=reduction
        ),
        [array((4, 3), 1, 0.05, 0.95), array((4, 3), 2, 0.05, 0.95)],
    )


def test_certain_and_wrong_costs_a_hundred(torch: Any) -> None:
    p = np.array([0.0, 1.0, 0.0, 1.0], "float32")
    y = np.array([1.0, 0.0, 0.0, 1.0], "float32")
    compare(
        torch,
        lambda x: F.binary_cross_entropy(x, ours(y), reduction="none"),
        lambda x: torch.nn.functional.binary_cross_entropy(x, torch.tensor(y), reduction="none"),
        [p],
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("positive", [False, True])
def test_bce_with_logits(torch: Any, positive: bool, weighted: bool, reduction: str) -> None:
    weight, pos = array((3,), 3, 0.2, 2.0), array((3,), 4, 0.5, 3.0)

    def settings(make: Any) -> dict[str, Any]:
        return {
            "weight": make(weight) if weighted else None,
            "pos_weight": make(pos) if positive else None,
            "reduction": reduction,
        }

    compare(
        torch,
        lambda z, y: F.binary_cross_entropy_with_logits(z, y, **settings(ours)),
        lambda z, y: torch.nn.functional.binary_cross_entropy_with_logits(
            z, y, **settings(torch.tensor)
        ),
        [array((4, 3), 1, -9, 9), array((4, 3), 2, 0.0, 1.0)],
        second=True,
    )


@pytest.mark.parametrize("positive", [False, True])
def test_logits_of_any_size_stay_finite(torch: Any, positive: bool) -> None:
    z, y = np.array([-1e4, 1e4, -50.0, 50.0]), np.array([1.0, 0.0, 0.0, 1.0])
    compare(
        torch,
        lambda x: F.binary_cross_entropy_with_logits(
            x, ours(y), pos_weight=ours(np.array(2.0)) if positive else None
        ),
        lambda x: torch.nn.functional.binary_cross_entropy_with_logits(
            x, torch.tensor(y), pos_weight=torch.tensor(2.0).double() if positive else None
        ),
        [z],
    )


# ---- distributions ---------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", [*REDUCTIONS, "batchmean"])
@pytest.mark.parametrize("log_target", [False, True])
@pytest.mark.filterwarnings("ignore:reduction:UserWarning")
def test_kl_div(torch: Any, log_target: bool, reduction: str) -> None:
    target = array((4, 3), 2, 0.1, 1.0)
    settings = {"reduction": reduction, "log_target": log_target}
    compare(
        torch,
        lambda x, y: F.kl_div(x, y, **settings),
        lambda x, y: torch.nn.functional.kl_div(x, y, **settings),
        [array((4, 3), 1, -3, 0), np.log(target) if log_target else target],
        second=True,
    )


@pytest.mark.filterwarnings("ignore:reduction:UserWarning")
def test_kl_div_where_a_probability_is_zero(torch: Any) -> None:
    x, y = array((4,), 1, -3, 0), np.array([0.5, 0.0, 0.5, 0.0])
    compare(
        torch,
        lambda x: F.kl_div(x, ours(y)),
        lambda x: torch.nn.functional.kl_div(x, torch.tensor(y)),
        [x],
    )
    target = ours(y, True)
    F.kl_div(ours(x), target).backward()
    assert np.isfinite(target.grad.numpy()).all()  # PyTorch gives NaN here


# ---- modules and older spellings -------------------------------------------------------------

MODULES: list[tuple[str, dict[str, Any]]] = [
    ("MSELoss", {"reduction": "sum"}),
    ("L1Loss", {}),
    ("SmoothL1Loss", {"beta": 0.5}),
    ("HuberLoss", {"delta": 0.5}),
    ("BCEWithLogitsLoss", {"reduction": "none"}),
    ("KLDivLoss", {"reduction": "batchmean"}),
]


@pytest.mark.parametrize(("name", "settings"), MODULES)
def test_modules_do_what_functions_do(torch: Any, name: str, settings: Any) -> None:
    x, y = array((4, 3), 1), array((4, 3), 2, 0.1, 1.0)
    close(
        getattr(nn, name)(**settings)(ours(x), ours(y)),
        getattr(torch.nn, name)(**settings)(torch.tensor(x), torch.tensor(y)),
    )


@pytest.mark.parametrize("name", ["CrossEntropyLoss", "NLLLoss"])
def test_modules_of_classes(torch: Any, name: str) -> None:
    z, target, weight = array((6, 4)), classes((6,)), array((4,), 3, 0.2, 2.0)
    target[2] = 1
    if name == "NLLLoss":  # log-probabilities
        z = -abs(z)
    settings = {"ignore_index": 1, "reduction": "sum"}
    mine = getattr(nn, name)(weight=ours(weight), **settings)
    yours = getattr(torch.nn, name)(weight=theirs(torch, weight), **settings)
    close(mine(ours(z), ours(target)), yours(torch.tensor(z), torch.tensor(target)))
    assert list(mine.state_dict()) == list(yours.state_dict()) == ["weight"]


def test_bce_module(torch: Any) -> None:
    p, y = array((4,), 1, 0.1, 0.9), array((4,), 2, 0, 1)
    close(nn.BCELoss()(ours(p), ours(y)), torch.nn.BCELoss()(torch.tensor(p), torch.tensor(y)))


@pytest.mark.parametrize(
    ("older", "now"),
    [
        ({"reduce": False}, "none"),
        ({"size_average": False}, "sum"),
        ({"size_average": True}, "mean"),
        ({"size_average": False, "reduce": True}, "sum"),
    ],
)
def test_older_spellings_are_understood(older: dict[str, bool], now: str) -> None:
    x, y = ours(array((3,), 1)), ours(array((3,), 2))
    assert (F.mse_loss(x, y, **older) == F.mse_loss(x, y, reduction=now)).all()
    assert nn.MSELoss(**older).reduction == now


@pytest.mark.parametrize("kind", ["float64", "bfloat16", "int64", "bool"])
def test_chances_and_answers_are_of_one_dtype(kind: str, torch: Any) -> None:
    for library, error in ((torch, RuntimeError), (pellucid, DTypeError)):
        p = library.tensor([0.2, 0.7])
        target = library.tensor([0.0, 1.0]).to(getattr(library, kind))
        with pytest.raises(error) as refusal:
            library.nn.functional.binary_cross_entropy(p, target)
    assert str(refusal.value) == (
        f"binary_cross_entropy: input is float32 and target is {kind}; they must be of one dtype.\n"
        " Convert the target: target.to(input.dtype)."
    )


@pytest.mark.parametrize("name", ["binary_cross_entropy", "binary_cross_entropy_with_logits"])
@pytest.mark.parametrize("weights", ["float64", "bfloat16", "int64"])
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_weights_of_answers_change_no_dtype(
    name: str, weights: str, reduction: str, torch: Any
) -> None:
    found = []
    for library in (torch, pellucid):
        p = library.tensor([0.2, 0.7], requires_grad=True)
        weight = library.tensor([2.0, 3.0]).to(getattr(library, weights))
        loss = getattr(library.nn.functional, name)
        out = loss(p, library.tensor([0.0, 1.0]), weight=weight, reduction=reduction)
        out.sum().backward()
        found.append((str(out.dtype).split(".")[-1], out.detach().numpy(), p.grad.numpy()))
    assert found[0][0] == found[1][0] == "float32"
    for other, mine in zip(found[0][1:], found[1][1:], strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5)
