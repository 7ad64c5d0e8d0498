"""`history.see`: from the end of a fit to any lens, and what it says where something is missing."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.data.builtin import load
from pellucid.errors import SettingError
from pellucid.training import History
from pellucid.training.table_run import train_table
from pellucid.training.table_settings import Settings

TABLE = load("moons", samples=100)


def network() -> nn.Module:
    pellucid.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))


@pytest.fixture(scope="module")
def fitted() -> tuple[nn.Module, Any, History]:
    model = network()
    data = (TABLE.frame.iloc[:, :2], (TABLE.frame["class"] == "B").astype(int))
    history = pellucid.fit(
        model, data, epochs=5, lr=0.05, progress=False, engine="numpy", record=True
    )
    return model, data, history


def test_a_lens_opens_on_the_model_and_data_of_the_fit(fitted: Any) -> None:
    model, data, history = fitted
    for name in ("black_box", "optimize"):
        direct = pellucid.see(model, data, name, run=history)
        assert history.see(name).to_dict() == direct.to_dict()
    assert "x1" in history.see("function").view.sentence  # columns keep their names
    assert history.see("function", film=3).to_dict()["moments"][0]["step"] == 0
    assert "optimize" in str(history.see())


def test_held_out_rows_are_those_of_the_fit(fitted: Any) -> None:
    model, _, history = fitted
    held, train = (history.see("black_box", part=p).view.title for p in ("validation", "train"))
    assert "of 20 rows" in held and "of 80 rows" in train
    inputs, target = history.kept.rows("validation")
    assert len(inputs) == len(target) == 20
    loss = nn.CrossEntropyLoss()(model(pellucid.tensor(inputs)), pellucid.tensor(target)).item()
    assert loss == pytest.approx(history.best_loss, rel=1e-5)


def test_a_table_brings_its_names() -> None:
    own = pellucid.fit(network(), TABLE, epochs=2, progress=False, engine="numpy")
    assert "of 100 rows" in own.see("black_box").view.title
    run = train_table(TABLE, Settings(epochs=2, engine="numpy"))
    seen = run.history.see("black_box")
    assert "x1" in seen.text() and "always guessing the most common class (A)" in seen.text()
    with pytest.raises(SettingError, match="which rows were held out is known for a network that"):
        run.history.see("black_box", part="validation")


def test_the_loss_is_the_one_of_the_fit() -> None:
    x = np.linspace(-1, 1, 40, dtype=np.float32).reshape(-1, 1)
    history = pellucid.fit(
        nn.Linear(1, 1), (x, 2 * x), loss="l1", epochs=2, progress=False, engine="numpy"
    )
    assert history.see("optimize").to_dict()["loss"] == pytest.approx(
        float(np.abs(history.kept.model(pellucid.tensor(x)).detach().numpy() - 2 * x).mean()),
        rel=1e-5,
    )


def test_what_is_missing_is_named(fitted: Any) -> None:
    model, data, history = fitted
    bare = History(**history.to_dict())
    with pytest.raises(SettingError) as caught:
        bare.see("function")
    assert str(caught.value) == (
        "see: this history does not know its model and its data: it was read from a file, or is"
        ' one of many.\n Give what is missing: history.see("function", model=model, data=(X, y))'
    )
    with pytest.raises(SettingError, match="does not know its data: it"):
        bare.see("function", model=model)
    assert bare.see("function", model=model, data=data).view.title
    with pytest.raises(SettingError, match=r"^part is .train. or .validation., not 'all'"):
        history.see("function", part="all")
    with pytest.raises(SettingError, match=r"^see: data= gives the rows and part= chooses some"):
        history.see("function", data=data, part="train")
    with pytest.raises(SettingError, match='Did you mean "optimize"'):
        history.see("optimze")


def test_nothing_held_out_and_batches_of_a_loader() -> None:
    x, y = np.zeros((8, 2), np.float32), np.zeros(8, np.int64)
    history = pellucid.fit(
        network(), [(x, y)], validation=None, epochs=1, progress=False, engine="numpy"
    )
    assert "of 8 rows" in history.see("black_box").view.title
    with pytest.raises(SettingError, match=r"^see: no rows of this fit lie apart as arrays"):
        history.see("black_box", part="validation")


def test_a_history_is_pickled_also_after_films_were_seen(fitted: Any) -> None:
    model, _, history = fitted
    shown = history.see("function", film=3)
    for whole in (history, history.recording, model, shown):
        assert type(pickle.loads(pickle.dumps(whole))) is type(whole)
    back = pickle.loads(pickle.dumps(history))
    again = back.see("function", model=model, data=history.kept.data, film=3)
    assert again.to_dict()["moments"] == shown.to_dict()["moments"]


def test_the_hint_goes_with_the_model_and_copies_leave_it(fitted: Any) -> None:
    history = fitted[2]
    assert repr(history).endswith("Look closer: history.see()")
    for other in (copy.deepcopy(history), pickle.loads(pickle.dumps(history))):
        assert other.kept is None and "history.see" not in repr(other)
        assert other == history
