"""The network of a run as the lines of a report: one real step, seen by the program lens."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.lenses import program
from pellucid.optim.names import named
from pellucid.report import ModelFacts, ProgramRow
from pellucid.tensor.creation import from_numpy
from pellucid.training.objective import choose_objective
from pellucid.training.table_run import TableRun
from pellucid.training.table_settings import Settings
from pellucid.training.weighing import LOSSES, fitted_weights

__all__ = ["loss_of", "model_facts"]

_ROWS = 32


def model_facts(run: TableRun) -> ModelFacts:
    """Layers, what they cost, and what a step of training does to them."""
    rows = _batch(run)
    targets = run.targets[rows]
    found = program(
        run.model.network,
        from_numpy(run.features[rows]),
        from_numpy(targets[:, None] if run.model.task == "regression" else targets),
        loss=loss_of(run),
        optimizer=lambda weights: _optimizer(weights, run.settings),
    ).to_dict()
    gradients = {line["number"]: line["gradient"] for line in found["backward"]}
    layers = [line for line in found["forward"] if line["layer"] != "loss"]
    return ModelFacts(
        title=run.model.architecture.title,
        rows=tuple(_row(line, gradients, found["update"]) for line in layers),
        code=_code(run, layers),
    )


def loss_of(run: TableRun) -> Any:
    """What the training minimized, with its weights of classes.

    Args:
        run: a finished run.
    """
    table, chosen = run.table, run.settings
    task = "classification" if run.model.task == "classification" else "regression"
    targets = run.targets[run.learned]
    outputs = from_numpy(run.model.outputs(run.features[run.learned[:1]]))
    classes = run.model.preparation.classes
    weights = fitted_weights(chosen.class_weight, task, table.target, classes)
    name = chosen.loss or LOSSES[task][0]
    return choose_objective(name, outputs, targets, weights).call


def _batch(run: TableRun) -> Any:
    """As many rows as a step of training takes, drawn at random."""
    size = run.history.settings.get("batch_size") or _ROWS
    drawn = np.random.default_rng(run.settings.seed).permutation(run.learned)
    return np.sort(drawn[:size])


def _optimizer(weights: Any, settings: Settings) -> Any:
    return named(settings.optimizer, weights, settings.lr, settings.weight_decay)


def _row(line: Mapping[str, Any], gradients: Mapping[int, Any], updates: Any) -> ProgramRow:
    moved = [u["update"] for u in updates if u["parameter"].rpartition(".")[0] == line["layer"]]
    return ProgramRow(
        layer=line["layer"],
        operation=line["operation"],
        equation=line["equation"],
        shape_in=_first(line["shape_in"]),
        shape_out=line["shape_out"],
        parameters=line["parameters"],
        flops=line["flops"],
        bytes=line["bytes"],
        mean=line["mean"],
        std=line["std"],
        gradient_norm=gradients.get(line["number"]),
        update_size=math.hypot(*moved) if moved else None,
    )


def _first(shapes: Any) -> Any:
    return tuple(shapes[0]) if shapes else None


def _code(run: TableRun, layers: Sequence[Mapping[str, Any]]) -> str:
    """Python that builds it again: a person's own text, or the layers where they are a chain."""
    shape = run.model.architecture
    if "source" in shape.options:
        return str(shape.options["source"])
    if shape.kind not in ("mlp", "cnn"):
        return repr(run.model.network)
    lines = [f"    nn.{line['operation']}," for line in layers]
    return "\n".join(["nn.Sequential(", *lines, ")"])
