"""Every way to get it wrong that we could think of: the exit code and the words, to the letter.

Long because it is a table: each mistake stands beside the exact text that answers it.
"""

# ruff: noqa: E501 (a case on a line)

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pellucid.cli.exits import Exit
from tests.cli.commands import houses, pellucid, write

KNOWN = "relu, leaky_relu, elu, gelu, silu, sigmoid, tanh, softplus, hardtanh, identity"
SETS = "moons, circles, blobs, spirals, xor, digits, iris, wine, breast_cancer, diabetes, karate, sunspots"


def column(values: Any, name: str = "a") -> str:
    """Two columns: these values, and a target that has three."""
    rows = "".join(f"{value},{i % 3}\n" for i, value in enumerate(values))
    return f"{name},y\n{rows}"


FILES: dict[str, str | bytes] = {
    "good.csv": "num,k,side,y\n" + "".join(f"{i},{i % 7},{'ab'[i % 2]},{i * 1.5}\n" for i in range(40)),
    "empty.csv": "",
    "header.csv": "a,b\n",
    "ragged.csv": "a,b,y\n" + "1,2,3\n" * 20 + "1,2\n",
    "twice.csv": "a,a,y\n" + "1,2,3\n2,3,4\n" * 10,
    "constant.csv": "a,y\n" + "".join(f"{i},1\n" for i in range(20)),
    "oneclass.csv": "a,y\n" + "".join(f"{i},cat\n" for i in range(20)),
    "word.csv": column([*range(20), "oops"]),
    "infinite.csv": column([*range(20), "inf"]),
    "huge.csv": column(range(10**20, 10**20 + 40)),
    "binary.csv": bytes(range(256)) * 20,
    "one.csv": "a\n" + "1\n2\n" * 10,
    "few.csv": "a,y\n1,2.5\n2,3.5\n3,1.5\n",
    "model.pkl": b"\x80\x04abc",
    "book.csv": b"PK\x03\x04zzz",
    "page.csv": "<!DOCTYPE html><html></html>",
    "open.csv": 'a,y\n"1,2\n3,4\n',
    "notes.csv": column(f"a long text of number {i} here" for i in range(40)),
    "file": "x",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wrong")
    for name, content in FILES.items():
        write(place / name, content)
    (place / "folder").mkdir()
    write(place / "folder" / "t.csv", "x")
    return place


def said(*lines: str) -> str:
    return "error: " + "\n  ".join(lines) + "\n"


DATA = [
    ("empty.csv", said("empty.csv is empty. Give a table with a header and rows.")),
    ("header.csv", said("header.csv has a header and no rows.")),
    (
        "ragged.csv",
        said(
            "ragged.csv, row 21 (line 22): 2 cells, but the header names 3 columns.",
            "Add what is missing; a cell may be empty.",
        ),
    ),
    ("twice.csv", said('twice.csv: columns 1 and 2 are both named "a". Rename one of them.')),
    (
        "constant.csv",
        said(
            'constant.csv: the target column "y" is "1" in every row.',
            "There is nothing to learn from one class or one value; choose another --target.",
        ),
    ),
    (
        "oneclass.csv",
        said(
            'oneclass.csv: the target column "y" is "cat" in every row.',
            "There is nothing to learn from one class or one value; choose another --target.",
        ),
    ),
    (
        "word.csv --target y",
        said(
            'word.csv, row 21, column "a": "oops" is not a number.',
            'Treat it as missing with --missing "oops".',
        ),
    ),
    (
        "infinite.csv --target y",
        said(
            'infinite.csv, row 21, column "a": inf is not a finite number.',
            'Treat it as missing with --missing "inf".',
        ),
    ),
    (
        "huge.csv --target y",
        said(
            "huge.csv has no column to learn from (a: id, numbers too long to measure anything).",
            "Force one with --type COLUMN=category or --type COLUMN=number.",
        ),
    ),
    (
        "binary.csv",
        said("binary.csv is not text but binary data. Give a CSV, TSV or Parquet file."),
    ),
    (
        "one.csv",
        said(
            'one.csv has one column, "a"; a target and an input are needed.',
            "If its cells hold several values, say what is between them with --delimiter.",
        ),
    ),
    (
        "few.csv --task regress",
        said("few.csv has 3 rows; at least 10 are needed to train and to check."),
    ),
    (
        "model.pkl",
        said(
            "model.pkl is a Python pickle.",
            "Pickles can run code and are never opened; save it as CSV.",
        ),
    ),
    (
        "book.csv",
        said(
            "book.csv is an Excel workbook or a zip archive.",
            "Save it as CSV from the program that made it.",
        ),
    ),
    (
        "page.csv",
        said(
            "page.csv looks like a web page, not a table.",
            "The download may have been refused; open it in a browser.",
        ),
    ),
    (
        "open.csv",
        said(
            'open.csv, line 2: a quote (") opens here and is never closed.',
            'Close it, or write "" for a quote inside a cell.',
        ),
    ),
    (
        "notes.csv --target y",
        said(
            "notes.csv has no column to learn from (a: text, 40 different texts in sentences).",
            "Force one with --type COLUMN=category or --type COLUMN=number.",
        ),
    ),
    ("folder", said("folder is a folder. Give one file of it: folder/t.csv")),
    ("god.csv", said('there is no file god.csv. Did you mean "good.csv"?')),
    (
        "mons",
        said(
            '"mons" is neither a file nor a built-in data set.',
            f'Did you mean "moons"? Built in: {SETS}.',
        ),
    ),
    (
        "good.csv --target sid",
        said(
            'the target column "sid" is not in good.csv',
            'columns: num, k, side, y          did you mean "side"?',
            "try: pellucid fit good.csv --target side --epochs 1",
        ),
    ),
    (
        "good.csv --target y --type kk=number",
        said('there is no column "kk" in good.csv to give a type. Did you mean "k"?'),
    ),
    (
        "good.csv --target y --type side=number",
        said(
            'good.csv, row 1, column "side": "a" is not a number. 40 such cells.',
            'Treat them as missing with --missing "a" --missing "b".',
        ),
    ),
    ("-", said("standard input is empty. Give a table with a header and rows.")),
    ("moons --out file", said("can't write into file: file is a file.", "Choose another folder with --out.")),
    (
        "moons --out file/below",
        said("can't write into file/below: file is a file.", "Choose another folder with --out."),
    ),
    (
        "moons --report folder",
        said("can't write folder: it is a folder.", "Name a file in it: folder/report.html"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "text"), DATA, ids=[words for words, _ in DATA])
def test_data_that_cannot_be_learned_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: str, text: str
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.rglob("*"))
    found = pellucid("fit", *words.split(), "--epochs", 1)
    assert found.code == Exit.DATA
    assert "\n".join(x for x in found.err.splitlines() if not x.startswith("note:")) + "\n" == text
    assert found.out == ""
    assert sorted(folder.rglob("*")) == before, "it left something behind"


HELP = "try: pellucid fit --help"
NO_ROWS = said(
    "DATA is missing: --row picks one of its rows.",
    "Name a file with rows, or a built-in set: pellucid explain m rows.csv --row 3",
    "try: pellucid explain --help",
)
USAGE = [
    ("explain m --row 3", NO_ROWS),
    ("explain m --row=3", NO_ROWS),
    ("explain m", said("DATA is missing.", "try: pellucid explain --help")),
    ("fit", said("DATA is missing.", HELP)),
    ("fit moons --epoch 3", said("there is no option --epoch. Did you mean --epochs?", HELP)),
    ("fit moons --epochs many", said('--epochs takes a whole number, not "many".', HELP)),
    ("fit moons --lr=fast", said('--lr takes a number, not "fast".', HELP)),
    ("fit moons --epochs 0", said("--epochs must be 1 or more, not 0.")),
    ("fit moons --batch 0", said("--batch must be 1 or more, not 0.")),
    ("fit moons --lr -1", said("--lr must be above 0, not -1.0.")),
    ("fit moons --lr nan", said("--lr must be above 0, not nan.")),
    ("fit moons --hidden 8,x", said('--hidden takes sizes such as 64,64 (0 for none), and got "8,x".')),
    ("fit moons --hidden 200000", said("--hidden must be sizes from 1 to 100,000, not 200000.")),
    ("fit moons --activation rleu", said('there is no activation "rleu". Did you mean "relu"?', f"Known: {KNOWN}.")),
    ("fit moons --optimizer adm", said('there is no optimizer "adm". Did you mean "adam"?', "Known: adam, adamw, sgd, rmsprop, nadam, radam, adamax, adagrad, adadelta, lion, adafactor, muon, asgd, rprop.")),
    ("fit moons --dropout 1", said("--dropout must be a share from 0 to below 1, not 1.0.")),
    ("fit moons --patience -1", said("--patience must be 0 or more, not -1.")),
    ("fit moons --restarts 0", said("--restarts must be 1 or more, not 0.")),
    ("fit moons --seed -1", said("--seed must be 0 or more, not -1.")),
    ("fit moons --weight-decay -1", said("--weight-decay must be 0 or more, not -1.0.")),
    ("fit moons --noise -1", said("--noise must be 0 or more, not -1.0.")),
    ("fit iris --noise 0.1", said("iris is measured data and takes no noise.", "With noise: moons, circles, blobs, spirals, xor.")),
    ("fit moons --samples 3", said("moons gives from 10 to 10,000,000 samples, not 3.")),
    ("fit moons --val 0.5 --test 0.5", said("--val 0.5 and --test 0.5 leave no rows to train on.", "Make their sum smaller than 1.")),
    ("fit moons --val -0.1", said("--val must be a share from 0 to below 1, not -0.1.")),
    ("fit moons --test 1", said("--test must be a share from 0 to below 1, not 1.0.")),
    ("fit moons --target class", said("moons is built in and comes ready; these options are for files: --target.")),
    ("fit good.csv --samples 100", said("these options are for built-in data: --samples.")),
    ("fit good.csv --type k", said('--type takes COLUMN=KIND, as in --type age=number, and got "k".')),
    ("fit good.csv --type k=numbr", said('"numbr" is not a kind of column.', 'Use number, category, date, boolean or ignore. Did you mean "number"?')),
    ("fit good.csv --task best", said('"best" is not a task. Use class, regress or auto.')),
    ("fit good.csv --delimiter ab", said('the delimiter "ab" is not one character.', "Use comma, semicolon, tab, pipe, space or a character of your own.")),
    ("fit good.csv --encoding utf-99", said('"utf-99" is not a known encoding. Did you mean "utf-8"?')),
    ("fit good.csv --decimal x", said('the decimal mark is "." or ",", not "x".')),
    ("fit moons --engine cuda", said('there is no engine "cuda".', "Known: auto, numpy, xla.")),
    ("fitt moons", said('there is no command "fitt". Did you mean "fit"?', "try: pellucid --help")),
    ("--wat", said("there is no option --wat.", "try: pellucid --help")),
    ("gallery rleu", said('there is no activation "rleu". Did you mean "relu"?', "Known: identity, relu, leaky_relu, elu, sigmoid, tanh, silu, gelu, gelu_tanh, softplus, hardtanh, step, celu, selu, mish, softsign, tanhshrink, logsigmoid, hardshrink, softshrink, hardsigmoid, hardswish, threshold, prelu.")),
    ("check matmull", said('there is no operation "matmull". Did you mean "matmul"?')),
    ("data make", said("pellucid data takes list, or make NAME.", "try: pellucid data make moons")),
    ("data make mons", said('there is no built-in data set "mons".', f'Did you mean "moons"? There are: {SETS}.')),
]  # fmt: skip


@pytest.mark.parametrize(("words", "text"), USAGE, ids=[words for words, _ in USAGE])
def test_options_that_do_not_fit(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: str, text: str
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.rglob("*"))
    found = pellucid(*words.split())
    assert (found.code, found.out, found.err) == (Exit.USAGE, "", text)
    assert sorted(folder.rglob("*")) == before


def test_a_loss_that_leaves_the_numbers(here: Path) -> None:
    found = pellucid("fit", "diabetes", "--optimizer", "sgd", "--lr", "1e6", "-q")
    assert (found.code, found.out) == (Exit.TRAINING, "")
    first, remedy = found.err.splitlines()
    assert first.startswith("error: the loss became ") and "learning rate 1e+06" in first
    assert remedy == "  try: pellucid fit diabetes --optimizer sgd --lr 0.001 -q"
    assert list(here.iterdir()) == []


def test_what_to_try_is_the_whole_line_again(here: Path) -> None:
    (here / "my data").mkdir()
    rows = "".join(f"{i},{i % 5}\n" for i in range(30))
    write(here / "my data" / "h.csv", "a,the price\n" + rows)
    words = ("fit", "my data/h.csv", "--epochs", 9)
    found = pellucid(*words, "--target", "the prise", "-q")
    whole = "pellucid fit 'my data/h.csv' --epochs 9 --target 'the price' -q"
    assert found.err.endswith(f"  try: {whole}\n")


def test_a_rate_that_is_a_little_too_large_is_lowered_a_little(here: Path) -> None:
    found = pellucid("fit", "diabetes", "--optimizer", "sgd", "--lr", 1, "--epochs", 9, "-q")
    assert found.code == Exit.TRAINING
    assert found.err.endswith(
        "  try: pellucid fit diabetes --optimizer sgd --lr 0.1 --epochs 9 -q\n"
    )


def test_a_mistake_of_ours_asks_for_a_report(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*words: Any, **more: Any) -> None:
        raise RuntimeError("a wire is loose")

    monkeypatch.setattr("pellucid.cli.networks.open_table", broken)
    found = pellucid("fit", "moons")
    assert found.code == Exit.BUG
    first, second = found.err.splitlines()
    assert first == "error: something went wrong inside pellucid: RuntimeError: a wire is loose"
    log = Path(second.removeprefix("  The details are in ").partition(". ")[0])
    assert "in broken\n" in log.read_text()
    log.unlink()


def test_debug_shows_where(here: Path) -> None:
    with pytest.raises(AssertionError, match="Traceback"):
        pellucid("fit", "nothing.csv", "--debug")


RETRAIN = "Train it again with `pellucid fit`, or copy both files once more."
PAIR = "a model is model.safetensors beside model.json"


def change(edit: Callable[[Any], Any]) -> Callable[[Path], Any]:
    def apply(folder: Path) -> None:
        file = folder / "model.json"
        data = json.loads(file.read_text())
        edit(data)
        file.write_text(json.dumps(data))

    return apply


def weights(edit: Callable[[bytes], bytes]) -> Callable[[Path], Any]:
    def apply(folder: Path) -> None:
        file = folder / "model.safetensors"
        file.write_bytes(edit(file.read_bytes()))

    return apply


MODELS: list[tuple[str, Callable[[Path], Any], str]] = [
    ("no description", lambda m: (m / "model.json").unlink(), said(f"m has no model.json; {PAIR}.", RETRAIN)),
    ("no weights", lambda m: (m / "model.safetensors").unlink(), said(f"m has no model.safetensors; {PAIR}.", RETRAIN)),
    ("empty weights", weights(lambda b: b""), said("m/model.safetensors is empty.", "It was cut off while being written or copied; get it again.")),
    ("a pickle", weights(lambda b: b"\x80\x04junk"), said("m/model.safetensors is a pickle, as torch.save writes it; reading one runs code, so it is not read here.", "In PyTorch: safetensors.torch.save_file(model.state_dict(), path).")),
    ("a changed weight", weights(lambda b: b[:-1] + bytes([b[-1] ^ 1])), said("m/model.safetensors is not the weights file that model.json beside it was written with.", RETRAIN)),
    ("another format", change(lambda d: d.update(format="x")), said("m/model.json does not describe a pellucid model.", RETRAIN)),
    ("a list", lambda m: (m / "model.json").write_text("[]"), said("m/model.json does not describe a pellucid model.", RETRAIN)),
    ("another version", change(lambda d: d.update(version=9)), said("m/model.json has version 9; this pellucid reads version 1.", "Use the pellucid that wrote it, or train again.")),
    ("no facts", change(lambda d: d.pop("facts")), said("m/model.json is not whole: 'facts' is missing.", RETRAIN)),
    ("no digest", change(lambda d: d.pop("weights")), said("m/model.json is not whole: 'weights' is missing.", RETRAIN)),
    ("a giant layer", change(lambda d: d["architecture"].update(hidden=[10**12])), said("m/model.json describes layers of other sizes than the weights in model.safetensors.", RETRAIN)),
    ("a layer in words", change(lambda d: d["architecture"].update(hidden=["wide"])), said("m/model.json is not whole: the layer sizes [14, 'wide', 1] are not whole numbers from 1.", RETRAIN)),
    ("an unknown activation", change(lambda d: d["architecture"].update(activation="os.system")), said("m/model.json describes no network that works: there is no activation 'os.system'.", f"Known: {KNOWN}.")),
    ("a mean less", change(lambda d: d["preparation"].update(center=[1.5])), said("m/model.json: the preprocessing in the model file is damaged: preparation.center should be a list of 14 and is [1.5].", RETRAIN)),
    ("a column less", change(lambda d: (d["preparation"]["columns"].pop(), d["preparation"].pop("center"))), said("m/model.json describes a network of 14 inputs and 1 output, and its preparation gives 13 and takes 1.", RETRAIN)),
    ("no columns", change(lambda d: d["preparation"].update(columns=[])), said("m/model.json: the preprocessing in the model file is damaged: preparation.columns should be a list of 1 or more and is [].", RETRAIN)),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "text"), [m[1:] for m in MODELS], ids=[m[0] for m in MODELS])
