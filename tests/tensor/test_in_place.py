"""Writing in place: through the record, through views, through memory, and where it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError, GraphError, IndexRangeError, ShapeError

Script = Callable[[Any, Any, Any], Any]


def views_follow(m: Any, x: Any, w: Any) -> Any:
    y = x * 2
    row, column = y[0], y[:, 1]
    row *= 3
    y[1] = 7.0
    return y, row, column


def rows_one_by_one(m: Any, x: Any, w: Any) -> Any:
    out = m.zeros(3, 4, dtype=m.float64)
    row = out[1]
    for i in range(3):
        out[i] += x[i] * w
    return out, row


def positions_and_masks(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y[[0, 2], 1:3] = w[:2]
    y[y > 0.5] = w[0]
    return y


def through_other_shapes(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.t()[1] = w[:3]
    y.view(-1)[3:6].add_(w[0])
    y.unsqueeze(0)[0, 2].mul_(w)
    return y


def emptied_and_filled(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.zero_()
    y += w
    return y


def new_axes(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y[..., None, 0] = w[:3, None]
    y[0, [1, 2]] = w[1]
    y[None, 1] = w
    return y


def masks_of_rows(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y[m.tensor([True, False, True])] = w
    y[0].fill_(2.0)
    y[1, 2] = w[3] * 5
    return y


def chains(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.add_(w).add_(1).sub_(0.5, alpha=2).tanh_()
    return y


def nothing_written(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y[1:1] = w
    y[:, []] = 3.0
    y[-1, -2] = w.sum()
    return y


def into_plain_memory(m: Any, x: Any, w: Any) -> Any:
    z = m.zeros(4, dtype=m.float64)
    z[2] = x[0, 0]
    later = z + w
    z[1] = w[0]
    return z, later


def by_function(m: Any, x: Any, w: Any) -> Any:
    y = x.clone()
    y.index_add_(0, m.tensor([0, 2, 0]), x * 3)
    y.masked_fill_(x > 0.3, 0.5)
    y.clamp_(-0.3, 0.9)
    y.scatter_(1, m.tensor([[0], [1], [3]]), 0.25)
    return y


def copied_over(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.copy_(w)
    return y


def a_view_of_a_view(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    a = y[1:]
    b = a[0]
    c = b[2:]
    c += w[2:]
    return y, a, b, c


def augmented_items(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y[0] *= w
    y[:, 2] /= 2
    y[1, 1] -= w[1]
    y[[0, 1]] += w
    return y


SCRIPTS: list[Script] = [
    views_follow, rows_one_by_one, positions_and_masks, through_other_shapes, emptied_and_filled,
    new_axes, masks_of_rows, chains, nothing_written, into_plain_memory, by_function, copied_over,
    a_view_of_a_view, augmented_items,
]  # fmt: skip


def run(m: Any, script: Script) -> tuple[list[Any], list[Any]]:
    x = m.tensor(np.arange(12.0).reshape(3, 4) / 7 - 0.6, dtype=m.float64, requires_grad=True)
    w = m.tensor(np.arange(4.0) + 1, dtype=m.float64, requires_grad=True)
    out = script(m, x, w)
    parts = list(out) if isinstance(out, tuple) else [out]
    sum((p * p).sum() for p in parts).backward()
    values = [np.array(p.tolist()) for p in parts]
    grads = [np.zeros(t.shape) if t.grad is None else np.array(t.grad.tolist()) for t in (x, w)]
    return values, grads


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.__name__)
def test_values_and_gradients_are_pytorchs(script: Script, torch: Any) -> None:
    for ours, theirs in zip(run(pellucid, script), run(torch, script), strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.__name__)
def test_gradients_are_finite_differences(script: Script) -> None:
    def total(x: Any, w: Any) -> Any:
        out = script(pellucid, x, w)
        return sum((p * p).sum() for p in (out if isinstance(out, tuple) else (out,)))

    x = pellucid.tensor(np.arange(12.0).reshape(3, 4) / 7 - 0.61, requires_grad=True)
    w = pellucid.tensor(np.arange(4.0) + 1, requires_grad=True)
    assert pellucid.testing.gradcheck(total, (x, w))
    assert pellucid.testing.gradgradcheck(total, (x, w))


# ---- memory --------------------------------------------------------------------------------------


def test_outside_a_record_the_memory_is_written(torch: Any) -> None:
    for m in (pellucid, torch):
        array = np.zeros((2, 3), np.float32)
        x = m.from_numpy(array)
        row, mirrored = x[0], x.t()
        x[0, 1] = 5.0
        x += 1
        assert array.tolist() == [[1.0, 6.0, 1.0], [1.0, 1.0, 1.0]]
        assert row.tolist() == [1.0, 6.0, 1.0]
        mirrored[2] = -1.0
        assert array[:, 2].tolist() == [-1.0, -1.0]


def test_weights_are_written_under_no_grad(torch: Any) -> None:
    for m in (pellucid, torch):
        w = m.nn.Parameter(m.zeros(2, 2)) if hasattr(m.nn, "Parameter") else m.zeros(2, 2)
        memory = w.detach()
        with m.no_grad():
            w[:] = m.tensor([[1.0, 2.0], [3.0, 4.0]])
            w -= 0.5
            w[0, 0] *= 10
        assert memory.tolist() == [[5.0, 1.5], [2.5, 3.5]]
        assert w.is_leaf and w.requires_grad


def test_detach_shares_memory(torch: Any) -> None:
    for m in (pellucid, torch):
        x = m.tensor([1.0, 2.0], requires_grad=True)
        x.detach()[0] = 7.0
        assert x.tolist() == [7.0, 2.0]
        x.data.mul_(2)
        assert x.tolist() == [14.0, 4.0]
        assert not x.detach().requires_grad and x.requires_grad
        x.data = m.tensor([1.0, 1.0])
        assert x.tolist() == [1.0, 1.0] and x.requires_grad


def test_numbers_are_cut_to_the_kind_of_the_memory(torch: Any) -> None:
    for m in (pellucid, torch):
        x = m.tensor([1, 2, 3])
        x[0] = 2.9
        x[1:] = m.tensor([7.7, -7.7])
        assert x.tolist() == [2, 7, -7] and x.dtype is m.int64
        x += 1
        x *= m.tensor([2, 2, 2], dtype=m.int32)
        assert x.tolist() == [6, 16, -12] and x.dtype is m.int64
        y = m.zeros(2)
        y += m.tensor([1.0, 2.0], dtype=m.float64)
        assert y.dtype is m.float32


def test_in_place_gives_back_the_same_tensor() -> None:
    x = pellucid.zeros(3)
    assert x.add_(1) is x
    assert x.fill_(2.0) is x
    assert x.zero_() is x
    assert x.copy_(pellucid.ones(3)) is x
    y = x
    y += 1
    assert y is x and x.tolist() == [2.0, 2.0, 2.0]


# ---- what a backward pass still needs ------------------------------------------------------------


def needed(write: Callable[[Any, Any], None]) -> str:
    """The complaint when `write` changes data or a weight between forward and backward."""
    x, w = pellucid.tensor([1.0, 2.0]), pellucid.tensor([3.0, 4.0], requires_grad=True)
    x.name, w.name = "x", "w"
    loss = (x * w).sum() + (w * w).sum()
    write(x, w)
    with pytest.raises(GraphError) as caught:
        loss.backward()
    return str(caught.value)


def under_no_grad(write: Callable[[Any], None]) -> Callable[[Any, Any], None]:
    def written(x: Any, w: Any) -> None:
        with pellucid.no_grad():
            write(w)

    return written


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (lambda x, w: x.add_(1), "x"),
        (lambda x, w: x.__setitem__(0, 9.0), "x"),
        (lambda x, w: x[1:].zero_(), "x"),
        (lambda x, w: x.view(2, 1)[0].mul_(2), "x"),
        (lambda x, w: x.detach().fill_(0.0), "x"),
        (under_no_grad(lambda w: w.add_(1)), "w"),
        (under_no_grad(lambda w: w[0].fill_(1.0)), "w"),
        (lambda x, w: w.detach().mul_(2), "w"),
        (lambda x, w: w.data.__setitem__(0, 1.0), "w"),
    ],
)
def test_a_needed_value_was_changed(write: Any, name: str) -> None:
    text = needed(write)
    assert text.startswith(
        f"a value that the backward pass needs was changed in place: {name!r}, read by mul.\n"
        " It was used at test_in_place.py:"
    )
    assert text.endswith("\n Change it after backward(), or work on a copy: x = x.clone().")


def test_the_output_that_a_rule_reads_was_changed() -> None:
    w = pellucid.tensor([1.0, 2.0], requires_grad=True)
    y = w.exp()
    loss = y.sum()
    y.detach().zero_()
    with pytest.raises(GraphError) as caught:
        loss.backward()
    first, second, _ = str(caught.value).split("\n")
    assert first.endswith("changed in place: the result of exp, read by exp.")
    here = caught.traceback[0].frame.code.firstlineno + 1
    used, changed = (f"test_in_place.py:{here + n}" for n in (2, 4))
    assert second == f" It was used at {used} and changed at {changed}."


def test_a_value_without_a_name_is_told_by_its_shape() -> None:
    x, w = pellucid.ones(2), pellucid.ones(2, requires_grad=True)
    loss = (x * w).sum()
    x.add_(1)
    with pytest.raises(GraphError, match=r"a Tensor of shape \(2,\), read by mul.\n.* and changed"):
        loss.backward()


def test_a_view_of_a_recorded_value_taken_without_a_record() -> None:
    w = pellucid.tensor([1.0, 2.0], requires_grad=True)
    y = w.exp()
    with pellucid.no_grad():
        part = y[0:1]
        part.zero_()
    with pytest.raises(GraphError, match="read by exp"):
        y.sum().backward()


def test_what_is_not_needed_may_change(torch: Any) -> None:
    """A sum needs only shapes, and so does adding."""
    for m in (pellucid, torch):
        x = m.tensor([1.0, 2.0])
        w = m.tensor([3.0, 4.0], requires_grad=True)
        loss = (x + w).sum()
        x.zero_()
        loss.backward()
        assert w.grad.tolist() == [1.0, 1.0]


def test_changes_before_the_use_do_not_matter() -> None:
    x, w = pellucid.ones(2), pellucid.ones(2, requires_grad=True)
    x.mul_(5)
    with pellucid.no_grad():
        w.mul_(2)
    (x * w).sum().backward()
    assert w.grad is not None and w.grad.tolist() == [5.0, 5.0]


# ---- refusals ------------------------------------------------------------------------------------

LEAF = (
    "a leaf that requires grad (w) is being changed in place, which the graph could not undo.\n"
    " Wrap the change in `with pellucid.no_grad():`, or compute a new Tensor."
)


@pytest.mark.parametrize(
    "write",
    [
        lambda w: w.add_(1),
        lambda w: w.__setitem__(0, 1.0),
        lambda w: w.fill_(0.0),
        lambda w: w.zero_(),
        lambda w: w.copy_(pellucid.zeros(2)),
        lambda w: w.__imul__(2),
    ],
)
def test_a_leaf_is_not_changed_under_record(write: Any, torch: Any) -> None:
    w = pellucid.tensor([1.0, 2.0], requires_grad=True)
    w.name = "w"
    with pytest.raises(GraphError) as caught:
        write(w)
    assert str(caught.value) == LEAF
    assert w.tolist() == [1.0, 2.0]


def test_nor_is_a_view_of_a_leaf() -> None:
    w = pellucid.tensor([1.0, 2.0], requires_grad=True)
    w.name = "w"
    with pytest.raises(GraphError) as caught:
        w[0].mul_(2)
    assert str(caught.value) == LEAF.replace("a leaf", "a view of a leaf")


def test_a_wider_shape_does_not_fit() -> None:
    x = pellucid.zeros(3)
    with pytest.raises(ShapeError) as caught:
        x.add_(pellucid.ones(2, 3))
    assert str(caught.value) == (
        "add_: the result has shape (2, 3) and can't be written into (3,).\n"
        " Use add() for a new Tensor."
    )


def test_floats_do_not_fit_into_whole_numbers(torch: Any) -> None:
    x = pellucid.tensor([1, 2])
    with pytest.raises(DTypeError) as caught:
        x += 1.5
    assert str(caught.value) == (
        "add_: the result is float32 and can't be written into int64.\n"
        " Use add() for a new Tensor, or convert first: x = x.to(pellucid.float32)."
    )
    with pytest.raises(DTypeError, match="div_: the result is float32"):
        x /= 2
    with pytest.raises(RuntimeError):
        torch.tensor([1, 2]).add_(1.5)


def test_values_that_do_not_fit_their_place() -> None:
    x = pellucid.zeros(3, 4)
    with pytest.raises(ShapeError) as caught:
        x[0] = pellucid.ones(3)
    assert str(caught.value) == (
        "a value of shape (3,) can't be written into a part of shape (4,).\n"
        " Sizes must be equal, or 1 in the value."
    )
    with pytest.raises(IndexRangeError, match=r"index 3 is out of range: dim 0 has 3 entries\."):
        x[3] = 1.0
    with pytest.raises(ShapeError):
        x[x > 5] = pellucid.ones(2)


STRETCHED: dict[str, Any] = {
    "one": lambda m, v: v.__setitem__((1, 2), 7.0),
    "a column": lambda m, v: v[:, 1].copy_(m.tensor([1.0, 2.0, 3.0])),
    "filled": lambda m, v: v.fill_(2),
    "zeroed": lambda m, v: v.zero_(),
    "part of it": lambda m, v: v[1:, 2:3].add_(5),
}
TWICE: dict[str, Any] = {
    "added": lambda m, v: v.add_(1),
    "copied": lambda m, v: v.copy_(m.ones(3, 4)),
    "a part multiplied": lambda m, v: v[1:].mul_(2),
    "its exponential": lambda m, v: v.exp_(),
    "drawn": lambda m, v: v.normal_(),
    "scattered": lambda m, v: v.scatter_(0, m.zeros(3, 4, dtype=m.int64), m.ones(3, 4)),
    "of a sum": lambda m, v: m.add(m.ones(3, 4), 1, out=v),
}


@pytest.mark.parametrize("name", [*STRETCHED, *TWICE])
def test_stretched_memory_is_written_where_no_number_is_shown_twice(name: str, torch: Any) -> None:
    found = []
    for m in (pellucid, torch):
        x = m.zeros(2, 3, 1)
        v = x[1].expand(3, 4)
        if name in STRETCHED:
            STRETCHED[name](m, v)
        else:
            with pytest.raises(RuntimeError) as caught:
                TWICE[name](m, v)
            assert m is torch or "shows one number in several places" in str(caught.value)
        found.append([x.tolist(), v.tolist()])
    assert found[0] == found[1]


def test_what_can_not_be_written() -> None:
    x = pellucid.zeros(2, 3).t().as_strided((2,), (1,))
    with pytest.raises(GraphError) as caught:
        x[0] = 1.0
    assert str(caught.value) == (
        "this memory can't be written: it is a copy of what it looks at, or belongs to somebody "
        "who forbids it.\n Work on a copy: x = x.clone()."
    )
    w = pellucid.ones(3, requires_grad=True) * 1
    with pytest.raises(GraphError) as caught:
        w.expand(2, 3).add_(1)
    assert str(caught.value) == (
        "a Tensor made by expand() shows one number in several places and can't be changed in "
        "place.\n Work on a copy: x = x.clone()."
    )
