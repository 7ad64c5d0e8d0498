"""Contenders in JAX: named here without importing it, so that it may be absent."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.workload import Contender, Material, Run


def contenders(
    net: str | Callable[[], Any],
    material: Callable[[], Material],
    steps_a_round: int,
    *,
    ways: tuple[str, ...] = ("jit", "scan"),
) -> dict[str, Contender]:
    """The ways to train one network.

    Args:
        net: the file of `jax_peers`, or a function that makes what such a file holds.
        ways: "jit" and "scan". Convolutions leave XLA's fast path inside of loops (twenty times
            slower), so nobody would scan them.
    """
    return {
        f"jax {way}": Contender(
            partial(_build, net, material, steps_a_round, way),
            quick=way == ways[-1],
        )
        for way in ways
    }


def _build(net: Any, material: Callable[[], Material], steps: int, way: str) -> Run:
    loop = importlib.import_module("benchmarks.jax_peers.loop")
    if isinstance(net, str):
        found: Any = importlib.import_module(f"benchmarks.jax_peers.{net}")
    else:
        found = net()
    drive: Callable[..., Run] = {"jit": loop.jitted, "scan": loop.scanned}[way]
    return drive(found, material(), steps)
