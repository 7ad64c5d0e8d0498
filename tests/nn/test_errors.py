"""Every complaint and caution of the room, word for word.

Long because it is a table: each mistake stands beside the exact text that answers it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.errors import (
    DTypeError,
    IndexRangeError,
    ModuleError,
    PellucidWarning,
    SettingError,
    ShapeError,
)

zeros, tensor = pellucid.zeros, pellucid.tensor


def said(call: Callable[[], Any], kind: type[Exception]) -> str:
    """The text of the error that a call ends in, without the line number."""
    with pytest.raises(kind) as caught:
        call()
    return re.sub(r"test_errors\.py:\d+", "HERE", str(caught.value))


# ---- layers ----------------------------------------------------------------------------------


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
        self.fc = nn.Linear(8, 8)
        self.head = nn.Linear(9, 2)

    def forward(self, x: Any) -> Any:
        return self.head(F.relu(self.fc(self.encoder(x))))


class Own(nn.Module):
    def forward(self, x: Any) -> Any:
        return x @ zeros(3, 3)


def without_recording() -> None:
    with pellucid.no_grad():
        Net()(zeros(32, 4))


CHAINS: dict[str, tuple[Callable[[], Any], str]] = {
    "a link that does not fit": (
        lambda: nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(8, 3))(zeros(32, 4)),
        """\
layer 2, Linear(8, 3), expects 8 features in the last axis and got 16.
   0  Linear(4, 16)   (32, 4)  → (32, 16)
   1  ReLU()          (32, 16) → (32, 16)
 ▸ 2  Linear(8, 3)    (32, 16) ✗ weight (3, 8)
 Make layer 2 Linear(16, 3), or make layer 0 end in 8.      called at HERE""",
    ),
    "the first link": (
        lambda: nn.Sequential(nn.Linear(4, 16), nn.ReLU())(zeros(32, 5)),
        """\
layer 0, Linear(4, 16), expects 4 features in the last axis and got 5.
 ▸ 0  Linear(4, 16)   (32, 5) ✗ weight (16, 4)
 Make layer 0 Linear(5, 16), or give it inputs with 4 features.      called at HERE""",
    ),
    "pictures without Flatten": (
        lambda: nn.Sequential(nn.Linear(784, 16), nn.ReLU())(zeros(32, 28, 28)),
        """\
layer 0, Linear(784, 16), expects 784 features in the last axis and got 28.
 ▸ 0  Linear(784, 16)   (32, 28, 28) ✗ weight (16, 784)
 Make layer 0 Linear(28, 16), or put Flatten() in front: 28 · 28 = 784.      called at HERE""",
    ),
    "rows and columns exchanged": (
        lambda: nn.Sequential(nn.Linear(4, 16))(zeros(4, 32)),
        """\
layer 0, Linear(4, 16), expects 4 features in the last axis and got 32.
 ▸ 0  Linear(4, 16)   (4, 32) ✗ weight (16, 4)
 Make layer 0 Linear(32, 16), or turn the input around: x.T.      called at HERE""",
    ),
    "a layer by itself": (
        lambda: nn.Linear(1, 3)(zeros(32, 16)),
        """\
Linear(1, 3) expects 1 feature in the last axis and got 16.
 ▸ Linear(1, 3)   (32, 16) ✗ weight (3, 1)
 Make it Linear(16, 3), or give it inputs with 1 feature.      called at HERE""",
    ),
    "chains within chains": (
        lambda: nn.Sequential(
            nn.Linear(4, 8),
            nn.Sequential(nn.Dropout(0.0), nn.Linear(8, 6)),
            nn.Sequential(nn.ReLU(), nn.Linear(7, 6)),
        )(zeros(32, 4)),
        """\
