"""Films as HTML without a script: radio buttons choose a moment, and a box plays them all.

Films of the same moments on one page share one set of buttons, so that all of them show the same
moment; the keys of a style sheet lead from a button to the frames that follow it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from pellucid.lenses.draw.html import Child, Markup, join, tag
from pellucid.lenses.picture import Film

__all__ = ["BUDGET", "alike", "reel"]

BUDGET = 900_000
_SECONDS = 0.6  # that each moment stays while it plays
_LONG = 14  # letters of a caption that stand beside a button
_LABELS = 12  # of moments beside their buttons; the others are told by their frames
_MASK = re.compile(r'((?:id="|url\(#)p[lm][0-9a-f]{8})')


def alike(blocks: Sequence[Any]) -> list[Film]:
    """The films that go through the same moments."""
    films = [b for b in blocks if isinstance(b, Film) and b.choice == "moment"]
    return [f for f in films if f.captions == films[0].captions]


def reel(
    films: Sequence[Film], draw: Callable[[Film, Any], Markup], budget: int = BUDGET,
    said: Sequence[Markup] = (),
) -> tuple[Markup, list[Markup]]:  # fmt: skip
    """The buttons of films, and the frames of each, which stand behind them in the same element.

    Args:
        films: of the same moments.
        draw: draws a frame of a film.
        budget: how many letters of HTML they may take; beyond them they show fewer moments.
        said: words for every moment, which come back before the frames.
    """
    first = films[0]
    many = len(first.frames)
    chosen = range(many)[first.shown if first.opens is None else first.opens]
    shown = [draw(f, f.frames[chosen]) for f in films]
    kept = _affordable(many, sum(map(len, shown)), chosen, budget)
    frames = [
        [_own_masks(still if i == chosen else draw(f, f.frames[i]), i) for i in kept]
        for f, still in zip(films, shown, strict=True)
    ]
    if said:
        frames.insert(0, [said[i] for i in kept])
    captions = [first.captions[i] for i in kept]
    name = f"film{zlib.crc32(''.join(map(''.join, frames)).encode()):08x}"
    named = first.choice != "moment"
    moments = [
        tag("div", [
            tag("div", None if named else tag("p", caption, class_="moment"), frame)
            for frame, caption in zip(own, captions, strict=True)
        ], class_="frames")
        for own in frames
    ]  # fmt: skip
    control = join([
        tag("style", Markup(_rules(name, len(kept), plays=not named))),
        None if named else _play(name),
        _buttons(name, captions, kept.index(chosen), named),
        tag("span", _hint(first.choice, many - len(kept)), class_="note"),
    ])  # fmt: skip
    return control, moments


def _rules(name: str, many: int, plays: bool) -> str:
    chosen = "".join(
        f"#{name}-{i}:checked~.frames>:nth-child({i + 1}){{display:block}}" for i in range(many)
    )
    if not plays:
        return chosen
    late = "".join(
        f"#{name}-play:checked~.frames>:nth-child({i + 1}){{animation-delay:{i * _SECONDS:g}s}}"
        for i in range(many)
    )
    return (
        f"{chosen}@keyframes {name}{{0%{{visibility:visible}}"
        f"{100 / many:.4g}%,to{{visibility:hidden}}}}"
        f"#{name}-play:checked~.frames{{display:grid}}"
        f"#{name}-play:checked~.frames>div{{display:block;grid-area:1/1;min-width:0;"
        f"visibility:hidden;animation:{name} {many * _SECONDS:g}s step-end infinite}}{late}"
    )


def _play(name: str) -> list[Child]:
    """A box that is ticked to play; hidden from readers who want no motion."""
    return [
        tag("input", type="checkbox", id=f"{name}-play", class_="play"),
        tag("label", "Play", for_=f"{name}-play", class_="play"),
    ]


def _buttons(name: str, captions: Sequence[str], chosen: int, named: bool) -> list[Child]:
    every = 1 if named else -(-len(captions) // _LABELS)
    parts: list[Child] = []
    for i, caption in enumerate(captions):
        parts.append(tag("input", type="radio", name=name, id=f"{name}-{i}", checked=i == chosen,
                         aria_label=caption, title=caption))  # fmt: skip
        if i % every == 0 or i == len(captions) - 1:
            parts.append(tag("label", _word(caption, i, named), for_=f"{name}-{i}"))
    return parts


def _word(caption: str, i: int, named: bool) -> str:
    """What stands beside a button: a step's number, or a place where the frame says more."""
    if named or (i == 0 and len(caption) <= _LONG):
        return caption
    word = caption.removeprefix("step ")
    return word if len(word) <= _LONG else str(i)


def _hint(choice: str, left: int) -> str:
    fewer = (
        f" {left} more {'is' if left == 1 else 'are'} left out, to keep the page small."
        if left
        else ""
    )
    return f"Choose a {choice}: click, or the arrow keys.{fewer}"


def _own_masks(frame: Markup, number: int) -> Markup:
    """Masks of the frame's own: one that lies in a hidden frame masks nothing elsewhere."""
    return Markup(_MASK.sub(rf"\1-{number}", frame))


def _affordable(many: int, each: int, chosen: int, budget: int) -> list[int]:
    """Frames that fit into a budget: evenly spread, with the first, the last and the chosen."""
    most = max(budget // max(each, 1), 3)
    if many <= most:
        return list(range(many))
    last = many - 1
    return sorted({chosen, *(round(k * last / (most - 1)) for k in range(most))})
