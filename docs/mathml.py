"""Turns the equations of a built page into MathML, which browsers draw without any script.

Markdown leaves `<span class="arithmatex">\\(x^2\\)</span>`; a reader gets `<math>…</math>`.
"""

from __future__ import annotations

import html
import re

from latex2mathml.converter import convert

__all__ = ["equation", "render"]

LARGEST = re.compile(r"\\arg\\(max|min)")  # the converter does not know \arg
INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
BLOCK = re.compile(r'<div class="arithmatex">\s*\\\[(.*?)\\\]\s*</div>', re.DOTALL)


def equation(latex: str, display: str = "inline") -> str:
    """One LaTeX formula as MathML."""
    return convert(LARGEST.sub(r"\\operatorname{arg\1}", latex.strip()), display=display)


def render(page: str) -> str:
    """Every equation of a page as MathML; the LaTeX stays readable as the formula's label."""
    page = BLOCK.sub(lambda m: f'<div class="equation">{_labeled(m[1], "block")}</div>', page)
    return INLINE.sub(lambda m: _labeled(m[1], "inline"), page)


def _labeled(escaped: str, display: str) -> str:
    latex = html.unescape(escaped).strip()
    label = html.escape(latex, quote=True)
    return equation(latex, display).replace("<math", f'<math aria-label="{label}"', 1)
