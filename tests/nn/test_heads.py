"""Attention with everything it learns as arguments, against PyTorch over its options."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from tests.nn.oracle import array, close, compare

STEPS, KEYS, ROWS, WIDTH, HEADS = 4, 5, 2, 6, 3

OPTIONS: list[dict[str, Any]] = [
    {},
    {"need_weights": False},
    {"average_attn_weights": False},
    {"add_zero_attn": True},
    {"extra": True, "add_zero_attn": True},
    {"extra": True, "need_weights": False, "padding": True, "mask": "bool"},
    {"mask": "float", "padding": True},
    {"mask": "heads", "need_weights": False},
    {"mask": "causal", "is_causal": True, "need_weights": False},
    {"separate": True},
    {"separate": True, "bias": False, "mask": "bool"},
    {"static": True},
    {"alone": True},
    {"alone": True, "need_weights": False, "padding": True},
]


def _masks(option: dict[str, Any]) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    keys = STEPS if option.get("mask") == "causal" else KEYS
    found: dict[str, Any] = {}
    kinds = {
        "bool": rng.random((STEPS, keys)) < 0.3,
        "float": rng.normal(size=(STEPS, keys)),
        "heads": rng.normal(size=(ROWS * HEADS, STEPS, keys)),
        "causal": np.triu(np.ones((STEPS, keys), bool), 1),
    }
    if "mask" in option:
        found["attn_mask"] = kinds[option["mask"]]
    if option.get("padding"):
        padding = np.zeros((ROWS, keys), bool)
        padding[-1, -2:] = True
        found["key_padding_mask"] = padding[-1] if option.get("alone") else padding
        if option.get("mask") == "float":
            found["key_padding_mask"] = np.where(padding, -2.0, 0.0)
    return found


def _call(library: Any, option: dict[str, Any], *given: Any) -> Any:
    """The result and the weights, as one long Tensor."""
    query, key, value, *weights = given
    q, k, v, packed, bias, bias_k, bias_v, out, out_bias, static = weights
    separate, extra = option.get("separate"), option.get("extra")
    masks = {name: library.tensor(mask) for name, mask in _masks(option).items()}
    names = ("need_weights", "average_attn_weights", "is_causal")
    settings: dict[str, Any] = {name: option[name] for name in names if name in option}
    if separate:
        settings |= dict(use_separate_proj_weight=True, q_proj_weight=q, k_proj_weight=k)
        settings |= {"v_proj_weight": v}
    if option.get("static"):
        settings |= {"static_k": static, "static_v": static * 2}
    y, seen = library.nn.functional.multi_head_attention_forward(
        query, key, value, WIDTH, HEADS, None if separate else packed,
        bias if option.get("bias", True) else None, bias_k if extra else None,
        bias_v if extra else None, option.get("add_zero_attn", False), 0.3, out, out_bias,
        training=False, **settings, **masks,
    )  # fmt: skip
    unused = sum((x * 0).sum() for x in given)  # so that every input has a gradient
    parts = [y] if seen is None else [y, seen]
    return library.cat([part.reshape(-1) for part in parts]) + unused


@pytest.mark.parametrize("option", OPTIONS, ids=lambda o: "-".join(o) or "plain")
def test_options(torch: Any, option: dict[str, Any]) -> None:
    keys = STEPS if option.get("mask") == "causal" else KEYS
    ek, ev = (4, 3) if option.get("separate") else (WIDTH, WIDTH)
    shapes = [(STEPS, ROWS, WIDTH), (keys, ROWS, ek), (keys, ROWS, ev)]
    if option.get("alone"):
        shapes = [(n, width) for n, _, width in shapes]
    shapes += [(WIDTH, WIDTH), (WIDTH, ek), (WIDTH, ev), (3 * WIDTH, WIDTH), (3 * WIDTH,)]
    shapes += [(1, 1, WIDTH), (1, 1, WIDTH), (WIDTH, WIDTH), (WIDTH,)]
    shapes += [(ROWS * HEADS, keys, WIDTH // HEADS)]
    compare(
        torch,
        lambda *xs: _call(pellucid, option, *xs),
        lambda *xs: _call(torch, option, *xs),
        [array(shape, i) for i, shape in enumerate(shapes)],
    )


def test_dropout_is_for_training() -> None:
    x, w = pellucid.randn(5, 2, 4), pellucid.randn(12, 4)
    given = (x, x, x, 4, 2, w, None, None, None, False, 0.5, pellucid.eye(4), None)
    still = [F.multi_head_attention_forward(*given, training=False)[0] for _ in range(2)]
    close(*still)
    moving = [F.multi_head_attention_forward(*given)[0] for _ in range(2)]
    assert (moving[0] != moving[1]).any()


def test_refusals() -> None:
    x = pellucid.zeros(5, 2, 4)
    rest = (None, None, None, None, False, 0.0, pellucid.eye(4), None)
    with pytest.raises(ValueError, match="queries have 4 features, and embed_dim_to_check is 5"):
        F.multi_head_attention_forward(x, x, x, 5, 2, *rest)
    with pytest.raises(ValueError, match="it needs in_proj_weight, or with use_separate_proj_weig"):
        F.multi_head_attention_forward(x, x, x, 4, 2, *rest)
    packed = (pellucid.zeros(12, 4), *rest[1:])
    with pytest.raises(ValueError, match=r"here \(4, positions, 2\), and one is \(3, 5, 2\)"):
        F.multi_head_attention_forward(
            x, x, x, 4, 2, *packed, static_k=pellucid.zeros(3, 5, 2)
        )  # fmt: skip
