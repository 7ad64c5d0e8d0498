"""What functions say to mistakes, word for word: what is wrong, the shapes given, what to do.

Long because it is a table: each mistake stands beside the exact text that answers it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import pellucid
from pellucid.errors import (
    DivisionError,
    DTypeError,
    IndexRangeError,
    IndexShapeError,
    PellucidError,
    SettingError,
    ShapeError,
)
from pellucid.ops.op import COMPOSITIONS, REGISTRY
from pellucid.shapes import Mismatch
from pellucid.testing.record import check_mistake

MISTAKES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: pellucid.ones(2, 3) + pellucid.ones(4),
        ShapeError,
        "add: axis -1 is 3 on one side and 4 on the other; sizes must be equal, or one of them 1.\n"
        "   a            (2, 3)\n"
        "   b            (4,)\n"
        " Shapes are compared from the right; cut, reshape or unsqueeze one of them to fit.",
    ),
    (
        lambda: pellucid.ones(2, 3) - pellucid.ones(2),
        ShapeError,
        "sub: axis -1 is 3 on one side and 2 on the other; sizes must be equal, or one of them 1.\n"
        "   a            (2, 3)\n"
        "   b            (2,)\n"
        " Perhaps the second should be a column: reshape(2, 1).",
    ),
    (
        lambda: pellucid.ones(3, 2) * pellucid.ones(2, 3),
        ShapeError,
        "mul: axis -2 is 3 on one side and 2 on the other; sizes must be equal, or one of them 1.\n"
        "   a            (3, 2)\n"
        "   b            (2, 3)\n"
        " Perhaps one of them should be turned around: x.T.",
    ),
    (
        lambda: pellucid.ones(2, 3) @ pellucid.ones(2, 3),
        ShapeError,
        "matmul: the last axis of input is 3, and it meets 2 in other; they must be equal.\n"
        "   input        (2, 3)\n"
        "   other        (2, 3)\n"
        " Perhaps the transpose was meant: input @ other.mT.",
    ),
    (
        lambda: pellucid.matmul(pellucid.ones(2, 3), pellucid.tensor(1.0)),
        ShapeError,
        "matmul: both sides need at least one axis; use * for single numbers.\n"
        "   input        (2, 3)\n"
        "   other        ()",
    ),
    (
        lambda: pellucid.mm(pellucid.zeros(3), pellucid.zeros(3)),
        ShapeError,
        "mm: input needs 2 axes and has shape (3,).\n"
        " matmul takes vectors, matrices and batches alike.",
    ),
    (
        lambda: pellucid.bmm(pellucid.zeros(2, 3, 4), pellucid.zeros(3, 4, 5)),
        ShapeError,
        "bmm: the batches differ: input (2, 3, 4) and mat2 (3, 4, 5).",
    ),
    (
        lambda: pellucid.dot(pellucid.zeros(3), pellucid.zeros(4)),
        ShapeError,
        "dot: the vectors differ in length: 3 and 4.",
    ),
    (
        lambda: pellucid.outer(pellucid.zeros(2, 2), pellucid.zeros(2)),
        ShapeError,
        "outer: input needs one axis and has shape (2, 2).\n"
        " matmul takes vectors, matrices and batches alike.",
    ),
    (
        lambda: pellucid.zeros(2, 3).reshape(4, 2),
        ShapeError,
        "reshape: 6 numbers don't fit into (4, 2), which holds 8.\n   x            (2, 3)\n"
        " Leave one size open: (-1, 2) makes it (3, 2).",
    ),
    (
        lambda: pellucid.zeros(2, 3).reshape(5, 4),
        ShapeError,
        "reshape: 6 numbers don't fit into (5, 4), which holds 20.\n   x            (2, 3)\n"
        " Give sizes that multiply to 6.",
    ),
    (
        lambda: pellucid.zeros(2, 3).reshape(-1, 4),
        ShapeError,
        "reshape: 6 numbers don't fill (-1, 4) evenly.\n   x            (2, 3)\n"
        " (-1, 3) keeps the 2 rows.",
    ),
    (
        lambda: pellucid.zeros(8, 4, 7, 7).view(-1, 200),
        ShapeError,
        "view: 1568 numbers don't fill (-1, 200) evenly.\n   x            (8, 4, 7, 7)\n"
        " (-1, 196) keeps the 8 rows: 4 · 7 · 7 = 196.",
    ),
    (
        lambda: pellucid.zeros(6).reshape(-1, 4),
        ShapeError,
        "reshape: 6 numbers don't fill (-1, 4) evenly.\n   x            (6,)\n"
        " The sizes that are given must divide 6, and they multiply to 4.",
    ),
    (
        lambda: pellucid.zeros(2, 3).reshape(-1, -1),
        ShapeError,
        "reshape: only one size can be left open with -1, and (-1, -1) has more.\n"
        "   x            (2, 3)\n"
        " Write all sizes out but one.",
    ),
    (
        lambda: pellucid.zeros(2, 3).view(7),
        ShapeError,
        "view: 6 numbers don't fit into (7,), which holds 7.\n   x            (2, 3)\n"
        " Leave one size open: (-1,) makes it (6,).",
    ),
    (
        lambda: pellucid.zeros(2, 3).view_as(pellucid.zeros(2, 2)),
        ShapeError,
        "view: 6 numbers don't fit into (2, 2), which holds 4.\n   x            (2, 3)\n"
        " Leave one size open: (-1, 2) makes it (3, 2).",
    ),
    (
        lambda: pellucid.zeros(2, 3).permute(0, 0),
        ShapeError,
        "permute: dims (0, 0) must name each of the 2 axes once.\n   x            (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).permute(0),
        ShapeError,
        "permute: dims (0,) must name each of the 2 axes once.\n   x            (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).permute(0, 2),
        IndexRangeError,
        "permute: dim 2 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).expand(4, 3),
        ShapeError,
        "expand: axis 0 is 2 and can't be stretched to 4; only 1 can.\n   x            (2, 3)\n"
        " To repeat the numbers: x.repeat(2, 1) is (4, 3).",
    ),
    (
        lambda: pellucid.zeros(2, 3).expand(5, 3),
        ShapeError,
        "expand: axis 0 is 2 and can't be stretched to 5; only 1 can.\n   x            (2, 3)\n"
        " -1 keeps an axis as it is: x.expand(-1, 3).",
    ),
    (
        lambda: pellucid.broadcast_to(pellucid.zeros(3), (3, 4)),
        ShapeError,
        "expand: axis 1 is 3 and can't be stretched to 4; only 1 can.\n   x            (3,)\n"
        " Make it a column first: x.reshape(3, 1).expand(3, 4).",
    ),
    (
        lambda: pellucid.zeros(2, 3).expand(3),
        ShapeError,
        "expand: (2, 3) has more axes than (3,).\n   x            (2, 3)\n"
        " Give a size for each of its 2 axes; -1 keeps one: x.expand(-1, 3).",
    ),
    (
        lambda: pellucid.zeros(2, 3).transpose(0, 2),
        IndexRangeError,
        "transpose: dim 2 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3, 4).t(),
        ShapeError,
        "t() is for at most two axes; this has 3. Use transpose().",
    ),
    (
        lambda: pellucid.cat([pellucid.zeros(2, 3), pellucid.zeros(2, 4)]),
        ShapeError,
        "cat: all must agree outside dim 0: Tensor 0 is (2, 3) and Tensor 1 is (2, 4).\n"
        "   xs[0]        (2, 3)\n"
        "   xs[1]        (2, 4)\n"
        " They fit along dim 1: cat(…, dim=1).",
    ),
    (
        lambda: pellucid.cat([pellucid.zeros(2, 3), pellucid.zeros(4, 5)], dim=1),
        ShapeError,
        "cat: all must agree outside dim 1: Tensor 0 is (2, 3) and Tensor 1 is (4, 5).\n"
        "   xs[0]        (2, 3)\n"
        "   xs[1]        (4, 5)\n"
        " Cut or pad all to one size along dim 0, such as 2; only dim 1 may differ.",
    ),
    (
        lambda: pellucid.cat([pellucid.zeros(2, 3), pellucid.zeros(3)]),
        ShapeError,
        "cat: all must agree outside dim 0: Tensor 0 is (2, 3) and Tensor 1 is (3,).\n"
        "   xs[0]        (2, 3)\n"
        "   xs[1]        (3,)\n"
        " Tensor 1 fits as (1, 3): x.unsqueeze(0).",
    ),
    (
        lambda: pellucid.cat([pellucid.zeros(2, 3), pellucid.zeros(2)], dim=1),
        ShapeError,
        "cat: all must agree outside dim 1: Tensor 0 is (2, 3) and Tensor 1 is (2,).\n"
        "   xs[0]        (2, 3)\n"
        "   xs[1]        (2,)\n"
        " Tensor 1 fits as (2, 1): x.unsqueeze(1).",
    ),
    (
        lambda: pellucid.cat([pellucid.zeros(2, 3), pellucid.zeros(5)]),
        ShapeError,
        "cat: all must agree outside dim 0: Tensor 0 is (2, 3) and Tensor 1 is (5,).\n"
        "   xs[0]        (2, 3)\n"
        "   xs[1]        (5,)\n"
        " Give all 2 axes: x.unsqueeze(0) puts one of size 1 in front.",
    ),
    (
        lambda: pellucid.cat([]),
        SettingError,
        "cat needs at least one Tensor and got an empty list.",
    ),
    (
        lambda: pellucid.cat([pellucid.zeros(2)], dim=1),
        IndexRangeError,
        "cat: dim 1 does not exist: the Tensor has one axis, so dims go from -1 to 0.\n"
        "   tensors[0]   (2,)",
    ),
    (
        lambda: pellucid.stack([pellucid.zeros(2), pellucid.zeros(3)]),
        ShapeError,
        "stack needs equal shapes: Tensor 0 is (2,) and Tensor 1 is (3,).\n"
        " nn.utils.rnn.pad_sequence(…, batch_first=True) fills all up to 3 with zeros;\n"
        " cat(…, dim=0) joins them end to end.",
    ),
    (
        lambda: pellucid.stack([pellucid.zeros(2, 4), pellucid.zeros(2, 5)]),
        ShapeError,
        "stack needs equal shapes: Tensor 0 is (2, 4) and Tensor 1 is (2, 5).\n"
        " They differ along dim 1 alone: cat(…, dim=1) joins them end to end.",
    ),
    (
        lambda: pellucid.stack([pellucid.zeros(3), pellucid.zeros(1, 3)]),
        ShapeError,
        "stack needs equal shapes: Tensor 0 is (3,) and Tensor 1 is (1, 3).\n"
        " All hold 3 numbers: x.reshape(3,) makes them equal.",
    ),
    (
        lambda: pellucid.stack([pellucid.zeros(3, 2), pellucid.zeros(4, 5)]),
        ShapeError,
        "stack needs equal shapes: Tensor 0 is (3, 2) and Tensor 1 is (4, 5).\n"
        " Cut, pad or reshape them to one shape first, such as (3, 2).",
    ),
    (
        lambda: pellucid.stack([]),
        SettingError,
        "stack needs at least one Tensor and got an empty list.",
    ),
    (
        lambda: pellucid.zeros(4).split(0),
        SettingError,
        "split: the size of a piece must be positive and is 0.",
    ),
    (
        lambda: pellucid.zeros(4).split([1, 2]),
        ShapeError,
        "split: the pieces [1, 2] sum to 3; dim 0 has 4.",
    ),
    (
        lambda: pellucid.zeros(4).chunk(0),
        SettingError,
        "chunk: the number of chunks must be positive and is 0.",
    ),
    (
        lambda: pellucid.zeros(2, 3).sum(2),
        IndexRangeError,
        "sum: dim 2 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).sum((0, 0)),
        ShapeError,
        "sum: dim (0, 0) names an axis twice.\n   input        (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).mean(-3),
        IndexRangeError,
        "mean: dim -3 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.ones(2, dtype=pellucid.int64).mean(),
        DTypeError,
        "mean works on float numbers and got int64.\n Convert first: x.float().mean().",
    ),
    (
        lambda: pellucid.tensor([True]).std(),
        DTypeError,
        "std works on float numbers and got bool.\n Convert first: x.float().std().",
    ),
    (
        lambda: pellucid.zeros(0).max(),
        IndexShapeError,
        "max: there is no largest or smallest of no numbers.\n   input        (0,)",
    ),
    (
        lambda: pellucid.zeros(0, 3).argmax(0),
        IndexShapeError,
        "argmax: there is no largest or smallest of no numbers.\n   x            (0, 3)",
    ),
    (
        lambda: pellucid.zeros(0, 3).amax((0,)),
        IndexShapeError,
        "amax: there is no largest or smallest of no numbers.\n   x            (0, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).softmax(2),
        IndexRangeError,
        "softmax: dim 2 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).squeeze(5),
        IndexRangeError,
        "squeeze: dim 5 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).unsqueeze(4),
        IndexRangeError,
        "unsqueeze: dim 4 does not exist: the Tensor has 3 axes, so dims go from -3 to 2.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).flatten(1, 0),
        ShapeError,
        "flatten: start_dim 1 comes after end_dim 0.",
    ),
    (
        lambda: pellucid.zeros(2, 3).flip(2),
        IndexRangeError,
        "flip: dim 2 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).roll((1, 2), 0),
        SettingError,
        "roll: 2 shifts for 1 dims; give one each.",
    ),
    (
        lambda: pellucid.zeros(2, 3).repeat(2),
        ShapeError,
        "repeat needs a count for each of the 2 axes, or more, and got (2,).",
    ),
    (
        lambda: pellucid.zeros(3).tril(),
        ShapeError,
        "tril: a triangle needs at least two axes, and the Tensor has 1.\n   x            (3,)",
    ),
    (
        lambda: pellucid.zeros(2, 3).movedim(0, 2),
        IndexRangeError,
        "movedim: dim 2 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).movedim((0, 1), (0, 0)),
        ShapeError,
        "movedim needs one destination for each source, none twice: (0, 1) to (0, 0).",
    ),
    (
        lambda: pellucid.zeros(2).diag_embed().diagonal(0, 0, 0),
        ShapeError,
        "diagonal needs two different dims, and got 0 and 0 for shape (2, 2).",
    ),
    (
        lambda: pellucid.zeros(2, 2, 2).diag(),
        ShapeError,
        "diag takes a vector or a matrix and got shape (2, 2, 2).",
    ),
    (
        lambda: pellucid.zeros(3).trace(),
        ShapeError,
        "trace needs a matrix and got shape (3,).",
    ),
    (
        lambda: pellucid.gather(pellucid.zeros(2, 3), 0, pellucid.tensor([[2, 0, 0]])),
        IndexRangeError,
        "gather: index 2 is out of range: dim 0 has 2 entries.\n Valid positions are 0 to 1.",
    ),
    (
        lambda: pellucid.gather(pellucid.zeros(2, 3), 1, pellucid.tensor([0])),
        ShapeError,
        "gather: index needs as many axes as the Tensor: (2, 3) and (1,).\n"
        "   x            (2, 3)\n"
        "   index        (1,)",
    ),
    (
        lambda: pellucid.gather(pellucid.zeros(2, 3), 0, pellucid.tensor([[0, 0, 0, 0]])),
        ShapeError,
        "gather: index is 4 along dim 1, where the Tensor has only 3.\n"
        "   x            (2, 3)\n"
        "   index        (1, 4)",
    ),
    (
        lambda: pellucid.gather(pellucid.zeros(2, 3), 0, pellucid.zeros(1, 3)),
        DTypeError,
        "gather: index must hold whole numbers and is float32.\n Convert it first: index.long().",
    ),
    (
        lambda: pellucid.zeros(2, 3).index_select(0, pellucid.tensor([5])),
        IndexRangeError,
        "index_select: index 5 is out of range: dim 0 has 2 entries.\n Valid positions are 0 to 1.",
    ),
    (
        lambda: pellucid.zeros(2, 3).index_select(0, pellucid.tensor([[0]])),
        ShapeError,
        "index_select: index needs one axis and has shape (1, 1).",
    ),
    (
        lambda: pellucid.zeros(2, 3).index_select(3, pellucid.tensor([0])),
        IndexRangeError,
        "index_select: dim 3 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)\n"
        "   index        (1,)",
    ),
    (
        lambda: pellucid.zeros(3).take(pellucid.tensor([4])),
        IndexRangeError,
        "take: index 4 is out of range: there are 3 entries.",
    ),
    (
        lambda: pellucid.zeros(2, 3).scatter(0, pellucid.tensor([[9, 0, 0]]), 1.0),
        IndexRangeError,
        "scatter: index 9 is out of range: dim 0 has 2 entries.\n Valid positions are 0 to 1.",
    ),
    (
        lambda: pellucid.zeros(2, 3).scatter(0, pellucid.tensor([[0, 0, 0]])),
        SettingError,
        "scatter needs src (a Tensor) or value (a number).",
    ),
    (
        lambda: pellucid.zeros(2, 3).scatter_add(
            0, pellucid.tensor([[0, 0, 0]]), pellucid.zeros(1, 2)
        ),
        ShapeError,
        "scatter_add: index (1, 3) names more than the numbers of src (1, 2).",
    ),
    (
        lambda: pellucid.zeros(2, 3).index_add(0, pellucid.tensor([0]), pellucid.zeros(2, 3)),
        ShapeError,
        "index_add: source needs shape (1, 3) and has (2, 3).",
    ),
    (
        lambda: pellucid.zeros(2, 3).masked_fill(pellucid.zeros(2, 3), 1.0),
        DTypeError,
        "masked_fill: the mask must be bool and is float32.\n"
        " Make it from a question, such as x > 0.",
    ),
    (
        lambda: pellucid.zeros(2, 3).masked_fill(pellucid.tensor([True, False]), 1.0),
        ShapeError,
        "masked_fill: axis -1 is 3 on one side and 2 on the other; sizes must be equal, or "
        "one of them 1.\n"
        "   input        (2, 3)\n"
        "   mask         (2,)\n"
        " Perhaps the second should be a column: reshape(2, 1).",
    ),
    (
        lambda: pellucid.zeros(2, 3).masked_select(pellucid.tensor([True, False])),
        ShapeError,
        "masked_select: axis -1 is 3 on one side and 2 on the other; sizes must be equal, "
        "or one of them 1.\n"
        "   input        (2, 3)\n"
        "   mask         (2,)\n"
        " Perhaps the second should be a column: reshape(2, 1).",
    ),
    (
        lambda: pellucid.one_hot(pellucid.tensor([3]), 3),
        IndexRangeError,
        "one_hot: class 3 does not exist: the 3 classes are 0 to 2.\n Make num_classes at least 4.",
    ),
    (
        lambda: pellucid.one_hot(pellucid.tensor([-1])),
        IndexRangeError,
        "one_hot: class -1 is negative; classes start at 0.",
    ),
    (
        lambda: pellucid.one_hot(pellucid.zeros(2)),
        DTypeError,
        "one_hot: class numbers must be whole and are float32.\n"
        " Convert them first: labels.long().",
    ),
    (
        lambda: pellucid.one_hot(pellucid.tensor([], dtype=pellucid.int64)),
        SettingError,
        "one_hot: pass num_classes; there are no class numbers to count.",
    ),
    (
        lambda: pellucid.zeros(3).topk(4),
        SettingError,
        "topk: k must lie between 0 and 3, the size of dim -1, and is 4.",
    ),
    (
        lambda: pellucid.zeros(3).kthvalue(0),
        SettingError,
        "kthvalue: k must lie between 1 and 3 and is 0.",
    ),
    (
        lambda: pellucid.zeros(0).long().median(),
        IndexShapeError,
        "median: there is no middle of no numbers.",
    ),
    (
        lambda: pellucid.zeros(3).sort(1),
        IndexRangeError,
        "sort: dim 1 does not exist: the Tensor has one axis, so dims go from -1 to 0.\n"
        "   input        (3,)",
    ),
    (
        lambda: pellucid.bincount(pellucid.tensor([-1])),
        IndexRangeError,
        "bincount: -1 is negative; only numbers from 0 on are counted.",
    ),
    (
        lambda: pellucid.bincount(pellucid.zeros(2)),
        DTypeError,
        "bincount takes a row of whole numbers and got float32 of shape (2,).",
    ),
    (
        lambda: pellucid.searchsorted(pellucid.zeros(2, 2), pellucid.zeros(1)),
        ShapeError,
        "searchsorted: rows of edges (2, 2) need as many rows of numbers, and these have shape "
        "(1,).",
    ),
    (
        lambda: pellucid.einsum("ij,jk", pellucid.zeros(2, 3)),
        ShapeError,
        "einsum: 'ij,jk' names 2 Tensors, and it got 1.\n   operands[0]  (2, 3)",
    ),
    (
        lambda: pellucid.einsum("ij", pellucid.zeros(2)),
        ShapeError,
        "einsum: the first Tensor has shape (2,), and 'ij' names 2 axes.\n   operands[0]  (2,)",
    ),
    (
        lambda: pellucid.einsum("ij,jk->ik", pellucid.zeros(2, 3), pellucid.zeros(4, 5)),
        ShapeError,
        "einsum: j of 'ij,jk->ik' is 3 in one place and 4 in another.\n"
        "   operands[0]  (2, 3)\n"
        "   operands[1]  (4, 5)",
    ),
    (
        lambda: pellucid.einsum("ij->ik", pellucid.zeros(2, 3)),
        ShapeError,
        "einsum: 'k' stands on the right of 'ij->ik' and not on its left.\n   operands[0]  (2, 3)",
    ),
    (
        lambda: pellucid.einsum("ij->ii", pellucid.zeros(2, 3)),
        ShapeError,
        "einsum: 'i' stands twice on the right of 'ij->ii'.\n   operands[0]  (2, 3)",
    ),
    (
        lambda: pellucid.einsum("i1", pellucid.zeros(2, 3)),
        ShapeError,
        "einsum: 'i1' may hold letters, commas, one '->' and '...' only.\n   operands[0]  (2, 3)",
    ),
    (
        lambda: pellucid.pad(pellucid.zeros(2, 3), (1,)),
        ShapeError,
        "pad needs two counts per axis, the last axis first, and got (1,) for shape (2, 3).",
    ),
    (
        lambda: pellucid.pad(pellucid.zeros(2, 3), (-4, 0)),
        ShapeError,
        "pad: (-4, 0) cuts off more than there is in (2, 3).",
    ),
    (
        lambda: pellucid.pad(pellucid.zeros(2, 3), (3, 0), mode="reflect"),
        ShapeError,
        "pad: a border of 3 can't be reflected from 3 entries.",
    ),
    (
        lambda: pellucid.pad(pellucid.zeros(2, 3), (1, 1), mode="mirror"),
        SettingError,
        "pad: mode must be 'constant', 'reflect', 'replicate' or 'circular' and is 'mirror'.",
    ),
    (
        lambda: pellucid.clamp(pellucid.zeros(2)),
        SettingError,
        "clamp needs min, max, or both.",
    ),
    (
        lambda: pellucid.tensor([1, 2]) ** -1,
        DTypeError,
        "pow: whole numbers can't be raised to the negative power -1.\n Convert first: x.float().",
    ),
    (
        lambda: pellucid.tensor([True]) - pellucid.tensor([True]),
        DTypeError,
        "sub works on int and float numbers and got bool.\n"
        " Use a ^ b for what differs, ~b for the opposite, or convert first: a - b.int().",
    ),
    (
        lambda: -pellucid.tensor([True]),
        DTypeError,
        "neg works on int and float numbers and got bool.\n"
        " Use ~x to turn yes into no, or convert first: x.int().",
    ),
    (
        lambda: pellucid.tensor([1.5]) & pellucid.tensor([1]),
        DTypeError,
        "bitwise_and works on bool and int numbers and got float32.\n"
        " Convert first: x.bool() for yes or no, x.long() for whole numbers.",
    ),
    (
        lambda: pellucid.tensor([1]) // 0,
        DivisionError,
        "floor_divide: whole numbers can't be divided by zero.",
    ),
    (
        lambda: pellucid.tensor([1]) % pellucid.tensor([0]),
        DivisionError,
        "remainder: whole numbers can't be divided by zero.",
    ),
    (
        lambda: pellucid.div(pellucid.zeros(2), 2, rounding_mode="up"),
        SettingError,
        "rounding_mode must be None, 'floor' or 'trunc' and is 'up'.",
    ),
    (
        lambda: pellucid.norm(pellucid.zeros(2), p="nuc"),
        SettingError,
        "norm: the nuclear norm is that of matrices, over 2 dims, not (0,).",
    ),
    (
        lambda: pellucid.where(pellucid.tensor([True, False]), pellucid.zeros(3), 1.0),
        ShapeError,
        "where: axis -1 is 2 on one side and 3 on the other; sizes must be equal, or one of "
        "them 1.\n"
        "   condition    (2,)\n"
        "   a            (3,)\n"
        "   b            ()\n"
        " Shapes are compared from the right; cut, reshape or unsqueeze one of them to fit.",
    ),
    (
        lambda: pellucid.zeros(2) + "a",
        TypeError,
        "unsupported operand type(s) for +: 'Tensor' and 'str'",
    ),
    (
        lambda: pellucid.add(pellucid.zeros(2), "a"),
        DTypeError,
        "add works on Tensors and numbers and got a str.\n Make a Tensor: pellucid.tensor(value).",
    ),
    (
        lambda: pellucid.add(pellucid.zeros(2), None),
        DTypeError,
        "add works on Tensors and numbers and got None.\n Make a Tensor: pellucid.tensor(value).",
    ),
    (
        lambda: pellucid.exp("a"),
        DTypeError,
        "exp: input must be a Tensor and is a str.\n"
        " Text must become numbers first; pellucid.fit does that for tables.",
    ),
    (
        lambda: pellucid.meshgrid(pellucid.zeros(2), indexing="yx"),
        SettingError,
        "meshgrid: indexing must be 'ij' or 'xy' and is 'yx'.",
    ),
    (
        lambda: pellucid.zeros(2, 3).narrow(1, 2, 5),
        IndexRangeError,
        "narrow: 5 entries from 2 on don't lie inside dim 1, which has 3.",
    ),
    (
        lambda: pellucid.zeros(2, 3).select(0, 2),
        IndexRangeError,
        "select: index 2 is outside dim 0, which has 2 entries.",
    ),
    (
        lambda: pellucid.zeros(2, 3).norm(dim=4),
        IndexRangeError,
        "norm: dim 4 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.zeros(2, 3).var(dim=2),
        IndexRangeError,
        "var: dim 2 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.take_along_dim(pellucid.zeros(2, 3), pellucid.tensor([0]), 0),
        ShapeError,
        "take_along_dim: indices need as many axes as the Tensor: (1,) and (2, 3).",
    ),
    (
        lambda: pellucid.zeros(3).matmul(pellucid.zeros(4)),
        ShapeError,
        "matmul: the last axis of input is 3, and it meets 4 in other; they must be equal.\n"
        "   input        (3,)\n"
        "   other        (4,)",
    ),
    (
        lambda: pellucid.zeros(2, 3).repeat_interleave(pellucid.tensor([1, 2])),
        SettingError,
        "repeat_interleave: repeats must be one count from 0 on for each of 6 entries, and "
        "has shape (2,).",
    ),
    (
        lambda: pellucid.zeros(2).sum(1.5),
        DTypeError,
        "sum: dim must be a whole number and is 1.5.\n   input        (2,)",
    ),
    (
        lambda: pellucid.cumsum(pellucid.zeros(2, 3), 2),
        IndexRangeError,
        "cumsum: dim 2 does not exist: the Tensor has 2 axes, so dims go from -2 to 1.\n"
        "   input        (2, 3)",
    ),
    (
        lambda: pellucid.addmm(pellucid.zeros(2), pellucid.zeros(2, 3), pellucid.zeros(2, 3)),
        ShapeError,
        "addmm: 3 columns meet 2 rows; they must be equal.\n"
        "   input        (2,)\n"
        "   mat1         (2, 3)\n"
        "   mat2         (2, 3)\n"
        " Perhaps the transpose was meant: mat2.mT.",
    ),
    (
        lambda: pellucid.relu(pellucid.tensor([True])),
        DTypeError,
        "relu works on int and float numbers and got bool.\n Convert first: x.float().",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), MISTAKES)
def test_the_words(call: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert str(caught.value) == text


@pytest.mark.parametrize(("call", "error", "text"), MISTAKES)
def test_inner_words_never_reach_people(
    call: Callable[[], Any], error: type[Exception], text: str
) -> None:
    assert not issubclass(error, Mismatch)
    assert issubclass(error, PellucidError | TypeError)


@pytest.mark.parametrize(
    ("call", "builtin"),
    [
        (lambda m: m.zeros(2, 3).sum(2), IndexError),
        (lambda m: m.zeros(2, 3)[5], IndexError),
        (lambda m: m.zeros(2, 3).transpose(0, 4), IndexError),
        (lambda m: m.zeros(3) + "a", TypeError),
        (lambda m: m.zeros(2, 3)[::-1], ValueError),
    ],
)
def test_what_people_catch_today_still_catches(call: Any, builtin: Any, torch: Any) -> None:
    for m in (pellucid, torch):
        with pytest.raises(builtin):
            call(m)


LISTED = [
    (name, k)
    for name, record in {**REGISTRY, **COMPOSITIONS}.items()
    for k in range(len(record.mistakes))
]


@pytest.mark.parametrize(("name", "k"), LISTED)
def test_mistakes_in_the_records(name: str, k: int) -> None:
    record = {**REGISTRY, **COMPOSITIONS}[name]
    check_mistake(record, record.mistakes[k])


def test_there_are_mistakes_in_the_records() -> None:
    assert len(LISTED) >= 12
