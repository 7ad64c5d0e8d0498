"""`see`: a network through one of the lenses, by name; and which lenses there are."""

from __future__ import annotations

from typing import Any

from pellucid.data.wording import quoted
from pellucid.errors import SettingError
from pellucid.lenses.lens import LENSES, Lens
from pellucid.lenses.shown import Shown
from pellucid.lenses.view import Column, Remark, Table, View
from pellucid.spelling import did_you_mean

__all__ = ["named_lens", "names", "overview", "see"]

# The seven pictures of a network in the order in which one meets them, then what goes beyond.
_ORDER = (
    "black_box", "function", "sculpt", "transform", "represent", "optimize", "graph",
    "blame", "walk", "gallery",
)  # fmt: skip


def names() -> tuple[str, ...]:
    """What the lenses are called.

    Example:
        >>> from pellucid import lenses
        >>> all(isinstance(name, str) for name in lenses.names())
        True
    """
    place = {name: i for i, name in enumerate(_ORDER)}
    return tuple(sorted(LENSES, key=lambda name: (place.get(name, len(place)), name)))


def named_lens(name: str) -> Lens:
    """The lens of a name; "black-box" is black_box.

    Raises:
        SettingError: there is none.
    """
    plain = str(name).strip().replace("-", "_")
    if plain not in LENSES:
        hint = did_you_mean(plain, names())
        raise SettingError(f"there is no lens {quoted(name)}.{hint}\n Known: {', '.join(names())}.")
    return LENSES[plain]


def see(model: Any, data: Any, lens: str | None = None, **settings: Any) -> Shown:
    """A network and data through a lens.

    Args:
        model: a network, or the model of a table as `pellucid fit` writes it.
        data: `(X, y)`, X alone, a data set, or for the model of a table a `Table` or data frame.
        lens: the name of one; None lists them with what each answers.
        settings: the lens's own, and what all lenses take: `loss`, `inputs`, `names`, `target`,
            `run` (a recorded history), `at` (a step of it), `film` (True, or how many moments).

    Returns:
        The view: it prints as text, and has `.html()`, `.figure()`, `.save(path)`, `.tables()`,
        `.json()` and `.to_dict()`.

    Raises:
        SettingError: no such lens or setting, or a lens that makes no sense for this network.
        DataError: rows that do not fit the network.
    """
    if lens is None:
        return Shown(overview())
    return named_lens(lens).look(model, data, **settings)


def overview() -> View:
    """The lenses with their questions."""
    rows = tuple((name, LENSES[name].question) for name in names())
    table = Table((Column("lens", "code"), Column("what it answers", wraps=30)), rows)
    remark = Remark('In Python: pellucid.see(model, (X, y), "transform"), or lenses.transform(…).')
    return View(
        "Ways to look at a network", f"There are {len(rows)} lenses; each answers one question.",
        (table, remark), {"lenses": [{"name": n, "question": q} for n, q in rows]},
    )  # fmt: skip
