"""Where state cells live while compiled steps replace them: on XLA's side, small ones packed.

A weight whose value is in a bank has no array of its own. Whoever looks at it fetches it; a weight
that was written meanwhile is taken in again before the next step.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection, Sequence
from itertools import accumulate
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.engines.xla.arranged import Arranged, arrange, plain
from pellucid.errors import TraceError, TrainingError
from pellucid.graph.node import Node, _clock, last_write, send_away

__all__ = ["Bank"]

# Below this many numbers a cell shares a vector with others: one buffer is handed over, not six.
LONE = 4096

_twice = object()
_held_twice = {0: _twice}  # with the name above two references, like a cell's memory at home

_FAILED = "XLA could not run the compiled program: {}\n {}"

_moves = [0]  # counts how often any bank has taken cells: most checks end here


class Bank:
    """The values of some cells.

    Args:
        cells: leaves that steps replace.
        swapped: positions of matrices that are stored `(in, out)`.

    Attributes:
        state: the values as compiled steps take them in and give them out.
    """

    def __init__(self, cells: Sequence[Node], swapped: Collection[int] = ()) -> None:
        self.cells = tuple(cells)
        self._swapped = frozenset(swapped)
        self.state: list[Any] = []
        groups: dict[Any, list[int]] = {}
        for i, node in enumerate(self.cells):
            alone = node.size >= LONE or i in self._swapped
            groups.setdefault(i if alone else node.dtype, []).append(i)
        self._groups = list(groups.values())
        self._at = {i: g for g, members in enumerate(self._groups) for i in members}
        self._starts = {
            i: stop - self.cells[i].size
            for members in self._groups
            for i, stop in zip(
                members, accumulate(self.cells[k].size for k in members), strict=True
            )
        }
        self._index = {node: i for i, node in enumerate(self.cells)}
        self._mirrors: dict[int, Any] = {}
        self._home: dict[int, int] = dict.fromkeys(range(len(self.cells)), -1)
        self._seen = -1
        self._given = 0  # when the state was replaced last
        self._shared: list[int] = []  # cells whose memory somebody else looks at
        self._fetch = self.fetch
        self._proven: Any = None  # the program that ran last, and all that ever ran
        self._all_proven: set[Any] = set()
        self.lock = threading.RLock()  # one step at a time may take the state and give it back

    @property
    def layout(self) -> Any:
        """How cells lie in the state: equal for banks that the same program may serve."""
        return tuple(map(tuple, self._groups)), self._swapped

    # ---- inside a compiled step ---------------------------------------------------------------

    def unpack(self, state: Sequence[Any]) -> list[Any]:
        """One value per cell, as it lies."""
        out: list[Any] = [None] * len(self.cells)
        for members, vector in zip(self._groups, state, strict=True):
            start = 0
            for i in members:
                node = self.cells[i]
                part = vector if len(members) == 1 else vector[start : start + node.size]
                if i in self._swapped:
                    out[i] = Arranged(part, (1, 0))
                else:
                    out[i] = part.reshape(node.shape)
                start += node.size
        return out

    def pack(self, values: Sequence[Any]) -> list[Any]:
        """The values as the next step takes them."""
        return [
            self._lying(members[0], values[members[0]])
            if len(members) == 1
            else jnp.concatenate([jnp.asarray(plain(values[i])).reshape(-1) for i in members])
            for members in self._groups
        ]

    def _lying(self, i: int, value: Any) -> Any:
        return arrange(value, (1, 0)) if i in self._swapped else jnp.asarray(plain(value))

    # ---- between steps ------------------------------------------------------------------------

    def take(self) -> list[Any]:
        """The state, with whatever was written outside since the last step."""
        if self._seen != _moves[0]:
            self._claim()
        if self._home:
            self._take_in()
        return self.state

    def run(self, program: Any, given: Sequence[Any], after: Callable[[], Any]) -> Any:
        """Let a program replace the state; Ctrl-C finds the state before or the one after.

        A program that never ran works on copies, so that nothing is lost where it fails.

        Args:
            program: what XLA compiled; it takes the state first, and gives the new one first.
            given: its arguments.
            after: called when the state was replaced.

        Returns:
            What else the program gives.

        Raises:
            TrainingError: it failed; the text says what became of the state.
        """
        call = getattr(program, "_call", None) or program  # past its frame of Python
        made: list[Any] = []
        first = self._proven is not program and program not in self._all_proven
        if first:
            given = ([jnp.array(part) for part in self.state], *given[1:])
        try:
            # One call in C: what the program takes in is gone, and what it gives can't be missed.
            made.extend(map(call, *[(x,) for x in given]))
            if first:
                jax.block_until_ready(made)  # type: ignore[no-untyped-call]
                self._all_proven.add(program)
            self._proven = program
        except Exception as error:
            made.clear()
            raise TrainingError(_FAILED.format(_cause(error), self._after_failure())) from error
        finally:
            if made:
                self.give(made[0][0])
                after()
        return made[0][1]

    def give(self, state: list[Any]) -> None:
        """The state after a step."""
        self.state = state
        self._given = last_write[0] = next(_clock)
        for i in self._shared:
            self.cells[i].array  # noqa: B018  (looking at it fetches it)

    def fetch(self, node: Node, lent: bool = False) -> Any:
        """Bring a cell's value, and those packed with it, back into its own memory.

        Args:
            node: the cell.
            lent: its memory is handed to somebody who may write it and tell nobody.
        """
        if lent and "array" in node.__dict__:
            self._home[self._index[node]] = -1
            return node.array
        g = self._at[self._index[node]]
        members = self._groups[g]
        try:
            host = np.asarray(self.state[g])
        except RuntimeError as error:  # the program that made it failed after it had returned
            told = self._after_failure(poisoned=True)
            raise TrainingError(_FAILED.format(_cause(error), told)) from error
        host = host.T.reshape(-1) if members[0] in self._swapped else host.reshape(-1)
        start = 0
        for i in members:
            cell = self.cells[i]
            if i not in self._home and cell.away is self._fetch:
                mirror = self._mirrors.pop(i)  # from here on its cell alone holds it
                mirror[...] = host[start : start + cell.size].reshape(cell.shape)
                cell.array = mirror
                cell.written = cell.root.written = self._home[i] = self._given
            start += cell.size
        return node.array

    def copies(self, nodes: Sequence[Node]) -> list[Any]:
        """Copies of what nodes hold. Cells stay where they are: nothing is fetched or taken in."""
        hosts: dict[int, Any] = {}
        return [self._copy(node, hosts) for node in nodes]

    def _copy(self, node: Node, hosts: dict[int, Any]) -> Any:
        i = self._index.get(node)
        if i is None or i in self._home or node.away is not self._fetch:
            return node.array.copy()
        g = self._at[i]
        if g not in hosts:
            try:
                hosts[g] = np.asarray(self.state[g])
            except RuntimeError:
                return self.fetch(node).copy()  # which says what happened
        return self.part(node, hosts[g][None])[0].copy()

    def group(self, node: Node) -> int:
        """Which part of the state a cell's value lies in."""
        return self._at[self._index[node]]

    def part(self, node: Node, several: Any) -> Any:
        """A cell's values out of several values of that part, as a view."""
        i, n = self._index[node], len(several)
        if i in self._swapped:
            return several.swapaxes(1, 2)
        start = self._starts[i]
        return several.reshape(n, -1)[:, start : start + node.size].reshape(n, *node.shape)

    def _after_failure(self, poisoned: bool = False) -> str:
        """Where values are gone with a program that failed, go back to those last looked at."""
        gone = range(len(self.state)) if poisoned else self._deleted()
        lost = []
        for g in gone:
            for i in self._groups[g]:
                cell = self.cells[i]
                if i not in self._home and cell.away is self._fetch:
                    cell.array, self._home[i] = self._mirrors.pop(i), -1
                    lost.append(cell.name or "a Tensor")
        if not lost:
            return "Every weight is as it was before the call."
        names = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        return (
            f"The values of {names} went with it: they are now what they were when last looked at."
            " Load a checkpoint."
        )

    def _deleted(self) -> list[int]:
        return [g for g, part in enumerate(self.state) if part.is_deleted()]

    def _claim(self) -> None:
        """Notice cells that another bank has taken since."""
        for i, node in enumerate(self.cells):
            if node.away is not self._fetch:
                self._home.setdefault(i, -1)

    def _take_in(self) -> None:
        for i in self._home:
            self._mirrors[i] = self._checked(i, self.cells[i].array)
        # What somebody else holds too may be written without a stamp, and be read at any time.
        self._shared = [i for i in self._home if self._looked_at(i)]
        changed = {
            self._at[i]
            for i, stamp in self._home.items()
            if stamp < 0 or max(self.cells[i].written, self.cells[i].root.written) > stamp
        } | {self._at[i] for i in self._shared}
        arrays = {}
        for g in changed:
            parts = [self.cells[i].array for i in self._groups[g]]
            for i, array in zip(self._groups[g], parts, strict=True):
                arrays[i] = self._checked(i, array)
        if not self.state:
            self.state = [None] * len(self._groups)
        for g in changed:
            members = self._groups[g]
            whole = (
                arrays[members[0]].T
                if members[0] in self._swapped
                else arrays[members[0]]
                if len(members) == 1
                else np.concatenate([arrays[i].reshape(-1) for i in members])
            )
            self.state[g] = jnp.array(np.asarray(whole, order="C"))
        for i in {*self._home, *arrays}:
            node = self.cells[i]
            self._mirrors[i] = _writable(node.array)
            send_away(node, self._fetch)
        self._home.clear()
        if changed:
            _moves[0] += 1
        self._seen = _moves[0]

    def _looked_at(self, i: int) -> bool:
        """Whether more than the cell and this bank hold a cell's memory, as `.numpy()` does."""
        if self.cells[i].kind == "state":  # an optimizer holds its memory, and says when it writes
            return False
        return sys.getrefcount(self._mirrors[i]) > sys.getrefcount(_held_twice[0])

    def _checked(self, i: int, array: Any) -> Any:
        node = self.cells[i]
        if array.shape != node.shape or array.dtype.name != node.dtype.name:
            raise TraceError(
                f"{node.name or 'a Tensor'} had shape {node.shape} when the step was compiled and "
                f"now has {array.shape}.\n Compile the step again."
            )
        return array


def _cause(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0]


def _writable(array: Any) -> Any:
    return array if array.flags.writeable else array.copy()
