"""Steps that go alike are counted without being looked at, and what is not alike is seen."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid.doctor.watching.ours import Ours
from pellucid.doctor.watching.watcher import Watcher

LIBRARIES = ("pellucid", "torch")


def _watcher(name: str, **settings: Any) -> tuple[Any, Watcher, Any, Any]:
    """A library, somebody who watches a network of it, the network, and its optimizer."""
    if name == "pellucid":
        lib: Any = pellucid
        library: Any = Ours()
    else:
        lib = pytest.importorskip("torch")
        from pellucid.bridges.torch.library import Torch

        library = Torch()
    lib.manual_seed(0)
    drop = settings.get("drop")
    layers = [lib.nn.Linear(4, 8), lib.nn.ReLU(), *([lib.nn.Dropout(drop)] if drop else [])]
    model = lib.nn.Sequential(*layers, lib.nn.Linear(8, 2))
    optimizer = lib.optim.SGD(model.parameters(), lr=0.1)
    return lib, Watcher(library, [model], [optimizer]), model, optimizer


def _batch(lib: Any, rows: int = 16) -> tuple[Any, Any]:
    x = lib.randn(rows, 4)
    return x, (x[:, 0] > 0).long()


def _step(lib: Any, model: Any, optimizer: Any, batch: Any, clear: bool = True) -> None:
    if clear:
        optimizer.zero_grad()
    lib.nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
    optimizer.step()


@pytest.mark.parametrize("name", LIBRARIES)
def test_alike_steps_are_counted(name: str) -> None:
    """All losses, events and targets are there, though most steps were rested."""
    lib, w, model, optimizer = _watcher(name, drop=0.5)
    batches = [_batch(lib) for _ in range(5)]
    w.begin()
    rested = 0
    for step in range(40):
        if step == 20:
            optimizer.param_groups[0]["lr"] = 0.01
        if step == 30:
            model.eval()
        _step(lib, model, optimizer, batches[step % 5])
        rested += w.rest.on
    assert rested > 25
    assert not w.hung_before  # nobody is told before a step while it lasts
    w.end()
    (ledger,) = w.ledgers.values()
    assert w.missing == {}
    assert (w.step, w.backwards, len(w.losses)) == (40, 40, 40)
    assert (ledger.steps, ledger.clears, ledger.stale, ledger.per_step[1]) == (40, 39, 0, 40)
    assert w.rates == [(0, 0.1), (20, 0.01)]
    assert (w.passes.train, w.passes.train_in_eval, w.passes.batch) == (40, 10, 16)
    assert [batch.step for batch in w.batches.counted()] == list(range(40))
    assert [score.step for score in w.batches.fits()] == [0, 1, 7, 15, 23, 31, 39]
    kept = w.batches.kept.rows()
    assert kept is not None and kept.total == 80
    assert [m.step for m in w.looks.moments] == [0, 1, 2, 5, 11, 23]


@pytest.mark.parametrize("name", LIBRARIES)
def test_what_is_not_alike_is_seen(name: str) -> None:
    """Gradients that are not cleared from some step on, scores, and a loss that is no number."""
    lib, w, model, optimizer = _watcher(name)
    batch, held = _batch(lib), _batch(lib, 9)
    w.begin()
    for step in range(60):
        _step(lib, model, optimizer, batch, clear=step < 30)
        if step in (8, 16):
            with lib.no_grad():
                lib.nn.functional.cross_entropy(model(held[0]), held[1])
    w.end()
    (ledger,) = w.ledgers.values()
    assert (ledger.steps, ledger.clears, ledger.stale) == (60, 29, 30)
    assert [(g.step, g.rows) for g in w.scores.groups] == [(9, 9), (17, 9)]
    assert w.passes.eval_in_train == 2

    lib, w, model, optimizer = _watcher(name)
    w.begin()
    for step in range(12):
        if step == 9:
            assert w.rest.on
            with lib.no_grad():
                model[0].weight[0, 0] = float("nan")
        _step(lib, model, optimizer, batch)
    w.end()
    assert [m.step for m in w.looks.moments][:6] == [0, 1, 2, 5, 9, 11]


@pytest.mark.parametrize("name", LIBRARIES)
def test_gradients_thrown_away(name: str) -> None:
    """A loop that begins to clear between the backward pass and the step."""
    lib, w, model, optimizer = _watcher(name)
    batch = _batch(lib)
    w.begin()
    for step in range(40):
        optimizer.zero_grad()
        lib.nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
        if step >= 20:
            optimizer.zero_grad()
        optimizer.step()
    w.end()
    (ledger,) = w.ledgers.values()
    assert (ledger.steps, ledger.wasted, ledger.stale) == (40, 20, 0)


@pytest.mark.parametrize("name", LIBRARIES)
def test_clips_that_find_no_gradients_are_counted(name: str) -> None:
    """All of them, or the first ones alone: a clip that met gradients ends the count."""
    for right_from in (20, 3):
        lib, w, model, optimizer = _watcher(name)
        w.begin()
        for step in range(20):
            optimizer.zero_grad()
            loss = lib.nn.functional.cross_entropy(model(lib.randn(8, 4)), lib.arange(8) % 2)
            if step < right_from:
                lib.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            loss.backward()
            if step >= right_from:
                lib.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        w.end()
        assert (w.step, w.idle_clips, w.clip, w.missing) == (20, right_from, 1.0, {})


@pytest.mark.parametrize("name", LIBRARIES)
def test_targets_of_pairs_are_seen(name: str) -> None:
    """Their smallest and largest, over all calls."""
    lib, w, model, optimizer = _watcher(name)
    w.begin()
    for low in (1, 0):
        target = lib.tensor([1, 1, low, low])
        optimizer.zero_grad()
        both = model(lib.randn(4, 4)), model(lib.randn(4, 4))
        lib.nn.CosineEmbeddingLoss()(*both, target).backward()
        optimizer.step()
    w.end()
    assert w.pairs == ("cosine_embedding_loss", 0.0, 1.0)
    assert w.missing == {}


@pytest.mark.parametrize("name", LIBRARIES)
def test_batches_are_kept_alike_with_and_without_rest(name: str) -> None:
    """Rows, targets, fits and sizes are the same, be the last batch of an epoch smaller."""
    found = []
    for rests in (True, False):
        lib, w, model, optimizer = _watcher(name)
        if not rests:
            w.rest.may_begin = lambda: False  # type: ignore[method-assign]
        batches = [_batch(lib, rows) for rows in (16, 16, 7)]
        again, shown = w.batches.again, []
        w.batches.again = lambda *a, of=again, to=shown: to.append(of(*a)) or to[-1]  # type: ignore
        w.begin()
        for step in range(60):
            x, y = batches[step % 3]
            _step(lib, model, optimizer, (x.clone(), y.clone()))
        w.end()
        assert any(shown) == rests
        kept = w.batches.kept.rows()
        assert kept is not None
        fits = [(s.step, s.rows, s.right, s.training) for s in w.batches.fits()]
        counted = [(b.step, b.rows, b.counts) for b in w.batches.counted()]
        rows = (kept.x.tolist(), kept.y.tolist(), kept.total)
        found.append((rows, fits, counted, w.passes.sizes, w.batches.loss))
    assert found[0] == found[1]
