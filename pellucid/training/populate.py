"""`population`: a network's maker, data and settings in; many networks trained at once out."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.nn.module import Module
from pellucid.optim.names import BY_NAME
from pellucid.optim.optimizer import Optimizer
from pellucid.spelling import a_kind
from pellucid.tensor.random import default_generator
from pellucid.training.fit import Chosen, objective_of, run_of
from pellucid.training.heartbeat import Heartbeat, check_callbacks
from pellucid.training.history import History
from pellucid.training.interrupt import Interrupts
from pellucid.training.loop import Run
from pellucid.training.members import Start, Trained, values_of
from pellucid.training.metrics import PARTS
from pellucid.training.parts import Parts, divide
from pellucid.training.plan import Plan, make_plan
from pellucid.training.populated import Population
from pellucid.training.probes import make_probing
from pellucid.training.progress import Silent, choose_progress
from pellucid.training.sources import FromRows
from pellucid.training.sums import partial
from pellucid.training.together import forms, train_together

__all__ = ["population"]

SHUFFLES = ("shared", "own")
_ALWAYS = ("lr", "weight_decay")  # what every member has, beside its seed


def population(
    model_fn: Callable[..., Module],
    data: Any,
    *,
    seeds: int | Sequence[int] = 10,
    lr: Any = 1e-3,
    weight_decay: Any = 1e-3,
    dropout: Any = None,
    grid: bool = True,
    epochs: int | None = None,
    batch_size: int | None = None,
    validation: Any = 0.2,
    patience: int | None = None,
    optimizer: Any = "adam",
    loss: Any = None,
    metrics: Any = None,
    schedule: Any = None,
    schedule_each: str | None = None,
    shuffle: bool = True,
    shuffles: str = "shared",
    seed: int = 0,
    accumulate: int = 1,
    clip_norm: float | None = None,
    class_weight: Any = None,
    restore_best: bool = True,
    chunk: int | None = None,
    callbacks: Any = (),
    probes: Any = None,
    progress: Any = None,
    **settings: Any,
) -> Population:
    r"""Train many networks at once: from many starts, with many rates, decays, sizes.

    $$ \theta_k \leftarrow \theta_k - \text{update}_k\big(\nabla\, L(f_{\theta_k}(x), y)\big),
       \quad k = 1 \dots K $$

    All run in one compiled program, the members side by side, so a thousand small networks take
    little longer than one. Each member's losses are those it would have had alone: with
    `shuffles="own"` and validation data of your own, member `k` is
    `pellucid.manual_seed(k); fit(model_fn(), data, seed=k)`, to rounding. A member whose loss
    leaves all bounds is noted as diverged and does not trouble the others. Ctrl-C keeps what was
    reached.

    Args:
        model_fn: makes a network. It is called with those of a member's settings that it names,
            such as `lambda dropout: …`; `seed`, `lr` and `weight_decay` are among them.
        data: as `fit` takes it, in memory.
        seeds: of each member's weights and random layers: a list, or how many (from `seed` on).
        lr: a number, or several: a list, a tuple or an array.
        weight_decay: a number, or several.
        dropout: a share, or several, for `model_fn`.
        grid: every combination of the lists; False takes the first of each together, then the
            second, and so on.
        epochs: as in `fit`.
        batch_size: as in `fit`.
        validation: as in `fit`; the rows set aside are the same for all.
        patience: as in `fit`; each member stops by itself.
        optimizer: a name or a class.
        loss: as in `fit`.
        metrics: names of figures, as in `fit`.
        schedule: as in `fit`, except "plateau".
        schedule_each: as in `fit`.
        shuffle: a new random order of the rows each epoch.
        shuffles: "shared" for one order of the rows for all, "own" for one for each.
        seed: of the validation rows and of the shared order.
        accumulate: as in `fit`.
        clip_norm: as in `fit`, for the gradient of each member.
        class_weight: as in `fit`.
        restore_best: keep each member's weights of its best epoch; those of the last otherwise.
        chunk: how many are trained at a time; None for as many as fit a quarter of a gigabyte.
        callbacks: functions called at each heartbeat (some twenty times a second) with the rows of
            the members at work: `epoch`, `train_loss`, `validation_loss`, `best_loss`, `stop()`.
        probes: as in `fit`; what they say of a member is in its `history(i).probes`.
        progress: as in `fit`; the figures are those of the best member so far.
        settings: further settings for `model_fn`, or for the optimizer where only that knows the
            name; a value or a list of them: `hidden=[4, 8]`, `momentum=[0.0, 0.9]`,
            `betas=[(0.9, 0.999), (0.8, 0.99)]`.

    Returns:
        The population: losses of every member and epoch, the best one, the whole distribution.

    Raises:
        SettingError: a setting out of range, one that `model_fn` doesn't name, or one that it
            needs and isn't given.
        DataError: data that can't be learned from, or that comes from a loader.
        TraceError: a network that can't be compiled; names the line.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> x = pellucid.linspace(-1, 1, 64).reshape(-1, 1)
        >>> make = lambda hidden: nn.Sequential(
        ...     nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, 1))
        >>> found = pellucid.population(make, (x, x**2), seeds=8, lr=[0.01, 0.1], hidden=[4, 8],
        ...                             epochs=20, progress=False)
        >>> len(found), found.members[0]
        (32, {'seed': 0, 'lr': 0.01, 'hidden': 4})
    """
    given = {"dropout": dropout, **settings} if dropout is not None else settings
    _check(model_fn, optimizer, schedule, shuffles, chunk)
    moving = _for_optimizer(model_fn, given, optimizer)
    listeners = check_callbacks(callbacks)
    make_probing(probes)  # a mistake speaks before anything is done
    named = {"lr": lr, "weight_decay": weight_decay, **given}
    named = {name: _listed(name, value, name in moving) for name, value in named.items()}
    members = _members(_seeds(seeds, seed), named, grid)
    _check_named(model_fn, given)
    makers = _Makers(model_fn, [name for name in given if name not in moving])
    first = makers.model(members[0])
    parts = divide(first, data, validation, seed=seed, shuffle=shuffle, batch_size=batch_size)
    _check_parts(parts)
    plan = make_plan(
        parts.train.rows, epochs=epochs, batch_size=batch_size, patience=patience, shuffle=shuffle,
        seed=seed, clip_norm=clip_norm, restore_best=restore_best, engine="xla",
        accumulate=accumulate,
    )  # fmt: skip
    objective = objective_of(first, parts.train, loss, class_weight)
    kinds = _Kinds(
        makers,
        parts,
        objective,
        plan,
        (optimizer, schedule, metrics),
        moving,
        schedule_each,
        probes,
    )
    pacing = Chosen(optimizer, 0.0, 0.0, schedule, metrics, ())
    pacing.each = schedule_each
    paced = pacing.paced()
    kept = {"seed", "lr", *given, *(k for k in named if len(named[k]) > 1)}
    shown = [{k: v for k, v in m.items() if k in kept} for m in members]
    with Interrupts() as interrupts:  # Ctrl-C stops it in good order, also while steps are traced
        groups = kinds.sorted(members)
        starts = [Start(m["seed"], float(m["lr"]), makers.values(m)) for m in members]
        trained = train_together(
            groups, starts, own_order=shuffles == "own", own_seeds=True, paced=paced,
            chunk=chunk, progress=choose_progress(progress), interrupts=interrupts,
            heard=_heard(listeners, shown) if listeners else None,
        )  # fmt: skip
    return Population(shown, trained, groups, kinds.beginning)


class _Makers:
    """Networks by their settings; the start of each seed is drawn once."""

    def __init__(self, call: Callable[..., Module], given: Sequence[str]) -> None:
        names = inspect.signature(call).parameters
        self._call = call
        self._given = [*(name for name in _ALWAYS if name in names), *given]
        self._seeded = "seed" in names
        self._known: dict[Any, Mapping[str, Any]] = {}
        self._before: Module | None = None

    def settings(self, member: Mapping[str, Any]) -> dict[str, Any]:
        """Those of a member's settings that the maker takes, but for the seed."""
        return {name: member[name] for name in self._given}

    def model(self, member: Mapping[str, Any]) -> Module:
        """A member's network at its start."""
        stream = default_generator.get_state()
        default_generator.manual_seed(member["seed"])
        seed = {"seed": member["seed"]} if self._seeded else {}
        try:
            model = self._call(**self.settings(member), **seed)
        finally:
            default_generator.set_state(stream)
        if not isinstance(model, Module):
            raise SettingError(
                f"model_fn must make a Module, and it made {a_kind(model)}.\n"
                " Give a function without arguments that returns the network."
            )
        if model is self._before:
            raise SettingError(
                "model_fn gave the same network twice, and each member needs its own.\n"
                " Make it inside of the function: lambda: nn.Sequential(…)."
            )
        self._before = model
        return model

    def values(self, member: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a member starts from."""
        key = (member["seed"], tuple(map(repr, self.settings(member).values())))
        if key not in self._known:
            self._known[key] = values_of(self.model(member))
        return self._known[key]


class _Kinds:
    """A run for each kind of setting that is part of a traced step."""

    def __init__(
        self, makers: _Makers, parts: Parts, objective: Any, plan: Plan, chosen: tuple[Any, ...],
        moving: Sequence[str], each: str | None, probes: Any,
    ) -> None:  # fmt: skip
        self._moving, self._each, self._probes = tuple(moving), each, probes
        self._makers, self._parts, self._objective, self._plan = makers, parts, objective, plan
        self._optimizer, self._schedule, self._metrics = chosen
        self.beginning = History()

    def sorted(self, members: Sequence[Mapping[str, Any]]) -> list[Any]:
        """The forms, with their members."""
        keys = [self._key(m) for m in members]
        firsts = {key: m for key, m in zip(reversed(keys), reversed(members), strict=True)}
        order = list(dict.fromkeys(keys))
        runs = [self._run(firsts[key]) for key in order]
        self.beginning = runs[0].history
        groups = forms(runs)
        place = {id(run): (f, k) for f in groups for k, run in enumerate(f.runs)}
        for i, key in enumerate(keys):
            form, kind = place[id(runs[order.index(key)])]
            form.members.append(i)
            form.kinds.append(kind)
        return groups

    def _key(self, member: Mapping[str, Any]) -> tuple[Any, ...]:
        others = [member[name] for name in self._moving]
        return (member["weight_decay"], *map(repr, self._makers.settings(member).values()), *others)

    def _run(self, member: Mapping[str, Any]) -> Run:
        decay, rate = float(member["weight_decay"]), float(member["lr"])
        chosen = Chosen(self._optimizer, rate, decay, self._schedule, self._metrics, ())
        chosen.more = {name: member[name] for name in self._moving}
        chosen.each, chosen.probes = self._each, self._probes
        model = self._makers.model(member)
        run = run_of(model, self._parts, self._objective, self._plan, chosen, Silent())
        if partial(run.gathered.metrics) is None:
            raise SettingError(
                f"metrics of a population are among {', '.join(PARTS)}.\n"
                " Measure others on its models: population.model(i)."
            )
        if run.pace.moves_momentum:
            raise SettingError(
                "a population compiles the momentum into the step, and this schedule changes it.\n"
                " Give the schedule cycle_momentum=False."
            )
        if run.pace.each == "loss":
            raise SettingError(
                "a population's schedule can't follow the loss, which each member has of its own.\n"
                ' Choose "cosine", or a schedule that goes by steps or epochs.'
            )
        return run


# ---- what was asked for -------------------------------------------------------------------------


def _check(model_fn: Any, optimizer: Any, schedule: Any, shuffles: str, chunk: int | None) -> None:
    if isinstance(model_fn, Module) or not callable(model_fn):
        raise SettingError(
            f"population takes a function that makes a network, not {a_kind(model_fn)}:\n"
            " pellucid.population(lambda: nn.Sequential(…), (X, y)). To train one network from"
            " many starts: fit(model, (X, y), restarts=100)."
        )
    if isinstance(optimizer, Optimizer):
        raise SettingError(
            "a population needs an optimizer by name or class: each member has its own."
        )
    if hasattr(schedule, "step") and not isinstance(schedule, type):
        raise SettingError(
            "a population needs a function that makes a schedule of an optimizer: each rate has its"
            " own."
        )
    if shuffles not in SHUFFLES:
        raise SettingError(f"shuffles is 'shared' or 'own', not {shuffles!r}.")
    if chunk is not None and (isinstance(chunk, bool) or not isinstance(chunk, int) or chunk < 1):
        raise SettingError(f"chunk must be a whole number from 1, not {chunk!r}.")


def _for_optimizer(model_fn: Any, given: Mapping[str, Any], optimizer: Any) -> list[str]:
    """The names that the optimizer knows and `model_fn` doesn't."""
    params = inspect.signature(model_fn).parameters
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in params.values()):
        return []
    kind = BY_NAME.get(optimizer) if isinstance(optimizer, str) else optimizer
    known = inspect.signature(kind).parameters if callable(kind) else {}
    found = []
    for name in given:
        if name in params:
            continue
        if name not in known:
            takes = ", ".join(params) or "nothing"
            raise SettingError(
                f"{name} is no setting of population, and model_fn, which takes {takes}, doesn't"
                f" name it.\n Write model_fn as lambda {name}: …, or leave {name} out."
            )
        found.append(name)
    return found


