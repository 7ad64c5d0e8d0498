"""A network of PyTorch's as one of ours: the same modules, parameters and forward, seen from here.

Its own `forward` runs, with all its loops and branches, on a private copy; every operation is made
here as well, with the same numbers. What comes out is recorded as any result of ours is, so
whatever looks at a network of ours looks at this one.
"""

from __future__ import annotations

import copy
import inspect
from typing import Any

import torch

from pellucid import nn
from pellucid.bridges.torch.following import Following, followed, theirs_of
from pellucid.bridges.torch.twins import Cuts
from pellucid.bridges.torch.values import array_of, leaves, mapped
from pellucid.errors import SettingError, TraceError
from pellucid.tensor import Tensor
from pellucid.tensor.creation import tensor

__all__ = ["Mirror", "mirror", "one_tensor"]

_WHOLE = (torch.nn.MultiheadAttention, torch.nn.RNNBase)
_open: list[Following] = []


class Mirror(nn.Module):
    """One module of the mirrored network.

    Attributes:
        cuts: of the last call, the operations whose result is a constant here.
        gathers: whether what it is given by name goes to their forward in one dict.
        picks: whether it gives one Tensor where theirs gives several, as lenses want it: the
            first that holds fractions for each row, such as the logits.
    """

    cuts: Cuts
    gathers: bool = False
    picks: bool = False

    def __init__(self, theirs: torch.nn.Module, twins: dict[int, Any]) -> None:
        super().__init__()
        self.__dict__["_theirs"] = theirs
        self.__dict__["cuts"] = Cuts()
        _take(self, theirs, twins)
        for name, child in theirs._modules.items():
            self.add_module(name, None if child is None else _reflected(child, twins))
        self.train(theirs.training)

    def extra_repr(self) -> str:
        """What PyTorch writes."""
        return str(self._theirs.extra_repr())

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Their forward, made on both sides."""
        if _open:
            return _open[-1].inside()
        if self.gathers and not args:
            args, kwargs = (kwargs,), {}
        with followed(self, self._theirs, (args, kwargs)) as following:
            given, named = mapped(Tensor, theirs_of, (list(args), dict(kwargs)))
            for mine, other in zip(
                leaves(Tensor, (args, kwargs)), leaves(torch.Tensor, (given, named)), strict=True
            ):
                following.twins.pair(other, mine)
            _open.append(following)
            try:
                out = following.root(*given, **named)
            except RuntimeError as error:
                if "meta tensor" in str(error):
                    raise TraceError("the network asks for numbers while it runs.") from error
                raise
            finally:
                _open.pop()
            self.cuts[:] = following.twins.cuts
            with following.twins.aside():
                mine = mapped(torch.Tensor, following.twins.of, out)
        return _first(mine, self.cuts) if self.picks else mine


def one_tensor(model: nn.Module) -> None:
    """Let a mirrored network give one Tensor where it gives several, as lenses want it.

    Args:
        model: what `mirror` gave: a Mirror, or a layer of ours that PyTorch has, too, as LSTM.
    """
    if isinstance(model, Mirror):
        model.__dict__["picks"] = True
        return
    cuts = model.__dict__["cuts"] = Cuts()
    model.register_forward_hook(lambda module, given, out: _first(out, cuts))


def _first(out: Any, cuts: Cuts) -> Any:
    """The first Tensor of a structure with fractions along axes; all of it without one."""
    if isinstance(out, Tensor):
        return out
    found = (t for t in leaves(Tensor, out) if t.ndim and t.is_floating_point())
    cuts.several = type(out).__name__
    return next(found, out)


def mirror(model: torch.nn.Module) -> nn.Module:
    """A network of PyTorch's as a network of ours.

    The copy has the same modules under the same names, and the same parameters. Calling it runs the
    original's `forward` on a private copy and every operation here as well, compared one by one;
    so it can be explained, drawn and looked at with every lens. It is made for looking: it is as
    slow as both together.

    Args:
        model: the network; it is left as it is.

    Returns:
        a module of ours; after a call, `cuts` names the operations that have no counterpart here,
        whose results are constants through which no gradient flows.

    Raises:
        SettingError: it is not a module of PyTorch's.

    Example:
        >>> import torch
        >>> import pellucid
        >>> theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())
        >>> ours = mirror(theirs)
        >>> ours(pellucid.ones(4, 2)).shape, ours.cuts
        (Size([4, 3]), [])
    """
    if not isinstance(model, torch.nn.Module):
        kind = type(model).__name__
        raise SettingError(
            f"mirror takes a torch.nn.Module, not {kind}.\n"
            " A network of ours needs no mirror: pass it to the lens itself."
        )
    return _reflected(copy.deepcopy(model), {})


def _reflected(theirs: torch.nn.Module, twins: dict[int, Any]) -> nn.Module:
    """The module's reflection; the same one for a module that appears twice."""
    known: nn.Module | None = twins.get(id(theirs))
    if known is None:
        native = _native(theirs, twins)
        known = native if native is not None else _kind(type(theirs), twins)(theirs, twins)
        twins[id(theirs)] = known
    return known


