"""Capacity or regularization: which of the two a network needs on your own data, and why.

A network that misses its training rows too wants more neurons; one that knows them by heart and
misses others wants to be held back. Both remedies are tried from the same network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.data.table import Table as Rows
from pellucid.errors import SettingError
from pellucid.experiments.aligned import Aligned
from pellucid.experiments.experiment import experiment
from pellucid.experiments.rows import few_rows, rows_of
from pellucid.experiments.settings import real, several, share, whole
from pellucid.lenses.numerals import number, plural
from pellucid.lenses.picture import Axis, Chart, Charts, Line
from pellucid.lenses.view import Column, Remark, Table, View
from pellucid.training.populate import population

__all__ = ["capacity"]

# It changes no number, and lets networks with and without decay run as one program.
_NO_DECAY = 1e-12
_WAYS = ("nothing", "early stopping", "weight decay", "dropout")


@experiment("Does the network need more capacity or more regularization?")
def capacity(
    data: str | Rows | None = None,
    target: str | None = None,
    hidden: int = 32,
    widths: int | Sequence[int] = (2, 8, 32, 128),
    weight_decay: float = 0.3,
    dropout: float = 0.3,
    activation: str = "relu",
    restarts: int = 5,
    epochs: int = 200,
    batch_size: int | None = None,
    lr: float = 0.02,
    validation: float = 0.4,
    rows: int = 2000,
    seed: int = 0,
) -> View:
    """Train each width without and with three ways of holding back; compare on rows set aside.

    Args:
        data: a file, a built-in set, or a table; 200 noisy rows of moons when None.
        target: the column to predict, for a file; its last one when None.
        hidden: the neurons of the network in question, one hidden layer.
        widths: the others that are tried.
        weight_decay: how much, of AdamW.
        dropout: the share of hidden neurons that are muted at a time.
        activation: of the hidden neurons.
        restarts: how many starts for each; medians are compared.
        epochs: how long each is trained.
        batch_size: rows of a step; all of them up to 512 rows, else as `fit` chooses, when None.
        lr: the step size of AdamW.
        validation: the share of rows set aside.
        rows: how many are used at most, chosen by chance.
        seed: of the split and the first start.

    Returns:
        losses by width and way, and the remedy that lowered the validation loss most.

    Raises:
        SettingError: a setting out of range, or an unknown set.
        DataError: a file that can't be read.

    Example:
        >>> found = capacity(hidden=4, widths=4, restarts=2, epochs=20)
        >>> found.to_dict()["needs"] in ("regularization", "neither")  # no wider one was tried
        True
    """
    share("dropout", dropout)
    if real("weight_decay", weight_decay, 0) <= _NO_DECAY:
        raise SettingError(f"weight_decay must be above {_NO_DECAY:g}, not {weight_decay!r}.")
    first = whole("seed", seed, 0)
    tried = sorted({whole("hidden", hidden), *several("widths", widths)})
    used = rows_of(data, target, samples=200, noise=0.35, validation=validation, seed=seed,
                   most=whole("rows", rows, 10))  # fmt: skip
    course: dict[str, Any] = {
        "seeds": list(range(first, first + whole("restarts", restarts))), "lr": lr,
        "epochs": whole("epochs", epochs), "optimizer": "adamw", "progress": False, "seed": seed,
        "batch_size": _batch(len(used.train[0])) if batch_size is None
                      else whole("batch_size", batch_size),
        "metrics": [],
        "restore_best": False, "validation": used.check, "hidden": list(tried),
    }  # fmt: skip

    def network(share: float | None, hidden: int, seed: int) -> Aligned:
        sizes = [used.ends[0], hidden, used.ends[1]]
        return Aligned(sizes, activation, seed, [max(tried)], dropout=share)

    plain = population(
        lambda hidden, seed: network(None, hidden, seed), used.train,
        weight_decay=[_NO_DECAY, weight_decay], **course,
    )  # fmt: skip
    muted = population(
        lambda hidden, seed: network(dropout, hidden, seed), used.train, weight_decay=_NO_DECAY,
        **course,
    )  # fmt: skip
    runs = _runs(plain, muted, tried)
    found = _diagnosed(runs, hidden)
    n = (len(used.train[0]), len(used.check[0]))
    return View(
        "More capacity or more regularization?",
        _verdict(found, hidden),
        (
            Remark(
                f"What is run: {used.told()}; one hidden layer ({activation}) of each width,"
                f" {plural(restarts, 'start')} each, {plural(epochs, 'epoch')} of AdamW. Remedies:"
                f" stopping at the best epoch, weight decay {number(weight_decay)}, dropout"
                f" {number(dropout)}."
            ),
            _pictures(runs, tried, found, hidden), Remark(_why(found, hidden, restarts)),
            _table(runs), *few_rows(n[1]), *_limits(),
        ),
        {"hidden": hidden, "rows": list(n), **found, "runs": runs},
    )  # fmt: skip


def _batch(rows: int) -> int | None:
    """Small tables in one piece: a step on all rows costs little more than one on a few."""
    return rows if rows <= 512 else None


def _runs(plain: Any, muted: Any, tried: Sequence[int]) -> list[dict[str, Any]]:
    """Median losses of each width and way."""
    decayed = [m.get("weight_decay", 0.0) > _NO_DECAY for m in plain.members]
    found = []
    for width in tried:
        mine = [m["hidden"] == width for m in plain.members]
        free = np.array([w and not d for w, d in zip(mine, decayed, strict=True)])
        held = np.array([w and d for w, d in zip(mine, decayed, strict=True)])
        dropped = np.array([m["hidden"] == width for m in muted.members])
        found += [
            _losses(width, "nothing", plain, free, best=False),
            _losses(width, "early stopping", plain, free, best=True),
            _losses(width, "weight decay", plain, held, best=False),
            _losses(width, "dropout", muted, dropped, best=False),
        ]
    return found


def _losses(width: int, way: str, of: Any, chosen: Any, best: bool) -> dict[str, Any]:
    train = np.nan_to_num(of.train_loss[chosen], nan=np.inf).astype(np.float64)
    check = np.nan_to_num(of.validation_loss[chosen], nan=np.inf).astype(np.float64)
    at = check.argmin(1) if best else np.full(len(check), check.shape[1] - 1)
    rows = np.arange(len(check))
    last = check[rows, at]
    ends = last[np.isfinite(last)]
    return {
        "hidden": width, "way": way, "train": float(np.median(train[rows, at])),
        "validation": float(np.median(last)),
        "spread": float(np.ptp(ends)) / 2 if ends.size else 0.0,
        "epoch": int(np.median(at)) + 1,
    }  # fmt: skip


def _diagnosed(runs: Sequence[dict[str, Any]], hidden: int) -> dict[str, Any]:
    """What each remedy gains on the validation rows, and which one gains more than chance."""
    own = next(r for r in runs if r["hidden"] == hidden and r["way"] == "nothing")
    wider = [r for r in runs if r["hidden"] > hidden and r["way"] == "nothing"]
    held = [r for r in runs if r["hidden"] == hidden and r["way"] != "nothing"]
    best_wide = min(wider, key=lambda r: float(r["validation"]), default=own)
    best_held = min(held, key=lambda r: float(r["validation"]))
    gains = {
        "capacity": _gain(own, best_wide), "regularization": _gain(own, best_held),
    }  # fmt: skip
    larger = max(gains, key=lambda name: gains[name])
    # What the starts differ by is chance, and a hundredth of the loss is not worth a change.
    matters = np.isfinite(own["validation"]) and gains[larger] > _chance(own)
    both = matters and min(gains.values()) > _chance(own)
    close = abs(gains["capacity"] - gains["regularization"]) <= _chance(own)
    needs = "either" if both and close else larger if matters else "neither"
    return {
        "needs": needs, "gains": gains, "own": own,
        "wider": best_wide if wider else None, "held": best_held,
    }  # fmt: skip


def _gain(own: dict[str, Any], other: dict[str, Any]) -> float:
    """By how much another is lower; nothing where neither is a number."""
    return 0.0 if other["validation"] == own["validation"] else float(
        own["validation"] - other["validation"])  # fmt: skip


def _chance(own: dict[str, Any]) -> float:
    """The gain that says nothing: what the starts differ by, or a hundredth of the loss."""
    return max(float(own["spread"]), 0.01 * float(own["validation"]))


def _verdict(found: dict[str, Any], hidden: int) -> str:
    own, network = found["own"], f"The network of {plural(hidden, 'hidden neuron')}"
    if not np.isfinite(own["validation"]):
        return f"{network} diverges from most starts: try a smaller step size first, with lr=…."
    before = f"its validation loss is {number(own['validation'])}"
    wider, held = found["wider"], found["held"]
    if found["needs"] == "either":
        return (
            f"{network} gains as much from more capacity as from more regularization: {before},"
            f" {number(wider['validation'])} with {wider['hidden']} neurons and"
            f" {number(held['validation'])} with {held['way']}, which differ by no more than"
            " chance."
        )
    if found["needs"] == "capacity":
        return (
            f"{network} needs more capacity: {before}, and {number(wider['validation'])} with"
            f" {wider['hidden']} neurons."
        )
    if found["needs"] == "regularization":
        return (
            f"{network} needs more regularization: {before}, and {number(held['validation'])} with"
            f" {held['way']}."
        )
    return (
        f"{network} needs neither: {before}, and nothing that was tried lowers it by more than"
        + (" the starts differ." if own["spread"] >= 0.01 * own["validation"] else " 1 %.")
    )


def _why(found: dict[str, Any], hidden: int, starts: int) -> str:
    own, gains = found["own"], found["gains"]
    if not np.isfinite(own["validation"]):
        return "Why: the loss is no number at the end, so there is nothing to compare."
    gap = own["validation"] - own["train"]
    first = (
        f"Why: at {plural(hidden, 'neuron')} the loss is {number(own['train'])} on the rows learned"
        f" from and {number(own['validation'])} on the others, a gap of {number(gap)}."
    )
    wide = (
        f" More neurons change the validation loss by {number(-gains['capacity'])},"
        if found["wider"] else " No wider network was tried,"
    )  # fmt: skip
    return (
        f"{first}{wide} the best way of holding back ({found['held']['way']}) by"
        f" {number(-gains['regularization'])};"
        + (f" starts differ by {number(own['spread'])} to each side." if starts > 1
           else " from one start each, which may be chance.")
    )  # fmt: skip


def _pictures(
    runs: Sequence[dict[str, Any]], tried: Sequence[int], found: dict[str, Any], hidden: int
) -> Charts:
    axis = Axis("hidden neurons", names=tuple(map(str, tried)))
    places = list(range(len(tried)))

    def line(way: str, part: str) -> list[float]:
        return [r[part] for r in runs if r["way"] == way]

    gap = Chart(
        axis, Axis("loss"),
        (
            Line(places, line("nothing", "train"), "training", "train"),
            Line(places, line("nothing", "validation"), "validation", "test"),
        ),
        title=f"A gap of {number(found['own']['validation'] - found['own']['train'])} at"
              f" {plural(hidden, 'neuron')}, nothing held back"
              if np.isfinite(found["own"]["validation"]) else
              f"{plural(hidden, 'neuron')}, nothing held back: diverged",
        sentence="Training and validation loss by width.",
    )  # fmt: skip
    ways = Chart(
        axis, Axis("validation loss"),
        tuple(Line(places, line(w, "validation"), w, order=i) for i, w in enumerate(_WAYS)),
        title=f"At {plural(hidden, 'neuron')} {found['held']['way']} holds back best",
        sentence="Validation loss by width for each way.",
    )  # fmt: skip
    return Charts((gap, ways), columns=2)


def _table(runs: Sequence[dict[str, Any]]) -> Table:
    return Table(
        (
            Column("hidden", "count", anchor=True), Column("held back by", key="way", anchor=True),
            Column("training loss", "number", key="train"),
            Column("validation loss", "number", key="validation"),
            Column("± of starts", "number", key="spread", rank=1),
            Column("epoch", "count", rank=2),
        ),
        tuple((r["hidden"], r["way"], r["train"], r["validation"], r["spread"], r["epoch"])
              for r in runs),
        caption="Medians over the starts",
        note="With dropout the training loss is measured while neurons are muted.",
    )  # fmt: skip


def _limits() -> tuple[Remark, ...]:
    return (
        Remark(
            "Early stopping chooses its epoch on the same rows that it is judged by here, so its"
            " figure is a little too good. More rows are a remedy that this can't try."
        ),
    )
