"""Compiled programs are kept on disk: found by the next process, bounded, and never in the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.engines.cores import cores
from pellucid.engines.xla import cache

SCRIPT = """
import jax, sys
seen = []
jax.monitoring.register_event_listener(lambda event, **_: seen.append(event.rsplit("/", 1)[-1]))
import pellucid as pl
w = pl.ones(3, requires_grad=True)
moves = pl.optim.Adam([w], lr=0.1)
@pl.compile
def step(x):
    moves.zero_grad()
    loss = (w * x).sum()
    loss.backward()
    moves.step()
    return loss
print([step(pl.ones(3)).item() for _ in range(2)])
kept = str(jax.config.jax_compilation_cache_dir)
print(seen.count("cache_hits"), seen.count("cache_misses"), kept)
"""


def ran(kept: str, before: str = "", **more: str) -> tuple[str, int, int, str]:
    env = {**os.environ, "PELLUCID_CACHE": kept, **more}
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", before + SCRIPT],
        env={**env, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and done.stderr == "", done.stderr
    values, counts = done.stdout.splitlines()
    hits, misses, where = counts.split(maxsplit=2)
    return values, int(hits), int(misses), where


@pytest.mark.slow
def test_the_second_process_compiles_nothing(tmp_path: Path) -> None:
    kept = str(tmp_path / "new" / "folder")
    first, again = ran(kept), ran(kept)
    assert first[0] == again[0]
    own = Path(kept) / f"cores-{cores()}"
    assert first[1] == 0 and first[2] > 0 and first[3] == str(own)
    assert again[1] == first[2] and again[2] == 0
    assert len(list(own.iterdir())) >= first[2]


@pytest.mark.slow
def test_a_copied_folder_holds_the_same_programs(tmp_path: Path) -> None:
    first = ran(str(tmp_path / "here"))
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    shutil.rmtree(tmp_path / "here")
    again = ran(str(tmp_path / "there"))
    assert again[:3] == (first[0], first[2], 0)


@pytest.mark.slow
def test_off_keeps_nothing(tmp_path: Path) -> None:
    _, hits, _, where = ran("off", HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "c"))
    assert (hits, where) == (0, "None") and list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file stands where the folder would be")
    values, hits, _, where = ran(str(tmp_path / "file" / "folder"))
    assert values.startswith("[3.0") and (hits, where) == (0, "None")


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert ran(str(closed))[0].startswith("[3.0")


@pytest.mark.slow
def test_a_program_that_cannot_be_kept_is_no_warning(tmp_path: Path) -> None:
    own = tmp_path / f"cores-{cores()}"
    one = "import shutil, pellucid; pellucid.compile(lambda x: x + 1)(pellucid.ones(2))"
    lost = f"shutil.rmtree({str(own)!r}); open({str(own)!r}, 'w').close()"
    assert ran(str(tmp_path), before=f"{one}; {lost}")[1] == 0


@pytest.mark.slow
def test_damaged_programs_are_compiled_anew(tmp_path: Path) -> None:
    kept = str(tmp_path)
    first = ran(kept)
    for path in tmp_path.glob("cores-*/*"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    again = ran(kept)  # without a word of JAX's
    assert (again[0], again[1]) == (first[0], 0)
    assert ran(kept)[0] == first[0]  # keeps it again
    assert ran(kept)[1:3] == (first[2], 0)


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    for off in ("off", "OFF", "0", "none"):
        monkeypatch.setenv("PELLUCID_CACHE", off)
        assert cache.folder() is None
    monkeypatch.setenv("PELLUCID_CACHE", "~/kept")
    assert cache.folder() == Path.home() / "kept"
    monkeypatch.delenv("PELLUCID_CACHE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache.folder() == Path("/somewhere/pellucid/xla")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache.folder() == Path.home() / ".cache/pellucid/xla"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache.folder() == Path.home() / "Library/Caches/pellucid/xla"


def test_the_least_recently_used_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cores-2").mkdir()
    for age, name in enumerate(("a", "b", "cores-2/c", "d", "cores-2/e")):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1000 + age, 1000 + age))
    os.utime(tmp_path / "a", (2000, 1000))  # old, but used lately
    monkeypatch.setattr(cache, "BOUND", 250)
    cache._trim(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "cores-2"]
    assert [p.name for p in (tmp_path / "cores-2").iterdir()] == ["e"]
    cache._trim(tmp_path)
    assert len(list((tmp_path / "cores-2").iterdir())) == 1


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores are not given here")
@pytest.mark.skipif(cores() < 2, reason="one core")
def test_each_number_of_cores_has_programs_of_its_own(tmp_path: Path) -> None:
    some, one = os.sched_getaffinity(0), {min(os.sched_getaffinity(0))}
    told = []
    for allowed in (one, some):
        os.sched_setaffinity(0, allowed)
        try:
            told.append(ran(str(tmp_path)))
        finally:
            os.sched_setaffinity(0, some)
    assert told[0][0] == told[1][0] and told[1][1] == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cores-1", f"cores-{len(some)}"]
