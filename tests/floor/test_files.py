"""Atomic writes and digests."""

import errno
import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import files
from workbench.errors import Damaged, NotFound, StorageError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_the_order_of_keys_makes_no_difference_to_a_digest(value):
    assert files.digest_json(value) == files.digest_json(dict(reversed(value.items())))


def test_digests_are_sha256(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")
    assert files.digest_file(tmp_path / "f") == hashlib.sha256(b"abc").hexdigest() == files.digest_bytes(b"abc")
    assert files.digest_json([1, {"b": 2, "a": "é"}]) == hashlib.sha256('[1,{"a":"é","b":2}]'.encode()).hexdigest()


def test_nan_has_no_digest():
    with pytest.raises(ValueError, match="Out of range"):
        files.digest_json(float("nan"))


def test_an_atomic_write_replaces_whole_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "sub" / "f"
    files.write_atomic(path, b"one")
    files.write_atomic(path, b"two")
    assert path.read_bytes() == b"two" and os.listdir(path.parent) == ["f"] and path.stat().st_mode & 0o777 == 0o644


def test_a_folder_is_there_whole_or_not_at_all(tmp_path):
    target = tmp_path / "deep" / "target"
    with pytest.raises(RuntimeError, match="midway"), files.folder_atomic(target) as folder:
        (folder / "half").write_text("x")
        raise RuntimeError("midway")
    assert os.listdir(target.parent) == []
    with files.folder_atomic(target) as folder:
        (folder / "whole").write_text("x")
        assert not target.exists()
    assert (target / "whole").read_text() == "x" and os.listdir(target.parent) == ["target"]


def test_a_folder_that_another_finished_first_is_kept(tmp_path):
    target = tmp_path / "target"
    with files.folder_atomic(target) as folder:
        (folder / "mine").write_text("x")
        target.mkdir()
        (target / "theirs").write_text("y")
    assert os.listdir(target) == ["theirs"] and os.listdir(tmp_path) == ["target"]


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "disk-full"), (errno.EACCES, "not-writable"), (errno.EROFS, "not-writable")]
)
def test_what_the_system_says_becomes_a_sentence(tmp_path, number, code):
    with pytest.raises(StorageError) as caught, files.storage(tmp_path / "x"):
        raise OSError(number, os.strerror(number))
    assert caught.value.code == code and str(tmp_path / "x") in str(caught.value)


def test_other_system_errors_pass_through(tmp_path):
    with pytest.raises(OSError, match="too many"), files.storage(tmp_path):
        raise OSError(errno.EMFILE, "too many open files")


def test_reading_json_says_what_is_wrong(tmp_path):
    with pytest.raises(NotFound):
        files.read_json(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(Damaged) as caught:
        files.read_json(tmp_path / "bad.json")
    assert caught.value.code == "not-json"


def test_the_home_is_made_where_the_variable_says(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "a" / "b"))
    assert files.home() == tmp_path / "a" / "b" and files.home().is_dir()


def test_a_home_below_a_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "f").write_text("")
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "f" / "home"))
    with pytest.raises(StorageError) as caught:
        files.home()
    assert caught.value.code == "not-writable"
