"""Attention against PyTorch: masks of every kind, layouts, heads that are shared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from tests.nn.oracle import array, close, compare, ours

INF = float("inf")
L, S, N, E, H = 4, 5, 3, 6, 2


def boolean(shape: tuple[int, ...], seed: int = 0) -> Any:
    """A mask in which every row allows something (True at the first place)."""
    mask = np.random.default_rng(seed).uniform(size=shape) < 0.5
    mask[..., 0] = True
    return mask


def sdpa(torch: Any, shapes: list[tuple[int, ...]], second: bool = False, **settings: Any) -> None:
    plain = {k: v for k, v in settings.items() if not isinstance(v, np.ndarray)}
    masks = {k: v for k, v in settings.items() if isinstance(v, np.ndarray)}
    compare(
        torch,
        lambda q, k, v: F.scaled_dot_product_attention(
            q, k, v, **plain, **{n: ours(m) for n, m in masks.items()}
        ),
        lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(
            q, k, v, **plain, **{n: torch.tensor(m) for n, m in masks.items()}
        ),
        [array(s, i) for i, s in enumerate(shapes)],
        second=second,
    )


BATCHED: list[tuple[int, ...]] = [(N, H, L, 3), (N, H, S, 3), (N, H, S, 2)]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"scale": 0.3},
        {"is_causal": True},
        {"attn_mask": boolean((L, S))},
        {"attn_mask": boolean((N, 1, L, S))},
        {"attn_mask": boolean((N, 1, 1, S))},
        {"attn_mask": array((L, S), 5)},
        {"attn_mask": np.where(boolean((N, H, L, S)), 0.0, -INF)},
    ],
)
def test_scaled_dot_product_attention(torch: Any, settings: dict[str, Any]) -> None:
    sdpa(torch, BATCHED, second=True, **settings)


@pytest.mark.parametrize("shapes", [[(L, 3), (S, 3), (S, 2)], [(H, L, 3), (H, S, 3), (H, S, 3)]])
def test_without_a_batch(torch: Any, shapes: list[tuple[int, ...]]) -> None:
    sdpa(torch, shapes, second=True)


@pytest.mark.parametrize("added", [True, False])
def test_a_mask_and_causal_together(torch: Any, added: bool) -> None:
    """PyTorch refuses both at once where blame flows; together they mean both."""
    mask: Any = boolean((N, 1, 1, L))
    mask[0, 0, 0, 0] = False  # the first query of the first sample may look nowhere
    given: Any = np.where(mask, 0.0, -INF) if added else mask
    compare(
        torch,
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, ours(given), is_causal=True),
        lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(
            q, k, v, torch.tensor(mask & np.tril(np.ones((L, L), bool)))
        ),
        [array((N, H, L, 3), i) for i in range(3)],
    )


@pytest.mark.parametrize("added", [True, False])
def test_a_query_that_may_look_nowhere_gets_zero(torch: Any, added: bool) -> None:
    mask: Any = boolean((L, S))
    mask[1] = False
    sdpa(torch, BATCHED, attn_mask=np.where(mask, 0.0, -INF) if added else mask)


def test_heads_that_share_their_keys(torch: Any) -> None:
    sdpa(torch, [(N, 6, L, 3), (N, 2, S, 3), (N, 2, S, 2)], enable_gqa=True)


def test_dropout_leaves_out_weights() -> None:
    q = k = pellucid.zeros(1, 1, 200, 4)
    v = pellucid.ones(1, 1, 200, 3)
    y = F.scaled_dot_product_attention(q, k, v, dropout_p=0.5)
    assert y.std().item() > 0.01
    assert abs(y.mean().item() - 1.0) < 0.05


# ---- the layer -------------------------------------------------------------------------------

KINDS: list[dict[str, Any]] = [
    {},
    {"batch_first": True},
    {"bias": False},
    {"add_bias_kv": True},
    {"add_zero_attn": True, "batch_first": True},
    {"add_zero_attn": True, "add_bias_kv": True},
    {"kdim": 4, "vdim": 7},
    {"kdim": 4, "batch_first": True, "bias": False},
]


def twins(torch: Any, **settings: Any) -> tuple[Any, Any]:
    mine = nn.MultiheadAttention(E, H, **settings).double()
    yours = torch.nn.MultiheadAttention(E, H, **settings).double()
    state = {
        k: torch.tensor(array(tuple(v.shape), i))
        for i, (k, v) in enumerate(yours.state_dict().items())
    }
    assert list(mine.state_dict()) == list(yours.state_dict())
    yours.load_state_dict(state)
    mine.load_state_dict(state)
    return mine, yours


def layout(batch_first: bool, batched: bool, rows: int, width: int) -> tuple[int, ...]:
    if not batched:
        return (rows, width)
    return (N, rows, width) if batch_first else (rows, N, width)


def both(torch: Any, mine: Any, yours: Any, inputs: list[Any], **settings: Any) -> None:
    """Compare outputs, weights and the gradients of inputs and parameters."""
    a = [ours(x, True) for x in inputs]
    b = [torch.tensor(x, requires_grad=True) for x in inputs]
    same = [a * 3, b * 3] if len(inputs) == 1 else [a, b]
    wrapped = [
        {k: m(v) if isinstance(v, np.ndarray) else v for k, v in settings.items()}
        for m in (ours, torch.tensor)
    ]
    got, wanted = mine(*same[0], **wrapped[0]), yours(*same[1], **wrapped[1])
    close(got[0], wanted[0])
    assert (got[1] is None) == (wanted[1] is None)
    totals = [(y[0] ** 2).sum() for y in (got, wanted)]
    if got[1] is not None:
        close(got[1], wanted[1])
        totals = [t + (y[1] ** 2).sum() for t, y in zip(totals, (got, wanted), strict=True)]
    for total in totals:
        total.backward()
    for x, y in zip(a, b, strict=True):
        close(x.grad, y.grad)
    for (name, p), (expected, q) in zip(
        mine.named_parameters(), yours.named_parameters(), strict=True
    ):
        assert name == expected
        close(p.grad, q.grad)
        p.grad = q.grad = None


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("settings", KINDS)
def test_three_inputs(
    torch: Any, settings: dict[str, Any], batched: bool, need_weights: bool
) -> None:
    mine, yours = twins(torch, **settings)
    first = settings.get("batch_first", False)
    widths = (E, settings.get("kdim", E), settings.get("vdim", E))
    inputs = [
        array(layout(first, batched, rows, width), i)
        for i, (rows, width) in enumerate(zip((L, S, S), widths, strict=True))
    ]
    masks = [
        {},
        {"attn_mask": ~boolean((L, S))},
        {"attn_mask": array((L, S), 8)},
        {"key_padding_mask": ~boolean((N, S) if batched else (S,))},
        {"attn_mask": array((L, S), 8), "average_attn_weights": False},
        {
            "attn_mask": ~boolean((N * H if batched else H, L, S)),
            "key_padding_mask": ~boolean((N, S) if batched else (S,), 3),
        },
    ]
    for mask in masks:
        both(torch, mine, yours, inputs, need_weights=need_weights, **mask)


@pytest.mark.parametrize("settings", [k for k in KINDS if "kdim" not in k])
def test_self_attention(torch: Any, settings: dict[str, Any]) -> None:
    mine, yours = twins(torch, **settings)
    x = array(layout(settings.get("batch_first", False), True, L, E), 1)
    both(torch, mine, yours, [x])
    causal: Any = np.triu(np.ones((L, L), bool), 1)
    both(torch, mine, yours, [x], attn_mask=causal)
    if not mine.add_zero_attn and mine.bias_k is None:
        both(torch, mine, yours, [x], attn_mask=causal, is_causal=True, need_weights=False)


@pytest.mark.parametrize("extra", [{}, {"add_zero_attn": True}, {"add_bias_kv": True}])
def test_causal_needs_no_mask(extra: dict[str, Any]) -> None:
    layer = nn.MultiheadAttention(E, H, **extra).double()
    x = ours(array((L, N, E)))
    causal = pellucid.ones(L, L, dtype=pellucid.bool).triu(1)
    for need in (True, False):
        close(
            layer(x, x, x, is_causal=True, need_weights=need)[0],
            layer(x, x, x, attn_mask=causal, need_weights=need)[0],
        )


def test_a_sample_of_nothing_but_padding_gets_the_bias() -> None:
    layer = nn.MultiheadAttention(E, H, batch_first=True)
    padding = pellucid.tensor([[False] * S, [True] * S])
    x = pellucid.randn(2, S, E)
    y, _ = layer(x, x, x, key_padding_mask=padding, need_weights=False)
    assert (y[1] == layer.out_proj.bias).all()
    assert not y[0].isnan().any()


@pytest.mark.parametrize("added", [False, True])
@pytest.mark.parametrize("average", [False, True])
def test_weights_of_a_query_that_may_look_nowhere_are_nan(
    torch: Any, added: bool, average: bool
) -> None:
    hidden = np.zeros((S, S), bool)
    hidden[1] = True
    mask = np.where(hidden, -np.inf, 0.0) if added else hidden
    x = array((2, S, E))
    found: list[Any] = []
    layer: Any = nn.MultiheadAttention(E, H, batch_first=True).double()
    other = torch.nn.MultiheadAttention(E, H, batch_first=True).double()
    other.load_state_dict({k: torch.tensor(v.numpy()) for k, v in layer.state_dict().items()})
    for lib, of in ((pellucid, layer), (torch, other)):
        given = lib.tensor(x, requires_grad=True)
        y, weights = of(
            given, given, given, attn_mask=lib.tensor(mask), average_attn_weights=average
        )
        y[:, 0].sum().backward()
        found.append([y, weights, given.grad, of.in_proj_weight.grad])
    assert found[0][0][:, 1].isnan().all() and not found[0][0][:, 0].isnan().any()
    for mine, wanted in zip(*found, strict=True):
        close(mine, wanted)


def test_dropout_in_training_alone() -> None:
    layer = nn.MultiheadAttention(E, H, dropout=0.5)
    x = pellucid.randn(L, N, E)
    assert (layer(x, x, x)[1] == 0).any()
    layer.eval()
    assert (layer(x, x, x)[1] > 0).all()


def test_how_it_starts_and_shows(torch: Any) -> None:
    torch.manual_seed(0)
    layer = nn.MultiheadAttention(256, 4, add_bias_kv=True)
    theirs = torch.nn.MultiheadAttention(256, 4, add_bias_kv=True)
    assert "(out_proj): Linear(in_features=256, out_features=256, bias=True)" in repr(layer)
    for (name, p), (_, q) in zip(layer.named_parameters(), theirs.named_parameters(), strict=True):
        assert tuple(p.shape) == tuple(q.shape), name
        spread, expected = p.detach().numpy().std(), q.detach().numpy().std()
        assert abs(spread - expected) < 0.25 * expected + 1e-9, name


# ---- mistakes --------------------------------------------------------------------------------


def said(call: Any) -> str:
    with pytest.raises(Exception) as caught:
        call()
    assert isinstance(caught.value, pellucid.errors.PellucidError)
    return str(caught.value).split("      called at")[0]


def test_mistakes_in_functions() -> None:
    q, k = pellucid.zeros(4, 3), pellucid.zeros(5, 2)
    f = F.scaled_dot_product_attention
    assert said(lambda: f(q, k, k)) == (
        "scaled_dot_product_attention: query has 3 features and key 2; they must be equal.\n"
        "   query        (4, 3)\n   key          (5, 2)\n   value        (5, 2)"
    )
    assert said(lambda: f(q, q, q, attn_mask=pellucid.ones(3, 3))) == (
        "scaled_dot_product_attention: attn_mask has shape (3, 3) and must stretch to (4, 4): "
        "(..., queries, keys)."
    )
    assert said(lambda: f(q, q, q, attn_mask=pellucid.ones(4, 4, dtype=pellucid.int64))) == (
        "scaled_dot_product_attention: attn_mask is bool (True: look) or float (added to the "
        "scores), and this is int64.\n Make it from a question, such as mask == 1."
    )
    assert said(lambda: f(q, q, q, dropout_p=2.0)) == (
        "scaled_dot_product_attention: p is a probability, between 0 and 1, and it is 2.0."
    )
    few, many = pellucid.zeros(2, 4, 3), pellucid.zeros(3, 4, 3)
    assert said(lambda: f(many, few, few, enable_gqa=True)) == (
        "scaled_dot_product_attention: with enable_gqa the heads (axis -3) of the queries divide "
        "evenly among those of the keys.\n   query        (3, 4, 3)\n   key          (2, 4, 3)"
    )


def test_mistakes_in_layers() -> None:
    assert said(lambda: nn.MultiheadAttention(6, 4)) == (
        "MultiheadAttention: embed_dim must divide evenly among the heads; 6 features for 4 heads "
        "don't."
    )
    layer = nn.MultiheadAttention(6, 2)
    x, wide, long = pellucid.zeros(4, 3, 6), pellucid.zeros(4, 3, 7), pellucid.zeros(5, 3, 6)
    broken = " ▸ MultiheadAttention(6, 2)   "
    three = "   query        (4, 3, 6)\n   key          "
    assert said(lambda: layer(x, wide, wide)) == (
        "MultiheadAttention(6, 2): key needs 6 features in its last axis.\n"
        f"{broken}(4, 3, 6) and (4, 3, 7) and (4, 3, 7) ✗\n"
        f"{three}(4, 3, 7)\n   value        (4, 3, 7)"
    )
    assert said(lambda: layer(x, long, x)) == (
        "MultiheadAttention(6, 2): each key needs its value.\n"
        f"{broken}(4, 3, 6) and (5, 3, 6) and (4, 3, 6) ✗\n"
        f"{three}(5, 3, 6)\n   value        (4, 3, 6)"
    )
    assert "query, key and value are of batches of different sizes; axes are " in said(
        lambda: layer(x, x[:, :2], x[:, :2])
    )
    assert "axes (positions, batch, features), or (positions, features)." in said(
        lambda: layer(x, x[0], x[0])
    )
    assert (
        "attn_mask must have shape (4, 4) or (6, 4, 4) (batch · heads, queries, keys), "
        "and has (3, 3)."
    ) in said(lambda: layer(x, x, x, attn_mask=pellucid.ones(3, 3)))
    assert "key_padding_mask must have shape (3, 4) (batch, keys), and has (4, 3)." in said(
        lambda: layer(x, x, x, key_padding_mask=pellucid.ones(4, 3))
    )
    assert (
        "key_padding_mask is bool (True: don't look) or float (added to the scores), and this is "
        "int64."
    ) in said(lambda: layer(x, x, x, key_padding_mask=pellucid.ones(3, 4, dtype=pellucid.int64)))
