"""`utils.checkpoint`: the same numbers as a plain call, with less kept."""

from __future__ import annotations

import contextlib
import gc
import importlib
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.errors import GraphError
from pellucid.utils.checkpoint import (
    CheckpointError,
    checkpoint,
    checkpoint_sequential,
    noop_context_fn,
    set_checkpoint_debug_enabled,
    set_checkpoint_early_stop,
)


def after(call: Any, net: Any, x: Any) -> list[Any]:
    """Result and gradients of two passes in a row, with dropout."""
    pellucid.manual_seed(3)
    net.zero_grad()
    x = x.clone().requires_grad_()
    y = call(net, call(net, x))
    y.square().sum().backward()
    return [y.detach(), x.grad, *(p.grad for p in net.parameters()), pellucid.rand(3)]


def same(mine: Any, theirs: Any) -> None:
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_results_gradients_and_dropout_are_those_of_a_plain_call() -> None:
    net = nn.Sequential(nn.Linear(4, 16), nn.Dropout(0.5), nn.Tanh(), nn.Linear(16, 4))
    x = pellucid.randn(8, 4)
    plain = after(lambda f, z: f(z), net, x)
    same(after(checkpoint, net, x), plain)
    same(after(lambda f, z: checkpoint(f, z, use_reentrant=False), net, x), plain)
    same(after(lambda f, z: checkpoint_sequential(f, 2, z), net, x), plain)
    loose = after(lambda f, z: checkpoint(f, z, preserve_rng_state=False), net, x)
    assert not np.array_equal(loose[1].numpy(), plain[1].numpy())


def test_inputs_that_need_no_blame_and_weights_that_do() -> None:
    net = nn.Linear(3, 2)
    x = pellucid.ones(5, 3)
    checkpoint(net, x).sum().backward()
    assert net.weight.grad.tolist() == [[5.0] * 3] * 2
    with pellucid.no_grad():
        assert not checkpoint(net, x).requires_grad
    assert checkpoint(lambda a: a * 2, x).tolist() == (x * 2).tolist()


def test_several_results_and_arguments_in_containers() -> None:
    w = pellucid.tensor(3.0, requires_grad=True)

    def call(pair: Any, *, scale: Any) -> Any:
        a, b = pair
        return {"sum": (a + b) * scale * w, "first": (a * w, "word", (a > 0))}

    grads = []
    for run in (call, lambda *a, **k: checkpoint(call, *a, **k)):
        a, s = (pellucid.tensor(v, requires_grad=True) for v in (2.0, 5.0))
        w.grad = None
        out = run((a, pellucid.tensor(1.0)), scale=s)
        assert out["first"][1:] == ("word", pellucid.tensor(True))
        (out["sum"] + out["first"][0] ** 2).backward()
        grads.append([a.grad, s.grad, w.grad])
    same(*grads)


def test_what_was_computed_before_and_is_used_inside_gets_its_blame_once() -> None:
    w = pellucid.tensor(3.0, requires_grad=True)
    x = pellucid.tensor(2.0, requires_grad=True)
    early = w * 2
    for both in (lambda v: v * early, lambda v: v * early * w):
        (wanted,) = pellucid.autograd.grad(both(x), w, retain_graph=True)
        (found,) = pellucid.autograd.grad(checkpoint(both, x), w, retain_graph=True)
        assert found.item() == wanted.item()


def test_the_inside_is_let_go() -> None:
    seen: list[Any] = []

    def call(v: Any) -> Any:
        inside = v.exp()
        seen.append(weakref.ref(inside._node))
        return inside.sin()

    x = pellucid.ones(3, requires_grad=True)
    y = checkpoint(call, x)
    gc.collect()
    assert seen[0]() is None
    y.sum().backward()
    np.testing.assert_allclose(x.grad, np.e * np.cos(np.e) * np.ones(3), rtol=1e-5)
    assert len(seen) == 2


def test_in_a_compiled_step_the_numbers_are_the_same() -> None:
    net = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
    x = pellucid.ones(2, 4)

    def step(v: Any) -> Any:
        return pellucid.autograd.grad(checkpoint(net, v).sum(), net[0].weight)[0]

    pellucid.manual_seed(0)
    eager = step(x)
    pellucid.manual_seed(0)
    np.testing.assert_allclose(pellucid.compile(step, engine="numpy")(x), eager)


