"""A softmax over so many classes that most of them share: frequent ones in front, rare in groups.

The head tells the frequent classes and the groups apart; each group has a small network of its own
that is asked only for what falls into it:  ln p(c) = ln p(group) + ln p(c | group)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from pellucid.errors import SettingError, ShapeError
from pellucid.nn import functional as F
from pellucid.nn.container import ModuleList, Sequential
from pellucid.nn.functional.checks import in_range
from pellucid.nn.linear import Linear
from pellucid.nn.module import Module
from pellucid.ops.movement import cat
from pellucid.shapes import show
from pellucid.tensor import Tensor
from pellucid.tensor.bounds import look_at
from pellucid.tensor.tensor import wrap

__all__ = ["AdaptiveLogSoftmaxWithLoss"]


class ASMoutput(NamedTuple):
    """The log-probability of every row's class, and their mean with a minus."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    r"""A softmax over very many classes, numbered from the most frequent to the rarest.

    $\ln p(c) = \ln p(\mathrm{group}) + \ln p(c \mid \mathrm{group})$

    Args:
        in_features: how many numbers come in.
        n_classes: how many classes there are.
        cutoffs: where the groups begin; what lies before the first is told apart directly.
        div_value: how many times smaller the network of each next group is.
        head_bias: whether the head has a bias.
        device: "cpu", or None.
        dtype: kind of number of the weights.

    Shape:
        input `(N, in_features)` or `(in_features)`; target `(N)` or `()` →
        `output` `(N)` or `()`, and `loss` `()`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.AdaptiveLogSoftmaxWithLoss(8, 100, cutoffs=[10, 40], div_value=2)
        >>> output, loss = layer(pellucid.randn(5, 8), pellucid.tensor([0, 9, 10, 50, 99]))
        >>> tuple(output.shape), tuple(layer.log_prob(pellucid.randn(5, 8)).shape)
        ((5,), (5, 100))

    Source: Grave, Joulin, Cissé, Grangier & Jégou 2017.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        _check(list(cutoffs), n_classes)
        self.in_features, self.n_classes = in_features, n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size, self.n_clusters = self.cutoffs[0], len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **made)
        self.tail = ModuleList()
        for i in range(self.n_clusters):
            inner = int(in_features // div_value ** (i + 1))
            size = self.cutoffs[i + 1] - self.cutoffs[i]
            narrow = Linear(in_features, inner, bias=False, **made)
            self.tail.append(Sequential(narrow, Linear(inner, size, bias=False, **made)))

    def reset_parameters(self) -> None:
        """Draw all weights afresh."""
        self.head.reset_parameters()
        for layer in self.tail.modules():
            if isinstance(layer, Linear):
                layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> Any:
        """The log-probability of each row's class, and the loss."""
        self._fit(input_, target_)
        one = target_.ndim == 0
        x, target = (input_.unsqueeze(0), target_.unsqueeze(0)) if one else (input_, target_)
        place, shares = target, []
        for i, (start, stop) in enumerate(pairwise(self.cutoffs)):
            inside = (target >= start).logical_and(target < stop)
            shares.append(self._of_group(i, x, target, inside))
            place = place.where(inside.logical_not(), self.shortlist_size + i)
        head = F.log_softmax(self.head(x), dim=1).gather(1, place.unsqueeze(1)).squeeze(1)
        output: Tensor = sum(shares, head)
        return ASMoutput(output.squeeze(0) if one else output, -output.mean())

    def _fit(self, x: Tensor, target: Tensor) -> None:
        """Refuse targets that are no class of each row."""
        name = type(self).__name__
        if x.ndim not in (1, 2) or target.ndim != x.ndim - 1 or x.shape[:-1] != target.shape:
            raise ShapeError(
                f"{name}: input needs axes (N, {self.in_features}) and target (N), or "
                f"({self.in_features}) and ().\n   input   {show(tuple(x.shape))}\n"
                f"   target  {show(tuple(target.shape))}\n Give one class number for each row."
            )
        look_at(target._node, partial(in_range, name, self.n_classes, None))

    def _of_group(self, i: int, x: Tensor, target: Tensor, inside: Tensor) -> Tensor:
        """What the network of a group says of its rows, and 0 for the others."""
        local = (target - self.cutoffs[i]).clamp(0, self.cutoffs[i + 1] - self.cutoffs[i] - 1)
        if inside._node.array is None:  # while tracing nobody knows which: all are asked
            said: Tensor = F.log_softmax(self.tail[i](x), dim=1).gather(1, local.unsqueeze(1))
            return said.squeeze(1).where(inside, 0.0)
        rows = inside.nonzero().squeeze(1)
        said = F.log_softmax(self.tail[i](x[rows]), dim=1).gather(1, local[rows].unsqueeze(1))
        return x.new_zeros(len(target)).index_add(0, rows, said.squeeze(1))

    def log_prob(self, input: Tensor) -> Tensor:
        """Log-probabilities of all classes.

        Args:
            input: `(N, in_features)`.

        Returns:
            `(N, n_classes)`
        """
        head = F.log_softmax(self.head(input), dim=1)
        parts = [head[:, : self.shortlist_size]]
        for i, network in enumerate(self.tail):
            group = head[:, self.shortlist_size + i].unsqueeze(1)
            parts.append(F.log_softmax(network(input), dim=1) + group)
        return wrap(cat(*[part._node for part in parts], axis=1))

    def predict(self, input: Tensor) -> Tensor:
        """The likeliest class of each row.

        Args:
            input: `(N, in_features)`.

        Returns:
            `(N)`
        """
        return self.log_prob(input).argmax(dim=1)


def _check(cutoffs: list[int], n_classes: int) -> None:
    """Groups begin one after the other, and before the last class."""
    rising = all(a < b for a, b in zip([0, *cutoffs], [*cutoffs, n_classes], strict=True))
    if not cutoffs or not rising or any(int(c) != c for c in cutoffs):
        raise SettingError(
            f"AdaptiveLogSoftmaxWithLoss: cutoffs are whole numbers from 1 to {n_classes - 1}, "
            f"each larger than the one before, and they are {cutoffs}."
        )
