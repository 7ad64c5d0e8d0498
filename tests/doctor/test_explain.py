"""The pages on the doctor's findings: by any spelling, each with a faulty and a mended program."""

from __future__ import annotations

import re

import pytest

from pellucid.doctor import explain
from pellucid.doctor.explain import PAGES, page_of
from pellucid.doctor.kinds import KINDS
from pellucid.errors import SettingError
from pellucid.lenses.view import Code, Remark
from tests.pages import blocks

HEADINGS = [
    "Why it hurts",
    "How the doctor tells",
    "A faulty program",
    "The mended program",
    "Not to be confused with",
]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("dead_relu", "dead_relu"),
        ("dead-relu", "dead_relu"),
        (" Dead ReLU ", "dead_relu"),
        ("Dead ReLU units", "dead_relu"),
        ("over_regularised", "over_regularised"),
        ("Over-regularized", "over_regularised"),
        ("unnormalized data", "unnormalised_data"),
        ("Initial weights that can\u2019t learn", "bad_init"),
        ("Loss, last layer and targets do not fit", "wrong_loss"),
        ("non-finite", "non_finite"),
    ],
)
def test_a_kind_is_found_in_every_spelling(asked: str, name: str) -> None:
    shown = explain(asked)
    assert shown.view.data["kind"] == name
    assert shown.view.title == KINDS[name].title


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("dead_rleu", ' Did you mean "dead_relu"?'),
        ("lr", ' Did you mean "lr_too_high" or "lr_too_low"?'),
        ("softmax", ' Did you mean "double_softmax"?'),
        ("NaN", ' Did you mean "non_finite"?'),
        ("overregularized", ' Did you mean "over_regularised"?'),
        ("", ""),
        ("qqq", ""),
    ],
)
def test_what_it_does_not_know_it_refuses_with_a_hint(asked: str, hint: str) -> None:
    with pytest.raises(SettingError) as caught:
        explain(asked)
    known = ", ".join(KINDS)
    assert str(caught.value) == f"the doctor knows no {asked!r}.{hint}\n It knows {known}."


def test_no_two_kinds_answer_to_one_name() -> None:
    names = [*KINDS, *(kind.title for kind in KINDS.values())]
    assert [explain(name).view.data["kind"] for name in names] == [*KINDS, *KINDS]


def test_every_page_is_of_a_kind() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_page_has_a_faulty_program_and_the_mended_one(name: str) -> None:
    text = (PAGES / f"{name}.md").read_text("utf-8")
    assert text.partition("\n")[0] == f"# {KINDS[name].title}"
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [heading for heading in headings if heading in HEADINGS] == HEADINGS
    faulty, mended = text.split("## A faulty program")[1].split("## The mended program")
    assert f"['{name}'" in faulty
    assert mended.count("```text") >= 1
    assert "[]" in mended
    outputs = [block for block in blocks(PAGES / f"{name}.md") if block.title == "output"]
    assert [block.text for block in outputs if not block.loose][-1] == "[]\n"


@pytest.mark.parametrize("name", KINDS)
def test_a_page_is_shown_in_plain_words(name: str) -> None:
    shown = explain(name)
    words = [block.text for block in shown.view.blocks if isinstance(block, Remark)]
    programs = [block.text for block in shown.view.blocks if isinstance(block, Code)]
    assert len(programs) >= 4
    assert all(any(text.startswith(heading) for text in words) for heading in HEADINGS[:2])
    assert [text for text in words if re.search(r"\*\*|`|<!--|\]\(|(?:^|\s)#", text)] == []
    assert "A faulty program" in str(shown)
    assert "<pre" in shown.html()


def test_lists_and_links_are_readable_in_a_terminal() -> None:
    words = [b.text for b in explain("wrong_loss").view.blocks if isinstance(b, Remark)]
    at = words.index("Not to be confused with:")
    assert words[at + 1].startswith("• ")
    assert words[-1].endswith('a page of its own (explain("double_softmax")).')


def test_the_first_heading_is_left_to_who_shows_the_page() -> None:
    assert page_of("dead_relu").startswith("A ReLU passes nothing")
