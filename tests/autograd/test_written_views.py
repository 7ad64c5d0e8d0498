"""Views whose memory is written: who keeps blame, and who may write."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid.errors import GraphError, KindError
from tests.autograd.both import same


def test_views_keep_their_blame_through_a_write(torch: Any) -> None:
    def script(m: Any) -> Any:
        base = m.tensor([1.0, 2.0], requires_grad=True).clone()
        view, other = base[:1], base[:]
        view.retain_grad()
        other.retain_grad()
        view.mul_(2)
        (view.sum() + (other * m.tensor([3.0, 5.0])).sum()).backward()
        return view.grad, other.grad

    same(torch, script)


def test_a_view_taken_before_its_leaf_required_grad_is_not_written(torch: Any) -> None:
    def refused(call: Any) -> bool:
        try:
            call()
        except RuntimeError:
            return True
        return False

    def script(m: Any) -> Any:
        w = m.ones(4, requires_grad=True)
        with m.no_grad():
            v, square = w[:2], w.view(2, 2)
            found = [refused(lambda: v.add_(1)), refused(lambda: square[0].zero_())]
        late = m.ones(3)
        seen = late[:]
        late.requires_grad_()
        found += [
            refused(call)
            for call in (
                lambda: v.add_(1), lambda: square[0].zero_(), lambda: seen.mul_(2),
                lambda: v.detach().add_(1), lambda: w.data[:2].add_(1),
                lambda: w.detach().view(2, 2).t().mul_(2),
            )
        ]  # fmt: skip
        late.requires_grad_(False)
        return [*found, refused(lambda: seen.mul_(2)), w.detach(), late]

    same(torch, script)
    x = pellucid.ones(2)
    y = x[:1]
    x.requires_grad_()
    with pytest.raises(GraphError, match=r"or before the leaf required grad\.\n Wrap the change"):
        y.add_(1)


def test_a_weight_that_shows_other_memory_stays_a_weight(torch: Any) -> None:
    def script(m: Any) -> Any:
        w = m.nn.Parameter(m.arange(4.0))
        for _ in range(2):
            with m.no_grad():
                w.set_(w[1:])
            w.grad = None
            (w * w).sum().backward()
        assert isinstance(w, m.nn.Parameter) and w.requires_grad and w.is_leaf
        with m.no_grad():
            w.set_(m.arange(6.0).untyped_storage(), 2, (2,), (1,))
        found = [w.detach(), w.requires_grad, w.grad]
        w.grad = None
        w.sum().backward()
        return [*found, w.grad]

    same(torch, script)


def test_a_direction_is_made_of_tensors(torch: Any) -> None:
    for m, error in ((torch, TypeError), (pellucid, KindError)):
        with pytest.raises(error):
            m.autograd.functional.hvp(lambda x: x.sum(), m.ones(2), (1, 2))
    with pytest.raises(KindError, match="vhp: what v holds must be Tensors, and one is an int"):
        pellucid.autograd.functional.vhp(lambda x: x.sum(), pellucid.ones(2), (1, 2))
