"""The lenses room: each lens answers one question about a network with a view of plain data.

Renderers draw any view as text, HTML, LaTeX or JSON.
"""

from pellucid.lenses.black_box import black_box as black_box
from pellucid.lenses.blame import blame as blame
from pellucid.lenses.explanation import Explanation as Explanation
from pellucid.lenses.explanation import explain as explain
from pellucid.lenses.function import function as function
from pellucid.lenses.gallery import gallery as gallery
from pellucid.lenses.graph import graph as graph
from pellucid.lenses.listing.program import Program as Program
from pellucid.lenses.listing.program import program as program
from pellucid.lenses.optimize import optimize as optimize
from pellucid.lenses.represent import represent as represent
from pellucid.lenses.sculpt import sculpt as sculpt
from pellucid.lenses.see import names as names
from pellucid.lenses.see import see as see
from pellucid.lenses.transform import transform as transform
from pellucid.lenses.walk import walk as walk

__all__ = [
    "Explanation", "Program", "black_box", "blame", "explain", "function", "gallery", "graph",
    "names", "optimize", "program", "represent", "sculpt", "see", "transform", "walk",
]  # fmt: skip
