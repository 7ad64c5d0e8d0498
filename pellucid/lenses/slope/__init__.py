"""The view of one gradient entry: the chain rule with numbers, its paths, and a check beside it."""

from pellucid.lenses.slope.view import slope_view as slope_view

__all__ = ["slope_view"]