def _kind(theirs: type, twins: dict[int, Any]) -> Any:
    """A class of ours for one of theirs, the same for all its modules.

    Lenses know the blocks of a network by the class that comes most often.
    """
    if id(theirs) not in twins:
        own = {"__module__": __name__, "__doc__": Mirror.__doc__}
        twins[id(theirs)] = type(theirs.__name__, (Mirror,), own)
    return twins[id(theirs)]


def _native(theirs: torch.nn.Module, twins: dict[int, Any]) -> nn.Module | None:
    """A layer of ours with the same settings, where PyTorch's own layer has one."""
    kind = type(theirs)
    ours = getattr(nn, kind.__name__, None)
    own = kind.__module__.startswith("torch.nn.modules.")
    if (
        not own
        or ours is None
        or "Dropout" in kind.__name__
        or (theirs._modules and not isinstance(theirs, _WHOLE))
    ):
        return None
    if getattr(theirs, "dropout", 0) and isinstance(theirs, torch.nn.MultiheadAttention):
        return None
    if isinstance(theirs, (torch.nn.Sequential, torch.nn.ModuleList, torch.nn.ModuleDict)):
        return None
    try:
        made: nn.Module = ours(**_settings(ours, theirs))
        _same_places(made, theirs)
    except Exception:  # a setting it does not keep: its forward is followed instead
        return None
    _take(made, theirs, twins)
    for name, child in theirs._modules.items():
        mine = made._modules[name]
        if child is not None and mine is not None:
            _take(mine, child, twins)
    made.train(theirs.training)
    made.__dict__["_theirs"] = theirs
    return made


def _settings(ours: Any, theirs: torch.nn.Module) -> dict[str, Any]:
    """What its constructor was given, as it keeps it."""
    found = {}
    for name, parameter in inspect.signature(ours.__init__).parameters.items():
        if name in ("self", "device", "dtype", "args", "kwargs", "reduce", "size_average"):
            continue
        value = getattr(theirs, name, parameter.default)
        if name in ("bias", "add_bias_kv") and not isinstance(value, bool):
            value = value is not None
        if isinstance(value, torch.Tensor):
            value = tensor(array_of(value))
        if value is not inspect.Parameter.empty:
            found[name] = value
    if isinstance(theirs, torch.nn.MultiheadAttention):
        found |= {"bias": theirs.in_proj_bias is not None, "add_bias_kv": theirs.bias_k is not None}
    return found


def _same_places(ours: nn.Module, theirs: torch.nn.Module) -> None:
    wanted = {n: tuple(t.shape) for n, t in theirs.state_dict().items()}
    got = {n: tuple(t.shape) for n, t in ours.state_dict().items()}
    if wanted != got:
        raise SettingError("the parameters differ")


def _take(ours: nn.Module, theirs: torch.nn.Module, twins: dict[int, Any]) -> None:
    """Its own parameters and buffers."""
    for name, p in theirs._parameters.items():
        if p is not None and id(p) not in twins:
            made = nn.Parameter(tensor(array_of(p)), requires_grad=p.requires_grad)
            twins[id(p)] = made
        ours.register_parameter(name, None if p is None else twins[id(p)])
    for name, b in theirs._buffers.items():
        value = None if b is None else tensor(array_of(b))
        kept = name not in theirs._non_persistent_buffers_set
        ours.register_buffer(name, value, persistent=kept)