def test_a_damaged_model(
    here: Path, prices: Path, table: Path, damage: Callable[[Path], Any], text: str
) -> None:
    shutil.copytree(prices, here / "m")
    damage(here / "m")
    found = pellucid("predict", "m", table)
    assert (found.code, found.out, found.err) == (Exit.MODEL, "", text)


def test_half_a_model(here: Path, prices: Path, table: Path) -> None:
    for name, start in (
        (
            "model.safetensors",
            "error: m/model.safetensors is not a whole safetensors file (300 bytes",
        ),
        ("model.json", "error: m/model.json is not whole JSON: "),
    ):
        shutil.rmtree(here / "m", ignore_errors=True)
        shutil.copytree(prices, here / "m")
        write(here / "m" / name, (prices / name).read_bytes()[:300])
        found = pellucid("predict", "m", table)
        assert found.code == Exit.MODEL and found.err.startswith(start), found.err


def test_the_description_of_another_model(here: Path, prices: Path, moons: Path) -> None:
    shutil.copytree(prices, here / "m")
    shutil.copy(moons / "model.json", here / "m")
    found = pellucid("show", "m")
    assert (found.code, found.err) == (
        Exit.MODEL,
        said(
            "m/model.safetensors is not the weights file that model.json beside it was written with.",
            RETRAIN,
        ),
    )


