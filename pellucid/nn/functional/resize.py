"""Series, pictures and volumes in another size: each axis by itself, as a product with a matrix.

Row i of an axis's matrix says how much of each old number the new number i takes: of the two that
it lies between (linear), of four (cubic), of all that it covers (antialias).
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.dtypes import FLOAT, float32, uint8
from pellucid.errors import DTypeError, KindError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.functional import adaptive
from pellucid.ops import elementwise as ew
from pellucid.ops import whole as wh
from pellucid.ops.indexing import take
from pellucid.ops.linalg import dot_general, linear
from pellucid.ops.movement import expand, reshape
from pellucid.ops.op import in_single
from pellucid.shapes import Shape, numel, show
from pellucid.tensor.resizing import mixing, nearest

__all__ = ["interpolate", "upsample", "upsample_bilinear", "upsample_nearest"]

_RANKS = {
    "nearest": (1, 2, 3), "nearest-exact": (1, 2, 3), "area": (1, 2, 3), "linear": (1,),
    "bilinear": (2,), "bicubic": (2,), "trilinear": (3,), "lanczos": (2,),
}  # fmt: skip
_SMOOTH = ("linear", "bilinear", "bicubic", "trilinear")
_BELLS = {"bicubic": "cubic", "lanczos": "lanczos"}  # "linear" for the others
_COVERING = ("bilinear", "bicubic", "lanczos")
_AXES = {1: "(N, C, L)", 2: "(N, C, H, W)", 3: "(N, C, D, H, W)"}
_MOST = 2**47  # numbers along an axis that a computer could have an address for
_FEW = 8192  # numbers up to which fewer ops count for more


@in_single  # each axis would round, and on the way back each sum of blame
def interpolate(
    input: Node,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Node:
    """The same picture (series, volume) in another size.

    Args:
        input: `(N, C, L)`, `(N, C, H, W)` or `(N, C, D, H, W)`.
        size: the new size, one whole number for all axes or one for each.
        scale_factor: or how many times larger, one number for all axes or one for each.
        mode: "nearest", "nearest-exact" (the nearest center, as in other libraries), "area" (the
            average of what is covered), "linear" of a series, "bilinear", "bicubic" or "lanczos" of
            a picture, "trilinear" of a volume.
        align_corners: whether the first and last numbers keep their places, and not the edges.
        recompute_scale_factor: take the step from the two sizes, and not from `scale_factor`.
        antialias: whether to average all that is covered where a picture shrinks; for "bilinear"
            and "bicubic"; "lanczos" asks for it.

    Shape:
        `(N, C, *old)` → `(N, C, *new)`

    Source: Keys 1981 for the cubic weights, with a = −3/4; Duchon 1979 for Lanczos's.
    """
    rank = len(input.shape) - 2
    _check(input, mode, align_corners, antialias)
    mixes = mode in (*_SMOOTH, "lanczos")
    if input.dtype is uint8 and mixes:  # a picture in bytes
        given = (mode, align_corners, recompute_scale_factor, antialias)
        mixed: Node = interpolate(ew.cast(input, dtype=float32), size, scale_factor, *given)
        return ew.cast(ew.clamp(wh.floor(ew.add(mixed, 0.5)), min=0.0, max=255.0), dtype=uint8)
    new, factors = _sizes(input.shape[2:], size, scale_factor, bool(recompute_scale_factor))
    if mode == "area":
        out: Node = getattr(adaptive, f"adaptive_avg_pool{rank}d")(input, new)
        return out
    times = _times(input.shape[2:], new, factors)
    if not mixes and times is not None and numel(input.shape[:2] + new) <= _FEW:
        return _repeated(input, times, new)
    for axis in range(rank):
        old = input.shape[axis + 2]
        factor = None if factors is None else factors[axis]
        if mixes:
            kind = (_BELLS.get(mode, "linear"), bool(align_corners), antialias)
            same = old == new[axis] and factor in (None, 1.0)
            if not same:
                matrix = mixing(old, new[axis], factor, *kind, input.dtype)
                input = _mixed(input, axis + 2, matrix)
        else:
            input = _picked(input, axis + 2, new[axis], factor, mode == "nearest-exact")
    return input


def upsample(
    input: Node,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Node:
    """The older name of `interpolate`, with the same arguments."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Node, size: Any = None, scale_factor: Any = None) -> Node:
    """The older name of `interpolate` in the mode "nearest"."""
    return interpolate(input, size, scale_factor)


def upsample_bilinear(input: Node, size: Any = None, scale_factor: Any = None) -> Node:
    """The older name of `interpolate` in the mode "bilinear", by corners that stay."""
    return interpolate(input, size, scale_factor, "bilinear", align_corners=True)


# ---- what was asked for ----------------------------------------------------------------------


