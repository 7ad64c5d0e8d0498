"""Small tables and networks that the tests of `fit` share."""

from __future__ import annotations

from typing import Any

import numpy as np

import pellucid as pl
from pellucid.training import build_mlp

QUIET: dict[str, Any] = {"progress": False}


def line(n: int = 60, seed: int = 0) -> tuple[Any, Any]:
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(n, 3)).astype(np.float32)
    return x, (x @ np.float32([1, -2, 0.5]) + 0.3).astype(np.float32)


def blobs(n: int = 90) -> tuple[Any, Any]:
    draw = np.random.default_rng(1)
    y = np.arange(n) % 3
    centers = np.array([[2, 0], [-2, 1], [0, -2]])
    return (centers[y] + draw.normal(size=(n, 2))).astype(np.float32), y


def mlp(*sizes: int, seed: int = 0, **options: Any) -> Any:
    pl.manual_seed(seed)
    return build_mlp(sizes[0], sizes[-1], hidden=sizes[1:-1], **options)


def weights(model: Any) -> list[Any]:
    return [t.detach().numpy().copy() for t in model.state_dict().values()]


def same(a: list[Any], b: list[Any]) -> bool:
    return all((x == y).all() for x, y in zip(a, b, strict=True))


X, Y = line(50)
