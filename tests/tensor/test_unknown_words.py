"""Arguments and methods that are called otherwise elsewhere, or misspelled."""

from __future__ import annotations

import sys
from typing import Any

import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.errors import DataError, SettingError
from pellucid.tensor.elsewhere import missing
from pellucid.tensor.misspelled import told_if_misspelled

X = pellucid.ones(2, 3)


class Net(nn.Module):
    """A model."""


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: F.relu(X, inpalce=True),  # type: ignore[call-arg]
            TypeError,
            "relu has no argument 'inpalce'. Did you mean inplace=?",
        ),
        (
            lambda: X.sum(dims=0),  # type: ignore[call-arg]
            TypeError,
            "sum has no argument 'dims'. Did you mean dim=?",
        ),
        (
            lambda: F.dropout(X, rate=0.5),  # type: ignore[call-arg]
            TypeError,
            "dropout has no argument 'rate'. Did you mean p=?",
        ),
        (
            lambda: pellucid.Tensor([1, 2], dtype=pellucid.float64),  # type: ignore[call-arg]
            TypeError,
            "Tensor(…) makes float32 numbers and takes no dtype=.\n"
            " Write pellucid.tensor(data, dtype=…).",
        ),
        (
            lambda: nn.Linear(3, 2).fit(X, X),
            AttributeError,
            "'Linear' object has no attribute 'fit'.\n In its place: pellucid.fit(model, (X, y)).",
        ),
        (
            lambda: nn.Sequential().predict(X),
            AttributeError,
            "'Sequential' object has no attribute 'predict'.\n"
            " In its place: model(X), and .argmax(1) of it for classes.",
        ),
        (
            lambda: pellucid.fit(X, X),  # type: ignore[arg-type]
            SettingError,
            "fit trains a Module and got a Tensor.\n The model comes first: fit(model, (X, y)).",
        ),
        (
            lambda: pellucid.fit(nn.Linear(2, 2), "moons"),
            DataError,
            "fit takes numbers or a table, and got the name 'moons'.\n"
            " Open it first: pellucid.data.open_table('moons', target=…).",
        ),
        (
            lambda: pellucid.fit(Net, (X, X)),  # type: ignore[arg-type]
            SettingError,
            "fit trains a Module and got the class Net.\n Make one: Net(…).",
        ),
    ],
)
def test_what_is_called_otherwise(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as refusal:
        call()
    assert str(refusal.value) == text


def test_a_module_still_has_no_such_methods() -> None:
    assert not hasattr(nn.Linear(3, 2), "fit") and not hasattr(nn.Linear(3, 2), "predict")


def test_asking_a_tensor_again_for_what_it_lacks_looks_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []

    def look(name: str, *known: object, **how: object) -> str:
        looked.append(name)
        return ""

    monkeypatch.setattr(sys.modules[missing.__module__], "closest", look)
    assert [hasattr(pellucid.ones(2), "never_asked_before") for _ in range(3)] == [False] * 3
    assert looked == ["never_asked_before"]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: pellucid.tensor([1.0], require_grad=True),  # type: ignore[call-arg]
            "tensor has no argument 'require_grad'. Did you mean requires_grad=?",
        ),
        (
            lambda: nn.Sequential(first=nn.Linear(1, 1)),  # type: ignore[call-arg]
            "Sequential has no argument 'first'. It takes what it is made of one by one, without"
            " names.",
        ),
        (
            lambda: pellucid.save({}, "never", pickle_module=None),
            "save has no argument 'pickle_module'. It takes obj, f.",
        ),
        (
            lambda: pellucid.load("never", weight_only=True),
            "load has no argument 'weight_only'. Did you mean weights_only=?",
        ),
        (
            lambda: nn.Linear(1, 1).load_state_dict({}, strct=False),  # type: ignore[call-arg]
            "load_state_dict has no argument 'strct'. Did you mean strict=?",
        ),
        (
            lambda: nn.Linear(1, 1).to(dtpe=pellucid.float64),
            "to has no argument 'dtpe'. Did you mean dtype=?",
        ),
        (
            lambda: pellucid.fit(nn.Linear(3, 1), X, epoch=3),
            "fit has no argument 'epoch'. Did you mean epochs=?",
        ),
        (
            lambda: pellucid.zeros(2, dtpye=pellucid.float64),  # type: ignore[call-arg]
            "zeros has no argument 'dtpye'. Did you mean dtype=?",
        ),
        (
            lambda: nn.Parameter(X, require_grad=True),  # type: ignore[call-arg]
            "Parameter has no argument 'require_grad'. Did you mean requires_grad=?",
        ),
        (
            lambda: pellucid.compile(nn.Linear(1, 1), engin="numpy"),  # type: ignore[call-arg]
            "compile has no argument 'engin'. Did you mean engine=?",
        ),
        (
            lambda: pellucid.explain(X, wtr=X),  # type: ignore[call-arg]
            "explain has no argument 'wtr'. Did you mean wrt=?",
        ),
    ],
)
def test_the_name_that_was_meant_is_said(call: Any, text: str) -> None:
    with pytest.raises(TypeError) as told:
        call()
    assert str(told.value) == text


def test_a_mistake_inside_is_told_as_it_is() -> None:
    with pytest.raises(TypeError, match="inner"):

        @told_if_misspelled
        def outer(word: int) -> None:
            raise TypeError("inner() got an unexpected keyword argument 'other'")

        outer(word=1)


def test_parts_by_place_and_by_name_stay_as_they_were() -> None:
    assert len(nn.Sequential(nn.Linear(1, 1), nn.ReLU())) == 2
    assert isinstance(nn.Identity(3, unused=1), nn.Identity)

    class Chain(nn.Sequential):
        def __init__(self, *parts: Any, name: str = "") -> None:
            super().__init__(*parts)
            self.name = name

    assert Chain(nn.ReLU(), name="a").name == "a"
