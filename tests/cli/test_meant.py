"""Words that other tools use are answered with ours."""

from __future__ import annotations

import pytest

from tests.cli.commands import pellucid


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("fit moons --validation 0.1", "there is no option --validation. Did you mean --val?"),
        ("fit moons --random_state 1", "there is no option --random_state. Did you mean --seed?"),
        ("fit moons --learning-rate 1", "there is no option --learning-rate. Did you mean --lr?"),
        ("fit moons --neurons 2", "there is no option --neurons. Did you mean --hidden 64,64?"),
        ("fit t.csv -t price", "there is no option -t. Did you mean --target?"),
        (
            "fit t.csv --drop id",
            "there is no option --drop. Did you mean --type COLUMN=ignore?",
        ),
        ("fit moons --gpu", "there is no option --gpu. Everything runs on the CPU."),
        (
            "fit t.csv price",
            "price: nothing takes this. Options begin with --, as in --target price.",
        ),
        ("show m --layers", "there is no option --layers."),
    ],
)
def test_options(words: str, text: str) -> None:
    said = pellucid(*words.split())
    assert said.err == f"error: {text}\n  try: pellucid {words.split()[0]} --help\n"
    assert said.code != 0 and said.out == ""


@pytest.mark.parametrize(
    ("word", "ours"),
    [("train", "fit"), ("evaluate", "report"), ("list", "data"), ("help", "--help")],
)
def test_commands(word: str, ours: str) -> None:
    said = pellucid(word)
    assert said.err == (
        f'error: there is no command "{word}". Did you mean "{ours}"?\n  try: pellucid --help\n'
    )
