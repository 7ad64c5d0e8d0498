"""Rprop: steps by the gradient's sign alone; each weight's step grows while the sign stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.ops.compare import gt, lt, where
from pellucid.ops.elementwise import add, clamp, mul, neg, sign, sub
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.settings import check_passive, check_range

__all__ = ["Rprop", "update"]


def update(
    theta: Node,
    g: Node,
    prev: Node,
    step_size: Node,
    *,
    begin: Node,
    eta_minus: float,
    eta_plus: float,
    smallest: float,
    largest: float,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step of Rprop⁻; `begin` is the size of the first step at the first, and 0 after."""
    if maximize:
        g = neg(g)
    turned = mul(g, prev)
    delta = add(step_size, begin)
    shrunk = where(lt(turned, 0.0), mul(delta, eta_minus), delta)
    delta = where(gt(turned, 0.0), mul(delta, eta_plus), shrunk)
    delta = clamp(delta, min=smallest, max=largest)
    g = where(lt(turned, 0.0), 0.0, g)
    return sub(theta, mul(sign(g), delta)), g, delta


class Rprop(Optimizer):
    r"""Resilient backpropagation, for gradients over all data at once.

    $$ \Delta_t = \Delta_{t-1} \cdot
       \begin{cases} \eta^+ & g_t\, g_{t-1} > 0 \\ \eta^- & g_t\, g_{t-1} < 0 \\ 1 & \text{else}
       \end{cases} \qquad
       \theta_t = \theta_{t-1} - \Delta_t\, \mathrm{sign}(g_t) $$

    Where the sign has turned, the weight waits for a step, and $g_t$ counts as 0.

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: size of the first step, $\Delta_0$.
        etas: what a step shrinks and grows by, $(\eta^-, \eta^+)$.
        step_sizes: the smallest and the largest step.
        foreach, capturable: accepted as in PyTorch; how a step is executed is up to the engine.
        maximize: walk uphill.
        differentiable: record each step, so that what comes of it can be blamed on it.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0, -5.0], requires_grad=True)
        >>> optimizer = pellucid.optim.Rprop([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.9000, -4.9000], requires_grad=True)

    Source: Riedmiller and Braun (1993).
    """

    RATES = ("begin",)
    COUNTED = True
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_passive("Rprop", None, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "etas": etas, "step_sizes": step_sizes, "foreach": foreach,
                "maximize": maximize, "differentiable": differentiable, "capturable": capturable,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        check_range("Rprop", "lr", group["lr"])
        shrink, grow = group["etas"]
        if not 0 < shrink < 1 < grow:
            raise SettingError(
                "Rprop: etas must be a factor between 0 and 1 and one above 1, as (0.5, 1.2), not"
                f" {group['etas']!r}."
            )

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        return ("prev", "step_size")

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        return (float(group["lr"]) if t == 1 else 0.0,)

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        (minus, plus), (smallest, largest) = group["etas"], group["step_sizes"]
        return {
            "eta_minus": minus, "eta_plus": plus, "smallest": smallest, "largest": largest,
            "maximize": group["maximize"],
        }  # fmt: skip
