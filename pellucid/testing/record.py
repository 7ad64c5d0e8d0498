"""Checks on the record of an op: nothing missing, and all it promises true on its samples."""

from __future__ import annotations

import warnings
from typing import Any

from pellucid.dtypes import float64
from pellucid.graph.node import Node
from pellucid.ops.op import Composition, Mistake, Op, Sample
from pellucid.tensor.lift import lifted
from pellucid.tensor.tensor import Tensor
from pellucid.testing.gradcheck import gradcheck, gradgradcheck
from pellucid.testing.samples import draw

__all__ = ["check_mistake", "check_op", "gaps", "on_tensors"]


def gaps(record: Op | Composition) -> list[str]:
    """What the record of an op leaves unsaid.

    Example:
        >>> import pellucid
        >>> from pellucid.ops import REGISTRY
        >>> pellucid.testing.gaps(REGISTRY["tanh"])
        []
    """
    found = [
        f"{record.name} has no {what}"
        for what in ("sentence", "equation", "derivative", "samples")
        if not getattr(record, what)
    ]
    if not record.sentence.endswith((".", "?")) or "\n" in record.sentence:
        found.append(f"{record.name}: the sentence is one line and ends in a full stop")
    if isinstance(record, Op):
        found += _gaps_of_rules(record)
    return found


def _gaps_of_rules(op: Op) -> list[str]:
    found = []
    inputs = max((len(s.inputs) for s in op.samples), default=0)
    if isinstance(op.gradient, tuple) and len(op.gradient) < inputs:
        found.append(f"{op.name} has {inputs} inputs and {len(op.gradient)} gradient rules")
    if op.gradient is not None and not op.terms:
        found.append(f"{op.name} has a gradient and no terms for explain")
    return found


def check_op(record: Op | Composition, *, second_order: bool = True) -> None:
    """Try an op on its own samples; raise AssertionError or GradcheckError where a promise breaks.

    Checked are: the record has no gaps; shape and dtype of the result are those that its rules
    foretell; gradients agree with finite differences, and so do second derivatives.

    Args:
        record: the op, as `define` or `composition` registered it.
        second_order: whether second derivatives are checked too.

    Example:
        >>> import pellucid
        >>> from pellucid.ops import REGISTRY
        >>> pellucid.testing.check_op(REGISTRY["tanh"])
    """
    missing = gaps(record)
    assert not missing, "; ".join(missing)
    for sample in record.samples:
        inputs = draw(record, sample, float64)
        if _check_promises(record, sample, inputs) and sample.smooth:
            call = on_tensors(record, sample, inputs)
            flowing = tuple(x for x in inputs if isinstance(x, Tensor) and x.requires_grad)
            gradcheck(call, flowing)
            if second_order:
                gradgradcheck(call, flowing)


def on_tensors(record: Op | Composition, sample: Sample, inputs: tuple[Any, ...]) -> Any:
    """The op as a function of those inputs alone that blame can reach."""
    call = lifted(record if isinstance(record, Op) else record.call)
    fixed = list(inputs)
    places = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]

    def function(*moving: Tensor) -> Any:
        for place, x in zip(places, moving, strict=True):
            fixed[place] = x
        return call(*fixed, **sample.params)

    function.__name__ = record.name
    return function


def _check_promises(record: Op | Composition, sample: Sample, inputs: tuple[Any, ...]) -> bool:
    """Compare the result with the rules; say whether blame flows through it."""
    call = record if isinstance(record, Op) else record.call
    nodes = tuple(x._node if isinstance(x, Tensor) else x for x in inputs)
    y: Node = call(*nodes, **sample.params)
    assert y.array.shape == y.shape, (
        f"{record.name}: the shape rule says {y.shape} and the forward gives {y.array.shape}"
    )
    assert y.array.dtype.name == y.dtype.name, (
        f"{record.name}: the dtype rule says {y.dtype.name} and the forward gives {y.array.dtype}"
    )
    return y.requires_grad


def check_mistake(record: Op | Composition, mistake: Mistake) -> None:
    """Make a mistake that the record lists, and compare what is said with what it promises."""
    inputs = draw(record, Sample(mistake.inputs, mistake.params))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            lifted(record if isinstance(record, Op) else record.call)(*inputs, **mistake.params)
    except mistake.error as error:
        said = str(error)
        assert said == mistake.text, f"{record.name} says\n{said}\nand promises\n{mistake.text}"
    else:
        raise AssertionError(f"{record.name} accepts {mistake.inputs} {dict(mistake.params)}")
