"""Which engine runs a training: op by op in NumPy, or compiled, whichever is done sooner.

The choice depends on the program alone, never on a clock, so that the same call gives the same
numbers every time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pellucid.errors import PellucidError, SettingError, StateError, TraceError
from pellucid.graph.program import Program
from pellucid.training.compiled import CompiledEpochs, sums_for, trace_step
from pellucid.training.sources import FromRows

if TYPE_CHECKING:
    from pellucid.training.loop import Run

__all__ = ["ENGINES", "check_engine", "keep_engine", "prepare", "seconds_compiled", "seconds_eager"]

ENGINES = ("numpy", "xla")

# Seconds, fitted to what `python -m benchmarks` measures on a current core.
PER_OP = 4e-6  # an op in NumPy, its node and its share of the chain rule included
PER_STEP_OP = 4e-7  # the same in a compiled step
FLOPS, FLOPS_COMPILED = 6e10, 9e10  # per second
FLOPS_WINDOWS = 1.5e10  # in NumPy's convolutions, which lay their windows out first
BYTES, BYTES_COMPILED = 6e9, 2.5e10  # per second, elementwise
START, PER_OP_COMPILE = 0.9, 2.5e-3  # importing jax and setting up; tracing and compiling an op


def check_engine(engine: str | None) -> str:
    """The engine that was asked for; "auto" where none was."""
    if engine is None or engine == "auto":
        return "auto"
    if engine not in ENGINES:
        raise SettingError(f"engine is 'numpy', 'xla' or None for the faster, not {engine!r}.")
    return engine


def keep_engine(path: Any, run: Run, state: Mapping[str, Any]) -> None:
    """A training that goes on does so on the engine it was on, whoever chose that.

    Raises:
        StateError: another one was asked for, whose numbers are rounded in another way.
    """
    engine, wanted = state.get("engine"), run.plan.engine
    if engine not in ENGINES:
        return
    if wanted not in ("auto", engine):
        raise StateError(
            f"{path} holds a training on the {engine} engine, and {wanted} rounds in another way:"
            " it would not be the same training.\n"
            " Leave `engine` out, or begin anew with resume=False."
        )
    run.plan = replace(run.plan, engine=engine)
    run.history.notes += [n for n in state["history"]["notes"] if n.startswith("engine: ")]


def _say(run: Run, note: str) -> None:
    """Note the choice, unless the run goes on and said it when it began."""
    if not any(n.startswith("engine: ") for n in run.history.notes):
        run.history.notes.append(note)


def prepare(run: Run) -> None:
    """Choose, and compile if that was chosen.

    Raises:
        SettingError: the compiled engine was asked for and the data comes from a loader.
        TraceError: it was asked for and the step can't be traced; names the line.
    """
    wanted = run.plan.engine
    if wanted == "numpy":
        return
    if not isinstance(run.train, FromRows) or run.train.count(run.plan.batch_size) == 0:
        if wanted == "xla":
            raise SettingError(
                "engine='xla' needs the rows in memory, and this data comes from a loader.\n"
                " Pass (X, y), or compile the step of a loop of your own: pellucid.compile(step)."
            )
        return
    if wanted == "auto" and not _long_enough(run):
        _say(run, "engine: numpy; it is done before a program would be compiled.")
        return
    try:
        found = trace_step(run)
    except PellucidError as error:
        if wanted == "xla" or not isinstance(error, TraceError):
            raise
        _say(run, f"engine: numpy, because the step can't be compiled: {error}")
        return
    if wanted == "auto" and not _worth_it(run, found[0].step.program):
        return
    gathered = sums_for(run)
    if gathered is not None:
        run.gathered = gathered
    run.compiled = CompiledEpochs(run, found)
    _say(run, "engine: xla; whole stretches of steps run as one compiled program.")


def seconds_eager(program: Program) -> float:
    """How long a step takes op by op."""
    flops, moved, ops = _cost(program)
    windows, _, _ = _cost(program, "conv")
    laid_out = windows * (1 / FLOPS_WINDOWS - 1 / FLOPS)
    return ops * PER_OP + flops / FLOPS + laid_out + moved / BYTES


def seconds_compiled(program: Program) -> tuple[float, float]:
    """How long a compiled step takes, and how long it takes to compile."""
    flops, moved, ops = _cost(program)
    step = ops * PER_STEP_OP + flops / FLOPS_COMPILED + moved / BYTES_COMPILED
    return step, START + ops * PER_OP_COMPILE


def _cost(program: Program, kind: str = "") -> tuple[float, float, int]:
    """Operations, bytes and ops: of all, or of those whose name begins so."""
    flops = moved = 0.0
    slots = program.slot_nodes()
    for step in program.steps:
        if not step.op.name.startswith(kind):
            continue
        cost = step.op.measure(tuple(slots[i] for i in step.at), step.node, step.params)
        if "view" in step.op.traits:
            continue
        flops, moved = flops + cost.flops, moved + cost.bytes
    return flops, moved, len(program.steps)


def _long_enough(run: Run) -> bool:
    """Whether the training could possibly outlast the start of the compiled engine."""
    uses = _uses(run) * run.plan.batch_size * run.plan.accumulate
    steps = (run.epoch_steps or 1) * run.plan.epochs
    return steps * (1e-4 + 6e-11 * uses) > START / 3 and not run.looks_at_steps


def _uses(run: Run) -> int:
    """How often weights may be used for one row: those of a window or a recurrence many times."""
    weights = list(run.model.parameters())
    x = run.train.data.inputs[0]  # type: ignore[attr-defined]
    again = x.ndim > 2 or x.dtype.kind != "f" or any(w.ndim > 2 for w in weights)
    places = max(1, x.size // len(x)) if again else 1
    return places * sum(w.numel() for w in weights)


def _worth_it(run: Run, program: Program) -> bool:
    steps = (run.epoch_steps or 1) * run.plan.epochs
    each, start = seconds_compiled(program)
    if run.train.layouts(run.plan.batch_size, run.plan.accumulate)[1]:  # type: ignore[attr-defined]
        start += len(program.steps) * PER_OP_COMPILE  # the last step of an epoch is another program
    eager = steps * seconds_eager(program)
    better = start + steps * each < eager
    if not better:
        _say(run, f"engine: numpy; about {eager:.1f} s, and compiling would take {start:.1f} s.")
    return better
