"""Packed files on disk: verified, refused when a bit of them is another, and no trap for whoever unpacks a stranger's."""

import hashlib
import lzma
import subprocess
import sys
import tracemalloc
import zlib

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.errors import Damaged, InputError, NotFound, StorageError
from workbench.graphs.packing import packed, unpacked
from workbench.graphs.packing.notes import Notes

from .conftest import RNG, array, kernels, onnx_file, settled

SETTLED = settled(), packed(settled())


@pytest.fixture
def stored(tmp_path):
    """An ONNX file and its packed form, on disk."""
    file = tmp_path / "model.onnx"
    file.write_bytes(onnx_file(array(np.round(kernels(12)).clip(-127, 127).astype(np.int8)), array(RNG.normal(size=300), "f")))
    return file, wb.pack(file, tmp_path / "deep" / "model.packed")


def test_pack_and_unpack_are_public(stored):
    file, there = stored
    assert wb.unpack(str(there)) == file.read_bytes()
    assert there.read_bytes() == packed(file.read_bytes())
    assert there.read_bytes()[:4] == b"WBPK"
    assert there.read_bytes()[9:41] == hashlib.sha256(file.read_bytes()).digest()


def test_any_flipped_bit_is_found(stored):
    _, there = stored
    whole = there.read_bytes()
    for at in [*range(60), *range(60, len(whole), 37), len(whole) - 1]:
        changed = bytearray(whole)
        changed[at] ^= 1 << at % 8
        there.write_bytes(changed)
        with pytest.raises(Damaged) as caught:
            wb.unpack(there)
        assert caught.value.code == ("not-packed" if at < 4 else "packed-damaged")
        assert str(there) in str(caught.value)


def test_a_file_that_was_cut_short_or_grew_is_found(stored):
    _, there = stored
    whole = there.read_bytes()
    for size in [*range(60), *range(60, len(whole), 41), len(whole) - 1]:
        there.write_bytes(whole[:size])
        with pytest.raises(Damaged):
            wb.unpack(there)
    there.write_bytes(whole + b"\0")
    with pytest.raises(Damaged):
        wb.unpack(there)


def sealed(body, digest=bytes(32), version=1):
    """A packed file whose checksum is right, whatever is in it."""
    checked = bytes([version]) + digest + body
    return b"WBPK" + zlib.crc32(checked).to_bytes(4, "little") + checked


def numbers(*values):
    notes = Notes()
    notes.put(*values)
    return bytes(notes.data)


def lzma2(data):
    return lzma.compress(data, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 9}])


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_what_was_changed_on_purpose_is_refused_too(data):
    """The checksum is made right again: what is inside must not be trusted."""
    whole = bytearray(SETTLED[1][9:])
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(32, min(len(whole) - 1, 32 + 200)))] = data.draw(st.integers(0, 255))
    try:
        assert unpacked(sealed(bytes(whole[32:]), bytes(whole[:32])), "it") == SETTLED[0]
    except Damaged as error:
        assert error.code == "packed-damaged"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 70) | st.integers(0, 2**64 - 1), max_size=30), st.binary(max_size=60), st.integers(0, 3))
def test_notes_that_nobody_wrote_are_refused(values, rest, tensors):
    text = lzma2(numbers(*values) + rest)
    body = numbers(50000, tensors, 1, len(text), 0) + text + bytes(6)
    with pytest.raises(Damaged) as caught:
        unpacked(sealed(body), "it")
    assert caught.value.code == "packed-damaged"


@pytest.mark.parametrize("size", [2**31, 2**40, 2**63])
@pytest.mark.parametrize("way", [0, 1, 2])
def test_declared_sizes_take_no_memory(size, way):
    text = lzma2(numbers(0, 12, 2, 2**20, 2**20) + bytes(100))
    body = numbers(size, way) + (text if way == 0 else numbers(1, len(text), 0) + text + bytes(60))
    tracemalloc.start()
    with pytest.raises(Damaged):
        unpacked(sealed(body), "it")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_a_bomb_does_not_go_off():
    bomb = lzma2(bytes(64_000_000))
    tracemalloc.start()
    for body in (numbers(1000, 0) + bomb, numbers(1000, 1, 1, len(bomb), 0) + bomb + bytes(6)):
        with pytest.raises(Damaged):
            unpacked(sealed(body), "it")
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()


def test_another_digest_is_refused():
    raw = b"as it was" * 9
    whole = packed(raw)
    assert unpacked(sealed(whole[41:], hashlib.sha256(raw).digest()), "it") == raw
    with pytest.raises(Damaged):
        unpacked(sealed(whole[41:], hashlib.sha256(b"another").digest()), "it")


def test_millions_of_zeros_come_back():
    data = onnx_file(array(np.zeros((1000, 3000), np.float32)))
    made = packed(data)
    assert unpacked(made, "it") == data and len(made) < 3000


def test_a_newer_form_is_said_to_be_newer():
    with pytest.raises(InputError) as caught:
        unpacked(sealed(b"...", version=2), "it")
    assert (caught.value.code, caught.value.fields["version"]) == ("packed-newer", 2)


def test_what_cannot_be_packed_is_said(tmp_path, stored):
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        wb.pack(tmp_path / "empty", tmp_path / "p")
    assert caught.value.code == "pack-size" and not (tmp_path / "p").exists()
    for verb in (lambda: wb.pack(tmp_path / "none", tmp_path / "p"), lambda: wb.unpack(tmp_path / "none")):
        with pytest.raises(NotFound):
            verb()
    (tmp_path / "a file").write_bytes(b"")
    with pytest.raises(StorageError):
        wb.pack(stored[0], tmp_path / "a file" / "p")


def test_a_write_that_fails_half_way_leaves_what_was_there(stored):
    file, there = stored
    before = there.read_bytes()
    code = (
        "import resource, signal, sys, workbench as wb\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "wb.pack(sys.argv[1], sys.argv[2])"
    )
    ran = subprocess.run([sys.executable, "-c", code, file, there], capture_output=True, text=True)
    assert ran.returncode != 0
    assert there.read_bytes() == before and [p.name for p in there.parent.iterdir()] == [there.name]


ALONE = """
import sys
for name in ("torch", "onnx", "google.protobuf", "onnxruntime", "scipy", "sklearn", "pandas", "matplotlib", "sqlalchemy"):
    sys.modules[name] = None
import hashlib, workbench as wb
print(hashlib.sha256(wb.unpack(sys.argv[1])).hexdigest())
"""


def test_unpacking_needs_neither_onnx_nor_torch(stored):
    file, there = stored
    ran = subprocess.run([sys.executable, "-c", ALONE, there], capture_output=True, text=True)
    assert ran.stdout.strip() == hashlib.sha256(file.read_bytes()).hexdigest(), ran.stderr
    assert onnx.load_from_string(wb.unpack(there)).graph.initializer[0].name == "w"
