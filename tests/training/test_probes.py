"""Probes: each statistic by hand, the default set beside NumPy, and a training left as it was."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn, probes
from pellucid.errors import SettingError
from pellucid.training import History
from pellucid.training import probe_table as tables
from pellucid.training.probe_table import ProbeTable
from pellucid.training.probes import Probing, make_probing
from tests.training.small import QUIET, blobs, mlp, same, weights

ENGINES = ["numpy", "xla"]
PER_LAYER = ["mean", "std"]
PER_WEIGHT = ["grad_norm", "update_ratio"]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "xla":
        pytest.importorskip("jax")
    return str(request.param)


# ---- statistics ----------------------------------------------------------------------------------

X = np.array([[0.0, -1.5, 2.0], [0.99, 0.0, -0.25]], np.float32)
BY_HAND = {
    "mean": X.mean(),
    "std": X.std(),
    "min": -1.5,
    "max": 2.0,
    "abs_max": 2.0,
    "norm": np.linalg.norm(X),
    "zero_fraction": 2 / 6,
    "finite_fraction": 1.0,
    "saturated_fraction": 3 / 6,
    "histogram": np.histogram(X, 20, (-3.0, 3.0))[0] / 6,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_statistic_by_hand(name: str) -> None:
    found = probes.STATISTICS[name](pl.tensor(X))
    np.testing.assert_allclose(found.numpy(), BY_HAND[name], rtol=1e-6)


def test_every_statistic_is_tried() -> None:
    assert set(BY_HAND) == set(probes.STATISTICS)


def test_settings_of_a_statistic() -> None:
    x = pl.tensor(X)
    assert probes.saturated_fraction(limit=1.9)(x).item() == pytest.approx(1 / 6)
    shares = probes.histogram(bins=2, low=-1.0, high=1.0)(x).tolist()
    assert shares == pytest.approx([2 / 6, 4 / 6])  # what lies beyond is in the outer ones
    assert repr(probes.saturated_fraction(limit=0.5)) == "saturated_fraction(limit=0.5)"


def test_whole_numbers_and_broken_ones() -> None:
    assert probes.mean(pl.tensor([1, 2])).item() == 1.5
    assert probes.finite_fraction(pl.tensor([1.0, float("nan"), float("inf"), 0.0])).item() == 0.5


MISTAKES = {
    "unknown": (
        lambda: pl.probe("h", pl.ones(2), "medium"),
        "there is no statistic 'medium'. There are: abs_max, finite_fraction, histogram, max, "
        "mean, min, norm, saturated_fraction, std, zero_fraction; or pass a function of a Tensor.",
    ),
    "nameless": (
        lambda: pl.probe("h", pl.ones(2), lambda x: x.sum()),
        "a statistic is a name, one of pellucid.probes, or a function with a name, not <function",
    ),
    "setting": (
        lambda: probes.saturated_fraction(most=1.0),
        "saturated_fraction has no setting 'most'. It has: limit.",
    ),
    "position": (
        lambda: probes.saturated_fraction(0.9),
        "saturated_fraction takes a Tensor and got 0.9. Settings are given by name: "
        "saturated_fraction(limit=0.9).",
    ),
    "bins": (
        lambda: probes.histogram(bins=0)(pl.ones(2)),
        "histogram: 0 bins from -3.0 to 3.0 are none.",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes(case: str) -> None:
    call, text = MISTAKES[case]
    with probes.listen(), pytest.raises(SettingError, match="^" + re.escape(text)):
        call()


# ---- listening -----------------------------------------------------------------------------------


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.Linear(3, 3)

    def forward(self, x: Any) -> Any:
        return pl.probe("bent", self.inside(x).relu(), probes.mean, spread)


def spread(x: Any) -> Any:
    return x.amax() - x.amin()


def test_nothing_is_computed_where_nobody_listens() -> None:
    def boom(x: Any) -> Any:
        raise AssertionError("computed")

    x = pl.ones(2)
    assert pl.probe("x", x, boom) is x
    with probes.listen(lambda name: name != "x.boom") as held:
        pl.probe("x", x, boom)
    assert held == {} and held.names == ["x.boom"]


def test_names_carry_the_path_and_a_number_where_they_repeat() -> None:
    shared = Block()
    with probes.listen() as held:
        nn.Sequential(shared, nn.ReLU(), shared)(pl.randn(4, 3))
        pl.probe("whole", pl.ones(2))
    assert list(held) == [
        "0.bent.mean", "0.bent.spread", "0.bent.mean#2", "0.bent.spread#2", "whole",
    ]  # fmt: skip
    assert held["whole"].tolist() == [1.0, 1.0]


def test_a_heard_value_is_a_copy_without_a_graph() -> None:
    x = pl.ones(2, requires_grad=True)
    with probes.listen() as held:
        pl.probe("x", x)
    with pl.no_grad():
        x[0] = 5.0
    assert held["x"].tolist() == [1.0, 1.0] and not held["x"].requires_grad


def test_a_compiled_step_speaks_to_whoever_listens(engine: str) -> None:
    pl.manual_seed(0)
    model = nn.Sequential(Block(), Block())
    moves = pl.optim.SGD(model.parameters(), lr=0.1)

    @pl.compile(engine=engine)
    def step(x: Any) -> Any:
        moves.zero_grad()
        loss = (model(x) ** 2).mean()
        loss.backward()
        moves.step()
        return loss

    x = pl.randn(5, 3)
    step(x)
    with probes.listen() as eager:
        model(x)
    with probes.listen() as held:
        loss = step(x)
    assert loss.shape == ()
    assert list(held) == ["0.bent.mean", "0.bent.spread", "1.bent.mean", "1.bent.spread"]
    for name, value in held.items():
        assert value.item() == pytest.approx(eager[name].item(), rel=1e-5)
    assert step.traces == 2
    assert "probes" in {part.name for part in step.report().parts}
    step(x)
    with probes.listen(lambda name: name.endswith("mean")) as some:
        step(x)
    assert list(some) == ["0.bent.mean", "1.bent.mean"] and step.traces == 2


# ---- fit -----------------------------------------------------------------------------------------


class Net(nn.Module):
    """Layers, an activation that is a layer, one that isn't, dropout, a probe of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(2, 8), nn.Sequential(nn.Linear(8, 8), nn.ReLU())
        self.drop, self.c = nn.Dropout(0.2), nn.Linear(8, 3)

    def forward(self, x: Any) -> Any:
        h = nn.functional.tanh(self.a(x))
        return self.c(pl.probe("mine", self.drop(self.b(h)), probes.abs_max))


