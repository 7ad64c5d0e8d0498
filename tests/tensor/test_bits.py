"""The same memory as another kind of number, and what can't be learned or filled with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn, ones, tensor

KINDS = ["float64", "float32", "bfloat16", "int64", "int32", "int16", "uint8", "int8"]


@pytest.mark.parametrize("to", KINDS)
def test_bits_are_pytorchs(to: str, torch: Any) -> None:
    for own in ("float64", "float32", "int16"):
        x = np.arange(1, 17).reshape(2, 8).astype(own)
        ours = tensor(x).view(getattr(pellucid, to))
        theirs = torch.tensor(x).view(getattr(torch, to))
        assert tuple(ours.shape) == tuple(theirs.shape)
        back = ours.view(dtype=getattr(pellucid, own))
        assert back.tolist() == x.tolist()
        if to != "bfloat16":
            np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_bits_are_shared() -> None:
    x = ones(2)
    x.view(pellucid.int32)[0] = 0
    assert x.tolist() == [0.0, 1.0]
    x.view(pellucid.int32).bitwise_or_(-(2**31))
    assert x.tolist() == [-0.0, -1.0]


def test_wider_numbers_start_where_theirs_would(torch: Any) -> None:
    for m in (pellucid, torch):
        x = m.arange(18, dtype=m.int16)
        assert x[4:12].view(m.int64).shape == (2,) and x[1:].view(m.int8).shape == (34,)
        woven = x.as_strided((4, 2), (3, 1))
        starts = (x[1:9], m.int32), (x[2:10], m.float64), (x.view(2, 9)[:, 1:], m.int32)
        for part, to in (*starts, (woven, m.int32)):
            with pytest.raises(RuntimeError):
                part.view(to)
    with pytest.raises(RuntimeError) as caught:
        pellucid.arange(9, dtype=pellucid.int16)[1:].view(pellucid.int32)
    assert str(caught.value) == (
        "view: the numbers start 1 int16 after the start of the memory that they share, inside of"
        " a int32.\n Try x.clone() first."
    )
    with pytest.raises(RuntimeError) as caught:
        pellucid.arange(9, dtype=pellucid.int16).as_strided((2, 2), (3, 1)).view(pellucid.int32)
    assert str(caught.value) == (
        "view: neighbors along the first axes of (2, 2) do not lie a number of int32 apart.\n"
        " Try x.contiguous() first."
    )


def test_what_is_refused() -> None:
    with pytest.raises(RuntimeError) as caught:
        ones(3).view(pellucid.int64)
    assert str(caught.value) == (
        "view: the last axis of (3,) can't be cut into numbers of 8 bytes, or does not lie in"
        " order.\n Try x.contiguous() first."
    )
    with pytest.raises(RuntimeError, match="one float32 has not the bytes of a int64"):
        tensor(1.0).view(pellucid.int64)
    with pytest.raises(RuntimeError, match="bits can be read only where the numbers are known"):
        pellucid.compile(lambda x: x.view(pellucid.int32))(ones(3))
    with pytest.raises(RuntimeError) as caught:
        nn.Parameter(pellucid.arange(2))
    assert str(caught.value) == (
        "Parameter: only float numbers are learned, and these are int64.\n"
        " Give requires_grad=False, or keep them with register_buffer."
    )
    assert not nn.Parameter(pellucid.arange(2), requires_grad=False).requires_grad
    with pytest.raises(RuntimeError, match="the value is one number, and has shape"):
        ones(2).fill_(ones(2))
    with pytest.raises(TypeError, match="the value to fill with is a number, and it is 'a'"):
        pellucid.full((2,), "a")
