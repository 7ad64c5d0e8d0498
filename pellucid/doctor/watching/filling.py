"""When the watching is over: what was noted becomes `Seen`, and a `Case` for trials."""

from __future__ import annotations

import numpy as np

from pellucid.doctor.form import form
from pellucid.doctor.seen import Events, Part, Rows, Seen
from pellucid.doctor.watching.case import Case, Group
from pellucid.doctor.watching.ending import look_back, prediction
from pellucid.doctor.watching.lying import neighbors
from pellucid.doctor.watching.rows import marks
from pellucid.doctor.watching.watcher import Watcher

__all__ = ["case_of", "seen_of"]

_SETTINGS = ("lr", "momentum", "weight_decay", "betas", "eps", "nesterov", "alpha", "dampening")


def seen_of(watcher: Watcher, error: str = "") -> Seen:
    """All that was seen.

    Args:
        watcher: whose watching has ended.
        error: the text of the error that ended the loop.
    """
    w = watcher
    seen = Seen(source=w.library.name, missing=w.missing, finished=not error, error=error)
    held = [p for ledger in w.ledgers.values() for p in ledger.params()]
    w.weights.held(held)
    for model in w.models if held else ():
        w.weights.put_in(w.known.get(id(model), ""), model, held)
    seen.calls, seen.moments = w.looks.calls, w.looks.moments
    w.modes.traced(seen.calls)
    late = [w.waiting] if w.fresh and len(w.losses) < w.step else []  # stepped before backward
    seen.losses = np.array([*w.losses, *late], dtype=np.float64)
    seen.weights = w.weights.end()
    seen.events = _events(w)
    seen.loss = w.batches.loss
    if seen.loss is not None:
        seen.loss.negative = w.negative / max(1, w.backwards)
        seen.loss.last = _last(w)
    w.safely("batches", _batches, w, seen)
    if w.optimizers:
        seen.optimizer = type(w.optimizers[0]).__name__
        group = w.optimizers[0].param_groups[0]
        seen.settings = {k: group[k] for k in _SETTINGS if k in group}
        if w.rates:
            seen.settings = {**seen.settings, "lr": w.rates[0][1]}
    seen.rates, seen.schedule, seen.planned = w.rates, w.schedule, w.planned
    w.safely("train", _rows, w, seen)
    if seen.loss is not None:
        seen.loss.form = form(seen)
    seen.replays = w.looks.replay is not None and w.looks.replay.whole
    w.safely("order", _order, w, seen)
    w.safely("predictions", look_back, w, seen)
    if seen.train is None:
        seen.missing.setdefault("train", "no batch with its targets was seen")
    return seen


def _events(w: Watcher) -> Events:
    ledgers = list(w.ledgers.values())
    counts = sorted(n for ledger in ledgers for n in ledger.per_step.elements())
    return Events(
        steps=sum(ledger.steps for ledger in ledgers),
        backwards=w.backwards,
        clears=sum(ledger.clears for ledger in ledgers),
        stale=sum(ledger.stale for ledger in ledgers),
        wasted=sum(ledger.wasted for ledger in ledgers),
        empty=sum(ledger.empty for ledger in ledgers),
        before=sum(ledger.before for ledger in ledgers),
        per_step=float(counts[len(counts) // 2]) if counts else 0.0,
        train_passes=w.passes.train, train_in_eval=w.passes.train_in_eval,
        eval_passes=w.passes.eval, eval_in_train=w.passes.eval_in_train,
        mode_layers=w.modes.layers, single_rows=w.passes.single_rows, lines=w.where,
        idle_clips=w.idle_clips, clip=w.clip, pairs=w.pairs,
    )  # fmt: skip


def _last(w: Watcher) -> str:
    """The name of the call that made the prediction."""
    for call in w.looks.calls:
        if call.part == "loss" and -2 in call.inputs:
            ours = [i for i in call.inputs if i >= 0]
            return w.looks.calls[ours[0]].name if ours else ""
    return ""


def _batches(w: Watcher, seen: Seen) -> None:
    seen.batches, seen.fits = w.batches.counted(), w.batches.fits()


def _rows(w: Watcher, seen: Seen) -> None:
    seen.train = w.batches.kept.rows()
    learned = set() if seen.train is None else set(marks(seen.train.x))
    seen.scores, known = w.scores.split(learned)
    seen.fits = sorted([*seen.fits, *known], key=lambda s: s.step)
    if seen.train is not None and seen.train.total == len(seen.train.x):
        seen.shared = w.scores.shared(learned)
    held = w.scores.held.rows()
    if held is not None:
        new = [i for i, mark in enumerate(marks(held.x)) if mark not in learned]
        if seen.scores and len(new):
            seen.held_out = Rows(held.x[new], held.y[new], total=held.total)
    if seen.train is not None:
        seen.train.partial = w.batches.partial
    if w.several.layout is not None and w.batches.plain:
        seen.train, seen.held_out = (
            _in_parts(rows, w.several.layout.parts) for rows in (seen.train, seen.held_out)
        )


def _in_parts(rows: Rows | None, parts: tuple[Part, ...]) -> Rows | None:
    """Rows of several inputs; None where they were kept otherwise."""
    if rows is None or rows.x.shape[1:] != (parts[-1].end,):
        return None
    rows.parts = parts
    return rows


def _order(w: Watcher, seen: Seen) -> None:
    loaders = w.scores.loaders
    loaders.settle()
    seen.epoch, seen.rows, seen.shuffled = loaders.epoch(), loaders.rows(), loaders.shuffled()
    if seen.train is None:
        return
    batch = w.passes.batch
    if seen.rows:
        seen.train.total = min(seen.train.total or seen.rows, seen.rows)
    elif seen.train.total:
        seen.rows = seen.train.total
        seen.epoch = -(-seen.rows // batch)
    if seen.shuffled is None and seen.epoch:
        seen.shuffled = w.batches.order(seen.epoch)
    if seen.shuffled is not False:
        seen.train.beside = neighbors(w.library, loaders.training, seen.train)


def case_of(w: Watcher, seen: Seen) -> Case | None:
    """The training as something that can be run again; None where too little is known of it."""
    if seen.train is None or not w.batches.plain or len(w.models) != 1:
        return None
    # What is handed on keeps the network alive, and not the optimizer or all that was watched.
    model, library = w.models[0], w.library
    like = next(iter(model.parameters()), None)
    names = {id(p): name for name, p in w.weights.tensors.items()}
    held = w.optimizers[0].param_groups if w.optimizers else []
    groups = tuple(
        Group(tuple(names[id(p)] for p in group["params"] if id(p) in names), settings)
        for group, settings in zip(held, w.began[0] if w.began else [], strict=False)
    )
    return Case(
        lib=library.lib, model=model, start=w.weights.start,
        optimizer=type(w.optimizers[0]) if w.optimizers else None, groups=groups,
        loss=w.looks.replay, prediction=prediction(w),
        tensor=lambda a: library.tensor(a, like),
        array=lambda t: np.array(library.array(t)),
        train=seen.train, held_out=seen.held_out, layout=w.several.layout,
        fit=None if w.looks.replay is None or not w.looks.replay.divided else w.looks.replay.fit,
        batch=w.passes.batch,
        steps=len(w.losses), epoch=seen.epoch, clip=w.clip, closure=w.closure,
        rates=tuple(w.rates),
        penalty=None if w.looks.replay is None or not w.looks.replay.penalized
        else w.looks.replay.penalty,
    )  # fmt: skip
