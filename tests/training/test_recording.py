"""A recording keeps the weights of the moments it names, and leaves no trace when looking back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import FileFormatError, SettingError, StateError
from pellucid.training.callback import Callback
from pellucid.training.recording import Recorder, Recording
from tests.training.small import QUIET, X, Y, blobs, mlp, same, weights


class Watching(Callback):
    """The first layer's weights after every step, independently of the recording."""

    def __init__(self) -> None:
        self.seen: dict[int, Any] = {}

    def on_fit_start(self, run: Any) -> None:
        self.seen[0] = weights(run.model)

    def on_step_end(self, run: Any) -> None:
        self.seen[run.step] = weights(run.model)


def trained(**options: Any) -> tuple[Any, Any]:
    model = mlp(3, 8, 1)
    given = {"epochs": 60, "batch_size": 10, **QUIET, **options}
    return model, pl.fit(model, (X, Y), record=True, **given)


@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_every_moment_is_what_the_weights_were(engine: str) -> None:
    watch = Watching()
    _, history = trained(engine=engine, callbacks=[watch])
    kept = history.recording
    assert kept.steps[:17] == tuple(range(17))
    assert kept.steps[-1] == history.steps == 240
    assert 60 < len(kept) <= 66
    for step in kept.steps:
        assert same(list(kept.weights(step).values()), watch.seen[step])


def test_training_is_the_same_with_it_and_engines_keep_the_same_steps() -> None:
    plain = mlp(3, 8, 1)
    pl.fit(plain, (X, Y), epochs=60, batch_size=10, engine="numpy", **QUIET)
    model, history = trained(engine="numpy")
    assert same(weights(plain), weights(model))
    _, compiled = trained(engine="xla")
    assert compiled.recording.steps == history.recording.steps


def test_the_loop_writes_all_its_moments_into_the_same_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stretch = pytest.importorskip("pellucid.engines.xla.stretch")
    seen: list[tuple[int, ...]] = []
    made = stretch.XlaStretch._album

    def album(self: Any) -> list[Any]:
        pages: list[Any] = made(self)
        seen.append(tuple(page.unsafe_buffer_pointer() for page in pages))
        return pages

    monkeypatch.setattr(stretch.XlaStretch, "_album", album)
    options = {"epochs": 30, "batch_size": 10, "engine": "xla", **QUIET}
    pl.fit(mlp(3, 4, 1), (X, Y), record=True, **options)
    assert len(seen) >= 30
    assert len(set(seen)) == 1


def test_at_looks_back_and_restores_also_after_errors() -> None:
    model, history = trained(engine="numpy")
    now = weights(model)
    with history.recording.at(3, model) as step:
        assert step == 3
        assert same(weights(model), list(history.recording.weights(3).values()))
    assert same(weights(model), now)
    with pytest.raises(KeyError), history.recording.at(0, model):
        raise KeyError("in the middle")
    assert same(weights(model), now)
    with history.recording.at(10**9, model) as step:
        assert step == history.steps


def test_buffers_belong_to_a_moment() -> None:
    pl.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))
    history = pl.fit(model, blobs(), epochs=3, record=True, **QUIET)
    mean = model[1].running_mean.numpy().copy()
    with history.recording.at(0, model):
        assert (model[1].running_mean.numpy() == 0).all()
        assert model[1].num_batches_tracked.item() == 0
    assert (model[1].running_mean.numpy() == mean).all()


def test_saved_and_read_again(tmp_path: Path) -> None:
    model, history = trained(engine="numpy", epochs=5)
    kept = history.recording
    kept.save(tmp_path / "r.safetensors")
    again = Recording.load(tmp_path / "r.safetensors")
    assert again.steps == kept.steps
    assert again.nbytes == kept.nbytes
    for step in kept.steps:
        assert same(list(again.weights(step).values()), list(kept.weights(step).values()))
    pl.save(model, tmp_path / "model.safetensors")
    with pytest.raises(FileFormatError, match=r"not a recording of fit\.\n Recording\.save"):
        Recording.load(tmp_path / "model.safetensors")


