"""`pellucid fit --model`: each family from the first command to the report, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.commands import good, pellucid, write

NET = "from pellucid import nn\ndef model(inputs, outputs): return nn.Linear(inputs, outputs)\n"
FAST = ("--epochs", 2, "--engine", "numpy", "-q")


def page(folder: str) -> str:
    return (Path(folder) / "report.html").read_text("utf-8")


def table(name: str, header: str, *rows: str) -> None:
    Path(name).write_text("\n".join([header, *rows]) + "\n")


def test_a_series_from_file_to_forecast(here: Path) -> None:
    table("tide.csv", "hour,level", *(f"{i},{(i % 7) ** 2 / 3}" for i in range(80)))
    said = good("fit", "tide.csv", "--target", "level", "--time", "hour", "--window", 7,
                "--model", "gru", "--hidden", 8, *FAST, "-o", "m")  # fmt: skip
    assert "foretells level, a number, from the 7 rows before" in said.out
    assert "saying the same as the step before" in said.out
    assert "What it does" in page("m") and "Forecast" in page("m")
    lines = good("predict", "m", "tide.csv", "-q").out.splitlines()
    assert lines[0] == "hour,prediction" and lines[-1].startswith("80,") and len(lines) == 75
    assert "level of the 7 rows before" in good("show", "m").out
    assert "Row 2 of tide.csv" in good("explain", "m", "tide.csv", "--row", 2).out
    assert good("report", "m", "tide.csv", "-q").out.splitlines()[0] == said.out.splitlines()[0]
    refused = pellucid("predict", "m", "tide.csv", "--keep")
    assert refused.code == 2 and "80 rows give 74 answers" in refused.err


def test_the_series_that_is_built_in(here: Path) -> None:
    said = good("fit", "sunspots", "--model", "lstm", "--hidden", 4, *FAST, "-o", "m")
    assert "from the 24 rows before" in said.out
    assert good("predict", "m", "sunspots", "-q").out.splitlines()[-1].startswith("2009,")


def test_a_graph_from_files(here: Path) -> None:
    table("n.csv", "who,age,side", *(f"n{i},{20 + i},{'xy'[i % 2]}" for i in range(24)))
    table("e.csv", "source,target", *(f"n{i},n{(i + 2) % 24}" for i in range(24)))
    said = good("fit", "n.csv", "--target", "side", "--edges", "e.csv", "--model", "gcn",
                "--epochs", 2, "--engine", "numpy", "-o", "m")  # fmt: skip
    assert '24 edges, whose ends are named by the column "who"' in said.err
    assert "Graph" in page("m") and "each node of a graph" in said.out
    assert len(good("predict", "m", "n.csv", "--edges", "e.csv", "-q").out.splitlines()) == 25
    good("report", "m", "n.csv", "--edges", "e.csv", "-q")
    for words, told in (
        (("predict", "m", "n.csv"), "needs the edges besides the nodes"),
        (("explain", "m", "n.csv"), "the answer for a node comes from its neighbors"),
        (("see", "m", "--lens", "function"), "the lenses look at rows of columns"),
        (("fit", "n.csv", "--edges", "e.csv"), "--edges must be left out for the model mlp"),
        (("fit", "n.csv", "--model", "gcn"), "Say it with --edges FILE"),
    ):
        refused = pellucid(*words)
        assert refused.code in (2, 3) and told in refused.err, refused.err


def test_an_autoencoder_without_a_target(here: Path) -> None:
    table("t.csv", "a,b,c", *(f"{i % 5},{i % 3},{i % 7}" for i in range(60)))
    said = good("fit", "t.csv", "--model", "autoencoder", *FAST, "-o", "m")
    assert "gives 3 inputs again through 2 numbers" in said.out and "(PCA)" in said.out
    assert "Latent plane" in page("m")
    assert good("predict", "m", "t.csv", "-q").out.splitlines()[0] == "z1,z2,error"
    assert "Gives 3 columns again, through 2 numbers" in good("show", "m").out
    assert good("report", "m", "t.csv", "-q").out.splitlines()[0] == said.out.splitlines()[0]
    assert pellucid("explain", "m", "t.csv").code == 2


def test_digits_as_pictures(here: Path) -> None:
    small = ("fit", "digits", "--samples", 100, *FAST)
    good(*small, "--model", "cnn", "--channels", "4", "-o", "m")
    assert "Conv2d(1, 4, 3" in good("show", "m").out
    good(*small, "--model", "autoencoder", "--hidden", 8, "-o", "a")
    assert "Built again" in page("a") and "Latent plane" in page("a")
    refused = pellucid("fit", "iris", "--model", "cnn", "--shape", "3x3")
    assert refused.code == 2 and "--shape must be one of 4 pixels" in refused.err
    assert "takes sizes such as 16x32" in pellucid("fit", "iris", "--shape", "big").err


def test_a_file_of_ones_own(here: Path) -> None:
    write(here / "net.py", NET)
    said = good("fit", "iris", "--model", "net.py", *FAST, "-o", "m")
    assert said.out.splitlines()[-1] == "See it: pellucid show m --model net.py"
    refused = pellucid("predict", "m", "iris")
    assert refused.code == 6 and "--model net.py" in refused.err and "--trust" in refused.err
    first = good("predict", "m", "iris", "--model", "net.py").out
    assert first == good("predict", "m", "iris", "--trust").out
    assert "net.py" in page("m") and "Linear(4, 3)" in good("show", "m", "--trust").out
    for command in (("explain", "m", "iris"), ("report", "m", "iris")):
        assert pellucid(*command).code == 6
        good(*command, "--model", "net.py")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--model lsmt", 'there is no model "lsmt". Did you mean "lstm"?'),
        ("--model cnn --time a", "--time must be left out for the model cnn: it is for mlp"),
        ("--layers 2", "for lstm, gru, transformer.\n  Its layers are told by their sizes"),
        ("--model lstm --heads 2", "--heads must be left out for the model lstm: it is for trans"),
        ("--model nets.py", "there is no file nets.py to take a model from"),
    ],
)
def test_what_does_not_go_together(here: Path, words: str, told: str) -> None:
    refused = pellucid("fit", "iris", *words.split())
    assert refused.code == 2 and told in refused.err, refused.err


def test_the_history_is_whole(here: Path) -> None:
    good("fit", "karate", "--model", "gcn", *FAST, "-o", "m")
    with (here / "m" / "history.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 2
