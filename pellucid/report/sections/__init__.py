"""The sections of a report, in their fixed order, numbered as they come.

A section without content is left out; its name in a link (`#errors`) is the same in every report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pellucid.lenses.draw.html import Child
from pellucid.report.content import Content
from pellucid.report.limits import Limits
from pellucid.report.sections import (
    alerts,
    answer,
    data,
    errors,
    lenses,
    model,
    reproduce,
    sample,
    training,
    views,
)

__all__ = ["Section", "sections"]


@dataclass(frozen=True)
class Section:
    """A numbered part of the page."""

    number: int
    key: str
    title: str
    body: Child


PARTS = (
    ("answer", "Answer", answer.body),
    ("views", "What it does", views.body),
    ("alerts", "Alerts", alerts.body),
    ("data", "Data", data.body),
    ("model", "Model", model.body),
    ("training", "Training", training.body),
    ("lenses", "Seven lenses", lenses.body),
    ("sample", "One sample explained", sample.body),
    ("errors", "Errors", errors.body),
    ("reproduce", "Reproduce", reproduce.body),
)


def sections(content: Content, limits: Limits) -> Iterator[Section]:
    """Builds the sections that have something to show."""
    number = 0
    for key, title, build in PARTS:
        body = build(content, limits)
        if body:
            number += 1
            yield Section(number, key, title, body)
