"""What the page for scikit-learn users says about scikit-learn and about us, checked."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor

import pellucid
from pellucid.training import build_mlp

PAGE = Path(__file__).resolve().parent.parent / "docs" / "from-sklearn.md"
ROWS = [line.split("|") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
TABLE = [(theirs.strip(), ours.strip()) for _, theirs, ours, *_ in ROWS[1:]]


def settings(cell: str) -> list[tuple[str, str]]:
    """The `name=value` pairs and bare names between backquotes."""
    found = []
    for code in re.findall(r"`([^`]+)`", cell):
        inner = re.sub(r"^\w+\(…, (.*)\)$", r"\1", code)
        name, _, value = inner.partition("=")
        found.append((name, value))
    return found


def test_the_table_was_read() -> None:
    assert len(TABLE) > 10


@pytest.mark.parametrize("cell", [theirs for theirs, _ in TABLE], ids=lambda c: c[:24])
def test_their_names_and_defaults(cell: str) -> None:
    named = MLPClassifier().get_params()
    for name, value in settings(cell):
        if name.endswith("_"):
            continue  # known after a fit; see below
        assert name in named
        if value and name not in ("warm_start", "learning_rate"):  # settings, not defaults
            assert repr(named[name]) == value.replace('"', "'")


def test_their_names_after_a_fit() -> None:
    rows = np.random.default_rng(0).normal(size=(40, 3))
    fitted = MLPClassifier(max_iter=2, early_stopping=True)
    with pytest.warns(UserWarning):
        fitted.fit(rows, rows[:, 0] > 0)
    names = [name for theirs, _ in TABLE for name, _ in settings(theirs) if name.endswith("_")]
    assert len(names) >= 4
    assert [name for name in names if not hasattr(fitted, name)] == []
    assert fitted.coefs_[0].shape == (3, 100)
    assert build_mlp(3, 1, (100,))[0].weight.shape == (100, 3)


@pytest.mark.parametrize("cell", [ours for _, ours in TABLE], ids=lambda c: c[:24])
def test_our_names_and_defaults(cell: str) -> None:
    for function, inner in re.findall(r"`(fit|build_mlp)\(…, ([^`]*)\)`", cell):
        name, _, value = inner.partition("=")
        call = {"fit": pellucid.fit, "build_mlp": build_mlp}[function]
        default = inspect.signature(call).parameters[name].default
        if name != "schedule":
            assert default == eval(value)  # the page's own text
    for name in re.findall(r"`history\.(\w+)`", cell):
        assert hasattr(pellucid.History(), name)


def test_the_notes_say_what_fit_says_of_itself() -> None:
    says = " ".join((pellucid.fit.__doc__ or "").split())
    for phrase in (
        "as many as give about 4,000 steps, at least 30, at most 300",
        "a power of two near a thirtieth of the rows, 16 to 256",
        "a fifth of the epochs",
    ):
        assert phrase in PAGE.read_text("utf-8")
        assert phrase in says


def fitted(**given: Any) -> Any:
    """A small network that has been trained, and its history."""
    rows = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
    classes = (rows[:, 0] > 0).astype(int)
    pellucid.manual_seed(0)
    model = build_mlp(3, 2, (4,))
    return model, pellucid.fit(model, (rows, classes), epochs=3, progress=False, **given)


def test_a_second_fit_goes_on_from_the_weights_that_are_there() -> None:
    model, first = fitted()
    rows = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
    again = pellucid.fit(model, (rows, (rows[:, 0] > 0).astype(int)), epochs=1, progress=False)
    assert again.train_loss[0] < first.train_loss[0]


def test_alpha_is_weight_decay_times_the_rows() -> None:
    """One step of plain gradient descent over all rows, in both libraries, the same weights."""
    rows = np.random.default_rng(0).normal(size=(20, 3))
    target, alpha, rate = rows @ [1.0, -2.0, 0.5], 4.0, 0.1
    steps = {}
    for pull in (0.0, alpha):
        theirs = MLPRegressor(
            hidden_layer_sizes=(), solver="sgd", alpha=pull, momentum=0.0, batch_size=20,
            learning_rate_init=rate, max_iter=1, random_state=0, shuffle=False,
        )  # fmt: skip
        with pytest.warns(UserWarning):
            steps["theirs", pull] = theirs.fit(rows, target).coefs_[0].ravel()
    start = MLPRegressor(hidden_layer_sizes=(), solver="sgd", max_iter=1, random_state=0,
                         learning_rate_init=1e-12, batch_size=20)  # fmt: skip
    with pytest.warns(UserWarning):
        weight = start.fit(rows, target).coefs_[0].T
    for pull in (0.0, alpha):
        layer = pellucid.nn.Linear(3, 1, bias=False, dtype=pellucid.float64)
        with pellucid.no_grad():
            layer.weight[:] = pellucid.tensor(weight)
        optimizer = pellucid.optim.SGD(layer.parameters(), lr=rate, weight_decay=pull / len(rows))
        pellucid.nn.functional.mse_loss(
            layer(pellucid.tensor(rows)), pellucid.tensor(target[:, None])
        ).backward()
        optimizer.step()
        steps["ours", pull] = layer.weight.detach().numpy().ravel()
    theirs_moved = steps["theirs", alpha] - steps["theirs", 0.0]
    ours_moved = steps["ours", alpha] - steps["ours", 0.0]
    np.testing.assert_allclose(ours_moved, theirs_moved, atol=1e-9)
    assert np.abs(theirs_moved).max() > 1e-3
