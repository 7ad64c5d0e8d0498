"""A trace as plain calls: what each takes from whom, and where it stood in the first trace."""

from __future__ import annotations

from collections.abc import Mapping

from pellucid.doctor.step import DATA, TARGET, Call
from pellucid.doctor.watching.trace import Trace

__all__ = ["calls", "onto"]


def calls(trace: Trace, places: list[int]) -> list[Call]:
    """The calls as plain data."""
    at = {place: i for i, place in enumerate(places)}
    found = []
    for place in places:
        ran = trace.ran[place]
        sources, shapes = _sources(trace, place, at)
        outer = not ran.inside or (trace.meets is not None and place >= trace.meets)
        found.append(
            Call(
                ran.name, ran.path, sources, shapes, ran.shape, ran.taken, ran.settings,
                "loss" if outer and _after(trace, place) else "model", ran.line,
                sum(k in trace.strangers for k in ran.inputs),
            )
        )  # fmt: skip
    return found


def _after(trace: Trace, place: int) -> bool:
    """Whether the network's work is done: no later operation is the network's own."""
    if trace.meets is not None and place >= trace.meets:
        return True
    return bool(trace.passes)


def _sources(
    trace: Trace, place: int, at: Mapping[int, int]
) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    ran = trace.ran[place]
    sources, shapes = [], []
    for k, shape in zip(ran.inputs, ran.shapes, strict=True):
        if k in trace.weights:
            continue
        source = _source(trace, k, place, at)
        if source is None:
            continue
        sources.append(source)
        shapes.append(shape)
    return tuple(sources), tuple(shapes)


def _source(trace: Trace, k: int, place: int, at: Mapping[int, int]) -> int | None:
    if (
        trace.target is not None
        and k == trace.library.key(trace.target)
        and (trace.meets is not None and place >= trace.meets)
    ):
        return TARGET
    made = trace.made.get(k)
    if k in trace.data and made not in at:
        return DATA  # whatever cut it out of more rows
    while made is not None and made not in at:  # left out: what it hands on
        before = trace.ran[made]
        if _of_target(trace, k, place):
            return TARGET
        if made == place or before.fixed or not before.inputs:
            return None
        k = before.inputs[0]
        made = trace.made.get(k) if trace.made.get(k) != made else None
    if made is not None and made != place:
        return at[made]
    if k in trace.data or (made is None and not trace.passes and not trace.weights.get(k)):
        return DATA
    return None


def _of_target(trace: Trace, k: int, place: int) -> bool:
    """Whether something that the network has no part in is made of the target."""
    if trace.target is None or trace.meets is None or place < trace.meets:
        return False
    key = trace.library.key(trace.target)
    return any(key in trace.ran[j].inputs for j in trace.leading_to(k))


def onto(first: list[Call], calls: list[Call]) -> dict[int, int]:
    """Where each call stands in the first trace."""
    at: dict[tuple[str, str, str], list[int]] = {}
    for i, call in enumerate(first):
        at.setdefault((call.name, call.path, call.part), []).append(i)
    found = {}
    for i, call in enumerate(calls):
        same = at.get((call.name, call.path, call.part))
        if same:
            found[i] = same.pop(0)
    return found
