"""A function of arrays as XLA's executable, compiled ahead of its first call.

XLA's quick library of convolutions (YNNPACK) keeps to one core, whatever there is. So where there
are several, convolutions are left to the library that shares them out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import jax

from pellucid.engines.cores import cores
from pellucid.engines.xla.cache import healed

__all__ = ["compiled_ahead"]

# What XLA hands to YNNPACK: this is its default without single convolutions.
_SHARED_OUT: Any = {
    "xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_DOT,LIBRARY_FUSION_TYPE_REDUCE"
}


def compiled_ahead(function: Callable[..., Any], given: Sequence[Any], donate: Any = ()) -> Any:
    """The executable for arguments of these shapes.

    Args:
        function: what JAX can trace.
        given: its arguments.
        donate: positions of arguments whose memory the results may take.
    """
    lowered = jax.jit(function, donate_argnums=donate).lower(*given)
    chosen = "ynn_fusion_type" in os.environ.get("XLA_FLAGS", "")  # by somebody else
    with healed():
        if cores() > 1 and not chosen:
            try:
                return lowered.compile(compiler_options=_SHARED_OUT)
            except jax.errors.JaxRuntimeError as error:  # another XLA, without this choice
                if "INVALID_ARGUMENT" not in str(error):
                    raise
        return lowered.compile()
