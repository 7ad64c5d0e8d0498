"""A function of arrays as XLA's executable, compiled ahead of its first call.

XLA's quick library of convolutions (YNNPACK) keeps to one core, whatever there is. So where there
are several, convolutions are left to the library that shares them out.

Of its two ways to write loops the newer one gives quicker element-wise chains, as of Adam's over
large layers or a thousand small networks, and takes up to twice as long to compile. Where
convolutions or attention do most of the work, the older one is as quick or quicker.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import jax

from pellucid.engines.cores import cores
from pellucid.engines.xla.cache import healed
from pellucid.graph.program import Program

__all__ = ["compiled_ahead"]

# What XLA hands to YNNPACK: this is its default without single convolutions.
_SHARED_OUT: Any = {
    "xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_DOT,LIBRARY_FUSION_TYPE_REDUCE"
}


_OLDER_LOOPS: Any = {"xla_cpu_use_fusion_emitters": False}
_CONVOLUTIONS = frozenset({"conv", "conv_transpose"})


def compiled_ahead(
    function: Callable[..., Any],
    given: Sequence[Any],
    donate: Any = (),
    program: Program | None = None,
) -> Any:
    """The executable for arguments of these shapes.

    Args:
        function: what JAX can trace.
        given: its arguments.
        donate: positions of arguments whose memory the results may take.
        program: what the function computes, where its ops decide how it is compiled.
    """
    lowered = jax.jit(function, donate_argnums=donate).lower(*given)
    options = _chosen(program)
    with healed():
        if options:
            try:
                return lowered.compile(compiler_options=options)
            except jax.errors.JaxRuntimeError as error:  # another XLA, without this choice
                if "INVALID_ARGUMENT" not in str(error):
                    raise
        return lowered.compile()


def _chosen(program: Program | None) -> dict[str, Any]:
    """What to tell XLA, except where somebody has said it already."""
    flags = os.environ.get("XLA_FLAGS", "")
    chosen: dict[str, Any] = {}
    if cores() > 1 and "ynn_fusion_type" not in flags:
        chosen |= _SHARED_OUT
    if program is not None and _is_heavy(program) and "fusion_emitters" not in flags:
        chosen |= _OLDER_LOOPS
    return chosen


def _is_heavy(program: Program) -> bool:
    """Whether it has convolutions, or products of many matrices as attention has."""
    return any(
        step.op.name in _CONVOLUTIONS or (step.op.name == "bmm" and len(step.node.shape) > 2)
        for step in program.steps
    )
