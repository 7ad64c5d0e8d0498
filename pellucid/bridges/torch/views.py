"""The lenses on networks of PyTorch's: what they show of ours, they show of these."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import torch

from pellucid import lenses, nn, optim
from pellucid.bridges.torch.mirror import mirror, one_tensor
from pellucid.bridges.torch.twins import Cuts
from pellucid.bridges.torch.values import leaf_of, mapped
from pellucid.data.wording import listing
from pellucid.errors import SettingError
from pellucid.lenses.shown import Shown
from pellucid.lenses.view import Remark, View

__all__ = ["blame", "graph", "program", "see"]

# What PyTorch keeps in a group that is no setting of the rule.
_ASIDE = frozenset(
    {"params", "foreach", "capturable", "differentiable", "fused", "initial_lr",
     "decoupled_weight_decay"}
)  # fmt: skip


def program(
    model: torch.nn.Module, x: Any, target: Any = None, loss: Any = None, optimizer: Any = None
) -> lenses.Program:
    """A network of PyTorch's as a program: what every layer computes, its shapes and what it costs.

    Args:
        model: the network; it is left as it is.
        x: what goes in: a tensor or array, several of them in a tuple or dict, or a shape. A dict
            goes in by names, or as a whole where the network takes one dict.
        target: what should come out; adds loss and backward part.
        loss: one of PyTorch's modules or functions of output and target, or a name as `fit` takes
            it; when None it follows from the target. A function or module of yours is given all
            that the network gives, others the first tensor of it, such as the logits.
        optimizer: one of PyTorch's over the model's parameters, or a name; adds the update part.

    Returns:
        what `pellucid.program` gives.

    Example:
        >>> import torch
        >>> theirs = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU())
        >>> p = program(theirs, torch.zeros(32, 4))
        >>> p.total["parameters"], [line["operation"] for line in p.layers]
        (80, ['Linear(4, 16)', 'ReLU()'])
    """
    ours = _mirrored(model, x)
    if target is not None and _takes_one(loss):
        one_tensor(ours)
    shown = lenses.program(
        ours, _ours(x), _ours(target), _loss(loss), _optimizer(optimizer, model)
    )  # fmt: skip
    _tell(shown, ours)
    return shown


def graph(model: torch.nn.Module, data: Any, **settings: Any) -> Shown:
    """The computation of a network of PyTorch's, forward and backward, with its numbers.

    Args:
        model: the network; it is left as it is.
        data: `(X, y)`, or X alone for the way forward.
        settings: what `pellucid.lenses.graph` takes (`zoom`, `loss`, `inside`, …).

    Example:
        >>> import torch
        >>> theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh())
        >>> graph(theirs, torch.ones(4, 2)).view.title
        'ŷ, computed in 2 stages'
    """
    return see(model, data, "graph", **settings)


def blame(model: torch.nn.Module, data: Any, **settings: Any) -> Shown:
    """Where the blame for the loss of a network of PyTorch's goes, from the true gradient.

    Args:
        model: the network; it is left as it is.
        data: `(X, y)`.
        settings: what `pellucid.lenses.blame` takes.

    Example:
        >>> import torch
        >>> theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh())
        >>> shown = blame(theirs, (torch.ones(4, 2), torch.tensor([0, 1, 2, 0])))
        >>> shown.view.title.split(" of ")[1]
        'the blame goes to layer 0'
    """
    return see(model, data, "blame", **settings)


def see(model: torch.nn.Module, data: Any, lens: str, **settings: Any) -> Shown:
    """A network of PyTorch's through any lens.

    Where it gives several tensors, in a tuple as LSTM's, a dict or an object as those of
    transformers, the first with fractions for each row is looked at, such as the logits.

    Args:
        model: the network; it is left as it is.
        data: what the lens takes: `(X, y)` for most.
        lens: its name; `pellucid.lenses.names()` has them all.
        settings: what the lens takes; `loss` may be one of PyTorch's.

    Raises:
        SettingError: there is no such lens.

    Example:
        >>> import torch
        >>> theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh())
        >>> see(theirs, torch.ones(4, 2), "graph").view.title
        'ŷ, computed in 2 stages'
    """
    look = getattr(lenses, lens, None)
    if lens not in lenses.names() or look is None:
        raise SettingError(f"there is no lens {lens!r}.\n There are {listing(lenses.names())}.")
    if "loss" in settings:
        settings["loss"] = _loss(settings["loss"])
    ours = _mirrored(model, data[0] if isinstance(data, tuple) else data)
    one_tensor(ours)
    shown: Shown = look(ours, _ours(data), **settings)
    _tell(shown, ours)
    return shown


def _tell(shown: Shown, ours: Any) -> None:
    """Add a word on what was picked, and on the operations that could not be followed."""
    known: Cuts = ours.__dict__.get("cuts", Cuts())
    words = []
    if known.several:
        words.append(
            Remark(f"The network gives several tensors ({known.several}); the first is shown.")
        )
    if cuts := dict.fromkeys(f"{c.name} ({c.reason})" for c in known):
        text = (
            f"No gradient is shown through {listing(list(cuts))}: "
            "their results stand here as constants with PyTorch's numbers."
        )
        words.append(Remark(text, "warn"))
    if words:
        old = shown.view
        shown.view = View(old.title, old.sentence, (*old.blocks, *words), old.data)


def _mirrored(model: torch.nn.Module, x: Any) -> Any:
    """The mirror; it gathers what it is given by name where their forward takes one dict."""
    ours = mirror(model)
    if isinstance(x, Mapping) and not _by_name(model, x):
        ours.__dict__["gathers"] = True
    return ours


def _by_name(model: torch.nn.Module, x: Mapping[str, Any]) -> bool:
    """Whether their forward has these names."""
    try:
        inspect.signature(model.forward).bind(**x)
    except TypeError:
        return False
    return True


def _ours(value: Any) -> Any:
    return mapped(torch.Tensor, leaf_of, value)


class _Called(torch.nn.Module):  # type: ignore[misc]
    """A function as a module, so that it can be mirrored."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self._function = function

    def forward(self, *args: Any) -> Any:
        """Call it."""
        return self._function(*args)


def _loss(loss: Any) -> Any:
    if loss is None or isinstance(loss, (str, nn.Module)):
        return loss
    return mirror(loss if isinstance(loss, torch.nn.Module) else _Called(loss))


def _takes_one(loss: Any) -> bool:
    """Whether a loss is chosen here or one of PyTorch's own, which take tensors alone."""
    kind = loss if inspect.isroutine(loss) else type(loss)
    return not callable(loss) or str(kind.__module__).startswith("torch.nn")


def _optimizer(optimizer: Any, model: torch.nn.Module) -> Any:
    """A function that makes the same optimizer over our parameters."""
    if not isinstance(optimizer, torch.optim.Optimizer):
        return optimizer
    name = type(optimizer).__name__
    kind = getattr(optim, name, None)
    if kind is None:
        raise SettingError(
            f"pellucid has no optimizer {name}.\n Leave optimizer= out, or pass a name."
        )
    places = {id(p): i for i, p in enumerate(model.parameters())}

    def make(parameters: list[Any]) -> Any:
        groups = [
            {"params": [parameters[places[id(p)]] for p in g["params"] if id(p) in places]}
            | {k: v for k, v in g.items() if k not in _ASIDE}
            for g in optimizer.param_groups
        ]
        return kind([g for g in groups if g["params"]])

    return make