def test_a_model_that_is_elsewhere(here: Path, moons: Path) -> None:
    found = pellucid("show", "moons")
    give = "Give the folder that `pellucid fit` wrote, or a file in it."
    assert (found.code, found.err) == (Exit.MODEL, said("there is no model at moons.", give))
    shutil.copytree(moons, here / "pellucid-moons")
    found = pellucid("show", "moons")
    assert found.err == said('there is no model at moons. Did you mean "pellucid-moons"?', give)
    write(here / "t.csv", "x")
    assert pellucid("show", "t.csv").err == said(f"t.csv is not a model; {PAIR}.")


ROWS = [
    ("area,built\n1,2000-01-01\n", said('new.csv lacks 3 columns that the model needs: "rooms", "district", "garden".', "It has: area, built.")),
    ("Area,rooms,district,built,garden\n1,2,north,2000-01-01,yes\n", said('new.csv lacks 1 column that the model needs: "area".', 'It has: Area, rooms, district, built, garden. Did you mean "Area" for "area"?')),
    ("area,rooms,district,built,garden\nbig,2,north,2000-01-01,yes\n", said('new.csv, row 1, column "area": "big" is not a number.', 'Treat it as missing with --missing "big".')),
    ("area,rooms,district,built,garden\n1,2,north,soon,yes\n", said('new.csv, row 1, column "built": "soon" is not a date like 2024-12-31.', 'Treat it as missing with --missing "soon".')),
    ("area,rooms,district,built,garden\n1,2,north,2000-01-01,maybe\n", said('new.csv, row 1, column "garden": "maybe" is neither yes nor no.', 'Treat it as missing with --missing "maybe".')),
    ("area,rooms\n", said("new.csv has a header and no rows.")),
]  # fmt: skip


