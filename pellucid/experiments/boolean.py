r"""Boolean: any truth table as one hidden layer of thresholds, built and not trained.

$$ f(x) = 1 \iff \sum_{v:\, f(v)=1} \operatorname{step}\Big(\sum_i (2v_i - 1)\,x_i - |v| + \tfrac12
   \Big) \ge \tfrac12 $$

One neuron for each input where the table says 1: it is on at exactly that input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import pellucid.nn as nn
from pellucid.errors import SettingError
from pellucid.experiments.experiment import experiment
from pellucid.experiments.settings import linear, whole
from pellucid.lenses.numerals import amount, plural
from pellucid.lenses.picture import Axis, Chart, Line
from pellucid.lenses.view import Column, Equation, Remark, Table, View
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.tensor import Tensor

__all__ = ["Thresholds", "boolean", "inputs_of", "threshold_network"]

Truth = npt.NDArray[np.bool_]
_MOST = 10


class Thresholds(nn.Module):
    """A hidden layer of neurons that are on or off, and one output that is.

    Args:
        hidden: computes what the hidden neurons compare with zero.
        output: computes what the output compares with zero.
    """

    def __init__(self, hidden: nn.Linear, output: nn.Linear) -> None:
        super().__init__()
        self.hidden, self.output = hidden, output

    def forward(self, x: Tensor) -> Tensor:
        """1 where the output is on, 0 elsewhere."""
        on = (self.hidden(x) > 0).to(x.dtype)
        answer: Tensor = (self.output(on) > 0).to(x.dtype)
        return answer


def inputs_of(n: int) -> npt.NDArray[np.float32]:
    """All inputs of n bits in counting order, the first bit the most significant.

    Example:
        >>> inputs_of(2).tolist()
        [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    numbers = np.arange(2**n)[:, None]
    return (numbers >> np.arange(n)[::-1] & 1).astype(np.float32)


def threshold_network(table: Sequence[bool] | Truth) -> Thresholds:
    """The network of one hidden layer that computes a truth table.

    Where the table has more ones than zeros it looks for the zeros instead, and the output turns
    round, so that it is never wider than half the inputs.

    Args:
        table: the outputs in counting order of the inputs; 2, 4, 8, … of them, up to 1024.

    Raises:
        SettingError: another number of outputs.

    Example:
        >>> net = threshold_network([0, 1, 1, 0])
        >>> net(from_numpy(inputs_of(2))).reshape(-1).tolist()
        [0.0, 1.0, 1.0, 0.0]
    """
    truth = np.asarray(table, bool)
    n = truth.size.bit_length() - 1
    if truth.ndim != 1 or truth.size != 2**n or not 1 <= n <= _MOST:
        raise SettingError(
            f"a truth table has 2, 4, 8, … or {2**_MOST:,} outputs, not {truth.size:,}."
        )
    ones = 2 * truth.sum() <= truth.size
    found = inputs_of(n)[truth == ones]
    sign = 1.0 if ones else -1.0
    weight, bias = 2 * found - 1, 0.5 - found.sum(1)
    if not len(found):  # a table of one value: a neuron that no input turns on
        weight, bias = np.zeros((1, n)), np.array([-0.5])
    hidden = linear(weight, bias)
    output = linear(np.full((1, len(weight)), sign), np.array([-0.5 * sign]))
    return Thresholds(hidden, output)


@experiment("Can one hidden layer compute any truth table, and how wide must it be?")
def boolean(table: str | Sequence[Any] = "parity", inputs: int = 4, seed: int = 0) -> View:
    """Build the threshold network of a truth table and check it on every input.

    Args:
        table: "parity", "majority", "and", "or", "random", or the outputs in counting order, such
            as "0110" or [0, 1, 1, 0].
        inputs: how many, up to 10; taken from the outputs where these are given.
        seed: of a random table.

    Returns:
        the network's width, its check, and how widths grow with the inputs.

    Raises:
        SettingError: outputs that are no truth table, or an unknown name.

    Example:
        >>> found = boolean("0110").to_dict()
        >>> found["hidden"], found["wrong"]
        (2, 0)
    """
    truth, name = _table_of(_typed(table), inputs, whole("seed", seed, 0))
    n = truth.size.bit_length() - 1
    built, wrong = _checked(truth)
    width = built.hidden.out_features
    growth = [_growth(k, name, seed) for k in range(1, _MOST + 1)]
    return View(
        f"Can one hidden layer compute {name or 'this truth table'} of {plural(n, 'input')}?",
        _verdict(n, width, wrong),
        (
            Remark(
                "What is run: the network is built from the table, one hidden neuron for each input"
                " with the rarer answer, and computed on"
                f" {'both inputs' if n == 1 else f'all {2**n:,} inputs'}. Nothing is trained."
            ),
            Equation(
                ("neuron of input v",
                 "step((2v₁ − 1)x₁ + … + (2vₙ − 1)xₙ − (v₁ + … + vₙ) + ½)"),
                (r"h_v(x) = \operatorname{step}\big(\textstyle\sum_i (2v_i-1)x_i"
                 r" - \sum_i v_i + \tfrac12\big)",),
                (("it is ½ above zero at x = v, and for each bit that differs 1 lower",),),
            ),
            _picture(growth, name), *_neurons(built, n), _growth_table(growth, name), *_theory(),
        ),
        {
            "inputs": n, "table": "".join("01"[int(b)] for b in truth), "hidden": width,
            "wrong": wrong, "checked": int(truth.size), "growth": growth,
        },
    )  # fmt: skip


def _parity(x: Any) -> Truth:
    return np.asarray(x.sum(1) % 2 == 1)


_NAMED: Mapping[str, Callable[[Any], Truth]] = {
    "parity": _parity,
    "majority": lambda x: np.asarray(2 * x.sum(1) > x.shape[1]),
    "and": lambda x: np.asarray(x.all(1)),
    "or": lambda x: np.asarray(x.any(1)),
}


def _typed(table: Any) -> str:
    """What was meant, as text: a list of zeros and ones is read like their digits."""
    if isinstance(table, str) or not isinstance(table, Iterable):
        return str(table).strip().lower()
    given = list(table)
    digits = "".join(str(int(v)) for v in given if v in (0, 1))
    return digits if len(digits) == len(given) else str(given)


def _table_of(table: str, inputs: int, seed: int) -> tuple[Truth, str]:
    """The outputs, and what the function is called."""
    if table in (*_NAMED, "random"):
        n = whole("inputs", inputs, 1, _MOST)
        return _named_table(table, n, seed), "a random table" if table == "random" else table
    outputs = table.replace(" ", "").replace("_", "")
    if not outputs or set(outputs) - set("01"):
        known = ", ".join((*_NAMED, "random"))
        raise SettingError(
            f'table is one of {known}, or outputs such as "0110", not {table!r}.\n'
            " The outputs stand in counting order of the inputs: 00, 01, 10, 11."
        )
    return np.array([c == "1" for c in outputs]), ""


def _named_table(name: str, n: int, seed: int) -> Truth:
    if name in ("random", "a random table"):
        return np.asarray(np.random.default_rng(seed).random(2**n) < 0.5)
    return _NAMED[name](inputs_of(n))


def _checked(truth: Truth) -> tuple[Thresholds, int]:
    """The network, and at how many of all inputs it is wrong."""
    built = threshold_network(truth)
    with no_grad():
        out = built(from_numpy(inputs_of(built.hidden.in_features))).numpy().reshape(-1)
    return built, int((out != truth).sum())


def _growth(n: int, name: str, seed: int) -> dict[str, int]:
    truth = _named_table(name or "random", n, seed)
    built, wrong = _checked(truth)
    return {"inputs": n, "hidden": built.hidden.out_features, "most": 2 ** (n - 1), "wrong": wrong}


def _verdict(n: int, width: int, wrong: int) -> str:
    right = f"right at all {2**n:,} inputs" if not wrong else f"wrong at {plural(wrong, 'input')}"
    return (
        f"Yes: {plural(width, 'hidden neuron')} and one output, {right}. Built this way a table of"
        f" {plural(n, 'input')} never takes more than {amount(2 ** (n - 1))}; each further input"
        " doubles that."
    )


def _neurons(built: Thresholds, n: int) -> list[Table]:
    """The weights, where they are few enough to be read."""
    width = built.hidden.out_features
    if width > 16:
        return []
    weight, bias = (value.tolist() for value in built.hidden.parameters())
    rows = tuple((i + 1, *weight[i], bias[i]) for i in range(width))
    heads = [Column(f"x{i + 1}", "signed") for i in range(n)]
    sign = "+" if built.output.weight.tolist()[0][0] > 0 else "−"
    return [
        Table(
            (Column("neuron", "count", anchor=True), *heads, Column("bias", "signed")), rows,
            caption="The hidden neurons' weights",
            note=f"The output adds them with weight {sign}1 each and bias"
            f" {'−½' if sign == '+' else '+½'}.",
        )
    ]  # fmt: skip


def _picture(growth: Sequence[dict[str, int]], name: str) -> Chart:
    n = [g["inputs"] for g in growth]
    return Chart(
        Axis("inputs"), Axis("hidden neurons", log=True),
        (
            Line(n, [g["most"] for g in growth], "the most that any table takes", "muted"),
            Line(n, [g["hidden"] for g in growth], name or "a random table"),
        ),
        title=f"{growth[-1]['inputs']} inputs: {plural(growth[-1]['hidden'], 'hidden neuron')}",
        sentence="Hidden neurons of the built network by the number of inputs.",
    )  # fmt: skip


def _growth_table(growth: Sequence[dict[str, int]], name: str) -> Table:
    return Table(
        (
            Column("inputs", "count", anchor=True), Column("hidden", "count"),
            Column("most", "count"), Column("wrong", "count"),
        ),
        tuple((g["inputs"], g["hidden"], g["most"], g["wrong"]) for g in growth),
        caption=f"Width for {name or 'a random table'}, each network checked on all inputs",
    )  # fmt: skip


def _theory() -> tuple[Remark, ...]:
    return (
        Remark(
            "Lower bound: a graph of threshold neurons whose weights can be set to compute every"
            " function from {0, 1}ⁿ to {0, 1} has a number of neurons that is exponential in n,"
            " however they are joined (Shalev-Shwartz and Ben-David 2014, Understanding Machine"
            " Learning, chapter 20, Theorem 20.2; their proof gives the order of 2^(n/3)). The"
            " reason: there are 2^(2ⁿ) tables, and a network with few weights can't tell that many"
            " apart."
        ),
        Remark(
            "The bound speaks of the hardest tables. A single one may need far less than is built"
            " here: majority takes one threshold, and parity n hidden neurons, which count how many"
            " bits are on."
        ),
    )
