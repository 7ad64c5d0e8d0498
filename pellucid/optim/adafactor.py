"""Adafactor: Adam's squared average kept as a row and a column, which takes hardly any memory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, div, maximum, mul, rsqrt, sqrt, square, sub
from pellucid.ops.linalg import matmul
from pellucid.ops.reduce import mean
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import pulled, shrunk
from pellucid.optim.settings import check_passive, check_range
from pellucid.shapes import Shape
from pellucid.tensor.limits import finfo

__all__ = ["Adafactor", "update"]


def update(
    theta: Node,
    g: Node,
    row_var: Node | None = None,
    col_var: Node | None = None,
    variance: Node | None = None,
    *,
    lr: Node,
    rho: Node,
    beta2: Node,
    inflow: Node,
    eps1: float | None,
    eps2: float,
    d: float,
    weight_decay: float,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step of Algorithms 4 and 5; `inflow` is $1 - \hat\beta_{2t}$, `beta2` the rest."""
    g = pulled(theta, g, 0, maximize)
    least = finfo(theta.dtype).eps if eps1 is None else eps1
    alpha = mul(maximum(_rms(theta), eps2), rho)
    theta = shrunk(theta, lr, weight_decay)
    if variance is not None:
        v = add(mul(variance, beta2), mul(square(g), inflow))
        kept = [v]
    else:
        assert row_var is not None and col_var is not None
        rows, columns = len(g.shape) - 2, len(g.shape) - 1
        r = add(mul(row_var, beta2), mul(mean(square(g), axes=(columns,), keepdim=True), inflow))
        c = add(mul(col_var, beta2), mul(mean(square(g), axes=(rows,), keepdim=True), inflow))
        kept = [r, c]
        v = div(matmul(r, c), maximum(mean(r, axes=(rows,), keepdim=True), least))
    u = mul(g, rsqrt(maximum(v, least * least)))
    clipped = div(alpha, maximum(div(_rms(u), d), 1.0))
    return sub(theta, mul(u, clipped)), *kept


def _rms(x: Node) -> Node:
    """The root of the mean of squares."""
    return sqrt(mean(square(x), axes=tuple(range(len(x.shape)))))


class Adafactor(Optimizer):
    r"""Adaptive steps with sublinear memory.

    $$ R_t = \hat\beta_{2t} R_{t-1} + (1-\hat\beta_{2t})\,\overline{g_t^2}^{\,\text{rows}}, \quad
       C_t = \hat\beta_{2t} C_{t-1} + (1-\hat\beta_{2t})\,\overline{g_t^2}^{\,\text{columns}}, \quad
       \hat v_t = \frac{R_t C_t}{\overline{R_t}} $$
    $$ u_t = \frac{g_t}{\sqrt{\hat v_t}}, \qquad
       \theta_t = \theta_{t-1} - \max(\epsilon_2, \mathrm{RMS}(\theta_{t-1}))\, \rho_t\,
       \frac{u_t}{\max(1, \mathrm{RMS}(u_t)/d)} $$

    with $\hat\beta_{2t} = 1 - t^{\tau}$ and $\rho_t = \min(\eta, 1/\sqrt t)$. A vector keeps its
    whole squared average.

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: the largest relative step size η.
        beta2_decay: the power by which the average learns to forget, τ.
        eps: the smallest root of the average $\epsilon_1$ (None for the dtype's own), and the
            smallest size of a weight $\epsilon_2$.
        d: how long a step may be.
        weight_decay: pull of the weights toward zero.
        foreach: accepted as in PyTorch; how a step is executed is the engine's choice here.
        maximize: walk uphill.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([[1.0, 3.0]], requires_grad=True)
        >>> optimizer = pellucid.optim.Adafactor([w], lr=0.1)
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([[0.7764, 2.7764]], requires_grad=True)

    Source: Shazeer and Stern (2018), Algorithms 4 and 5.
    """

    RATES = ("lr", "rho", "beta2", "inflow")
    COUNTED = True
    WHOLE = True
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        check_passive("Adafactor", None, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d,
                "weight_decay": weight_decay, "foreach": foreach, "maximize": maximize,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        for name in ("lr", "weight_decay"):
            check_range("Adafactor", name, group[name])
        check_range("Adafactor", "beta2_decay", group["beta2_decay"], low=-math.inf, high=0.0)
        check_range("Adafactor", "d", group["d"], low=1.0)
        for i, eps in enumerate(group["eps"]):
            if eps is not None:
                check_range("Adafactor", f"eps[{i}]", eps)

    def _slots(self, group: Mapping[str, Any], shape: Shape) -> dict[str, Shape]:
        if len(shape) < 2:
            return {"variance": shape}
        return {"row_var": (*shape[:-1], 1), "col_var": (*shape[:-2], 1, shape[-1])}

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        lr, inflow = float(group["lr"]), t ** group["beta2_decay"]
        return lr, min(lr, t**-0.5), 1 - inflow, inflow

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        eps1, eps2 = group["eps"]
        kept = {name: group[name] for name in ("d", "weight_decay", "maximize")}
        return {"eps1": eps1, "eps2": eps2, **kept}
