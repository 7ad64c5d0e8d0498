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


@pytest.mark.parametrize("given", [1, 3, 4])
def test_a_backward_with_too_few_gradients_or_too_many_is_named(torch: Any, given: int) -> None:
    def story(lib: Any) -> Any:
        class Product(lib.autograd.Function):  # type: ignore[name-defined, misc]
            @staticmethod
            def forward(ctx: Any, a: Any, b: Any) -> Any:
                ctx.save_for_forward(a, b)
                ctx.save_for_backward(a, b)
                return a * b

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                a, b = ctx.saved_tensors
                return (g * b, g * a, None, g)[:given] if given > 1 else g * b

        a, b = (lib.tensor([v], requires_grad=True) for v in (2.0, 5.0))
        Product.apply(a, b).sum().backward()
        return [a.grad.tolist(), b.grad.tolist()]

    if given == 3:  # what is more may be None
        assert story(torch) == story(pellucid) == [[5], [2]]
        return
    with pytest.raises(RuntimeError, match="incorrect number of gradients"):
        story(torch)
    with pytest.raises(RuntimeError) as error:
        story(pellucid)
    assert str(error.value).startswith(
        f"Product.backward gave {given} gradients, and forward takes 2 arguments after ctx.\n"
        " Return one for each of them, in their order; None for what has none."
    )