layer 2.1, Linear(7, 6), expects 7 features in the last axis and got 6.
   0    Linear(4, 8)    (32, 4) → (32, 8)
   1    Sequential(…)   (32, 8) → (32, 6)
   2.0  ReLU()          (32, 6) → (32, 6)
 ▸ 2.1  Linear(7, 6)    (32, 6) ✗ weight (6, 7)
 Make layer 2.1 Linear(6, 6), or make layer 1.1 end in 7.      called at HERE""",
    ),
    "a module of one's own": (
        lambda: Net()(zeros(32, 4)),
        """\
layer head, Linear(9, 2), expects 9 features in the last axis and got 8.
   encoder.0  Linear(4, 8)   (32, 4) → (32, 8)
   encoder.1  ReLU()         (32, 8) → (32, 8)
   fc         Linear(8, 8)   (32, 8) → (32, 8)
 ▸ head       Linear(9, 2)   (32, 8) ✗ weight (2, 9)
 Make layer head Linear(8, 2), or make layer fc end in 9.      called at HERE""",
    ),
    "a module of one's own inside a chain": (
        lambda: nn.Sequential(nn.Linear(3, 4), Net())(zeros(32, 3)),
        """\
layer 1.head, Linear(9, 2), expects 9 features in the last axis and got 8.
   0            Linear(3, 4)   (32, 3) → (32, 4)
   1.encoder.0  Linear(4, 8)   (32, 4) → (32, 8)
   1.encoder.1  ReLU()         (32, 8) → (32, 8)
   1.fc         Linear(8, 8)   (32, 8) → (32, 8)
 ▸ 1.head       Linear(9, 2)   (32, 8) ✗ weight (2, 9)
 Make layer 1.head Linear(8, 2), or make layer 1.fc end in 9.      called at HERE""",
    ),
    "where no graph says what came before": (
        without_recording,
        """\
layer head, Linear(9, 2), expects 9 features in the last axis and got 8.
 ▸ head  Linear(9, 2)   (32, 8) ✗ weight (2, 9)
 Make layer head Linear(8, 2), or give it inputs with 9 features.      called at HERE""",
    ),
    "an op of one's own": (
        lambda: nn.Sequential(nn.Linear(4, 4), Own())(zeros(32, 4)),
        """\
layer 1, Own(): matmul: the last axis of input is 4, and it meets 3 in other; they must be equal.
   0  Linear(4, 4)   (32, 4) → (32, 4)
 ▸ 1  Own()          (32, 4) ✗
   input        (32, 4)
   other        (3, 3)      called at HERE""",
    ),
    "a long chain": (
        lambda: nn.Sequential(*[nn.Linear(4, 4) for _ in range(10)], nn.Linear(5, 1))(zeros(2, 4)),
        """\
layer 10, Linear(5, 1), expects 5 features in the last axis and got 4.
   … 3 layers before these
   3   Linear(4, 4)   (2, 4) → (2, 4)
   4   Linear(4, 4)   (2, 4) → (2, 4)
   5   Linear(4, 4)   (2, 4) → (2, 4)
   6   Linear(4, 4)   (2, 4) → (2, 4)
   7   Linear(4, 4)   (2, 4) → (2, 4)
   8   Linear(4, 4)   (2, 4) → (2, 4)
   9   Linear(4, 4)   (2, 4) → (2, 4)
 ▸ 10  Linear(5, 1)   (2, 4) ✗ weight (1, 5)
 Make layer 10 Linear(4, 1), or make layer 9 end in 5.      called at HERE""",
    ),
    "layer norm": (
        lambda: nn.Sequential(nn.Linear(4, 16), nn.LayerNorm(8))(zeros(32, 4)),
        """\
layer 1, LayerNorm(8), expects the last axes (8,) and got (16,).
   0  Linear(4, 16)   (32, 4)  → (32, 16)
 ▸ 1  LayerNorm(8)    (32, 16) ✗ normalized_shape (8,)
 Make layer 1 LayerNorm(16), or make layer 0 end in 8.      called at HERE""",
    ),
    "batch norm": (
        lambda: nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(8))(zeros(32, 4)),
        """\
