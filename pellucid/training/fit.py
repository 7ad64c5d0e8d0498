"""`fit`: a model and data in, a trained model and its history out."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from pellucid.errors import SettingError, TrainingError
from pellucid.graph.mode import current
from pellucid.nn.module import Module
from pellucid.optim.names import named
from pellucid.optim.optimizer import Optimizer
from pellucid.spelling import a_kind
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.misspelled import told_if_misspelled
from pellucid.tensor.random import default_generator
from pellucid.training import checkup
from pellucid.training.callback import check_callbacks
from pellucid.training.checkpoint import Checkpoint, read, restore
from pellucid.training.driver import check_engine, keep_engine, prepare
from pellucid.training.history import History
from pellucid.training.identity import check_schedule, identity_of
from pellucid.training.lookback import Kept
from pellucid.training.loop import Run
from pellucid.training.members import Paced
from pellucid.training.metrics import Gathered, make_metrics
from pellucid.training.objective import Objective, choose_objective
from pellucid.training.pace import Pace, make_pace
from pellucid.training.parts import Parts, divide
from pellucid.training.plan import Plan, make_plan
from pellucid.training.precision import precision_of
from pellucid.training.probes import make_probing
from pellucid.training.progress import Numbered, Progress, choose_progress
from pellucid.training.ready_made import check_settings, left_out
from pellucid.training.recording import Recorder, check_record
from pellucid.training.restarts import best_together
from pellucid.training.row_weights import split_off
from pellucid.training.rows import feed
from pellucid.training.sources import FromRows, Source
from pellucid.training.weights import copied, draw_again, put_back, seed_of_start
from pellucid.training.whole_frame import split_frame_hint

__all__ = ["fit", "optimizer_over"]


@told_if_misspelled
def fit(
    model: Module,
    data: Any,
    *more: Any,
    loss: Any = None,
    optimizer: Any = "adam",
    lr: float = 1e-3,
    epochs: int | None = None,
    batch_size: int | None = None,
    validation: Any = 0.2,
    patience: int | None = None,
    callbacks: Sequence[Any] = (),
    seed: int = 0,
    restarts: int = 1,
    metrics: Any = None,
    schedule: Any = None,
    schedule_each: str | None = None,
    weight_decay: float = 1e-3,
    shuffle: bool = True,
    checkpoint: str | PathLike[str] | None = None,
    resume: bool = False,
    progress: Any = None,
    accumulate: int = 1,
    clip_norm: float | None = None,
    class_weight: Any = None,
    sample_weight: Any = None,
    restore_best: bool = True,
    engine: str | None = None,
    probes: Any = None,
    precision: Any = None,
    record: bool | float = False,
    doctor: bool | None = None,
) -> History:
    r"""Train a model: minimize the loss over the data, and keep the weights of the best epoch.

    $$ \theta \leftarrow \theta - \text{update}\big(\nabla_\theta\, L(f_\theta(x), y)\big) $$

    The same seed gives the same run, bit for bit. Ctrl-C stops after the step at work; the history
    and the best weights are kept.

    Args:
        model: the network; its weights are changed in place.
        data: `(X, y)` as arrays, lists, Tensors or pandas objects (X may be a tuple of several
            inputs, or a dict of them by the names in `forward`; X alone is its own target), a
            `Dataset`, a `DataLoader`, a list of batches or of samples `[(x, y), …]`, or a `Table`.
        more: refused, with a hint: X and y go in as one pair.
        loss: None to follow from the targets (whole numbers: cross-entropy; real numbers: squared
            error), a name, a loss module, or a function of outputs and targets.
        optimizer: "adam", "adamw", "sgd", "rmsprop" or another in small letters, an optimizer
            class, or an optimizer ready made (`lr` and `weight_decay` are then its own).
        lr: step size.
        epochs: passes over the training rows; None for as many as give about 4,000 steps, at least
            30, at most 300.
        batch_size: rows per step; None for a power of two near a thirtieth of the rows, 16 to 256.
        validation: share of the rows set aside to choose the best epoch (each class by its share),
            or data of its own; 0 for none.
        patience: stop after so many epochs without a better loss, 0 for never; None for a fifth of
            the epochs (at least 20) where their number was left open, and never where it was given.
        callbacks: a list of `Callback` objects, or of functions called with the run after each
            epoch.
        seed: of validation rows, order of rows, and random layers.
        restarts: train from so many starts and keep the best: the model as it is, then fresh
            weights, start k drawn from a seed of its own: seed + k · 0x9E3779B97F4A7C15, mod 2⁶⁴.
            Where it is sooner done, all of them run at once, as one compiled program.
        metrics: None for what fits the loss (accuracy, R²), or names (also balanced_accuracy, f1,
            precision, recall, auc) and functions of your own.
        schedule: None, "cosine", "plateau", or a function that makes a schedule of the optimizer:
            any of `pellucid.optim.lr_scheduler`.
        schedule_each: "step" or "epoch": how often such a schedule moves; None for after each epoch
            (`OneCycleLR` and `CyclicLR`: after each step).
        weight_decay: pull toward zero; the default is little, and helps where rows are few.
        shuffle: a new random order of the rows each epoch.
        checkpoint: a file in which the state of the training is kept while it runs.
        resume: go on from that file, if it exists; the result is the uninterrupted one, bit for
            bit. Of the settings, epochs, patience and restore_best may be others, and epochs only
            where the schedule does not span them all, as "cosine" does.
        progress: None or True for a bar on a terminal and lines elsewhere, False for nothing, or an
            object with `start`, `update` and `finish`.
        accumulate: batches per step: their gradients are averaged, which gives the step of a batch
            so many times as large without its memory. `batch_size` is what goes through at once.
        clip_norm: the gradient is shortened to this length where it is longer.
        class_weight: "balanced", or a weight for each class, for losses over classes.
        sample_weight: how much each row counts: `(n,)`, 0 or more, in the order of the rows of
            `data`, as an array, list, Tensor or pandas column; a validation share takes its own
            along, and data of its own may bring some, `validation=(X, y, weight)`. A step's loss is
            $\frac1n \sum_i w_i \ell_i$ over its n rows, the weights scaled to a mean of 1 over all
            training rows: equal ones change nothing, 2 is the row given twice, 0 leaves it out.
            The validation loss is weighted alike; metrics count all rows alike. The loss is one by
            name, a module with `reduction="mean"`, or a function that gives a loss for each row.
        restore_best: put the best weights back at the end; the last ones stay otherwise.
        engine: "numpy" computes op by op, "xla" compiles stretches of steps; None for what will be
            done sooner, counting the time to compile; that choice stands in the history's notes.
        probes: True to watch each layer's output and each weight's gradient and update now and
            then, at less than a twentieth of the time; names such as `["*.grad_norm"]` for some of
            them; None for what the model's own `pellucid.probe` calls offer; False for nothing.
            The figures are in the history's `probes`; the training itself stays the same.
        precision: "bf16" takes products in bfloat16, as `pellucid.autocast` does; weights, their
            gradients and the loss keep their digits. None for the weights' own kind of number.
        record: True to keep the weights now and then in the history's `recording`, so that lenses
            can look back: each of the first 50 steps (16 of a short training), then ever fewer, at
            most 200 moments and 64 MB (a number is another size in MB). The training itself
            stays the same.
        doctor: True to have the doctor look at the run when it is over, None for that where the run
            took 2 seconds or more (a shorter one that ends no better than one constant answer gets
            a hint in the history's notes), False for never. What it finds is said in a line, and
            stands in the history's `doctor`; the training itself stays the same. It looks at single
            starts over arrays with one input.

    Returns:
        The history: loss of every step, figures of every epoch, best epoch and weights.

    Raises:
        TrainingError: the loss became NaN or infinite, or grew beyond all bounds; the best weights
            so far are in the model, or those that it started from.
        DataError: data that can't be learned from.
        SettingError: a setting out of range.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> x = pellucid.linspace(-1, 1, 64).reshape(-1, 1)
        >>> model = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
        >>> history = pellucid.fit(model, (x, x**2), epochs=20, lr=0.01, progress=False)
        >>> history.epochs, history.train_loss[-1] < history.train_loss[0]
        (20, True)
    """
    _check(model, more, restarts, checkpoint, resume, record)
    validation, held_weight = split_off(validation, sample_weight is not None)
    divided: dict[str, Any] = {
        "validation": validation, "seed": seed, "shuffle": shuffle, "batch_size": batch_size
    }  # fmt: skip
    with split_frame_hint(data):
        parts = divide(model, data, **divided, weight=sample_weight, held_weight=held_weight)
    plan = make_plan(
        parts.train.rows, epochs=epochs, batch_size=batch_size, patience=patience, shuffle=shuffle,
        seed=seed, clip_norm=clip_norm, restore_best=restore_best, engine=check_engine(engine),
        batches=None if isinstance(parts.train, FromRows) else parts.train.count(1),
        accumulate=accumulate,
    )  # fmt: skip
    with split_frame_hint(data):
        shown_first = _shown_first(parts.train, plan)
        objective = objective_of(model, parts.train, loss, class_weight, shown_first)
    kept = Kept(model, data, objective.call if _of_rows(objective, loss) else loss, divided)
    make_probing(probes)  # a mistake speaks before anything is done
    budget = check_record(record)
    check_settings(optimizer, _USUAL, lr=lr, weight_decay=weight_decay)
    listeners = check_callbacks(callbacks)
    chosen = Chosen(optimizer, lr, weight_decay, schedule, metrics, listeners, probes)
    chosen.each = schedule_each
    chosen.noted = {} if precision is None else {"precision": str(precision)}
    shown, products = choose_progress(progress), precision_of(precision)
    if restarts > 1:
        with products:
            return _best_of(restarts, model, parts, objective, plan, chosen, shown).keeping(kept)
    with split_frame_hint(data):
        run = run_of(model, parts, objective, plan, chosen, shown)
    if budget is not None:
        _record(run, budget)
    # From here on Ctrl-C stops it in good order, also while it compiles.
    with products, run.interrupts:
        if checkpoint is None:
            prepare(run)
        else:
            _take_up(run, checkpoint, resume)
        return _looked_at(run, doctor).keeping(kept)


def _looked_at(run: Run, doctor: bool | None) -> History:
    """The run, and a look at it when it is over."""
    look = checkup.begin(run, doctor)
    try:
        history = run.go()
    except TrainingError as error:
        if look is not None and doctor:
            look(run.history, error)
        raise
    if look is not None:
        history.doctor = look(history)
    return history


def _take_up(run: Run, checkpoint: str | PathLike[str], resume: bool) -> None:
    """Keep the state in a file while the run is at work; go on from there if it is to resume."""
    identity = identity_of(run)
    run.checkpoint = Checkpoint(checkpoint, identity)
    found = read(checkpoint, identity) if resume and Path(checkpoint).exists() else None
    if found is not None:
        check_schedule(checkpoint, found, run)
        keep_engine(checkpoint, run, found)
        restore(run, found)  # before a step is traced: it is traced on what is there
    prepare(run)
    if found is not None:
        run.gathered.restore(found["gathered"])


_USUAL = {name: inspect.signature(fit).parameters[name].default for name in ("lr", "weight_decay")}


class Chosen:
    """What makes optimizer, schedule and metrics of each start."""

    def __init__(
        self, optimizer: Any, lr: float, weight_decay: float, schedule: Any, metrics: Any,
        callbacks: tuple[Any, ...], probes: Any = None,
    ) -> None:  # fmt: skip
        self.probes = probes
        self.more: dict[str, Any] = {}  # further settings of the optimizer
        self.each: str | None = None  # when the schedule moves
        self.noted: dict[str, Any] = {}  # what else the history is to say of the settings
        self.optimizer, self.lr, self.weight_decay = optimizer, lr, weight_decay
        self.schedule, self.metrics, self.callbacks = schedule, metrics, callbacks

    def make_optimizer(self, model: Module) -> Optimizer:
        if isinstance(self.optimizer, Optimizer):
            return self.optimizer
        return optimizer_over(model, self.optimizer, self.lr, self.weight_decay, **self.more)

    def paced(self) -> Paced | None:
        """What makes the schedule of a rate; None where rates stay."""
        return None if self.schedule is None else self._paced

    def _paced(self, run: Run, rate: float) -> tuple[Optimizer, Pace]:
        optimizer = optimizer_over(run.model, self.optimizer, rate, self.weight_decay)
        steps = (run.epoch_steps or 1) * run.plan.epochs
        pace = make_pace(self.schedule, optimizer, steps, self.each)
        optimizer._stepped = True  # its steps are taken inside a program
        return optimizer, pace


def optimizer_over(
    model: Module, given: Any, lr: float, weight_decay: float, **more: Any
) -> Optimizer:
    """The optimizer of a name or class, over the weights of a model that may move.

    Raises:
        SettingError: an unknown name, something else than an optimizer, or nothing to train.
    """
    weights = [p for p in model.parameters() if p.requires_grad]
    if not weights:
        raise SettingError(
            "the model has no weights to train: none, or all are frozen.\n"
            " Unfreeze some: model.requires_grad_(True)."
        )
    try:
        made = named(given, weights, lr, weight_decay, **more)
    except TypeError:
        _check_takes(given, {"lr": lr, "weight_decay": weight_decay, **more})
        raise
    if not isinstance(made, Optimizer):
        raise SettingError(f"optimizer must be a name, class or optimizer, not {given!r}.")
    return made


def _check_takes(given: Any, settings: dict[str, Any]) -> None:
    """Whether what makes an optimizer takes what it is given."""
    try:
        signature = inspect.signature(given)
    except (TypeError, ValueError):
        return
    try:
        signature.bind([], **settings)
    except TypeError:
        passed = ", ".join(f"{name}=…" for name in settings)
        raise SettingError(
            f"optimizer is called with the weights and {passed}, and"
            f" {getattr(given, '__name__', given)} takes ({', '.join(signature.parameters)}).\n"
            f" Let it take them: lambda weights, {', '.join(settings)}: …; or give an optimizer"
            " ready made to fit: pellucid.optim.Adam(model.parameters(), lr=…)."
        ) from None


def run_of(
    model: Module, parts: Parts, objective: Objective, plan: Plan, chosen: Chosen, shown: Progress
) -> Run:
    """A run that has not begun: the optimizer made, the pace set, the history empty."""
    optimizer = chosen.make_optimizer(model)
    moved = left_out(model, optimizer) if isinstance(chosen.optimizer, Optimizer) else []
    steps = plan.steps(parts.train.count(plan.batch_size))
    steps = None if steps is None else steps * plan.epochs
    pace = make_pace(chosen.schedule, optimizer, steps, chosen.each)
    metrics = make_metrics(chosen.metrics, objective.metrics)
    history = History(
        loss_name=objective.name,
        metric_name=next(iter(metrics), ""),
        optimizer=type(optimizer).__name__,
        settings=_settings(plan, optimizer, pace, parts) | chosen.noted,
        notes=[*parts.notes, *objective.notes, *moved],
        preparation=parts.preparation,
    )
    held = None if parts.held is None else objective.laid_out(parts.held)
    run = Run(
        model, objective.laid_out(parts.train), held, objective, optimizer, plan,
        pace=pace, gathered=Gathered(metrics), history=history,
        callbacks=chosen.callbacks, progress=shown,
    )  # fmt: skip
    run.probing = make_probing(chosen.probes)
    return run


def _best_of(
    restarts: int, model: Module, parts: Parts, objective: Objective, plan: Plan, chosen: Chosen,
    shown: Progress,
) -> History:  # fmt: skip
    """Several trainings, each from weights of its own; the model gets the best one's."""
    if isinstance(chosen.optimizer, Optimizer):
        raise SettingError(
            "restarts need an optimizer by name or class: each start gets a new one.\n"
            ' Give optimizer="adam" and lr, say, in place of the optimizer itself.'
        )
    run = run_of(model, parts, objective, plan, chosen, shown)
    if not chosen.probes and current().lower is None:
        together = best_together(restarts, run, chosen.paced(), shown)
        if together is not None:
            return together
    best: History | None = None
    weights: dict[str, Any] = {}
    starts: list[dict[str, Any]] = []
    for start in range(restarts):
        if start:
            draw_again(model, seed_of_start(plan.seed, start))
        numbered: Any = Numbered(shown, start + 1, restarts)
        history = run_of(model, parts, objective, plan, chosen, numbered).go()
        starts.append(
            {"start": start, "best_loss": history.best_loss, "best_epoch": history.best_epoch}
        )
        if best is None or history.best_loss < best.best_loss:
            best, weights = history, copied(model)
        if history.stopped == "interrupted":
            best.stopped = "interrupted"
            break
    assert best is not None
    put_back(model, weights)
    best.restarts = starts
    return best


def _no_module(model: Any) -> str:
    if isinstance(model, type):
        name = model.__name__
        return f"fit trains a Module and got the class {name}.\n Make one: {name}(…)."
    remedy = "\n The model comes first: fit(model, (X, y))." if hasattr(model, "__len__") else ""
    return f"fit trains a Module and got {a_kind(model)}.{remedy}"


def _record(run: Run, budget: float) -> None:
    steps = run.epoch_steps
    planned = None if steps is None else steps * run.plan.epochs
    run.recorder = Recorder(run.model, planned, budget)


def _check(
    model: Any, more: Any, restarts: Any, checkpoint: Any, resume: bool, record: Any
) -> None:
    if not isinstance(model, Module):
        raise SettingError(_no_module(model))
    if more:
        raise SettingError(
            "fit takes the data as one pair: fit(model, (X, y)).\n Settings are given by name, such"
            " as fit(model, (X, y), epochs=50); data to validate with is validation=(X, y)."
        )
    if isinstance(restarts, bool) or not isinstance(restarts, int) or restarts < 1:
        raise SettingError(f"restarts must be a whole number from 1, not {restarts!r}.")
    if restarts > 1 and checkpoint is not None:
        raise SettingError("a checkpoint is kept for a single start; give restarts or checkpoint.")
    if restarts > 1 and record:
        raise SettingError("a recording is kept of a single start; give restarts or record.")
    if resume and checkpoint is None:
        raise SettingError("resume=True needs to know from which file: give checkpoint=….")


def _shown_first(train: Source, plan: Plan) -> int:
    """How many rows a model is shown first: all, if it never sees them apart or in another order.

    Such a model may know its rows, as a network over the nodes of one graph does.
    """
    rows = train.rows
    return 2 if plan.shuffle or rows is None or plan.batch_size < rows else rows


def objective_of(
    model: Module, train: Source, loss: Any, class_weight: Any, rows: int = 2
) -> Objective:
    """Look at what the model gives for some rows, without leaving a trace in it."""
    stream, modes = default_generator.get_state(), [(m, m.training) for m in model.modules()]
    x, y = train.first(rows)
    model.eval()
    try:
        with no_grad():
            outputs = feed(model, x)
    finally:
        default_generator.set_state(stream)
        for module, training in modes:
            module.training = training
    if not isinstance(train, FromRows):
        return choose_objective(loss, outputs, y._node.array, class_weight)
    weight = train.data.weight
    found = choose_objective(loss, outputs, train.data.target, class_weight, weight)
    if weight is None:
        return found
    return found.for_rows(outputs, train.laid_out(found.lay_out).first(rows)[1])


def _of_rows(objective: Objective, loss: Any) -> bool:
    """Whether a person's loss gives one for each row, of which others want the mean."""
    return objective.weighted is not None and callable(loss) and not isinstance(loss, Module)


def _settings(plan: Plan, optimizer: Optimizer, pace: Any, parts: Parts) -> dict[str, Any]:
    group = optimizer.param_groups[0]
    plain = {k: v for k, v in group.items() if isinstance(v, bool | int | float | str | tuple)}
    return {
        **plan.to_dict(),
        "optimizer": type(optimizer).__name__,
        **{name: list(v) if isinstance(v, tuple) else v for name, v in plain.items()},
        "schedule": None if pace.schedule is None else type(pace.schedule).__name__,
        "train_rows": parts.train.rows,
        "validation_rows": None if parts.held is None else parts.held.rows,
    }
