"""Hooks: looking at blame on its way, and changing it."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid.errors import GraphError
from tests.autograd.both import same


def test_a_hook_sees_the_whole_blame_once(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], requires_grad=True)
        seen: list[Any] = []
        y = x * 3
        y.register_hook(lambda g: seen.append(g.clone()))
        (y * y + y).sum().backward()
        return seen, x.grad

    ours = same(torch, script)
    assert len(ours[0]) == 1


def test_what_a_hook_returns_replaces_the_blame(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], requires_grad=True)
        x.register_hook(lambda g: g * 2)
        x.register_hook(lambda g: g + 1)
        y = x * 3
        y.register_hook(lambda g: -g)
        y.sum().backward()
        return x.grad

    same(torch, script)


def test_hooks_come_off(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0], requires_grad=True)
        handle = x.register_hook(lambda g: g * 100)
        (x * 1).sum().backward()
        handle.remove()
        handle.remove()
        (x * 1).sum().backward()
        return x.grad

    assert same(torch, script).tolist() == [101.0]


def test_a_hook_as_a_context() -> None:
    x = pellucid.tensor([1.0], requires_grad=True)
    with x.register_hook(lambda g: g * 0):
        (x * 1).sum().backward()
    (x * 1).sum().backward()
    assert x.grad is not None and x.grad.tolist() == [1.0]


def test_retained_blame_is_what_the_hook_left(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0], requires_grad=True)
        y = x * 2
        y.retain_grad()
        y.register_hook(lambda g: g * 10)
        y.sum().backward()
        return y.grad, x.grad

    same(torch, script)


@pytest.mark.parametrize("shape", [(3,), (1, 2), ()])
def test_what_a_hook_returns_has_the_shape_of_the_blame(torch: Any, shape: tuple[int, ...]) -> None:
    for m, kind in ((pellucid, GraphError), (torch, RuntimeError)):
        x = m.tensor([1.0, 2.0], requires_grad=True)
        x.register_hook(lambda g, m=m: m.ones(shape))
        with pytest.raises(kind) as caught:
            (x * 3).sum().backward()
        if m is pellucid:
            assert str(caught.value) == (
                f"a hook got blame of shape (2,) and gave {shape} in its place.\n"
                " Give a Tensor of the same shape, or None to leave it as it is."
            )


def test_what_a_hook_returns_is_a_tensor() -> None:
    x = pellucid.tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(lambda g: 2.0)  # type: ignore[arg-type,return-value]
    with pytest.raises(
        GraphError, match=r"^a hook gave a float for the blame it got, and a Tensor"
    ):
        (x * 3).sum().backward()


def test_a_step_may_be_taken_where_blame_has_settled(torch: Any) -> None:
    for lib in (pellucid, torch):
        x = lib.ones(2, requires_grad=True)

        def step(weight: Any) -> None:
            weight.sub_(weight.grad)
            weight.grad = None

        x.register_post_accumulate_grad_hook(step)
        (x * 3).sum().backward()
        assert x.tolist() == [-2.0, -2.0] and x.grad is None and x.requires_grad and x.is_leaf


def test_a_hook_after_blame_has_settled_gives_nothing(torch: Any) -> None:
    for lib in (pellucid, torch):
        x = lib.ones(2, requires_grad=True)
        x.register_post_accumulate_grad_hook(lambda weight: weight.grad)
        with pytest.raises(RuntimeError, match="None"):
            x.sum().backward()


def test_data_of_a_tensor_with_blame_stays_real(torch: Any) -> None:
    for lib in (pellucid, torch):
        x = lib.ones(2, requires_grad=True)
        with pytest.raises(RuntimeError):
            x.data = lib.ones(2).long()
