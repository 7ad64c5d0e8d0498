"""What a compiled step meets outside: hooks that come and go, its own Tensors, streams."""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import TraceError

HERE = Path(__file__).name
ENGINES = pytest.mark.parametrize("engine", ["numpy", "xla"])
share = [1.0]


def halved(optimizer: Any, args: Any, kwargs: Any) -> None:
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad.mul_(0.5)


def halved_blame(w: Any) -> None:
    w.grad.mul_(0.5)


HOOKS: dict[str, Callable[[Any, Any], Any]] = {
    "blame": lambda w, _: w.register_hook(lambda g: g * share[0]),
    "added up": lambda w, _: w.register_post_accumulate_grad_hook(halved_blame),
    "before a step": lambda _, optimizer: optimizer.register_step_pre_hook(halved),
    "before any step": lambda *_: pl.optim.optimizer.register_optimizer_step_pre_hook(halved),
}


def trained(engine: str | None, hang: Callable[[Any, Any], Any]) -> list[float]:
    """A weight after each of five steps, in the middle of which a hook comes, and goes."""
    w = pl.ones(1, requires_grad=True)
    optimizer = pl.optim.SGD([w], lr=0.1)
    share[0] = 0.5

    @pl.compile(engine=engine or "auto", disable=engine is None)
    def step() -> None:
        optimizer.zero_grad()
        (w * w).sum().backward()
        optimizer.step()

    found = []
    for n in range(5):
        if n == 1:
            hook = hang(w, optimizer)
        if n == 3:
            share[0] = 0.25
        if n == 4:
            hook.remove()
        step()
        found.append(w.item())
    return found


@ENGINES
@pytest.mark.parametrize("kind", HOOKS)
def test_hooks_of_weights_and_optimizers_may_come_and_go(engine: str, kind: str) -> None:
    assert trained(engine, HOOKS[kind]) == pytest.approx(trained(None, HOOKS[kind]), rel=1e-6)


@ENGINES
def test_a_module_called_with_other_weights_keeps_its_own(engine: str) -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    before = copy.deepcopy(model.state_dict())
    x = pl.randn(4, 2)

    @pl.compile(engine=engine)
    def call(given: Any) -> Any:
        return pl.func.functional_call(model, given, (x,))

    given = {k: v.detach() * 2 for k, v in model.named_parameters()}
    model.eval()
    wanted = pl.func.functional_call(model, given, (x,))
    assert pl.allclose(call(given), wanted) and pl.allclose(call(given), wanted)
    assert all(pl.equal(v, before[k]) for k, v in model.state_dict().items())
    assert model[0].weight.tolist() == before["0.weight"].tolist()  # also as an attribute


def said(call: Any, *args: Any, engine: str = "numpy") -> str:
    with pytest.raises(TraceError) as caught:
        pl.compile(call, engine=engine)(*args)
    text = str(caught.value)
    return text.replace(f"{HERE}:{call.__code__.co_firstlineno}", "LINE")


@ENGINES
def test_a_weight_of_the_step_is_no_argument(engine: str) -> None:
    w = pl.ones(2, requires_grad=True)

    @pl.compile(engine=engine)
    def step(x: Any) -> Any:
        w.grad = None
        loss = (w * x).sum()
        loss.backward()
        return loss

    assert step(pl.ones(2, requires_grad=True)).item() == 2
    with pytest.raises(TraceError) as caught:
        step(w)  # the program is there, and is not for this
    assert str(caught.value) == (
        "the argument x is a Tensor that the function also finds outside and changes: a compiled "
        "function would take it for two.\n"
        " Leave it out of the arguments, or pass a copy: x.detach().clone()."
    )
    assert step(pl.ones(2, requires_grad=True)).item() == 2 and step.traces == 1


@ENGINES
def test_blame_for_one_tensor_given_twice(engine: str) -> None:
    x, y = pl.ones(2, requires_grad=True), pl.ones(2, requires_grad=True)

    @pl.compile(engine=engine)
    def step(a: Any, b: Any) -> None:
        (a * a + b * 3).sum().backward()

    step(x, y)
    assert (x.grad.tolist(), y.grad.tolist()) == ([2, 2], [3, 3])
    x.grad = None
    with pytest.raises(TraceError) as caught:
        step(x, x)
    assert str(caught.value) == (
        "the arguments a and b are one Tensor, and the function calls backward(): a compiled "
        "function would take it for two.\n Pass it once, or copies: x.detach().clone()."
    )


def test_random_streams_of_ones_own_and_iterators_are_refused() -> None:
    x, late = pl.ones(1), "A compiled function is run by Python once, and "
    g, r = np.random.default_rng(0), random.Random(0)
    changed = (
        "<lambda> (LINE) changes {0}, which lies outside of it. " + late + "never again.\n "
        "Return the value, and change {0} where the function is called."
    )
    assert said(lambda x: x * g.random(), x) == changed.format("g")
    assert said(lambda x: x * r.random(), x) == changed.format("r")

    class Noisy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rng = np.random.default_rng(0)

        def forward(self, x: Any) -> Any:
            return x * self.rng.random()

    with pytest.raises(TraceError, match=r"Noisy\.forward changes self\.rng\."):
        pl.compile(Noisy(), engine="numpy")(x)

    for it in (iter([1.0, 2.0]), (i for i in (1.0, 2.0)), itertools.count()):
        assert said(lambda x: x * next(it), x) == (  # noqa: B023
            "<lambda> (LINE) uses it, an iterator, which gives another item each time it is "
            f"asked. {late}would go on with the same one.\n"
            " Take the item where the function is called, and pass it."
        )


def test_whoever_counts_and_is_no_mere_iterator_may_be_used() -> None:
    class Source:
        scale = 2.0

        def __iter__(self) -> Source:
            return self

        def __next__(self) -> float:
            raise StopIteration

    source, stream = Source(), np.random.default_rng(0)

    @pl.compile(engine="numpy")
    def call(x: Any) -> Any:
        return x * source.scale * (stream is not None)

    assert call(pl.ones(1)).item() == 2
    stream.random()  # drawn outside: nothing that the program depends on
    assert call(pl.ones(1)).item() == 2 and call.traces == 1
