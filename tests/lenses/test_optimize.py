"""The lens of optimization: slices by direct evaluation, steps against the optimizer's own."""

from __future__ import annotations

import copy
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.errors import DataError, SettingError
from pellucid.lenses import optimize
from pellucid.lenses.descent.movers import copied_optimizer
from pellucid.lenses.descent.pace import pace_of_moments, pace_of_probes
from pellucid.lenses.descent.parts import step_of
from pellucid.lenses.descent.race import race
from pellucid.lenses.descent.rates import batches, range_test
from pellucid.lenses.descent.slice import main_directions, places, slice_of
from pellucid.lenses.descent.twin import Twin
from pellucid.lenses.descent.walked import walked
from pellucid.lenses.picture import Chart, Field, Film, Note
from pellucid.lenses.subject import subject_of


def twin_of(trained: Any, rows: int = 10_000) -> Twin:
    return Twin(subject_of(trained.model, trained.data), rows)


def loss_with(trained: Any, flat: Any) -> float:
    """The loss of a network of its own, whose weights are written one by one."""
    model, at = copy.deepcopy(trained.model), 0
    with pellucid.no_grad():
        for p in model.parameters():
            part = flat[at : at + p.numel()].reshape(tuple(p.shape))
            p.copy_(pellucid.tensor(part.astype(np.float32)))
            at += p.numel()
    return subject_of(model, trained.data).loss_value()


def test_a_slice_is_the_loss_evaluated_there(moons_model: Any) -> None:
    twin = twin_of(moons_model)
    found = slice_of(twin, None, None, None, 5, 3)
    for j, i in ((0, 0), (1, 3), (4, 2)):
        weights = found.base + found.x[i] * found.across + found.y[j] * found.up
        assert found.losses[j, i] == pytest.approx(loss_with(moons_model, weights), rel=1e-4)
    assert found.losses[2, 2] == pytest.approx(loss_with(moons_model, found.base))
    assert (twin.flat() == found.base).all()


def test_random_directions_are_as_long_as_the_filters(moons_model: Any) -> None:
    twin = twin_of(moons_model)
    found = slice_of(twin, None, None, "random", 3, 0)
    own, drawn = twin.take(found.base), twin.take(found.across)
    for name in own:
        if own[name].ndim == 2:
            lengths = np.linalg.norm(own[name], axis=1)
            assert np.allclose(np.linalg.norm(drawn[name], axis=1), lengths)
        else:
            assert not drawn[name].any()
    assert abs(found.across @ found.up) < 1e-9 * np.linalg.norm(found.across) ** 2


@pytest.mark.parametrize("which", ["update", "path"])
def test_the_path_lies_where_its_directions_say(moons_model: Any, which: str) -> None:
    from sklearn.decomposition import PCA

    twin = twin_of(moons_model)
    path = walked(twin, moons_model.history)
    assert path is not None and path.steps == moons_model.history.recording.steps
    found = slice_of(twin, path.weights, path.until, which, 3, 0)
    assert abs(found.across @ found.up) < 1e-9
    on, away = places(found, path.weights), path.weights - found.base
    assert found.share == pytest.approx((on**2).sum() / (away**2).sum())
    if which == "path":
        main = PCA(2).fit(path.weights).components_
        assert abs(main[0] @ found.across) == pytest.approx(1, abs=1e-6)
        assert abs(main[1] @ found.up) == pytest.approx(1, abs=1e-6)
    else:
        moves = np.diff(path.until, axis=0)
        last = moves[np.abs(moves).max(axis=1) > 0][-1]
        assert found.across @ last == pytest.approx(np.linalg.norm(last))


OPTIMIZERS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.5, "weight_decay": 0.01}),
    ("Adam", {"lr": 0.02, "weight_decay": 0.01}),
    ("Adam", {"lr": 0.02, "maximize": True}),
    ("AdamW", {"lr": 0.02, "weight_decay": 0.1, "amsgrad": True}),
    ("Lion", {"lr": 0.01}),
]