@pytest.mark.parametrize(("content", "text"), ROWS)
def test_rows_that_a_model_cannot_take(here: Path, prices: Path, content: str, text: str) -> None:
    write(here / "new.csv", content)
    found = pellucid("predict", prices, "new.csv", "-q")
    assert (found.code, found.out, found.err) == (Exit.DATA, "", text)


def test_a_place_that_cannot_be_written(here: Path, prices: Path, table: Path) -> None:
    (here / "folder").mkdir()
    found = pellucid("predict", prices, table, "-q", "-o", "folder")
    assert found.code == Exit.DATA
    assert found.err == said(
        "can't write folder: it is a folder.",
        "Choose another place with --out, or make room in this one.",
    )


def test_a_report_that_cannot_be_written_is_told_by_its_own_option(here: Path) -> None:
    found = pellucid("fit", "moons", "-q", "-o", "fine", "--report", "/proc/report.html")
    assert found.code == Exit.DATA
    assert found.err == said(
        "can't write into /proc: No such file or directory.",
        "Choose another folder with --report.",
    )
    assert not (here / "fine").exists()


@pytest.mark.parametrize("place", [".", "/"])
def test_a_folder_without_a_name_is_no_place_for_a_file(
    here: Path, prices: Path, place: str
) -> None:
    text = said(
        f"can't write {place}: it is a folder.",
        "Choose another place with --out, or make room in this one.",
    )
    (here / "rows.csv").write_bytes(b"area\n1\n")
    for words in (["predict", prices, "rows.csv"], ["data", "make", "moons"]):
        found = pellucid(*words, "-o", place)
        assert (found.code, found.err) == (Exit.DATA, text)


