"""`pellucid doctor SCRIPT.py` or `MODEL`: what is wrong with a training, and what to change."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from pellucid.cli import command as opt
from pellucid.cli.exits import Exit
from pellucid.cli.look import remark
from pellucid.cli.scripts import run_script
from pellucid.cli.see import hand_over, learned_from
from pellucid.doctor.examine import Tried, tried
from pellucid.doctor.report import Report
from pellucid.doctor.watching.ours import Ours
from pellucid.errors import SettingError
from pellucid.lenses.render.json import plain
from pellucid.lenses.subject import subject_of
from pellucid.tensor.creation import of_array
from pellucid.tensor.random import manual_seed
from pellucid.training.artifact import load_model
from pellucid.training.fit import optimizer_over
from pellucid.training.objective import choose_objective

__all__ = ["OWN_OPTIONS", "doctor", "parted"]

# Options that may also stand behind the script, where the script has none of that name.
OWN_OPTIONS = {
    "--json": 0,
    "--quiet": 0,
    "-q": 0,
    "--no-trials": 0,
    "--seconds": 1,
    "--out": 1,
    "-o": 1,
}
_MOST_STEPS, _HELD = 1500, 0.2


def doctor(
    target: Annotated[
        str,
        typer.Argument(
            metavar="SCRIPT.py|MODEL",
            help="A training script of pellucid or PyTorch, or a folder that `pellucid fit` wrote.",
            show_default=False,
        ),
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ARGUMENTS]", help="For the script, as it takes them.", show_default=False
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help=(
                "For a model: the rows to train with, a file or a built-in set; those that it "
                "learned from when left out, where they can be found."
            )
        ),
    ] = None,
    trials: Annotated[
        bool,
        typer.Option("--trials/--no-trials", help="Decide between causes by short runs on copies."),
    ] = True,
    seconds: Annotated[float, typer.Option(min=0.0, help="How long these may take in all.")] = 5.0,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write .html, .png, .svg, .pdf, .json or .txt instead."),
    ] = None,
    as_json: opt.Json = False,
    quiet: opt.Quiet = False,
) -> int:
    """Look on at a training, and say what is wrong with it."""
    code = int(Exit.GOOD)
    if target.endswith(".py"):
        if data is not None:
            raise SettingError(
                "--data goes with a saved model; what the script itself takes stands behind it."
            )
        report, code = run_script(Path(target), arguments or (), trials, seconds, as_json)
    elif arguments:
        raise SettingError(f"only a script takes arguments, and {target} is none.")
    else:
        report = _again(Path(target), data, seconds if trials else 0.0)
    if as_json:
        typer.echo(json.dumps(plain(report.to_dict()), ensure_ascii=False))
    if out is not None:
        hand_over(report, out, as_json=False, quiet=True)
        if not (quiet or as_json):
            remark(f"{out} is written: {report.line().removeprefix('doctor: ')}")
    elif not (as_json or (quiet and report.healthy)):
        if target.endswith(".py"):
            typer.echo()  # apart from what the script printed
        hand_over(report, None, as_json=False, quiet=quiet)
    return int(Exit.FOUND) if report.findings else code


def parted(words: list[str]) -> list[str]:
    """The words after `pellucid`, with what belongs to the script set apart by --.

    Everything behind the script is the script's, but for our own options that its text does not
    name.

    Example:
        >>> parted(["doctor", "--json", "train.py", "--epochs", "3"])
        ['doctor', '--json', 'train.py', '--', '--epochs', '3']
    """
    at = next((i for i, word in enumerate(words) if word.endswith(".py") and i), None)
    if at is None or words[at - 1] in ("--out", "-o", "--data"):
        return words
    script, behind = Path(words[at]), words[at + 1 :]
    if behind[:1] == ["--"]:
        return words
    text = script.read_text("utf-8", errors="ignore") if script.is_file() else ""
    ours: list[str] = []
    theirs: list[str] = []
    while behind:
        word = behind.pop(0)
        takes = OWN_OPTIONS.get(word.partition("=")[0])
        if takes is None or f'"{word.partition("=")[0]}"' in text.replace("'", '"'):
            theirs.append(word)
            continue
        ours.append(word)
        if takes and "=" not in word and behind:
            ours.append(behind.pop(0))
    return [*words[:at], *ours, str(script), *(["--", *theirs] if theirs else [])]


def _again(model: Path, data: str | None, seconds: float) -> Report:
    """Train the same network again from fresh weights, and look on."""
    trained = load_model(model)
    if trained.explainable:
        raise SettingError(f"the doctor looks at networks of tables, and {trained.explainable}.")
    rows = trained.rows_of(opt.rows_for(trained, data or learned_from(trained, model)))
    subject = subject_of(trained, rows.frame)
    if subject.objective is None or subject.y is None:
        raise SettingError(
            "the rows have no targets, and nothing can be learned from them.\n"
            f' Give rows with the column "{subject.target}": --data FILE'
        )
    objective, outputs = subject.objective, of_array(subject.outputs(subject.x[:64]))
    settings, past = (dict(trained.facts.get(k, {})) for k in ("settings", "history"))
    seed, batch = int(settings.get("seed") or 0), int(past.get("batch_size") or 32)
    library: Any = Ours()
    with library.random_kept():
        manual_seed(seed)
        network = copy.deepcopy(subject.model)
        for module in network.modules():
            getattr(module, "reset_parameters", lambda: None)()
        optimizer = optimizer_over(
            network, past.get("optimizer", "adam").lower(), float(settings.get("lr", 1e-3)),
            float(settings.get("weight_decay") or 0.0),
        )  # fmt: skip
        count = len(subject)
        held = np.random.default_rng(seed).permutation(count)[: int(count * _HELD)]
        epochs = int(past.get("epochs") or 20)
        steps = min(epochs * max((count - len(held)) // batch, 1), _MOST_STEPS)
        run = Tried(
            network, optimizer, lambda: choose_objective(objective.name, outputs, subject.y).call,
            subject.x, objective.lay_out(subject.y), steps, batch, seed, held,
        )  # fmt: skip
        return tried(library, run, seconds)
