"""Pruning: numbers of a weight set to zero and kept there, to see how small a network may be.

w = w_orig · mask, where the mask has a zero for each number that was pruned.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pellucid.errors import KindError, SettingError
from pellucid.nn.module import Module
from pellucid.nn.utils.masking import methods_of
from pellucid.nn.utils.pruning import (
    BasePruningMethod,
    CustomFromMask,
    Identity,
    L1Unstructured,
    LnStructured,
    PruningContainer,
    RandomStructured,
    RandomUnstructured,
    _compute_norm,
    _compute_nparams_toprune,
    _validate_pruning_amount,
    _validate_pruning_amount_init,
)
from pellucid.tensor import Tensor
from pellucid.tensor.creation import ones_like
from pellucid.tensor.lift import FUNCTIONS

__all__ = [
    "BasePruningMethod", "CustomFromMask", "Identity", "L1Unstructured", "LnStructured",
    "PruningContainer", "RandomStructured", "RandomUnstructured", "_compute_norm",
    "_compute_nparams_toprune", "_validate_pruning_amount", "_validate_pruning_amount_init",
    "custom_from_mask", "global_unstructured", "identity", "is_pruned", "l1_unstructured",
    "ln_structured", "random_structured", "random_unstructured", "remove",
]  # fmt: skip


def identity(module: Module, name: str) -> Module:
    """Hang a mask of ones on a weight.

    Args:
        module: whose weight it is.
        name: name of the Parameter.
    """
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: float) -> Module:
    """Prune single numbers of a weight at random.

    Args:
        module: whose weight it is.
        name: name of the Parameter.
        amount: which share of the numbers, or how many.
    """
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(
    module: Module, name: str, amount: float, importance_scores: Tensor | None = None
) -> Module:
    """Prune the numbers of a weight that are nearest to zero.

    Args:
        module: whose weight it is.
        name: name of the Parameter.
        amount: which share of the numbers, or how many.
        importance_scores: what decides instead of the numbers of the weight.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> from pellucid.nn.utils import prune
        >>> layer = nn.Linear(4, 2)
        >>> _ = prune.l1_unstructured(layer, "weight", amount=0.25)
        >>> int((layer.weight == 0).sum()), list(layer.state_dict())
        (2, ['bias', 'weight_orig', 'weight_mask'])
        >>> _ = prune.remove(layer, "weight")
        >>> list(layer.state_dict())
        ['bias', 'weight']
    """
    L1Unstructured.apply(module, name, amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: float, dim: int) -> Module:
    """Prune whole rows of a weight at random.

    Args:
        module: whose weight it is.
        name: name of the Parameter.
        amount: which share of the rows, or how many.
        dim: the axis that counts the rows.
    """
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: Module,
    name: str,
    amount: float,
    n: Any,
    dim: int,
    importance_scores: Tensor | None = None,
) -> Module:
    """Prune the whole rows of a weight that have the smallest norm.

    Args:
        module: whose weight it is.
        name: name of the Parameter.
        amount: which share of the rows, or how many.
        n: the norm: 1, 2, `inf`, …
        dim: the axis that counts the rows.
        importance_scores: what decides instead of the numbers of the weight.
    """
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Module, name: str, mask: Tensor) -> Module:
    """Prune a weight where a mask has zeros.

    Args:
        module: whose weight it is.
        name: name of the Parameter.
        mask: of the shape of the weight.
    """
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Module, str]],
    pruning_method: type[BasePruningMethod],
    importance_scores: dict[tuple[Module, str], Tensor] | None = None,
    **kwargs: Any,
) -> None:
    """Prune several weights as if they were one, so that some lose more than others.

    Args:
        parameters: modules and names of weights.
        pruning_method: such as `L1Unstructured`.
        importance_scores: for some of the weights, what decides instead of their numbers.
        **kwargs: settings of the method, such as `amount`.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> from pellucid.nn.utils import prune
        >>> model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
        >>> weights = [(layer, "weight") for layer in model]
        >>> prune.global_unstructured(weights, prune.L1Unstructured, amount=5)
        >>> int(sum((layer.weight == 0).sum() for layer in model))
        5
    """
    if not isinstance(parameters, Iterable):
        raise KindError("global_unstructured needs a list of modules and names of weights.")
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise KindError("importance_scores is a dict: {(module, name): scores}.")
    weights, method = list(parameters), pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise KindError(
            f"only single numbers can be pruned of several weights at once, and "
            f"{pruning_method.__name__} prunes whole rows."
        )
    method._tensor_name = "all"
    seen = [scores.get(w, getattr(*w)).detach().reshape(-1) for w in weights]
    before = [_mask(*w).reshape(-1) for w in weights]
    cat = FUNCTIONS["cat"]
    mask, start = PruningContainer(method).compute_mask(cat(seen), cat(before)), 0
    for module, name in weights:
        shape = getattr(module, name).shape
        custom_from_mask(module, name, mask[start : start + shape.numel()].reshape(shape))
        start += shape.numel()


def remove(module: Module, name: str) -> Module:
    """Make pruning final: the weight is a Parameter of its own again, with zeros in it.

    Args:
        module: whose weight it is.
        name: name of the weight.
    """
    method = methods_of(module).get(name)
    if method is None:
        raise SettingError(f"{type(module).__name__}.{name} is not pruned.")
    method.remove(module)
    return module


def is_pruned(module: Module) -> bool:
    """Whether some weight of a module, or of a module in it, is pruned."""
    return any(methods_of(m) for m in module.modules())


def _mask(module: Module, name: str) -> Tensor:
    held: Tensor | None = getattr(module, f"{name}_mask", None)
    return ones_like(getattr(module, name).detach()) if held is None else held
