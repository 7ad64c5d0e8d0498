"""autograd.grad: gradients by themselves, without touching `.grad`."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid.errors import GraphError
from tests.autograd.both import same


def test_grad_leaves_grad_alone(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], requires_grad=True)
        y = (x * x).sum()
        (g,) = m.autograd.grad(y, x)
        return g, x.grad is None

    same(torch, script)


def test_of_values_in_the_middle(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([0.5, 2.0], requires_grad=True)
        h = x.tanh()
        y = (h * h).sum()
        return m.autograd.grad(y, [h, x])

    same(torch, script)


def test_of_an_output_itself(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([0.5, 2.0], requires_grad=True)
        y = x * 2
        return m.autograd.grad(y, [y, x], grad_outputs=m.tensor([1.0, 3.0]))

    same(torch, script)


def test_unused_inputs(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0], requires_grad=True)
        z = m.tensor([[1.0, 2.0]], requires_grad=True)
        y = (x * 2).sum()
        a = m.autograd.grad(y, [x, z], retain_graph=True, allow_unused=True)
        b = m.autograd.grad(y, [x, z], materialize_grads=True)
        return a[0], a[1] is None, b

    same(torch, script)
    x = pellucid.tensor([1.0], requires_grad=True)
    z = pellucid.tensor([1.0], requires_grad=True)
    with pytest.raises(GraphError) as caught:
        pellucid.autograd.grad((x * 2).sum(), [x, z])
    assert str(caught.value) == (
        "input 1 does not take part in the outputs, so it has no blame.\n"
        " Pass allow_unused=True to get None for it."
    )


def test_an_input_that_asks_for_nothing() -> None:
    x = pellucid.tensor([1.0], requires_grad=True)
    with pytest.raises(GraphError) as caught:
        pellucid.autograd.grad((x * 2).sum(), pellucid.tensor([1.0]))
    assert str(caught.value) == (
        "input 0 has requires_grad=False, so no blame reaches it.\n"
        " Call requires_grad_() on it before it is used."
    )


def test_the_graph_is_used_up_unless_kept(torch: Any) -> None:
    for m in (pellucid, torch):
        x = m.tensor([1.0], requires_grad=True)
        y = x.exp().sum()
        m.autograd.grad(y, x, retain_graph=True)
        m.autograd.grad(y, x)
        with pytest.raises(RuntimeError):
            m.autograd.grad(y, x)


def test_several_outputs(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], requires_grad=True)
        a, b = x * 2, (x * x).sum()
        return m.autograd.grad([a, b], x, grad_outputs=[m.tensor([1.0, -1.0]), m.tensor(2.0)])

    same(torch, script)


def test_a_penalty_on_the_gradient_trains(torch: Any) -> None:
    """The use for second derivatives that most people meet first."""

    def script(m: Any) -> Any:
        w = m.tensor([[0.3, -0.2], [0.5, 0.1]], requires_grad=True)
        x = m.tensor([[1.0, 2.0], [-1.0, 0.5]], requires_grad=True)
        score = (x @ w).tanh().sum()
        (slope,) = m.autograd.grad(score, x, create_graph=True)
        loss = ((slope.norm(dim=1) - 1) ** 2).mean()
        loss.backward()
        return loss, w.grad

    same(torch, script)


@pytest.mark.parametrize("bend", ["relu", "leaky_relu", "hardtanh", "relu6", "softshrink"])
def test_the_slope_of_straight_pieces_is_flat(bend: str, torch: Any) -> None:
    """Zeros for what only moves the kinks; None for what has no part in the slope at all."""

    def script(m: Any) -> Any:
        x = m.tensor([[1.0, 2.0], [-1.0, 0.5]], requires_grad=True)
        w = m.tensor([[0.3, -0.2], [0.5, 0.1]], requires_grad=True)
        before, after = (m.tensor([0.1, 0.2], requires_grad=True) for _ in range(2))
        y = getattr(m.nn.functional, bend)(x @ w + before) @ w + after
        (slope,) = m.autograd.grad(y.sum(), x, create_graph=True)
        (again,) = m.autograd.grad(slope.sum(), x, retain_graph=True)
        found = m.autograd.grad(slope.sum(), [x, w, before, after], allow_unused=True)
        return again, found[:3], found[3] is None

    same(torch, script)


def test_hessian_of_a_quadratic_is_its_matrix() -> None:
    a = pellucid.tensor([[2.0, 1.0], [1.0, 3.0]])
    x = pellucid.tensor([0.3, -0.7], requires_grad=True)
    (slope,) = pellucid.autograd.grad(0.5 * (x @ a @ x), x, create_graph=True)
    rows = [pellucid.autograd.grad(s, x, retain_graph=True)[0].tolist() for s in slope]
    assert rows == [pytest.approx([2.0, 1.0]), pytest.approx([1.0, 3.0])]


def test_no_rule_runs_behind_what_is_asked_for(torch: Any) -> None:
    def script(m: Any) -> Any:
        ran: list[str] = []

        class Tripled(m.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x * 3

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                ran.append("rule")
                return g * 3

        x = m.tensor([1.0, 2.0], requires_grad=True)
        y = Tripled.apply(x)
        y.register_hook(lambda g: ran.append("of the Tensor"))
        y.grad_fn.register_prehook(lambda g: ran.append("before"))
        y.grad_fn.register_hook(lambda parts, g: ran.append("after"))
        z = (y * y).sum()
        found = [*m.autograd.grad(z, y, retain_graph=True), list(ran)]
        found += [*m.autograd.grad(z, [x, y], retain_graph=True), list(ran)]
        m.autograd.grad(z, y)
        y.sum().backward(retain_graph=True)  # the rule of y was not used up
        found += [list(ran), x.grad.clone()]
        y.sum().backward(inputs=[y])  # which runs it, for its hooks
        return [*found, ran, x.grad, y.grad]

    same(torch, script)
