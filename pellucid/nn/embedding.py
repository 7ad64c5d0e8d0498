"""Tables of learned vectors: one for each word, user or product, looked up by number.

y_i = W[x_i]
"""

from __future__ import annotations

from typing import Any, Self

from pellucid.dtypes import DType
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.mode import switched
from pellucid.nn import functional as F
from pellucid.nn import init
from pellucid.nn.functional.tables import padding_row
from pellucid.nn.module import Module
from pellucid.shapes import show
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty

__all__ = ["Embedding", "EmbeddingBag"]

_USUAL = {"norm_type": 2.0, "scale_grad_by_freq": False, "sparse": False}


class _Table(Module):
    """What both kinds of look-up have: the table, how it starts, how it shows."""

    weight: Parameter
    _made_with_tensors = 1
    _called_with = "numbers"

    def _own_table(
        self, rows: int, features: int, given: Tensor | None, freeze: bool, device: Any,
        dtype: DType | None,
    ) -> None:  # fmt: skip
        name = type(self).__name__
        self.num_embeddings, self.embedding_dim = rows, features
        if given is None:
            table = empty((rows, features), device=device, dtype=dtype)
            self.weight = Parameter(table, requires_grad=not freeze)
            self.reset_parameters()
            return
        if tuple(given.shape) != (rows, features):
            raise ShapeError(
                f"{name}: the weights given have shape {show(tuple(given.shape))} and must have "
                f"{show((rows, features))}."
            )
        self.weight = Parameter(given, requires_grad=not freeze)

    def reset_parameters(self) -> None:
        """Draw the rows afresh from the bell curve; the padding's row is 0."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with switched(recording=False):
                self.weight[self.padding_idx] = 0.0

    @staticmethod
    def _matrix(name: str, embeddings: Tensor) -> tuple[int, int]:
        if len(embeddings.shape) != 2:
            raise ShapeError(
                f"{name}.from_pretrained takes a table (rows, features), not "
                f"{show(tuple(embeddings.shape))}."
            )
        rows, features = embeddings.shape
        return rows, features

    def _unusual(self, *names: str) -> str:
        """Those settings that are not left at their defaults, as `repr` writes them."""
        values = {name: getattr(self, name) for name in names}
        return "".join(f", {k}={v}" for k, v in values.items() if v != _USUAL.get(k))

    def _brief(self) -> str:
        """`Embedding(65, 128)`."""
        return f"{type(self).__name__}({self.num_embeddings}, {self.embedding_dim})"


class Embedding(_Table):
    r"""A learned vector for each whole number: $y_i = W_{x_i}$.

    Args:
        num_embeddings: how many vectors: numbers go from 0 to one below.
        embedding_dim: length of each vector.
        padding_idx: a number whose vector is 0 and does not learn.
        max_norm: longer vectors are shortened to it when they are looked up.
        norm_type: which length: 2 is Euclid's.
        scale_grad_by_freq: divide the gradient of a vector by how often it was looked up.
        sparse: accepted for PyTorch's sake. Gradients are whole tables here, zero where no vector
            was looked up: SGD and Adagrad move what they move there.
        _weight: vectors to start from.
        _freeze: whether they stay as they are.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the vectors.

    Shape:
        `(...)` of whole numbers → `(..., embedding_dim)`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> words = nn.Embedding(10, 4)
        >>> words(pellucid.tensor([[1, 2, 3], [4, 4, 0]])).shape
        Size([2, 3, 4])

    Source: Bengio, Ducharme, Vincent & Jauvin 2003. Vectors start from the bell curve.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.padding_idx = padding_row("Embedding", padding_idx, num_embeddings)
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        self._own_table(num_embeddings, embedding_dim, _weight, _freeze, device, dtype)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """Start from vectors that exist; with `freeze` they do not learn."""
        rows, features = cls._matrix(cls.__name__, embeddings)
        return cls(
            rows, features, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse,
            embeddings, freeze,
        )  # fmt: skip

    def forward(self, input: Tensor) -> Tensor:
        """The vector of each number."""
        return F.embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type,
            self.scale_grad_by_freq,
        )  # fmt: skip

    def extra_repr(self) -> str:
        """The settings."""
        names = ("padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "sparse")
        return f"{self.num_embeddings}, {self.embedding_dim}{self._unusual(*names)}"


class EmbeddingBag(_Table):
    """One vector for each bag of numbers: the sum, mean or maximum of their vectors.

    Args:
        num_embeddings: how many vectors: numbers go from 0 to one below.
        embedding_dim: length of each vector.
        max_norm: longer vectors are shortened to it when they are looked up.
        norm_type: which length: 2 is Euclid's.
        scale_grad_by_freq: divide the gradient of a vector by how often it was looked up.
        mode: "sum", "mean" or "max".
        sparse: accepted for PyTorch's sake. Gradients are whole tables here, zero where no vector
            was looked up: SGD and Adagrad move what they move there.
        _weight: vectors to start from.
        include_last_offset: the last of the offsets is the end of the last bag, not a start.
        padding_idx: a number that counts for nothing.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the vectors.

    Shape:
        `(bags, numbers)`, or `(numbers)` with offsets `(bags)` → `(bags, embedding_dim)`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> words = nn.EmbeddingBag(10, 4, mode="sum")
        >>> words(pellucid.tensor([1, 2, 3, 4]), pellucid.tensor([0, 3])).shape
        Size([2, 4])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        if mode not in ("sum", "mean", "max"):
            raise SettingError(f"EmbeddingBag: mode is 'sum', 'mean' or 'max', and it is {mode!r}.")
        self.padding_idx = padding_row("EmbeddingBag", padding_idx, num_embeddings)
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        self.mode, self.include_last_offset = mode, include_last_offset
        self._own_table(num_embeddings, embedding_dim, _weight, False, device, dtype)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """Start from vectors that exist; with `freeze` they do not learn."""
        rows, features = cls._matrix(cls.__name__, embeddings)
        bag = cls(
            rows, features, max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings,
            include_last_offset, padding_idx,
        )  # fmt: skip
        bag.weight.requires_grad_(not freeze)
        return bag

    def forward(
        self,
        input: Tensor,
        offsets: Tensor | None = None,
        per_sample_weights: Tensor | None = None,
    ) -> Tensor:
        """The vector of each bag."""
        return F.embedding_bag(
            input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq,
            self.mode, self.sparse, per_sample_weights, self.include_last_offset, self.padding_idx,
        )  # fmt: skip

    def extra_repr(self) -> str:
        """The settings."""
        first = self._unusual("max_norm", "norm_type", "scale_grad_by_freq")
        size = f"{self.num_embeddings}, {self.embedding_dim}"
        return f"{size}{first}, mode={self.mode!r}{self._unusual('padding_idx')}"
