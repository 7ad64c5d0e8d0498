"""Hooks run when and in the order in which PyTorch runs them, and may replace what they see."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid import nn
from pellucid.errors import ShapeError
from tests.nn.oracle import array, close, ours


class Pair(nn.Module):
    def forward(self, a: Any, b: Any) -> Any:
        return a * b, a + b


def test_before_and_after_see_and_replace() -> None:
    layer = nn.Identity()
    seen: list[Any] = []
    layer.register_forward_pre_hook(lambda m, args: (args[0] + 1,))
    layer.register_forward_hook(lambda m, args, out: seen.append((args[0].item(), out.item())))
    handle = layer.register_forward_hook(lambda m, args, out: out * 10)
    assert layer(pellucid.tensor(1.0)).item() == 20.0
    assert seen == [(2.0, 2.0)]
    handle.remove()
    assert layer(pellucid.tensor(1.0)).item() == 2.0


def test_order_and_prepending() -> None:
    layer, order = nn.Identity(), []
    layer.register_forward_hook(lambda *_: order.append("first"))
    layer.register_forward_hook(lambda *_: order.append("second"))
    layer.register_forward_hook(lambda *_: order.append("in front"), prepend=True)
    layer(pellucid.ones(1))
    assert order == ["in front", "first", "second"]


def test_named_arguments() -> None:
    class Scaled(nn.Module):
        def forward(self, x: Any, *, by: float) -> Any:
            return x * by

    layer = Scaled()
    layer.register_forward_pre_hook(lambda m, a, k: (a, {"by": k["by"] + 1}), with_kwargs=True)
    layer.register_forward_hook(lambda m, a, k, out: out + k["by"], with_kwargs=True)
    assert layer(pellucid.ones(()), by=2.0).item() == 6.0


def test_some_run_even_after_an_error() -> None:
    layer, seen = nn.Linear(2, 1), []
    layer.register_forward_hook(lambda m, a, out: seen.append(out), always_call=True)
    layer.register_forward_hook(lambda m, a, out: seen.append("never"))
    with pytest.raises(ShapeError):
        layer(pellucid.ones(1, 3))
    assert seen == [None]


def both(torch: Any, hook: Any, wants_grad: bool = True) -> None:
    """The same hook on both libraries: what it sees, and the gradients afterwards."""
    x, w = array((4, 3), 1), array((2, 3), 2)
    seen: list[list[Any]] = []
    results = []
    for library, make in ((pellucid, ours), (torch, torch.tensor)):
        layer = library.nn.Linear(3, 2, bias=False).double()
        with library.no_grad():
            layer.weight[:] = make(w)
        found: list[Any] = []
        layer.register_full_backward_hook(lambda m, gi, go, found=found: hook(found, gi, go))
        value = make(x)
        if wants_grad:
            value.requires_grad_()
        (layer(value) ** 2).sum().backward()
        seen.append(found)
        results.append((value.grad, layer.weight.grad))
    assert len(seen[0]) == len(seen[1]) == 1
    for (gi, go), (ti, to) in zip(*seen, strict=True):
        assert len(gi) == len(ti) and len(go) == len(to)
        for a, b in zip((*gi, *go), (*ti, *to), strict=True):
            assert (a is None) == (b is None)
            if b is not None:
                close(a, b)
    for a, b in zip(*results, strict=True):
        assert (a is None) == (b is None)
        if b is not None:
            close(a, b)


def test_blame_is_seen(torch: Any) -> None:
    both(torch, lambda found, gi, go: found.append((gi, go)))


def test_blame_is_replaced(torch: Any) -> None:
    def halve(found: list[Any], gi: Any, go: Any) -> Any:
        found.append((gi, go))
        return (gi[0] * 0.5,)

    both(torch, halve)


@pytest.mark.filterwarnings("ignore:Full backward hook:UserWarning")
def test_blame_where_the_input_wants_none(torch: Any) -> None:
    both(torch, lambda found, gi, go: found.append((gi, go)), wants_grad=False)


def test_blame_before_a_module(torch: Any) -> None:
    grads = []
    for library in (pellucid, torch):
        layer = library.nn.Tanh()
        layer.register_full_backward_pre_hook(lambda m, go: (go[0] * 3,))
        x = library.tensor([0.5, -1.0], requires_grad=True)
        layer(x).sum().backward()
        grads.append(x.grad)
    close(*grads)


def test_two_inputs_and_two_outputs() -> None:
    pair, seen = Pair(), []
    pair.register_full_backward_hook(lambda m, gi, go: seen.append((gi, go)))
    a = pellucid.tensor(2.0, requires_grad=True)
    b = pellucid.tensor(5.0, requires_grad=True)
    product, total = pair(a, b)
    (3 * product + total).backward()
    assert len(seen) == 1
    (ga, gb), (gp, gt) = seen[0]
    assert (ga.item(), gb.item(), gp.item(), gt.item()) == (16.0, 7.0, 3.0, 1.0)
    assert (a.grad.item(), b.grad.item()) == (16.0, 7.0)


def test_both_inputs_can_be_replaced() -> None:
    pair = Pair()
    pair.register_full_backward_hook(lambda m, gi, go: (gi[0] * 0, gi[1] * 10))
    a = pellucid.tensor(2.0, requires_grad=True)
    b = pellucid.tensor(5.0, requires_grad=True)
    pair(a, b)[0].backward()
    assert (a.grad.item(), b.grad.item()) == (0.0, 20.0)


def test_no_watchers_without_recording() -> None:
    layer = nn.Identity()
    layer.register_full_backward_hook(lambda *_: None)
    with pellucid.no_grad():
        x = pellucid.ones(1)
        assert layer(x) is x


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            lambda gi: (gi[0], gi[0]),
            "a backward hook gave 2 gradients for 1 inputs.\n"
            " Return one for each input, or None to leave them.",
        ),
        (
            lambda gi: (gi[0].sum(),),
            "a backward hook turned a gradient of shape (2,) into ().\n"
            " A gradient keeps the shape of its Tensor.",
        ),
    ],
)
def test_what_a_hook_may_not_return(answer: Any, text: str) -> None:
    layer = nn.Tanh()
    layer.register_full_backward_hook(lambda m, gi, go: answer(gi))
    with pytest.raises(ShapeError) as caught:
        layer(pellucid.ones(2, requires_grad=True)).sum().backward()
    assert str(caught.value) == text


def test_each_pass_over_a_graph_is_heard(torch: Any) -> None:
    """With retain_graph a second backward() calls the hooks a second time, with its own blame."""
    found = []
    for library in (pellucid, torch):
        layer, heard = library.nn.Sigmoid(), []
        layer.register_full_backward_hook(
            lambda m, gi, go, heard=heard: heard.append((gi[0].tolist(), go[0].tolist()))
        )
        layer.register_full_backward_pre_hook(lambda m, go, heard=heard: heard.append("before"))
        out = layer(library.zeros(2, requires_grad=True))
        out.backward(library.ones(2), retain_graph=True)
        out.backward(library.ones(2) * 2)
        found.append(heard)
    assert found[0] == found[1]


def test_a_pre_hook_gives_one_gradient_for_each_output() -> None:
    layer = nn.Sigmoid()
    layer.register_full_backward_pre_hook(lambda module, grad_output: ())
    out = layer(pellucid.zeros(2, requires_grad=True))
    with pytest.raises(ShapeError) as refusal:
        out.sum().backward()
    assert str(refusal.value) == (
        "a backward hook gave 0 gradients for 1 outputs.\n"
        " Return one for each output, or None to leave them."
    )


def test_blame_is_heard_behind_each_value_of_a_dict() -> None:
    class Named(nn.Module):
        def forward(self, x: Any) -> Any:
            return {"twice": x * 2, "name": "a"}

    layer, seen = Named(), list[Any]()
    layer.register_full_backward_hook(lambda m, inward, out: seen.append((inward, out)))
    x = pellucid.ones(2, requires_grad=True)
    out = layer(x)
    out["twice"].sum().backward()
    assert list(out) == ["twice", "name"] and x.grad is x._grad
    ((inward,), (first, second)) = seen[0]
    assert inward.tolist() == [2.0, 2.0] and first.tolist() == [1.0, 1.0] and second is None


def test_the_inner_name_of_a_gradient_is_the_gradient() -> None:
    w = nn.Parameter(pellucid.ones(2))
    w._grad = pellucid.zeros(2)
    assert w.grad is not None and w.grad.tolist() == [0.0, 0.0]


@pytest.mark.filterwarnings("ignore:Full backward hook")  # PyTorch's
def test_a_hook_cannot_give_a_gradient_to_an_input_that_wants_none(torch: Any) -> None:
    for lib in (pellucid, torch):
        for answer in (lambda x, gi: None, lambda x, gi: gi, lambda x, gi: x):
            layer, x = lib.nn.Linear(2, 2), lib.ones(1, 2)
            layer.register_full_backward_hook(
                lambda m, gi, go, answer=answer, x=x: answer(x, gi)  # type: ignore[misc]
            )
            out = layer(x).sum()
            if answer(x, None) is x:
                with pytest.raises(RuntimeError, match="no input"):
                    out.backward()
            else:
                out.backward()
            assert answer(x, None) is x or layer.weight.grad is not None
