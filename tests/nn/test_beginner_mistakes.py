"""What is said where someone new to networks mixes things up, word for word."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn, optim
from pellucid.errors import DTypeError, ModuleError, PellucidWarning, SettingError, ShapeError

X, Y = pellucid.zeros(6, 4), pellucid.tensor([0, 1, 2, 0, 1, 2])


class Forgetful(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, x: Any) -> None:
        self.layer(x)


class Listed(nn.Module):
    def __init__(self, layers: Any) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, x: Any) -> Any:
        for layer in self.layers.values() if isinstance(self.layers, dict) else self.layers:
            x = layer(x)
        return x


def cautions(call: Callable[[], Any]) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert all(w.filename == __file__ for w in caught)
    assert all(issubclass(w.category, PellucidWarning) for w in caught)
    return [str(w.message) for w in caught]


# ---- layers that are chained wrongly -------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ([nn.Linear(4, 3), nn.ReLU()], "list"),
        ((nn.Linear(4, 3), nn.ReLU()), "tuple"),
        ((nn.Linear(4, 3) for _ in range(2)), "generator"),
    ],
)
def test_sequential_wants_its_layers_one_by_one(given: Any, kind: str) -> None:
    with pytest.raises(DTypeError) as caught:
        nn.Sequential(given)
    assert str(caught.value) == (
        f"Sequential takes its layers one by one and got a {kind}.\n"
        " Unpack it with a star: nn.Sequential(*layers)."
    )


def test_a_chain_of_a_module_list_and_the_layers_of_a_chain_are_fine() -> None:
    layers = nn.ModuleList([nn.Linear(4, 3), nn.ReLU()])
    assert nn.Sequential(*layers)(X).shape == (6, 3)
    assert nn.Sequential({"a": nn.Linear(4, 3)})(X).shape == (6, 3)


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        (nn.Tanh, "Did you mean to make one: nn.Tanh() with brackets?"),
        (
            F.relu,
            "A function becomes one in the forward() of a Module; nn.ReLU() is relu as a layer.",
        ),
        ("relu", "Did you mean to make one: nn.ReLU() with brackets?"),
    ],
)
def test_what_is_no_module(given: Any, remedy: str) -> None:
    with pytest.raises(DTypeError) as caught:
        nn.Sequential(nn.Linear(4, 3), given)
    assert str(caught.value).split("\n ")[1] == remedy


def test_a_forward_without_return_is_told_at_once() -> None:
    assert cautions(lambda: Forgetful()(X)) == [
        "Forgetful.forward() gave None.\n Let it end in return …, with what it computed."
    ]


@pytest.mark.filterwarnings("ignore:Forgetful")
def test_the_layer_after_it_names_it() -> None:
    with pytest.raises(ModuleError) as caught:
        nn.Sequential(Forgetful(), nn.ReLU())(X)
    assert str(caught.value) == (
        "layer 1, ReLU(), got None: layer 0, Forgetful(…), gave nothing.\n"
        " Let its forward() end in return …, with what it computed."
    )


@pytest.mark.filterwarnings("ignore:Forgetful")
def test_a_loss_of_nothing() -> None:
    with pytest.raises(DTypeError) as caught:
        nn.CrossEntropyLoss()(Forgetful()(X), Y)
    assert str(caught.value) == (
        "cross_entropy: input is None.\n"
        " Did the forward() of the model, or what else made it, forget its return?"
    )


# ---- data where settings belong ------------------------------------------------------------------

ACTIVATIONS = [
    "ELU", "GELU", "Hardtanh", "LeakyReLU", "LogSigmoid", "ReLU", "ReLU6", "SiLU", "Sigmoid",
    "Softplus", "Step", "Tanh",
]  # fmt: skip
LOSSES = [
    "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "HuberLoss", "KLDivLoss", "L1Loss",
    "MSELoss", "NLLLoss", "SmoothL1Loss",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "call"),
    [
        *((name, f"nn.{name}()(x)") for name in ACTIVATIONS),
        *((name, f"nn.{name}(dim=-1)(x)") for name in ("Softmax", "Softmin", "LogSoftmax")),
        ("Dropout", "nn.Dropout()(x)"),
        ("Flatten", "nn.Flatten()(x)"),
        ("BatchNorm1d", "nn.BatchNorm1d(…)(x)"),
        ("Linear", "nn.Linear(…)(x)"),
    ],
)
@pytest.mark.parametrize("kind", ["Tensor", "ndarray"])
def test_a_layer_is_made_before_it_is_called(name: str, call: str, kind: str) -> None:
    data = X if kind == "Tensor" else np.zeros((6, 4), np.float32)
    with pytest.raises(DTypeError) as caught:
        getattr(nn, name)(data)
    assert str(caught.value) == (
        f"{name} is made with settings and got data: a {kind} of shape (6, 4).\n"
        f" Make it first, then call it: {call}."
    )


def test_layers_with_a_shape_of_their_own_are_no_data() -> None:
    class Scaled(nn.Module):
        def __init__(self, *shape: int) -> None:
            super().__init__()
            self.shape = shape

    body = nn.Sequential(nn.Linear(4, 3), Scaled(3))
    assert isinstance(body[1], Scaled) and isinstance(nn.ModuleList([body])[0], nn.Sequential)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_made_before_it_is_called(name: str) -> None:
    with pytest.raises(DTypeError) as caught:
        getattr(nn, name)(X, Y)
    assert str(caught.value) == (
        f"{name} is made with settings and got data: a Tensor of shape (6, 4).\n"
        f" Make it first, then call it: nn.{name}()(input, target)."
    )


@pytest.mark.parametrize("name", ["CrossEntropyLoss", "NLLLoss"])
def test_scores_in_place_of_class_weights(name: str) -> None:
    with pytest.raises(ShapeError) as caught:
        getattr(nn, name)(X)
    assert str(caught.value) == (
        f"{name}: weight needs one number for each class, and has shape (6, 4).\n"
        f" Was it the input? Make the loss first, then call it: nn.{name}()(input, target)."
    )


def test_settings_that_may_be_tensors() -> None:
    weight = pellucid.tensor([1.0, 2.0, 3.0])
    assert nn.CrossEntropyLoss(weight).weight is weight
    assert nn.BCELoss(pellucid.ones(6, 4)).weight.shape == (6, 4)
    assert nn.LeakyReLU(pellucid.tensor(0.5))(pellucid.tensor([-1.0])).item() == -0.5
    assert nn.Identity(X)(X) is X


def test_a_class_of_ones_own_may_take_what_it_likes() -> None:
    class Shifted(nn.ReLU):
        def __init__(self, shift: Any) -> None:
            super().__init__()
            self.register_buffer("shift", shift)

    made = Shifted(pellucid.ones(3))
    assert copy.deepcopy(made).shift.shape == (3,)
    assert pickle.loads(pickle.dumps(nn.Linear(2, 1))).weight.shape == (1, 2)


# ---- layers that nobody finds --------------------------------------------------------------------


AS_LIST = "Write self.layers = nn.ModuleList(…)."
AS_DICT = "Write self.layers = nn.ModuleDict(…)."
NAMED = "Give each a name of its own: self.register_parameter(name, …)."


@pytest.mark.parametrize(
    ("layers", "kind", "held", "remedy"),
    [
        ([nn.Linear(4, 4), nn.Linear(4, 3)], "list", "2 modules", AS_LIST),
        ((nn.Linear(4, 4),), "tuple", "1 module", AS_LIST),
        ({"a": nn.Linear(4, 4)}, "dict", "1 module", AS_DICT),
        ([[nn.Linear(4, 4)], {"b": nn.Linear(4, 4)}], "list", "2 modules", AS_LIST),
        ([nn.Parameter(pellucid.ones(2))], "list", "1 Parameter", NAMED),
    ],
)  # fmt: skip
def test_layers_in_a_plain_list_are_named(layers: Any, kind: str, held: str, remedy: str) -> None:
    text = (
        f"Listed.layers is a plain {kind}, and parameters() does not look inside: no optimizer "
        f"will move the weights of the {held} in it, and state_dict will not save them.\n {remedy}"
    )
    model = nn.Sequential(Listed(layers), nn.Linear(3, 2))
    assert cautions(lambda: optim.SGD(model.parameters(), lr=0.1)) == [text]
    with pytest.raises(SettingError) as caught, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optim.SGD(Listed(layers).parameters(), lr=0.1)
    assert str(caught.value) == f"SGD got no weights: {text}"


def test_layers_that_are_found_are_not_complained_about() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(2, 2), nn.Linear(2, 2)
            self.order = [self.a, self.b, self.a, nn.ReLU()]
            self.weights = [self.a.weight]

    assert cautions(lambda: list(Twice().parameters())) == []
    assert cautions(lambda: list(Listed(nn.ModuleList([nn.Linear(2, 2)])).parameters())) == []


def test_a_list_that_is_filled_later_is_found_too() -> None:
    model = nn.Sequential(Listed([]), nn.Linear(3, 2))
    assert cautions(lambda: list(model.parameters())) == []
    model[0].layers.append(nn.Linear(4, 3))
    assert len(cautions(lambda: list(model.parameters()))) == 1
    assert cautions(lambda: list(model.parameters())) == []  # said, until something changes


# ---- scores where log-probabilities belong -------------------------------------------------------


def test_nll_loss_of_raw_scores() -> None:
    scores = pellucid.tensor([[0.5, 2.125, -1.0]])
    assert cautions(lambda: F.nll_loss(scores, pellucid.tensor([1]))) == [
        "nll_loss takes log-probabilities, which are never above 0, and the input has 2.125.\n"
        " Put nn.LogSoftmax(dim=1) in front; or take cross_entropy, which takes raw scores."
    ]
    assert cautions(lambda: F.nll_loss(F.log_softmax(scores, 1), pellucid.tensor([1]))) == []
    assert cautions(lambda: F.nll_loss(pellucid.log(pellucid.ones(1, 3)), Y[:1])) == []


# ---- where it happened ---------------------------------------------------------------------------


def test_the_line_that_is_named_is_the_innermost_one_of_ones_own() -> None:
    class Inner(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(5, 3)

        def forward(self, x: Any) -> Any:
            return self.layer(x)  # here

    with pytest.raises(ShapeError) as caught:
        nn.Sequential(nn.Linear(4, 4), Inner())(X)
    lines = Path(__file__).read_text("utf-8").splitlines()
    here = next(i for i, line in enumerate(lines, 1) if line.endswith("(x)  # here"))
    assert str(caught.value).endswith(f"      called at test_beginner_mistakes.py:{here}")


def test_a_gradient_that_is_not_kept() -> None:
    x = pellucid.ones(2, requires_grad=True)
    y, z = x * 2, x + 1
    z.retain_grad()
    (y * z).sum().backward()
    assert cautions(lambda: y.grad) == [
        "this Tensor has no .grad: mul computed it, and only the leaves keep theirs, such as "
        "weights.\n Call retain_grad() on it before backward()."
    ]
    for fine in (x, z, y.detach(), pellucid.ones(2) * 2, pellucid.ones(2, requires_grad=True)):
        assert cautions(lambda fine=fine: fine.grad) == []  # type: ignore[misc]
    assert z.grad is not None
