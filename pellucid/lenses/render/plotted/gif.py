"""The films of a view as a GIF that is small enough to be sent, and large enough to be read."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.lenses.picture import Film
from pellucid.lenses.render.plotted.figure import Rooms, moment_of, rooms_of
from pellucid.lenses.view import View

__all__ = ["BUDGET", "gif"]

BUDGET = 1_400_000  # bytes
_SHARP, _PIXELS = 100.0, 1_600_000  # pixels to an inch, and in a picture, at most
_NARROW = 7.2  # inches: letters of many pictures stay large where these are small
_LADDER = ((60, 64, 1.0), (40, 64, 1.0), (30, 48, 1.0), (20, 32, 1.0), (14, 32, 0.95),
           (10, 24, 0.9), (8, 16, 0.85), (8, 16, 0.6), (8, 16, 0.4))  # fmt: skip


def gif(view: View, seconds: float = 0.4, dark: bool | None = None) -> bytes:
    """The films of a view, moment by moment.

    Where it would take more than `BUDGET` bytes, it has fewer moments, then fewer colors, then
    fewer pixels.

    Args:
        view: what to draw.
        seconds: how long each moment stays.
        dark: on dark paper or on light; as Matplotlib's style has it when None.

    Raises:
        SettingError: nothing in the view moves.
    """
    films = [b for b in view.blocks if isinstance(b, Film)]
    if not films:
        raise SettingError(
            "nothing in this view moves; ask the lens for a film: lens(…, run=history, film=True)."
        )
    moments = max(len(f.frames) for f in films)
    drawn: list[Any] = []
    rooms = rooms_of(view)
    wide, high = moment_of(view, 0, dark, rooms=rooms).get_size_inches()
    widest = _NARROW if wide * high * _SHARP**2 > _PIXELS else wide
    for moment in _spread(moments, _LADDER[0][0]):
        first = drawn[0] if drawn else None
        drawn.append(_drawn(view, moment, dark, widest, rooms, first))
    for most, colors, size in _LADDER:
        chosen = [drawn[i] for i in _spread(len(drawn), most)]
        longer = seconds * moments / len(chosen)  # the whole takes as long as it would
        made = _written(chosen, longer, colors, size)
        if len(made) <= BUDGET:
            break
    return made


def _spread(n: int, most: int) -> list[int]:
    found: list[int] = np.linspace(0, n - 1, min(n, most)).round().astype(int).tolist()
    return found


def _drawn(
    view: View, moment: int, dark: bool | None, widest: float, rooms: Rooms, first: Any
) -> Any:
    """A moment as an image, as large as the first."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure = moment_of(view, moment, dark, widest, rooms)
    wide, high = figure.get_size_inches()
    figure.set_dpi(min(_SHARP, math.sqrt(_PIXELS / (wide * high))))
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    return image if first is None or image.size == first.size else image.resize(first.size)


def _written(images: list[Any], seconds: float, colors: int, size: float) -> bytes:
    from PIL import Image

    wide, high = (round(n * size) for n in images[0].size)
    if size < 1:
        images = [i.resize((wide, high), Image.Resampling.LANCZOS) for i in images]
    # One palette for all, from the first moment, the middle and the last: no color flickers.
    few = [images[0], images[len(images) // 2], images[-1]]
    sheet = Image.new("RGB", (wide, high * len(few)))
    for place, image in enumerate(few):
        sheet.paste(image, (0, place * high))
    palette = sheet.quantize(colors, method=Image.Quantize.MEDIANCUT)
    flat = [i.quantize(palette=palette, dither=Image.Dither.NONE) for i in images]
    file = io.BytesIO()
    flat[0].save(
        file, "GIF", save_all=True, append_images=flat[1:], duration=round(1000 * seconds),
        loop=0, optimize=True,
    )  # fmt: skip
    return file.getvalue()
