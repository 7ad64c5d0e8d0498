"""Writing the file: whole or not at all, and clear words when it cannot be."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from pellucid import report
from pellucid.errors import DataError
from tests.report import made_up


@pytest.fixture
def content():
    return made_up.tiny()


def test_the_file_is_the_page(content, tmp_path):
    place = report.write(content, tmp_path / "r.html")
    assert place.read_text("utf-8") == report.render(content)
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


def test_a_text_path_will_do_and_an_old_report_is_replaced(content, tmp_path):
    path = tmp_path / "r.html"
    path.write_text("old")
    report.write(content, str(path))
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_a_missing_folder(content, tmp_path):
    path = tmp_path / "none" / "r.html"
    with pytest.raises(DataError) as caught:
        report.write(content, path)
    assert str(caught.value) == (
        f"The report cannot be written to {path}: the folder {path.parent} does not exist.\n"
        f"  Make it first: mkdir -p {path.parent}"
    )


def test_a_folder_in_the_place_of_the_file(content, tmp_path):
    with pytest.raises(DataError) as caught:
        report.write(content, tmp_path)
    assert str(caught.value) == (
        f"The report cannot be written to {tmp_path}: that is a folder.\n"
        f"  Name a file in it: {tmp_path / 'report.html'}"
    )


def test_a_file_in_the_place_of_the_folder(content, tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(DataError) as caught:
        report.write(content, tmp_path / "a" / "r.html")
    assert str(caught.value) == (
        f"The report cannot be written to {tmp_path / 'a' / 'r.html'}: {tmp_path / 'a'} is a file."
    )


def test_a_failing_disk_keeps_the_old_report(content, tmp_path, monkeypatch):
    path = tmp_path / "r.html"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError) as caught:
        report.write(content, path)
    assert str(caught.value) == (
        f"The report cannot be written to {path}: No space left on device.\n"
        "  Choose another place with --report."
    )
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(content, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DataError, match="Permission denied"):
            report.write(content, tmp_path / "r.html")
    finally:
        tmp_path.chmod(0o700)


def test_a_link_is_followed_and_a_pipe_is_written_through(content, tmp_path):
    target, link, pipe = tmp_path / "target.html", tmp_path / "link.html", tmp_path / "pipe"
    target.write_text("old")
    link.symlink_to(target)
    report.write(content, link)
    assert link.is_symlink() and target.read_text("utf-8") == report.render(content)
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_bytes)
        report.write(content, pipe)
        assert read.result(timeout=10).decode() == report.render(content)
    assert pipe.is_fifo()


def test_an_old_report_keeps_its_permissions(content, tmp_path):
    path = tmp_path / "r.html"
    path.write_text("old")
    path.chmod(0o640)
    report.write(content, path)
    assert path.stat().st_mode & 0o777 == 0o640
