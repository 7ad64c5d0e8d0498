"""What only this kind of network can show: its forecast, its codes, its pictures, its graph."""

from __future__ import annotations

from pellucid.lenses.draw.html import Child, tag
from pellucid.report.content import Content
from pellucid.report.limits import Limits
from pellucid.report.pictures.views import codes_card, forecast_card, graph_card, pictures_card
from pellucid.report.views import Codes, Forecast, Graphed, Pictured, View

__all__ = ["body"]


def body(content: Content, limits: Limits) -> Child:
    """A card for each view."""
    if not content.views or not limits.pictures:
        return None
    return tag("div", [_drawn(view, limits.samples) for view in content.views], class_="cards")


def _drawn(view: View, most: int) -> Child:
    match view:
        case Forecast():
            return forecast_card(view, most)
        case Codes():
            return codes_card(view, most)
        case Pictured():
            return pictures_card(view)
        case Graphed():
            return graph_card(view)
