"""Reads a report back: checks that every element is closed, and collects tables and attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta"}


@dataclass
class Node:
    name: str
    attributes: dict[str, str | None]
    children: list[Node | str] = field(default_factory=list)

    def walk(self):
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.walk()

    def all(self, name):
        return [node for node in self.walk() if node.name == name]

    def text(self):
        return "".join(c if isinstance(c, str) else c.text() for c in self.children)


class Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> repeats an attribute: {names}")
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        if self.open[-1].name != tag:
            self.faults.append(f"</{tag}> closes <{self.open[-1].name}> at {self.getpos()}")
        else:
            self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)


def read(page: str) -> Node:
    """Parses a page, and fails on an element that is not closed."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.faults == []
    assert [node.name for node in reader.open] == [""]
    return reader.root


def tables(root: Node) -> dict[str, list[list[str]]]:
    """All tables by their caption, as rows of text; the first row is the heading."""
    return {
        table.all("caption")[0].text(): [
            [cell.text() for cell in row.walk() if cell.name in ("th", "td")]
            for row in table.all("tr")
        ]
        for table in root.all("table")
    }