layer 1, BatchNorm1d(8), expects 8 features in axis 1 and got 16.
   0  Linear(4, 16)    (32, 4)  → (32, 16)
 ▸ 1  BatchNorm1d(8)   (32, 16) ✗ num_features 8
 Make layer 1 BatchNorm1d(16), or make layer 0 end in 8.      called at HERE""",
    ),
    "batch norm of one row": (
        lambda: nn.BatchNorm1d(16)(zeros(1, 16)),
        """\
BatchNorm1d(16): batch_norm: in training each feature needs more than one value, and the input \
(1, 16) has 1.
 ▸ BatchNorm1d(16)   (1, 16) ✗
 Give larger batches (drop_last=True leaves out a last batch of one row), or call model.eval().\
      called at HERE""",
    ),
    "batch norm of pictures": (
        lambda: nn.BatchNorm1d(16)(zeros(1, 16, 2, 2)),
        """\
BatchNorm1d(16): it works on axes (rows, features) or (rows, features, length), and got \
(1, 16, 2, 2).
 ▸ BatchNorm1d(16)   (1, 16, 2, 2) ✗
 called at HERE""",
    ),
    "flattening a single row": (
        lambda: nn.Flatten()(zeros(4)),
        """\
Flatten(): it joins axes from 1 on; the input (4,) has 1.
 ▸ Flatten()   (4,) ✗
 A single row needs a batch axis first: x.unsqueeze(0).      called at HERE""",
    ),
    "unflattening": (
        lambda: nn.Unflatten(1, (2, 3))(zeros(4, 5)),
        """\
Unflatten(1, (2, 3)): axis 1 has 5 numbers and can't be cut into (2, 3).
 ▸ Unflatten(1, (2, 3))   (4, 5) ✗
 called at HERE""",
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_shapes_are_told_as_a_chain(name: str) -> None:
    call, text = CHAINS[name]
    assert said(call, ShapeError) == text


def test_of_two_mistakes_at_once_the_shape_is_told_by_its_own_class() -> None:
    text = """\
Linear(4, 8) expects 4 features in the last axis and got 5.
 ▸ Linear(4, 8)   (3, 5) ✗ weight (8, 4)
 Make it Linear(5, 8), or give it inputs with 4 features.      called at HERE"""
    wide = pellucid.zeros(3, 5, dtype=pellucid.float64)
    assert said(lambda: nn.Linear(4, 8)(wide), ShapeError) == text
    chain = nn.Sequential(nn.Flatten(), nn.Linear(4, 8))
    assert "layer 1, Linear(4, 8), expects 4 features" in said(lambda: chain(wide), ShapeError)
    assert "one dtype" in said(lambda: nn.Linear(5, 8)(wide), DTypeError)


def test_the_line_is_the_users() -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    with pytest.raises(ShapeError) as caught:
        model(zeros(1, 3))
    line = caught.traceback[0].lineno + 1
    assert str(caught.value).endswith(f"called at test_errors.py:{line}")


def test_dropout_of_whole_numbers() -> None:
    text = """\
