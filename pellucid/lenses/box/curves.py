"""The what-if curves of the inputs that matter most, as pictures and as data."""

from __future__ import annotations

from typing import Any

from pellucid.lenses.box.answers import Answers
from pellucid.lenses.box.knobs import Knob, blocks_of, knobs_of
from pellucid.lenses.box.whatif import WhatIf, what_if, what_if_chart
from pellucid.lenses.measures.records import Importance
from pellucid.lenses.picture import Charts
from pellucid.lenses.sampling import some
from pellucid.lenses.subject import Subject

__all__ = ["curve_block", "curve_data", "curves_of"]

_CURVES = 6
_ROWS = 200
_ROWS_OF_FILTERS = 24


def curves_of(subject: Subject, worth: Importance | None) -> list[WhatIf]:
    """The curves of the inputs that matter most; the same ones at every moment of a film."""
    if not subject.flat:
        return []
    most = _ROWS_OF_FILTERS if subject.filtered else _ROWS
    x = subject.x[some(len(subject), most)]
    order = list(worth.names) if worth else list(blocks_of(subject))
    chosen = subject.frozen.setdefault("black box inputs", order[:_CURVES])
    knobs = {k.name: k for k in knobs_of(subject, only=chosen)}
    return [what_if(subject, knobs[name], x) for name in chosen]


def curve_block(
    subject: Subject, found: Answers, curves: list[WhatIf], shown: tuple[int, ...],
    sample: int | None,
) -> Charts:  # fmt: skip
    """A chart for each input; of one row its own curve as well."""
    items = []
    for curve in curves:
        own = None
        if sample is not None:
            one = _of_row(curve.knob, sample)
            own = what_if(subject, one, subject.x[sample : sample + 1])
        items.append(
            what_if_chart(
                curve if own is None else WhatIf(own.knob, curve.each, curve.mean),
                found.names,
                shown,
                found.classes,
                own,
            )
        )
    return Charts(
        tuple(items), columns=3 if len(items) > 2 else 2,
        title="What if one input were different, and all others stayed?",
    )  # fmt: skip


def _of_row(knob: Knob, row: int) -> Knob:
    return Knob(
        knob.name, knob.places, knob.features, knob.values, knob.words, knob.now[row : row + 1]
    )


def curve_data(curve: WhatIf) -> dict[str, Any]:
    """A curve's numbers."""
    knob = curve.knob
    return {
        "input": knob.name, "settings": list(knob.words) or knob.values.tolist(),
        "mean": curve.mean.tolist(), "swing": curve.swing, "rows": len(curve.each),
    }  # fmt: skip