def test_a_function_is_used_by_its_class() -> None:
    class Same(pellucid.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x

    with pytest.raises(RuntimeError) as error:
        Same()(pellucid.ones(1))
    assert str(error.value) == "Same is not called.\n Write Same.apply(…), without making one."


def test_an_argument_written_in_place_comes_back_itself(torch: Any) -> None:
    def story(lib: Any) -> Any:
        class Scaled(lib.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any, b: Any) -> Any:
                ctx.mark_dirty(x)
                x.mul_(b)
                return x, b * 2

            @staticmethod
            def backward(ctx: Any, g: Any, h: Any) -> Any:
                return g * 4, 2 * h

        a = lib.tensor([1.0, 2.0], requires_grad=True)
        b = lib.tensor([4.0, 4.0], requires_grad=True)
        x = a * 3
        first = x[0]
        y, z = Scaled.apply(x, b)
        (x.sum() * 5 + z.sum()).backward()  # by the name it had before
        with lib.no_grad():
            Scaled.apply(a, b)  # a leaf stays one
        return y is x, first.item(), x.tolist(), a.grad.tolist(), b.grad.tolist(), a.requires_grad

    told(torch, story)


def test_a_leaf_that_learns_cannot_be_written_by_a_function(torch: Any) -> None:
    for lib in (pellucid, torch):

        class Raised(lib.autograd.Function):  # type: ignore[misc]
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.mark_dirty(x)
                return x.add_(1)

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g

        with pytest.raises(RuntimeError):
            Raised.apply(lib.zeros(2, requires_grad=True))


def test_results_without_blame_are_none_on_request(torch: Any) -> None:
    def story(lib: Any) -> Any:
        seen = []

        class Three(lib.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.set_materialize_grads(False)
                return x * 2, x * 3, x.long()

            @staticmethod
            def vjp(ctx: Any, g: Any, h: Any, k: Any) -> Any:
                seen.append((g is None, h is None, k is None))
                return h * 3 if g is None else g * 2

        x = lib.ones(2, requires_grad=True)
        for choose in (lambda r: r[0], lambda r: r[1], lambda r: r[0] + r[1]):
            choose(Three.apply(x)).sum().backward()
        return seen, x.grad.tolist()

    told(torch, story)


def test_results_may_be_no_tensors(torch: Any) -> None:
    def story(lib: Any) -> Any:
        class Plain(lib.autograd.Function):
            @staticmethod
            def forward(ctx: Any, a: Any, b: Any) -> Any:
                return a + b, "sum"

        return Plain.apply(1, 2)

    told(torch, story)


@pytest.mark.parametrize("several", [False, True])
def test_a_saved_result_has_a_second_derivative(several: bool, torch: Any) -> None:
    def story(lib: Any) -> Any:
        class Squares(lib.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                square, cube = x**2, x**3
                ctx.save_for_backward(x, square, cube)
                return (square, cube) if several else square

            @staticmethod
            def backward(ctx: Any, *blames: Any) -> Any:
                x, square, cube = ctx.saved_tensors
                first = blames[0] * 2 * square / x
                return first + blames[1] * 3 * cube / x if several else first

        x = lib.tensor([2.0, -3.0], requires_grad=True)
        y = Squares.apply(x)
        y = y[0] * y[1] if several else y
        (slope,) = lib.autograd.grad(y.sum(), x, create_graph=True)
        (bend,) = lib.autograd.grad(slope.sum(), x)
        return slope.tolist(), bend.tolist()

    told(torch, story)


def test_a_result_given_twice_is_one_tensor(torch: Any) -> None:
    def story(lib: Any) -> Any:
        class Twice(lib.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                y = x * 2
                return y, y

            @staticmethod
            def backward(ctx: Any, g: Any, h: Any) -> Any:
                return 2 * g + 2 * h

        x = lib.ones(2, requires_grad=True)
        a, b = Twice.apply(x)
        (a + b).sum().backward()
        return a is b, x.grad.tolist()

    told(torch, story)


@pytest.mark.parametrize("engine", ["xla", "numpy"])
def test_a_compiled_step_runs_the_rules_of_its_own(engine: Any) -> None:
    class Rounded(pellucid.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, levels: int) -> Any:
            most = x.abs().max()
            ctx.mark_non_differentiable(most)
            ctx.save_for_backward(x)
            return (x / most * levels).round() / levels * most, most

        @staticmethod
        def backward(ctx: Any, g: Any, _: Any) -> Any:
            (x,) = ctx.saved_tensors
            return g.masked_fill(x > 1.0, 0.0), None

    class Pair(pellucid.autograd.Function):
        @staticmethod
        def forward(ctx: Any, a: Any, b: Any) -> Any:
            ctx.save_for_backward(a, b)
            return a * b, a + b

        @staticmethod
        def backward(ctx: Any, g: Any, h: Any) -> Any:
            a, b = ctx.saved_tensors
            return g * b + h, g * a - h

    def losses(compiled: bool) -> list[list[float]]:
        w = pellucid.linspace(-1.5, 1.5, 6).reshape(2, 3).clone().requires_grad_()
        optimizer = pellucid.optim.SGD([w], lr=0.1)

        def step(x: Any) -> Any:
            optimizer.zero_grad()
            y, most = Rounded.apply(x @ w, 4)
            p, q = Pair.apply(y, w[0])
            loss = (p.square() + q).mean()
            loss.backward()
            optimizer.step()
            return loss, most

        run = pellucid.compile(step, engine=engine) if compiled else step
        rows = [pellucid.tensor([[1.0, k], [0.5, -k]]) for k in (0.25, 1.0, -0.5, 2.0)]
        return [[t.item() for t in run(x)] for x in rows] + [w.flatten().tolist()]

    for mine, plain in zip(losses(True), losses(False), strict=True):
        assert mine == pytest.approx(plain, rel=1e-5)


def test_setup_context_is_told_the_defaults_of_forward(torch: Any) -> None:
    def story(lib: Any) -> Any:
        class Times(lib.autograd.Function):
            @staticmethod
            def forward(x: Any, factor: float = 3.0) -> Any:
                return x * factor

            @staticmethod
            def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
                _, ctx.factor = inputs

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g * ctx.factor, None

        x = lib.ones(2, requires_grad=True)
        (Times.apply(x) + Times.apply(x, 4.0)).sum().backward()
        return x.grad.tolist()

    told(torch, story)


def test_a_rule_is_written_once(torch: Any) -> None:
    for lib in (pellucid, torch):

        class Twice(lib.autograd.Function):  # type: ignore[name-defined, misc]
            @staticmethod
            def forward(ctx: Any, a: Any) -> Any:
                return 2 * a

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return 2 * g

            @staticmethod
            def vjp(ctx: Any, g: Any) -> Any:
                return 2 * g

        with pytest.raises(RuntimeError) as error:
            Twice.apply(lib.ones(2, requires_grad=True)).sum().backward()
        if lib is pellucid:
            assert str(error.value) == (
                "Twice has both a backward and a vjp, which are two names for one rule.\n"
                " Write one of them."
            )
