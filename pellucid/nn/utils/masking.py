"""How pruning is hung on a module: the weight becomes `weight_orig` times `weight_mask`.

The product is computed where the weight is read, so it follows every step of an optimizer, and
copies and compiled programs of the module are pruned like it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import Any, ClassVar, Self

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.mode import switched
from pellucid.nn.module import Module
from pellucid.nn.utils.derived import Way, derive, lacking, underive
from pellucid.shapes import show
from pellucid.tensor import Tensor
from pellucid.tensor.creation import ones_like

__all__ = ["BasePruningMethod", "methods_of"]


class BasePruningMethod(ABC):
    """The base of all ways to choose what is pruned; a class of your own says `compute_mask`.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> from pellucid.nn.utils import prune
        >>> class EverySecond(prune.BasePruningMethod):
        ...     PRUNING_TYPE = "unstructured"
        ...     def compute_mask(self, t, default_mask):
        ...         mask = default_mask.clone()
        ...         mask.view(-1)[::2] = 0
        ...         return mask
        >>> method = EverySecond.apply(nn.Linear(2, 1), "weight")
        >>> method.prune(pellucid.tensor([5.0, 6.0, 7.0]))
        tensor([0., 6., 0.])
    """

    PRUNING_TYPE: ClassVar[str]
    only_looks = True  # it hangs on the module to be found there, and changes no call
    _tensor_name: str

    def __call__(self, module: Module, inputs: Any) -> None:
        """Nothing: the weight is computed where it is read."""
        return

    @abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Ones where a number stays and zeros where it is pruned.

        Args:
            t: the weight, or how important each of its numbers is.
            default_mask: what was pruned before.
        """

    def apply_mask(self, module: Module) -> Tensor:
        """The weight with zeros where it is pruned."""
        return _masked(self._tensor_name, module)

    @classmethod
    def apply(
        cls,
        module: Module,
        name: str,
        *args: Any,
        importance_scores: Tensor | None = None,
        **kwargs: Any,
    ) -> Self:
        """Prune `module.name`, further if it is pruned already.

        Args:
            module: whose weight it is.
            name: name of the Parameter.
            *args: settings of the method.
            importance_scores: what decides instead of the numbers of the weight.
            **kwargs: settings of the method.
        """
        method = cls(*args, **kwargs)
        method._tensor_name = name
        old = methods_of(module).get(name)
        if old is None and name not in module._parameters:
            getattr(module, name)  # says so where there is nothing of that name
            raise lacking(module, name, buffers=False)
        weight = getattr(module, f"{name}_orig" if old else name)
        scores = weight if importance_scores is None else importance_scores
        if scores.shape != weight.shape:
            raise _Unlike(
                f"importance_scores have shape {show(scores.shape)}, and {name} has "
                f"{show(weight.shape)}.\n Give one score for each number."
            )
        with switched(recording=False):
            before = getattr(module, f"{name}_mask") if old else ones_like(weight)
            joined: Any = method if old is None else old.joined(method)
            mask = joined.compute_mask(scores.detach(), before).to(weight.dtype)
        if old is None:
            _hang(module, name, weight, mask)
        else:
            setattr(module, f"{name}_mask", mask)
            _unhook(module, old)
        module.register_forward_pre_hook(joined)
        given: Self = joined
        return given

    def joined(self, method: BasePruningMethod) -> Any:
        """This method and one that goes on from what it left."""
        raise NotImplementedError  # `pruning` says it, where containers are

    def prune(
        self,
        t: Tensor,
        default_mask: Tensor | None = None,
        importance_scores: Tensor | None = None,
    ) -> Tensor:
        """A Tensor with zeros where this method prunes; nothing is hung on any module.

        Args:
            t: what is pruned.
            default_mask: what was pruned before.
            importance_scores: what decides instead of the numbers themselves.
        """
        scores = t if importance_scores is None else importance_scores
        if scores.shape != t.shape:
            raise _Unlike(
                f"importance_scores have shape {show(scores.shape)}, and the Tensor has "
                f"{show(t.shape)}.\n Give one score for each number."
            )
        before = ones_like(t) if default_mask is None else default_mask
        with switched(recording=False):
            mask = self.compute_mask(scores.detach(), before)
        return t * mask.to(t.dtype)

    def remove(self, module: Module) -> None:
        """Let the weight be a Parameter with zeros in it; nothing is computed any more."""
        name = self._tensor_name
        if methods_of(module).get(name) is not self:
            raise SettingError(f"{type(module).__name__}.{name} is not pruned by this method.")
        weight = getattr(module, f"{name}_orig")
        with switched(recording=False):
            weight.data = self.apply_mask(module).detach()
        _unhook(module, self)
        underive(module, name)
        delattr(module, f"{name}_orig")
        delattr(module, f"{name}_mask")
        module.register_parameter(name, weight)


class _Unlike(ShapeError, AssertionError):
    """Scores that do not fit the weight; PyTorch asserts that they do."""


def methods_of(module: Module) -> dict[str, BasePruningMethod]:
    """The names of pruned weights, and how each is pruned."""
    hung = module._module_hooks.before.values() if module._module_hooks else ()
    found = [hook for hook in hung if isinstance(hook, BasePruningMethod)]
    return {method._tensor_name: method for method in found}


def _unhook(module: Module, method: BasePruningMethod) -> None:
    hung = module._hooked().before
    for number in [n for n, hook in hung.items() if hook is method]:
        del hung[number]


def _hang(module: Module, name: str, weight: Any, mask: Tensor) -> None:
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    module.register_buffer(f"{name}_mask", mask)
    derive(module, name, Way(partial(_masked, name)))


def _masked(name: str, module: Any) -> Tensor:
    weight = getattr(module, f"{name}_orig")
    out: Tensor = weight * getattr(module, f"{name}_mask").to(weight.dtype)
    return out
