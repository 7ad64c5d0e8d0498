"""Where numbers that are not finite begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pellucid.doctor.step import Moment
from pellucid.doctor.watching.library import tensors_in
from pellucid.doctor.watching.losses import LossCall
from pellucid.doctor.watching.passes import Pass
from pellucid.doctor.watching.told import calls, onto
from pellucid.doctor.watching.trace import Trace, finite

if TYPE_CHECKING:
    from pellucid.doctor.watching.looks import Looks

__all__ = ["again", "bad"]


def bad(looks: Looks, trace: Trace, places: list[int]) -> int | None:
    """The first call that makes what is not finite out of what is, weights included."""
    first = trace.first_bad(places)
    if first is None:
        return None
    ran = trace.ran[places[first]]
    taken = [looks.weights.tensors[name] for name in ran.taken if name in looks.weights.tensors]
    given = [trace.alive[k] for k in ran.inputs if k in trace.data]
    return first if all(finite(looks.library.array(t)) for t in (*taken, *given)) else None


def again(looks: Looks, found: Pass, call: LossCall | None, value: float, rate: float) -> None:
    """Run a pass whose loss is not finite once more, on a copy, to find where it begins."""
    if looks.looked_again:
        return
    looks.looked_again = True
    looks.stop()
    twin = looks.library.twin(found.model)
    names = {looks.library.key(t): n for n, t in twin.named_parameters()}
    trace = Trace(looks.library, names, None, True)
    tracer = looks.library.tracer(trace)
    tracer.names = {id(m): path for path, m in twin.named_modules()}
    with looks.library.random_kept(), looks.library.lib.no_grad():
        tracer.start()
        try:
            trace.enter(tensors_in((found.args, found.kwargs), looks.library.kind))
            out = twin(*found.args, **found.kwargs)
            trace.leave(tensors_in(out, looks.library.kind))
            if looks.replay is not None and call is not None:
                looks.replay(out, call.target)
        finally:
            tracer.stop()
    trace.meet(None, None if call is None else call.target)
    places = [i for i, ran in enumerate(trace.ran) if not ran.fixed]
    at = onto(looks.calls, calls(trace, places))
    first = bad(looks, trace, places)
    moment = Moment(looks.step, value, rate, trace.figures(places, at))
    moment.first_bad = None if first is None else at.get(first)
    looks.weights.begin_step()
    moment.moves = looks.weights.moves(stepped=False)
    looks.moments.append(moment)
