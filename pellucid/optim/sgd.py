"""Stochastic gradient descent: walk against the gradient, with momentum if wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, mul, sub
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import pulled
from pellucid.optim.settings import check_passive, check_range

__all__ = ["SGD", "update"]


def update(
    theta: Node,
    g: Node,
    momentum_buffer: Node | None = None,
    *,
    lr: Node,
    mu: Node,
    inflow: Node,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step: $b \leftarrow \mu b + (1 - \tau) g$, $\theta \leftarrow \theta - \eta b$.

    `inflow` is 1 − τ, and 1 at the first step, which has no momentum to mix with.
    """
    g = pulled(theta, g, weight_decay, maximize)
    if momentum_buffer is None:
        return (sub(theta, mul(g, lr)),)
    b = add(mul(momentum_buffer, mu), mul(g, inflow))
    direction = add(g, mul(b, mu)) if nesterov else b
    return sub(theta, mul(direction, lr)), b


class SGD(Optimizer):
    r"""Stochastic gradient descent.

    $$ b_t = \mu b_{t-1} + (1 - \tau) g_t, \qquad \theta_t = \theta_{t-1} - \eta\, b_t $$

    With `nesterov`, the step is along $g_t + \mu b_t$: where momentum will carry them.

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: step size η.
        momentum: how much of the last step's direction is kept, μ.
        dampening: how much of the gradient is held back from the momentum, τ.
        weight_decay: pull toward zero, added to the gradient as λθ.
        nesterov: look ahead along the momentum.
        maximize: walk uphill.
        foreach, fused: accepted as in PyTorch; how a step is executed is the engine's choice here.
        differentiable: record each step, so that what comes of it can be blamed on it.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0], requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.8000], requires_grad=True)

    Source: Robbins and Monro (1951); Polyak (1964); Nesterov (1983); Sutskever et al. (2013).
    """

    RATES = ("lr", "mu", "inflow")
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_passive("SGD", fused, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "momentum": momentum, "dampening": dampening,
                "weight_decay": weight_decay, "nesterov": nesterov, "maximize": maximize,
                "foreach": foreach, "differentiable": differentiable, "fused": fused,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        for name in ("lr", "momentum", "weight_decay"):
            check_range("SGD", name, group[name])
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise SettingError(
                "SGD: nesterov needs momentum above 0 and dampening 0, and got "
                f"momentum={group['momentum']!r}, dampening={group['dampening']!r}."
            )

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        return ("momentum_buffer",) if group["momentum"] else ()

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        inflow = 1.0 if t == 1 else 1.0 - group["dampening"]
        return float(group["lr"]), group["momentum"], inflow

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "weight_decay": group["weight_decay"],
            "nesterov": group["nesterov"],
            "maximize": group["maximize"],
        }