@pytest.mark.parametrize(("planned", "steps"), [(10_000, 10_000), (None, 40_000), (3_200, 5_000)])
def test_few_moments_whatever_was_planned(planned: int | None, steps: int) -> None:
    recorder = Recorder(mlp(3, 2, 1), planned)
    for step in range(steps + 1):
        if step >= recorder.due:
            recorder.keep(step)
    kept = np.array(recorder.recording.steps)
    assert len(kept) <= 200
    assert (kept[:51] == np.arange(51)).all()
    late = kept[kept > 50]
    assert late[-1] >= 0.9 * steps
    assert np.diff(np.log(late)).max() < 0.12


@pytest.mark.parametrize(
    ("steps", "moments", "first"), [(40, 41, 16), (300, 64, 16), (1600, 100, 25), (4000, 200, 50)]
)
def test_fewer_moments_of_a_short_training(steps: int, moments: int, first: int) -> None:
    recorder = Recorder(mlp(3, 2, 1), steps)
    for step in range(steps + 1):
        if step >= recorder.due or step == steps:
            recorder.keep(step)
    kept = recorder.recording.steps
    assert abs(len(kept) - moments) <= 3
    assert kept[: first + 1] == tuple(range(first + 1))


def test_a_budget_bounds_the_size() -> None:
    model = mlp(100, 100, 1)
    history = pl.fit(
        model, (np.zeros((40, 100), np.float32), np.zeros(40, np.float32)),
        epochs=30, batch_size=8, record=0.5, **QUIET,
    )  # fmt: skip
    kept = history.recording
    assert kept.nbytes <= 500_000
    assert len(kept) == 12
    assert kept.steps[:4] == (0, 1, 2, 3)
    assert kept.steps[-1] == history.steps
    with pytest.raises(SettingError) as told:
        Recorder(model, 100, 0.05)
    assert str(told.value) == (
        "record keeps at most 0.05 MB, and this network's weights take 40.8 kB at each moment:"
        " there is no room for the first and the last.\n"
        " Allow more, in MB: record=1 keeps 20 moments."
    )


def test_loaders_whose_length_nobody_knows() -> None:
    batches = [(X[i : i + 10], Y[i : i + 10]) for i in range(0, 50, 10)]
    history = pl.fit(mlp(3, 4, 1), batches, epochs=4, validation=0, record=True, **QUIET)
    assert history.recording.steps == tuple(range(21))


def test_taken_up_again_it_goes_on(tmp_path: Path) -> None:
    options = {"epochs": 2, "batch_size": 10, "checkpoint": tmp_path / "c", **QUIET}
    pl.fit(mlp(3, 4, 1), (X, Y), **options)
    history = pl.fit(
        mlp(3, 4, 1), (X, Y), **{**options, "epochs": 4}, resume=True, record=True
    )  # fmt: skip
    assert history.recording.steps == tuple(range(8, 17))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"record": "yes"},
            "record is True, or how many megabytes the moments may take, not 'yes'.",
        ),
        ({"record": 0.0}, "record is True, or how many megabytes the moments may take, not 0.0."),
        ({"record": -1}, "record is True, or how many megabytes the moments may take, not -1."),
        (
            {"record": True, "restarts": 3},
            "a recording is kept of a single start; give restarts or record.",
        ),
    ],
)
def test_settings(options: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingError) as told:
        pl.fit(mlp(3, 2, 1), (X, Y), **options, **QUIET)
    assert str(told.value) == text


def test_another_network_and_nothing_kept() -> None:
    _, history = trained(engine="numpy", epochs=1)
    with (
        pytest.raises(StateError) as told,
        history.recording.at(0, mlp(3, 9, 1)),
    ):
        pass
    assert str(told.value) == (
        "this recording is of another network: its 0.weight is 8 × 3, and here it is 9 × 3.\n"
        " Give the network that was trained, or one built the same way."
    )
    with pytest.raises(StateError, match=r"recording is empty: .* no moment\.\n Train with"):
        Recording().nearest(3)
    assert repr(Recording()) == "Recording(no moment)"
