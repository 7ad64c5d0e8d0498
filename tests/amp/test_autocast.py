"""Mixed precision: functions in 16 bits as PyTorch has them, training that follows float32."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as OURS
from pellucid import amp, nn
from pellucid.errors import PellucidWarning, SettingError
from pellucid.graph.mode import current

A = np.random.default_rng(0).standard_normal((4, 4)).astype("float32")
I4 = np.arange(4)

CASES: dict[str, Callable[..., Any]] = {
    "linear": lambda m, F, a, x: F.linear(a, a),
    "linear, float32 weights": lambda m, F, a, x: F.linear(a, x, x[0]),
    "matmul": lambda m, F, a, x: a @ x,
    "mm": lambda m, F, a, x: m.mm(a, x),
    "bmm": lambda m, F, a, x: m.bmm(a[None], x[None]),
    "mv": lambda m, F, a, x: a.mv(a[0]),
    "dot": lambda m, F, a, x: m.dot(a[0], a[1]),
    "outer": lambda m, F, a, x: m.outer(a[0], a[1]),
    "einsum": lambda m, F, a, x: m.einsum("ij,jk->ik", a, x),
    "addmm": lambda m, F, a, x: m.addmm(x, a, a),
    "baddbmm": lambda m, F, a, x: m.baddbmm(x[None], a[None], a[None]),
    "conv1d": lambda m, F, a, x: F.conv1d(a[None], x[:, :, None]),
    "conv2d": lambda m, F, a, x: F.conv2d(a[None, :, :, None], x[:, :, None, None]),
    "conv_transpose2d": lambda m, F, a, x: F.conv_transpose2d(
        a[None, :, :, None], x[:, :, None, None]
    ),
    "attention": lambda m, F, a, x: F.scaled_dot_product_attention(a[None], a[None], a[None]),
    "grid_sample": lambda m, F, a, x: F.grid_sample(
        a[None, None], x[None, :, :2, None].expand(1, -1, -1, 2), align_corners=False
    ),
    "softmax": lambda m, F, a, x: a.softmax(-1),
    "layer_norm": lambda m, F, a, x: F.layer_norm(a, (4,), x[0].float(), x[0].float()),
    "batch_norm": lambda m, F, a, x: F.batch_norm(a, None, None, x[0].float(), training=True),
    "group_norm": lambda m, F, a, x: F.group_norm(a, 2, x[0].float(), x[0].float()),
    "mse_loss": lambda m, F, a, x: F.mse_loss(a, x),
    "l1_loss": lambda m, F, a, x: F.l1_loss(a, a),
    "huber_loss": lambda m, F, a, x: F.huber_loss(a, a),
    "smooth_l1_loss": lambda m, F, a, x: F.smooth_l1_loss(a, a),
    "cross_entropy": lambda m, F, a, x: F.cross_entropy(a, m.tensor(I4)),
    "nll_loss": lambda m, F, a, x: F.nll_loss(a, m.tensor(I4)),
    "kl_div": lambda m, F, a, x: F.kl_div(a, a, reduction="sum"),
    "binary_cross_entropy": lambda m, F, a, x: F.binary_cross_entropy(a.sigmoid(), a.sigmoid()),
    "with_logits": lambda m, F, a, x: F.binary_cross_entropy_with_logits(a, a.sigmoid()),
    "prod": lambda m, F, a, x: a.prod(),
    "trace": lambda m, F, a, x: m.trace(a),
    "cdist": lambda m, F, a, x: m.cdist(a, a),
    "quantile": lambda m, F, a, x: m.quantile(a, 0.5),
    "sum": lambda m, F, a, x: a.sum(),
    "pow": lambda m, F, a, x: a**2,
    "exp": lambda m, F, a, x: a.exp(),
    "norm": lambda m, F, a, x: a.norm(),
    "cosine_similarity": lambda m, F, a, x: F.cosine_similarity(a, a),
    "gelu": lambda m, F, a, x: F.gelu(a),
    "cat": lambda m, F, a, x: m.cat([a, x]),
    "add": lambda m, F, a, x: a + x,
    "where": lambda m, F, a, x: m.where(a > 0, a, x),
    "lerp": lambda m, F, a, x: m.lerp(a, a, 0.5),
    "embedding": lambda m, F, a, x: F.embedding(m.tensor(I4), a),
    "LSTM": lambda m, F, a, x: m.nn.LSTM(4, 4).to(a.dtype)(a[None])[0],
    "GRU": lambda m, F, a, x: m.nn.GRU(4, 4).to(a.dtype)(a[None])[0],
    "RNN": lambda m, F, a, x: m.nn.RNN(4, 4).to(a.dtype)(a[None])[0],
    "LSTMCell": lambda m, F, a, x: m.nn.LSTMCell(4, 4).to(a.dtype)(a)[1],
    "MultiheadAttention": lambda m, F, a, x: m.nn.MultiheadAttention(4, 2).to(a.dtype)(a, a, a)[0],
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_computed_in_what_is_pytorchs_list(name: str) -> None:
    torch = pytest.importorskip("torch")
    for given in ("float32", "bfloat16", "float64"):
        found = []
        for m, functional in ((torch, torch.nn.functional), (pellucid, OURS)):
            a = m.tensor(A).to(getattr(m, given))
            x = a if given == "float64" else m.tensor(A)
            if given == "float64" and "norm" in name and "." not in name and name != "norm":
                continue  # weights of another kind: refused there
            with warnings.catch_warnings(), m.autocast("cpu", dtype=m.bfloat16):
                warnings.simplefilter("ignore")
                try:
                    result = CASES[name](m, functional, a, x)
                except RuntimeError as refused:
                    if m is not torch or "could not create a primitive" not in str(refused):
                        raise
                    pytest.skip("PyTorch has no 16-bit program for this layer on this processor")
                found.append(str(result.dtype).split(".")[1])
        if found and (name, given) != ("with_logits", "float64"):
            assert found[0] == found[1], (name, given)


def test_gradients_of_weights_keep_their_kind_and_blame_is_rounded_once() -> None:
    x, w = pellucid.tensor(A), pellucid.tensor(A, requires_grad=True)
    with pellucid.autocast("cpu"):
        y = OURS.linear(x, w)
        loss = y.float().square().sum()
        assert y.dtype is pellucid.bfloat16 and loss.dtype is pellucid.float32
        loss.backward()  # inside or outside: the backward pass follows the forward one
    assert w.grad is not None and w.grad.dtype is pellucid.float32
    exact = 2 * (A @ A.T).T @ A
    np.testing.assert_allclose(w.grad.numpy(), exact, rtol=0.03, atol=0.03 * np.abs(exact).max())


def test_blocks_nest_and_switch_off() -> None:
    x = pellucid.tensor(A)
    with pellucid.autocast("cpu", dtype=pellucid.float16):
        assert (x @ x).dtype is pellucid.float16
        assert amp.get_autocast_dtype("cpu") is pellucid.float16
        with pellucid.autocast("cpu", enabled=False):
            assert (x @ x).dtype is pellucid.float32 and not amp.is_autocast_enabled("cpu")
        with pellucid.autocast("cpu"):
            assert (x @ x).dtype is pellucid.bfloat16
        assert (x @ x).dtype is pellucid.float16 and amp.is_autocast_enabled("cpu")
    assert (x @ x).dtype is pellucid.float32 and current().lower is None


def test_a_function_may_be_wrapped() -> None:
    @pellucid.autocast("cpu", dtype=pellucid.bfloat16)
    def product(x: Any) -> Any:
        if x is None:
            raise KeyError
        return x @ x

    assert product(pellucid.tensor(A)).dtype is pellucid.bfloat16
    with pytest.raises(KeyError):
        product(None)
    assert product.__name__ == "product" and current().lower is None


def test_what_does_not_exist_warns_or_refuses() -> None:
    x = pellucid.tensor(A)
    with pytest.warns(PellucidWarning, match="Write autocast\\('cpu'\\)"), amp.autocast("cuda"):
        assert (x @ x).dtype is pellucid.float32
    with (
        pytest.warns(PellucidWarning, match="autocast to float64 changes nothing"),
        amp.autocast("cpu", dtype=pellucid.float64),
    ):
        assert (x @ x).dtype is pellucid.float32
    with pytest.raises(SettingError, match="device 'tpu' does not exist here"):
        amp.autocast("tpu")
    assert amp.is_autocast_available("cpu") and not amp.is_autocast_available("cuda")


def test_the_usual_kind_can_be_set() -> None:
    amp.set_autocast_dtype("cpu", pellucid.float16)
    try:
        with amp.autocast("cpu"):
            assert (pellucid.tensor(A) @ pellucid.tensor(A)).dtype is pellucid.float16
    finally:
        amp.set_autocast_dtype("cpu", pellucid.bfloat16)
    amp.set_autocast_enabled("cpu", True)
    assert amp.is_autocast_enabled("cpu")
    amp.set_autocast_enabled("cpu", False)
    assert not amp.is_autocast_enabled("cpu")


def test_functions_of_ones_own_say_what_they_take() -> None:
    seen = []

    class Wide(pellucid.autograd.Function):
        @staticmethod
        @amp.custom_fwd(device_type="cpu", cast_inputs=pellucid.float32)
        def forward(ctx: Any, x: Any) -> Any:
            seen.append((x.dtype, (x @ x).dtype))
            return x * 2

        @staticmethod
        @amp.custom_bwd(device_type="cpu")
        def backward(ctx: Any, g: Any) -> Any:
            seen.append((g.dtype, (pellucid.tensor(A) @ pellucid.tensor(A)).dtype))
            return g * 2

    x = pellucid.tensor(A, requires_grad=True)
    with pellucid.autocast("cpu"):
        y = Wide.apply(x @ x)
    y.sum().backward()
    assert seen == [(pellucid.float32, pellucid.float32)] * 2


class Block(nn.Module):
    """A small GPT."""

    def __init__(self, words: int = 20, width: int = 16) -> None:
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.head = nn.Linear(width, words)

    def forward(self, index: Any) -> Any:
        x = self.words(index)
        heads = [
            z.reshape(*z.shape[:2], 2, -1).transpose(1, 2)
            for z in self.qkv(self.before(x)).chunk(3, -1)
        ]
        y = OURS.scaled_dot_product_attention(*heads, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(*x.shape))
        return self.head(x + self.down(OURS.gelu(self.up(self.between(x)))))


def losses(kind: str, engine: str | None, low: bool) -> Any:
    """Thirty steps."""
    rng = np.random.default_rng(0)
    pellucid.manual_seed(0)
    if kind == "mlp":
        model: Any = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 3))
        x, y = rng.standard_normal((64, 8)).astype("float32"), rng.integers(0, 3, 64)
    else:
        model, words = Block(), rng.integers(0, 20, (4, 12))
        x, y = words[:, :-1], words[:, 1:]
    optimizer = pellucid.optim.AdamW(model.parameters(), lr=1e-2)

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        with pellucid.autocast("cpu", enabled=low):
            scores = model(x)
            loss = OURS.cross_entropy(scores.reshape(-1, scores.shape[-1]), y.reshape(-1))
        loss.backward()
        optimizer.step()
        return loss.detach()

    run = step if engine is None else pellucid.compile(step, engine=engine)
    given = pellucid.tensor(x), pellucid.tensor(y)
    found = np.array([run(*given).item() for _ in range(30)])
    for p in model.parameters():
        assert p.dtype is pellucid.float32 and p.grad.dtype is pellucid.float32
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["mlp", "gpt"])
def test_training_follows_float32_on_both_engines(kind: str) -> None:
    full = losses(kind, None, low=False)
    eager = losses(kind, None, low=True)
    assert np.any(eager != full)
    np.testing.assert_allclose(eager, full, rtol=0.02, atol=0.01)
    if kind == "mlp":
        np.testing.assert_allclose(losses(kind, "numpy", low=True), eager, rtol=1e-6)
    compiled = losses(kind, "xla", low=True)
    np.testing.assert_allclose(compiled[:5], eager[:5], rtol=2**-8)  # before roundings add up
    np.testing.assert_allclose(compiled, eager, rtol=0.02, atol=0.01)


def test_a_compiled_function_has_a_form_for_each_precision() -> None:
    product = pellucid.compile(lambda x: x @ x, engine="numpy")
    x = pellucid.tensor(A)
    assert product(x).dtype is pellucid.float32
    with pellucid.autocast("cpu"):
        assert product(x).dtype is pellucid.bfloat16
    assert product(x).dtype is pellucid.float32 and product.traces == 2


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_fit_in_bfloat16(engine: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((300, 6)).astype("float32")
    y = (x @ rng.standard_normal((6, 1)) + 100.0).astype("float32")
    ends = []
    for precision in (None, "bf16"):
        pellucid.manual_seed(0)
        model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
        history = pellucid.fit(
            model, (x, y), epochs=4, lr=0.05, progress=False, engine=engine, precision=precision
        )
        ends.append(history.train_loss[-1])
        assert model[0].weight.dtype is pellucid.float32
        assert history.settings.get("precision") == precision
    assert ends[0] != ends[1]
    assert ends[1] == pytest.approx(ends[0], rel=0.05)
    with pytest.raises(SettingError, match="precision is None, 'float32' or 'bf16', not 'int8'"):
        pellucid.fit(model, (x, y), precision="int8")
    with pytest.raises(SettingError, match="would lose small gradients without a scale"):
        pellucid.fit(model, (x, y), precision="float16")
