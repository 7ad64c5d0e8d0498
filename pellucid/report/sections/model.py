"""The network as a program, as a picture and as Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pellucid.lenses.draw.html import Child, Markup, tag
from pellucid.lenses.numerals import MISSING, compact, count, figure, shape, size
from pellucid.report.card import table
from pellucid.report.content import Content, ProgramRow
from pellucid.report.limits import Limits
from pellucid.report.pictures.network import network_card

__all__ = ["body"]


def body(content: Content, limits: Limits) -> Child:
    """Picture of the chain, table of the layers, code that builds it again."""
    model = content.model
    if not model.rows and not model.code:
        return None
    chain = network_card(model.title, model.rows)
    code = None
    if model.code:
        code = tag(
            "div",
            tag("h3", "As code"),
            tag("pre", tag("code", model.code), tabindex=0),
            class_="card code",
        )
    both = tag("div", chain, code, class_="pair") if chain and code else [chain, code]
    return tag("div", both, _program(model.rows), class_="stack")


def _program(rows: Sequence[ProgramRow]) -> Markup | None:
    if not rows:
        return None
    shown = [column for column in COLUMNS if _known(rows, column.key)]
    cells = [[column.write(row) for column in shown] for row in rows]
    words = [index for index, column in enumerate(shown) if column.words]
    heads = [column.heading for column in shown]
    grid = table(heads, cells, caption="The network as a program", words=words, note=_total(rows))
    return tag("div", tag("h3", "Layer by layer"), grid)


def _known(rows: Sequence[ProgramRow], key: str) -> bool:
    return any(getattr(row, key) not in (None, "") for row in rows)


def _total(rows: Sequence[ProgramRow]) -> str:
    total = f"Together {count(sum(row.parameters for row in rows))} parameters"
    flops = [row.flops for row in rows if row.flops is not None]
    work = f", {compact(sum(flops))} floating-point operations forward" if flops else ""
    return f"{total}{work}."


def _flow(row: ProgramRow) -> str:
    return f"{shape(row.shape_in)} → {shape(row.shape_out)}"


@dataclass(frozen=True)
class ProgramColumn:
    """A column of the program table; it is left out where no row knows its `key`."""

    heading: str
    key: str
    write: Callable[[ProgramRow], Child]
    words: bool = False


COLUMNS = (
    ProgramColumn("layer", "layer", lambda row: row.layer, words=True),
    ProgramColumn("operation", "operation", lambda row: row.operation, words=True),
    ProgramColumn("equation", "equation", lambda row: row.equation, words=True),
    ProgramColumn("shape in → out", "shape_out", _flow, words=True),
    ProgramColumn("parameters", "parameters", lambda row: count(row.parameters)),
    ProgramColumn("FLOPs", "flops", lambda row: "–" if row.flops is None else count(row.flops)),
    ProgramColumn("memory", "bytes", lambda row: MISSING if row.bytes is None else size(row.bytes)),
    ProgramColumn("mean", "mean", lambda row: figure(row.mean)),
    ProgramColumn("deviation", "std", lambda row: figure(row.std)),
    ProgramColumn("gradient", "gradient_norm", lambda row: figure(row.gradient_norm)),
    ProgramColumn("update", "update_size", lambda row: figure(row.update_size)),
)
