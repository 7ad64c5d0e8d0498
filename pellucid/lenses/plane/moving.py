"""Which inputs the answer moves most along, so that these become the axes of a picture."""

from __future__ import annotations

from pellucid.lenses.box.knobs import blocks_of, knobs_of
from pellucid.lenses.box.whatif import what_if
from pellucid.lenses.sampling import some
from pellucid.lenses.subject import Subject

__all__ = ["moving_most", "two_axes"]

_ROWS, _SETTINGS = 60, 7
_SETTINGS_OF_FILTERS = 3
_ASKED = 6000  # rows in all: with many inputs, fewer for each


def moving_most(subject: Subject) -> list[str]:
    """The inputs that are numbers, first those that move the mean answer furthest."""

    def order() -> list[str]:
        settings, asked, margin = _SETTINGS, _ASKED, None
        if subject.filtered:
            settings, asked, margin = _SETTINGS_OF_FILTERS, _ASKED // 4, 0.0
        knobs = [k for k in knobs_of(subject, settings, margin) if not k.words]
        rows = max(min(_ROWS, asked // (settings * max(len(knobs), 1))), 8)
        x = subject.x[some(len(subject), rows)]
        swing = {k.name: what_if(subject, k, x).swing for k in knobs}
        return sorted(swing, key=lambda name: -swing[name])

    if "moving most" not in subject.frozen:
        subject.frozen["moving most"] = order()
    found: list[str] = subject.frozen["moving most"]
    return found


def two_axes(subject: Subject) -> tuple[str, ...]:
    """The two inputs that move the answer most, or the only one, in the order of the inputs."""
    inputs = list(blocks_of(subject))
    return tuple(sorted(moving_most(subject)[:2], key=inputs.index))
