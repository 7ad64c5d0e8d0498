"""Which numbers of a weight are pruned: at random, the smallest, whole rows, or by a mask.

A share (a float from 0 to 1) or a count says how many; pruning again counts from what is left.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Iterator
from typing import Any

from pellucid.errors import KindError, SettingError, ShapeError
from pellucid.nn.utils.masking import BasePruningMethod
from pellucid.shapes import show
from pellucid.spelling import a_kind
from pellucid.tensor import Tensor
from pellucid.tensor.creation import ones_like
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.random import rand, rand_like

__all__ = [
    "BasePruningMethod", "CustomFromMask", "Identity", "L1Unstructured", "LnStructured",
    "PruningContainer", "RandomStructured", "RandomUnstructured",
]  # fmt: skip


class PruningContainer(BasePruningMethod):
    """Several methods on one weight, each going on from what the one before left.

    Args:
        *args: the methods, all for one weight.
    """

    PRUNING_TYPE = "container"

    def __init__(self, *args: Any) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        given = args[0] if len(args) == 1 and isinstance(args[0], Iterable) else args
        for method in given:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod | None) -> None:
        """Go on with one more method."""
        if method is None:
            return
        if not isinstance(method, BasePruningMethod):
            raise KindError(
                f"a PruningContainer takes methods of pruning and got {a_kind(method)}."
            )
        known = getattr(self, "_tensor_name", method._tensor_name)
        if known != method._tensor_name:
            raise SettingError(
                f"this PruningContainer is for {known!r}, and the method for "
                f"{method._tensor_name!r}.\n Make one for each weight."
            )
        self._tensor_name = known
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: Any) -> Any:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask of the last method, which sees only what is left."""
        method = self._pruning_methods[-1]
        mask = default_mask.to(t.dtype).clone()
        left = _left(method, mask)
        mask[left] = method.compute_mask(t[left], mask[left]).to(mask.dtype)
        return mask


def _left(method: Any, mask: Tensor) -> Any:
    """What a method may still prune, as an index."""
    kind = method.PRUNING_TYPE
    if kind == "unstructured":
        return mask == 1
    if kind == "global":
        return ...
    if kind != "structured":
        raise SettingError(
            f"{type(method).__name__}.PRUNING_TYPE is 'unstructured', 'structured' or 'global', "
            f"not {kind!r}."
        )
    dim = method.dim % mask.dim()
    alive = mask.movedim(dim, 0).reshape(mask.shape[dim], -1).sum(1) != 0
    return (*(slice(None) for _ in range(dim)), alive)


def _joined(self: Any, method: BasePruningMethod) -> PruningContainer:
    return PruningContainer(*(self if isinstance(self, PruningContainer) else (self,)), method)


BasePruningMethod.joined = _joined  # type: ignore[method-assign]


class Identity(BasePruningMethod):
    """Prunes nothing, and hangs a mask of ones on the module."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """What was there."""
        return default_mask


class _Amount(BasePruningMethod):
    """A method that is told how much to prune."""

    def __init__(self, amount: float) -> None:
        _validate_pruning_amount_init(amount)
        self.amount = amount

    def _count(self, size: int) -> int:
        _validate_pruning_amount(self.amount, size)
        return _compute_nparams_toprune(self.amount, size)


class RandomUnstructured(_Amount):
    """Prunes single numbers at random.

    Args:
        amount: which share of them, or how many.
    """

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Zeros at random."""
        return _without(default_mask, rand_like(t), self._count(t.numel()))


class L1Unstructured(_Amount):
    """Prunes the single numbers that are nearest to zero.

    Args:
        amount: which share of them, or how many.
    """

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Zeros where |t| is smallest."""
        return _without(default_mask, t.abs(), self._count(t.numel()))


class RandomStructured(_Amount):
    """Prunes whole rows at random.

    Args:
        amount: which share of them, or how many.
        dim: the axis that counts the rows.
    """

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Zeros in rows at random."""
        _validate_structured_pruning(t)
        _validate_pruning_dim(t, self.dim)
        return self._without_rows(default_mask, rand(t.shape[self.dim]))

    def _without_rows(self, mask: Tensor, sizes: Tensor) -> Tensor:
        alive = _without(ones_like(sizes), sizes, self._count(len(sizes)))
        shape = [1] * mask.dim()
        shape[self.dim] = len(sizes)
        return mask * alive.reshape(shape).to(mask.dtype)


class LnStructured(RandomStructured):
    """Prunes the whole rows of smallest norm.

    Args:
        amount: which share of them, or how many.
        n: the norm: 1, 2, `inf`, …
        dim: the axis that counts the rows.
    """

    def __init__(self, amount: float, n: Any, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Zeros in the rows of smallest norm."""
        _validate_structured_pruning(t)
        _validate_pruning_dim(t, self.dim)
        return self._without_rows(default_mask, _compute_norm(t, self.n, self.dim))


class CustomFromMask(BasePruningMethod):
    """Prunes where a mask has zeros.

    Args:
        mask: of the shape of the weight.
    """

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask that was given, on top of what was pruned before."""
        return default_mask * self.mask.to(default_mask.dtype)


def _without(mask: Tensor, sizes: Tensor, count: int) -> Tensor:
    """The mask with zeros at the `count` smallest."""
    out = mask.clone().reshape(-1)
    if count:
        out[sizes.reshape(-1).topk(count, largest=False).indices] = 0
    return out.reshape(mask.shape)


def _validate_pruning_amount_init(amount: Any) -> None:
    if not isinstance(amount, numbers.Real):
        raise KindError(f"amount is a share (float) or a count (int), not {amount!r}.")
    whole, size = isinstance(amount, numbers.Integral), float(amount)
    if size < 0 or (not whole and size > 1):
        raise SettingError(f"amount is a share from 0 to 1 or a count from 0 on, not {amount!r}.")


def _validate_pruning_amount(amount: Any, tensor_size: int) -> None:
    if isinstance(amount, numbers.Integral) and int(amount) > tensor_size:
        raise SettingError(f"amount is {amount}, and there are only {tensor_size} to prune.")


def _compute_nparams_toprune(amount: Any, tensor_size: int) -> int:
    whole = isinstance(amount, numbers.Integral)
    return int(amount) if whole else round(amount * tensor_size)


def _validate_structured_pruning(t: Tensor) -> None:
    if len(t.shape) < 2:
        raise ShapeError(
            f"whole rows can be pruned of weights with two axes or more, not of {show(t.shape)}."
        )


def _validate_pruning_dim(t: Tensor, dim: int) -> None:
    if dim >= t.dim():
        raise SettingError(f"dim is {dim}, and the weight has {t.dim()} axes, counted from 0.")


def _compute_norm(t: Tensor, n: Any, dim: int) -> Tensor:
    others = [d for d in range(t.dim()) if d != dim % t.dim()]
    out: Tensor = FUNCTIONS["norm"](t, p=n, dim=others)
    return out
