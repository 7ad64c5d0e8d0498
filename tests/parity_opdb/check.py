"""One entry of the database, called in every way that it can be, in both libraries."""

from __future__ import annotations

import contextlib
import operator
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import pellucid
from pellucid.errors import PellucidError, TraceError
from tests.parity_opdb.compare import difference, numbers, parts
from tests.parity_opdb.database import RANDOM, Unlike, calls, function, samples, seeded, spellings

__all__ = ["Found", "blame", "compiled", "errors", "ways"]

# Factors are fixed up to a sign each: the database says what of them can be compared.
_UP_TO_SIGN = ("svd", "linalg.svd", "linalg.eigh")


class Found(NamedTuple):
    """Something that differs from PyTorch."""

    name: str
    kind: str
    way: str
    text: str
    sample: str

    def __str__(self) -> str:
        return f"{self.name}: {self.kind} ({self.way}){self.text}\n    {self.sample}"


Report = Callable[[str, str, str, Any], Found]


def _reporter(op: Any) -> Report:
    name = f"{op.name}/{op.variant_test_name}" if op.variant_test_name else op.name

    def report(kind: str, way: str, text: str, sample: Any) -> Found:
        return Found(name, kind, way, text, sample.summary().replace("torch.", "")[:300])

    return report


def _tried(call: Callable[..., Any], given: Any) -> tuple[Any, Exception | None]:
    try:
        return call(*given.args, **given.kwargs), None
    except Unlike:
        raise
    except Exception as error:
        return None, error


def _refused(error: Exception) -> tuple[str, str]:
    kind = "refused" if isinstance(error, PellucidError) else "crash"
    return kind, f" {type(error).__name__}: {error}"


def _drawn(op: Any, sample: Any) -> bool:
    dropout = sample.kwargs.get("dropout_p") or (
        op.name == "nn.functional.multi_head_attention_forward"
        and any(type(a) is float and a > 0 for a in sample.args)
    )
    return op.name in RANDOM or bool(dropout)


def _compared(
    op: Any, way: str, sample: Any, theirs: Callable[..., Any], ours: Callable[..., Any]
) -> tuple[Found | None, Any]:
    """What differs, and both results with what they were made from."""
    report = _reporter(op)
    given, own = calls(sample)
    seeded()
    wanted, refusal = _tried(theirs, given)
    got, error = _tried(ours, own)
    if refusal is not None:
        taken = report("accepts", way, f" PyTorch: {type(refusal).__name__}: {refusal}", sample)
        return (taken if error is None else None), None
    if error is not None:
        return report(_refused(error)[0], way, _refused(error)[1], sample), None
    tamed = sample.output_process_fn_grad if op.name in _UP_TO_SIGN else lambda x: x
    found = difference(tamed(wanted), tamed(got), values=not _drawn(op, sample))
    if found is not None:
        return report(found[0], way, found[1], sample), None
    if "in place" in way and wanted is given.args[0] and got is not own.args[0]:
        return report("not itself", way, "", sample), None
    return None, (wanted, got, given.tensors, own.tensors)


def _method(name: str) -> Callable[..., Any]:
    return lambda x, *args, **kwargs: getattr(x, name)(*args, **kwargs)


def _by_name(call: Callable[..., Any], names: list[str]) -> Callable[..., Any]:
    return lambda *args, **kwargs: call(**dict(zip(names, args, strict=True)), **kwargs)


def ways(op: Any, dtypes: tuple[str, ...], most: int) -> Iterator[Found | None]:
    """As a function, method, operator, in place, and by the names of its arguments."""
    torch = sys.modules["torch"]
    theirs, ours = function(op, torch), function(op, pellucid)
    for dtype in dtypes:
        for sample in samples(op, dtype, most):
            with contextlib.suppress(Unlike):
                yield _compared(op, "function", sample, theirs, ours)[0]
                if isinstance(sample.input, torch.Tensor):
                    yield from _on_tensors(op, sample)
                yield from _named(op, sample, theirs, ours)


def _on_tensors(op: Any, sample: Any) -> Iterator[Found | None]:
    report = _reporter(op)
    if callable(op.method_variant) and not op.name.startswith("__"):
        call = _method(op.name)
        if hasattr(pellucid.Tensor, op.name):
            yield _compared(op, "method", sample, call, call)[0]
        else:
            yield report("no method", "method", "", sample)
    if op.operator_variant is not None and not sample.kwargs:
        yield _compared(op, "operator", sample, op.operator_variant, op.operator_variant)[0]
    if sample.broadcasts_input:
        return
    in_place = getattr(op.inplace_variant, "__name__", "")
    if in_place.endswith("_") and hasattr(sys.modules["torch"].Tensor, in_place):
        call = _method(in_place)
        if hasattr(pellucid.Tensor, in_place):
            yield _compared(op, "in place", sample, call, call)[0]
        else:
            yield report("no method", "in place", "", sample)
    augmented = op.inplace_operator_variant
    if augmented is not None and augmented is not operator.imatmul and not sample.kwargs:
        yield _compared(op, "operator in place", sample, augmented, augmented)[0]


def _named(op: Any, sample: Any, theirs: Any, ours: Any) -> Iterator[Found | None]:
    for names in spellings(op, sample):
        if _tried(_by_name(theirs, names), calls(sample)[0])[1] is None:
            call = _by_name(ours, names)
            yield _compared(op, "by name", sample, _by_name(theirs, names), call)[0]
            return


def _weights(x: Any, seed: int) -> Any:
    return np.random.default_rng(seed).standard_normal(tuple(x.shape))


