"""Everything a report shows, as plain data, so that any room can fill it and any renderer read it.

Nothing here computes: `pellucid.lenses.measures` turns labels and probabilities into these records,
and `pellucid.report.render` turns them into one HTML file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pellucid.lenses.measures.records import (
    Calibration,
    ClassScore,
    Confusion,
    Counts,
    Errors,
    Floats,
    Histogram,
    Importance,
    Ints,
    Metric,
    Residuals,
    WorstSample,
)
from pellucid.report.boundary import Boundary, Frame, Points
from pellucid.report.looked import Explained, Lenses
from pellucid.report.views import View

__all__ = [
    "Alert",
    "Answer",
    "Boundary",
    "Calibration",
    "ClassScore",
    "Column",
    "Confusion",
    "Content",
    "Counts",
    "DataFacts",
    "Errors",
    "Floats",
    "Frame",
    "Histogram",
    "Importance",
    "Ints",
    "Metric",
    "ModelFacts",
    "Points",
    "ProgramRow",
    "Reproduce",
    "Residuals",
    "Shape",
    "Task",
    "Training",
    "WorstSample",
]

Task: TypeAlias = Literal["class", "regress"]
Shape: TypeAlias = tuple[int | str, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was learned and how well, for the first paragraph.

    Args:
        task: "class" (which of several) or "regress" (how much).
        target: name of the column that was learned.
        inputs: how many columns went in.
        rows: how many rows the metric was measured on.
        held_out: False when those rows were also learned from.
        metric: the main score; where classes are imbalanced, one that a rare class counts in.
        others: further scores, for the table; one clearly above its baseline speaks for the model.
        lead: what it does, as the rest of "This network …"; empty for a column from other columns.
    """

    task: Task
    target: str
    inputs: int
    rows: int
    metric: Metric
    held_out: bool = True
    others: tuple[Metric, ...] = ()
    lead: str = ""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Something a reader should know before trusting the numbers.

    Args:
        level: "info", "warn" or "error".
        title: a few words.
        text: what was seen, with the number.
        advice: what to do.
    """

    level: Literal["info", "warn", "error"]
    title: str
    text: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the data as it came in.

    Args:
        name: as in the file.
        role: "input", "target" or "ignore".
        kind: "number", "category", "date" or "text".
        missing: empty cells.
        note: what happens to it before the network, such as "scaled: mean 3.2, deviation 1.1".
        spread: its distribution; None to show none (text columns never show values).
    """

    name: str
    role: Literal["input", "target", "ignore"]
    kind: str = "number"
    missing: int = 0
    note: str = ""
    spread: Histogram | Counts | None = None


@dataclass(frozen=True, kw_only=True)
class DataFacts:
    """Where the rows came from and where they went.

    Args:
        source: a file name or a built-in data set's name.
        rows: rows read.
        train: rows learned from.
        validation: rows held out; where there are test rows, they choose the best epoch.
        test: rows kept away from training for the final score.
        left_out: rows used for neither, such as rows without a target.
        columns: every column, in the file's order.
        steps: what the data passes before the network, in order.
        notices: remarks from reading the file.
    """

    source: str
    rows: int
    train: int
    validation: int
    columns: tuple[Column, ...]
    test: int = 0
    left_out: int = 0
    steps: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProgramRow:
    """One layer of the network as a line of a program; None where nothing was measured.

    Args:
        layer: its path in the model, such as "net.0".
        operation: such as "Linear(2, 16)".
        equation: plain text, such as "y = x Wᵀ + b".
        shape_in: shape that enters; an axis may be a name.
        shape_out: shape that leaves.
        parameters: numbers that are learned.
        flops: floating-point operations of one forward pass.
        bytes: bytes of parameters and output.
        mean: mean of the output values.
        std: standard deviation of the output values.
        gradient_norm: length of the gradient of its parameters.
        update_size: length of the last update of its parameters.
    """

    layer: str
    operation: str
    equation: str = ""
    shape_in: Shape | None = None
    shape_out: Shape | None = None
    parameters: int = 0
    flops: int | None = None
    bytes: int | None = None
    mean: float | None = None
    std: float | None = None
    gradient_norm: float | None = None
    update_size: float | None = None


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """The network: a name, its layers as a program, and Python that builds it again."""

    title: str
    rows: tuple[ProgramRow, ...]
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Training:
    """What happened while learning.

    Args:
        train_loss: per epoch.
        validation_loss: per epoch; None without held-out rows.
        train_metric: per epoch; None if not measured.
        validation_metric: per epoch; None without held-out rows.
        metric_name: "accuracy", "R²".
        metric_percent: whether the metric is a fraction shown as percent.
        step_loss: per step; None if not kept.
        best_epoch: counted from 1; the weights that were kept.
        loss_name: such as "cross-entropy".
        optimizer: such as "Adam, learning rate 0.01".
        seconds: how long it took.
        ended: why it stopped, a full sentence.
    """

    train_loss: Floats
    validation_loss: Floats | None = None
    train_metric: Floats | None = None
    validation_metric: Floats | None = None
    metric_name: str = "accuracy"
    metric_percent: bool = True
    step_loss: Floats | None = None
    best_epoch: int
    loss_name: str = "loss"
    optimizer: str = ""
    seconds: float | None = None
    ended: str = ""


@dataclass(frozen=True, kw_only=True)
class Reproduce:
    """What it takes to get the same numbers again.

    Args:
        command: the command line.
        seed: the random seed.
        versions: package to version.
        digests: name to digest, of data and weights.
        settings: every setting; must be JSON.
        created: when, as text.
        files: name to what is in it.
    """

    command: str
    seed: int
    versions: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    created: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Content:
    """Everything one report shows; parts that are None leave their section or picture out.

    Args:
        name: what the report is about, such as "moons" or "houses.csv".
        answer: task, metric, baseline.
        data: rows and columns.
        model: layers.
        training: curves.
        reproduce: how to get it again.
        errors: confusion, residuals, worst samples.
        boundary: the field of two inputs.
        alerts: findings from elsewhere; the report adds its own checks.
        views: what only this kind of network can show, such as a forecast.
        lenses: the network through the lenses.
        explained: one sample taken through it.
        include_rows: whether values of single rows may be shown.
    """

    name: str
    answer: Answer
    data: DataFacts
    model: ModelFacts
    training: Training
    reproduce: Reproduce
    errors: Errors = field(default_factory=Errors)
    boundary: Boundary | None = None
    alerts: tuple[Alert, ...] = ()
    views: tuple[View, ...] = ()
    lenses: Lenses | None = None
    explained: Explained | None = None
    include_rows: bool = False
