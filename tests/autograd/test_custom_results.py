"""A Function of several results, one without blame, and PyTorch's newer manner of writing one."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid


def told(torch: Any, story: Any) -> None:
    assert story(pellucid) == story(torch)


def test_several_results(torch: Any) -> None:
    def story(lib: Any) -> Any:
        class Two(lib.autograd.Function):
            @staticmethod
            def forward(ctx: Any, a: Any, b: Any) -> Any:
                ctx.save_for_backward(a, b)
                return a * b, a + b.sum()

            @staticmethod
            def backward(ctx: Any, g: Any, h: Any) -> Any:
                a, b = ctx.saved_tensors
                return g * b + h, g * a + h.sum()

        a = lib.tensor([1.0, 2.0], requires_grad=True)
        b = lib.tensor([3.0, 5.0], requires_grad=True)
        p, q = Two.apply(a, b)
        (p.sum() * 2 + (q * q).sum()).backward()
        both = a.grad.tolist(), b.grad.tolist()
        a.grad = b.grad = None
        lib.autograd.backward(Two.apply(a, b)[1].sum(), inputs=[a])  # the other has no blame
        return both, a.grad.tolist(), b.grad, p.tolist(), q.tolist()

    told(torch, story)


def test_results_without_blame(torch: Any) -> None:
    def story(lib: Any) -> Any:
        class Largest(lib.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                value, place = x.max(0)
                mask = (x == value).float()
                ctx.mark_non_differentiable(place, mask)
                ctx.save_for_backward(mask)
                return value, place, mask

            @staticmethod
            def backward(ctx: Any, g: Any, *_: Any) -> Any:
                return g * ctx.saved_tensors[0]

        x = lib.tensor([1.0, 7.0, 2.0], requires_grad=True)
        value, place, mask = Largest.apply(x)
        (value * 3).backward()
        return value.item(), place.item(), mask.requires_grad, value.requires_grad, x.grad.tolist()

    told(torch, story)


def test_setup_context(torch: Any) -> None:
    def story(lib: Any) -> Any:
        class Square(lib.autograd.Function):
            @staticmethod
            def forward(x: Any) -> Any:
                return x * x

            @staticmethod
            def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
                ctx.save_for_backward(*inputs)

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return 2 * ctx.saved_tensors[0] * g

        x = lib.tensor([1.0, -2.0], requires_grad=True)
        Square.apply(x).sum().backward()
        return x.grad.tolist()

    told(torch, story)


def test_a_result_that_is_no_tensor_is_refused() -> None:
    class Odd(pellucid.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return 3.0

    with pytest.raises(TypeError, match=r"must return a Tensor or several, not float"):
        Odd.apply(pellucid.ones(2, requires_grad=True))
