"""`vmap`: a function of one example, called with many side by side.

    vmap(f)(x)[i] = f(x[i])

The function is called once for each example and the results are stacked, so everything works in it
that works without it, and gradients flow through; it is no faster than a loop. What is written for
a whole batch at once is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from pellucid.errors import KindError, SettingError
from pellucid.func.trees import leaves, rebuilt
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.random import watched
from pellucid.tensor.tensor import Tensor

__all__ = ["vmap"]

_RANDOMNESS = ("error", "different", "same")


def vmap(
    func: Callable[..., Any], in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:  # fmt: skip
    r"""A function of one example as a function of many.

    $$\mathrm{vmap}(f)(x)_i = f(x_i)$$

    It runs `func` once for each example. Derivatives can be taken of it and in it.

    Args:
        func: gives a Tensor, or a dict, list or tuple of them.
        in_dims: for each argument the axis along which examples lie, or None where all share it;
            an argument in containers may have a container like it.
        out_dims: where the axis of examples lies in each result.
        randomness: "error" refuses chance in `func`; "different" draws for each example anew,
            "same" draws the same for all.
        chunk_size: accepted as in PyTorch.

    Returns:
        A function of the same arguments, with an axis more; all examples share the keyword
        arguments.

    Example:
        >>> import pellucid
        >>> from pellucid.func import grad, vmap
        >>> vmap(pellucid.dot)(pellucid.ones(3, 2), pellucid.ones(3, 2))
        tensor([2., 2., 2.])
        >>> vmap(grad(lambda x: x**2))(pellucid.tensor([1.0, 2.0]))
        tensor([2., 4.])
    """
    if randomness not in _RANDOMNESS:
        raise SettingError(
            f'vmap: randomness is "error", "different" or "same", not {randomness!r}.'
        )

    if chunk_size is not None and chunk_size < 1:
        raise SettingError(f"vmap: chunk_size must be above 0 and is {chunk_size}.")

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        tree, dims = [list(args), kwargs], [_per_argument(in_dims, args), None]
        tensors, along = leaves(tree), _spread(dims, tree, "in_dims")
        places = [_axis(d, t) for d, t in zip(along, tensors, strict=True)]
        count = _count(tensors, places)
        found = []
        for i in range(count):
            each = [
                t if d is None else t.select(d, i) for t, d in zip(tensors, places, strict=True)
            ]
            own_args, own_kwargs = rebuilt(tree, each)
            found.append(_once(func, own_args, own_kwargs, randomness, last=i == count - 1))
        return _stacked(found, out_dims)

    return call


def _per_argument(in_dims: Any, args: tuple[Any, ...]) -> Any:
    if isinstance(in_dims, tuple):
        if len(in_dims) != len(args):
            raise SettingError(
                f"vmap: in_dims has {len(in_dims)} entries for {len(args)} arguments."
            )
        return list(in_dims)  # as the arguments are
    if in_dims is not None and type(in_dims) is not int:
        raise SettingError(f"vmap: in_dims is a number, None, or a tuple of them, not {in_dims!r}.")
    return [in_dims] * len(args)


def _spread(dims: Any, tree: Any, what: str) -> list[Any]:
    """One entry for each Tensor: an entry for a container is that of all in it."""
    if dims is None or type(dims) is int:
        if type(dims) is int and not leaves(tree) and not _contains(tree):
            raise SettingError(
                f"vmap: {what} is {dims} for {tree!r}, which is no Tensor; say None."
            )
        return [dims] * len(leaves(tree))
    keys = list(tree) if isinstance(tree, Mapping) else range(len(tree)) if _listed(tree) else None
    own = list(dims) if isinstance(dims, Mapping) else range(len(dims)) if _listed(dims) else None
    alike = isinstance(tree, list) == isinstance(dims, list)
    if keys is None or own is None or keys != own or not alike:
        raise SettingError(f"vmap: {what} {dims!r} has not the containers of what it is for.")
    return [d for k in keys for d in _spread(dims[k], tree[k], what)]


def _contains(tree: Any) -> bool:
    return isinstance(tree, Mapping) or _listed(tree)


def _listed(tree: Any) -> bool:
    return isinstance(tree, tuple | list)


def _axis(dim: int | None, t: Tensor) -> int | None:
    if dim is None:
        return None
    if not -t.ndim <= dim < t.ndim:
        raise SettingError(f"vmap: in_dims is {dim} for a Tensor of shape {tuple(t.shape)}.")
    return dim % t.ndim


def _count(tensors: list[Tensor], places: list[int | None]) -> int:
    pairs = zip(tensors, places, strict=True)
    sizes = {t.shape[d] for t, d in pairs if d is not None}
    if not sizes:
        raise SettingError("vmap: no argument has examples; give one a number in in_dims.")
    if len(sizes) > 1:
        raise SettingError(
            f"vmap: the arguments have different numbers of examples: {sorted(sizes)}."
        )
    (count,) = sizes
    if not count:
        raise SettingError("vmap: there are no examples, so nobody can say what comes out.")
    return int(count)


def _once(func: Callable[..., Any], args: Any, kwargs: Any, randomness: str, last: bool) -> Any:
    with watched() as drawn:
        out = func(*args, **kwargs)
    if drawn and randomness == "error":
        raise SettingError(
            "vmap: the function draws at random.\n"
            ' Say how: randomness="different" for each example, or "same" for all.'
        )
    if randomness == "same" and not last:
        for generator, block in drawn.items():
            generator.back_to(block)
    return out


def _stacked(found: list[Any], out_dims: Any) -> Any:
    like = found[0]
    if not _only_tensors(like):
        raise KindError(
            f"vmap: the function must return a Tensor, or several, not {type(like).__name__}."
        )
    if isinstance(out_dims, tuple | list) and isinstance(like, Tensor) and len(out_dims) == 1:
        (out_dims,) = out_dims
    dims = _spread(out_dims, like, "out_dims")
    columns = zip(*(leaves(one) for one in found), strict=True)
    return rebuilt(like, [_joined(list(c), d) for c, d in zip(columns, dims, strict=True)])


def _joined(column: list[Tensor], dim: int | None) -> Any:
    return column[0] if dim is None else FUNCTIONS["stack"](column, dim)


def _only_tensors(tree: Any) -> bool:
    if isinstance(tree, Mapping):
        return all(map(_only_tensors, tree.values()))
    return isinstance(tree, Tensor) or (_listed(tree) and all(map(_only_tensors, tree)))
