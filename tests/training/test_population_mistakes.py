"""What a population says to settings, networks and data that it can't train with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import SettingError, TraceError
from pellucid.utils.data import DataLoader, TensorDataset
from tests.training.small import QUIET
from tests.training.test_population import X, Y, mlp

MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"seeds": 0}, "seeds is how many, at least 1, or a list of them, not 0."),
    ({"seeds": []}, "seeds is how many, or a list of whole numbers from 0, not []."),
    ({"seeds": [-1]}, "seeds is how many, or a list of whole numbers from 0, not [-1]."),
    ({"seeds": "ab"}, "seeds is how many, or a list of whole numbers from 0, not 'ab'."),
    ({"lr": []}, "lr is an empty list: there is nothing to try."),
    ({"lr": [0.1, -1]}, "lr must be a number from 0, or a list of them, not -1."),
    ({"weight_decay": "x"}, "weight_decay must be a number from 0, or a list of them, not 'x'."),
    (
        {"seeds": 3, "lr": [0.1, 0.2], "grid": False},
        "with grid=False the lists go together, one of each for a member; but seeds has 3, lr has"
        " 2.",
    ),
    (
        {"dropout": 0.1},
        "dropout is no setting of population, and model_fn, which takes nothing, doesn't name it.\n"
        " Write model_fn as lambda dropout: …, or leave dropout out.",
    ),
    (
        {"momentum": 0.9},
        "momentum is no setting of population, and model_fn, which takes nothing, doesn't name it."
        "\n Write model_fn as lambda momentum: …, or leave momentum out.",
    ),
    (
        {"callbacks": [3]},
        "callbacks of a population are functions, called with all members' figures at each"
        " heartbeat; an int is none.\n"
        " Write def look(beat): … with beat.epoch, beat.train_loss, beat.stop().",
    ),
    ({"chunk": 0}, "chunk must be a whole number from 1, not 0."),
    ({"shuffles": "both"}, "shuffles is 'shared' or 'own', not 'both'."),
    (
        {"schedule": "plateau"},
        "a population's schedule can't follow the loss, which each member has of its own.\n"
        ' Choose "cosine", or a schedule that goes by steps or epochs.',
    ),
    (
        {"metrics": {"worst": lambda p, y: float(abs(p - y).max())}},
        "metrics of a population are among accuracy, r2, mse, rmse, mae.\n"
        " Measure others on its models: population.model(i).",
    ),
    (
        {"optimizer": "adan"},
        "there is no optimizer 'adan'. Did you mean \"adam\"? Known: adam, adamw, sgd, rmsprop,"
        " nadam, radam, adamax, adagrad, adadelta, lion, adafactor, muon, asgd, rprop.",
    ),
]


@pytest.mark.parametrize(("given", "text"), MISTAKES)
def test_mistakes(given: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingError) as error:
        pl.population(lambda: mlp(3, 4, 1), (X, Y), epochs=1, **given, **QUIET)
    assert str(error.value) == text


def test_mistakes_about_the_network() -> None:
    with pytest.raises(SettingError) as error:
        pl.population(mlp(3, 4, 1), (X, Y))
    assert str(error.value) == (
        "population takes a function that makes a network, not a Sequential:\n"
        " pellucid.population(lambda: nn.Sequential(…), (X, y)). To train one network from many"
        " starts: fit(model, (X, y), restarts=100)."
    )
    with pytest.raises(SettingError) as error:
        pl.population(lambda: 3, (X, Y))  # type: ignore[arg-type,return-value]
    assert str(error.value) == (
        "model_fn must make a Module, and it made an int.\n"
        " Give a function without arguments that returns the network."
    )
    model = mlp(3, 4, 1)
    with pytest.raises(SettingError) as error:
        pl.population(lambda: model, (X, Y), epochs=1)
    assert str(error.value) == (
        "model_fn gave the same network twice, and each member needs its own.\n"
        " Make it inside of the function: lambda: nn.Sequential(…)."
    )
    with pytest.raises(SettingError) as error:
        pl.population(lambda: model, (X, Y), optimizer=pl.optim.Adam(model.parameters()))
    assert str(error.value) == (
        "a population needs an optimizer by name or class: each member has its own."
    )


def test_a_maker_is_given_what_it_names() -> None:
    seen = []

    def make(lr: float, weight_decay: float = 9.0, *, seed: int) -> Any:
        seen.append((lr, weight_decay, seed))
        return mlp(3, 4, 1)

    found = pl.population(make, (X, Y), seeds=2, lr=[0.1, 0.2], epochs=1, **QUIET)
    assert set(seen) == {(lr, 1e-3, seed) for lr in (0.1, 0.2) for seed in (0, 1)}
    plain = pl.population(lambda: mlp(3, 4, 1), (X, Y), seeds=2, lr=[0.1, 0.2], epochs=1, **QUIET)
    assert found.members == plain.members
    assert (found.train_loss == plain.train_loss).all()


def test_a_maker_that_needs_what_nobody_gives() -> None:
    with pytest.raises(SettingError) as error:
        pl.population(lambda hidden: mlp(3, hidden, 1), (X, Y), epochs=1, **QUIET)
    assert str(error.value) == (
        "model_fn takes hidden, which is no setting of these members: they have seed, lr,"
        " weight_decay.\n Give a value or several, hidden=[…], or write model_fn without hidden."
    )

    def by_place(lr: float, /) -> Any:
        return mlp(3, 4, 1)

    with pytest.raises(SettingError) as error:
        pl.population(by_place, (X, Y), epochs=1, **QUIET)
    assert str(error.value) == (
        "model_fn takes lr by place, and settings come by name.\n Write it as lambda lr: …."
    )


def test_members_have_numbers() -> None:
    found = pl.population(lambda: mlp(3, 4, 1), (X, Y), seeds=2, epochs=1, **QUIET)
    for ask in (found.history, found.model):
        for name in ("a", 0.0, True, None):
            with pytest.raises(SettingError) as error:
                ask(name)  # type: ignore[operator]
            assert str(error.value) == (
                f"a member is named by its number, from 0 to 1, not by {name!r}."
            )
    assert found.history(np.int64(1)).epochs == found.history(-1).epochs == 1


def test_an_optimizer_that_takes_only_weights() -> None:
    text = (
        "optimizer is called with the weights and lr=…, weight_decay=…, and <lambda> takes (p).\n"
        " Let it take them: lambda weights, lr, weight_decay: …; or give an optimizer ready made to"
        " fit: pellucid.optim.Adam(model.parameters(), lr=…)."
    )
    with pytest.raises(SettingError) as error:
        pl.fit(mlp(3, 4, 1), (X, Y), optimizer=lambda p: pl.optim.Adam(p), epochs=1, **QUIET)
    assert str(error.value) == text
    takes = lambda p, lr, weight_decay: pl.optim.Adam(p, lr, betas=(0.5, 0.9))  # noqa: E731
    history = pl.fit(mlp(3, 4, 1), (X, Y), optimizer=takes, epochs=1, **QUIET)
    assert history.settings["betas"] == [0.5, 0.9]

    def wrong(p: Any, lr: float, weight_decay: float) -> Any:
        return len(3)  # type: ignore[arg-type]

    with pytest.raises(TypeError, match="has no len"):  # a mistake inside stays what it is
        pl.fit(mlp(3, 4, 1), (X, Y), optimizer=wrong, epochs=1, **QUIET)


def test_rows_must_be_in_memory() -> None:
    loader = DataLoader(TensorDataset(pl.tensor(X), pl.tensor(Y)), 16)
    with pytest.raises(SettingError) as error:
        pl.population(lambda: mlp(3, 4, 1), loader, validation=0, **QUIET)
    assert str(error.value) == (
        "a population needs the rows in memory, and this data comes from a loader.\n Pass (X, y)."
    )


def test_a_network_that_looks_at_its_numbers_is_refused() -> None:
    class Looks(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 1)

        def forward(self, x: Any) -> Any:
            y = self.layer(x)
            return y if y.sum().item() > 0 else -y

    with pytest.raises(TraceError, match=r"test_population_mistakes\.py"):
        pl.population(Looks, (X, Y), epochs=1, **QUIET)
    pl.manual_seed(0)
    history = pl.fit(Looks(), (X, Y), restarts=4, epochs=100, **QUIET)  # one by one
    assert len(history.restarts) == 4
