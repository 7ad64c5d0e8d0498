"""One op is one record: equation, shape rule, forward, derivative, cost, samples, all in one place.

Everything else is derived by walking `REGISTRY`: Tensor methods, both engines, the chain rule, the
documentation page, the gradient checks, the error tests and `explain`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pellucid.dtypes import FLOAT, DType, bool_, default_float, float32, int64, result_type
from pellucid.errors import DTypeError
from pellucid.graph.emit import applied
from pellucid.graph.halves import HALVES, beside
from pellucid.graph.mode import current
from pellucid.graph.node import Node, Part
from pellucid.shapes import Mismatch, Shape, broadcast, numel, resolve, show

__all__ = [
    "BY_STEPS",
    "COMPOSITIONS",
    "REGISTRY",
    "Composition",
    "Cost",
    "Mistake",
    "Op",
    "Sample",
    "composition",
    "define",
    "in_single",
    "need_float",
    "parameter_names",
    "per_element",
    "shape_lines",
]

Gradient = Callable[..., Any]
DTypeRule = Literal["promote", "float", "bool", "int64", "keep"] | Callable[..., DType]


class Cost(NamedTuple):
    """What one use costs: floating-point operations, and bytes read and written at least."""

    flops: int
    bytes: int


class Sample(NamedTuple):
    """Inputs on which an op is tried: shapes (drawn at random), or nested lists taken as they are.

    Attributes:
        inputs: a shape tuple, a number, or a list of values for each input.
        params: settings.
        low, high: range that random values are drawn from.
        fixed: positions of float inputs that blame is not asked for, such as class weights.
        smooth: False where the sample stands on a kink, so that difference quotients say nothing.
    """

    inputs: tuple[Any, ...]
    params: Mapping[str, Any] = {}
    low: float = -2.0
    high: float = 2.0
    smooth: bool = True
    fixed: tuple[int, ...] = ()


class Mistake(NamedTuple):
    """A wrong use and the exact words it is answered with."""

    inputs: tuple[Any, ...]
    params: Mapping[str, Any]
    error: type[Exception]
    text: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Op:
    """One differentiable operation.

    Attributes:
        name: the field's name for it.
        sentence: what it does, in one plain sentence.
        equation, derivative: LaTeX.
        forward: `forward(xp, *arrays, **params)` over the array namespace; both engines run it.
        gradient: one rule per input, `rule(g, y, *inputs, **params) -> node`, or None where no
            blame flows; or a single rule that returns a tuple. Written with ops, so that it
            differentiates again. Sums over broadcast axes are added by the chain rule, never here.
        axes: shape rule in the axis grammar; or give `shape`.
        shape: `shape(*shapes, **params) -> shape`; None as result means "depends on the values".
        dtype: "promote" (common dtype of the inputs), "float" (the same, integers become float32),
            "bool", "int64", "keep" (of the first input), or `rule(*dtypes, **params)`.
        promotes: position of the first input that takes part in promotion.
        accepts: the kinds of number it works on; `remedy` says what to do about another.
        each: whether every input must be of such a kind by itself, before they meet.
        cost: `cost(shapes, out_shape, **params) -> flops`; bytes follow from the shapes.
        traits: "elementwise", "linear", "view", "reduces", "random", "activation", …; "aside" where
            the op that takes it as its last input would compute it itself, and has its slopes;
            "anew" where 16 bits of its value are too few for its rule.
        samples, mistakes: read by the tests and the documentation.
        kink: what is taken at points without a derivative.
        stable: which form is computed and why, where it isn't the textbook one.
        source: where the formula comes from.
        terms: the local slopes as people write them, per input: "cos(x)"; for `explain`.
        matters: `matters(**params)`, what of the settings tells shape and dtype of the result,
            where it is not all of them: a loop over positions is checked once.
    """

    name: str
    sentence: str
    equation: str
    derivative: str
    forward: Callable[..., Any]
    gradient: tuple[Gradient | None, ...] | Gradient | None
    axes: str | None = None
    shape: Callable[..., Shape | None] | None = None
    dtype: DTypeRule = "promote"
    promotes: int = 0
    accepts: str = "bool int float"
    each: bool = False
    remedy: str = ""
    cost: Callable[..., int] = lambda shapes, out, **_: numel(out)
    traits: frozenset[str] = frozenset()
    samples: tuple[Sample, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    kink: str = ""
    stable: str = ""
    source: str = ""
    terms: tuple[str, ...] = ()
    matters: Callable[..., Any] | None = None
    inferred: dict[Any, Any] = field(default_factory=dict, repr=False)
    view: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "view", "view" in self.traits)

    __call__ = applied

    def __reduce__(self) -> Any:
        """Pickled and copied by name: what a module keeps is the record itself, not its rules."""
        if REGISTRY.get(self.name) is self:
            return _recorded, (self.name,)
        return super().__reduce_ex__(2)

    @property
    def cast(self) -> Op:
        """The op that promotion inserts."""
        return REGISTRY["cast"]

    def infer(
        self, inputs: tuple[Node, ...], params: Mapping[str, Any]
    ) -> tuple[Shape | None, DType, tuple[DType | None, ...] | None]:
        """Shape and dtype of the result, and the casts that the inputs need first."""
        dtypes, casts = self._promoted(inputs)
        if self.accepts != "bool int float":
            self._check_kinds([x.dtype for x in inputs] if self.each else dtypes, inputs)
        out = self._out_dtype(dtypes, params)
        try:
            shape = self._out_shape(tuple(x.shape for x in inputs), params)
        except Mismatch as mismatch:
            raise mismatch.error(self._shape_text(inputs, mismatch)) from None
        return shape, out, casts

    def measure(self, inputs: tuple[Node, ...], out: Node, params: Mapping[str, Any]) -> Cost:
        """What this use costs."""
        moved = sum(x.size * x.dtype.itemsize for x in (*inputs, out))
        return Cost(int(self.cost(tuple(x.shape for x in inputs), out.shape, **params)), moved)

    def _out_shape(self, shapes: tuple[Shape, ...], params: Mapping[str, Any]) -> Shape | None:
        if self.shape is not None:
            return self.shape(*shapes, **params)
        if self.axes is not None:
            return resolve(self.axes, shapes)
        return broadcast(*shapes)

    def _promoted(
        self, inputs: tuple[Node, ...]
    ) -> tuple[list[DType], tuple[DType | None, ...] | None]:
        dtypes = [x.dtype for x in inputs]
        if self.dtype not in ("promote", "float", "bool") or not inputs:
            return dtypes, None
        taking_part = inputs[self.promotes :]
        common = result_type((x.dtype, 2 if x.shape else 1) for x in taking_part)
        if self.dtype == "float" and common.category != FLOAT:
            common = default_float()
        casts = beside(self, taking_part, common)
        kept = self.promotes
        met = [*dtypes[:kept], *[common] * len(taking_part)]
        return met, (*[None] * kept, *casts) if any(casts) else None

    def _check_kinds(self, dtypes: list[DType], inputs: tuple[Node, ...]) -> None:
        stop = 1 if self.dtype == "keep" else len(dtypes)
        for dtype, x in zip(dtypes[self.promotes : stop], inputs[self.promotes :], strict=False):
            if ("bool", "int", "float")[dtype.category] not in self.accepts:
                named = f" ({x.name})" if x.name and x.kind != "constant" else ""
                kinds = self.accepts.replace(" ", " and ")
                raise DTypeError(
                    f"{self.name} works on {kinds} numbers and got {dtype.name}{named}.\n "
                    + (self.remedy or "Convert first: x.float().")
                )

    def _out_dtype(self, dtypes: list[DType], params: Mapping[str, Any]) -> DType:
        if callable(self.dtype):
            return self.dtype(*dtypes, **params)
        if self.dtype == "bool":
            return bool_
        if self.dtype == "int64":
            return int64
        return dtypes[self.promotes if self.dtype != "keep" else 0]

    def _shape_text(self, inputs: tuple[Node, ...], mismatch: Mismatch) -> str:
        lines = [f"{self.name}: {mismatch}.", *shape_lines(self.forward, inputs, skip=1)]
        if self.axes:
            lines.append(f" {self.name} works on {self.axes.replace('->', '→')}.")
        if mismatch.remedy:
            lines.append(f" {mismatch.remedy}")
        return "\n".join(lines)


# The derivative of an op that is itself a blame, and has no rule of its own.
BY_STEPS = r"\text{none here: to be differentiated again, it is written out step by step}"
REGISTRY: dict[str, Op] = {}
COMPOSITIONS: dict[str, Composition] = {}


def _recorded(name: str) -> Op:
    """The op of a name."""
    return REGISTRY[name]


def define(name: str, **fields: Any) -> Op:
    """Put one op into the registry and give back its record, which can be called on nodes."""
    if name in REGISTRY:
        raise ValueError(f"there are two ops called {name!r}")
    traits = frozenset(fields.pop("traits", "").split())
    op = REGISTRY[name] = Op(name=name, traits=traits, **fields)
    return op


@functools.cache
def parameter_names(op: Op) -> tuple[str, ...]:
    """The names of an op's inputs, as its forward spells them."""
    names = list(inspect.signature(op.forward).parameters.values())[1:]
    return tuple(p.name for p in names if p.kind is not inspect.Parameter.KEYWORD_ONLY)


