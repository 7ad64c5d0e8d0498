"""The families of networks by name: what each is for, what may be chosen, and how one is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pellucid.data.wording import listing, quoted
from pellucid.errors import SettingError
from pellucid.spelling import did_you_mean
from pellucid.training.networks.autoencoder import build_autoencoder
from pellucid.training.networks.cnn import build_cnn
from pellucid.training.networks.gcn import build_gcn
from pellucid.training.networks.own import build_own
from pellucid.training.networks.recurrent import build_recurrent
from pellucid.training.networks.transformer import build_transformer
from pellucid.training.tabular import build_mlp

__all__ = ["FAMILIES", "OWN", "Family", "family_of"]

OWN = "file"  # the kind of a network from a person's own Python file


@dataclass(frozen=True)
class Family:
    """One family.

    Args:
        text: what it is, as a phrase.
        build: sizes, by name → a `Module`.
        hidden: sizes of the hidden layers when none are given.
        options: what may be chosen besides, with what is taken when nothing is; None follows from
            the data.
        sizes: how many sizes `hidden` takes; None for any number.
        activations: those it can have; empty where it has its own, None for all.
        lr: step size when none is given.
        reads: "row", "image", "sequence" or "graph".
    """

    text: str
    build: Callable[..., Any]
    hidden: tuple[int, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    sizes: int | None = None
    activations: tuple[str, ...] | None = None
    lr: float = 0.001
    reads: str = "row"


def _recurrent(cell: str) -> Callable[..., Any]:
    def build(inputs: int, outputs: int, hidden: Any, activation: str, **more: Any) -> Any:
        return build_recurrent(cell, inputs, outputs, hidden=hidden[0], **more)

    return build


def _transformer(inputs: int, outputs: int, hidden: Any, **more: Any) -> Any:
    return build_transformer(inputs, outputs, hidden=hidden[0], **more)


def _cnn(inputs: int, outputs: int, shape: Any, **more: Any) -> Any:
    return build_cnn(shape, outputs, **more)


def _autoencoder(inputs: int, outputs: int, **more: Any) -> Any:
    return build_autoencoder(inputs, **more)


_SEQUENCE: dict[str, Any] = {"steps": None, "layers": 1}
FAMILIES: dict[str, Family] = {
    "mlp": Family("fully connected layers", build_mlp, (64, 64)),
    "cnn": Family(
        "convolutions, where columns are the pixels of a picture",
        _cnn, (64,), {"shape": None, "channels": (32, 64)}, reads="image",
    ),
    "lstm": Family(
        "an LSTM that reads a row step by step",
        _recurrent("lstm"), (64,), _SEQUENCE, 1, (), 0.003, "sequence",
    ),
    "gru": Family(
        "a GRU that reads a row step by step",
        _recurrent("gru"), (64,), _SEQUENCE, 1, (), 0.003, "sequence",
    ),
    "transformer": Family(
        "attention among the steps of a row",
        _transformer, (64,), {"steps": None, "layers": 2, "heads": 4}, 1, ("relu", "gelu"),
        reads="sequence",
    ),
    "gcn": Family(
        "graph convolutions, where rows are nodes joined by --edges",
        build_gcn, (16,), lr=0.01, reads="graph",
    ),
    "autoencoder": Family(
        "the inputs through a few numbers and back; needs no target",
        _autoencoder, (128, 64), {"latent": 2, "shape": None},
    ),
}  # fmt: skip
_FILE = Family(
    "the function model() of a Python file", build_own, (64, 64), {"shape": None, "steps": None}
)


def family_of(name: str) -> Family:
    """The family of a name; a name that ends in .py is a person's own file.

    Raises:
        SettingError: there is no such family.

    Example:
        >>> family_of("gru").hidden
        (64,)
    """
    if name.endswith(".py") or name == OWN:
        return _FILE
    if name not in FAMILIES:
        hint = did_you_mean(name, tuple(FAMILIES))
        raise SettingError(
            f"there is no model {quoted(name)}.{hint}\n Known: {listing(FAMILIES, 10)}, or a Python"
            " file with a function model(), such as net.py."
        )
    return FAMILIES[name]
