"""Renderers: each draws any view, and none knows which lens it came from."""

from pellucid.lenses.render.html import html as html
from pellucid.lenses.render.json import json as json
from pellucid.lenses.render.latex import latex as latex
from pellucid.lenses.render.plotted import figure as figure
from pellucid.lenses.render.plotted import gif as gif
from pellucid.lenses.render.text import text as text

__all__ = ["figure", "gif", "html", "json", "latex", "text"]