def shape_lines(call: Callable[..., Any], given: Iterable[Any], skip: int = 0) -> Iterator[str]:
    """A line for each Tensor among the arguments: what `call` names it, its own name, its shape."""
    params = list(inspect.signature(call).parameters.values())[skip:]
    fixed = [p.name for p in params if p.kind is not inspect.Parameter.VAR_POSITIONAL]
    stars = [k for k, p in enumerate(params) if p.kind is inspect.Parameter.VAR_POSITIONAL]
    for k, value in enumerate(given):
        if stars and k >= stars[0]:
            name = f"{params[stars[0]].name}[{k - stars[0]}]"
        else:
            name = fixed[k] if k < len(fixed) else "input"
        for label, x in _tensors_in(name, value):
            full = f"{label} = {x.name}" if x.name and x.kind != "constant" else label
            yield f"   {full:<12} {show(x.shape)}"


def _tensors_in(name: str, value: Any) -> Iterator[tuple[str, Node]]:
    if isinstance(value, Node):
        yield name, value
    elif isinstance(value, list | tuple):
        for k, x in enumerate(value):
            yield from _tensors_in(f"{name}[{k}]", x)


@dataclass(frozen=True, eq=False)
class Composition:
    """A named function built of ops; the program view folds and unfolds it."""

    name: str
    call: Callable[..., Node]
    sentence: str
    equation: str
    derivative: str
    samples: tuple[Sample, ...]
    mistakes: tuple[Mistake, ...]
    source: str
    terms: tuple[str, ...]
    traits: frozenset[str]


