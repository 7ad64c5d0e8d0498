"""One spelling, no loose ends: small word lists held against every text that ships."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.rooms import ROOT

# Roots of British spellings that have an American one, and loose ends that nobody should ship.
BRITISH = re.compile(
    r"\b\w*(?:colour|behaviour|favour|honour|neighbour|flavour"
    r"|(?:optimi|normali|initiali|regulari|visuali|seriali|summari|minimi|maximi|standardi|"
    r"generali|organi|recogni|utili|penali|emphasi|paralleli|vectori|quanti|tokeni|categori|"
    r"memori|customi|discreti|factori|parametri|randomi|reali|speciali|symboli)s(?:e|ed|er|ers|es|"
    r"ing|ation|ations)\b"
    r"|analyse|catalogue|labell(?:ed|ing)(?!by)|modell(?:ed|ing)|cancell(?:ed|ing)|travell|centre[ds]?\b"
    r"|centring|\bgrey|artefact|licence|whilst|\bfibre|\bmetre\b|programme\b)\w*",
    re.IGNORECASE,
)
LOOSE = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|(?<![\w.])/(?:work|root|home|Users)/\w+")
# Words that promise ease instead of giving it.
HOLLOW = re.compile(
    r"\b(?:simply|magic(?:al(?:ly)?)?|obviously|effortless(?:ly)?|blazing\w*)\b", re.I
)

CODE = ("pellucid", "docs", "tests", "examples", "benchmarks", ".ci")
SUFFIXES = {".py", ".md", ".toml", ".yml", ".css", ".html", ".js", ".ipynb", ".txt"}
HERE = Path(__file__).resolve()


def texts() -> Iterator[Path]:
    """Every text file of the project that a person may read."""
    for path in sorted(ROOT.iterdir()):
        if path.is_file() and path.suffix in {".md", ".toml", ".yml"}:
            yield path
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and (path.suffix in SUFFIXES or folder == ".ci") and path != HERE:
                yield path


def words_of(path: Path) -> str:
    """The text of a file; of a notebook only what a person wrote."""
    text = path.read_text("utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def words_in(files: Iterator[Path]) -> set[str]:
    """Every word that occurs, once: far fewer than there are lines."""
    return set().union(*(re.findall(r"\w+", words_of(path)) for path in files))


def findings(pattern: re.Pattern[str], files: Iterator[Path]) -> list[str]:
    """Where a pattern occurs, as file:line."""
    return [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for path in files
        for text in (words_of(path),)
        for match in pattern.finditer(text)
    ]


# Names of faults as the literature on training problems spells them; programs know them so.
NAMES = {"over_regularised", "unnormalised_data"}


def test_one_spelling() -> None:
    wrong = [word for word in words_in(texts()) if BRITISH.search(word) and word not in NAMES]
    assert not wrong, findings(BRITISH, texts())


def test_every_word_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("The colour\nof `x.neighbouring_rows`, and no more.\n")
    found = words_in(tmp_path.glob("*.md"))
    assert {w for w in found if BRITISH.search(w)} == {"colour", "neighbouring_rows"}


def test_no_loose_ends() -> None:
    assert findings(LOOSE, texts()) == []


def test_pages_do_not_promise_ease() -> None:
    pages = (p for p in texts() if p.suffix == ".md")
    assert findings(HOLLOW, pages) == []


def test_there_is_something_to_read() -> None:
    assert len(list(texts())) > 20


@pytest.mark.parametrize(
    "word",
    ["colour", "behaviours", "optimiser", "normalised", "initialisation", "labelled", "centred",
     "greyscale", "licence", "analyse", "neighbouring", "vectorise", "Regularisation"],
)  # fmt: skip
def test_the_list_knows(word: str) -> None:
    assert BRITISH.fullmatch(word)


@pytest.mark.parametrize(
    "word",
    ["color", "optimism", "optimizer", "exercise", "precise", "promised", "otherwise", "noise",
     "organism", "concentrate", "centroid", "realistic", "memory",
     "parameter", "programmer", "labels", "raise", "analysis"],
)  # fmt: skip
def test_the_list_leaves_alone(word: str) -> None:
    assert not BRITISH.search(word)
