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
