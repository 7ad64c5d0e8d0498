"""Matrices of which few entries are kept, by place: `pellucid.sparse`, for adjacency and counts.

A sparse matrix here is a list of places and a Tensor of numbers. It multiplies dense ones from the
left, and blame reaches its numbers and the other factor; for all else there is `to_dense()`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from pellucid.dtypes import INT, DType
from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.shapes import show
from pellucid.tensor.creation import as_tensor, zeros
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.size import Size
from pellucid.tensor.tensor import Tensor

__all__ = ["FloatTensor", "Sparse", "mm", "sparse_coo_tensor", "spmm", "to_sparse"]


class Sparse:
    """Numbers at places of a table that is 0 elsewhere; what `sparse_coo_tensor` gives.

    Attributes:
        shape: sizes of the table's axes.
    """

    is_sparse = True
    layout = "sparse_coo"
    # What the functions of dense Tensors do where a sparse one comes first.
    _called_for: ClassVar[dict[str, Callable[..., Any]]] = {}

    def __init__(self, at: Tensor, numbers: Tensor, shape: Any, coalesced: bool = False) -> None:
        self._at, self._numbers, self._coalesced = at, numbers, coalesced
        self.shape = Size(shape)

    dtype = property(lambda self: self._numbers.dtype)
    device = property(lambda self: self._numbers.device)
    requires_grad = property(lambda self: self._numbers.requires_grad)
    ndim = property(lambda self: len(self.shape))

    def size(self, dim: int | None = None) -> Any:
        """All sizes, or that of one axis."""
        return self.shape if dim is None else self.shape[dim]

    def _indices(self) -> Tensor:
        return self._at

    def _values(self) -> Tensor:
        return self._numbers

    def is_coalesced(self) -> bool:
        """Whether each place is there once, in order."""
        return self._coalesced

    def _nnz(self) -> int:
        return len(self._numbers)

    def indices(self) -> Tensor:
        """The places, of shape (axes, kept)."""
        return self._settled()._at

    def values(self) -> Tensor:
        """The numbers, of shape (kept,)."""
        return self._settled()._numbers

    def _settled(self) -> Sparse:
        if not self._coalesced:
            raise GraphError(
                "a place may be there twice, so the numbers are not yet those of the table.\n"
                " Call coalesce() first."
            )
        return self

    def coalesce(self) -> Sparse:
        """Each place once, in order, with the sum of the numbers given for it."""
        if self._coalesced:
            return self
        flat = _flat(self._at, self.shape)
        places, which = FUNCTIONS["unique"](flat, return_inverse=True)
        summed = _blank((len(places),), self._numbers).index_add(0, which, self._numbers)
        at = FUNCTIONS["stack"](FUNCTIONS["unravel_index"](places, tuple(self.shape)))
        return Sparse(at, summed, self.shape, True)

    def to_dense(self) -> Tensor:
        """The whole table."""
        flat = _blank((self.shape.numel(),), self._numbers)
        whole: Any = flat.index_add(0, _flat(self._at, self.shape), self._numbers)
        return whole.reshape(tuple(self.shape))  # type: ignore[no-any-return]

    def t(self) -> Sparse:
        """Rows and columns exchanged."""
        _matrix(self, "t")
        return Sparse(self._at.flip(0), self._numbers, tuple(self.shape)[::-1])

    def _with(self, numbers: Tensor) -> Sparse:
        return Sparse(self._at, numbers, self.shape, self._coalesced)

    def to(self, *args: Any, **kwargs: Any) -> Sparse:
        """The same in another kind of number."""
        return self._with(self._numbers.to(*args, **kwargs))

    def float(self) -> Sparse:
        """The same as float32."""
        return self._with(self._numbers.float())

    def detach(self) -> Sparse:
        """The same numbers without history."""
        return self._with(self._numbers.detach())

    def __mul__(self, factor: Any) -> Sparse:
        return self._with(self._numbers * factor)

    __rmul__ = __mul__

    def __matmul__(self, other: Any) -> Tensor:
        return mm(self, other)

    mm = matmul = spmm = __matmul__

    def __repr__(self) -> str:
        return (
            f"sparse_coo_tensor(indices={self._at!r}, values={self._numbers!r},"
            f" size={tuple(self.shape)})"
        )


def sparse_coo_tensor(
    indices: Any, values: Any, size: Any = None, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False, check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> Sparse:  # fmt: skip
    """A sparse matrix from places and numbers.

    Args:
        indices: whole numbers of shape (axes, kept).
        values: one number for each; blame reaches them.
        size: of the table; None for what the places need.
        dtype: kind of number.
        device: "cpu".
        requires_grad: make the numbers a leaf of their own that asks for blame.
        check_invariants: accepted as in PyTorch; places are always checked.
        is_coalesced: whether each place is there once and in order, which is believed.

    Returns:
        A `Sparse`.

    Example:
        >>> import pellucid
        >>> a = pellucid.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0], (2, 3))
        >>> a.to_dense()
        tensor([[0., 0., 3.],
                [4., 0., 5.]])
        >>> pellucid.sparse.mm(a, pellucid.ones(3, 1))
        tensor([[3.],
                [9.]])
    """
    at, numbers = as_tensor(indices), as_tensor(values, dtype=dtype, device=device)
    if at.dtype.category != INT and at.numel():
        raise DTypeError(f"sparse_coo_tensor: places are whole numbers, not {at.dtype.name}.")
    if at.ndim != 2 or numbers.ndim != 1 or at.shape[1] != numbers.shape[0]:
        raise ShapeError(
            f"sparse_coo_tensor: indices of shape (axes, kept) go with values of shape (kept,), and"
            f" have {show(tuple(at.shape))} and {show(tuple(numbers.shape))}."
        )
    at = at.long()
    if size is None:
        size = tuple((at.amax(1) + 1).tolist())
    if len(size) != at.shape[0]:
        raise ShapeError(
            f"sparse_coo_tensor: {at.shape[0]} rows of places need as many sizes, not {len(size)}."
        )
    ends: Any = as_tensor(tuple(size)).reshape(-1, 1)
    outside: Any = (at < 0) | (at >= ends)
    if bool(outside.any()):
        raise ShapeError(
            f"sparse_coo_tensor: a place lies outside of a table of shape {show(tuple(size))}."
        )
    if requires_grad:
        numbers = numbers.detach().requires_grad_()
    return Sparse(at, numbers, size, bool(is_coalesced))


def mm(mat1: Any, mat2: Any) -> Tensor:
    r"""A sparse matrix times a dense one or a vector.

    $$ y_i = \sum_{k\,:\,(i, k)\text{ is kept}} a_{ik}\, x_k $$

    Args:
        mat1: the sparse one.
        mat2: the dense one.
    """
    if isinstance(mat1, Tensor) and isinstance(mat2, Tensor):
        dense: Tensor = FUNCTIONS["mm"](mat1, mat2)
        return dense
    if not isinstance(mat1, Sparse) or not isinstance(mat2, Tensor):
        raise DTypeError("sparse.mm takes a sparse matrix and a dense one, in this order.")
    _matrix(mat1, "mm")
    if mat2.ndim not in (1, 2) or mat1.shape[1] != mat2.shape[0]:
        raise ShapeError(
            f"sparse.mm: shapes {show(tuple(mat1.shape))} and {show(tuple(mat2.shape))} don't fit."
        )
    rows, columns = mat1._at.unbind(0)
    numbers: Any = mat1._numbers if mat2.ndim == 1 else mat1._numbers.unsqueeze(1)
    parts = numbers * mat2.index_select(0, columns)
    y: Tensor = _blank((mat1.shape[0], *mat2.shape[1:]), parts).index_add(0, rows, parts)
    return y


spmm, FloatTensor = mm, sparse_coo_tensor  # PyTorch's older names


def to_sparse(self: Tensor) -> Any:
    """The numbers of a Tensor that are not 0, with their places."""
    with no_grad():
        at: Any = FUNCTIONS["nonzero"](self).t()
    return Sparse(at, self[tuple(at.unbind(0))], tuple(self.shape), True)


def _flat(at: Tensor, shape: Any) -> Tensor:
    """Places in the table laid out as one row."""
    place: Any = zeros(at.shape[1], dtype=at.dtype)
    for row, length in zip(at.unbind(0), shape, strict=True):
        place = place * length + row
    return place  # type: ignore[no-any-return]


def _blank(shape: tuple[int, ...], like: Any) -> Any:
    return zeros(shape, dtype=like.dtype)


def _matrix(self: Sparse, name: str) -> None:
    if self.ndim != 2:
        raise ShapeError(f"sparse.{name} is for matrices, and this has {self.ndim} axes.")


Sparse._called_for.update({"mm": mm, "matmul": mm, "mv": mm})
setattr(Tensor, "to_sparse", to_sparse)  # noqa: B010
