"""`fit(doctor=…)`: the doctor after a fit says what is wrong, and changes nothing."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.errors import TrainingError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def net(*end: nn.Module, hidden: nn.Module | None = None) -> nn.Module:
    pellucid.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 32), hidden or nn.ReLU(), nn.Linear(32, 2), *end)


def fitted(model: nn.Module, y: Any = Y, **settings: Any) -> Any:
    given: dict[str, Any] = {"epochs": 25, "lr": 0.01, "progress": False, "doctor": True}
    return pellucid.fit(model, (X, y), **{**given, **settings})


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")
def test_what_is_wrong_is_found() -> None:
    for model, settings, kind in (
        (net(nn.Softmax(dim=1)), {"loss": nn.CrossEntropyLoss()}, "double_softmax"),
        (net(hidden=nn.Identity()), {}, "missing_nonlinearity"),
        (net(), {"lr": 1e-6}, "lr_too_low"),
    ):
        history = fitted(model, **settings)
        assert history.doctor.findings[:1] == [kind]


def test_rows_in_the_order_of_their_targets_are_found() -> None:
    """A fit that does not shuffle is looked at in the order that it learned from."""
    quarter = 2 * (X[:, 0] > 0) + (X[:, 1] > 0).astype(int)
    settings: dict[str, Any] = {"shuffle": False, "validation": 0, "restore_best": False}
    for rows, found in ((np.argsort(quarter, kind="stable"), True), (slice(None), False)):
        pellucid.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 4))
        told = pellucid.fit(
            model, (X[rows], quarter[rows]), lr=0.15, epochs=6, batch_size=10, progress=False,
            doctor=True, **settings,
        ).doctor  # fmt: skip
        assert told.findings[:1] == ["unshuffled_data"] * found


def test_a_healthy_fit_is_left_as_it_is() -> None:
    plain, looked = net(), net()
    before = fitted(plain, doctor=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stderr", None)  # nothing is said where no progress is shown
        after = fitted(looked)
    assert before.doctor is None and after.doctor.healthy
    assert before.step_loss == after.step_loss
    for one, other in zip(plain.parameters(), looked.parameters(), strict=True):
        assert np.array_equal(one.detach().numpy(), other.detach().numpy())
    assert float(pellucid.rand(1)) == float(_as_if_never_looked())


def _as_if_never_looked() -> Any:
    fitted(net(), doctor=False)
    return pellucid.rand(1)


def test_short_runs_are_looked_at_only_when_asked() -> None:
    assert fitted(net(), doctor=None, epochs=2).doctor is None
    assert fitted(net(), epochs=2).doctor is not None


def test_a_short_run_that_learned_nothing_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    def hinted(y: Any = Y, **settings: Any) -> bool:
        history = fitted(net(), y, **{"doctor": None, "epochs": 8, **settings})
        assert history.doctor is None
        found = any("doctor=True" in note for note in history.notes)
        shown = bool(settings.get("progress"))
        assert ("one constant answer" in capsys.readouterr().err) == (found and shown)
        return found

    rare = (RNG.permutation(400) < 40).astype(np.int64)
    assert hinted(rare, lr=1e-4) and hinted(rare, lr=1e-4, progress=True)
    assert hinted(X[:, :2] ** 2, lr=1e-6)  # numbers, of which nothing is explained
    assert not hinted() and not hinted(X[:, :2] + X[:, 2:])  # it learned
    assert not hinted(rare, lr=1e-4, epochs=2)  # it could not have yet
    assert not hinted(rare, lr=1e-4, doctor=False)


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 25])
def test_xor_is_known_by_its_whole_table(times: int) -> None:
    """Of four different rows nothing can be held out; what can be learned is plain all the same."""
    x = np.tile(np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32), (times, 1))
    parity = (x[:, 0] != x[:, 1]).astype(np.int64)

    def found(*layers: nn.Module, epochs: int = 500 // times) -> list[str]:
        pellucid.manual_seed(0)
        given: dict[str, Any] = {"lr": 0.03, "batch_size": 4, "validation": 0, "epochs": epochs}
        model = nn.Sequential(*layers)
        return pellucid.fit(
            model, (x, parity), **given, progress=False, doctor=True, seed=0
        ).doctor.findings  # type: ignore[no-any-return]

    assert found(nn.Linear(2, 8), nn.Linear(8, 2)) == ["missing_nonlinearity"]
    assert found(nn.Linear(2, 2)) == ["underfitting"]
    assert found(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2)) == []
    if times == 1:
        assert found(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2), epochs=4) == ["undertrained"]


def test_a_run_that_diverged_is_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(TrainingError):
        fitted(net(), X[:, :2] * 1e30, loss="mse", optimizer="sgd", lr=1e3, progress=True)
    assert "doctor: " in capsys.readouterr().err


def test_a_fit_that_did_well_costs_no_closer_look(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []

    def noting(self: Any, library: Any, most: int) -> Any:
        looks.append(most)
        return real(self, library, most)

    module = importlib.import_module("pellucid.doctor.fitted")
    real = module.Fitted._stepped
    monkeypatch.setattr(module.Fitted, "_stepped", noting)
    monkeypatch.setattr("pellucid.training.checkup._WORTH", 0.0)
    well = fitted(net(), doctor=None)
    assert well.train_loss[-1] < 0.2 and well.doctor.healthy and not looks
    assert "far below" in well.doctor.unchecked["double_softmax"]
    assert fitted(net(), X[:, :2] + X[:, 2:], doctor=None, epochs=60).doctor.healthy
    assert not looks
    fitted(net(), RNG.integers(0, 2, 400), doctor=None, epochs=2)  # nothing to be learned
    assert looks == [256]
