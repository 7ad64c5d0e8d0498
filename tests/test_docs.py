"""Every page that shows code is run, the site is built, and it asks nothing of the network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.pages import blocks, run_page

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "pellucid" / "doctor" / "pages").glob("*.md")),
]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
WITH_CODE = [
    p for p in PAGES if any(b.language in ("python", "console") and not b.skip for b in blocks(p))
]


QUICK = ("README.md", "docs/from-pytorch.md")


def _page(path: Path) -> object:
    name = path.relative_to(ROOT).as_posix()
    marks = [] if name in QUICK else [pytest.mark.slow]
    if "doctor" in path.parts:  # their faulty programs are warned of, as they should be
        marks.append(pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning"))
    return pytest.param(path, id=name, marks=marks)


@pytest.mark.parametrize("page", [_page(p) for p in WITH_CODE])
def test_a_page_runs_from_top_to_bottom(page: Path, tmp_path: Path) -> None:
    assert run_page(page, tmp_path) > 0


def test_the_readme_shows_the_two_commands_on_its_first_screen() -> None:
    first_screen = (ROOT / "README.md").read_text("utf-8").splitlines()[:40]
    assert "pip install . && pellucid fit moons" in first_screen
    assert "pip install -e '.[dev]' && pytest" in first_screen


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_local_links_and_pictures_exist(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'(?:src|href)="([^"#]+)"', text)
    made = (
        "ops/",
        "doctor/",
        *(f"{book.stem}.md" for book in NOTEBOOKS),
    )  # pages that the build writes
    local = [t for t in targets if not urlsplit(t).scheme and not t.startswith(made)]
    assert [t for t in local if not (page.parent / unquote(t)).exists()] == []


# ---- the built site ------------------------------------------------------------------------


class Outside(HTMLParser):
    """Collects what a browser would fetch from elsewhere while it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        fetched = [given.get("src"), given.get("srcset"), given.get("data")]
        if tag == "link" and given.get("rel") not in ("canonical", "next", "prev", "license"):
            fetched.append(given.get("href"))
        self.found += [url for url in fetched if url and re.match(r"(https?:)?//", url)]


def outside(html: str) -> list[str]:
    """The addresses on other machines that showing this page would ask for."""
    parser = Outside()
    parser.feed(html)
    return parser.found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built here, or the one that `PELLUCID_SITE` says was built from this tree."""
    if built := os.environ.get("PELLUCID_SITE"):
        return Path(built)
    pytest.importorskip("mkdocs", reason="mkdocs is not installed (pip install -e '.[docs]')")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_the_site_asks_nothing_of_the_network(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 5
    assert {p.relative_to(site).as_posix(): outside(p.read_text("utf-8")) for p in pages} == {
        p.relative_to(site).as_posix(): [] for p in pages
    }


@pytest.mark.slow
def test_styles_bring_no_remote_fonts(site: Path) -> None:
    remote = re.compile(r"(?:url\(|@import\s+)['\"]?(?:https?:)?//")
    assert [p.name for p in site.rglob("*.css") if remote.search(p.read_text("utf-8"))] == []


@pytest.mark.slow
def test_every_equation_became_mathml(site: Path) -> None:
    for page in site.rglob("*.html"):
        html = page.read_text("utf-8")
        assert 'class="arithmatex"' not in html, page
        assert "math-error" not in html, page
        words = re.sub(r"<(pre|code|script|style)\b.*?</\1>|<[^>]+>", "", html, flags=re.DOTALL)
        assert not re.search(r"\$[^$\n]{1,80}\$|\\[a-z]{3,}|\n\d\\\.", words), page


@pytest.mark.slow
def test_every_op_has_its_page(site: Path) -> None:
    from pellucid.ops.op import COMPOSITIONS, REGISTRY

    for name, op in {**REGISTRY, **COMPOSITIONS}.items():
        folder = "index_" if name == "index" else name  # index.html is the table of them all
        html = (site / "ops" / folder / "index.html").read_text("utf-8")
        assert "<math" in html, name
        assert op.sentence.split()[0] in html, name


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_every_notebook_has_its_page_with_all_pictures(notebook: Path, site: Path) -> None:
    html = (site / notebook.stem / "index.html").read_text("utf-8")
    pictures = re.findall(r'src="\.\./(images/[^"]+\.png)"', html)
    assert len(pictures) == notebook.read_text("utf-8").count('"image/png"') > 0
    assert [p for p in pictures if not (site / p).is_file()] == []


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ('<script src="https://a.example/x.js"></script>', 1),
        ('<link rel="stylesheet" href="//a.example/x.css">', 1),
        ('<img src="http://a.example/x.png">', 1),
        ('<a href="https://a.example/">words</a><img src="x.png"><link href="x.css">', 0),
    ],
)
def test_the_look_out_sees_remote_addresses(html: str, count: int) -> None:
    assert len(outside(html)) == count


# ---- the runner of pages -------------------------------------------------------------------


def _page(folder: Path, text: str) -> Path:
    page = folder / "page.md"
    page.write_text(text)
    return page


def test_a_wrong_output_is_noticed(tmp_path: Path) -> None:
    text = '```python\nprint(1)\n```\n\n```text title="output"\n2\n```\n'
    with pytest.raises(AssertionError, match=r"page\.md:6"):
        run_page(_page(tmp_path, text), tmp_path)


def test_where_numbers_may_differ_the_words_still_count(tmp_path: Path) -> None:
    def text(word: str) -> str:
        return (
            f'```python\nprint("{word} 0.25 and 3 %")\n```\n\n'
            "<!-- docs: numbers may differ -->\n"
            '```text title="output"\nloss −1.5e−3 and 97 %\n```\n'
        )

    assert run_page(_page(tmp_path, text("loss")), tmp_path) == 1
    with pytest.raises(AssertionError, match="gain"):
        run_page(_page(tmp_path, text("gain")), tmp_path)


def test_an_error_points_at_the_page(tmp_path: Path) -> None:
    page = _page(tmp_path, "words\n\n```python\nx = 1\n1 / 0\n```\n")
    with pytest.raises(ZeroDivisionError) as caught:
        run_page(page, tmp_path)
    assert (caught.traceback[-1].lineno + 1, str(caught.traceback[-1].path)) == (5, str(page))


def test_a_block_can_be_left_alone_with_a_reason(tmp_path: Path) -> None:
    text = "<!-- docs: not run: it needs a GPU -->\n```python\n1 / 0\n```\n```python\nx = 1\n```\n"
    assert run_page(_page(tmp_path, text), tmp_path) == 1


def test_blocks_of_a_page_share_their_names(tmp_path: Path) -> None:
    text = '```python\nx = 2\n```\n```python\nprint(x + 1)\n```\n```text title="output"\n3\n```\n'
    assert run_page(_page(tmp_path, text), tmp_path) == 2