def blame(op: Any, most: int, twice: bool = False) -> Iterator[Found | None]:
    """Gradients, and with `twice` the gradients of these, in float64."""
    torch = sys.modules["torch"]
    if not op.supports_autograd:
        return
    theirs, ours = function(op, torch), function(op, pellucid)
    for sample in samples(op, "float64", most, blame=True):
        if _drawn(op, sample):
            continue
        with contextlib.suppress(Unlike):
            found, both = _compared(op, "gradient", sample, theirs, ours)
            yield found
            if both is not None:
                yield from _blamed(op, sample, both, twice and op.supports_gradgrad)


def _blamed(op: Any, sample: Any, both: Any, twice: bool) -> Iterator[Found | None]:
    torch, report = sys.modules["torch"], _reporter(op)
    wanted, got = (sample.output_process_fn_grad(x) for x in both[:2])
    given, own = ([x for x in xs if x.requires_grad] for xs in both[2:])
    outs, own_outs = parts(wanted, torch.Tensor), parts(got, pellucid.Tensor)
    for order in ("gradient", "second") if twice else ("gradient",):
        for a, b in zip(outs, own_outs, strict=True):
            if order == "gradient" and a.requires_grad is not b.requires_grad:
                yield report("requires_grad", order, f" {a.requires_grad}", sample)
                return
        keep = twice and order == "gradient"
        try:
            wanted = _gradients(torch, outs, given, keep)
        except RuntimeError:
            return  # PyTorch has none here
        try:
            got = _gradients(pellucid, own_outs, own, keep)
        except Exception as error:
            yield report(order, "", f" {_refused(error)[1]}", sample)
            return
        for a, b in zip(wanted, got, strict=True):
            found = _unlike(a, b)
            if found is not None:
                yield report(order, "", f" {found}", sample)
                return
        yield None
        pairs = [(a, b) for a, b in zip(wanted, got, strict=True) if a is not None is not b]
        outs, own_outs = [a for a, _ in pairs], [b for _, b in pairs]


def _gradients(lib: Any, outs: list[Any], leaves: list[Any], keep: bool) -> Any:
    total: Any = sum(
        (y * lib.tensor(_weights(y, i), dtype=y.dtype)).sum()
        for i, y in enumerate(outs)
        if y.requires_grad
    )
    if isinstance(total, int):  # nothing depends on them any more
        return (None,) * len(leaves)
    return lib.autograd.grad(total, leaves, allow_unused=True, create_graph=keep)


def _unlike(theirs: Any, ours: Any) -> str | None:
    """No gradient and a gradient of zeros are the same."""
    if theirs is None or ours is None:
        other = ours if theirs is None else theirs
        return None if other is None or not numbers(other).any() else "one of them is None"
    found = difference(theirs, ours)
    return None if found is None else found[1]


def errors(op: Any) -> Iterator[Found | None]:
    """Wrong arguments, by which kind of error they are refused."""
    if op.error_inputs_func is None:
        return
    torch, report = sys.modules["torch"], _reporter(op)
    seeded()  # `op.error_inputs` would read the source of every caller for each of them
    wrong = [e.sample_input for e in op.error_inputs_func(op, "cpu")]
    for sample in wrong:
        with contextlib.suppress(Unlike):
            if "out" in sample.kwargs:
                continue  # refused with a text of its own
            given, own = calls(sample)
            _, refusal = _tried(function(op, torch), given)
            _, error = _tried(function(op, pellucid), own)
            if refusal is None:
                continue
            said = f" PyTorch: {type(refusal).__name__}: {str(refusal)[:120]}"
            if error is None:
                yield report("no error", "errors", said, sample)
            elif not isinstance(error, type(refusal)):
                yield report("error class", "errors", f"{said}; {_refused(error)[1]}", sample)
            else:
                yield None


def compiled(op: Any, dtypes: tuple[str, ...], most: int, engine: str) -> Iterator[Found | None]:
    """The same under `pellucid.compile`, where values don't decide shapes."""
    report, call = _reporter(op), function(op, pellucid)
    for dtype in dtypes:
        for sample in samples(op, dtype, most):
            with contextlib.suppress(Unlike):
                _, eager = calls(sample)
                _, held = calls(sample)
                wanted, error = _tried(call, eager)
                if error is not None or not held.tensors or _drawn(op, sample):
                    continue
                program = pellucid.compile(_rebuilt(call, held), engine=engine)
                try:
                    got = program(*held.tensors)
                except TraceError:
                    continue
                except Exception as refused:
                    yield report("compiled", engine, _refused(refused)[1], sample)
                    continue
                yield _as_compiled(report, engine, sample, wanted, got)


def _as_compiled(report: Report, engine: str, sample: Any, wanted: Any, got: Any) -> Found | None:
    for a, b in zip(*(parts(x, pellucid.Tensor) for x in (wanted, got)), strict=True):
        if a.shape != b.shape or a.dtype is not b.dtype:
            return report("compiled", engine, f" {a.shape} and {b.shape}", sample)
        x, y = numbers(a), numbers(b)
        widest = 1e-5 * max(1.0, float(np.abs(x[np.isfinite(x)]).max(initial=0.0)))
        if not np.allclose(x, y, rtol=1e-4, atol=widest, equal_nan=True):
            return report("compiled", engine, f" {x.ravel()[:3]} and {y.ravel()[:3]}", sample)
    return None


def _rebuilt(call: Callable[..., Any], held: Any) -> Callable[..., Any]:
    """A function of the Tensors alone."""

    def of_tensors(*tensors: Any) -> Any:
        turn = iter(tensors)

        def put(value: Any) -> Any:
            if isinstance(value, pellucid.Tensor):
                return next(turn)
            if type(value) in (list, tuple):
                return type(value)(put(v) for v in value)
            return {k: put(v) for k, v in value.items()} if isinstance(value, dict) else value

        return call(*put(held.args), **put(held.kwargs))

    return of_tensors