def composition(
    name: str,
    *,
    equation: str,
    derivative: str = "",
    samples: tuple[Sample, ...] = (),
    mistakes: tuple[Mistake, ...] = (),
    source: str = "",
    terms: tuple[str, ...] = (),
    traits: str = "",
    single: bool = False,
) -> Callable[[Callable[..., Node]], Callable[..., Node]]:
    """Register a function of nodes, and fold the nodes of each call into one part.

    `single`: 16-bit inputs are computed with in float32, and the result is rounded once.
    """

    def wrap(call: Callable[..., Node]) -> Callable[..., Node]:
        sentence = (call.__doc__ or "").strip().split("\n")[0]

        @functools.wraps(call)
        def folded(*args: Any, **kwargs: Any) -> Node:
            mode = current()
            outer = mode.part
            part = mode.part = Part(record, outer)
            part.inputs = tuple(a for a in args if isinstance(a, Node))
            part.settings = kwargs
            try:
                out = call(*args, **kwargs)
                part.last = out.seq
                return out
            finally:
                mode.part = outer

        whole = in_single(folded, of_first=True) if single else folded
        record = Composition(
            name, whole, sentence, equation, derivative, samples, mistakes, source, terms,
            frozenset(traits.split()),
        )  # fmt: skip
        COMPOSITIONS[name] = record
        return whole

    return wrap


def in_single(call: Callable[..., Node], of_first: bool = False) -> Callable[..., Node]:
    """A function of nodes that computes with 16-bit inputs in float32, and rounds once at the end.

    Args:
        call: the function.
        of_first: the result is held as the first input, though others may be wider: bfloat16
            numbers normalized with float32 weights stay bfloat16.
    """

    @functools.wraps(call)
    def run(*args: Any, **kwargs: Any) -> Node:
        given = [a for a in (*args, *kwargs.values()) if isinstance(a, Node)]
        if not any(a.dtype in HALVES for a in given):
            return call(*args, **kwargs)
        out = call(*map(_wide, args), **{k: _wide(v) for k, v in kwargs.items()})
        kinds = ((a.dtype, 2 if a.shape else 1) for a in given)
        own = given[0].dtype if of_first else result_type(kinds)
        return REGISTRY["cast"](out, dtype=own) if own in HALVES and out.dtype is float32 else out

    return run


def _wide(value: Any) -> Any:
    if isinstance(value, Node) and value.dtype in HALVES:
        return REGISTRY["cast"](value, dtype=float32)
    return value


def per_element(flops: int) -> Callable[..., int]:
    """A cost of so many operations for each number of the output."""
    return lambda shapes, out, **_: flops * numel(out)


def need_float(name: str, dtype: DType, what: str, remedy: str) -> None:
    """Refuse integers where only real numbers make sense."""
    if dtype.category != FLOAT:
        raise DTypeError(f"{name}: {what} must be float and is {dtype.name}.\n {remedy}")