def test_predictions_do_not_take_the_place_of_what_they_are_made_from(
    here: Path, prices: Path, table: Path
) -> None:
    rows, before = here / "rows.csv", table.read_bytes()
    rows.write_bytes(before)
    (here / "link.csv").symlink_to(rows)
    for place in ("rows.csv", rows, "./rows.csv", "link.csv"):
        found = pellucid("predict", prices, "rows.csv", "-q", "-o", place)
        text = said(
            f"{Path(place)} is read by this command, and would be lost.",
            "Choose another place with --out.",
        )
        assert (found.code, found.out, found.err) == (Exit.DATA, "", text)
    assert rows.read_bytes() == before
    for name in ("model.json", "model.safetensors", "history.csv"):
        place = shutil.copytree(prices, here / name.replace(".", "-")) / name
        kept = place.read_bytes()
        for model in (place.parent, place.parent / "model.json"):
            found = pellucid("predict", model, table, "-q", "-o", place)
            text = said(
                f"{place} belongs to the model, and would be lost.",
                "Choose another place with --out.",
            )
            assert (found.code, found.err) == (Exit.DATA, text)
        assert place.read_bytes() == kept
    for _ in range(2):  # what was predicted before may be written again
        assert pellucid("predict", prices, table, "-q", "-o", "again.csv").code == Exit.GOOD


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_finds_no_room() -> None:
    with open("/dev/full", "w") as full:
        words = [sys.executable, "-m", "pellucid", "data", "make", "moons"]
        found = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    text = said(
        "can't write the result: No space left on device.", "Make room, or choose another place."
    )
    assert (found.returncode, found.stderr) == (Exit.DATA, text)


