"""The tasks that come along, against scikit-learn's own copy and hand-written IDX files."""

import gzip
import struct
import subprocess
import sys

import numpy as np
import pytest

import workbench as wb
from workbench.errors import Damaged, InputError, NotFound
from workbench.tasks.idx import read_idx
from workbench.tasks.splitting import stratified


def test_digits_are_the_1797_of_scikit_learn():
    from sklearn.datasets import load_digits

    task = wb.tasks.load("digits")
    splits = (task.train, task.validation, task.test)
    assert [len(s) for s in splits] == [1257, 270, 270]
    assert all(s.inputs.dtype == np.float32 and s.inputs.shape[1:] == (1, 8, 8) for s in splits)
    found = {(s.inputs[i].tobytes(), int(s.targets[i])) for s in splits for i in range(len(s))}
    pixels, labels = load_digits(return_X_y=True)
    whole = {((p / 16).astype(np.float32).tobytes(), int(k)) for p, k in zip(pixels, labels, strict=True)}
    assert found == whole and len(whole) == 1797
    assert task.classes == tuple("0123456789") and task.signature.outputs[0].shape == (10,)
    assert task.preprocessing == {"scale": 1 / 16, "mean": 0.0, "std": 1.0}
    assert (task.kind, task.loss, task.licence) == ("classification", "cross_entropy", "CC-BY-4.0")


def test_every_class_has_its_share_in_every_split_of_digits():
    task = wb.tasks.load("digits")
    for split in (task.train, task.validation, task.test):
        counts = np.bincount(split.targets, minlength=10)
        assert (abs(counts - len(split) / 10) <= len(split) / 100 + 1.5).all()
        assert (np.diff(split.targets) != 0).mean() > 0.7, "in mixed order"


def test_tokens_are_the_same_samples_in_the_same_splits():
    images, tokens = wb.tasks.load("digits"), wb.tasks.load("digits-tokens")
    for name in ("train", "validation", "test"):
        image, token = getattr(images, name), getattr(tokens, name)
        assert token.inputs.dtype == np.int64 and token.inputs.shape[1:] == (64,)
        assert np.array_equal(token.inputs, np.round(image.inputs.reshape(-1, 64) * 16))
        assert np.array_equal(token.targets, image.targets)
    assert tokens.preprocessing == {"tokens": 17} and tokens.train.inputs.max() == 16


def test_a_task_has_one_digest_in_every_process():
    code = "import workbench as wb; print(wb.tasks.load('digits').digest)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == wb.tasks.load("digits").digest != wb.tasks.load("digits-tokens").digest


def test_an_unknown_task_offers_the_nearest():
    with pytest.raises(NotFound) as caught:
        wb.tasks.load("digitz")
    assert caught.value.code == "no-task" and "digits" in str(caught.value)
    assert set(wb.tasks.names()) >= {"digits", "digits-tokens", "fashion-mnist"}


def test_from_spec_gives_the_builtin_once_per_process():
    task = wb.tasks.load("digits")
    again = wb.tasks.from_spec(task.spec())
    assert again.digest == task.digest and again.test.digest == task.test.digest
    assert wb.tasks.from_spec(task.spec()) is again


def test_from_spec_refuses_data_that_changed():
    spec = wb.tasks.load("digits").spec() | {"digest": "0" * 64}
    with pytest.raises(InputError) as caught:
        wb.tasks.from_spec(spec)
    assert caught.value.code == "data-changed"


def _idx(array):
    return b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(np.uint8).tobytes()


def _fashion(folder, count=55_003):
    folder.mkdir()
    images = np.zeros((count, 28, 28), np.uint8)
    images[-1] = 255
    labels = np.arange(count) % 10
    (folder / "train-images-idx3-ubyte").write_bytes(_idx(images))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(_idx(labels), 1))
    (folder / "t10k-images-idx3-ubyte").write_bytes(_idx(images[:7]))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(_idx(labels[:7]))


