"""The offline HTML report: what was learned, how well, from what, and how to get it again.

`Content` is plain data; `measure` fills parts of it; `render` turns it into one page and `write`
puts that page on disk.
"""

from pellucid.lenses import measures as measure
from pellucid.report.content import (
    Alert,
    Answer,
    Boundary,
    Calibration,
    ClassScore,
    Column,
    Confusion,
    Content,
    Counts,
    DataFacts,
    Errors,
    Frame,
    Histogram,
    Importance,
    Metric,
    ModelFacts,
    Points,
    ProgramRow,
    Reproduce,
    Residuals,
    Training,
    WorstSample,
)
from pellucid.report.page import render
from pellucid.report.write import write

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
    "Frame",
    "Histogram",
    "Importance",
    "Metric",
    "ModelFacts",
    "Points",
    "ProgramRow",
    "Reproduce",
    "Residuals",
    "Training",
    "WorstSample",
    "measure",
    "render",
    "write",
]