def trained(engine: str, given: Any, **more: Any) -> tuple[Any, History]:
    pl.manual_seed(0)
    model = Net()
    settings = {"epochs": 4, "batch_size": 16, "validation": 0, **QUIET, **more}
    return model, pl.fit(model, blobs(), engine=engine, probes=given, **settings)


DEFAULT = {
    *(f"{p}.{s}" for p in ("a", "b.0", "b.1", "drop", "c") for s in PER_LAYER),
    "b.1.zero_fraction", "tanh.mean", "tanh.std", "tanh.zero_fraction", "mine.abs_max",
    *(f"{w}.{s}" for w in ("a.weight", "a.bias", "b.0.weight", "b.0.bias", "c.weight", "c.bias")
      for s in PER_WEIGHT),
}  # fmt: skip


def test_the_default_set(engine: str) -> None:
    _, history = trained(engine, True)
    assert set(history.probes.names) == DEFAULT
    assert history.probes["step"][0] == 1 and history.probes["epoch"][0] == 1
    frame = history.probes.to_frame()
    assert list(frame.columns[:2]) == ["step", "epoch"] and len(frame) == history.probes.rows


@pytest.mark.slow
def test_the_training_stays_as_it_is_bit_for_bit(engine: str) -> None:
    plain, calm = trained(engine, False)
    for given in (None, True, ["*.grad_norm"]):
        model, history = trained(engine, given)
        assert same(weights(plain), weights(model))
        assert history.step_loss == calm.step_loss
        assert history.train_loss == calm.train_loss
    assert not calm.probes


