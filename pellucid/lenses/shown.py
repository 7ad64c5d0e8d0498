"""What a lens gives back: it prints as text, draws itself in notebooks, and gives its numbers."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.errors import SettingError
from pellucid.lenses import render
from pellucid.lenses.picture import Chart, Charts, Diagram, Film, Matrix
from pellucid.lenses.twins import of_table, twins_of
from pellucid.lenses.view import Table, View
from pellucid.training.files import replace_file

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ENDINGS", "PICTURES", "Shown"]

_DRAWN = (Chart, Charts, Matrix, Diagram, Film)


class Shown:
    """A view with its renderers.

    Attributes:
        view: what is shown, as plain data.
    """

    def __init__(self, view: View) -> None:
        self.view = view

    def text(self, width: int | None = None) -> str:
        """For a terminal of a width; of its own width when None."""
        return render.text(self.view, width)

    def latex(self) -> str:
        """The equations, for typesetting."""
        return render.latex(self.view)

    def html(self) -> str:
        """A fragment of HTML that stands on its own."""
        return render.html(self.view)

    def figure(self, dark: bool | None = None) -> Any:
        """The pictures, as a Matplotlib figure.

        Args:
            dark: on dark paper or on light; as Matplotlib's style has it when None.
        """
        return render.figure(self.view, dark)

    def save(
        self, path: str | PathLike[str], seconds: float = 0.4, dark: bool | None = None
    ) -> Path:
        """Write it to a file of the kind that its ending names.

        Args:
            path: `.html`, `.json`, `.txt` or `.tex`; `.png`, `.svg` or `.pdf` for the pictures;
                `.gif` for a film.
            seconds: in a GIF, how long each moment stays.
            dark: whether pictures and films stand on dark paper; as Matplotlib's style has it when
                None. A page is light or dark as its reader's system is.

        Returns:
            the path.

        Raises:
            SettingError: another ending, or no picture to write.
        """
        return saved(self, Path(path), seconds, dark)

    def to_dict(self) -> dict[str, Any]:
        """The numbers."""
        return dict(self.view.data)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The numbers of every table and every picture as pandas data frames, by their captions."""
        found: dict[str, pd.DataFrame] = {}
        for i, block in enumerate(self.view.blocks):
            if isinstance(block, Table):
                twins = [of_table(block)]
            else:
                twins = twins_of(block) if isinstance(block, _DRAWN) else []
            for twin in twins:
                caption = twin.caption or getattr(block, "title", "") or f"table {i + 1}"
                again, name = 2, caption
                while name in found:
                    name, again = f"{caption} {again}", again + 1
                found[name] = twin.frame()
        return found

    def json(self, indent: int | None = None) -> str:
        """The numbers and what is shown, as JSON."""
        return render.json(self.view, indent)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        bundle = {"text/plain": self.text(100), "text/html": self.html()}
        if self.latex():
            bundle["text/latex"] = f"$$\n{self.latex()}\n$$"
        return bundle


def saved(shown: Shown, path: Path, seconds: float, dark: bool | None = None) -> Path:
    """Write a view to a file of the kind that its ending names."""
    kind = path.suffix.lower()
    if kind in _TEXTS:
        replace_file(path, _TEXTS[kind](shown).encode("utf-8"))
    elif kind == ".gif":
        replace_file(path, render.gif(shown.view, seconds, dark))
    elif kind in PICTURES:
        shown.figure(dark).savefig(path, dpi=150)
    else:
        known = ", ".join(ENDINGS)
        raise SettingError(f"a view can't be written as {path.suffix or path.name}. Use {known}.")
    return path


def _page(shown: Shown) -> str:
    """A page of its own around the view."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(shown.view.title)}</title>"
        "<style>:root{color-scheme:light dark}body{margin:12px;background:Canvas}</style></head>"
        f"<body>{shown.html()}</body></html>\n"
    )


_TEXTS: dict[str, Callable[[Shown], str]] = {
    ".html": _page,
    ".json": lambda s: s.json(indent=1) + "\n",
    ".txt": lambda s: s.text(100) + "\n",
    ".tex": lambda s: s.latex() + "\n",
}
PICTURES = (".png", ".svg", ".pdf")
ENDINGS = (*_TEXTS, *PICTURES, ".gif")
