"""The sections of a report, in their fixed order and with their fixed numbers.

A number means the same in every report; a section without content is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pellucid.report.content import Content
from pellucid.report.html import Child
from pellucid.report.limits import Limits
from pellucid.report.sections import alerts, answer, data, errors, model, reproduce, training

__all__ = ["Section", "sections"]


@dataclass(frozen=True)
class Section:
    """A numbered part of the page."""

    number: int
    key: str
    title: str
    body: Child


PARTS = (
    (1, "answer", "Answer", answer.body),
    (2, "alerts", "Alerts", alerts.body),
    (3, "data", "Data", data.body),
    (4, "model", "Model", model.body),
    (5, "training", "Training", training.body),
    (8, "errors", "Errors", errors.body),
    (10, "reproduce", "Reproduce", reproduce.body),
)


def sections(content: Content, limits: Limits) -> Iterator[Section]:
    """Builds the sections that have something to show."""
    for number, key, title, build in PARTS:
        body = build(content, limits)
        if body:
            yield Section(number, key, title, body)