def _check_named(model_fn: Any, given: Mapping[str, Any]) -> None:
    """Whether all that `model_fn` needs is a member's setting."""
    named = ("seed", *_ALWAYS, *given)
    for name, p in inspect.signature(model_fn).parameters.items():
        free = p.default is not p.empty or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        if not free and p.kind is p.POSITIONAL_ONLY:
            raise SettingError(
                f"model_fn takes {name} by place, and settings come by name.\n"
                f" Write it as lambda {name}: …."
            )
        if not free and name not in named:
            raise SettingError(
                f"model_fn takes {name}, which is no setting of these members: they have"
                f" {', '.join(named)}.\n Give a value or several, {name}=[…], or write model_fn"
                f" without {name}."
            )


def _heard(
    listeners: Sequence[Callable[[Heartbeat], Any]], members: Sequence[Mapping[str, Any]]
) -> Callable[[Trained, list[int], int, Any], bool]:
    """What tells the callbacks, and whether one of them said stop."""
    said = []

    def heard(out: Trained, numbers: list[int], epoch: int, track: Any) -> bool:
        checked = None if out.check_loss is None else out.check_loss[numbers, :epoch]
        beat = Heartbeat(
            [members[i] for i in numbers], numbers, epoch,
            (out.train_loss[numbers, :epoch], checked), track, lambda: said.append(1),
        )  # fmt: skip
        for call in listeners:
            call(beat)
        return bool(said)

    return heard


