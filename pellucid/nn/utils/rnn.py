"""Sequences of different lengths in one batch: padded to one length, or packed without gaps.

Packed, the longest sequence stands first, and the numbers of each step lie together: step 0 of all
sequences, then step 1 of those that have one. `batch_sizes` says how many each step has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from pellucid.errors import DTypeError, KindError, SettingError, ShapeError
from pellucid.nn.ragged import offsets
from pellucid.shapes import show
from pellucid.spelling import a_kind
from pellucid.tensor import Tensor
from pellucid.tensor.creation import full, tensor
from pellucid.tensor.lift import FUNCTIONS

__all__ = [
    "PackedSequence", "invert_permutation", "pack_padded_sequence", "pack_sequence",
    "pad_packed_sequence", "pad_sequence", "unpack_sequence", "unpad_sequence",
]  # fmt: skip


class PackedSequence(NamedTuple):
    """Sequences of different lengths without gaps; recurrent layers take and return it.

    Attributes:
        data: `(numbers of steps together, features)`.
        batch_sizes: how many sequences have a step 0, a step 1, …
        sorted_indices: which sequence of the batch stands where; None where order was kept.
        unsorted_indices: the way back.
    """

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with its data in another dtype."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else self._replace(data=data)

    def _cast(self, name: str) -> PackedSequence:
        data = getattr(self.data, name)()
        return self if data is self.data else self._replace(data=data)

    def double(self) -> PackedSequence:
        """With float64 data."""
        return self._cast("double")

    def float(self) -> PackedSequence:
        """With float32 data."""
        return self._cast("float")

    def half(self) -> PackedSequence:
        """With float16 data."""
        return self._cast("half")

    def long(self) -> PackedSequence:
        """With int64 data."""
        return self._cast("long")

    def int(self) -> PackedSequence:
        """With int32 data."""
        return self._cast("int")

    def short(self) -> PackedSequence:
        """With int16 data."""
        return self._cast("short")

    def char(self) -> PackedSequence:
        """With int8 data."""
        return self._cast("char")

    def byte(self) -> PackedSequence:
        """With uint8 data."""
        return self._cast("byte")

    def cpu(self) -> PackedSequence:
        """The packed sequence itself: everything lives on the CPU."""
        return self

    def pin_memory(self) -> PackedSequence:
        """The packed sequence itself."""
        return self

    @property
    def is_cuda(self) -> bool:
        """Never."""
        return False

    def is_pinned(self) -> bool:
        """Never."""
        return False


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The order that undoes another.

    Example:
        >>> import pellucid
        >>> invert_permutation(pellucid.tensor([2, 0, 1]))
        tensor([1, 2, 0])
    """
    if permutation is None:
        return None
    back = {place: k for k, place in enumerate(permutation.tolist())}
    return tensor([back[k] for k in range(len(back))])


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Take the padding out of a batch of sequences.

    Args:
        input: `(steps, batch, …)`, or `(batch, steps, …)` with `batch_first`.
        lengths: how many steps of each sequence are real.
        batch_first: whether the batch is the first axis.
        enforce_sorted: whether the sequences stand longest first already; otherwise they are
            sorted, and recurrent layers undo it.

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor([[1, 2, 3], [4, 0, 0]])
        >>> packed = pack_padded_sequence(x, [3, 1], batch_first=True)
        >>> packed.data, packed.batch_sizes
        (tensor([1, 4, 2, 3]), tensor([2, 1, 1]))
    """
    x = input.transpose(0, 1) if batch_first else input
    counts = _lengths("pack_padded_sequence", lengths, x)
    order: Tensor | None = None
    if not enforce_sorted:
        places = sorted(range(len(counts)), key=lambda k: -counts[k])
        order, counts = tensor(places), [counts[k] for k in places]
        x = x.index_select(1, order)
    elif any(a < b for a, b in pairwise(counts)):
        raise SettingError(
            f"pack_padded_sequence: lengths must go down, and they are {_short(counts)}.\n"
            " Pass enforce_sorted=False to have the sequences sorted for you."
        )
    sizes = [sum(n > t for n in counts) for t in range(counts[0])]
    batch = x.shape[1]
    places = [t * batch + b for t, size in enumerate(sizes) for b in range(size)]
    data = x.reshape(-1, *x.shape[2:]).index_select(0, tensor(places))
    return PackedSequence(data, tensor(sizes), order, invert_permutation(order))


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Fill a packed batch up to one length.

    Args:
        sequence: what `pack_padded_sequence` or a recurrent layer gave.
        batch_first: whether the batch becomes the first axis.
        padding_value: what stands after the end of a sequence.
        total_length: pad to this many steps; to the longest sequence when None.

    Returns:
        The padded batch, and the length of each sequence.
    """
    sizes, data = sequence.batch_sizes.tolist(), sequence.data
    steps = len(sizes) if total_length is None else total_length
    if steps < len(sizes):
        raise SettingError(
            f"pad_packed_sequence: total_length is {total_length}, and the longest sequence has "
            f"{len(sizes)} steps."
        )
    starts, batch = offsets(sizes), sizes[0]
    gap = len(data)  # one row of padding behind the data serves all gaps
    places = [
        starts[t] + b if t < len(sizes) and b < sizes[t] else gap
        for t in range(steps)
        for b in range(batch)
    ]
    padding = full((1, *data.shape[1:]), padding_value, dtype=data.dtype)
    filled = FUNCTIONS["cat"]([data, padding]).index_select(0, tensor(places))
    out: Tensor = filled.reshape(steps, batch, *data.shape[1:])
    lengths = tensor([sum(b < size for size in sizes) for b in range(batch)])
    if sequence.unsorted_indices is not None:
        out = out.index_select(1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices]
    return (out.transpose(0, 1) if batch_first else out), lengths


