"""Tables of derivatives and products with them, as PyTorch's `autograd.functional` gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import GraphError, KindError, SettingError, ShapeError

X = np.random.default_rng(0).normal(size=(2, 3))
Y = np.random.default_rng(1).normal(size=(3,))


def same(own: Any, theirs: Any) -> None:
    if isinstance(theirs, tuple):
        assert isinstance(own, tuple) and len(own) == len(theirs)
        for a, b in zip(own, theirs, strict=True):
            same(a, b)
        return
    assert tuple(own.shape) == tuple(theirs.shape)
    assert own.requires_grad == theirs.requires_grad
    np.testing.assert_allclose(own.detach().numpy(), theirs.detach().numpy(), atol=1e-12)


CASES: dict[str, Any] = {
    "one in, one out": lambda m, f, x, y: f.jacobian(lambda a: a.exp().sum(1), x),
    "two in, one out": lambda m, f, x, y: f.jacobian(lambda a, b: (a * b).sin(), (x, y)),
    "two in, two out": lambda m, f, x, y: f.jacobian(lambda a, b: (a @ b, b * b), (x, y)),
    "kept": lambda m, f, x, y: f.jacobian(lambda a: a**3, y.requires_grad_(), create_graph=True),
    "hessian": lambda m, f, x, y: f.hessian(lambda a: (a**3).sum(), x),
    "hessian of two": lambda m, f, x, y: f.hessian(lambda a, b: (a @ b).exp().sum(), (x, y)),
    "hessian of a line": lambda m, f, x, y: f.hessian(lambda a: a.sum(), y),
    "vjp": lambda m, f, x, y: f.vjp(lambda a: a.tanh(), y, m.ones_like(y)),
    "vjp of two": lambda m, f, x, y: f.vjp(lambda a, b: (a @ b).sum(), (x, y)),
    "jvp": lambda m, f, x, y: f.jvp(lambda a: a.exp().sum(1), x, m.ones_like(x)),
    "jvp of two": lambda m, f, x, y: f.jvp(lambda a, b: a @ b, (x, y), (x, y)),
    "vhp": lambda m, f, x, y: f.vhp(lambda a: (a**3).sum(), y, m.ones_like(y)),
    "hvp": lambda m, f, x, y: f.hvp(lambda a: (a**4).sum(), x, x),
}


@pytest.mark.parametrize("name", CASES)
def test_as_pytorch_gives_it(torch: Any, name: str) -> None:
    own = CASES[name](
        pellucid, pellucid.autograd.functional, pellucid.tensor(X), pellucid.tensor(Y)
    )
    theirs = CASES[name](torch, torch.autograd.functional, torch.tensor(X), torch.tensor(Y))
    same(own, theirs)


def test_the_module_can_be_imported_by_its_name() -> None:
    from pellucid.autograd.functional import jacobian

    assert jacobian is pellucid.autograd.functional.jacobian
    assert pellucid.autograd.gradcheck is pellucid.testing.gradcheck
    with pytest.raises(AttributeError) as refusal:
        pellucid.autograd.nothing  # noqa: B018
    assert str(refusal.value) == "pellucid.autograd has no attribute 'nothing'."


def test_a_recorded_table_can_be_differentiated() -> None:
    x = pellucid.tensor([1.0, 2.0], requires_grad=True)
    table = pellucid.autograd.functional.jacobian(lambda a: a**3, x, create_graph=True)
    table.sum().backward()
    assert x.grad is not None and x.grad.tolist() == [6.0, 12.0]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda f: f.hessian(lambda a: a * 2, pellucid.ones(3)),
            ShapeError,
            "hessian is for functions that give one number, and this gives shape (3,).\n"
            " Sum or average what it gives.",
        ),
        (
            lambda f: f.jvp(lambda a: a * 2, pellucid.ones(3)),
            GraphError,
            "jvp: v may only be left out where it is a single number.",
        ),
        (
            lambda f: f.vjp(lambda a: a * 2, pellucid.ones(3), pellucid.ones(2)),
            ShapeError,
            "vjp: v has the shape (2,) and must have (3,).",
        ),
        (
            lambda f: f.jacobian(lambda a: pellucid.ones(2), pellucid.ones(3), strict=True),
            GraphError,
            "the outputs don't depend on input 0, and strict=True.",
        ),
        (
            lambda f: f.jacobian(lambda a: 3.0, pellucid.ones(3)),
            KindError,
            "what the function gives back must be Tensors, and one is a float.",
        ),
        (
            lambda f: f.jacobian(pellucid.square, pellucid.ones(3), strategy="sideways"),
            SettingError,
            "strategy is 'reverse-mode' or 'forward-mode', and it is 'sideways'.",
        ),
        (
            lambda f: f.hessian(pellucid.sum, pellucid.ones(3), vectorize=True, strict=True),
            SettingError,
            "strict looks at one row after the other; leave vectorize.",
        ),
    ],
)
def test_what_cannot_be_is_said(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as refusal:
        call(pellucid.autograd.functional)
    assert str(refusal.value) == text


def test_a_hook_runs_after_the_gradient_has_settled() -> None:
    w = pellucid.ones(2, requires_grad=True)
    seen: list[tuple[bool, Any]] = []
    handle = w.register_post_accumulate_grad_hook(lambda t: seen.append((t is w, t.grad.tolist())))
    (w * 3.0).sum().backward()
    (w * 3.0).sum().backward()
    handle.remove()
    (w * 3.0).sum().backward()
    assert seen == [(True, [3.0, 3.0]), (True, [6.0, 6.0])]
    with pytest.raises(GraphError, match="this hook is for leaf Tensors"):
        (w * 2).register_post_accumulate_grad_hook(lambda t: None)
