"""Sixteen-bit numbers: each function as near to the exact answer as PyTorch's, or nearer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as OURS
from pellucid import nn

rng = np.random.default_rng(0)
A, B = (rng.standard_normal((4, 6)).astype("float32") for _ in range(2))
P = np.abs(A) + 0.1
W, V = rng.standard_normal((5, 6)).astype("float32"), rng.standard_normal(6).astype("float32")
B5 = rng.standard_normal(5).astype("float32")
IMAGES = rng.standard_normal((2, 3, 8, 8)).astype("float32")
FILTERS, C3 = rng.standard_normal((4, 3, 3, 3)).astype("float32") * 0.3, V[:3]
HEADS = rng.standard_normal((2, 2, 5, 8)).astype("float32")
MANY = rng.standard_normal((40, 300)).astype("float32")
CLASSES = np.array([0, 3, 1, 5])
STEPS = {"bfloat16": 2.0**-8, "float16": 2.0**-11}

UNARY = [
    "abs", "neg", "exp", "expm1", "exp2", "square", "sin", "cos", "tan", "tanh", "sigmoid", "erf",
    "floor", "ceil", "round", "trunc", "relu", "sum", "mean", "prod", "var", "std", "amax", "sort",
    "cumsum", "softmax", "log_softmax", "logsumexp", "sinc", "norm",
]  # fmt: skip
POSITIVE = ["sqrt", "log", "log1p", "log2", "log10", "rsqrt", "reciprocal"]
BINARY = [
    "add", "sub", "mul", "div", "maximum", "minimum", "atan2", "hypot", "logaddexp", "lt", "eq",
]  # fmt: skip
ALONG = {"cumsum": (1,), "softmax": (1,), "log_softmax": (1,), "logsumexp": (1,)}


def _named(name: str) -> Callable[..., Any]:
    return lambda m, F, *xs: getattr(m, name)(*xs, *ALONG.get(name, ()))


CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    **{name: (_named(name), (A,)) for name in UNARY},
    **{name: (_named(name), (P,)) for name in POSITIVE},
    **{name: (_named(name), (A, B)) for name in BINARY},
    "a number": (lambda m, F, x: 1 - (x * 0.999 + 0.1) / 3, (A,)),
    "power": (lambda m, F, x, y: x**y + x**0.3, (P, B)),
    "lerp": (lambda m, F, x, y: m.lerp(x, y, 0.3), (A, B)),
    "addcmul": (lambda m, F, x, y: m.addcmul(x, x, y, value=0.3), (A, B)),
    "matmul": (lambda m, F, x, w: x @ w.T, (A, W)),
    "einsum": (lambda m, F, x, w: m.einsum("ij,kj->ik", x, w), (A, W)),
    "linear": (lambda m, F, x, w, b: F.linear(x, w, b), (A, W, B5)),
    "linear of many": (lambda m, F, x: F.linear(x, x), (MANY,)),
    "sums of many": (lambda m, F, x: x.sum(0) + x.mean(0) + x.var(0), (MANY,)),
    "conv2d": (lambda m, F, x, w: F.conv2d(x, w, padding=1), (IMAGES, FILTERS)),
    "layer_norm": (lambda m, F, x, v: F.layer_norm(x, (6,), v, v), (A, V)),
    "rms_norm": (lambda m, F, x, v: F.rms_norm(x, (6,), v), (A, V)),
    "group_norm": (lambda m, F, x, c: F.group_norm(x, 3, c, c), (IMAGES, C3)),
    "batch_norm": (
        lambda m, F, x, c: F.batch_norm(x, None, None, c, c, training=True), (IMAGES, C3)
    ),
    "cross_entropy": (lambda m, F, x: F.cross_entropy(x, m.tensor(CLASSES)), (A,)),
    "mse_loss": (lambda m, F, x, y: F.mse_loss(x, y), (A, B)),
    "with logits": (
        lambda m, F, x, y: F.binary_cross_entropy_with_logits(x, y.sigmoid()), (A, B)
    ),
    "attention": (lambda m, F, q: F.scaled_dot_product_attention(q, q, q), (HEADS,)),
    "causal": (
        lambda m, F, q: F.scaled_dot_product_attention(q, q, q, is_causal=True), (HEADS,)
    ),
    "embedding": (lambda m, F, w: F.embedding(m.tensor(CLASSES), w), (MANY,)),
    "gelu": (lambda m, F, x: F.gelu(x) + F.gelu(x, approximate="tanh"), (A,)),
    "activations": (lambda m, F, x: F.silu(x) + F.elu(x) + F.softplus(x), (A,)),
    "pools": (lambda m, F, x: F.max_pool2d(x, 2) + F.avg_pool2d(x, 2), (IMAGES,)),
    "normalize": (lambda m, F, x: F.normalize(x), (A,)),
    **{
        f"interpolate {mode}": (
            lambda m, F, x, mode=mode: F.interpolate(x, scale_factor=2, mode=mode), (IMAGES,)
        )
        for mode in ("nearest", "bilinear", "bicubic")
    },
    "scatter_add": (
        lambda m, F, x, y: x.scatter_add(0, m.zeros(4, 6, dtype=m.int64), y), (A, B)
    ),
    "moved": (lambda m, F, x: m.cat([x.T.flip(0), x.T]).tril().roll(1, 0)[1:, ::2], (A,)),
}  # fmt: skip
SEVERAL = {"a number", "power", "sums of many", "gelu", "activations", "pools", "normalize"}


def _worked(m: Any, functional: Any, name: str, kind: str) -> tuple[str, list[Any]]:
    """The dtype of a result; result and gradients, all from inputs rounded to 16 bits."""
    call, given = CASES[name]
    rounded = "bfloat16" if "bfloat16" in kind else "float16"
    exact = kind.startswith("exact")
    xs = [m.tensor(a).to(getattr(m, rounded)) for a in given]
    xs = [(x.double() if exact else x).requires_grad_() for x in xs]
    y = call(m, functional, *xs)
    y = y[0] if isinstance(y, tuple) else y
    found = [y]
    if y.is_floating_point():
        weights = np.random.default_rng(1).standard_normal(tuple(y.shape)).astype("float32")
        (y * m.tensor(weights).to(getattr(m, rounded)).to(y.dtype)).sum().backward()
        found += [x.grad for x in xs]
    values = [np.array(t.detach().double().tolist()) for t in found]
    return str(y.dtype).split(".")[1], values


def _error(found: Any, exact: Any) -> float:
    size = np.maximum(np.abs(exact), 0.1 * np.abs(exact).max() + 1e-30)
    return float(np.max(np.abs(found - exact) / size, initial=0.0))


@pytest.mark.parametrize("kind", STEPS)
def test_as_near_as_pytorch(kind: str) -> None:
    torch = pytest.importorskip("torch")
    far = []
    for name in CASES:
        dtype, ours = _worked(pellucid, OURS, name, kind)
        wanted, theirs = _worked(torch, torch.nn.functional, name, kind)
        _, exact = _worked(torch, torch.nn.functional, name, f"exact {kind}")
        assert dtype == wanted, name
        for i, (a, b, c) in enumerate(zip(ours, theirs, exact, strict=True)):
            # A result is rounded once, or as often as the case says; so is blame on its way.
            allowed = (1.01 if i == 0 and name not in SEVERAL else 5.0) * STEPS[kind]
            if not _error(a, c) <= max(1.2 * _error(b, c), allowed):
                far.append((name, i, _error(a, c) / STEPS[kind], _error(b, c) / STEPS[kind]))
    assert far == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", STEPS)
def test_compiled_numbers_are_those_of_numpy(kind: str) -> None:
    names = ["a number", "linear", "layer_norm", "conv2d", "pools", "attention", "cross_entropy",
             "batch_norm", "softmax", "gelu", "cumsum", "moved"]  # fmt: skip
    dtype = getattr(pellucid, kind)
    given = {n: [pellucid.tensor(a).to(dtype) for a in CASES[n][1]] for n in names}

    def everything(xs: Any) -> Any:
        return [CASES[n][0](pellucid, OURS, *xs[n]) for n in names]

    pairs = zip(names, pellucid.compile(everything)(given), everything(given), strict=True)
    for name, compiled, eager in pairs:
        assert compiled.dtype is eager.dtype is dtype
        error = _error(np.array(compiled.tolist()), np.array(eager.tolist()))
        assert error <= 1.01 * STEPS[kind], name


# One number beside many: a factor and a divisor keep their digits, a summand and a power do not.
BESIDE: dict[str, Callable[[Any, Any, Any], Any]] = {
    "plus": lambda m, x, c: x + c,
    "minus": lambda m, x, c: x - c,
    "less": lambda m, x, c: c - x,
    "times": lambda m, x, c: c * x,
    "by": lambda m, x, c: x / c,
    "whole": lambda m, x, c: x // c,
    "cut": lambda m, x, c: m.div(x, c, rounding_mode="trunc"),
    "rest": lambda m, x, c: x % c,
    "power": lambda m, x, c: x.abs() ** c,
    "of a power": lambda m, x, c: c**x,
    "a multiple": lambda m, x, c: m.add(x, 0.7, alpha=c),
    "plus in place": lambda m, x, c: x.clone().add_(c),
    "times in place": lambda m, x, c: x.clone().mul_(c),
    "plus a wide one": lambda m, x, c: x + m.tensor(c, dtype=m.float64),
    "times a wide one": lambda m, x, c: x * m.tensor(c, dtype=m.float64),
    "a wide one times": lambda m, x, c: m.tensor(c, dtype=m.float64) * x,
    "by a wide one": lambda m, x, c: x / m.tensor(c),
    "by a wide one in place": lambda m, x, c: x.clone().div_(m.tensor(c)),
    "times a whole one": lambda m, x, c: x * m.tensor(1001),
}


@pytest.mark.parametrize("kind", STEPS)
def test_a_number_beside_sixteen_bits_is_rounded_where_pytorch_rounds_it(kind: str) -> None:
    torch = pytest.importorskip("torch")
    drawn = np.random.default_rng(0).standard_normal(600) * 2
    for name, call in BESIDE.items():
        for c in (0.3, 0.001, 7.7):
            found = []
            for m in (torch, pellucid):
                y = call(m, m.tensor(drawn).to(getattr(m, kind)), c)
                found.append((str(y.dtype).split(".")[1], np.array(y.double().numpy())))
            assert found[0][0] == found[1][0] == kind, name
            off = found[1][1] != found[0][1]
            # Powers and multiples may be off by one in the last place: they are rounded on the way.
            assert off.mean() <= (0.02 if name in ("of a power", "a multiple") else 0), (name, c)


@pytest.mark.parametrize("kind", STEPS)
def test_one_wide_number_has_blame_of_its_own_kind(kind: str) -> None:
    torch = pytest.importorskip("torch")
    for call in (lambda x, w: w * x, lambda x, w: x / w, lambda x, w: (x * w * w) / (1 + w)):
        found = []
        for m in (torch, pellucid):
            w = m.tensor(0.3, requires_grad=True)
            x = m.tensor([1.0, 2.5, -3.0]).to(getattr(m, kind)).requires_grad_()
            call(x, w).sum().backward()
            assert w.grad.dtype is m.float32 and x.grad.dtype is getattr(m, kind)
            found.append([w.grad.item(), *x.grad.tolist()])
        np.testing.assert_allclose(*found, rtol=2 * STEPS[kind])


def test_one_wide_number_is_compiled_as_it_is_seen() -> None:
    x, w = pellucid.randn(50).half(), pellucid.tensor(0.3)
    for engine in ("numpy", "xla"):
        run = pellucid.compile(lambda x, w: (x * w, x / w, w * x.bfloat16()), engine=engine)
        for compiled, seen in zip(run(x, w), (x * w, x / w, w * x.bfloat16()), strict=True):
            assert compiled.dtype is seen.dtype and compiled.tolist() == seen.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize("engine", [None, "numpy"])
def test_weights_of_sixteen_bits_learn_as_in_pytorch(kind: str, engine: str | None) -> None:
    torch = pytest.importorskip("torch")
    ends = []
    for m in (torch, pellucid):
        layer = m.nn.Linear(6, 5)
        with m.no_grad():
            layer.weight.copy_(m.tensor(W))
            layer.bias.copy_(m.tensor(B5))
        layer.to(getattr(m, kind))
        x, optimizer = (
            m.tensor(A).to(getattr(m, kind)),
            m.optim.Adam(layer.parameters(), lr=0.05, eps=1e-4),
        )

        def step(x: Any, layer: Any = layer, optimizer: Any = optimizer) -> Any:
            optimizer.zero_grad()
            loss = (layer(x) ** 2).mean()
            loss.backward()
            optimizer.step()
            return loss.detach()

        run = pellucid.compile(step, engine=engine) if engine and m is pellucid else step
        for _ in range(8):
            loss = run(x)
        assert str(layer.weight.dtype).endswith(kind) and str(loss.dtype).endswith(kind)
        ends.append((float(loss), np.array(layer.weight.detach().float().tolist())))
    np.testing.assert_allclose(ends[1][0], ends[0][0], rtol=4 * STEPS[kind])
    np.testing.assert_allclose(ends[1][1], ends[0][1], atol=8 * STEPS[kind])


def test_in_and_out(tmp_path: Path) -> None:
    model = nn.Linear(3, 2).bfloat16()
    assert model.bias.dtype is pellucid.bfloat16 and nn.Linear(2, 2).half().weight.dtype.bits == 16
    kept = {"half": model.weight.detach().half(), **model.state_dict()}
    pellucid.save(kept, tmp_path / "w.safetensors")
    found = pellucid.load(tmp_path / "w.safetensors")
    for name, value in kept.items():
        assert found[name].dtype is value.dtype and bool((found[name] == value).all())
    pellucid.save({"nested": [kept, {"dtype": "BF16"}]}, tmp_path / "n.safetensors")
    nested = pellucid.load(tmp_path / "n.safetensors")
    assert nested["nested"][0]["weight"].dtype is pellucid.bfloat16
    array = kept["weight"].numpy()  # PyTorch refuses; here it is an array of ml_dtypes
    assert array.dtype.name == "bfloat16" and pellucid.from_numpy(array).dtype is pellucid.bfloat16
    assert np.asarray(kept["weight"], dtype="float32").dtype == np.float32
    assert repr(pellucid.tensor([1.0, 2.5]).bfloat16()) == (
        "tensor([1.0000, 2.5000], dtype=pellucid.bfloat16)"
    )


def test_files_are_pytorchs(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    files = pytest.importorskip("safetensors.torch")
    files.save_file({"w": torch.tensor(A).bfloat16()}, tmp_path / "theirs.safetensors")
    theirs = pellucid.load(tmp_path / "theirs.safetensors")["w"]
    pellucid.save({"w": theirs}, tmp_path / "ours.safetensors")
    ours = files.load_file(tmp_path / "ours.safetensors")["w"]
    assert ours.dtype is torch.bfloat16 and torch.equal(ours, torch.tensor(A).bfloat16())


def test_draws_stay_below_one() -> None:
    pellucid.manual_seed(0)
    for kind in STEPS:
        drawn = pellucid.rand(20000, dtype=getattr(pellucid, kind)).float()
        assert drawn.min().item() >= 0.0 and drawn.max().item() < 1.0
        assert drawn.mean().item() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("name", ["float64", "float16", "bfloat16"])
def test_another_default(name: str) -> None:
    torch = pytest.importorskip("torch")
    found = []
    for m in (torch, pellucid):
        m.set_default_dtype(getattr(m, name))
        try:
            whole = m.tensor([1, 2])
            made = [
                m.tensor([0.5]), m.ones(2), m.rand(2), m.arange(0.0, 2.0), m.linspace(0, 1, 3),
                m.nn.Linear(2, 2).weight, whole / 2, whole * 0.5, whole.sqrt(), m.eye(2),
                m.full((2,), 0.5), m.ones(2, dtype=m.float32), whole + 1,
            ]  # fmt: skip
            kinds = [str(t.dtype).split(".")[1] for t in made]
            found.append((*kinds, str(m.get_default_dtype()).split(".")[1], repr(m.ones(1))))
        finally:
            m.set_default_dtype(m.float32)
    assert found[0] == found[1]
    assert (pellucid.tensor([1]) / 2).dtype is pellucid.float32
    with pytest.raises(pellucid.errors.DTypeError, match="the default is a float dtype, and"):
        pellucid.set_default_dtype(pellucid.int64)
