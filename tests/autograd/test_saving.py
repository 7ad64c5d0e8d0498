"""`autograd.graph.saved_tensors_hooks`: what rules read, packed by functions of one's own."""

from __future__ import annotations

import gc
import importlib
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pellucid.autograd.graph import saved_tensors_hooks

import pellucid
from pellucid import nn
from pellucid.errors import GraphError, KindError
from pellucid.utils.checkpoint import checkpoint
from tests.autograd.both import same


def graph_of(m: Any) -> Any:
    return importlib.import_module(f"{m.__name__}.autograd.graph")


def hooks(m: Any, pack: Any, unpack: Any) -> Any:
    return graph_of(m).saved_tensors_hooks(pack, unpack)


def counted(m: Any, f: Callable[[Any], Any]) -> tuple[int, int]:
    """How many values a function's operations pack, and how many a backward pass unpacks."""
    seen = [0, 0]

    def note(i: int, x: Any) -> Any:
        seen[i] += 1
        assert not m.is_grad_enabled()
        return x

    x = m.tensor([[0.5, 1.5], [2.0, 0.3]], requires_grad=True)
    with hooks(m, lambda t: note(0, t), lambda t: note(1, t)):
        y = f(x)
    assert seen[1] == 0
    y.sum().backward()
    return seen[0], seen[1]


@pytest.mark.parametrize(
    "f",
    [
        lambda m, x: x * x,
        lambda m, x: x * m.ones(2),
        lambda m, x: x * 3 + 1,
        lambda m, x: x.exp(),
        lambda m, x: x.sin(),
        lambda m, x: x / x,
        lambda m, x: x**3,
        lambda m, x: m.relu(x),
        lambda m, x: m.tanh(x),
        lambda m, x: x @ x,
        lambda m, x: m.nn.functional.linear(m.ones(3, 2), x),
        lambda m, x: m.softmax(x, 0),
        lambda m, x: m.nn.functional.mse_loss(x, m.ones(2, 2)),
        lambda m, x: x.sum() - x.mean() + m.cat([x, x.t()]).sum(),
        lambda m, x: m.where(x > 1, x, -x),
        lambda m, x: x[m.tensor([0])],
    ],
)
def test_as_much_is_packed_as_in_pytorch(torch: Any, f: Any) -> None:
    assert counted(pellucid, lambda x: f(pellucid, x)) == counted(torch, lambda x: f(torch, x))


def test_what_is_unpacked_takes_the_place_of_the_value(torch: Any) -> None:
    def script(m: Any) -> Any:
        found = []
        for pack, unpack in (
            (lambda t: t, lambda t: t),
            (lambda t: 2 * t, lambda t: t / 2),
            (lambda t: 2 * t, lambda t: t),
            (lambda t: t.detach().numpy().copy(), m.from_numpy),
            (lambda t: t.double(), lambda t: t),
        ):
            x = m.tensor([1.0, 2.0], requires_grad=True)
            with hooks(m, pack, unpack):
                y = (x * x).exp() * x
            y.sum().backward()
            assert x.grad.dtype is m.float32
            found.append(x.grad)
        return found

    same(torch, script)


def test_the_inner_block_is_asked_and_after_it_the_outer_one(torch: Any) -> None:
    def script(m: Any) -> Any:
        a, b, c = (m.tensor([1.0, 2.0], requires_grad=True) for _ in range(3))
        with hooks(m, lambda t: 3 * t, lambda t: 3 * t):
            with hooks(m, lambda t: 5 * t, lambda t: 5 * t):
                y = a * a
            z = b * b
        (y + z + c * c).sum().backward()
        return a.grad, b.grad, c.grad

    same(torch, script)


def test_second_derivatives(torch: Any) -> None:
    def script(m: Any) -> Any:
        found = []
        for wide in (False, True):
            a = m.tensor([1.0, 2.0, -1.0], requires_grad=True)
            with hooks(m, (lambda t: t) if wide else (lambda t: 2 * t), lambda t: t):
                s = (a**3).sum()
                if wide:
                    (g,) = m.autograd.grad(s, (a,), create_graph=True)
            if not wide:
                (g,) = m.autograd.grad(s, (a,), create_graph=True)
            g.sum().backward()
            found += [g.detach(), a.grad]
        a = m.tensor([0.5, 1.0], requires_grad=True)
        with hooks(m, lambda t: t, lambda t: t):
            y = a.exp() * a
        (g,) = m.autograd.grad(y.sum(), (a,), create_graph=True)
        g.sum().backward()
        return [*found, a.grad]

    same(torch, script)


def test_a_kept_graph_unpacks_at_each_pass_and_writing_is_seen(torch: Any) -> None:
    def script(m: Any) -> Any:
        calls = []
        x = m.tensor([1.0, 2.0], requires_grad=True)
        with hooks(m, lambda t: t.clone(), lambda t: calls.append(1) or t):
            y = x.exp()
        z = y.sum()
        with m.no_grad():
            y += 1  # the clone is as it was
        z.backward(retain_graph=True)
        z.backward()
        return x.grad, len(calls)

    same(torch, script)


