"""The store of finished steps: whole, verified, found damaged, bounded."""

import os
import time

import pytest

from workbench.files import digest_bytes
from workbench.objects import Objects

KEY = digest_bytes(b"key")


def filled(text):
    return lambda folder: (folder / "f.txt").write_text(text)


def test_a_step_is_kept_once(tmp_path):
    store = Objects(tmp_path)
    assert store.get(KEY) is None
    folder = store.put(KEY, filled("one"))
    assert (folder / "f.txt").read_text() == "one" and store.get(KEY) == folder
    assert store.put(KEY, filled("two")) == folder and (folder / "f.txt").read_text() == "one"
    assert folder == tmp_path / KEY[:2] / KEY[2:]


def test_a_step_that_is_there_is_not_done_again(tmp_path):
    done = []
    for _ in range(2):
        Objects(tmp_path).put(KEY, lambda folder: (done.append(1), filled("one")(folder)))
    assert done == [1]


def test_reading_a_step_is_a_use_of_it(tmp_path):
    store = Objects(tmp_path)
    digests = store.put(KEY, filled("one")) / "digests.json"
    for reader in (store, store, Objects(tmp_path)):  # seen before, and verified anew
        os.utime(digests, (1000, 1000))
        reader.get(KEY)
        assert digests.stat().st_mtime > 1000


def test_nothing_is_kept_of_a_step_that_fails(tmp_path):
    def fill(folder):
        (folder / "half").write_text("x")
        raise RuntimeError("midway")

    with pytest.raises(RuntimeError):
        Objects(tmp_path).put(KEY, fill)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [] and Objects(tmp_path).get(KEY) is None


@pytest.mark.parametrize("key", ["../../{}", "ab{}", "ab/../../{}", "", "ab", "zz" * 32])
def test_a_key_that_is_no_digest_leads_nowhere(tmp_path, key):
    outside = tmp_path / "outside"
    outside.mkdir()
    store = Objects(tmp_path / "store" / "objects")
    assert store.get(key.format(outside)) is None and store.get(key.format("outside")) is None
    with pytest.raises(ValueError, match="is no digest"):
        store.put(key.format(outside), filled("one"))
    assert [p.name for p in tmp_path.iterdir()] == ["outside"]


@pytest.mark.parametrize("same_store", [True, False])
@pytest.mark.parametrize("harm", ["flip", "remove", "no digests", "bad digests"])
def test_a_damaged_step_is_found_and_done_anew(tmp_path, harm, same_store):
    store = Objects(tmp_path)
    folder = store.put(KEY, filled("one"))
    assert store.get(KEY)
    if harm == "flip":
        (folder / "f.txt").write_text("onf")
    elif harm == "remove":
        (folder / "f.txt").unlink()
    elif harm == "no digests":
        (folder / "digests.json").unlink()
    else:
        (folder / "digests.json").write_text("{")
    store = store if same_store and "digests" not in harm else Objects(tmp_path)
    assert store.get(KEY) is None
    assert (store.put(KEY, filled("again")) / "f.txt").read_text() == "again"


def test_the_oldest_steps_go_first_and_what_is_referred_to_stays(tmp_path):
    store = Objects(tmp_path)
    keys = [digest_bytes(bytes([k])) for k in range(4)]
    for age, key in enumerate(keys):
        folder = store.put(key, filled("x" * 1000))
        os.utime(folder / "digests.json", (1000 + age, 1000 + age))
    each = store.size() / 4
    gone = store.sweep(int(2.5 * each), keep={keys[0]})
    assert [bool(store.get(k)) for k in keys] == [True, False, False, True] and gone == pytest.approx(2 * each)
    assert store.sweep(10**9, keep=set()) == 0


@pytest.mark.parametrize(("spare", "left"), [(0, 3), (-1, 2)])
def test_a_store_that_just_fits_is_left_as_it_is(tmp_path, spare, left):
    store = Objects(tmp_path)
    keys = [digest_bytes(bytes([k])) for k in range(3)]
    for key in keys:
        os.utime(store.put(key, filled("x" * 1000)) / "digests.json", (1000, 1000))
    gone = store.sweep(store.size() + spare, keep=set())
    assert sum(store.get(key) is not None for key in keys) == left and (gone > 0) == (left < 3)


def test_what_was_used_within_the_hour_stays(tmp_path):
    store = Objects(tmp_path)
    keys = [digest_bytes(bytes([k])) for k in range(2)]
    for key, age in zip(keys, (3600 + 60, 3600 - 60), strict=True):
        then = time.time() - age
        os.utime(store.put(key, filled("x" * 1000)) / "digests.json", (then, then))
    store.sweep(0, keep=set())
    assert [store.get(key) is not None for key in keys] == [False, True]


def test_remains_older_than_a_day_go_though_there_is_room(tmp_path):
    store = Objects(tmp_path)
    kept = store.put(KEY, filled("one"))
    for name, age in ((".old", 86_400 + 60), (".new", 86_400 - 60)):
        (kept.parent / name).mkdir()
        (kept.parent / name / "f").write_text("12345")
        then = time.time() - age
        os.utime(kept.parent / name, (then, then))
    assert store.sweep(10**9, keep=set()) == 5
    assert not (kept.parent / ".old").exists() and (kept.parent / ".new").exists() and store.get(KEY) == kept
