"""Pictures as SVG whose colors follow the reader's theme, and each one's numbers as a table."""

from pellucid.lenses.render.drawn.film import alike as alike
from pellucid.lenses.render.drawn.picture import BUDGET as BUDGET
from pellucid.lenses.render.drawn.picture import STILL as STILL
from pellucid.lenses.render.drawn.picture import drawn as drawn
from pellucid.lenses.render.drawn.picture import linked as linked
from pellucid.lenses.render.drawn.picture import still as still

__all__ = ["BUDGET", "STILL", "alike", "drawn", "linked", "still"]