def _check_parts(parts: Parts) -> None:
    if not isinstance(parts.train, FromRows) or not isinstance(parts.held, FromRows | None):
        raise SettingError(
            "a population needs the rows in memory, and this data comes from a loader.\n"
            " Pass (X, y)."
        )


def _seeds(seeds: Any, first: int) -> list[int]:
    if isinstance(seeds, int) and not isinstance(seeds, bool):
        if seeds < 1:
            raise SettingError(f"seeds is how many, at least 1, or a list of them, not {seeds!r}.")
        return list(range(first, first + seeds))
    try:
        found = [int(s) for s in seeds]
    except (TypeError, ValueError):
        found = []
    if not found or min(found) < 0:
        raise SettingError(f"seeds is how many, or a list of whole numbers from 0, not {seeds!r}.")
    return found


def _members(seeds: list[int], named: Mapping[str, list[Any]], grid: bool) -> list[dict[str, Any]]:
    lists = dict(named)
    for name in ("lr", "weight_decay"):
        for value in lists[name]:
            _check_number(name, value)
    names = ("seed", *lists)
    if grid:
        rows: Any = itertools.product(*lists.values(), seeds)
        return [dict(zip(names, (row[-1], *row[:-1]), strict=True)) for row in rows]
    lengths = {name: len(v) for name, v in {"seeds": seeds, **lists}.items() if len(v) != 1}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        raise SettingError(
            f"with grid=False the lists go together, one of each for a member; but {told}."
        )
    n = next(iter(lengths.values()), 1)
    columns = [v * n if len(v) == 1 else v for v in (seeds, *lists.values())]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _listed(name: str, value: Any, moving: bool) -> list[Any]:
    """The values to try. A tuple is several numbers, or one value, as for betas or sizes."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    numbers = name in ("lr", "weight_decay", "dropout") or moving
    if isinstance(value, range) or (isinstance(value, tuple) and numbers and name != "betas"):
        value = list(value)
    if not isinstance(value, list):
        return [value]
    if not value:
        raise SettingError(f"{name} is an empty list: there is nothing to try.")
    return [v.item() if isinstance(v, np.generic) else v for v in value]


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < np.inf:
        raise SettingError(f"{name} must be a number from 0, or a list of them, not {value!r}.")