def _check(input: Node, mode: str, align_corners: bool | None, antialias: bool) -> None:
    if mode not in _RANKS:
        raise SettingError(f"interpolate: mode is one of {', '.join(_RANKS)}, and it is {mode!r}.")
    if len(input.shape) - 2 not in _RANKS[mode]:
        wanted = " or ".join(_AXES[r] for r in _RANKS[mode])
        raise ShapeError(
            f"interpolate: in mode {mode!r} the input has axes {wanted}, and its shape is "
            f"{show(input.shape)}."
        )
    if input.dtype.category != FLOAT and input.dtype is not uint8:
        raise DTypeError(
            f"interpolate works on float numbers, or bytes, and got {input.dtype.name}.\n"
            " Convert first: x.float(); class numbers keep to mode='nearest' then."
        )
    if align_corners is not None and mode not in _SMOOTH and (align_corners or mode != "lanczos"):
        raise SettingError(
            f"interpolate: align_corners goes with the modes {', '.join(_SMOOTH)}, not {mode!r}."
        )
    if antialias and mode not in _COVERING:
        raise SettingError(
            f"interpolate: antialias goes with the modes {', '.join(_COVERING)}, not {mode!r}."
        )
    if mode == "lanczos" and not antialias:
        raise SettingError("interpolate: mode='lanczos' needs antialias=True.")


def _sizes(
    old: Shape, size: Any, scale_factor: Any, recompute: bool
) -> tuple[Shape, tuple[float, ...] | None]:
    """The new size; and the factors that it was asked for by, where steps are to follow them."""
    if (size is None) == (scale_factor is None):
        raise SettingError("interpolate: give the new size, or scale_factor, and not both.")
    if size is not None:
        if recompute:
            raise SettingError("interpolate: recompute_scale_factor goes with scale_factor.")
        new = _each("size", size, len(old))
        if not all(isinstance(n, int) and n > 0 for n in new):
            whole = all(isinstance(n, int) for n in new)
            raise (SettingError if whole else KindError)(
                f"interpolate: sizes are whole numbers from 1 on, not {size!r}."
            )
        return new, None
    factors = tuple(float(f) for f in _each("scale_factor", scale_factor, len(old)))
    new = tuple(math.floor(n * f) for n, f in zip(old, factors, strict=True))
    if min(new) < 1:
        raise SettingError(f"interpolate: scale_factor {scale_factor!r} of {show(old)} is nothing.")
    if max(new) > _MOST:
        raise SettingError(
            f"interpolate: scale_factor {scale_factor!r} of {show(old)} is more than any memory "
            "holds."
        )
    return new, None if recompute else factors


def _each(what: str, value: Any, rank: int) -> tuple[Any, ...]:
    given = tuple(value) if isinstance(value, tuple | list) else (value,) * rank
    if len(given) != rank:
        raise SettingError(
            f"interpolate: {what} is one number, or one for each of {rank} axes, and it is "
            f"{value!r}."
        )
    return given


# ---- one axis --------------------------------------------------------------------------------


def _mixed(x: Node, axis: int, matrix: Node) -> Node:
    """New numbers along `axis`, each a weighted sum of old ones."""
    lead, after = x.shape[:axis], x.shape[axis + 1 :]
    if not after:
        return linear(x, matrix)
    flat = reshape(x, shape=(*lead, x.shape[axis], numel(after)))
    return reshape(dot_general(matrix, flat), shape=(*lead, matrix.shape[0], *after))


def _times(old: Shape, new: Shape, factors: tuple[float, ...] | None) -> Shape | None:
    """How often each number is repeated along each axis, where that is whole."""
    found = tuple(m // n if n else 0 for n, m in zip(old, new, strict=True))
    whole = all(n * k == m for n, k, m in zip(old, found, new, strict=True))
    return found if whole and factors in (None, tuple(map(float, found))) else None


def _repeated(x: Node, times: Shape, new: Shape) -> Node:
    """All axes at once, which takes the fewest ops; one after the other touches fewer numbers."""
    lead, size = x.shape[:2], x.shape[2:]
    apart = tuple(n for k in size for n in (k, 1))
    wide = tuple(n for pair in zip(size, times, strict=True) for n in pair)
    stretched = expand(reshape(x, shape=(*lead, *apart)), shape=(*lead, *wide))
    return reshape(stretched, shape=(*lead, *new))


def _picked(x: Node, axis: int, new: int, factor: float | None, exact: bool) -> Node:
    """New numbers along `axis`, each the nearest of the old ones."""
    old = x.shape[axis]
    times = new // old
    if times * old == new and factor in (None, float(times)):
        lead, after = x.shape[: axis + 1], x.shape[axis + 1 :]
        apart = expand(reshape(x, shape=(*lead, 1, *after)), shape=(*lead, times, *after))
        return reshape(apart, shape=(*lead[:-1], new, *after))
    return take(x, nearest(old, new, factor, exact), axes=(axis,))
