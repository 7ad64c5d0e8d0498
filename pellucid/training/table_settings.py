"""What may be chosen about a training on a table, checked before anything is read or computed."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.data.wording import quoted
from pellucid.errors import SettingError
from pellucid.optim.names import BY_NAME
from pellucid.spelling import did_you_mean
from pellucid.tensor.misspelled import Asked
from pellucid.training.driver import ENGINES
from pellucid.training.fit import fit
from pellucid.training.networks.family import FAMILIES, Family, family_of
from pellucid.training.tabular import ACTIVATIONS, build_mlp
from pellucid.training.weighing import check_loss, check_weights

__all__ = ["Settings"]

_WIDEST = 100_000
_LEAST = {"epochs": 1, "batch_size": 1, "restarts": 1, "patience": 0, "seed": 0}
# What only some families take, with the least that it may be.
_OPTIONS = {"channels": 1, "shape": 1, "layers": 1, "heads": 1, "steps": 1, "latent": 1}
# What `fit` and `build_mlp` do when nothing is said is written there and nowhere else.
_FIT = {name: p.default for name, p in inspect.signature(fit).parameters.items()}
_NET = {name: p.default for name, p in inspect.signature(build_mlp).parameters.items()}


@dataclass(frozen=True, kw_only=True)
class Settings(Asked):
    """What a person may choose about a run; None is chosen by the data's size.

    Args:
        model: the family of networks: "mlp", "cnn", "lstm", "gru", "transformer", "gcn",
            "autoencoder", or the path of a Python file with a function `model()`.
        hidden: sizes of the hidden layers; none makes a linear model. None for those of the family.
        activation: name of the function between layers.
        dropout: share of activations that training silences.
        epochs: passes over the training rows.
        lr: step size; None for that of the family.
        batch_size: rows per step.
        optimizer: "adam", "adamw", "sgd", "rmsprop" or another of `pellucid.optim.names`.
        weight_decay: pull of the weights toward zero.
        patience: epochs without improvement that are forgiven; 0 to never stop early.
        restarts: train from so many starts and keep the best.
        seed: the same seed gives the same run.
        validation: share of all rows that choose the best epoch; None for the share that `fit`
            takes, of the rows that are not kept for the test.
        test: share of all rows kept away from training, for the final figure.
        split_by: a column of dates or numbers: the last rows by it are held out, instead of some
            drawn at random.
        group: a column whose equal values name one group: its rows are never on both sides.
        loss: "mse", "huber" or "l1" for a number, "cross_entropy" for a class.
        class_weight: "balanced", so that a rare class counts as much as a common one, or how much
            a row of each class counts, by its name; 1 where a class is not named.
        weight: a column, left out of the inputs, that says how much each row counts, as
            `sample_weight` does in `fit`; the final figures count all rows alike.
        engine: "numpy", "xla", or "auto" for what is done sooner.
        channels: of a cnn: filters of each convolution.
        shape: of a cnn or an autoencoder: channels, height and width of a picture; None to follow
            from the number of columns.
        layers: of an lstm, gru or transformer: how many are on top of each other.
        heads: of a transformer: ways of looking in each layer.
        steps: of the same: into how many steps a row is split; None for one per column.
        latent: of an autoencoder: how many numbers the inputs go through.

    Example:
        >>> Settings(lr=0.0)
        Traceback (most recent call last):
        pellucid.errors.SettingError: lr must be above 0, not 0.0.
    """

    model: str = "mlp"
    hidden: Any = None
    activation: str = _NET["activation"]
    dropout: float = _NET["dropout"]
    epochs: int | None = _FIT["epochs"]
    lr: Any = None
    batch_size: int | None = _FIT["batch_size"]
    optimizer: str = _FIT["optimizer"]
    weight_decay: float = _FIT["weight_decay"]
    patience: int | None = _FIT["patience"]
    restarts: int = _FIT["restarts"]
    seed: int = _FIT["seed"]
    validation: float | None = None
    test: float = 0.2
    split_by: str | None = None
    group: str | None = None
    loss: str | None = None
    class_weight: str | Mapping[str, float] | None = None
    weight: str | None = None
    engine: str = "auto"
    channels: tuple[int, ...] | None = None
    shape: tuple[int, ...] | None = None
    layers: int | None = None
    heads: int | None = None
    steps: int | None = None
    latent: int | None = None

    def __post_init__(self) -> None:
        family = family_of(self.model)
        for name, usual in (("hidden", family.hidden), ("lr", family.lr)):
            if getattr(self, name) is None:
                object.__setattr__(self, name, usual)
        _check_family(self, family)
        _known("activation", self.activation, tuple(ACTIVATIONS))
        _known("optimizer", self.optimizer, tuple(BY_NAME))
        _known("engine", self.engine, ("auto", *ENGINES))
        check_loss(self.loss)
        check_weights(self.class_weight)
        for name in ("dropout", "test", "validation"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < 1:
                raise SettingError(f"{name} must be a share from 0 to below 1, not {value}.")
        if self.split_by is not None and self.group is not None:
            raise SettingError(
                "split_by must stand without group: rows are held out by time or by group."
            )
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise SettingError(f"{name} must be {least} or more, not {value}.")
        if not 0 < self.lr < math.inf:
            raise SettingError(f"lr must be above 0, not {self.lr}.")
        if not 0 <= self.weight_decay < math.inf:
            raise SettingError(f"weight_decay must be 0 or more, not {self.weight_decay}.")
        if any(not 1 <= size <= _WIDEST for size in self.hidden):
            sizes = ",".join(map(str, self.hidden))
            raise SettingError(f"hidden must be sizes from 1 to {_WIDEST:,}, not {sizes}.")

    @property
    def validation_share(self) -> float:
        """The share of all rows that choose the best epoch."""
        if self.validation is not None:
            return self.validation
        return float(_FIT["validation"]) * (1 - self.test)

    @property
    def apart_by(self) -> str | None:
        """The column that says which rows are held out; None where they are drawn at random."""
        return self.split_by if self.split_by is not None else self.group

    @property
    def family(self) -> Family:
        """The family of the network."""
        return family_of(self.model)

    def for_fit(self) -> dict[str, Any]:
        """The arguments that `fit` takes, but for those that depend on the target."""
        names = ("lr", "optimizer", "weight_decay", "engine", *_LEAST)
        return {name: getattr(self, name) for name in names}


def _known(what: str, name: str, names: Sequence[str]) -> None:
    if name not in names:
        hint = did_you_mean(name, names)
        raise SettingError(f"there is no {what} {quoted(name)}.{hint}\n Known: {', '.join(names)}.")


def _check_family(settings: Settings, family: Family) -> None:
    """Refuse what the family does not have."""
    name = settings.model
    for option, least in _OPTIONS.items():
        value = getattr(settings, option)
        if value is None:
            continue
        if option not in family.options:
            told = option == "layers" and name in ("mlp", "autoencoder")
            hint = "\n Its layers are told by their sizes, in hidden." if told else ""
            raise SettingError(
                f"{option} must be left out for the model {name}: {_whose(option)}.{hint}"
            )
        numbers = value if isinstance(value, tuple) else (value,)
        if not numbers or any(not least <= number <= _WIDEST for number in numbers):
            shown = ",".join(map(str, numbers)) or "nothing"
            raise SettingError(f"{option} must be {least} or more, up to {_WIDEST:,}, not {shown}.")
    if family.sizes is not None and len(settings.hidden) != family.sizes:
        sizes = ",".join(map(str, settings.hidden)) or "none"
        raise SettingError(
            f"hidden must be one size for the model {name}, not {sizes}.\n More layers of that"
            " size: --layers."
        )
    can = family.activations
    if can is not None and settings.activation not in (_NET["activation"], *can):
        has = f"it takes {' or '.join(can)}" if can else "its cells have their own"
        raise SettingError(f"activation must be left out for the model {name}: {has}.")


def _whose(option: str) -> str:
    names = [name for name in FAMILIES if option in FAMILIES[name].options]
    return f"it is for {', '.join(names)}"
