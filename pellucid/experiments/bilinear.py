r"""Ways to multiply matrices, as three matrices of numbers: what is added, multiplied, added again.

$$ \operatorname{vec}(AB) = W\big( U \operatorname{vec}(A) \odot V \operatorname{vec}(B) \big) $$

Each row of U and V makes one factor of a product, each row of W adds products up to one entry.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pellucid.lenses.picture import Floats

__all__ = ["Bilinear", "by_definition", "by_strassen", "strassen_layers"]

# The seven products of Strassen 1969: factors of entries 11, 12, 21, 22, then what they add up to.
_U = np.array([
    [1, 0, 0, 1], [0, 0, 1, 1], [1, 0, 0, 0], [0, 0, 0, 1], [1, 1, 0, 0], [-1, 0, 1, 0],
    [0, 1, 0, -1],
], np.float64)  # fmt: skip
_V = np.array([
    [1, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, -1], [-1, 0, 1, 0], [0, 0, 0, 1], [1, 1, 0, 0],
    [0, 0, 1, 1],
], np.float64)  # fmt: skip
_W = np.array([
    [1, 0, 0, 1, -1, 0, 1], [0, 0, 1, 0, 1, 0, 0], [0, 1, 0, 1, 0, 0, 0], [1, -1, 1, 0, 0, 1, 0],
], np.float64)  # fmt: skip


class Bilinear(NamedTuple):
    """A way to multiply n × n matrices.

    Attributes:
        left: (products, n²), what the first matrix gives to each product.
        right: (products, n²), what the second one gives.
        out: (n², products), what each entry is made of.
    """

    left: Floats
    right: Floats
    out: Floats

    @property
    def products(self) -> int:
        """How many numbers are multiplied by each other."""
        return len(self.left)


def by_definition(n: int) -> Bilinear:
    """Every row with every column: n³ products.

    Example:
        >>> by_definition(3).products
        27
    """
    one = np.eye(n)
    i, k, j = (a.reshape(-1) for a in np.indices((n, n, n)))
    pair = np.einsum("pa,pb->pab", one[i], one[k]).reshape(n**3, n * n)
    other = np.einsum("pa,pb->pab", one[k], one[j]).reshape(n**3, n * n)
    out = np.einsum("pa,pb->abp", one[i], one[j]).reshape(n * n, n**3)
    return Bilinear(pair, other, out)


def by_strassen(n: int) -> Bilinear:
    """Blocks of halves, seven products of blocks instead of eight, down to single numbers.

    Args:
        n: a power of 2; there are 7 products for 2, 49 for 4.

    Example:
        >>> by_strassen(4).products
        49
    """
    if n == 1:
        return Bilinear(np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1)))
    inner = by_strassen(n // 2)
    return Bilinear(_nested(_U, inner.left), _nested(_V, inner.right), _nested(_W.T, inner.out.T).T)


def strassen_layers(matrix: Floats) -> list[Floats]:
    """The linear map X ↦ matrix·X as a chain of sparse ones, a layer down and up for each halving.

    Args:
        matrix: (n, n), n a power of 2.

    Returns:
        The weights of the layers, the first to be applied first; X is flattened row by row.

    Example:
        >>> chain = strassen_layers(np.array([[1.0, 2.0], [3.0, 4.0]]))
        >>> [layer.shape for layer in chain]
        [(7, 4), (7, 7), (4, 7)]
    """
    n = len(matrix)
    if n == 1:
        return [np.asarray(matrix, np.float64)]
    half = n // 2
    blocks = np.asarray(matrix, np.float64).reshape(2, half, 2, half).transpose(0, 2, 1, 3)
    factors = np.einsum("rb,bij->rij", _U, blocks.reshape(4, half, half))
    # Flattened row by row, the entries of a block do not lie together: sort them first.
    order = np.arange(n * n).reshape(2, half, 2, half).transpose(0, 2, 1, 3).reshape(-1)
    sort = np.eye(n * n)[order]
    eye = np.eye(half * half)
    inner = [strassen_layers(factor) for factor in factors]
    middle = [_beside(parts) for parts in zip(*inner, strict=True)]
    return [np.kron(_V, eye) @ sort, *middle, sort.T @ np.kron(_W, eye)]


def _nested(outer: Floats, inner: Floats) -> Floats:
    """A rule for blocks, with a rule for what is inside of them."""
    products, half = len(inner), int(np.sqrt(inner.shape[1]))
    found: Floats = np.einsum(
        "rab,sij->rsaibj", outer.reshape(7, 2, 2), inner.reshape(products, half, half)
    )
    flat: Floats = found.reshape(7 * products, 4 * half * half)
    return flat


def _beside(parts: tuple[Floats, ...]) -> Floats:
    """Matrices along the diagonal of one."""
    rows, columns = parts[0].shape
    found = np.zeros((len(parts) * rows, len(parts) * columns))
    for i, part in enumerate(parts):
        found[i * rows : (i + 1) * rows, i * columns : (i + 1) * columns] = part
    return found