@pytest.mark.parametrize(("kind", "settings"), OPTIMIZERS)
def test_the_parts_add_up_to_the_step_that_is_taken(
    moons_model: Any, kind: str, settings: dict[str, Any]
) -> None:
    model = copy.deepcopy(moons_model.model)
    subject = subject_of(model, moons_model.data)
    optimizer = getattr(pellucid.optim, kind)(model.parameters(), **settings)
    _steps(subject, optimizer, 3)
    before, state = _numbers(model), repr(optimizer.state_dict())
    shown = optimize(model, moons_model.data, optimizer=optimizer, grid=3, rows=1000)
    assert all((before[k] == v).all() for k, v in _numbers(model).items())
    assert repr(optimizer.state_dict()) == state  # it does not know that it was asked

    twin = Twin(subject, 1000)
    step = step_of(twin, copied_optimizer(twin, optimizer))
    start = twin.flat()
    _steps(subject, optimizer, 1)
    real = Twin(subject, 1000).flat() - start
    assert np.allclose(step.total, real, atol=1e-7)
    assert np.allclose(sum(step.parts.values()), real, atol=1e-6 * np.abs(real).max() * 10)
    along = step.parts["gradient"] @ step.gradient
    assert (along > 0) == bool(settings.get("maximize"))
    if kind == "SGD":
        assert step.rate == pytest.approx(0.1)
        wanted = 0.1 * step.gradient * (1 if settings.get("maximize") else -1)
        assert np.allclose(step.parts["gradient"], wanted)
    told = shown.to_dict()["step"]
    shares = [p["share"] for name, p in told.items() if name != "total"]
    assert sum(shares) == pytest.approx(1, abs=1e-4)


def test_scaling_is_what_no_single_step_size_can_do(moons_model: Any) -> None:
    """Adam's first step by hand: every weight moves by the rate, against its gradient's sign."""
    twin = twin_of(moons_model)
    step = step_of(twin, pellucid.optim.Adam(twin.weights, lr=0.01))
    g = step.gradient
    moved = np.where(g == 0, 0, -0.01 * np.sign(g))
    seen = np.abs(g) > 1e-5
    assert np.allclose(step.total[seen], moved[seen], atol=1e-5)
    c = -(step.total @ g) / (g @ g)
    assert step.rate == pytest.approx(c, rel=1e-4)
    assert np.allclose(step.parts["gradient"], -c * g, atol=1e-7)
    assert abs(step.parts["scaling"] @ g) < 1e-6 * np.linalg.norm(g)
    assert step.before == pytest.approx(loss_with(moons_model, step.weights), rel=1e-5)
    assert step.after == pytest.approx(loss_with(moons_model, step.weights + step.total), rel=1e-4)


def _steps(subject: Any, optimizer: Any, many: int) -> None:
    for _ in range(many):
        optimizer.zero_grad()
        subject.loss().backward()
        optimizer.step()


def _numbers(model: nn.Module) -> dict[str, Any]:
    return {name: t.numpy().copy() for name, t in model.state_dict().items()}


def test_sizes_by_moments_are_those_of_the_steps(moons_model: Any) -> None:
    twin = twin_of(moons_model)
    path = walked(twin, moons_model.history)
    assert path is not None
    pace = pace_of_moments(twin, path.steps[:3], path.weights[:3])
    first, second = (
        _weights_at(moons_model, step)["0.weight"].astype(np.float64) for step in path.steps[:2]
    )
    ratio = np.linalg.norm(second - first) / np.linalg.norm(first)
    assert pace.updates["0"][0] == pytest.approx(ratio / (path.steps[1] - path.steps[0]))
    subject = subject_of(moons_model.model, moons_model.data)
    with moons_model.history.recording.at(0, moons_model.model):
        for p in moons_model.model.parameters():
            p.grad = None
        subject.loss().backward()
        layer = moons_model.model[2]
        squares = (layer.weight.grad**2).sum().item() + (layer.bias.grad**2).sum().item()
        for p in moons_model.model.parameters():
            p.grad = None
    assert pace.gradients["2"][0] == pytest.approx(squares**0.5, rel=1e-5)


def _weights_at(trained: Any, step: int) -> dict[str, Any]:
    return dict(trained.history.recording.weights(step))