def test_fashion_mnist_is_read_from_a_named_folder_and_normalised(tmp_path, monkeypatch):
    _fashion(tmp_path / "fashion-mnist")
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    task = wb.tasks.load("fashion-mnist")
    assert [len(s) for s in (task.train, task.validation, task.test)] == [55_000, 3, 7]
    assert task.validation.inputs.shape == (3, 1, 28, 28) and task.validation.inputs.dtype == np.float32
    assert np.allclose(task.validation.inputs[0], (0 - 0.2860) / 0.3530, atol=1e-6)
    assert np.allclose(task.validation.inputs[2], (1 - 0.2860) / 0.3530, atol=1e-6)
    assert task.validation.targets.tolist() == [0, 1, 2] and task.validation.targets.dtype == np.int64
    assert task.classes[9] == "Ankle boot" and task.licence == "MIT"
    assert task.preprocessing == {"scale": 1 / 255, "mean": 0.286, "std": 0.353}


def test_where_nobody_trains_the_training_data_is_checked_and_not_kept(tmp_path, monkeypatch):
    """A page's kernel would hold 172 MB of Fashion-MNIST otherwise."""
    _fashion(tmp_path / "fashion-mnist")
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    spec = wb.tasks.load("fashion-mnist").spec()
    task = wb.tasks.from_spec(spec, train=False)
    assert not {"inputs", "targets"} & set(vars(task.train)) and "inputs" in vars(task.validation)
    assert len(task.train) == 55_000 and task.train.targets[-1] == 54_999 % 10, "read again when somebody asks"
    (tmp_path / "fashion-mnist" / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(_idx(np.zeros(55_003)), 1))
    with pytest.raises(InputError) as caught:
        wb.tasks.from_spec({**spec, "name": "again"}, train=False)
    assert caught.value.code == "data-changed"


def test_reading_the_digits_imports_no_scikit_learn():
    code = (
        "import sys, workbench as wb; wb.tasks.load('digits').digest; print({'sklearn', 'scipy', 'pandas'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "set()"


def test_fashion_mnist_that_is_not_there_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    monkeypatch.setattr("workbench.tasks.builtin.fashion_mnist.FOLDER", tmp_path / "nowhere")
    with pytest.raises(NotFound) as caught:
        wb.tasks.load("fashion-mnist")
    assert caught.value.code == "data-missing"
    assert all(word in str(caught.value) for word in ("dataset-fashion-mnist", "WORKBENCH_DATA", str(tmp_path)))


@pytest.mark.parametrize("kind, code", [("u1", 8), ("i1", 9), ("i2", 11), ("i4", 12), ("f4", 13), ("f8", 14)])
def test_idx_files_hold_every_type_in_big_endian(tmp_path, kind, code):
    array = np.arange(24).reshape(2, 3, 4).astype(kind)
    raw = bytes([0, 0, code, 3]) + struct.pack(">3I", 2, 3, 4) + array.astype(f">{kind}").tobytes()
    (tmp_path / "a").write_bytes(raw)
    (tmp_path / "b").write_bytes(gzip.compress(raw))
    for name in "ab":
        found = read_idx(tmp_path / name)
        assert found.dtype == kind and np.array_equal(found, array)


def test_an_idx_header_that_names_too_much_is_damaged(tmp_path):
    (tmp_path / "lies").write_bytes(b"\0\0\x08\x03" + struct.pack(">3I", 2**31, 2**31, 2**31) + b"\0")
    with pytest.raises(Damaged):
        read_idx(tmp_path / "lies")


@pytest.mark.parametrize("cut", [0, 3, 5, 11, 15, -1])
@pytest.mark.parametrize("zipped", [False, True])
def test_idx_files_that_are_not_whole_are_damaged(tmp_path, cut, zipped):
    raw = _idx(np.arange(12).reshape(3, 4))
    path = tmp_path / "damaged"
    path.write_bytes(gzip.compress(raw)[:cut] if zipped else raw[:cut])
    with pytest.raises(Damaged) as caught:
        read_idx(path)
    assert caught.value.code == "not-idx" and str(path) in str(caught.value)


def test_stratified_parts_are_exact_disjoint_and_seeded():
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    one, two, three = stratified(labels, (60, 30, 10), seed=3)
    assert sorted([*one, *two, *three]) == list(range(100))
    for part, share in ((one, 0.6), (two, 0.3), (three, 0.1)):
        counts = np.bincount(labels[part], minlength=3)
        assert (abs(counts - share * np.array([50, 30, 20])) <= 1).all()
    assert all(np.array_equal(a, b) for a, b in zip((one, two, three), stratified(labels, (60, 30, 10), seed=3), strict=True))
    assert not np.array_equal(one, stratified(labels, (60, 30, 10), seed=4)[0])
    with pytest.raises(ValueError, match="99"):
        stratified(labels, (60, 30, 9), seed=0)
