"""Blame flows through a compiled function as it flows through the eager one."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import GraphError

ENGINES = pytest.mark.parametrize("engine", ["numpy", "xla"])
X = pl.tensor(np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32))


def close(a: Any, b: Any) -> None:
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-4, atol=1e-5)


def pair() -> tuple[Any, Any]:
    pl.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2))
    return net, copy.deepcopy(net)


@ENGINES
def test_a_compiled_forward_in_an_eager_loop(engine: str) -> None:
    net, twin = pair()
    forward = pl.compile(net, engine=engine)
    a, b = X.clone().requires_grad_(), X.clone().requires_grad_()
    moves = [pl.optim.SGD([*m.parameters()], lr=0.1, momentum=0.9) for m in (net, twin)]
    for _ in range(5):
        for call, given, optimizer in ((forward, a, moves[0]), (twin, b, moves[1])):
            optimizer.zero_grad()
            loss = (call(given) ** 2).mean()
            loss.backward()
            optimizer.step()
    close(a.grad, b.grad)  # accumulated over five passes
    for p, q in zip(net.parameters(), twin.parameters(), strict=True):
        close(p.grad, q.grad)
        close(p, q)
    for u, v in zip(net.buffers(), twin.buffers(), strict=True):
        close(u, v)
    assert forward.traces == 1


@ENGINES
def test_several_results(engine: str) -> None:
    pl.manual_seed(0)
    net = nn.Linear(3, 2)
    twin = copy.deepcopy(net)

    def parts(m: Any, x: Any) -> Any:
        h = m(x)
        return h, {"s": h.sigmoid(), "n": h.detach()}, h.sum(), x

    f = pl.compile(lambda x: parts(net, x), engine=engine)
    a, b = X.clone().requires_grad_(), X.clone().requires_grad_()
    for x, got in ((a, f(a)), (b, parts(twin, b))):
        h, d, total, same = got
        assert h.requires_grad and d["s"].requires_grad and not d["n"].requires_grad
        ((h * d["s"]).sum() + total * 2 + d["n"].sum() + (same * x).sum()).backward()
    close(a.grad, b.grad)
    close(net.weight.grad, twin.weight.grad)
    h, d, total, _ = f(a)
    total.backward()  # one result
    net.weight.grad = None
    h.sum().backward()  # and then another
    close(net.weight.grad, twin_grad(twin))


def twin_grad(twin: Any) -> Any:
    twin.weight.grad = None
    twin(X).sum().backward()
    return twin.weight.grad


@ENGINES
def test_only_some_inputs(engine: str) -> None:
    f = pl.compile(lambda a, b, i: (a * b)[i].sum(), engine=engine)
    a = pl.ones(4, requires_grad=True)
    out = f(a, pl.arange(4).float(), pl.tensor([0, 2, 2]))
    out.backward()
    assert a.grad.tolist() == [0, 0, 4, 0]
    (g,) = pl.autograd.grad(f(a, a, pl.tensor([1, 1, 1])), a)
    assert g.tolist() == [0, 6, 0, 0]


@ENGINES
def test_without_gradients_and_in_evaluation(engine: str) -> None:
    net, _ = pair()
    f = pl.compile(net, engine=engine)
    with pl.no_grad():
        assert not f(X).requires_grad
    with pl.inference_mode():
        assert not f(X).requires_grad
    f.eval()
    out = f(X)
    assert out.requires_grad
    net.zero_grad()
    out.sum().backward()
    compiled = net[0].weight.grad
    net.zero_grad()
    net(X).sum().backward()
    close(compiled, net[0].weight.grad)
    net.requires_grad_(False)
    assert not f(X).requires_grad


@ENGINES
def test_hooks_and_retained_blame(engine: str) -> None:
    net = nn.Linear(3, 1)
    f = pl.compile(net, engine=engine)
    out, seen = f(X), []
    out.register_hook(lambda g: seen.append(g.shape) or g * 2)
    out.retain_grad()
    out.sum().backward()
    assert seen == [(8, 1)] and (out.grad == 2).all()
    close(net.bias.grad, pl.full((1,), 16.0))


@ENGINES
def test_masks_are_those_of_the_forward_pass(engine: str) -> None:
    f = pl.compile(lambda x: nn.functional.dropout(x * 2, 0.5), engine=engine)
    a = X.clone().requires_grad_()
    out = f(a)
    out.sum().backward()
    assert ((a.grad != 0) == (out != 0)).all() and 0 < (out == 0).sum() < 24


@ENGINES
def test_second_passes(engine: str) -> None:
    net, _ = pair()
    f = pl.compile(net, engine=engine)
    loss = f(X).sum()
    loss.backward()
    with pytest.raises(GraphError) as caught:
        loss.backward()
    assert str(caught.value) == (
        "backward() ran through this graph before, and a graph is used up by one backward pass.\n"
        " Run the forward pass again before each backward(), or keep the graph with "
        "backward(retain_graph=True)."
    )
    a = X.clone().requires_grad_()
    out = f(a).sum()
    out.backward(retain_graph=True)
    first = a.grad.clone()
    out.backward()
    close(a.grad, first * 2)


@ENGINES
def test_second_derivatives_are_refused(engine: str) -> None:
    f = pl.compile(lambda x: (x**3).sum(), engine=engine)
    a = X.clone().requires_grad_()
    with pytest.raises(GraphError) as caught:
        pl.autograd.grad(f(a), a, create_graph=True)
    assert str(caught.value) == (
        "a compiled function is differentiated once.\n For second derivatives, compile the "
        "function that takes them: pellucid.compile(step)."
    )

    def slope(x: Any) -> Any:  # the remedy
        x = x.clone().requires_grad_()
        (g,) = pl.autograd.grad((x**3).sum(), x, create_graph=True)
        (h,) = pl.autograd.grad(g.sum(), x)
        return h

    close(pl.compile(slope, engine=engine)(X), 6 * X)


@ENGINES
def test_a_weight_changed_before_backward(engine: str) -> None:
    net, _ = pair()
    f = pl.compile(net, engine=engine)
    loss = f(X).sum()
    with pl.no_grad():
        net[3].weight.zero_()
    with pytest.raises(GraphError, match=r"'3\.weight', read by compiled"):
        loss.backward()


@ENGINES
def test_a_compiled_encoder_before_a_compiled_loss(engine: str) -> None:
    net, twin = pair()
    encode, score = (
        pl.compile(net, engine=engine),
        pl.compile(lambda h: (h**2).mean(), engine=engine),
    )
    score(encode(X)).backward()
    (twin(X) ** 2).mean().backward()
    for p, q in zip(net.parameters(), twin.parameters(), strict=True):
        close(p.grad, q.grad)


@ENGINES
def test_a_loss_that_the_function_went_back_through_is_a_result_like_any(engine: str) -> None:
    net, twin = pair()

    def both(m: Any, x: Any) -> Any:
        loss = (m(x) ** 2).mean()
        return loss, pl.autograd.grad(loss, [*m.parameters()])

    compiled = pl.compile(lambda x: both(net, x), engine=engine)
    loss, blame = compiled(X)
    expected, theirs = both(twin, X)
    close(loss, expected)
    for a, b in zip(blame, theirs, strict=True):
        close(a, b)
    assert not loss.requires_grad  # its graph is used up
