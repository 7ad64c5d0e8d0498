"""Channels and places in exchange: numbers move between the depth of a picture and its plane."""

from __future__ import annotations

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops.movement import permute, reshape
from pellucid.shapes import show

__all__ = ["channel_shuffle", "pixel_shuffle", "pixel_unshuffle"]


def pixel_shuffle(input: Node, upscale_factor: int) -> Node:
    """A picture r times as high and wide, out of r² channels for each new one.

    Args:
        input: `(..., C · r², H, W)`.
        upscale_factor: r.

    Shape:
        → `(..., C, H · r, W · r)`

    Source: Shi et al. 2016.
    """
    r = _factor("pixel_shuffle", upscale_factor)
    *lead, channels, high, wide = _picture("pixel_shuffle", input)
    if channels % (r * r):
        raise ShapeError(
            f"pixel_shuffle: the {channels} channels of {show(input.shape)} don't divide into "
            f"{r} · {r} for each new one."
        )
    new, n = channels // (r * r), len(lead)
    apart = reshape(input, shape=(*lead, new, r, r, high, wide))
    turned = permute(apart, axes=(*range(n + 1), n + 3, n + 1, n + 4, n + 2))
    return reshape(turned, shape=(*lead, new, high * r, wide * r))


def pixel_unshuffle(input: Node, downscale_factor: int) -> Node:
    """A picture r times smaller with r² channels for each old one; the reverse of pixel_shuffle.

    Args:
        input: `(..., C, H · r, W · r)`.
        downscale_factor: r.

    Shape:
        → `(..., C · r², H, W)`

    Source: Shi et al. 2016.
    """
    r = _factor("pixel_unshuffle", downscale_factor)
    *lead, channels, high, wide = _picture("pixel_unshuffle", input)
    if high % r or wide % r:
        raise ShapeError(
            f"pixel_unshuffle: a plane of {high} · {wide} does not divide into parts of {r} · {r}."
        )
    n = len(lead)
    apart = reshape(input, shape=(*lead, channels, high // r, r, wide // r, r))
    turned = permute(apart, axes=(*range(n + 1), n + 2, n + 4, n + 1, n + 3))
    return reshape(turned, shape=(*lead, channels * r * r, high // r, wide // r))


def channel_shuffle(input: Node, groups: int) -> Node:
    """Channels dealt out anew, so that each group gets some of all groups before.

    Args:
        input: `(N, C, ...)`.
        groups: how many groups the channels stand in.

    Source: Zhang, Zhou, Lin & Sun 2018.
    """
    groups = _factor("channel_shuffle", groups)
    if len(input.shape) < 3 or input.shape[1] % groups:
        raise ShapeError(
            f"channel_shuffle: input needs axes (N, C, ...) with C a multiple of {groups}, and its "
            f"shape is {show(input.shape)}."
        )
    n, channels, *rest = input.shape
    apart = reshape(input, shape=(n, groups, channels // groups, *rest))
    turned = permute(apart, axes=(0, 2, 1, *range(3, len(rest) + 3)))
    return reshape(turned, shape=input.shape)


def _factor(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise SettingError(f"{name} takes a whole number from 1 on, and got {value!r}.")
    return value


def _picture(name: str, input: Node) -> tuple[int, ...]:
    if len(input.shape) < 3:
        raise ShapeError(f"{name}: input needs axes (..., C, H, W), not {show(input.shape)}.")
    return input.shape