def test_a_disk_that_is_full(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pellucid.cli.places.replace_file", full)
    found = pellucid("fit", "moons", "-o", "out")
    assert found.code == Exit.DATA
    assert found.err == said(
        "can't write into out: No space left on device.", "Choose another folder with --out."
    )


EXPLAIN = [
    ("--row 0", Exit.DATA, said("there is no row 0 in houses.csv: it has 120, counted from 1.")),
    ("--row 121", Exit.DATA, said("there is no row 121 in houses.csv: it has 120, counted from 1.")),
    ("--row last", Exit.USAGE, said('--row takes a whole number, not "last".', "try: pellucid explain --help")),
    ("--output A", Exit.USAGE, said('there is no class "A".', "This model gives a number.")),
    ("--depth 0", Exit.USAGE, said("--depth must be 1 or more, not 0.")),
    ("--weight 0.weight", Exit.USAGE, said('--weight takes a name and a position, such as 0.weight[3,1], and got "0.weight".')),
    ("--weight 0.wight[1,1]", Exit.USAGE, said('there is no weight "0.wight". Did you mean "0.weight"?', "Weights: 0.weight, 0.bias, 2.weight, 2.bias.")),
    ("--weight 0.weight[8,1]", Exit.USAGE, said("--weight 0.weight[8,1] does not exist.", "0.weight goes from [0 to 7, 0 to 13].")),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "text"), EXPLAIN, ids=[e[0] for e in EXPLAIN])