def pad_sequence(
    sequences: Sequence[Tensor] | Tensor,
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Sequences of different lengths in one Tensor, the shorter ones filled up.

    Args:
        sequences: each `(steps, …)`.
        batch_first: `(batch, steps, …)` instead of `(steps, batch, …)`.
        padding_value: what fills the gaps.
        padding_side: "right" for gaps at the end, "left" for gaps at the start.

    Example:
        >>> import pellucid
        >>> pad_sequence([pellucid.tensor([1, 2]), pellucid.tensor([3])], batch_first=True)
        tensor([[1, 2],
                [3, 0]])
    """
    if padding_side not in ("right", "left"):
        raise SettingError(
            f"pad_sequence: padding_side is 'right' or 'left', and it is {padding_side!r}."
        )
    if not isinstance(sequences, Iterable):
        raise KindError(f"pad_sequence needs a list of Tensors and got {a_kind(sequences)}.")
    parts = list(sequences)
    _check_alike("pad_sequence", parts)
    steps = max(len(x) for x in parts)
    out = _in_rows(parts, steps, padding_value, padding_side)
    return out if batch_first else out.transpose(0, 1).contiguous()


def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False
) -> list[Tensor]:
    """The sequences of a padded batch, each by itself."""
    x = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    counts = _lengths("unpad_sequence", lengths, x.transpose(0, 1))
    return [x[k, :n] for k, n in enumerate(counts)]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences of different lengths, packed.

    Example:
        >>> import pellucid
        >>> pack_sequence([pellucid.tensor([1, 2]), pellucid.tensor([3])]).data
        tensor([1, 3, 2])
    """
    lengths = [len(x) for x in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of a packed batch, each by itself."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


def _lengths(name: str, given: Any, x: Tensor) -> list[int]:
    """Lengths as whole numbers that fit the batch, `x` being (steps, batch, …)."""
    counts = given.tolist() if isinstance(given, Tensor) else [int(n) for n in given]
    if len(counts) != x.shape[1]:
        raise ShapeError(
            f"{name}: there are {len(counts)} lengths for {x.shape[1]} sequences; give one each."
        )
    if not counts:
        raise ShapeError(f"{name}: there must be at least one sequence.")
    wrong = [k for k, n in enumerate(counts) if not 0 < n <= x.shape[0]]
    if wrong:
        raise SettingError(
            f"{name}: lengths go from 1 to {x.shape[0]}, the steps there are, and "
            f"lengths[{wrong[0]}] is {counts[wrong[0]]}."
        )
    return counts


def _check_alike(name: str, parts: list[Any]) -> None:
    if not parts:
        raise SettingError(f"{name}: there must be at least one sequence.")
    for k, x in enumerate(parts):
        if not isinstance(x, Tensor):
            raise DTypeError(
                f"{name}: sequences[{k}] must be a Tensor and is {a_kind(x)}.\n"
                " Make one: pellucid.tensor(value)."
            )
        if not x.shape or x.shape[1:] != parts[0].shape[1:]:
            raise ShapeError(
                f"{name}: sequences may differ in their first axis only: sequences[0] has shape "
                f"{show(tuple(parts[0].shape))} and sequences[{k}] {show(tuple(x.shape))}."
            )


def _in_rows(parts: list[Tensor], steps: int, value: float, side: str) -> Tensor:
    """All sequences and the gaps between them in one row, cut into rows of equal length."""
    of_each = parts[0].shape[1:]
    missing = [steps - len(x) for x in parts]
    gap = full((max(missing), *of_each), value, dtype=parts[0].dtype)
    gaps = {n: gap[:n] for n in set(missing)}
    pairs = zip(parts, missing, strict=True)
    both = [(x, gaps[n]) if n else (x,) for x, n in pairs]
    row = [y for pair in both for y in (pair if side == "right" else pair[::-1])]
    out: Tensor = FUNCTIONS["cat"](row).reshape(len(parts), steps, *of_each)
    return out


def _short(counts: list[int]) -> str:
    return str(counts) if len(counts) <= 8 else f"[{', '.join(map(str, counts[:8]))}, …]"
