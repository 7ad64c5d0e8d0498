"""Transformers against PyTorch: every setting, every mask, both layouts."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from tests.nn.oracle import array, close, ours

D, H, S, T, N = 6, 2, 4, 5, 3
LAYERS: list[dict[str, Any]] = [
    {},
    {"batch_first": True},
    {"norm_first": True},
    {"norm_first": True, "batch_first": True, "activation": "gelu"},
    {"bias": False, "layer_norm_eps": 1e-3},
]


def same(torch: Any, mine: Any, yours: Any) -> None:
    """Give both the same weights."""
    state = {
        k: torch.tensor(array(tuple(v.shape), i, -0.5, 0.5))
        for i, (k, v) in enumerate(yours.state_dict().items())
    }
    assert sorted(mine.state_dict()) == sorted(state)
    yours.load_state_dict(state)
    mine.load_state_dict(state)


def twins(torch: Any, name: str, **settings: Any) -> tuple[Any, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = [getattr(m, name)(D, H, 8, 0.0, **settings).double() for m in (nn, torch.nn)]
    same(torch, *made)
    return made[0], made[1]


def agree(torch: Any, mine: Any, yours: Any, inputs: list[Any], **settings: Any) -> None:
    """Values and the gradients of inputs and weights."""
    a = [ours(x, True) for x in inputs]
    b = [torch.tensor(x, requires_grad=True) for x in inputs]
    wrapped = [
        {k: m(v) if isinstance(v, np.ndarray) else v for k, v in settings.items()}
        for m in (ours, torch.tensor)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got, wanted = mine(*a, **wrapped[0]), yours(*b, **wrapped[1])
    close(got, wanted)
    (got**2).sum().backward(), (wanted**2).sum().backward()
    for x, y in zip(a, b, strict=True):
        close(x.grad, y.grad)
    expected = dict(yours.named_parameters())
    for name, p in mine.named_parameters():
        close(p.grad, expected[name].grad)
        p.grad = expected[name].grad = None


def shaped(settings: dict[str, Any], rows: int, seed: int) -> Any:
    return array((N, rows, D) if settings.get("batch_first") else (rows, N, D), seed)


def padding(rows: int) -> Any:
    mask = np.zeros((N, rows), bool)
    mask[1, -1] = mask[2, -2:] = True
    return mask


def causal(rows: int) -> Any:
    return np.triu(np.ones((rows, rows), bool), 1)


@pytest.mark.parametrize("settings", LAYERS)
def test_encoder_layer(torch: Any, settings: dict[str, Any]) -> None:
    mine, yours = twins(torch, "TransformerEncoderLayer", **settings)
    x = shaped(settings, S, 1)
    agree(torch, mine, yours, [x])
    agree(torch, mine, yours, [x], src_mask=causal(S))
    agree(torch, mine, yours, [x], src_mask=causal(S), is_causal=True)
    agree(torch, mine, yours, [x], src_mask=array((S, S), 4))
    agree(torch, mine, yours, [x], src_key_padding_mask=padding(S))
    agree(torch, mine, yours, [x], src_mask=causal(S), src_key_padding_mask=padding(S))
    agree(torch, mine, yours, [array((S, D), 2)])


@pytest.mark.parametrize("settings", LAYERS)
def test_decoder_layer(torch: Any, settings: dict[str, Any]) -> None:
    mine, yours = twins(torch, "TransformerDecoderLayer", **settings)
    inputs = [shaped(settings, T, 1), shaped(settings, S, 2)]
    agree(torch, mine, yours, inputs)
    agree(
        torch, mine, yours, inputs,
        tgt_mask=causal(T), memory_mask=array((T, S), 3), tgt_key_padding_mask=padding(T),
        memory_key_padding_mask=padding(S),
    )  # fmt: skip
    agree(torch, mine, yours, inputs, tgt_mask=causal(T), tgt_is_causal=True)


@pytest.mark.parametrize("norm", [False, True])
def test_stacks(torch: Any, norm: bool) -> None:
    for kind, inputs in (("Encoder", [S]), ("Decoder", [T, S])):
        made = []
        for m in (nn, torch.nn):
            layer = getattr(m, f"Transformer{kind}Layer")(D, H, 8, 0.0)
            last = m.LayerNorm(D) if norm else None
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                made.append(getattr(m, f"Transformer{kind}")(layer, 2, last).double())
        same(torch, *made)
        data = [shaped({}, rows, i) for i, rows in enumerate(inputs)]
        agree(torch, *made, data)
        mask = {"mask" if kind == "Encoder" else "tgt_mask": causal(inputs[0])}
        agree(torch, *made, data, **mask)


@pytest.mark.parametrize("settings", LAYERS)
def test_transformer(torch: Any, settings: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = [m.Transformer(D, H, 2, 1, 8, 0.0, **settings).double() for m in (nn, torch.nn)]
    same(torch, *made)
    inputs = [shaped(settings, S, 1), shaped(settings, T, 2)]
    agree(torch, *made, inputs)
    agree(
        torch, *made, inputs, tgt_mask=causal(T), tgt_is_causal=True,
        src_key_padding_mask=padding(S), memory_key_padding_mask=padding(S),
    )  # fmt: skip


def test_layers_are_copies_of_their_own() -> None:
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(D, H, 8), 2)
    first, second = (layer.linear1.weight for layer in encoder.layers)
    assert first is not second and (first == second).all()


def test_an_activation_of_ones_own(torch: Any) -> None:
    mine = nn.TransformerEncoderLayer(D, H, 8, 0.0, activation=nn.functional.tanh).double()
    theirs = torch.nn.functional.tanh
    yours = torch.nn.TransformerEncoderLayer(D, H, 8, 0.0, activation=theirs).double()
    same(torch, mine, yours)
    agree(torch, mine, yours, [shaped({}, S, 1)])


def test_dropout_everywhere_in_training() -> None:
    layer = nn.TransformerEncoderLayer(D, H, 8, dropout=0.5)
    x = pellucid.randn(S, N, D)
    assert (layer(x) != layer(x)).any()
    layer.eval()
    assert (layer(x) == layer(x)).all()


def test_the_mask_of_what_is_to_come(torch: Any) -> None:
    make = "generate_square_subsequent_mask"
    close(getattr(nn.Transformer, make)(4), getattr(torch.nn.Transformer, make)(4))


def test_how_it_starts(torch: Any) -> None:
    pellucid.manual_seed(0)
    mine = nn.Transformer(32, 4, 1, 1, 64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yours = dict(torch.nn.Transformer(32, 4, 1, 1, 64).named_parameters())
    for name, p in mine.named_parameters():
        spread, expected = p.detach().numpy().std(), yours[name].detach().numpy().std()
        assert abs(spread - expected) < 0.25 * expected + 1e-9, name


def said(call: Any) -> str:
    with pytest.raises(Exception) as caught:
        call()
    assert isinstance(caught.value, pellucid.errors.PellucidError)
    return str(caught.value)


def test_mistakes() -> None:
    assert said(lambda: nn.TransformerEncoderLayer(D, H, activation="swish")) == (
        "activation is 'relu', 'gelu' or a function, not 'swish'."
    )
    model = nn.Transformer(D, H, 1, 1, 8)
    x = pellucid.zeros(S, N, D)
    assert "src and tgt are of batches of different sizes: axis 1 of (4, 3, 6) and (4, 2, 6)." in (
        said(lambda: model(x, x[:, :2]))
    )
    assert (
        "src and tgt need 6 features in their last axis and equally many axes; they are "
        "(4, 3, 6) and (4, 3, 5)."
    ) in said(lambda: model(x, x[:, :, :5]))
