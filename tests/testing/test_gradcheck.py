"""The checks for everyone: they pass what is right, and say exactly what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import GraphError, PellucidWarning, ShapeError
from pellucid.ops.elementwise import mul
from pellucid.ops.op import Mistake, Op, Sample
from pellucid.tensor.lift import lifted
from pellucid.testing import (
    GradcheckError,
    assert_close,
    check_op,
    draw,
    gaps,
    gradcheck,
    gradgradcheck,
)
from pellucid.testing.record import check_mistake


def made(name: str, **changes: Any) -> Op:
    """A cube with everything right, but for the changes."""
    fields: dict[str, Any] = {
        "sentence": "The number times itself, and again.",
        "equation": "y = x^3",
        "derivative": r"\partial y/\partial x = 3x^2",
        "forward": lambda xp, x: x * x * x,
        "gradient": (lambda g, y, x: mul(g, mul(mul(x, x), 3.0)),),
        "terms": ("3x²",),
        "samples": (Sample(((2,),)),),
        "traits": frozenset({"elementwise"}),
    }
    return Op(name=name, **{**fields, **changes})


CUBE = made("cube")
WRONG = made("wrong cube", gradient=(lambda g, y, x: mul(g, mul(x, x)),))
# Right at first order; the rule holds x as a bare number, so the second order is lost.
FLAT = made("flat cube", gradient=(lambda g, y, x: mul(g, _frozen(mul(mul(x, x), 3.0))),))


def _frozen(node: Any) -> Any:
    return pellucid.tensor(np.array(node.array))._node


def point() -> Any:
    x = pellucid.tensor([0.5, -2.0], dtype=pellucid.float64, requires_grad=True)
    x.name = "x"
    return x


def test_right_derivatives_pass() -> None:
    assert gradcheck(lifted(CUBE), point())
    assert gradgradcheck(lifted(CUBE), point())
    check_op(CUBE)


def test_a_wrong_derivative_is_shown() -> None:
    def cubed(x: Any) -> Any:
        return lifted(WRONG)(x)

    with pytest.raises(GradcheckError) as caught:
        gradcheck(cubed, (point(),))
    assert str(caught.value) == (
        "gradcheck: cubed has a wrong derivative by input 0 (x), shape (2,).\n"
        "   number [0] of the output by number [0] of the input, which is 0.5:\n"
        "   backward says            0.25\n"
        "   finite differences say   0.75\n"
        " Allowed: 1e-05 + 0.001 · |difference quotient|. If the input stands on a kink, "
        "move it away."
    )
    assert not gradcheck(cubed, point(), raise_exception=False)
    assert isinstance(caught.value, RuntimeError)
    with pytest.raises(GradcheckError):
        check_op(WRONG)


def test_a_lost_second_derivative_is_shown() -> None:
    assert gradcheck(lifted(FLAT), point())
    with pytest.raises(GradcheckError, match="the gradient of the function has a wrong"):
        gradgradcheck(lambda x: lifted(FLAT)(x), point())
    assert not gradgradcheck(lifted(FLAT), point(), raise_exception=False)


def test_several_inputs_and_outputs() -> None:
    a, b = point(), pellucid.tensor([1.5, 2.5], dtype=pellucid.float64, requires_grad=True)
    assert gradcheck(lambda x, y: (x * y, x.sum()), (a, b))
    assert gradgradcheck(lambda x, y: (x * y, (x * x).sum()), (a, b))

    def second(x: Any, y: Any) -> Any:
        return x * y, lifted(WRONG)(y)

    with pytest.raises(GradcheckError, match=r"by input 1, .*\n   output 1, number \[0\]"):
        gradcheck(second, (a, b))


def test_inputs_that_ask_for_nothing_are_left_alone() -> None:
    fixed = pellucid.tensor([3, 4])
    assert gradcheck(lambda x, k: x * k, (point(), fixed))


def test_outputs_without_a_path_have_no_slope() -> None:
    assert gradcheck(lambda x: x.detach() * 0 + 1, point())
    with pytest.raises(GradcheckError, match="backward says            0\n"):
        gradcheck(lambda x: x.detach() * 2, point())


def test_empty_inputs_pass() -> None:
    x = pellucid.zeros(0, 3, dtype=pellucid.float64, requires_grad=True)
    assert gradcheck(lambda t: t * 2, x) and gradgradcheck(lambda t: t * t, x)


def test_single_precision_is_warned_about() -> None:
    x = pellucid.tensor([0.5], requires_grad=True)
    with pytest.warns(PellucidWarning, match="input 0 is float32; finite differences need float64"):
        gradcheck(lambda t: t * 2, x, eps=1e-2)


def test_nothing_to_check() -> None:
    with pytest.raises(GraphError) as caught:
        gradcheck(lambda x: x, pellucid.ones(2))
    assert str(caught.value) == (
        "gradcheck: none of the inputs has requires_grad=True, so there is nothing to check.\n"
        " Make one with pellucid.rand(3, dtype=pellucid.float64, requires_grad=True)."
    )
    with pytest.raises(GraphError, match="gives no float Tensor"):
        gradcheck(lambda x: x > 0, point())


# ---- records -------------------------------------------------------------------------------------


def test_gaps_are_named() -> None:
    assert gaps(CUBE) == []
    assert gaps(made("a", equation="", samples=())) == ["a has no equation", "a has no samples"]
    assert gaps(made("a", terms=())) == ["a has a gradient and no terms for explain"]
    assert gaps(made("a", sentence="No stop")) == [
        "a: the sentence is one line and ends in a full stop"
    ]
    assert gaps(made("a", samples=(Sample(((2,), (2,))),))) == [
        "a has 2 inputs and 1 gradient rules"
    ]


def test_broken_promises_are_found() -> None:
    shape = made("a", shape=lambda own: (*own, 1))
    with pytest.raises(AssertionError, match=r"the shape rule says \(2, 1\) and the forward gives"):
        check_op(shape)
    kind = made("a", dtype="int64")
    with pytest.raises(AssertionError, match="the dtype rule says int64 and the forward gives"):
        check_op(kind)
    with pytest.raises(AssertionError, match="a has no equation"):
        check_op(made("a", equation=""))


def test_samples_on_a_kink_are_not_measured() -> None:
    kinked = made(
        "kink",
        forward=lambda xp, x: xp.abs(x),
        gradient=(lambda g, y, x: mul(g, 0.0),),
        samples=(Sample(([0.0],), smooth=False),),
    )
    check_op(kinked)
    with pytest.raises(GradcheckError):
        check_op(made("kink", forward=kinked.forward, gradient=kinked.gradient))


def test_mistakes_are_compared_word_for_word() -> None:
    text = "cube works on int numbers and got float64.\n Convert first: x.float()."
    cube = made("cube", accepts="int")
    check_mistake(cube, Mistake(((2,),), {}, pellucid.errors.DTypeError, text))
    with pytest.raises(AssertionError, match="and promises"):
        check_mistake(cube, Mistake(((2,),), {}, pellucid.errors.DTypeError, "something else"))
    with pytest.raises(AssertionError, match="accepts"):
        check_mistake(CUBE, Mistake(((2,),), {}, ShapeError, text))


def test_draws_repeat_and_obey() -> None:
    sample = Sample(((3, 2), 2.5, [1, 2], [0.5]), low=1.0, high=2.0)
    a, b = draw(CUBE, sample), draw(CUBE, sample)
    assert a[0].tolist() == b[0].tolist() and tuple(a[0].shape) == (3, 2)
    assert float(a[0].min()) >= 1.0 and float(a[0].max()) <= 2.0
    assert a[1] == 2.5
    assert a[2].dtype is pellucid.int64 and not a[2].requires_grad
    assert a[3].dtype is pellucid.float64
    assert not draw(CUBE, sample._replace(fixed=(0,)))[0].requires_grad
    assert draw(CUBE, sample, pellucid.float32)[0].dtype is pellucid.float32


# ---- closeness -----------------------------------------------------------------------------------


def test_close_numbers_pass(torch: Any) -> None:
    for m in (pellucid, torch):
        m.testing.assert_close(m.tensor([1.0]), m.tensor([1.0 + 1e-7]))
        m.testing.assert_close(m.tensor([1, 2]), m.tensor([1, 2]))
        m.testing.assert_close(m.tensor([1.0]), m.tensor([1.1]), rtol=0.2, atol=0.0)
        nan = m.tensor([float("nan")])
        m.testing.assert_close(nan, nan, equal_nan=True)
        for a, b in (
            (m.tensor([1.0]), m.tensor([1.001])),
            (m.tensor([1.0]), m.tensor([1.0, 1.0])),
            (m.tensor([1.0]), m.tensor([1.0], dtype=m.float64)),
            (m.tensor([1]), m.tensor([2])),
            (nan, nan),
        ):
            with pytest.raises(AssertionError):
                m.testing.assert_close(a, b)


def test_the_farthest_number_is_shown() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_close(
            pellucid.tensor([[1.0, 2.0], [3.0, 4.0]]), pellucid.tensor([[1.0, 2.5], [3, 9]])
        )
    assert str(caught.value) == (
        "2 of 4 numbers differ, most at [1, 1]: got 4.0, expected 9.0.\n"
        " Allowed: 1e-05 + 1.3e-06 · |expected|."
    )
    with pytest.raises(AssertionError, match=r"^my words$"):
        assert_close(pellucid.tensor(1.0), pellucid.tensor(2.0), msg="my words")
    with pytest.raises(AssertionError, match=r"shapes differ: \(1,\) and \(2,\)\."):
        assert_close(pellucid.zeros(1), pellucid.zeros(2))
    with pytest.raises(AssertionError, match=r"dtypes differ: float32 and float64\."):
        assert_close(pellucid.zeros(1), pellucid.zeros(1, dtype=pellucid.float64))


def test_a_weight_that_the_function_looks_at_is_moved() -> None:
    """As in PyTorch, the function may ignore what it is given and use the module's own weights."""
    layer = pellucid.nn.Linear(2, 2, dtype=pellucid.float64)
    x = pellucid.rand(3, 2, dtype=pellucid.float64)
    before = layer.weight.tolist()
    assert pellucid.testing.gradcheck(lambda *_: layer(x), tuple(layer.parameters()))
    assert pellucid.testing.gradgradcheck(lambda *_: layer(x).tanh(), tuple(layer.parameters()))
    assert layer.weight.tolist() == before


def test_pytorchs_settings_of_how_it_checks_are_taken(torch: Any) -> None:
    for lib in (pellucid, torch):
        x = lib.rand(3, dtype=lib.float64, requires_grad=True)
        ways = {"fast_mode": True, "nondet_tol": 1e-9, "check_batched_grad": False}
        assert lib.autograd.gradcheck(lib.sigmoid, x, check_forward_ad=False, **ways)
        assert lib.autograd.gradgradcheck(lib.sigmoid, x, check_rev_over_rev=True, **ways)
    with pytest.raises(TypeError, match=r"gradcheck has no argument 'fast_mod'. .*fast_mode"):
        pellucid.testing.gradcheck(pellucid.sigmoid, x, fast_mod=True)
