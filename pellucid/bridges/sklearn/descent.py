"""The solver "lbfgs": all rows at once, by SciPy's L-BFGS over the network's own gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.nn.module import Module
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad

__all__ = ["descend"]

Floats = npt.NDArray[np.float64]


def descend(
    model: Module, loss: Callable[[Any, Any], Any], rows: npt.NDArray[Any],
    targets: npt.NDArray[Any], pull: float, *, steps: int, calls: int, tol: float,
) -> tuple[float, int, bool, list[float]]:  # fmt: skip
    """Change a network's weights until the loss over all rows is lowest.

    Args:
        model: changed in place.
        loss: of outputs and targets.
        rows: `(n, features)`.
        targets: as the loss takes them.
        pull: half of it times the squared length of the weights, biases apart, is added.
        steps: at most so many.
        calls: at most so many runs forward and backward.
        tol: of the gradient at the end.

    Returns:
        The loss, the steps taken, whether it came to rest, the loss after each step.
    """
    from scipy.optimize import minimize

    weights = list(model.parameters())
    sizes = np.cumsum([p.numel() for p in weights])[:-1]
    shrunk = [p.dim() > 1 for p in weights]
    x, y = from_numpy(rows), from_numpy(targets)

    def put(flat: Floats) -> None:
        with no_grad():
            for p, part in zip(weights, np.split(flat, sizes), strict=True):
                p[...] = from_numpy(part.reshape(tuple(p.shape)).astype(np.float32))

    def value_and_slope(flat: Floats) -> tuple[float, Floats]:
        put(flat)
        model.zero_grad()
        found = loss(model(x), y)
        found.backward()
        parts = np.split(flat, sizes)
        value = float(found.item())
        slopes = []
        for p, part, has_pull in zip(weights, parts, shrunk, strict=True):
            assert p.grad is not None
            slope = np.asarray(p.grad.numpy(), np.float64).ravel()
            if has_pull:
                value += 0.5 * pull * float(part @ part)
                slope = slope + pull * part
            slopes.append(slope)
        return value, np.concatenate(slopes)

    curve: list[float] = []
    start = np.concatenate([p.detach().numpy().astype(np.float64).ravel() for p in weights])
    found = minimize(
        value_and_slope, start, jac=True, method="L-BFGS-B",
        callback=lambda intermediate_result: curve.append(float(intermediate_result.fun)),
        options={"maxiter": steps, "maxfun": calls, "gtol": tol},
    )  # fmt: skip
    put(found.x)
    model.zero_grad()
    return float(found.fun), int(found.nit), found.status != 1, curve
