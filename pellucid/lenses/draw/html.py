"""Builds HTML and SVG elements so that a column name can never become markup.

Every plain string is escaped on its way into an element; only `Markup`, which these functions
return, passes as it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TypeAlias

__all__ = ["Attribute", "Child", "Markup", "bdi", "escape", "join", "tag"]

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
# Control characters and lone surrogates are not allowed in an HTML file, in any spelling.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Markup(str):
    """Text that is HTML already.

    Example:
        >>> Markup("<b>x</b>")
        '<b>x</b>'
    """

    __slots__ = ()


Child: TypeAlias = "str | Iterable[Child] | None"
Attribute: TypeAlias = "str | int | float | bool | None"


def escape(text: str) -> Markup:
    """Makes any text harmless inside an element or an attribute.

    Args:
        text: what a person or a file supplied.

    Returns:
        the same text as HTML; characters that HTML forbids become U+FFFD.

    Example:
        >>> escape("<script>")
        '&lt;script&gt;'
    """
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(FORBIDDEN.sub("\ufffd", text), quote=True))


def join(children: Iterable[Child]) -> Markup:
    """Concatenates children, escaping those that are plain text and skipping None.

    Example:
        >>> join(["a < b", Markup("<br>"), None])
        'a &lt; b<br>'
    """
    return Markup("".join(_child(child) for child in children))


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """Builds one element.

    Args:
        name: the element's name.
        children: text (escaped), `Markup` (as it is), None (skipped), or iterables of these.
        attributes: `class_` becomes `class`, inner underscores become hyphens; None and False
            leave the attribute out, True writes it without a value.

    Returns:
        the element as `Markup`.

    Example:
        >>> tag("p", "2 < 3", class_="note")
        '<p class="note">2 &lt; 3</p>'
        >>> tag("input", type="range", hidden=True)
        '<input type="range" hidden>'
    """
    head = name + "".join(_attribute(key, value) for key, value in attributes.items())
    return Markup(f"<{head}>" if name in VOID else f"<{head}>{join(children)}</{name}>")


def bdi(text: str) -> Markup:
    """Isolates a name whose characters may run right to left from the sentence around it.

    Example:
        >>> bdi("area")
        '<bdi>area</bdi>'
    """
    return tag("bdi", text)


def _child(child: Child) -> str:
    if child is None:
        return ""
    return escape(child) if isinstance(child, str) else join(child)


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(_plain(value))}"'


def _plain(value: str | int | float) -> str:
    return f"{round(value, 2):g}" if isinstance(value, float) else str(value)
