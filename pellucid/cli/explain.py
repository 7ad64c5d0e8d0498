"""`pellucid explain MODEL DATA --row N`: one answer, number by number, back to the row.

With `--weight` it is one gradient instead: the chain rule from the loss of that row to one weight.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
import typer

from pellucid.cli import command as opt
from pellucid.cli.explain_answer import Answer, cell_words
from pellucid.cli.terminal import print_text, width_of
from pellucid.data.scale import LIMIT
from pellucid.data.wording import listing
from pellucid.errors import DataError, SettingError
from pellucid.graph.walk import reachable
from pellucid.lenses import Explanation
from pellucid.lenses import explain as explain_number
from pellucid.lenses.numerals import figure, fine_percent
from pellucid.nn import functional as F
from pellucid.spelling import did_you_mean
from pellucid.tensor import Tensor
from pellucid.tensor.creation import from_numpy
from pellucid.training.artifact import load_model
from pellucid.training.table_model import TableModel

__all__ = ["explain"]

_MOST_INPUTS = 12


def explain(
    model: opt.Model,
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="A file with rows, - for standard input, or a built-in set.",
            show_default=False,
        ),
    ],
    row: Annotated[int, typer.Option(help="Which row, counted from 1.")] = 1,
    output: Annotated[
        str | None, typer.Option(help="Which class; the predicted one when left out.")
    ] = None,
    weight: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[I,J]",
            help=(
                "Explain the gradient of this weight, such as 0.weight[3,1]; "
                "needs the target in the file."
            ),
        ),
    ] = None,
    depth: Annotated[int, typer.Option(help="How many steps back to look.")] = 3,
    paths: Annotated[int, typer.Option(help="With --weight: how many paths to show.")] = 10,
    latex: Annotated[bool, typer.Option("--latex", help="As LaTeX.")] = False,
    own: opt.Own = None,
    trust: opt.Trust = False,
    missing: opt.Missing = None,
    delimiter: opt.Delimiter = None,
    encoding: opt.Encoding = None,
    decimal: opt.Decimal = None,
    header: opt.Header = None,
    as_json: opt.Json = False,
) -> None:
    """Find the row, run the model on it, and take the number apart."""
    for name, value in (("--depth", depth), ("--paths", paths)):
        if value < 1:
            raise SettingError(f"{name} must be 1 or more, not {value}.")
    trained = load_model(model, trust=trust, file=own)
    if trained.explainable:
        command = shlex.join(
            ["pellucid", "show", str(model), *(["--model", str(own)] if own else []),
             *(["--trust"] if trust else [])]
        )  # fmt: skip
        raise SettingError(
            f"pellucid explain has nothing to show here: {trained.explainable}.\n Its layers:"
            f" {command}"
        )
    rows = opt.rows_for(
        trained, data, missing=missing, delimiter=delimiter, encoding=encoding, decimal=decimal,
        header=header,
    )  # fmt: skip
    rows = trained.rows_of(rows)
    if not 1 <= row <= len(rows.frame):
        count = f"{len(rows.frame):,}"
        raise DataError(f"there is no row {row} in {data}: it has {count}, counted from 1.")
    one = replace(rows, frame=rows.frame.iloc[row - 1 : row])
    features = trained.preparation.transform(one)
    scores = _scores(trained, features)
    answer = None
    if weight is None:
        _forget_lines(scores)
        chosen = _chosen(trained, features, output)
        found = explain_number(scores, at=(0, chosen), depth=depth)
        answer = Answer(trained, features, one.frame.iloc[0], chosen)
    else:
        found = _blame(trained, rows, row, scores, weight, paths)
    if as_json:
        known = {"row": row, **(answer.to_dict() if answer else {}), **json.loads(found.json())}
        typer.echo(json.dumps(known, ensure_ascii=False))
    elif latex:
        typer.echo(found.latex())
    else:
        width = width_of()
        lines = [*_intro(trained, one, row, features), ""]
        lines += [*answer.lines(width), ""] if answer else []
        text = re.sub(r"\bdepth=(\d+)", r"--depth \1", found.text(width))
        print_text("\n".join([*lines, text]))


def _scores(trained: TableModel, features: Any) -> Tensor:
    x = from_numpy(features)
    x.name = "x"
    scores: Tensor = trained.network(x)
    scores.name = "ŷ"
    return scores


def _intro(trained: TableModel, one: Any, row: int, features: Any) -> Iterator[str]:
    """The row as it came in, as the network sees it, and what the network says."""
    preparation = trained.preparation
    yield f"Row {row} of {one.name}: {_answer(trained, features)}{_truth(trained, one)}."
    cells, far = one.frame.iloc[0], preparation.limited(one)
    names = preparation.feature_names
    width = min(max(map(len, names[:_MOST_INPUTS])), 30)
    for i, (name, source) in enumerate(zip(names, preparation.feature_sources, strict=True)):
        if i == _MOST_INPUTS:
            yield f"  … and {len(names) - i} more"
            break
        place = f"{f'x[{i}]':<{len(f'x[{min(len(names), _MOST_INPUTS) - 1}]')}}"
        value = f"{figure(float(features[0, i])):>8}"
        limited = f" (limited to ±{LIMIT:g})" if far[source][0] else ""
        yield f"  {place} = {value}  {name:<{width}}  {_cell(cells, source)}{limited}".rstrip()


def _cell(cells: Any, source: str) -> str:
    return f"from {source} = {cell_words(cells[source])}"


def _answer(trained: TableModel, features: Any) -> str:
    answer = trained.answers(features)[0]
    if trained.task == "regression":
        return f"the answer is {figure(float(answer))}"
    sure = float(trained.probabilities(features).max())
    return f"the answer is {answer}, {fine_percent(sure)} sure"


def _truth(trained: TableModel, one: Any) -> str:
    target = trained.preparation.target
    if target not in one.frame.columns:
        return ""
    return f"; {target} is {one.frame[target].iloc[0]}"


def _chosen(trained: TableModel, features: Any, output: str | None) -> int:
    classes = trained.preparation.classes
    if output is None:
        return int(np.argmax(trained.outputs(features)[0]))
    if output not in classes:
        hint = did_you_mean(output, classes)
        known = f"Classes: {listing(classes)}" if classes else "This model gives a number"
        raise SettingError(f'there is no class "{output}".{hint}\n {known}.')
    return int(classes.index(output))


def _blame(
    trained: TableModel, rows: Any, row: int, scores: Tensor, weight: str, paths: int
) -> Explanation:
    name, at = _entry(weight)
    parameters = dict(trained.network.named_parameters())
    if name not in parameters:
        hint = did_you_mean(name, tuple(parameters))
        raise SettingError(
            f'there is no weight "{name}".{hint}\n Weights: {listing(parameters, 12)}.'
        )
    shape = tuple(parameters[name].shape)
    if len(at) != len(shape) or not all(0 <= i < n for i, n in zip(at, shape, strict=True)):
        ranges = ", ".join(f"0 to {n - 1}" for n in shape)
        raise SettingError(f"--weight {weight} does not exist.\n {name} goes from [{ranges}].")
    loss = _loss(trained, rows, row, scores)
    _forget_lines(loss)
    return explain_number(loss, wrt=parameters[name], at=at, paths=paths)


def _loss(trained: TableModel, rows: Any, row: int, scores: Tensor) -> Tensor:
    """The loss of the one row, as training measures it."""
    preparation = trained.preparation
    if preparation.target not in rows.frame.columns:
        raise DataError(
            f'--weight needs the target "{preparation.target}" in the file: blame starts at the '
            "loss."
        )
    cells = rows.frame[preparation.target].iloc[row - 1 : row]
    target = from_numpy(preparation.transform_target(cells, name=rows.name))
    target.name = "y"
    classes = trained.task == "classification"
    loss: Tensor = (
        F.cross_entropy(scores, target) if classes else F.mse_loss(scores, target.reshape(-1, 1))
    )
    return loss


def _forget_lines(tensor: Tensor) -> None:
    """Explanations name the line of a person's code that made a number; here nobody wrote one."""
    for node in reachable([tensor._node]):
        node.where = None


def _entry(text: str) -> tuple[str, tuple[int, ...]]:
    found = re.fullmatch(r"([\w.]+)\[(\d+(?:\s*,\s*\d+)*)\]", text.strip())
    if found is None:
        raise SettingError(
            f'--weight takes a name and a position, such as 0.weight[3,1], and got "{text}".'
        )
    return found[1], tuple(int(n) for n in found[2].split(","))
