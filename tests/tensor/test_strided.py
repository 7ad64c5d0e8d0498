"""Tensors whose numbers lie in memory as strides say, beside PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid

CASES = [((2, 3), (1, 2)), ((2, 3), (3, 1)), ((2, 3, 4), (12, 1, 3)), ((), ()), ((0, 3), (3, 1)),
         ((3,), (4,)), ((2, 2), (0, 1))]  # fmt: skip


@pytest.mark.parametrize(("size", "stride"), CASES)
def test_strides_are_pytorchs(size: Any, stride: Any, torch: Any) -> None:
    for make in (lambda m: m.empty_strided(size, stride),
                 lambda m: m.ones(1, dtype=m.float64).new_empty_strided(size, stride)):  # fmt: skip
        ours, theirs = make(pellucid).fill_(2), make(torch).fill_(2)
        assert ours.tolist() == theirs.tolist() and str(ours.dtype)[9:] == str(theirs.dtype)[6:]
        if 0 not in size and 0 not in stride:
            assert tuple(ours.stride()) == tuple(theirs.stride())
            assert ours.is_contiguous() == theirs.is_contiguous()
            assert ours.untyped_storage().nbytes() == theirs.untyped_storage().nbytes()


def test_axes_in_another_order(torch: Any) -> None:
    for order in ((2, 0, 1), (0, 1, 2), (1, 2, 0)):
        ours, theirs = (m.empty_permuted((2, 3, 4), order) for m in (pellucid, torch))
        assert tuple(ours.stride()) == tuple(theirs.stride())


def test_what_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"needs a stride for each size: \(2, 3\) and \(1,\)"):
        pellucid.empty_strided((2, 3), (1,))
    with pytest.raises(RuntimeError, match=r"strides can't be negative: \(-1,\)"):
        pellucid.empty_strided((2,), (-1,))
    with pytest.raises(RuntimeError, match="names each of 2 axes once"):
        pellucid.empty_permuted((2, 3), (0, 0))


def _seen(m: Any) -> dict[str, Any]:
    """Views of one memory each, by how they were made."""
    return {
        "every fifth": lambda x: x.as_strided((4,), (5,)),
        "rows": lambda x: x[0:].as_strided((2, 3), (6, 2), 1),
        "overlapping": lambda x: x.as_strided((3, 3), (1, 1)),
        "windows": lambda x: x.unfold(0, 3, 3),
        "windows that overlap": lambda x: x.unfold(0, 3, 2),
        "windows of a matrix": lambda x: x.view(4, 4).unfold(1, 2, 2),
        "a window of a column": lambda x: x.view(4, 4).unfold(0, 3, 1)[1],
    }


@pytest.mark.parametrize("way", _seen(None))
def test_views_see_what_is_written_and_write_what_is_seen(way: str, torch: Any) -> None:
    found = []
    for m in (pellucid, torch):
        x = m.arange(16.0)
        v = _seen(m)[way](x)
        x[6], x[7] = 50.0, 60.0
        found.append([v.tolist(), tuple(v.stride()), v.storage_offset(), v._is_view()])
        v[(0,) * v.ndim] = -1.0
        v[-1].fill_(-2.0)
        found[-1] += [x.tolist(), v.tolist()]
    assert found[0] == found[1]


@pytest.mark.parametrize("way", ["every fifth", "rows", "windows", "windows of a matrix"])
def test_writes_into_views_are_recorded(way: str, torch: Any) -> None:
    found = []
    for m in (pellucid, torch):
        w = m.arange(16.0, requires_grad=True)
        x = w * 2
        v = _seen(m)[way](x)
        v.mul_(3)
        (x * x + x).sum().backward()
        found.append([x.tolist(), v.tolist(), w.grad.tolist()])
    assert found[0] == found[1]


@pytest.mark.parametrize("way", _seen(None))
def test_views_have_slopes_twice_and_are_compiled(way: str, torch: Any) -> None:
    found = []
    for m in (pellucid, torch):
        x = (m.arange(16.0) / 7).requires_grad_()
        v = _seen(m)[way](x)
        (slope,) = m.autograd.grad((v**3).sum(), x, create_graph=True)
        (slope**2).sum().backward()
        found.append([*slope.tolist(), *x.grad.tolist()])
    assert found[0] == pytest.approx(found[1], rel=1e-5)
    x = pellucid.arange(16.0)
    for engine in ("numpy", "xla"):
        run = pellucid.compile(lambda x: _seen(None)[way](x) * 2, engine=engine)
        assert run(x).tolist() == (_seen(None)[way](x) * 2).tolist()


def test_what_is_shown_twice_is_not_changed_as_a_whole() -> None:
    x = pellucid.zeros(8)
    for seen in (x.unfold(0, 3, 2), x.as_strided((3, 3), (1, 1))):
        seen[0, 0] = 1.0
        with pytest.raises(RuntimeError, match="one number in several places"):
            seen.add_(1)
    x.unfold(0, 3, 2)[:, 1:].T.add_(1)
    assert x.tolist() == [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]
    with pytest.raises(RuntimeError, match=r"as_strided: strides can't be negative: \(-1,\)"):
        x.as_strided((2,), (-1,))
    w = pellucid.zeros(8, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"made by as_strided\(\) shows one number in several"):
        (w * 1).unfold(0, 3, 2).mul_(2)
