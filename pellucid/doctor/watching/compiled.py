"""Which compiled functions are training steps: those that move the parameters of a network.

They are found as they are called, with the networks and optimizers that only they call.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pellucid.doctor.watching.aside import deaf
from pellucid.doctor.watching.met import meet, values_of
from pellucid.doctor.watching.paced import Paced
from pellucid.graph.mode import current
from pellucid.tensor.compile import Compiled

if TYPE_CHECKING:
    from pellucid.doctor.watching.watcher import Watcher

__all__ = ["CompiledSteps"]


class CompiledSteps:
    """Watches the compiled functions that move the parameters of a watched network.

    Args:
        watcher: who is told.
    """

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self.known: dict[int, Paced | None] = {}
        watcher.patches.wrap(Compiled, "__call__", self._calling)

    def _calling(self, original: Callable[..., Any]) -> Callable[..., Any]:
        live, known = self.watcher.patches.live, self.known

        @functools.wraps(original)
        def called(compiled: Any, *args: Any, **kwargs: Any) -> Any:
            steps = known.get(id(compiled))
            if steps is not None and steps.left > 0 and live[0]:
                steps.left -= 1
                out = original(compiled, *args, **kwargs)
                steps.outs.append(None if steps.left % steps.every else out)
                return out
            if not live[0] or current().symbolic or self.watcher.looks.inside:
                return original(compiled, *args, **kwargs)
            if steps is None and id(compiled) in known:
                return original(compiled, *args, **kwargs)
            return self._seen(compiled, original, args, kwargs)

        return called

    def _seen(self, compiled: Any, original: Any, args: Any, kwargs: Any) -> Any:
        run = functools.partial(original, compiled, *args, **kwargs)
        steps = self.known.get(id(compiled))
        if steps is not None:
            return steps.one(run, args, kwargs)
        with self.watcher.discovery.noting(values_of) as met:
            out = deaf(self.watcher, run)  # traced here: hooks are called, and nothing has values
        for one, values in met:
            self.watcher.safely("models", meet, self.watcher, one, values)
        moved = {id(node) for node in compiled._form().traced.step.cells}
        own = any(id(p._node) in moved for m in self.watcher.models for p in m.parameters())
        self.known[id(compiled)] = steps = Paced(self.watcher, compiled) if own else None
        if steps is not None:
            steps.begin(out, args, kwargs)
        return out

    def end(self) -> None:
        """The watching is over."""
        for steps in self.known.values():
            if steps is not None:
                steps.end()