def test_both_engines_see_the_same() -> None:
    pytest.importorskip("jax")
    rows = [trained(e, True)[1].probes for e in ENGINES]
    for name in DEFAULT:
        a, b = (table[name][0] for table in rows)
        assert a == pytest.approx(b, rel=1e-4, abs=1e-6), name


@pytest.mark.slow
def test_the_first_look_beside_numpy(engine: str) -> None:
    x, y = blobs(16)
    y = np.float32(y.reshape(-1, 1))
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    w1, b1, w2, b2 = (p.detach().numpy().copy() for p in model.parameters())
    history = pl.fit(
        model, (x, y), loss="mse", optimizer="sgd", lr=0.1, weight_decay=0.0, epochs=1,
        batch_size=16, validation=0, engine=engine, probes=True, clip_norm=1e-3, **QUIET,
    )  # fmt: skip
    z = x @ w1.T + b1
    h = np.maximum(z, 0)
    g = 2 * (h @ w2.T + b2 - y) / len(y)
    gw2, gw1 = g.T @ h, ((g @ w2) * (z > 0)).T @ x
    row = {name: column[0] for name, column in history.probes.items()}
    assert row["0.mean"] == pytest.approx(z.mean(), rel=1e-4, abs=1e-6)
    assert row["1.std"] == pytest.approx(h.std(), rel=1e-4)
    assert row["1.zero_fraction"] == pytest.approx((h == 0).mean())
    assert row["2.weight.grad_norm"] == pytest.approx(np.linalg.norm(gw2), rel=1e-4)  # not clipped
    assert row["0.weight.grad_norm"] == pytest.approx(np.linalg.norm(gw1), rel=1e-4)
    moved = model[2].weight.detach().numpy()
    ratio = np.linalg.norm(moved - w2) / np.linalg.norm(moved)
    assert row["2.weight.update_ratio"] == pytest.approx(ratio, rel=0.01)


@pytest.mark.slow
def test_a_weight_that_stays_zero_has_a_ratio_of_zero(engine: str) -> None:
    model = nn.Sequential(nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 3))
    with pl.no_grad():
        model[2].weight.zero_()
        model[0].bias.fill_(-100.0)  # dead: nothing learns here
        model[0].weight.zero_()
    history = pl.fit(
        model, blobs(), epochs=2, weight_decay=0.0, probes=True, engine=engine, **QUIET
    )
    assert history.probes["0.weight.update_ratio"][0] == 0.0
    assert history.probes["1.zero_fraction"][0] == 1.0


@pytest.mark.slow
def test_names_choose(engine: str) -> None:
    _, history = trained(engine, ["a.weight", "*.zero_fraction"])
    assert set(history.probes.names) == {
        "a.weight.grad_norm", "a.weight.update_ratio", "b.1.zero_fraction", "tanh.zero_fraction",
    }  # fmt: skip
    _, history = trained(engine, "mine.*")
    assert history.probes.names == ["mine.abs_max"]


@pytest.mark.slow
def test_without_asking_the_models_own_probes_are_heard(engine: str) -> None:
    _, history = trained(engine, None)
    assert history.probes.names == ["mine.abs_max"]
    model = mlp(2, 4, 3)
    quiet = pl.fit(model, blobs(), epochs=2, engine=engine, **QUIET)
    assert not quiet.probes and len(quiet.probes.names) == 0


def test_mistakes_in_names(engine: str) -> None:
    with pytest.raises(SettingError) as error:
        trained(engine, ["a.weight.grad_nrm"])
    assert str(error.value) == (
        "probes: nothing is called 'a.weight.grad_nrm'. Did you mean 'a.weight.grad_norm'?\n"
        f" There are {len(DEFAULT)} figures; probes=True takes them all, and "
        "history.probes.names lists them."
    )
    with pytest.raises(SettingError) as error:
        trained(engine, 3)
    assert str(error.value) == (
        "probes is True, False, or names such as ['0.weight.grad_norm', '*.zero_fraction'], not 3."
    )