def test_questions_without_an_answer(
    here: Path, prices: Path, words: str, code: Exit, text: str
) -> None:
    write(here / "houses.csv", houses())
    found = pellucid("explain", prices, "houses.csv", *words.split())
    assert (found.code, found.out, found.err) == (code, "", text)


def test_a_gradient_needs_the_truth(here: Path, prices: Path) -> None:
    rows = [line.rpartition(",")[0] for line in houses().splitlines()]
    write(here / "new.csv", "\n".join(rows))
    found = pellucid("explain", prices, "new.csv", "--weight", "0.weight[0,0]")
    assert (found.code, found.err) == (
        Exit.DATA,
        said('--weight needs the target "price" in the file: blame starts at the loss.'),
    )
    found = pellucid("report", prices, "new.csv")
    assert (found.code, found.err) == (
        Exit.DATA,
        said(
            'new.csv lacks the target "price", and without it nothing can be measured.',
            f"For answers alone: pellucid predict {prices} new.csv",
        ),
    )


def test_a_history_that_is_not_the_models(here: Path, prices: Path, table: Path) -> None:
    shutil.copytree(prices, here / "m")
    write(here / "m" / "history.csv", "epoch,train_loss\n")
    found = pellucid("report", "m", table, "-q")
    assert found.code == Exit.MODEL
    assert found.err.startswith("error: m/history.csv is not the whole history of this model: ")
    (here / "m" / "history.csv").unlink()
    found = pellucid("report", "m", table, "-q")
    assert found.err == said("m has no history.csv; `pellucid fit` writes it.")
