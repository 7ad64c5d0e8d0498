"""Every op on every sample against PyTorch, finite differences and JAX, in values and derivatives.

An op without a row in the table fails here. What is not compared has a written reason.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.ops.op import Composition, Op, Sample
from pellucid.testing import draw, gaps, gradcheck, gradgradcheck
from pellucid.testing.record import on_tensors
from tests.ops.jax_space import JaxSpace
from tests.ops.oracle.table import ALONE, RECORDS, ROWS, differentiable

EVERY = sorted(RECORDS)
COMPARED = sorted(set(RECORDS) & set(ROWS))
SMOOTH = sorted(n for n in RECORDS if differentiable(RECORDS[n]))
CLOSE = {"rtol": 1e-9, "atol": 1e-9}


# ---- completeness --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_left_unsaid(name: str) -> None:
    assert gaps(RECORDS[name]) == []


def test_every_op_has_a_row_or_a_reason() -> None:
    assert sorted(set(RECORDS) - set(ROWS) - set(ALONE)) == []


def test_no_row_is_left_over() -> None:
    assert sorted(set(ROWS) - set(RECORDS)) == []
    assert sorted(set(ALONE) & set(ROWS)) == []


def test_edge_shapes_are_among_the_samples() -> None:
    """Of the ops that work number by number, each is tried on no axes and on no numbers."""
    unary = [
        r
        for r in RECORDS.values()
        if isinstance(r, Op)
        and "elementwise" in r.traits
        and isinstance(r.samples[0].inputs[0], tuple)
        and len(r.samples[0].inputs) == 1
    ]
    assert len(unary) > 30
    for record in unary:
        shapes = [s.inputs[0] for s in record.samples]
        assert any(s == () for s in shapes), record.name
    empty = [r.name for r in unary if any(s.inputs[0] == (0, 3) for s in r.samples)]
    assert len(empty) > 30


# ---- PyTorch -------------------------------------------------------------------------------------


def samples(name: str, *, smooth: bool = False) -> Iterator[tuple[Sample, tuple[Any, ...]]]:
    """The samples of an op with inputs drawn for them."""
    for sample in RECORDS[name].samples:
        if sample.smooth or not smooth:
            yield sample, draw(RECORDS[name], sample)


def to_torch(torch: Any, x: Any) -> Any:
    if not isinstance(x, pellucid.Tensor):
        return torch.tensor(x, dtype=torch.float64) if isinstance(x, float) else x
    return torch.tensor(np.array(x.detach().numpy())).requires_grad_(x.requires_grad)


def compute(name: str, sample: Sample, inputs: tuple[Any, ...]) -> Any:
    moving = tuple(x for x in inputs if isinstance(x, pellucid.Tensor) and x.requires_grad)
    return on_tensors(RECORDS[name], sample, inputs)(*moving)


def blame(y: Any) -> Any:
    """What starts at the output: not all ones, which would hide mistakes."""
    values = np.random.default_rng(1).uniform(0.5, 1.5, tuple(y.shape))
    return np.asarray(values, np.float64)


def flowing(xs: Any) -> list[Any]:
    return [x for x in xs if hasattr(x, "requires_grad") and x.requires_grad]


@pytest.mark.parametrize("name", COMPARED)
def test_values_are_pytorchs(name: str, torch: Any) -> None:
    for sample, inputs in samples(name):
        ours = compute(name, sample, inputs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = ROWS[name].call(torch, *(to_torch(torch, x) for x in inputs), **sample.params)
        assert str(theirs.dtype) == f"torch.{ours.dtype.name}", (sample, ours.dtype)
        assert tuple(ours.shape) == tuple(theirs.shape), sample
        np.testing.assert_allclose(
            ours.detach().numpy(), theirs.detach().numpy(), **CLOSE, err_msg=str(sample)
        )


@pytest.mark.parametrize("name", sorted(set(COMPARED) & set(SMOOTH)))
def test_gradients_are_pytorchs(name: str, torch: Any) -> None:
    for sample, inputs in samples(name):
        theirs = [to_torch(torch, x) for x in inputs]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            y, z = compute(name, sample, inputs), ROWS[name].call(torch, *theirs, **sample.params)
        assert y.requires_grad == z.requires_grad, sample
        if not y.requires_grad:
            continue
        g = blame(y)
        found = pellucid.autograd.grad(
            y, flowing(inputs), pellucid.tensor(g), allow_unused=True, materialize_grads=True
        )
        wanted = torch.autograd.grad(
            z, flowing(theirs), torch.tensor(g), allow_unused=True, materialize_grads=True
        )
        for ours, other in zip(found, wanted, strict=True):
            np.testing.assert_allclose(ours.numpy(), other.numpy(), **CLOSE, err_msg=str(sample))


def second(module: Any, y: Any, xs: list[Any], g: Any, directions: list[Any]) -> list[Any]:
    """The blame of the inputs and of g for a weighted sum of the first derivatives."""
    first = module.autograd.grad(
        y, xs, g, create_graph=True, allow_unused=True, materialize_grads=True
    )
    total = sum(((a * v).sum() for a, v in zip(first, directions, strict=True)))
    if not total.requires_grad:
        return [np.zeros(tuple(x.shape)) for x in [*xs, g]]
    out = module.autograd.grad(total, [*xs, g], allow_unused=True, materialize_grads=True)
    return [np.asarray((x.detach() + 0).tolist(), np.float64).reshape(tuple(x.shape)) for x in out]


@pytest.mark.parametrize("name", sorted(set(COMPARED) & set(SMOOTH)))
def test_second_derivatives_are_pytorchs(name: str, torch: Any) -> None:
    if ROWS[name].no_second:
        pytest.skip(ROWS[name].no_second)
    for sample, inputs in samples(name, smooth=True):
        theirs = [to_torch(torch, x) for x in inputs]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            y, z = compute(name, sample, inputs), ROWS[name].call(torch, *theirs, **sample.params)
        if not y.requires_grad:
            continue
        g = blame(y)
        rng = np.random.default_rng(2)
        directions = [rng.uniform(0.5, 1.5, tuple(x.shape)) for x in flowing(inputs)]
        ours = second(
            pellucid, y, flowing(inputs), pellucid.tensor(g, requires_grad=True),
            [pellucid.tensor(np.asarray(d)) for d in directions],
        )  # fmt: skip
        other = second(
            torch, z, flowing(theirs), torch.tensor(g, requires_grad=True),
            [torch.tensor(d) for d in directions],
        )  # fmt: skip
        for a, b in zip(ours, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-8, err_msg=str(sample))


# ---- finite differences --------------------------------------------------------------------------


@pytest.mark.parametrize("name", SMOOTH)
def test_gradients_are_finite_differences(name: str) -> None:
    for sample, inputs in samples(name, smooth=True):
        moving = flowing(inputs)
        if moving and compute(name, sample, inputs).requires_grad:
            assert gradcheck(on_tensors(RECORDS[name], sample, inputs), moving)


@pytest.mark.parametrize("name", SMOOTH)
def test_second_derivatives_are_finite_differences(name: str) -> None:
    for sample, inputs in samples(name, smooth=True):
        moving = flowing(inputs)
        if moving and compute(name, sample, inputs).requires_grad:
            assert gradgradcheck(on_tensors(RECORDS[name], sample, inputs), moving)


# ---- JAX -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def jax_module() -> Any:
    return pytest.importorskip("jax")


ON_JAX = sorted(n for n in RECORDS if isinstance(RECORDS[n], Op))


@pytest.mark.parametrize("name", ON_JAX)
def test_the_same_forward_compiled_by_jax(name: str, jax_module: Any) -> None:
    """Tracing sees shapes only, so a forward must not look at values; its gradient is JAX's."""
    op = RECORDS[name]
    assert isinstance(op, Op)
    asked = [Asked(op, sample, inputs) for sample, inputs in samples(name)]
    with jax_module.enable_x64(True):
        for question, (theirs, wanted) in zip(asked, _on_jax(jax_module, op, asked), strict=True):
            question.answered(np.asarray(theirs), wanted)


