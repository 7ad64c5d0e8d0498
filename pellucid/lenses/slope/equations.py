"""The chain rule of one entry as equations: one path as a product, several as a sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pellucid.lenses.chain.factor import Factor
from pellucid.lenses.numerals import amount, number, plural
from pellucid.lenses.render.latex import fraction, tex
from pellucid.lenses.slope.found import Found
from pellucid.lenses.view import Equation

__all__ = ["equations"]

_TERMS = 4


def equations(found: Found) -> Iterator[Equation]:
    """The sum over paths, and the product along the largest."""
    paths = found.paths
    head = fraction(found.result, found.entry)
    if not found.chains:  # no blame gets through: a remark says where it stops
        why = ""
        if paths.stopped:
            stop = tex(found.symbols.of(paths.stopped[0]))
            why = rf" \quad \text{{(no blame gets through }} {stop})"
        yield Equation((), (head, "0" + why))
        return
    if paths.count == 1:
        yield _product(found.slope, head, found.chains[0], paths.total)
        return
    terms = [number(p.product) for p in paths.shown[:_TERMS]]
    added = _sum([*terms, "…"] if paths.count > _TERMS else terms)
    kind, total = "sum over " + plural(paths.count, "path"), number(paths.total)
    over = rf"\sum_{{\text{{{amount(paths.count)} paths}}}}"
    yield Equation((found.slope, kind, added, total), (head, over, tex(added), tex(total)))
    yield _product("largest path", r"\text{largest path}", found.chains[0], paths.shown[0].product)


def _sum(terms: Sequence[str]) -> str:
    out = terms[0]
    for term in terms[1:]:
        out += f" − {term[1:]}" if term.startswith("−") else f" + {term}"
    return out


def _product(left: str, head: str, chain: tuple[Factor, ...], total: float) -> Equation:
    """∂L/∂ŷ · ∂ŷ/∂w = 2(ŷ − y) · x = −2.0 · 2.0 = −4.0, saying nothing twice."""
    slopes = " · ".join(f.slope for f in chain)
    values = " · ".join(number(f.value) for f in chain)
    plugged = chain[0].plugged if len(chain) == 1 else ""
    steps = (slopes, _formulas(chain), plugged, values, number(total))
    shown = list(dict.fromkeys(s for s in steps if s and s != left))
    typeset = [r" \cdot ".join(fraction(f.top, f.bottom) for f in chain)]
    typeset += [tex(s) for s in shown if s != slopes]
    # A long product reads better in the table of its factors.
    brief = len(chain) <= _TERMS or left.startswith("∂")
    return Equation((left, *shown) if brief else (), (head, *(s for s in typeset if s != head)))


def _formulas(chain: tuple[Factor, ...]) -> str:
    if len(chain) == 1:
        return chain[0].formula
    return " · ".join(f.inside for f in chain) if any(f.formula for f in chain) else ""
