"""Pictures as Matplotlib figures, for papers, slides and files."""

from pellucid.lenses.render.plotted.figure import animated as animated
from pellucid.lenses.render.plotted.figure import figure as figure

__all__ = ["animated", "figure"]