Dropout(0.5): dropout scales numbers and needs float; these are int64.
 ▸ Dropout(0.5)   (3,) ✗
 Convert them first: x.float().      called at HERE"""
    assert said(lambda: nn.Dropout()(pellucid.arange(3)), DTypeError) == text


# ---- losses ----------------------------------------------------------------------------------

CLASSES: dict[str, tuple[type[Exception], Any, Any, str]] = {
    "one too many": (
        IndexRangeError,
        zeros(4, 3),
        [0, 1, 3, 2],
        "cross_entropy: target has class 3 in row 2, and the input has 3 classes, numbered "
        "0 to 2.\n"
        " Make the last layer end in 4, or look for a wrong label.",
    ),
    "several": (
        IndexRangeError,
        zeros(4, 3),
        [0, 9, 3, 2],
        "cross_entropy: target has class 9 in row 1, and the input has 3 classes, numbered "
        "0 to 2 "
        "(2 rows in all have such numbers).\n"
        " Make the last layer end in 10, or look for a wrong label.",
    ),
    "negative": (
        IndexRangeError,
        zeros(4, 3),
        [0, 1, -1, 2],
        "cross_entropy: target has class -1 in row 2, and the input has 3 classes, numbered "
        "0 to 2.\n"
        " Rows to be left out carry ignore_index, -100 unless said otherwise.",
    ),
    "counted from one": (
        IndexRangeError,
        zeros(4, 3),
        [1, 2, 3, 2],
        "cross_entropy: target has class 3 in row 2, and the input has 3 classes, numbered "
        "0 to 2.\n"
        " The classes seem to be counted from 1: use target - 1.",
    ),
    "in a picture": (
        IndexRangeError,
        zeros(1, 3, 2),
        [[1, 7]],
        "cross_entropy: target has class 7 at (0, 1), and the input has 3 classes, "
        "numbered 0 to 2.\n Make the last layer end in 8, or look for a wrong label.",
    ),
    "a single one": (
        IndexRangeError,
        zeros(3),
        5,
        "cross_entropy: target has class 5, and the input has 3 classes, numbered 0 to 2.\n"
        " Make the last layer end in 6, or look for a wrong label.",
    ),
    "float": (
        DTypeError,
        zeros(4, 3),
        [0.0, 1.0, 2.0, 2.0],
        "cross_entropy: class numbers must be whole numbers, and target is float32 (4,).\n"
        " Convert it: target.long(). For probabilities give (4, 3).",
    ),
    "bool": (
        DTypeError,
        zeros(2, 3),
        [True, False],
        "cross_entropy: class numbers must be whole numbers, and target is bool (2,).\n"
        " Convert it: target.long(). For probabilities give (2, 3).",
    ),
    "one-hot": (
        ShapeError,
        zeros(2, 3),
        [[0, 1, 0], [0, 0, 1]],
        "cross_entropy: input (2, 3) and target (2, 3) do not fit.\n"
        "   input   (2, 3): 2 rows, 3 classes\n"
        "   target  (2, 3), needs (2,): one class number for each\n"
        " One-hot or probabilities? They are float numbers: target.float(); this is int64. "
        "For class numbers: target.argmax(1).",
    ),
    "a column": (
        ShapeError,
        zeros(2, 3),
        [[0], [1]],
        "cross_entropy: input (2, 3) and target (2, 1) do not fit.\n"
        "   input   (2, 3): 2 rows, 3 classes\n"
        "   target  (2, 1), needs (2,): one class number for each\n"
        " Drop the last axis: target.squeeze(-1).",
    ),
    "another number of rows": (
        ShapeError,
        zeros(2, 3),
        [0, 1, 1],
        "cross_entropy: input (2, 3) and target (3,) do not fit.\n"
        "   input   (2, 3): 2 rows, 3 classes\n"
        "   target  (3,), needs (2,): one class number for each\n"
        " Give one class number for each row.",
    ),
    "classes in the last axis": (
        ShapeError,
        zeros(2, 5, 3),
        [[0, 1, 2, 0, 1], [0, 1, 2, 0, 1]],
        "cross_entropy: input (2, 5, 3) and target (2, 5) do not fit.\n"
        "   input   (2, 5, 3): 2 rows, 5 classes in axis 1\n"
        "   target  (2, 5), needs (2, 3): one class number for each\n"
        " The classes belong in axis 1: input.transpose(1, 2).",
    ),
    "no classes at all": (
        ShapeError,
        zeros(()),
        0,
        "cross_entropy: input needs a class axis, as in (rows, classes), and has none.",
    ),
}


@pytest.mark.parametrize("name", CLASSES)
def test_class_numbers(name: str) -> None:
    kind, input, target, text = CLASSES[name]
    assert said(lambda: F.cross_entropy(input, tensor(target)), kind) == text
    assert said(lambda: nn.CrossEntropyLoss()(input, tensor(target)), kind) == text


def test_nll_speaks_of_itself() -> None:
    text = said(lambda: F.nll_loss(zeros(1, 2), tensor([2])), IndexRangeError)
    assert text.startswith("nll_loss: target has class 2 in row 0")
    text = said(lambda: F.nll_loss(zeros(1, 2), tensor([0.0])), DTypeError)
    assert text.endswith("Convert it: target.long().")


def test_an_ignored_number_may_be_a_class_number() -> None:
    with pytest.raises(IndexRangeError):
        F.cross_entropy(zeros(2, 3), tensor([1, 3]), ignore_index=1)
    assert F.cross_entropy(zeros(2, 3), tensor([1, 2]), ignore_index=1).item() == pytest.approx(
        np.log(3), rel=1e-6
    )


ROWS = "\n   input   (4, 3)\n   target  (4,)\n"
OTHERS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: F.mse_loss(zeros(4, 3), zeros(4)),
        ShapeError,
        f"mse_loss: input and target must have the same shape, and do not fit.{ROWS}"
        " With one target for each row, the last layer ends in 1. For class numbers 0 to 2, take "
        "cross_entropy.",
    ),
    (
        lambda: F.l1_loss(zeros(4, 3), zeros(2, 3)),
        ShapeError,
        "l1_loss: input and target must have the same shape, and do not fit.\n"
        "   input   (4, 3)\n   target  (2, 3)\n Give one target for each prediction.",
    ),
    (
        lambda: F.mse_loss(zeros(4), 1.0),
        DTypeError,
        "mse_loss: target must be a Tensor and is a float.\n Make one: pellucid.tensor(value).",
    ),
    (
        lambda: F.mse_loss(zeros(4), zeros(4), weight=zeros(2)),
        ShapeError,
        "mse_loss: weight needs the shape of input, (4,), and has (2,).",
    ),
    (
        lambda: F.huber_loss(zeros(1), zeros(1), delta=-1.0),
        SettingError,
        "huber_loss: delta must be positive, and it is -1.0.",
    ),
    (
        lambda: F.smooth_l1_loss(zeros(1), zeros(1), beta=-1.0),
        SettingError,
        "smooth_l1_loss: beta can't be negative, and it is -1.0.",
    ),
    (
        lambda: F.cross_entropy(zeros(2, 3), tensor([0, 1]), pellucid.ones(2)),
        ShapeError,
        "cross_entropy: weight needs one number for each of the 3 classes, shape (3,), "
        "and has (2,).",
    ),
    (
        lambda: F.cross_entropy(zeros(2, 3), tensor([0, 1]), label_smoothing=1.5),
        SettingError,
        "cross_entropy: label_smoothing lies between 0 and 1, and it is 1.5.",
    ),
    (
        lambda: F.cross_entropy(zeros(2, 3), tensor([0, 1]), reduction="avg"),
        SettingError,
        "reduction is 'mean', 'sum' or 'none', and it is 'avg'.",
    ),
    (
        lambda: nn.KLDivLoss(reduction="avg"),
        SettingError,
        "reduction is 'mean', 'sum', 'none' or 'batchmean', and it is 'avg'.",
    ),
    (
        lambda: F.binary_cross_entropy(zeros(4, 1), zeros(4)),
        ShapeError,
        "binary_cross_entropy: input and target must have the same shape.\n"
        "   input   (4, 1)\n   target  (4,)\n Add the axis: target.unsqueeze(-1).",
    ),
    (
        lambda: F.binary_cross_entropy_with_logits(zeros(4), zeros(4, 1)),
        ShapeError,
        "binary_cross_entropy_with_logits: input and target must have the same shape.\n"
        "   input   (4,)\n   target  (4, 1)\n Drop the axis: target.squeeze(-1).",
    ),
    (
        lambda: F.binary_cross_entropy(zeros(4), zeros(3)),
        ShapeError,
        "binary_cross_entropy: input and target must have the same shape.\n"
        "   input   (4,)\n   target  (3,)\n There is one answer for each score.",
    ),
    (
        lambda: nn.BCELoss()(zeros(4) + 1.25, zeros(4)),
        SettingError,
        "binary_cross_entropy: input must lie between 0 and 1, and has 1.25.\n"
        " Put a Sigmoid in front; or better, take nn.BCEWithLogitsLoss, which takes raw scores.",
    ),
    (
        lambda: nn.BCELoss()(zeros(4), zeros(4) - 1),
        SettingError,
        "binary_cross_entropy: target must lie between 0 and 1, and has -1.\n"
        " Labels are 0 and 1, or probabilities between.",
    ),
    (
        lambda: nn.BCELoss()(zeros(4) * float("nan"), zeros(4)),
        SettingError,
        "binary_cross_entropy: input must lie between 0 and 1, and has NaN.\n"
        " Look for the first layer whose output has one.",
    ),
    (
        lambda: F.batch_norm(zeros(4, 3), None, None),
        SettingError,
        "batch_norm: outside training it needs running_mean and running_var.\n"
        " Pass training=True to take average and spread from the batch.",
    ),
    (
        lambda: F.batch_norm(zeros(4, 3), None, None, zeros(2), training=True),
        ShapeError,
        "batch_norm: the input (4, 3) has 3 features in axis 1, and weight is for 2.",
    ),
    (
        lambda: F.batch_norm(zeros(4), None, None, training=True),
        ShapeError,
        "batch_norm: input needs axes (rows, features, ...), not (4,).",
    ),
    (
        lambda: F.layer_norm(zeros(4, 3), (2,)),
        ShapeError,
        "layer_norm: the last axes must be (2,); the input has (4, 3).",
    ),
    (
        lambda: F.layer_norm(zeros(4, 3), (3,), zeros(2)),
        ShapeError,
        "layer_norm: weight must be (3,) and is (2,).",
    ),
    (
        lambda: nn.Dropout(1.5),
        SettingError,
        "Dropout: p is a probability, between 0 and 1, and it is 1.5.",
    ),
    (
        lambda: nn.GELU("exact"),
        SettingError,
        "gelu: approximate is 'none' or 'tanh', not 'exact'.",
    ),
    (
        lambda: F.hardtanh(zeros(1), 1.0, -1.0),
        SettingError,
        "hardtanh: min_val 1.0 lies above max_val -1.0.",
    ),
    (
        lambda: nn.Hardtanh(1.0, 1.0),
        SettingError,
        "Hardtanh: max_val 1.0 must lie above min_val 1.0.",
    ),
    (
        lambda: nn.Linear(1.5, 1),  # type: ignore[arg-type]
        SettingError,
        "Linear: in_features must be a whole number, and it is 1.5.",
    ),
    (
        lambda: nn.Linear(1, -1),
        SettingError,
        "Linear: out_features must be a whole number, and it is -1.",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), OTHERS)
def test_other_mistakes(call: Callable[[], Any], kind: type[Exception], text: str) -> None:
    assert said(call, kind) == text


# ---- cautions --------------------------------------------------------------------------------

SCORES = nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=1))
CHANCES = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid(), nn.Flatten(0))
CAUTIONS: dict[str, tuple[Callable[[], Any], str]] = {
    "softmax layer": (
        lambda: nn.CrossEntropyLoss()(SCORES(zeros(2, 4)), tensor([0, 1])),
        "cross_entropy takes raw scores and applies softmax itself, but its input comes out of a "
        "softmax (layer 1).\n Leave that softmax out of training; apply it to read probabilities.",
    ),
    "softmax function": (
        lambda: F.cross_entropy(pellucid.softmax(zeros(2, 3), 1), tensor([0, 1])),
        "cross_entropy takes raw scores and applies softmax itself, but its input comes out of a "
        "softmax (just before).\n"
        " Leave that softmax out of training; apply it to read probabilities.",
    ),
    "softmax before nll": (
        lambda: F.nll_loss(SCORES(zeros(2, 4)), tensor([0, 1])),
        "nll_loss takes log-probabilities, but its input comes out of a softmax (layer 1).\n"
        " Use log_softmax there, or cross_entropy on the raw scores.",
    ),
    "sigmoid": (
        lambda: nn.BCEWithLogitsLoss()(CHANCES(zeros(2, 4)), zeros(2)),
        "binary_cross_entropy_with_logits takes raw scores and applies sigmoid itself, but its "
        "input comes out of a sigmoid (layer 1).\n"
        " Leave that sigmoid out, or take binary_cross_entropy.",
    ),
    "a column and a row": (
        lambda: nn.MSELoss()(zeros(4, 1), zeros(4)),
        "mse_loss: input (4, 1) and target (4,) are stretched to (4, 4), so that predictions meet "
        "targets of other rows.\n"
        " Give both the same shape: target.unsqueeze(-1), or input.squeeze(-1).",
    ),
    "a row and a column": (
        lambda: F.huber_loss(zeros(4), zeros(4, 1)),
        "huber_loss: input (4,) and target (4, 1) are stretched to (4, 4), so that predictions "
        "meet targets of other rows.\n"
        " Give both the same shape: target.squeeze(-1), or input.unsqueeze(-1).",
    ),
    "no axis": (
        lambda: F.softmax(zeros(4, 3)),
        "softmax: no dim was given, and 1 was taken.\n Say which: dim=-1 is the last axis.",
    ),
}


@pytest.mark.parametrize("name", CAUTIONS)
def test_cautions(name: str) -> None:
    call, text = CAUTIONS[name]
    with pytest.warns(PellucidWarning) as caught:
        call()
    assert [str(w.message) for w in caught] == [text]
    assert caught[0].filename == __file__


def test_a_caution_is_given_once_for_a_line() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            F.cross_entropy(pellucid.softmax(zeros(2, 3), 1), tensor([0, 1]))
    assert len(caught) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: F.cross_entropy(F.log_softmax(zeros(2, 3), 1), tensor([0, 1])),
        lambda: F.binary_cross_entropy(pellucid.sigmoid(zeros(2)), zeros(2)),
        lambda: F.cross_entropy(pellucid.softmax(zeros(2, 3), 1) * 3, tensor([0, 1])),
    ],
)
def test_no_caution_where_none_is_due(call: Callable[[], Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call()


# ---- modules ---------------------------------------------------------------------------------


class Unstarted(nn.Module):
    def __init__(self) -> None:
        self.layer = nn.Linear(1, 1)


class Started(nn.Module):
    def __init__(self) -> None:
        self.size = 3

    def forward(self, x: Any) -> Any:
        return x


class Mute(nn.Module):
    pass


def assign(module: nn.Module, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(module, name, value)


MODULES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        Unstarted,
        ModuleError,
        "Unstarted.__init__ has not called super().__init__().\n"
        " Make that its first line; the weights and modules assigned after it are then found.",
    ),
    (
        lambda: list(Started().parameters()),
        ModuleError,
        "Started.__init__ has not called super().__init__().\n"
        " Make that its first line; the weights and modules assigned after it are then found.",
    ),
    (
        lambda: nn.Sequential(Started())(zeros(1)),
        ModuleError,
        "Started.__init__ has not called super().__init__().\n"
        " Make that its first line; the weights and modules assigned after it are then found.",
    ),
    (
        lambda: Mute()(zeros(1)),
        ModuleError,
        "Mute has no forward().\n Say what it does with its input: def forward(self, x): return …",
    ),
    (
        assign(nn.Linear(2, 1), "weight", zeros(1, 2)),
        DTypeError,
        "Linear.weight is a Parameter and can't become a Tensor.\n"
        " Wrap it: nn.Parameter(value); or write into it: with no_grad(): "
        "module.weight[:] = value.",
    ),
    (
        assign(nn.Sequential(nn.ReLU()), "0", 3),
        DTypeError,
        "Sequential.0 is a module and can't become an int.\n Delete it first: del module.0.",
    ),
    (
        assign(nn.BatchNorm1d(1), "running_mean", 0.0),
        DTypeError,
        "BatchNorm1d.running_mean is a buffer and can't become a float.\n"
        " A buffer is a Tensor or None.",
    ),
    (
        lambda: nn.Sequential(nn.ReLU),
        DTypeError,
        "add_module('0') needs a Module and got a type.\n"
        " Did you mean to make one: nn.ReLU() with brackets?",
    ),
    (
        lambda: nn.Module().register_parameter("w", zeros(1)),  # type: ignore[arg-type]
        DTypeError,
        "register_parameter('w') needs a Parameter and got a Tensor.\n"
        " Wrap it: nn.Parameter(value).",
    ),
    (
        lambda: nn.Module().register_buffer("b", 1.0),  # type: ignore[arg-type]
        DTypeError,
        "register_buffer('b') needs a Tensor and got a float.\n Make one: pellucid.tensor(value).",
    ),
    (
        lambda: nn.Sequential({"a.b": nn.ReLU()}),
        SettingError,
        "a name must be a word without dots, and this one is 'a.b'.\n"
        " Dots separate the steps of a path, as in 'encoder.0.weight'.",
    ),
    (
        lambda: nn.Module().register_buffer("training", zeros(1)),
        SettingError,
        "Module already has something called 'training'.\n"
        " Choose another name, or delete it first.",
    ),
    (
        lambda: nn.Sequential(nn.Linear(1, 1)).get_submodule("1"),
        ModuleError,
        "there is no module '1'.",
    ),
    (
        lambda: nn.Linear(1, 1).get_parameter("wieght"),
        ModuleError,
        "there is no parameter 'wieght'. Did you mean 'weight'?",
    ),
    (
        lambda: nn.BatchNorm1d(1).get_buffer("runing_mean"),
        ModuleError,
        "there is no buffer 'runing_mean'. Did you mean 'running_mean'?",
    ),
    (
        lambda: nn.Linear(1, 1).to(pellucid.int64),
        DTypeError,
        "weights must be float, and int64 was asked for.\n"
        " Convert the inputs instead, or choose float32 or float64.",
    ),
    (
        lambda: nn.Linear(1, 1).to("cuda"),
        SettingError,
        "device 'cuda' does not exist here; Tensors live on 'cpu'.",
    ),
    (
        lambda: nn.Linear(1, 1).train("yes"),  # type: ignore[arg-type]
        SettingError,
        "train() takes True or False and got 'yes'.",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), MODULES)
def test_mistakes_in_modules(call: Callable[[], Any], kind: type[Exception], text: str) -> None:
    assert said(call, kind) == text


def test_a_weight_that_no_optimizer_would_find() -> None:
    class Loose(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = pellucid.zeros(3, requires_grad=True)

    with pytest.warns(PellucidWarning) as caught:
        Loose()
    assert str(caught[0].message) == (
        "Loose.w asks for a gradient but is no Parameter: no optimizer will find it and state_dict "
        "will not save it.\n Write self.w = nn.Parameter(…)."
    )
    assert caught[0].filename == __file__


def test_the_interpreter_can_suggest_names() -> None:
    layer = nn.Linear(1, 1)
    with pytest.raises(AttributeError) as caught:
        layer.wieght  # noqa: B018
    assert caught.value.name == "wieght" and caught.value.obj is layer
    assert "weight" in dir(layer)
