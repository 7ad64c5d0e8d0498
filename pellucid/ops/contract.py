"""Einstein's summation: name the axes, and say which survive; everything else is summed.

Taken apart into products of matrices, so that it is fast, differentiable and visible as such.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops.elementwise import mul
from pellucid.ops.linalg import dot_general
from pellucid.ops.movement import expand, permute, reshape, slice_
from pellucid.ops.op import Mistake, Sample, composition
from pellucid.ops.reduce import sum_
from pellucid.shapes import Mismatch, numel, ordinal, show

__all__ = ["diagonal", "einsum"]


class Term(NamedTuple):
    """An operand and the letters of its axes."""

    node: Node
    letters: str


@composition(
    "einsum",
    equation=r"y_{ik} = \sum_j a_{ij} b_{jk} \quad \text{for ij,jk->ik}",
    derivative=r"\text{the same sum with the blame in the place of the factor that is blamed}",
    terms=("b", "a"),
    samples=(
        Sample(((2, 3), (3, 4)), {"equation": "ij,jk->ik"}),
        Sample(((2, 3), (3, 4)), {"equation": "ij,jk"}),
        Sample(((5, 2, 3), (5, 3, 4)), {"equation": "bij,bjk->bik"}),
        Sample(((5, 2, 3), (3, 4)), {"equation": "...ij,jk->...ik"}),
        Sample(((3,), (4,)), {"equation": "i,j->ij"}),
        Sample(((3,), (3,)), {"equation": "i,i->"}),
        Sample(((3, 3),), {"equation": "ii->i"}),
        Sample(((3, 3),), {"equation": "ii"}),
        Sample(((2, 3, 4),), {"equation": "abc->cab"}),
        Sample(((2, 3), (3, 4), (4, 2)), {"equation": "ab,bc,ca->"}),
        Sample(((2, 3), (1, 4)), {"equation": "ij,ik->ijk"}),
        Sample(((2, 0), (0, 3)), {"equation": "ij,jk->ik"}),
    ),
    mistakes=(
        Mistake(
            ((2, 3), (4, 5)),
            {"equation": "ij,jk->ik"},
            ShapeError,
            "einsum: j of 'ij,jk->ik' is 3 in one place and 4 in another.\n"
            "   operands[0]  (2, 3)\n"
            "   operands[1]  (4, 5)",
        ),
    ),
)
def einsum(*operands: Node, equation: str) -> Node:
    """Multiplies Tensors along named axes and sums over the names that the result leaves out."""
    terms, output = _parsed(equation, operands)
    while len(terms) > 1:
        a, b, *rest = terms
        needed = set(output).union(*(t.letters for t in rest))
        terms = [_pair(a, b, needed), *rest]
    node, letters = _summed(terms[0], set(output))
    return _ordered(node, letters, output)


def _parsed(equation: str, operands: tuple[Node, ...]) -> tuple[list[Term], str]:
    left, arrow, right = equation.replace(" ", "").partition("->")
    parts = left.split(",")
    if len(parts) != len(operands):
        raise Mismatch(f"{equation!r} names {len(parts)} Tensors, and it got {len(operands)}")
    for part in (*parts, right):
        if not part.replace("...", "", 1).isalpha() and part.replace("...", "", 1):
            raise Mismatch(f"{equation!r} may hold letters, commas, one '->' and '...' only")
    dots = max(
        (len(x.shape) - len(p) + 3 for p, x in zip(parts, operands, strict=True) if "..." in p),
        default=0,
    )
    terms = [_term(p, x, k, dots) for k, (p, x) in enumerate(zip(parts, operands, strict=True))]
    output = right.replace("...", _dots(dots)) if arrow else _implied(terms, dots)
    _check_output(equation, output, terms)
    return [_diagonals(t) for t in _stretched(equation, terms)], output


def _dots(count: int) -> str:
    """Stand-ins for the axes behind `...`: digits, counted from the right."""
    return "".join(chr(0x100 + i) for i in reversed(range(count)))


def _term(part: str, x: Node, position: int, dots: int) -> Term:
    hidden = len(x.shape) - len(part.replace("...", ""))
    if hidden < 0 or (hidden > 0 and "..." not in part):
        raise Mismatch(
            f"{ordinal(position)} Tensor has shape {show(x.shape)}, and {part!r} names "
            f"{len(part.replace('...', ''))} axes"
        )
    return Term(x, part.replace("...", _dots(dots)[dots - hidden :]))


def _implied(terms: list[Term], dots: int) -> str:
    """Without an arrow, the letters that stand once survive, in the order of the alphabet."""
    count = Counter("".join(t.letters for t in terms))
    once = sorted(c for c, n in count.items() if n == 1 and ord(c) < 0x100)
    return _dots(dots) + "".join(once)


def _check_output(equation: str, output: str, terms: list[Term]) -> None:
    known = set("".join(t.letters for t in terms))
    for letter in output:
        if letter not in known:
            raise Mismatch(f"{letter!r} stands on the right of {equation!r} and not on its left")
        if output.count(letter) > 1:
            raise Mismatch(f"{letter!r} stands twice on the right of {equation!r}")


def _stretched(equation: str, terms: list[Term]) -> list[Term]:
    """Axes of size 1 stretch to the size that the letter has elsewhere."""
    sizes: dict[str, int] = {}
    for node, letters in terms:
        for letter, n in zip(letters, node.shape, strict=True):
            if sizes.setdefault(letter, n) == 1:
                sizes[letter] = n
            elif n not in (1, sizes[letter]):
                name = letter if ord(letter) < 0x100 else "..."
                raise Mismatch(
                    f"{name} of {equation!r} is {sizes[letter]} in one place and {n} in another"
                )
    out = []
    for node, letters in terms:
        shape = tuple(sizes[c] for c in letters)
        out.append(Term(node if shape == node.shape else expand(node, shape=shape), letters))
    return out


def _diagonals(term: Term) -> Term:
    """A letter that stands twice in one operand means the diagonal."""
    node, letters = term
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            first = letters.index(letter)
            second = letters.index(letter, first + 1)
            node = diagonal(node, 0, first, second)
            letters = letters[:first] + letters[first + 1 : second] + letters[second + 1 :] + letter
    return Term(node, letters)


def _pair(a: Term, b: Term, needed: set[str]) -> Term:
    """Two operands into one, as a batch of matrix products."""
    a = _summed(a, needed | set(b.letters))
    b = _summed(b, needed | set(a.letters))
    both = [c for c in a.letters if c in b.letters]
    batch, inner = [c for c in both if c in needed], [c for c in both if c not in needed]
    rows = [c for c in a.letters if c not in both]
    columns = [c for c in b.letters if c not in both]
    letters = "".join((*batch, *rows, *columns))
    size = dict(zip(a.letters + b.letters, a.node.shape + b.node.shape, strict=True))
    if not inner:
        return Term(_outer(a, b, letters), letters)

    def count(group: list[str]) -> int:
        return numel(tuple(size[c] for c in group))

    left = reshape(
        _ordered(a.node, a.letters, "".join((*batch, *rows, *inner))),
        shape=(count(batch), count(rows), count(inner)),
    )
    right = reshape(
        _ordered(b.node, b.letters, "".join((*batch, *inner, *columns))),
        shape=(count(batch), count(inner), count(columns)),
    )
    return Term(reshape(dot_general(left, right), shape=tuple(size[c] for c in letters)), letters)


def _outer(a: Term, b: Term, letters: str) -> Node:
    def spread(term: Term) -> Node:
        size = dict(zip(term.letters, term.node.shape, strict=True))
        ordered = "".join(c for c in letters if c in size)
        return reshape(
            _ordered(term.node, term.letters, ordered), shape=tuple(size.get(c, 1) for c in letters)
        )

    return mul(spread(a), spread(b))


def _summed(term: Term, keep: set[str]) -> Term:
    axes = tuple(i for i, c in enumerate(term.letters) if c not in keep)
    if not axes:
        return term
    return Term(sum_(term.node, axes=axes), "".join(c for c in term.letters if c in keep))


def _ordered(node: Node, letters: str, wanted: str) -> Node:
    return (
        node if letters == wanted else permute(node, axes=tuple(letters.index(c) for c in wanted))
    )


def diagonal(x: Node, offset: int, axis1: int, axis2: int) -> Node:
    """The diagonal of two axes, as a new last axis.

    The two axes are laid flat, and every (columns + 1)-th number is taken: where the numbers lie in
    order in memory that is a view, and writing into it writes into `x`.
    """
    if axis1 > axis2:
        axis1, axis2, offset = axis2, axis1, -offset
    if axis2 > axis1 + 1:
        order = [a for a in range(len(x.shape)) if a != axis2]
        x = permute(x, axes=(*order[: axis1 + 1], axis2, *order[axis1 + 1 :]))
    before, (rows, columns), after = (
        x.shape[:axis1], x.shape[axis1 : axis1 + 2], x.shape[axis1 + 2 :],
    )  # fmt: skip
    top, left = max(-offset, 0), max(offset, 0)
    n = max(min(rows - top, columns - left), 0)
    start = top * columns + left if n else 0
    taken = (start, start + (n - 1) * (columns + 1) + 1 if n else start, columns + 1)
    flat = reshape(x, shape=(*before, rows * columns, *after))
    spec = (*((0, m, 1) for m in before), taken, *((0, m, 1) for m in after))
    out = slice_(flat, spec=spec)
    if not after:
        return out
    axes = range(len(out.shape))
    return permute(out, axes=(*(a for a in axes if a != axis1), axis1))