class Asked:
    """A sample of an op: what ours give for it, and what JAX is to compute."""

    def __init__(self, op: Op, sample: Sample, inputs: tuple[Any, ...]) -> None:
        self.op, self.sample, self.inputs = op, sample, inputs
        self.y = compute(op.name, sample, inputs)
        self.blame = blame(self.y)
        self.moving = [i for i, x in enumerate(inputs) if flowing([x])]
        if not self.y.requires_grad:
            self.moving = []

    def arrays(self) -> list[Any]:
        return [np.asarray(x.detach().numpy() if hasattr(x, "detach") else x) for x in self.inputs]

    def on_jax(self, jax: Any, arrays: Any) -> tuple[Any, Any]:
        """Value, and blame of the inputs that move, of the op's own forward."""

        def forward(*xs: Any) -> Any:
            filled = list(arrays)
            for i, x in zip(self.moving, xs, strict=True):
                filled[i] = x
            return self.op.forward(JaxSpace(), *filled, **self.sample.params)

        if not self.moving:
            return forward(), ()
        y, pull = jax.vjp(forward, *(arrays[i] for i in self.moving))
        return y, pull(jax.numpy.asarray(self.blame))

    def answered(self, theirs: Any, wanted: Any) -> None:
        ours, sample = self.y.detach().numpy(), str(self.sample)
        assert theirs.dtype == ours.dtype and theirs.shape == ours.shape, sample
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-7, err_msg=sample)
        if self.moving and self.sample.smooth:
            found = pellucid.autograd.grad(
                self.y, flowing(self.inputs), pellucid.tensor(self.blame), allow_unused=True,
                materialize_grads=True,
            )  # fmt: skip
            for mine, other in zip(found, wanted, strict=True):
                np.testing.assert_allclose(
                    mine.numpy(), np.asarray(other), rtol=1e-8, atol=1e-8, err_msg=sample
                )


