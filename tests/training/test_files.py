"""Weights and nested data on disk: what is read is what was written, or an error says why."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid as pl
from pellucid import nn
from pellucid.errors import FileFormatError, SettingError
from pellucid.training.files import replace_file
from pellucid.training.tree import from_bytes, to_bytes


def test_a_modules_weights_are_an_ordinary_safetensors_file(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    model, path = nn.Linear(3, 2), tmp_path / "w.safetensors"
    pl.save(model, path)
    assert set(load_file(path)) == {"weight", "bias"}
    other = nn.Linear(3, 2)
    other.load_state_dict(pl.load(path, weights_only=True))
    assert (other.weight == model.weight).all()


def test_what_pytorch_writes_can_be_read(torch: Any, tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    theirs, path = torch.nn.Linear(3, 2), tmp_path / "w.safetensors"
    safetensors.save_file(theirs.state_dict(), path)
    ours = nn.Linear(3, 2)
    ours.load_state_dict(pl.load(path))
    assert ours.weight.tolist() == theirs.weight.tolist()


def test_a_checkpoint_as_people_write_it(tmp_path: Path) -> None:
    model = nn.Linear(2, 1)
    optimizer = pl.optim.Adam(model.parameters())
    model(pl.ones(4, 2)).sum().backward()
    optimizer.step()
    path = tmp_path / "c.pt"
    state = {"epoch": 5, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
    pl.save(state, path)
    back = pl.load(path, map_location="cpu")
    assert (
        back["epoch"] == 5
        and back["optimizer"]["param_groups"] == (optimizer.state_dict()["param_groups"])
    )
    other = pl.optim.Adam(nn.Linear(2, 1).parameters())
    other.load_state_dict(back["optimizer"])
    assert other.state_dict()["state"][0]["step"].item() == 1


LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
TREE = st.recursive(
    LEAF,
    lambda t: (
        st.lists(t, max_size=3)
        | st.tuples(t, t)
        | st.dictionaries(st.text() | st.integers(), t, max_size=3)
    ),
    max_leaves=12,
)


@given(TREE)
def test_plain_data_comes_back_as_it_was(value: Any) -> None:
    back = from_bytes(to_bytes(value), "f")
    assert back == value and repr(back) == repr(value)


@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "float16", "int64", "int8", "bool", "uint32"]
)
@pytest.mark.parametrize("shape", [(), (0,), (2, 3), (1, 0, 2)])
def test_arrays_of_every_kind(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).normal(size=shape).astype(dtype)
    back = from_bytes(to_bytes({"a": [array, 1]}), "f")["a"][0]
    assert back.dtype.name == dtype and tuple(back.shape) == shape
    assert (back.numpy() == array).all()


def test_mirrored_memory_is_written_in_order() -> None:
    x = pl.arange(6).reshape(2, 3).T
    assert from_bytes(to_bytes({"x": x}), "f")["x"].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_what_was_read_can_be_written_into() -> None:
    back = from_bytes(to_bytes({"x": pl.zeros(2)}), "f")["x"]
    back[:] = pl.ones(2)
    assert back.tolist() == [1.0, 1.0]


def test_open_files() -> None:
    file = io.BytesIO()
    pl.save([1, pl.ones(1)], file)
    file.seek(0)
    assert pl.load(file)[0] == 1


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w"
    pl.save([1], path)

    def fail(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        pl.save([2], path)
    monkeypatch.undo()
    assert pl.load(path) == [1] and os.listdir(tmp_path) == ["w"]


def test_things_that_cannot_be_saved() -> None:
    with pytest.raises(SettingError) as caught:
        to_bytes({"a": [object()]})
    assert str(caught.value) == (
        "an object at a.0 can't be saved: files here hold Tensors, numbers, texts, lists and"
        " dicts.\n"
        " Save module.state_dict() instead of the module, for example."
    )
    with pytest.raises(SettingError) as caught:
        to_bytes({"a": {(1, 2): 3}})
    assert str(caught.value) == ("a tuple as a key at a can't be saved: keys are texts or numbers.")


WHOLE = to_bytes({"a": pl.ones(10), "n": 3})


def test_a_byte_that_is_another() -> None:
    given = {"a": pl.ones(10), "b": [pl.zeros(0), pl.ones(3).bfloat16(), np.float64(2)], "n": 3}
    whole = to_bytes(given)
    back = from_bytes(whole, "w.safetensors")
    assert back["n"] == 3 and back["b"][1].dtype is pl.bfloat16
    for at in (len(whole) - 1, len(whole) - 20, whole.index(b'n\\", 3')):
        damaged = bytearray(whole)
        damaged[at] ^= 1
        with pytest.raises(FileFormatError) as caught:
            from_bytes(bytes(damaged), "w.safetensors")
        assert str(caught.value) == (
            "w.safetensors is damaged: what it holds is not what was written.\n"
            " Get it again, or take an earlier copy."
        )


@pytest.mark.parametrize("size", [1, 7, 8, 30, len(WHOLE) // 2, len(WHOLE) - 1])
def test_truncated_files(size: int) -> None:
    with pytest.raises(FileFormatError) as caught:
        from_bytes(WHOLE[:size], "w.safetensors")
    assert str(caught.value).startswith(
        f"w.safetensors is not a whole safetensors file ({size} bytes): "
    )
    assert str(caught.value).endswith(
        "\n It was cut off while being written or copied, or is something else."
    )


@given(st.binary(max_size=60))
def test_any_bytes_are_answered(raw: bytes) -> None:
    with pytest.raises(FileFormatError):
        from_bytes(raw, "f")


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_a_changed_byte_is_answered_or_harmless(at: int, byte: int) -> None:
    raw = WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :]
    with contextlib.suppress(FileFormatError):
        from_bytes(raw, "f")


def test_files_of_other_kinds(tmp_path: Path) -> None:
    for raw in (pickle.dumps({"a": 1}), b"PK\x03\x04rest"):
        with pytest.raises(FileFormatError) as caught:
            from_bytes(raw, "m.pt")
        assert str(caught.value) == (
            "m.pt is a pickle, as torch.save writes it; reading one runs code, so it is not read"
            " here.\n In PyTorch: safetensors.torch.save_file(model.state_dict(), path)."
        )
    for length in (0x0280, 0x0480, 0x4B50):  # they begin as a pickle and an archive do
        header = b'{"__metadata__":{"a":"'
        header += b"x" * (length - len(header) - 3) + b'"}}'
        for cut in (7, 8, 9, 100, length):
            with pytest.raises(FileFormatError, match="not a whole safetensors file"):
                from_bytes((length.to_bytes(8, "little") + header)[:cut], "m")
    with pytest.raises(FileFormatError) as caught:
        from_bytes(b"", "m")
    assert str(caught.value) == (
        "m is empty.\n It was cut off while being written or copied; get it again."
    )
    with pytest.raises(FileFormatError) as caught:
        pl.load(tmp_path)
    assert str(caught.value) == f"{tmp_path} is a folder; give the file in it."
    with pytest.raises(FileNotFoundError):
        pl.load(tmp_path / "none")


def test_what_is_no_plain_file_is_written_through(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "target", tmp_path / "link", tmp_path / "pipe"
    target.write_bytes(b"old")
    link.symlink_to(target)
    replace_file(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_bytes)
        replace_file(pipe, b"through")
        assert read.result(timeout=10) == b"through"
    assert pipe.is_fifo()


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="no /dev/stdout here")
@pytest.mark.parametrize("into", ["pipe", "file"])
def test_standard_output_is_written_through(tmp_path: Path, into: str) -> None:
    code = (
        "from pathlib import Path; from pellucid.training.files import replace_file;"
        "replace_file(Path('/dev/stdout'), b'page\\n'); print('more')"
    )
    if into == "pipe":
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert found.stdout == b"page\nmore\n"
        return
    with (tmp_path / "out").open("ab") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
    assert b"more\n" in (tmp_path / "out").read_bytes()


def test_a_new_file_has_the_usual_permissions_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    new, plain = tmp_path / "new", tmp_path / "plain"
    replace_file(new, b"1")
    plain.write_bytes(b"1")
    assert new.stat().st_mode == plain.stat().st_mode
    new.chmod(0o600)
    replace_file(new, b"2")
    assert new.stat().st_mode & 0o777 == 0o600 and new.read_bytes() == b"2"
