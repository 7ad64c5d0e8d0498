"""Pictures as Matplotlib figures, for papers, slides and files."""

from pellucid.lenses.render.plotted.figure import figure as figure
from pellucid.lenses.render.plotted.gif import gif as gif

__all__ = ["figure", "gif"]