def _on_jax(jax: Any, op: Op, asked: list[Asked]) -> Any:
    """The answers to all samples, out of one program under `jax.jit`."""

    def answers(given: list[list[Any]]) -> list[tuple[Any, Any]]:
        return [question.on_jax(jax, xs) for question, xs in zip(asked, given, strict=True)]

    given = [question.arrays() for question in asked]
    if op.name in SIZED_BY_VALUE:
        return answers([[jax.numpy.asarray(x) for x in xs] for xs in given])
    return jax.jit(answers, compiler_options=QUICK)(given)


# The numbers matter here, not the speed: XLA need not optimize.
QUICK = {
    "xla_backend_optimization_level": 0,
    "xla_llvm_disable_expensive_passes": True,
    "xla_cpu_use_fusion_emitters": False,  # a third of the time to compile
    "xla_cpu_parallel_codegen_split_count": 1,  # each of these programs is small
}
SIZED_BY_VALUE = {"nonzero", "unique"}  # tracing cannot know how many there will be


def test_what_is_sized_by_value_says_so() -> None:
    found = {n for n in ON_JAX if _shape_unknown(RECORDS[n])}
    assert found == SIZED_BY_VALUE


def _shape_unknown(op: Any) -> bool:
    nodes = tuple(
        x._node if isinstance(x, pellucid.Tensor) else pellucid.tensor(x)._node
        for x in draw(op, op.samples[0])
    )
    return op.infer(nodes, op.samples[0].params)[0] is None


# ---- the checks themselves -----------------------------------------------------------------------


def test_a_wrong_rule_is_found() -> None:
    """Every comparison above would pass on an empty table; here each is seen to fail."""
    x = pellucid.tensor([0.3, 0.7], dtype=pellucid.float64, requires_grad=True)
    wrong = pellucid.ops.op.Op(
        name="wrong", sentence="Twice.", equation="y = 2x", derivative="3",
        forward=lambda xp, x: x * 2,
        gradient=(lambda g, y, x: RECORDS["mul"](g, 3.0),),
        samples=(Sample(((2,),)),), terms=("3",),
    )  # fmt: skip
    with pytest.raises(pellucid.testing.GradcheckError, match="backward says            3"):
        gradcheck(on_tensors(wrong, wrong.samples[0], (x,)), x)
    assert gaps(wrong) == []
    assert isinstance(RECORDS["matmul"], Composition)
