"""`pellucid experiment`: the list, a run, its files, and what is wrong with what was typed."""

from __future__ import annotations

import json
from pathlib import Path

from pellucid.experiments import names
from tests.cli.commands import good, pellucid


def test_they_are_listed_run_and_written(tmp_path: Path) -> None:
    listed = good("experiment", "--json").data
    assert [e["name"] for e in listed["experiments"]] == list(names())
    assert "right at all 4 inputs" in good("experiment", "boolean", "--table", "0110").out
    for ending in ("html", "json", "png"):
        file = tmp_path / f"gate.{ending}"
        said = good("experiment", "multiplication", "--set", "scales=[0.1, 0.01]", "--out", file)
        assert said.out == "" and file.stat().st_size > 1000
    data = json.loads((tmp_path / "gate.json").read_text("utf-8"))
    assert [run["scale"] for run in data["runs"]] == [0.1, 0.01]
    assert (tmp_path / "gate.png").read_bytes()[:4] == b"\x89PNG"
    page, picture = tmp_path / "page.html", tmp_path / "picture.svg"
    said = good("experiment", "boolean", "--save", page, "--figure", picture, "--json")
    assert said.data["wrong"] == 0 and "<svg" in page.read_text("utf-8")
    assert picture.read_text("utf-8").startswith("<?xml")


def test_the_settings_of_each_are_listed_with_what_they_mean() -> None:
    for name in names():
        found = good("experiment", name, "--settings", "--json").data
        assert [one["name"] for one in found["settings"]]
        assert all(one["what"].endswith(".") for one in found["settings"]), name
    told = good("experiment", "capacity", "--settings").out
    assert "weight_decay" in told and "the share of rows set aside." in told


def test_mistakes_name_what_there_is() -> None:
    known = ", ".join(names())
    for words, message in {
        ("bolean",): f'there is no experiment "bolean". Did you mean "boolean"?\n Known: {known}.',
        ("learning_rate",): (
            f'there is no experiment "learning_rate". step_size is about that.\n'
            f" Known: {known}."
        ),
        ("vanishing-gradients",): (
            'there is no experiment "vanishing-gradients". depth is about that.'
            f"\n Known: {known}."
        ),
        ("boolean", "--restarts", "3"): (
            'the experiment boolean has no setting "restarts".\n'
            " Its own are table, inputs, seed."
        ),
        ("boolean", "--set", "inputs"): (
            '--set takes NAME=VALUE, as in --set widths=[2,4], and got "inputs".'
        ),
        ("boolean", "--set", "seed=3"): "seed is an option of its own: --seed.",
        ("boolean", "--save", "a.png"): "--save writes .html, and a.png is none of them.",
        ("boolean", "--out", "folder"): (
            "--out writes .html or .json or .txt or .tex or .png or .svg or .pdf or .gif,"
            " and folder is none of them."
        ),
        ("boolean", "--figure", "a.txt"): (
            "--figure writes .png or .svg or .pdf, and a.txt is none of them."
        ),
    }.items():  # fmt: skip
        said = pellucid("experiment", *words)
        assert said.code == 2
        assert [line.strip() for line in message.split("\n")] == [
            line.strip() for line in said.err.removeprefix("error: ").strip().split("\n")
        ]
