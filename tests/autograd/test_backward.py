"""backward() and `.grad`: what accumulates, what may run twice, and what each mistake says."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid.errors import GraphError, ShapeError
from tests.autograd.both import same

SPENT = (
    "backward() ran through this graph before, and a graph is used up by one backward pass.\n"
    " Run the forward pass again before each backward(), or keep the graph with "
    "backward(retain_graph=True)."
)


def leaf(*values: float, module: Any = pellucid) -> Any:
    return module.tensor(list(values), requires_grad=True)


def test_grad_adds_up_until_it_is_cleared(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = leaf(1.0, 2.0, module=m)
        seen = []
        for _ in range(3):
            (x * x).sum().backward()
            seen.append(x.grad.clone())
        x.grad.zero_()
        seen.append(x.grad.clone())
        x.grad = None
        (x * 3).sum().backward()
        return [*seen, x.grad]

    same(torch, script)


def test_grad_is_its_own_memory_and_keeps_its_identity(torch: Any) -> None:
    for m in (pellucid, torch):
        x, y = leaf(1.0, module=m), leaf(2.0, module=m)
        (x + y).sum().backward()
        x.grad.zero_()
        assert y.grad.tolist() == [1.0]
        held = x.grad
        (x * 5).sum().backward()
        assert x.grad is held or held.tolist() == x.grad.tolist()
        assert held.tolist() == [5.0]


def test_the_starting_blame(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = leaf(1.0, 2.0, 3.0, module=m)
        y = x * x
        y.backward(gradient=m.tensor([1.0, 0.0, -2.0]))
        return x.grad

    assert same(torch, script).tolist() == [2.0, 0.0, -12.0]


def test_the_starting_blame_is_not_changed_by_accumulation() -> None:
    x = leaf(1.0, 2.0)
    g = pellucid.tensor([1.0, 1.0])
    for _ in range(2):
        (x * 1).backward(gradient=g)
    assert g.tolist() == [1.0, 1.0] and x.grad is not None and x.grad.tolist() == [2.0, 2.0]


def test_one_number_in_any_shape_can_start(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([[2.0]], requires_grad=True)
        (x * x).backward()
        return x.grad

    same(torch, script)


def test_retained_graphs_run_again(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = leaf(1.0, 2.0, module=m)
        y = (x.exp() * x).sum()
        y.backward(retain_graph=True)
        y.backward()
        return x.grad

    same(torch, script)


def test_a_second_backward_is_refused(torch: Any) -> None:
    x = leaf(1.0)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(GraphError) as caught:
        y.backward()
    assert str(caught.value) == SPENT
    tx = leaf(1.0, module=torch)
    ty = (tx * tx).sum()
    ty.backward()
    with pytest.raises(RuntimeError):
        ty.backward()


def test_a_shared_trunk_is_used_up_too() -> None:
    x = leaf(1.0)
    trunk = x.exp()
    (trunk * 2).sum().backward()
    with pytest.raises(GraphError, match="ran through this graph before"):
        (trunk * 3).sum().backward()
    (x.exp() * 3).sum().backward()  # a fresh one is fine


def test_create_graph_records_the_pass(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = leaf(1.0, 2.0, module=m)
        (first,) = m.autograd.grad((x**3).sum(), x, create_graph=True)
        (second,) = m.autograd.grad(first.sum(), x, create_graph=True)
        (third,) = m.autograd.grad(second.sum(), x)
        return first, second, third, first.requires_grad, third.requires_grad

    same(torch, script)


@pytest.mark.filterwarnings("ignore:Using backward")  # PyTorch warns of its own memory leak
def test_backward_through_backward(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = leaf(2.0, module=m)
        (x**3).sum().backward(create_graph=True)
        g = x.grad
        x.grad = None
        g.sum().backward()
        return g, x.grad

    same(torch, script)


def test_only_the_inputs_asked_for_accumulate(torch: Any) -> None:
    def script(m: Any) -> Any:
        x, y = leaf(2.0, module=m), leaf(3.0, module=m)
        (x * y).sum().backward(inputs=[x])
        return x.grad, y.grad is None

    same(torch, script)


def test_leaves_and_others(torch: Any) -> None:
    def script(m: Any) -> Any:
        data, x = m.tensor([1.0]), leaf(2.0, module=m)
        y = x * 2
        with m.no_grad():
            z = x * 2
        d = y.detach()
        return [t.is_leaf for t in (data, x, y, z, d)], [
            t.requires_grad for t in (data, x, y, z, d)
        ]

    same(torch, script)


def test_grad_of_what_is_no_leaf_is_kept_on_request(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = leaf(2.0, 3.0, module=m)
        y = x * x
        z = y * 3
        y.retain_grad()
        z.sum().backward()
        return y.grad, x.grad

    same(torch, script)


def test_paths_meet_and_add(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = leaf(0.5, -1.5, module=m)
        a = x.sin()
        b = a * x + a
        c = b * a + b.exp() * x
        (c * c + a).sum().backward()
        return x.grad

    same(torch, script)


def test_several_roots(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = leaf(1.0, 2.0, module=m)
        trunk = x.exp()
        m.autograd.backward([trunk.sum(), (trunk * x).sum()])
        y = leaf(1.0, 2.0, module=m)
        m.autograd.backward([y * 2, y * 3], [m.ones(2), m.tensor([1.0, -1.0])])
        return x.grad, y.grad

    same(torch, script)


def test_switching_the_record_off(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = leaf(1.0, module=m)
        seen = []
        with m.no_grad():
            seen.append((x * 2).requires_grad)
            with m.enable_grad():
                seen.append((x * 2).requires_grad)
            seen.append((x * 2).requires_grad)

        @m.no_grad()
        def plain(t: Any) -> Any:
            return t * 2

        seen += [plain(x).requires_grad, (x * 2).requires_grad, m.is_grad_enabled()]
        with m.set_grad_enabled(False):
            seen.append((x * 2).requires_grad)
        m.set_grad_enabled(False)
        seen.append((x * 2).requires_grad)
        m.set_grad_enabled(True)
        with pytest.raises(ZeroDivisionError), m.no_grad():
            raise ZeroDivisionError
        seen.append(m.is_grad_enabled())
        return seen

    same(torch, script)


# ---- mistakes ------------------------------------------------------------------------------------


def test_nothing_to_blame() -> None:
    with pytest.raises(GraphError) as caught:
        pellucid.tensor([1.0]).sum().backward()
    assert str(caught.value) == (
        "backward() has nowhere to go: this Tensor doesn't depend on any Tensor with "
        "requires_grad=True.\n"
        " Was it computed under no_grad(), or detached, or from data only?"
    )


def test_more_than_one_number_needs_a_start() -> None:
    with pytest.raises(GraphError) as caught:
        (leaf(1.0, 2.0) * 2).backward()
    assert str(caught.value) == (
        "backward() starts from one number, and this has shape (2,).\n"
        " Reduce it first, as in loss.mean().backward(), or pass backward(gradient=…)."
    )


def test_a_start_of_another_shape() -> None:
    with pytest.raises(ShapeError) as caught:
        (leaf(1.0, 2.0) * 2).backward(gradient=pellucid.ones(3))
    assert str(caught.value) == "gradient needs the shape of the Tensor, (2,), and has (3,)."


def test_whole_numbers_have_no_gradient() -> None:
    with pytest.raises(GraphError) as caught:
        pellucid.tensor([1, 2], requires_grad=True)
    assert str(caught.value) == (
        "only float Tensors can have a gradient, and this one is int64.\n"
        " Convert it first: x.float().requires_grad_()."
    )


def test_requires_grad_of_a_computed_tensor_stays() -> None:
    y = leaf(1.0) * 2
    assert y.requires_grad_() is y
    with pytest.raises(GraphError) as caught:
        y.requires_grad_(False)
    assert str(caught.value) == (
        "requires_grad can only be switched off on Tensors that nothing computed.\n"
        " Use x.detach() for a copy without history."
    )


def test_a_grad_of_another_shape() -> None:
    x = leaf(1.0, 2.0)
    with pytest.raises(ShapeError) as caught:
        x.grad = pellucid.ones(3)
    assert str(caught.value) == "a gradient has the shape of its Tensor: (2,), not (3,)."


@pytest.mark.parametrize("call", [lambda x: x.retain_grad(), lambda x: x.register_hook(print)])
def test_watching_what_has_no_gradient(call: Any) -> None:
    with pytest.raises(GraphError, match="needs a Tensor with requires_grad=True"):
        call(pellucid.tensor([1.0]))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda loss: loss.backward(retain_grph=True),
            "backward has no argument 'retain_grph'. Did you mean retain_graph=?",
        ),
        (
            lambda loss: pellucid.autograd.backward(loss, creat_graph=True),
            "backward has no argument 'creat_graph'. Did you mean create_graph=?",
        ),
        (
            lambda loss: pellucid.autograd.grad(loss, loss, alow_unused=True),
            "grad has no argument 'alow_unused'. Did you mean allow_unused=?",
        ),
        (
            lambda loss: loss.backward(zzz=1),
            "backward has no argument 'zzz'. It takes gradient, retain_graph, create_graph, "
            "inputs.",
        ),
    ],
)
def test_a_misspelled_argument(call: Any, words: str) -> None:
    x = leaf(1.0, 2.0)
    loss = (x * x).sum()
    with pytest.raises(TypeError) as caught:
        call(loss)
    assert str(caught.value) == words
    loss.backward()  # nothing was used up
    assert x.grad is not None
