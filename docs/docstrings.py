"""Reads our docstrings for the reference: an example is one example, so its heading is "Example:".

The docstring parser knows the plural alone; this renames the heading while the site is built.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

__all__ = ["SingularExamples"]

HEADING = re.compile(r"^(\s*)Example:[ \t]*$", re.MULTILINE)


class SingularExamples(griffe.Extension):
    """Lets "Example:" open a section of code that runs."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rename the heading in one object's docstring."""
        if obj.docstring:
            obj.docstring.value = HEADING.sub(r"\1Examples:", obj.docstring.value)