def test_sizes_of_a_training_with_probes_are_taken_from_them(moons_model: Any) -> None:
    twin = twin_of(moons_model)
    probes = {
        "step": np.array([1, 5]), "0.weight.grad_norm": np.array([3.0, 6.0]),
        "0.bias.grad_norm": np.array([4.0, 8.0]), "0.weight.update_ratio": np.array([0.1, 0.2]),
    }  # fmt: skip
    pace = pace_of_probes(twin, probes)
    assert pace is not None and pace.steps == [1, 5]
    assert pace.gradients == {"0": [5.0, 10.0]} and pace.updates == {"0": [0.1, 0.2]}
    run = SimpleNamespace(probes=probes, recording=moons_model.history.recording, settings={})
    text = optimize(moons_model.model, moons_model.data, run=run, grid=3).text(100)
    assert "watched while it was trained" in text


def test_the_model_is_left_as_it_was(digits_cnn: Any) -> None:
    model = digits_cnn.model
    before, stream = _numbers(model), pellucid.get_rng_state().numpy().copy()
    modes = [m.training for m in model.modules()]
    grads = [None if p.grad is None else p.grad.numpy().copy() for p in model.parameters()]
    optimize(model, digits_cnn.data, rates=True, race=["sgd"], grid=3, rows=40)
    optimize(model, digits_cnn.data, run=digits_cnn.history, grid=3, rows=40)
    after = _numbers(model)
    assert all((before[name] == after[name]).all() for name in before)
    assert all(
        (g is None and p.grad is None) or (g == p.grad.numpy()).all()
        for g, p in zip(grads, model.parameters(), strict=True)
    )
    assert modes == [m.training for m in model.modules()]
    assert (pellucid.get_rng_state().numpy() == stream).all()


def test_two_classes_with_the_real_path(moons_model: Any) -> None:
    shown = optimize(moons_model.model, moons_model.data, run=moons_model.history, grid=7)
    data = shown.to_dict()
    assert data["loss"] == pytest.approx(
        subject_of(moons_model.model, moons_model.data).loss_value(), rel=1e-5
    )
    assert data["slice"]["directions"][0] == "the last update"
    assert data["path"]["steps"] == list(moons_model.history.recording.steps)
    assert set(data["step"]) >= {"gradient", "momentum", "scaling", "total"}
    chart = shown.view.blocks[0]
    assert isinstance(chart, Chart) and any(isinstance(m, Field) for m in chart.marks)
    assert "Adam with rate 0.03" in shown.text(100) and "rebuilt" in shown.text(100)
    assert "lies in this slice" in chart.title and "<svg" in shown.html()


def test_a_number_and_tokens(diabetes_model: Any, tiny_transformer: Any) -> None:
    for trained in (diabetes_model, tiny_transformer):
        shown = optimize(trained.model, trained.data, optimizer="sgd", lr=0.05, grid=3, rows=30)
        assert shown.to_dict()["step"]["gradient"]["share"] == pytest.approx(1, abs=1e-3)
        assert "SGD with rate 0.05 without a memory" in " ".join(shown.text(100).split())


def test_a_film_draws_every_moment_on_one_slice(moons_model: Any) -> None:
    shown: Any = optimize(
        moons_model.model, moons_model.data, run=moons_model.history, film=3, grid=3, rows=50
    )
    film = next(b for b in shown.view.blocks if isinstance(b, Film))
    fields: list[Any] = [f.marks[0].values for f in film.frames]  # type: ignore[union-attr]
    assert all((f == fields[0]).all() for f in fields)
    ids = re.findall(r'id="(pl[^"]+)"', shown.html())
    assert len(ids) == 3 == len(set(ids))  # none is masked by what is hidden
    moments = shown.to_dict()["moments"]
    nows = [m["slice"]["now"] for m in moments]
    assert nows[0] == pytest.approx(moments[-1]["path"]["places"][0]) and nows[0] != nows[-1]