def test_an_operation_of_the_users_own(torch: Any) -> None:
    def script(m: Any) -> Any:
        calls: list[str] = []

        class Cube(m.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.save_for_backward(x, x.detach() * 2, None)
                calls.append("forward")
                return x**3

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                x, twice, nothing = ctx.saved_tensors
                assert nothing is None
                return g * 1.5 * x * twice

        x = m.tensor([1.0, 2.0], requires_grad=True)
        with hooks(m, lambda t: calls.append("pack") or t, lambda t: calls.append("back") or t):
            y = Cube.apply(x)
            with m.no_grad():
                Cube.apply(x)
        (g,) = m.autograd.grad(y.sum(), x, create_graph=True)
        calls.append("second")
        (h,) = m.autograd.grad(g.sum(), x)
        return g.detach(), h, calls

    same(torch, script)


def test_mistakes(torch: Any) -> None:
    def changed(t: Any) -> Any:
        t += 1
        return t

    for m, error, kind in ((torch, RuntimeError, TypeError), (pellucid, GraphError, KindError)):
        x = m.ones(2, requires_grad=True)
        with hooks(m, changed, lambda t: t), pytest.raises(error, match=r"in.place"):
            (x + 0).exp()
        with hooks(m, lambda t: t, lambda t: 1):
            y = x.exp()
        with pytest.raises(kind, match="int"):
            y.sum().backward()
        with hooks(m, lambda t: 1 / 0, lambda t: t), pytest.raises(ZeroDivisionError):
            x.exp()
        with pytest.raises(TypeError):
            graph_of(m).saved_tensors_hooks(lambda t: t)
        graph = graph_of(m)
        refused = pytest.raises(RuntimeError, match="not here")
        with graph.disable_saved_tensors_hooks("not here"), refused:
            hooks(m, lambda t: t, lambda t: t).__enter__()
        with pytest.raises(RuntimeError):
            hooks(m, lambda t: t, lambda t: t).__exit__()
        assert issubclass(graph.save_on_cpu, graph.saved_tensors_hooks)
        with hooks(m, lambda t: 1 / 0, lambda t: t), graph.save_on_cpu():
            x.exp().sum().backward()  # the outer hooks are not asked


def test_values_that_only_the_graph_holds_leave_the_memory() -> None:
    class Box:
        def __init__(self, x: Any) -> None:
            self.numbers = x.numpy().copy()

    def opened(box: Any) -> Any:
        return pellucid.from_numpy(box.numbers)

    alive = []
    layer = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1))
    layer[0].register_forward_hook(lambda m, a, y: alive.append(weakref.ref(y._node.array)))
    layer[1].register_forward_hook(lambda m, a, y: alive.append(weakref.ref(y._node.array)))
    x = pellucid.randn(3, 4)
    layer(x).sum().backward()
    expected = [p.grad.numpy().copy() for p in layer.parameters()]
    layer.zero_grad()
    alive.clear()
    with saved_tensors_hooks(Box, opened):
        y = layer(x)
        held = x @ layer[0].weight
    gc.collect()
    assert [r() for r in alive] == [None, None]
    linear = y._node.inputs[0].inputs[0].inputs[0].inputs[0]  # who looks at it sees the same
    np.testing.assert_array_equal(linear.array, layer[0](x).detach().numpy())
    assert held.__dict__ == {} and "array" in held._node.__dict__
    y.sum().backward()
    for p, g in zip(layer.parameters(), expected, strict=True):
        np.testing.assert_array_equal(p.grad.numpy(), g)


def test_a_value_that_is_needed_after_the_graph_was_used_up() -> None:
    x = pellucid.ones(3, requires_grad=True)
    with saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
        y = ((x + 1) * pellucid.ones(3)).sum()
    between = y._node.inputs[0].inputs[0]
    assert between.array.tolist() == [2.0, 2.0, 2.0]
    y.backward()
    (x * 2).sum().backward()  # now the first graph is let go
    between.inputs = ()
    with pytest.raises(GraphError, match="left the memory"):
        between.array  # noqa: B018


def test_a_checkpoint_packs_nothing_of_its_inside() -> None:
    packed = []
    x = pellucid.ones(3, requires_grad=True)
    with saved_tensors_hooks(lambda t: packed.append(1) or t, lambda t: t):
        y = checkpoint(lambda t: t.exp().sin(), x)
    y.sum().backward()
    assert not packed
    np.testing.assert_allclose(x.grad.numpy(), np.cos(np.e) * np.e * np.ones(3), rtol=1e-6)


def test_a_compiled_function_packs_nothing() -> None:
    packed = []
    x = pellucid.ones(3, requires_grad=True)
    square = pellucid.compile(lambda t: (t * t).sum())
    with saved_tensors_hooks(lambda t: packed.append(1) or t, lambda t: t):
        square(x).backward()
    assert not packed and x.grad.tolist() == [2.0, 2.0, 2.0]


def test_what_a_graph_needs_may_be_written_within_a_block(torch: Any) -> None:
    def script(m: Any) -> Any:
        allow = graph_of(m).allow_mutation_on_saved_tensors
        refusal = GraphError if m is pellucid else AssertionError
        x = m.tensor([0.5, 1.0], dtype=m.float64, requires_grad=True)
        with allow() as block:
            y = x.exp()
            z = y.sin() * y
            first = z.detach().clone()
            y.mul_(0)
            w = y + z
            z.add_(1)
            (w.sum() + (x * x).sum()).backward()
            found = [x.grad.clone(), first, y.detach(), z.detach()]
            gone = (x * x).sum()
            block.clear()
            with pytest.raises(refusal):
                gone.backward()
            with pytest.raises(RuntimeError):
                allow().__enter__()
            late = (x**2).sum()
        with pytest.raises(refusal):
            late.backward()
        with pytest.raises(refusal), allow():
            late.backward()
        (x * x).sum().backward()
        return [*found, x.grad]

    same(torch, script)


def test_copies_go_with_their_graph() -> None:
    x = pellucid.ones(3, requires_grad=True)
    with pellucid.autograd.graph.allow_mutation_on_saved_tensors() as block:
        for _ in range(5):
            (x * x).sum().backward()
        gc.collect()
        assert len(block._copies) <= 2