def averages(library: Any, wrapped: Any, kind: str) -> list[list[float]]:
    """What batch norm remembers of three steps, in which it stands in checkpoints."""
    pick = importlib.import_module
    nn, again = pick(f"{library.__name__}.nn"), pick(f"{library.__name__}.utils.checkpoint")
    first, other = nn.BatchNorm1d(3), nn.BatchNorm1d(3, momentum=None)
    rows = library.tensor([[1.0, 2, 3], [4, 5, 7], [0, 1, 1], [2, 2, 5]])
    keep = {"use_reentrant": kind == "reentrant"}

    def two(x: Any) -> Any:
        return first(x), other(x) * 2

    def step(x: Any) -> Any:
        x = x.clone().requires_grad_()
        if kind == "shared":  # the second run of the later call comes first
            y = again.checkpoint(first, again.checkpoint(first, x, **keep) * x, **keep)
        elif kind == "both":
            a, b = again.checkpoint(two, x, **keep)
            y = a + b
        elif kind == "one":
            y = again.checkpoint(two, x, **keep)[0]
        else:
            y = again.checkpoint(other, again.checkpoint(first, x, **keep), **keep)
        y = y.square().sum()
        if kind in ("forward", "outside"):
            return y
        y.backward(retain_graph=kind == "twice")
        if kind == "twice":
            y.backward()
        return y

    step = wrapped(step)
    for _ in range(3):
        y = step(rows)
        if kind == "outside":
            y.backward()
    norms = (first, other)
    kept = [n.running_mean.tolist() + n.running_var.tolist() for n in norms]
    return [*kept, [float(n.num_batches_tracked) for n in norms]]


@pytest.mark.parametrize("engine", ["", "numpy", "xla"])
@pytest.mark.parametrize(
    "kind", ["plain", "reentrant", "shared", "both", "one", "twice", "outside"]
)
def test_averages_move_at_both_runs_as_in_pytorch(kind: str, engine: str) -> None:
    torch = pytest.importorskip("torch")

    def compiled(step: Any) -> Any:
        return pellucid.compile(step, engine=engine) if engine else step

    mine, theirs = averages(pellucid, compiled, kind), averages(torch, lambda f: f, kind)
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)


def test_without_a_backward_pass_averages_move_once() -> None:
    torch = pytest.importorskip("torch")
    mine, theirs = (averages(lib, lambda f: f, "forward") for lib in (pellucid, torch))
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_a_compiled_second_run_draws_the_same(engine: str) -> None:
    def run(wrapped: Any) -> list[Any]:
        pellucid.manual_seed(5)
        net = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5), nn.BatchNorm1d(3))
        free = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm1d(3))
        x = pellucid.randn(6, 3)

        def step(v: Any) -> Any:
            y = checkpoint(net, v * pellucid.rand(3))
            y = checkpoint(free, y, preserve_rng_state=False)
            y.square().sum().backward()
            return pellucid.rand(2)

        step = wrapped(step)
        last = [step(x) for _ in range(2)][-1]
        return [last, net[2].running_mean, free[1].running_mean]

    eager = run(lambda f: f)
    for a, b in zip(run(lambda f: pellucid.compile(f, engine=engine)), eager, strict=True):
        np.testing.assert_allclose(a.detach(), b.detach(), rtol=2e-4, atol=1e-5)


def test_what_is_refused() -> None:
    x = pellucid.tensor(2.0, requires_grad=True)
    with pytest.raises(GraphError) as refusal:
        pellucid.autograd.grad(checkpoint(pellucid.sin, x), x, create_graph=True)
    assert str(refusal.value) == (
        "what a checkpoint gave is differentiated once.\n"
        " For second derivatives, call the function without checkpoint."
    )
    with pytest.raises(ValueError, match="segments is 3, and there are 2 functions"):
        checkpoint_sequential([pellucid.sin, pellucid.cos], 3, x)


def test_each_run_has_a_context_of_its_own() -> None:
    seen: list[str] = []

    @contextlib.contextmanager
    def noted(which: str) -> Iterator[None]:
        seen.append(which)
        yield

    def twice(x: Any) -> Any:
        seen.append("run")
        return pellucid.sin(x).cos()

    x = pellucid.ones(3, requires_grad=True)
    with set_checkpoint_early_stop(False), set_checkpoint_debug_enabled(True):
        y = checkpoint(twice, x, context_fn=lambda: (noted("first"), noted("second")))
        y.sum().backward()
    assert seen == ["first", "run", "second", "run"]
    assert all(isinstance(c, contextlib.nullcontext) for c in noop_context_fn())
    assert issubclass(CheckpointError, RuntimeError)
    assert pellucid.utils.deterministic.fill_uninitialized_memory is True


def test_the_state_of_a_generator_goes_around() -> None:
    g = pellucid.Generator().manual_seed(3)
    state = g.get_state()
    first, other = pellucid.rand(2, generator=g).tolist(), g.clone_state()
    assert g.set_state(state) is g
    assert pellucid.rand(2, generator=g).tolist() == first
    assert pellucid.rand(2, generator=g).tolist() == pellucid.rand(2, generator=other).tolist()
