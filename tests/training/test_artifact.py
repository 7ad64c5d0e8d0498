"""A table model on disk: it comes back as it was, whole or not at all, and nothing in it runs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from pellucid.data import load
from pellucid.errors import DataError, FileFormatError
from pellucid.training.artifact import load_model, save_model, why_not, write_whole
from pellucid.training.table_model import TableModel
from pellucid.training.table_run import TableRun, train_table
from pellucid.training.table_settings import Settings

QUICK = Settings(epochs=2, hidden=(6,))


@pytest.fixture(scope="module", params=["wine", "diabetes"])
def run(request: pytest.FixtureRequest) -> TableRun:
    return train_table(load(request.param), QUICK)


def test_it_comes_back_as_it_was(tmp_path: Path, run: TableRun) -> None:
    digests = save_model(run.model, tmp_path)
    for place in (tmp_path, tmp_path / "model.json", str(tmp_path / "model.safetensors")):
        again = load_model(place)
        assert again.architecture == run.model.architecture
        assert again.task == run.model.task and dict(again.facts) == json.loads(
            json.dumps(run.model.facts)
        )
        assert np.array_equal(again.outputs(run.features), run.model.outputs(run.features))
        assert again.predict(run.table).equals(run.model.predict(run.table))
    for name, digest in digests.items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


def test_any_tool_reads_the_weights(tmp_path: Path, run: TableRun) -> None:
    save_model(run.model, tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    assert list(weights) == ["0.bias", "0.weight", "2.bias", "2.weight"]
    assert np.array_equal(weights["0.weight"], run.model.network[0].weight.detach().numpy())


def test_saving_twice_gives_the_same_bytes(tmp_path: Path, run: TableRun) -> None:
    assert save_model(run.model, tmp_path / "a") == save_model(run.model, tmp_path / "b")
    again = load_model(tmp_path / "a")
    assert save_model(again, tmp_path / "c") == save_model(run.model, tmp_path / "a")


def test_a_file_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "deep" / "file"
    write_whole(place, b"old")
    assert place.read_bytes() == b"old"

    def torn(*paths: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", torn)
        with pytest.raises(DataError, match=r"can't write .*file: No space left on device\."):
            write_whole(place, b"new")
    assert place.read_bytes() == b"old" and [p.name for p in place.parent.iterdir()] == ["file"]


def test_reasons(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    denied = OSError(13, "Permission denied")
    assert why_not(tmp_path, denied) == "it is a folder"
    assert why_not(tmp_path / "file" / "x" / "y", denied) == f"{tmp_path / 'file'} is a file"
    assert why_not(tmp_path / "x", denied) == "Permission denied"


def test_a_file_that_cannot_be_read(
    tmp_path: Path, run: TableRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_model(run.model, tmp_path)

    def denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(FileFormatError, match=r"can't read .*model\.json: Permission denied\."):
        load_model(tmp_path)


@pytest.mark.parametrize("key", ["weights", "architecture", "preparation", "facts"])
@pytest.mark.parametrize("value", [None, 3, [], "x", {}])
def test_a_damaged_entry_is_named_and_never_a_crash(
    tmp_path: Path, run: TableRun, key: str, value: Any
) -> None:
    save_model(run.model, tmp_path)
    file = tmp_path / "model.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), key: value}))
    if (key, value) in (("facts", []), ("facts", {})):  # nothing in it is needed to predict
        assert isinstance(load_model(tmp_path), TableModel)
        return
    with pytest.raises(FileFormatError, match=r"model\.json"):
        load_model(tmp_path)


# ---- the model itself -----------------------------------------------------------------------


def test_answers_and_chances(run: TableRun) -> None:
    model, table = run.model, run.table
    found = model.predict(table)
    if model.task == "regression":
        scaled = model.outputs(run.features)[:, 0].astype(np.float64)
        outcome = model.preparation.outcome
        np.testing.assert_allclose(found["prediction"], scaled * outcome.std + outcome.mean)
        return
    shares = model.probabilities(run.features)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert list(found.columns) == ["prediction", *(f"p({c})" for c in model.preparation.classes)]
    assert (found["prediction"] == model.answers(run.features)).all()


def test_no_rows_and_many_rows(run: TableRun, monkeypatch: pytest.MonkeyPatch) -> None:
    model = run.model
    assert model.outputs(run.features[:0]).shape == (0, model.architecture.outputs)
    whole = model.outputs(run.features)
    monkeypatch.setattr("pellucid.training.table_model._ROWS_AT_ONCE", 50)
    np.testing.assert_allclose(model.outputs(run.features), whole, atol=1e-6)


def test_asking_leaves_the_model_as_it_is(run: TableRun) -> None:
    run.model.network.train()
    run.model.outputs(run.features[:2])
    assert run.model.network.training
    run.model.network.eval()


def test_huge_scores_give_chances_not_nan() -> None:
    run = train_table(load("iris"), QUICK)
    far = run.model.probabilities(run.features * np.float32(1e6))
    assert np.isfinite(far).all() and far.max() > 0.999
