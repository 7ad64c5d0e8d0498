"""L-BFGS: Newton's step, with the curvature learned from the last steps and their gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pellucid.errors import SettingError, TraceError
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.ops.movement import cat, reshape
from pellucid.optim.groups import Params, Rate
from pellucid.optim.line_search import Point, strong_wolfe
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.settings import check_range
from pellucid.shapes import Shape
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import enable_grad, no_grad
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["LBFGS"]

CURVED = 1e-10  # below this, a pair tells nothing of the curvature


class LBFGS(Optimizer):
    r"""Limited-memory quasi-Newton steps, for losses that are the same at every call.

    With $s_i = \theta_{i+1} - \theta_i$, $y_i = g_{i+1} - g_i$ and $\rho_i = 1/(y_i^\top s_i)$,

    $$ H_{i+1} = (1 - \rho_i s_i y_i^\top)\, H_i\, (1 - \rho_i y_i s_i^\top) + \rho_i s_i s_i^\top,
       \qquad \theta_{t+1} = \theta_t - \eta_t\, H_t\, g_t $$

    $H_t g_t$ is computed from the last pairs without ever forming $H_t$. `step` needs a closure
    that computes the loss anew, with gradients; it is called several times.

    Args:
        params: the weights; one group.
        lr: step size η; the first distance that a line search tries.
        max_iter: iterations in a step.
        max_eval: calls of the closure in a step; None for a quarter more than `max_iter`.
        tolerance_grad: done when no gradient is larger.
        tolerance_change: done when loss and weights change by less.
        history_size: how many pairs are kept.
        line_search_fn: None, or "strong_wolfe".

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([3.0, -2.0], requires_grad=True)
        >>> optimizer = pellucid.optim.LBFGS([w], line_search_fn="strong_wolfe")
        >>> def closure():
        ...     optimizer.zero_grad()
        ...     loss = (w[0] - 1) ** 2 + 10 * (w[1] - 2) ** 2
        ...     loss.backward()
        ...     return loss
        >>> optimizer.step(closure).item()
        164.0
        >>> w
        tensor([1., 2.], requires_grad=True)

    Source: Liu and Nocedal (1989); Nocedal and Wright (2006), Algorithms 7.4 and 7.5.
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr, "max_iter": max_iter,
                "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
                "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change,
                "history_size": history_size, "line_search_fn": line_search_fn,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        check_range("LBFGS", "lr", group["lr"])
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise SettingError(
                f"LBFGS: line_search_fn must be None or 'strong_wolfe', not"
                f" {group['line_search_fn']!r}."
            )
        if self.param_groups and self.param_groups[0] is not group and not self._loading(group):
            raise SettingError("LBFGS moves all weights alike, and takes one group of them.")

    def _loading(self, group: Mapping[str, Any]) -> bool:
        return group["params"] is self.param_groups[0]["params"]

    def _slots(self, group: Mapping[str, Any], shape: Shape) -> dict[str, Shape]:
        return {}

    # ---- the steps ----------------------------------------------------------------------------

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Go on until a tolerance or a limit is reached.

        Args:
            closure: computes the loss anew (with gradients) and returns it.

        Returns:
            The loss before the step.
        """
        _check_step(closure)
        assert closure is not None
        group = self.param_groups[0]
        state = self.state[group["params"][0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        with no_grad():
            first, here = self._measured(closure)
            state["func_evals"] += 1
            if _largest(here.g) > group["tolerance_grad"]:
                self._descend(closure, here, group, state)
        return first

    def _descend(self, closure: Any, here: Point, group: Any, state: Any) -> None:
        least, calls = group["tolerance_change"], 1
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            d = self._direction(here.g, group, state)
            state["prev_flat_grad"], state["prev_loss"] = here.g, here.f
            t = float(group["lr"])
            if state["n_iter"] == 1:
                t /= max(1.0, here.g.abs().sum().item())
            here = here._replace(slope=(here.g @ d).item())
            state["d"], state["t"] = d, t
            if here.slope > -least:
                break
            last = iteration == group["max_iter"]
            room = group["max_eval"] - calls
            here, taken, tried = self._go(closure, here, d, t, least, room, last, group)
            state["t"] = taken
            calls += tried
            state["func_evals"] += tried
            if last or calls >= group["max_eval"] or _largest(here.g) <= group["tolerance_grad"]:
                break
            if taken * _largest(d) <= least or abs(here.f - state["prev_loss"]) < least:
                break

    def _go(
        self, closure: Any, here: Point, d: Tensor, t: float, least: float, room: int, last: bool,
        group: Any,
    ) -> tuple[Point, float, int]:  # fmt: skip
        """Move along a direction; where that led, how far, and how many calls it took."""
        if group["line_search_fn"] is None:
            self._move(d, t)
            # After the last iteration nobody asks what the loss is.
            return (here, t, 0) if last else (self._measured(closure)[1], t, 1)
        start = [p.clone() for p in group["params"]]

        def at(t: float) -> Point:
            self._move(d, t)
            there = self._measured(closure)[1]
            for p, before in zip(group["params"], start, strict=True):
                p.copy_(before)
            return there._replace(t=t, slope=(there.g @ d).item())

        found, tried = strong_wolfe(at, here, t, _largest(d), least, room)
        self._move(d, found.t)
        return found._replace(t=0.0), found.t, tried

    def _direction(self, g: Tensor, group: Any, state: Any) -> Tensor:
        r"""$-H g$ by the two loops over the pairs that are kept."""
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return -g
        ys, ss, ro = state["old_dirs"], state["old_stps"], state["ro"]
        y, s = g - state["prev_flat_grad"], state["d"] * state["t"]
        curved = y @ s
        if curved.item() > CURVED:
            if len(ys) == group["history_size"]:
                for kept in (ys, ss, ro):
                    kept.pop(0)
            ys.append(y)
            ss.append(s)
            ro.append(1.0 / curved)
            state["H_diag"] = curved / (y @ y)
        state.setdefault("al", [None] * group["history_size"])  # PyTorch's own place for `shares`
        return from_numpy(_turned(g, ys, ss, ro, state["H_diag"])).to(g.dtype)

    # ---- all weights as one vector ------------------------------------------------------------

    def _measured(self, closure: Any) -> tuple[Any, Point]:
        """What the closure gives, and loss and gradient here."""
        with enable_grad():
            loss = closure()
        nodes = [_blame(p) for p in self.param_groups[0]["params"]]
        return loss, Point(0.0, float(loss), wrap(cat(*nodes, axis=0)), 0.0)

    def _move(self, d: Tensor, t: float) -> None:
        start = 0
        for p in self.param_groups[0]["params"]:
            end = start + p.numel()
            p.add_(d[start:end].reshape(p.shape), alpha=t)
            start = end


def _turned(g: Tensor, ys: list[Tensor], ss: list[Tensor], ro: list[Tensor], scale: Any) -> Any:
    """$-H g$ as an array: hundreds of products of two vectors, each too short to be an op."""
    pairs = [(y.numpy(), s.numpy(), r.item()) for y, s, r in zip(ys, ss, ro, strict=True)]
    shares = []
    q = -g.numpy()
    for y, s, r in reversed(pairs):
        shares.append((s @ q) * r)
        q = q - y * shares[-1]
    q = q * float(scale)
    for y, s, r in pairs:
        q = q + s * (shares.pop() - (y @ q) * r)
    return q


def _blame(p: Tensor) -> Node:
    g = p.new_zeros(p.shape) if p.grad is None else p.grad.detach()
    return reshape(g._node, shape=(p.numel(),))


def _largest(x: Tensor) -> float:
    return float(x.abs().max().item())


def _check_step(closure: Any) -> None:
    if closure is None:
        raise SettingError(
            "LBFGS.step needs a closure: a function that computes the loss anew, calls backward and"
            " returns it.\n optimizer.step(closure)"
        )
    if current().trace is not None:
        raise TraceError(
            "LBFGS.step looks at the loss to see how far to go, which a compiled function can't.\n"
            " Compile what the closure computes, and call optimizer.step(closure) outside."
        )
