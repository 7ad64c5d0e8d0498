"""Labels along frames against PyTorch: every way to give targets and lengths, both engines."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.ops import REGISTRY
from pellucid.testing import draw, gradcheck, gradgradcheck
from tests.nn.oracle import array, close, compare, ours, theirs

REDUCTIONS = ("mean", "sum", "none")


def log_chances(*shape: int) -> Any:
    x = array(shape, 1)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


FRAMES = log_chances(10, 3, 5)
LABELS = np.random.default_rng(2).integers(1, 5, (3, 4))
END_TO_END = np.array([1, 1, 1, 2, 2, 3])
TOO_FEW = ([4, 2, 1], [3, 2, 1])  # two of the three need a blank between equal labels

CASES: dict[str, tuple[Any, Any, Any, Any, dict[str, Any]]] = {
    "rows": (FRAMES, LABELS, [10, 8, 7], [4, 2, 0], {}),
    "tuples": (FRAMES, LABELS, (10, 8, 7), (4, 2, 0), {}),
    "end to end": (FRAMES, END_TO_END, [10, 8, 7], [3, 2, 1], {}),
    "too few frames": (FRAMES, END_TO_END, *TOO_FEW, {"zero_infinity": True}),
    "one": (FRAMES[:, 0], END_TO_END[:3], (10,), (3,), {}),
    "one, no axes": (FRAMES[:, 0], END_TO_END[:3], 10, 3, {}),
    "another blank": (FRAMES, LABELS % 4, [10, 8, 7], [4, 2, 3], {"blank": 4}),
    "no frames": (FRAMES, LABELS, [10, 0, 0], [4, 0, 1], {"zero_infinity": True}),
    "no labels": (FRAMES, LABELS[:, :0], [10, 8, 7], [0, 0, 0], {}),
    "not normalized": (array((10, 3, 5), 3), LABELS, [10, 8, 7], [4, 2, 1], {}),
    "of float": (FRAMES, LABELS * 1.0, [10, 8, 7], [4, 2, 0], {}),
}


def lengths(make: Any, value: Any) -> Any:
    return value if isinstance(value, tuple) else make(np.array(value))


@pytest.mark.parametrize("name", CASES)
def test_ctc_is_pytorchs(torch: Any, name: str) -> None:
    x, targets, frames, sizes, settings = CASES[name]

    def call(library: Any, make: Any, x: Any, reduction: str) -> Any:
        return library.nn.functional.ctc_loss(
            x, make(targets), lengths(make, frames), lengths(make, sizes),
            reduction=reduction, **settings,
        )  # fmt: skip

    for reduction in REDUCTIONS:
        compare(
            torch,
            lambda x, r=reduction: call(pellucid, ours, x, r),
            lambda x, r=reduction: call(torch, torch.tensor, x, r),
            [x],
        )


def test_float32_and_narrow_lengths(torch: Any) -> None:
    results = []
    for library, make in ((pellucid, ours), (torch, torch.tensor)):
        small = [make(np.array(v, "int32")) for v in (LABELS, [10, 8, 7], [4, 2, 0])]
        results.append(library.nn.functional.ctc_loss(make(FRAMES.astype("float32")), *small))
    close(*results)


def test_what_cannot_be_is_infinitely_surprising(torch: Any) -> None:
    found = []
    for library, make in ((pellucid, ours), (torch, torch.tensor)):
        x = make(FRAMES).requires_grad_()
        given = make(END_TO_END), make(np.array(TOO_FEW[0])), make(np.array(TOO_FEW[1]))
        loss = library.nn.functional.ctc_loss(x, *given, reduction="none")
        loss[2].backward()  # the one that can
        found.append((loss.tolist(), np.array(x.grad.tolist())))
    (mine, ours_back), (yours, theirs_back) = found
    assert mine[:2] == yours[:2] == [np.inf, np.inf]
    np.testing.assert_allclose(ours_back[:, 2], theirs_back[:, 2], atol=1e-12)
    assert not ours_back[:, :2].any()  # nobody asked for theirs; PyTorch gives NaN


def test_the_sum_over_all_paths_itself() -> None:
    """Every path of four frames, counted one by one."""
    x = log_chances(4, 3)
    for labels in ([1, 2], [1, 1], [2], []):
        total = 0.0
        for path in itertools.product(range(3), repeat=4):
            merged = [k for k, _ in itertools.groupby(path)]
            if [k for k in merged if k != 0] == labels:
                total += float(np.exp(sum(x[t, k] for t, k in enumerate(path))))
        given = pellucid.tensor(labels, dtype=pellucid.int64)
        loss = F.ctc_loss(ours(x), given, (4,), (len(labels),), reduction="sum")
        np.testing.assert_allclose(loss.item(), -np.log(total), rtol=1e-12)


def test_long_sequences_stay_finite() -> None:
    scores = (10.0 * pellucid.ones(400, 1, 4).cumsum(2)).requires_grad_()
    loss = F.ctc_loss(scores.log_softmax(2), pellucid.ones(1, 90).long(), (400,), (90,))
    loss.backward()
    assert np.isfinite(loss.item()) and bool(scores.grad.isfinite().all())


def test_second_derivatives() -> None:
    x = ours(FRAMES[:4, :2], True)
    targets = pellucid.tensor([[1, 1], [2, 3]])

    def loss(x: Any) -> Any:
        return F.ctc_loss(x.log_softmax(2), targets, (4, 3), (2, 2), reduction="sum")

    assert gradcheck(loss, x) and gradgradcheck(loss, x)


def test_module(torch: Any) -> None:
    settings = {"blank": 4, "reduction": "sum", "zero_infinity": True}
    mine, yours = nn.CTCLoss(**settings), torch.nn.CTCLoss(**settings)
    assert mine.extra_repr() == yours.extra_repr()
    given = (10, 8, 7), (4, 2, 3)
    close(
        mine(ours(FRAMES), ours(LABELS % 4), *given),
        yours(theirs(torch, FRAMES), theirs(torch, LABELS % 4), *given),
    )


# ---- compiled --------------------------------------------------------------------------------


def step(x: Any, targets: Any, frames: Any, sizes: Any) -> Any:
    loss = F.ctc_loss(x.log_softmax(2), targets, frames, sizes)
    (blame,) = pellucid.autograd.grad(loss, x)
    return loss.detach(), blame


@pytest.mark.parametrize(("targets", "engine"), [(LABELS, "xla"), (END_TO_END, "numpy")])
def test_compiled(targets: Any, engine: Any) -> None:
    """Lengths are unknown while the program is made; a row end to end is then as long as all."""
    pytest.importorskip("jax")
    compiled = pellucid.compile(step, engine=engine)
    for frames, sizes in (([10, 8, 7], [4, 2, 0]), ([9, 9, 9], [3, 2, 1])):
        given = [ours(np.array(v)) for v in (targets, frames, sizes)]
        for a, b in zip(
            step(ours(FRAMES, True), *given), compiled(ours(FRAMES, True), *given), strict=True
        ):
            np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-12)


@pytest.mark.parametrize("name", ["ctc", "ctc_states"])
def test_the_loop_of_xla_is_one_loop(name: str) -> None:
    jax = pytest.importorskip("jax")
    from pellucid.engines.xla.ctc import INSTEAD
    from pellucid.engines.xla.space import space, wide

    op = REGISTRY[name]
    for sample in op.samples:
        given = [x.detach().numpy() for x in draw(op, sample)]
        with wide():
            call = jax.jit(lambda *xs: INSTEAD[name](space, *xs))
            assert str(jax.make_jaxpr(call)(*given)).count("scan[") == (1 if name == "ctc" else 2)
            found = call(*given)
        wanted = op(*[x._node for x in draw(op, sample)]).array
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


# ---- mistakes --------------------------------------------------------------------------------

X, Y = pellucid.zeros(10, 3, 5), pellucid.ones(3, 4, dtype=pellucid.int64)
GOOD = (10, 8, 7), (4, 2, 0)
MISTAKES: list[tuple[Any, type[Exception], str]] = [
    (
        lambda: F.ctc_loss(X, Y, (11, 8, 7), (4, 2, 0)),
        ValueError,
        "ctc_loss: input_lengths has 11, and there are 10 frames for each sequence.",
    ),
    (
        lambda: F.ctc_loss(X, Y, (10, 8, 7), (5, 2, 0)),
        ValueError,
        "ctc_loss: target_lengths has 5, and there are 4 labels for each sequence.",
    ),
    (
        lambda: F.ctc_loss(X, Y, (10, 8, 7), (-1, 2, 0)),
        ValueError,
        "ctc_loss: target_lengths has -1, and there are 4 labels for each sequence.",
    ),
    (
        lambda: F.ctc_loss(X, Y, (10, 8), (4, 2, 0)),
        ValueError,
        "ctc_loss: input_lengths needs one length for each of 3 sequences, and has shape (2,).\n"
        " log_probs are (frames, sequences, classes).",
    ),
    (
        lambda: F.ctc_loss(X, Y, pellucid.tensor([10.0, 8.0, 7.0]), (4, 2, 0)),
        TypeError,
        "ctc_loss: input_lengths must be whole numbers and are float32.",
    ),
    (
        lambda: F.ctc_loss(X, Y[:2], *GOOD),
        ValueError,
        "ctc_loss: targets need axes (3, labels), or all labels end to end, and have (2, 4).",
    ),
    (
        lambda: F.ctc_loss(X, Y.flatten(), *GOOD),
        ValueError,
        "ctc_loss: target_lengths add up to 6, and targets (12,) hold 12 labels.",
    ),
    (
        lambda: F.ctc_loss(X, Y * 5, *GOOD),
        IndexError,
        "ctc_loss: targets have class 5, and log_probs have 5 classes, numbered 0 to 4.",
    ),
    (
        lambda: F.ctc_loss(X, Y, *GOOD, blank=5),
        IndexError,
        "ctc_loss: blank is one of the 5 classes, 0 to 4, and it is 5.",
    ),
    (
        lambda: F.ctc_loss(X.long(), Y, *GOOD),
        TypeError,
        "ctc_loss: log_probs must be float and are int64.\n Put log_softmax behind the scores.",
    ),
    (
        lambda: F.ctc_loss(X[:0], Y, *GOOD),
        ValueError,
        "ctc_loss: log_probs need axes (frames, sequences, classes), or (frames, classes), "
        "with at least one of each, and have (0, 3, 5).",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_are_named(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as refusal:
        call()
    assert str(refusal.value) == text