def test_the_range_test_finds_where_steps_are_too_large() -> None:
    """On a bowl of steepness k, gradient descent goes up at every rate above 2/k."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(256, 4)).astype(np.float32)
    y = (x.sum(axis=1) + rng.normal(size=256)).astype(np.float32)
    steep = float(np.linalg.eigvalsh(2 * x.T @ x / 256).max())
    pellucid.manual_seed(0)
    twin = Twin(subject_of(nn.Linear(4, 1, bias=False), (x, y), loss="mse"), 256)
    here = twin.flat()
    tested = range_test(twin, "sgd", 60, 0)
    assert tested.best < 2.6 / steep and tested.suggested <= tested.best / 10
    assert tested.rates[-1] > 2 / steep and tested.smooth[-1] > 4 * tested.smooth.min()
    assert (twin.flat() == here).all()
    again = range_test(twin, "sgd", 60, 0)
    assert (again.losses == tested.losses).all()


def test_a_race_is_a_training_from_the_same_start(moons_model: Any) -> None:
    twin = twin_of(moons_model, 100)
    (sgd,), (again,) = race(twin, ("sgd",), 20, 0), race(twin, ("sgd",), 20, 0)
    assert vars(sgd) == vars(again) and sgd.losses[0] == pytest.approx(twin.loss())
    model = copy.deepcopy(twin.subject.model)
    subject = subject_of(model, (twin.subject.x, twin.subject.y))
    optimizer = pellucid.optim.SGD(model.parameters(), lr=sgd.rate)
    for _, rows in zip(range(20), batches(twin, 0), strict=False):
        optimizer.zero_grad()
        subject.loss(subject.x[rows], subject.y[rows]).backward()  # type: ignore[index]
        optimizer.step()
    assert sgd.steps[-1] == 20 and sgd.losses[-1] == pytest.approx(subject.loss_value(), rel=1e-4)


def test_rates_and_races_are_on_request(moons_model: Any) -> None:
    shown = optimize(
        moons_model.model, moons_model.data, rates=True, race=["momentum", "adam"], grid=3, rows=64
    )
    data, text = shown.to_dict(), shown.text(100)
    assert data["rates"]["suggested"] < data["rates"]["lowest"]
    assert [r["name"] for r in data["race"]["runners"]] == ["momentum", "adam"]
    assert "Suggested for adam" in text and "from fresh weights" in text


def test_what_is_refused(moons_model: Any) -> None:
    model, (x, y) = moons_model.model, moons_model.data
    with pytest.raises(DataError) as nothing:
        optimize(model, x)
    assert str(nothing.value) == (
        "optimize needs to know what should come out: give the data as (X, y)."
    )
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "directions": ({"directions": "down"}, 'directions must be one of "update", "path",'),
        "path": ({"directions": "path"}, 'directions="path" needs the path of a training.'),
        "race": (
            {"race": "lion"},
            "'lion' does not race. There are: sgd, momentum, rmsprop, adam.",
        ),
        "grid": ({"grid": 1}, "grid must be at least 3 and rows at least 1, not 1 and 256."),
    }
    for settings, text in cases.values():
        with pytest.raises(SettingError) as error:
            optimize(model, (x, y), **settings)
        assert str(error.value).startswith(text)
    other = pellucid.optim.SGD(nn.Linear(2, 2).parameters())
    with pytest.raises(SettingError, match="moves other weights than those of the network"):
        optimize(model, (x, y), optimizer=other)
    frozen = copy.deepcopy(model).requires_grad_(False)
    with pytest.raises(SettingError, match="no weights to train: none, or all are frozen"):
        optimize(frozen, (x, y))


def test_a_paths_directions_are_those_of_a_singular_value_decomposition() -> None:
    rng = np.random.default_rng(0)
    for shape in ((7, 300), (40, 9)):
        away = rng.normal(size=shape) * rng.uniform(0.1, 3.0, shape[1])
        found = main_directions(away, 2)
        wanted = np.linalg.svd(away, full_matrices=False)[2][:2]
        assert np.abs(np.sum(found * wanted, axis=1)) == pytest.approx([1.0, 1.0])
    line = np.outer([1.0, 2.0, 5.0], rng.normal(size=50))
    assert main_directions(line, 2).shape == (1, 50), "one direction is all there is"


def test_names_of_a_steps_parts_keep_apart(moons_model: Any) -> None:
    for run in (None, moons_model.history):
        shown = optimize(moons_model.model, moons_model.data, run=run)
        chart = next(
            b for b in shown.view.blocks
            if isinstance(b, Chart) and b.title == "The next step is the sum of its parts"
        )  # fmt: skip
        notes = [m for m in chart.marks if isinstance(m, Note)]
        wide = float(chart.x.high or 0) - float(chart.x.low or 0)
        high = float(chart.y.high or 0) - float(chart.y.low or 0)
        for i, a in enumerate(notes):
            for b in notes[i + 1 :]:
                assert abs(a.x - b.x) > 0.12 * wide or abs(a.y - b.y) > 0.05 * high, (a, b)
