"""What a lens gives back: it prints as text, draws itself in notebooks, and gives its numbers."""

from __future__ import annotations

from typing import Any

from pellucid.lenses import render
from pellucid.lenses.view import View

__all__ = ["Shown"]


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

    def to_dict(self) -> dict[str, Any]:
        """The numbers."""
        return dict(self.view.data)

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