def test_a_mistake_leaves_the_model_without_hooks() -> None:
    pl.manual_seed(0)
    model = Net()
    with pytest.raises(SettingError):
        pl.fit(model, blobs(), probes="nothing", engine="numpy", **QUIET)
    assert all(m._module_hooks is None for m in model.modules())


def test_hooks_of_ones_own_stay() -> None:
    model, seen = mlp(2, 4, 3), []
    model[0].register_forward_hook(lambda m, x, y: seen.append(1))
    pl.fit(model, blobs(), epochs=1, probes=True, engine="numpy", **QUIET)
    before = len(seen)
    model(pl.ones(2, 2))
    assert len(seen) == before + 1


@pytest.mark.slow
def test_recurrent_layers_and_restarts(engine: str) -> None:
    class Last(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gru, self.out = nn.GRU(2, 4, batch_first=True), nn.Linear(4, 1)

        def forward(self, x: Any) -> Any:
            return self.out(self.gru(x)[0][:, -1])

    draw = np.random.default_rng(0)
    x = draw.normal(size=(40, 5, 2)).astype(np.float32)
    history = pl.fit(Last(), (x, x.sum((1, 2))), epochs=2, probes=True, engine=engine, **QUIET)
    assert {"gru.mean", "gru.weight_hh_l0.grad_norm", "out.std"} <= set(history.probes.names)
    starts = pl.fit(
        mlp(2, 4, 3), blobs(), epochs=2, restarts=2, probes=True, engine="numpy", **QUIET
    )
    assert starts.probes.rows >= 1


def test_a_history_keeps_them_on_disk(tmp_path: Any) -> None:
    _, history = trained("numpy", True)
    history.save(tmp_path / "history.json")
    again = History.load(tmp_path / "history.json")
    assert again.probes.names == history.probes.names
    for name in history.probes:
        np.testing.assert_array_equal(again.probes[name], history.probes[name])


def test_a_resumed_training_keeps_its_rows(engine: str, tmp_path: Any) -> None:
    file = tmp_path / "run.checkpoint"
    _, first = trained(engine, True, epochs=2, checkpoint=file)
    _, second = trained(engine, True, epochs=4, checkpoint=file, resume=True)
    before = first.probes.rows
    np.testing.assert_array_equal(second.probes["a.mean"][:before], first.probes["a.mean"])
    assert second.probes.rows > first.probes.rows


# ---- the table, and when rows are made -----------------------------------------------------------


def test_a_table_that_is_full_is_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST", 8)
    table = ProbeTable()
    for step in range(1, 30):
        table.add(step, 1, {"x": float(step)})
    assert table.rows <= 8 and table.thinned >= 2
    assert table["step"][0] == 1 and table["step"][-1] == 29
    np.testing.assert_array_equal(table["x"], table["step"])


def test_figures_that_come_and_go_and_arrays() -> None:
    table = ProbeTable()
    table.add(1, 1, {"x": 1.0})
    table.add(2, 1, {"y": [1.0, 2.0]})
    np.testing.assert_array_equal(table["x"], [1.0, np.nan])
    np.testing.assert_array_equal(table["y"], [[np.nan, np.nan], [1.0, 2.0]])
    assert table.to_frame()["y"][1].tolist() == [1.0, 2.0]
    assert len(ProbeTable(table.to_dict())) == 4
    with pytest.raises(KeyError):
        table["z"]


def test_a_table_as_text() -> None:
    table = ProbeTable()
    assert repr(table) == "ProbeTable(no rows)"
    table.add(1, 1, {"0.mean": 0.25, "1.zero_fraction": 0.5})
    table.add(1500, 3, {"0.mean": 0.125, "1.zero_fraction": 0.75})
    assert repr(table) == (
        "looks: 2, from step 1 to 1,500\n"
        "                      first        last\n"
        "0.mean                 0.25       0.125\n"
        "1.zero_fraction         0.5        0.75"
    )


def test_looks_are_as_rare_as_they_are_dear() -> None:
    probing = make_probing(True)
    assert probing is not None and probing.due()

    probing.note(ProbeTable(), 0, 0, {"x": 1.0}, 10.0, fresh=False)
    assert not probing.due() and probing._wait >= 10.0 / 0.05
    probing._last = time.process_time() - probing._wait - 1.0
    assert probing.due()


def test_looks_stay_below_a_twentieth_of_a_short_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of a training whose steps and looks take 0.1 s, and whose first look takes 0.3."""
    now = 0.0
    monkeypatch.setattr("pellucid.training.probes.time.process_time", lambda: now)

    def looks(steps: int, each: float = 0.1) -> list[int]:
        nonlocal now
        now, probing = 0.0, make_probing(True)
        assert probing is not None
        taken = []
        for step in range(steps):
            if probing.due(last=step == steps - 1):
                fresh = not taken
                now += each * (3 if fresh else 1)
                probing.note(ProbeTable(), step, 0, {"x": 1.0}, each * (3 if fresh else 1), fresh)
                taken.append(step)
            now += each + 20.0 * (step == 0)  # the first one is compiled
        return taken

    assert looks(40) == [0]  # the last one would make it 5 %
    assert looks(50) == [0, 49]
    assert looks(59) == [0, 58]
    assert looks(200) == [0, 61, 121, 181, 199]
    assert looks(20, each=0.001) == [0, 19]  # two looks take two milliseconds


def test_only_a_look_whose_program_is_new_is_a_first_one() -> None:
    """The next training of the same network finds program and memory ready."""
    pytest.importorskip("jax")
    found = []
    for _ in range(2):
        seen: list[bool] = []
        note = Probing.note

        def noted(self: Any, *words: Any, note: Any = note, seen: list[bool] = seen) -> None:
            seen.append(words[-1])
            note(self, *words)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Probing, "note", noted)
            trained("xla", True, batch_size=15)
        found.append(seen)
    assert not any(found[1]) and not any(found[0][1:])


@pytest.mark.slow
def test_members_of_a_population_have_rows_of_their_own() -> None:
    pytest.importorskip("jax")

    def make(dropout: float) -> Any:
        return nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Dropout(dropout), nn.Linear(6, 3))

    options: dict[str, Any] = {"epochs": 5, "batch_size": 16, "validation": 0, "probes": True}
    found = pl.population(
        make, blobs(), seeds=[3], lr=(0.1, 0.01), dropout=(0.1, 0.4), weight_decay=0.01,
        shuffles="own", chunk=2, **options, **QUIET,
    )  # fmt: skip
    for index in (0, 3):  # of both chunks
        m = found.members[index]
        pl.manual_seed(m["seed"])
        alone = pl.fit(
            make(m["dropout"]), blobs(), seed=m["seed"], lr=m["lr"], engine="numpy",
            weight_decay=0.01, **options, **QUIET,
        ).probes  # fmt: skip
        table = found.history(index).probes
        assert table.names == alone.names and table["step"][0] == 1
        for name in table.names:
            np.testing.assert_allclose(
                table[name][0], alone[name][0], rtol=1e-3, atol=1e-5, err_msg=name
            )
    quiet = pl.population(make, blobs(), seeds=1, dropout=0.1, epochs=1, **QUIET)
    assert not quiet.history(0).probes


@pytest.mark.slow
def test_the_last_step_is_looked_at(engine: str) -> None:
    _, history = trained(engine, True, batch_size=15)  # six batches of blobs
    assert history.probes["step"][-1] == history.steps == 24
    _, history = trained(engine, True, batch_size=16)  # and a smaller one
    assert history.probes["step"][-1] == history.steps - 1


@pytest.mark.slow
def test_of_several_batches_the_first_is_heard(engine: str) -> None:
    _, whole = trained(engine, True, batch_size=15)
    _, parts = trained(engine, True, batch_size=15, accumulate=2)
    assert parts.probes.names == whole.probes.names
    assert parts.probes["a.mean"][0] == pytest.approx(whole.probes["a.mean"][0], rel=1e-5)
    assert parts.probes["a.weight.grad_norm"][0] != whole.probes["a.weight.grad_norm"][0]
