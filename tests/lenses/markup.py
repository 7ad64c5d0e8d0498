"""Reads HTML strictly: what is opened is closed, and nothing is fetched."""

from __future__ import annotations

from html.parser import HTMLParser


class Tags(HTMLParser):
    """Notes every tag that is opened and not closed, and every attribute that fetches something."""

    VOID = frozenset({"br", "img", "input", "meta", "link"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.wrong += [f"{tag} {k}" for k, _ in attrs if k in ("src", "href") or k.startswith("on")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")
