"""The lenses room: each lens answers one question about a network with a view of plain data.

Renderers draw any view as text, HTML, LaTeX or JSON.
"""

from pellucid.lenses.explanation import Explanation as Explanation
from pellucid.lenses.explanation import explain as explain
from pellucid.lenses.listing.program import Program as Program
from pellucid.lenses.listing.program import program as program
from pellucid.lenses.see import names as names
from pellucid.lenses.see import see as see
from pellucid.lenses.transform import transform as transform

__all__ = ["Explanation", "Program", "explain", "names", "program", "see", "transform"]
