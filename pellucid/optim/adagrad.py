"""Adagrad: each weight's step shrinks with the sum of all its squared gradients so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, div, mul, sqrt, square, sub
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import pulled
from pellucid.optim.settings import check_passive, check_range

__all__ = ["Adagrad", "update"]


def update(
    theta: Node,
    g: Node,
    sum: Node,
    *,
    lr: Node,
    eps: float,
    weight_decay: float,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step: $G \leftarrow G + g^2$, then $\theta$ along $-g/\sqrt G$."""
    g = pulled(theta, g, weight_decay, maximize)
    total = add(sum, square(g))
    return sub(theta, div(mul(g, lr), add(sqrt(total), eps))), total


class Adagrad(Optimizer):
    r"""Adaptive gradient steps: weights that have moved much move less.

    $$ G_t = G_{t-1} + g_t^2, \qquad \eta_t = \frac{\eta}{1 + (t-1)\,\delta}, \qquad
       \theta_t = \theta_{t-1} - \eta_t\, \frac{g_t}{\sqrt{G_t} + \epsilon} $$

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: step size η.
        lr_decay: how fast the step size falls, δ.
        weight_decay: pull toward zero, added to the gradient as λθ.
        initial_accumulator_value: $G_0$.
        eps: keeps the division away from zero.
        foreach, fused: accepted as in PyTorch; how a step is executed is the engine's choice here.
        maximize: walk uphill.
        differentiable: record each step, so that what comes of it can be blamed on it.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0], requires_grad=True)
        >>> optimizer = pellucid.optim.Adagrad([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.9000], requires_grad=True)

    Source: Duchi, Hazan and Singer (2011).
    """

    COUNTED = True
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_passive("Adagrad", fused, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value, "foreach": foreach,
                "maximize": maximize, "differentiable": differentiable, "fused": fused,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        for name in ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"):
            check_range("Adagrad", name, group[name])

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        return ("sum",)

    def _begin(self, group: Mapping[str, Any]) -> dict[str, float]:
        return {"sum": self.defaults["initial_accumulator_value"]}

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        return (float(group["lr"]) / (1 + (t - 1) * group["lr_decay"]),)

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        return {name: group[name] for name in ("eps", "weight_decay", "maximize")}
