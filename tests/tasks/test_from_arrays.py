"""Tasks from a person's own arrays: what they become, what is refused, how another process finds them."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import workbench as wb
from workbench.errors import InputError
from workbench.objects import Objects


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def _numbers(n, *shape):
    return np.arange(n * int(np.prod(shape)), dtype=np.float64).reshape(n, *shape) / 7


def _task(x=None, y=None, **changed):
    x = _numbers(6, 3) if x is None else x
    y = np.array([0, 1, 2, 0, 1, 2]) if y is None else y
    parts = {"train": (x, y), "validation": (x, y), "test": (x, y)}
    return wb.tasks.from_arrays("mine", **(parts | changed))


def test_floats_become_float32_integers_int64_and_truth_values_float32():
    x = {
        "double": _numbers(6, 2),
        "half": _numbers(6).astype(np.float16),
        "byte": np.arange(6, dtype=np.uint8),
        "mask": np.array([[True, False]] * 6),
    }
    task = _task(x)
    assert [(t.name, t.shape, t.dtype) for t in task.signature.inputs] == [
        ("double", (2,), "float32"),
        ("half", (), "float32"),
        ("byte", (), "int64"),
        ("mask", (2,), "float32"),
    ]
    assert task.train.inputs["mask"].tolist() == [[1.0, 0.0]] * 6
    assert np.allclose(task.train.inputs["double"], x["double"])


def test_the_arrays_are_copies():
    x, y = np.zeros((6, 3), np.float32), np.array([0, 1, 2, 0, 1, 2])
    task = _task(x, y)
    x[:], y[:] = 5, 0
    assert task.train.inputs.max() == 0 and task.train.targets.tolist() == [0, 1, 2, 0, 1, 2]


def test_classes_are_counted_from_train_and_validation():
    assert _task().classes == ("0", "1", "2")
    wider = (_numbers(6, 3), np.array([0, 4, 0, 0, 0, 0]))
    task = _task(validation=wider, test=(_numbers(6, 3), np.full(6, 3)))
    assert task.classes == ("0", "1", "2", "3", "4") and task.signature.outputs[0].shape == (5,)
    assert task.test.targets.tolist() == [3] * 6
    assert _task(classes=("a", "b", "c", "d")).signature.outputs[0].shape == (4,)


def test_texts_as_labels_are_numbered_in_alphabetical_order_or_as_named():
    y = np.array(["cat", "ape", "dog", "ape", "cat", "dog"])
    task = _task(y=y)
    assert task.classes == ("ape", "cat", "dog") and task.train.targets.tolist() == [1, 0, 2, 0, 1, 2]
    named = _task(y=list(y), classes=["dog", "cat", "ape", "eel"])
    assert named.train.targets.tolist() == [1, 2, 0, 2, 1, 0] and named.train.targets.dtype == np.int64
    assert _task(y=y.astype(object)).classes == task.classes


def test_numbers_that_are_the_classes_names_are_no_places():
    y = np.array([3, 1, 2, 1, 3, 2])
    assert _task(y=y).classes == ("0", "1", "2", "3") and _task(y=y).present == ("1", "2", "3")
    named = _task(y=y, classes=["3", "1", "2"])
    assert named.train.targets.tolist() == [0, 1, 2, 1, 0, 2] and named.classes == named.present == ("3", "1", "2")
    assert _task(y=np.array([-1, 1] * 3), classes=["-1", "1"]).train.targets.tolist() == [0, 1] * 3
    for written, classes in ((np.array([True, False] * 3), ["True", "False"]), (np.array([1.0, 0.0] * 3), ["1.0", "0.0"])):
        assert _task(y=written, classes=classes).train.targets.tolist() == [0, 1] * 3
    assert _task(y=y, classes=["a", "b", "c", "d"]).train.targets.tolist() == y.tolist()


@pytest.mark.parametrize("y", [np.array([[0], [1], [2], [0], [1], [2]]), np.array([0.0, 1, 2, 0, 1, 2])])
def test_labels_in_a_column_and_whole_floats_are_taken(y):
    assert _task(y=y).train.targets.tolist() == [0, 1, 2, 0, 1, 2]


def test_truth_values_are_two_classes():
    assert _task(y=np.array([True, False] * 3)).classes == ("0", "1")


@pytest.mark.parametrize("shape, output", [((6,), (1,)), ((6, 1), (1,)), ((6, 2), (2,)), ((6, 2, 3), (2, 3))])
def test_regression_targets_keep_their_shape(shape, output):
    y = np.arange(np.prod(shape)).reshape(shape)
    task = _task(y=y, kind="regression")
    assert task.train.targets.shape == shape and task.train.targets.dtype == np.float32
    assert task.signature.outputs[0].shape == output and task.signature.outputs[0].name == "output"
    assert (task.classes, task.loss) == ((), "mse")


def test_outputs_only_needs_no_targets():
    part = (_numbers(4, 2), None)
    task = wb.tasks.from_arrays("o", train=part, validation=part, test=part, kind="outputs")
    assert task.train.targets is None and task.signature.outputs == ()


_X, _Y = _numbers(6, 3), np.array([0, 1, 2, 0, 1, 2])
_NAN = _X.copy()
_NAN[4, 1] = np.nan
_HUGE = _X.copy()
_HUGE[2, 0] = 1e300


@pytest.mark.parametrize(
    "changed, code, words",
    [
        ({"train": (_X, _Y[:-1])}, "split-lengths", ("train", "6", "5")),
        ({"test": ({"a": _X, "b": _X[:4]}, _Y), "train": ({"a": _X, "b": _X}, _Y)}, "split-differs", ()),
        ({"validation": (_X[:0], _Y[:0])}, "split-empty", ("validation",)),
        ({"train": (_NAN, _Y)}, "not-finite", ("train", "sample 4")),
        ({"test": (_HUGE, _Y)}, "not-finite", ("test", "sample 2")),
        ({"validation": (_X[:, :2], _Y)}, "split-differs", ("validation", "(2,)", "(3,)")),
        ({"test": (np.arange(18).reshape(6, 3), _Y)}, "split-differs", ("test", "int64")),
        ({"train": ({}, _Y)}, "input-names", ("train",)),
        ({"train": ({3: _X}, _Y)}, "input-names", ("train",)),
        ({"train": (np.array([None] * 6), _Y)}, "input-type", ("objects",)),
        ({"train": ([[1.0], [1.0, 2.0]], _Y)}, "input-type", ("different lengths",)),
        ({"train": (np.array(["a"] * 6), _Y)}, "input-type", ("train",)),
        ({"train": (_X * 1j, _Y)}, "input-type", ("complex",)),
        ({"train": (3.0, _Y)}, "input-scalar", ("train",)),
        ({"train": _X}, "split-form", ("train",)),
        ({"validation": None}, "split-form", ("validation",)),
        ({"train": (_X, None)}, "targets-missing", ("train", "classification")),
        ({"kind": "outputs"}, "targets-unused", ("train",)),
        ({"kind": "ranking"}, "task-kind", ("ranking",)),
        ({"train": (_X, _Y + 0.5)}, "labels-not-whole", ("train", "0.5")),
        ({"train": (_X, _Y - 1)}, "labels-range", ("-1", "train")),
        ({"test": (_X, _Y + 1)}, "labels-range", ("3", "test", "0 to 2")),
        ({"validation": (_X, _Y * 10**9)}, "labels-large", ("2000000000",)),
        ({"classes": ("a", "b")}, "labels-range", ("2", "0 to 1")),
        ({"classes": ("a", "b", "a")}, "classes-repeat", ("a",)),
        ({"train": (_X, _Y * 0), "validation": (_X, _Y * 0)}, "classes-one", ("one class only, 0,", "second class")),
        ({"train": (_X, _Y * 0), "validation": (_X, _Y * 0), "classes": ("a",)}, "classes-one", ("one class only, a,",)),
        ({"train": (_X, np.eye(3)[_Y])}, "labels-shape", ("(6, 3)",)),
        ({"train": (_X, np.array(["a"] * 6))}, "labels-mixed", ()),
        ({"train": (_X, np.array([np.datetime64("2020")] * 6))}, "targets-type", ("train",)),
        ({"train": (_X, np.array([0, np.nan] * 3))}, "not-finite", ("labels", "sample 1")),
        ({"kind": "regression", "train": (_X, np.array([0.0, np.inf] * 3))}, "not-finite", ("targets", "sample 1")),
        ({"kind": "regression", "train": (_X, np.array(["a"] * 6))}, "targets-type", ("regression",)),
        ({"kind": "regression", "test": (_X, np.zeros((6, 2)))}, "split-differs", ("test", "targets")),
        ({"preprocessing": {"scale": np.float32(1)}}, "preprocessing-form", ()),
    ],
)
def test_what_cannot_work_is_refused_in_a_sentence(changed, code, words):
    with pytest.raises(InputError) as caught:
        _task(**changed)
    assert caught.value.code == code
    assert all(word in str(caught.value) for word in words) and len(str(caught.value)) > 30


def test_two_arrays_of_a_split_have_one_length():
    part = ({"a": _X, "b": _X[:4]}, _Y)
    with pytest.raises(InputError) as caught:
        _task(train=part, validation=part, test=part)
    assert caught.value.code == "split-lengths" and "b has 4" in str(caught.value)


def test_a_text_that_train_and_validation_lack_is_unknown_in_test():
    y = np.array(["a", "b"] * 3)
    with pytest.raises(InputError) as caught:
        _task(y=y, test=(_X, np.array(["a", "c"] * 3)))
    assert caught.value.code == "label-unknown" and "'c'" in str(caught.value)


@pytest.mark.parametrize("name", ["", "  ", 7])
def test_a_task_needs_a_name(name):
    with pytest.raises(InputError) as caught:
        wb.tasks.from_arrays(name, train=(_X, _Y), validation=(_X, _Y), test=(_X, _Y))
    assert caught.value.code == "task-name"


def test_the_test_split_is_in_no_digest_that_a_choice_depends_on():
    one, two = _task(), _task(test=(_X + 1, _Y[::-1].copy()))
    assert one.digest == two.digest
    assert one.spec()["source"]["objects"] == two.spec()["source"]["objects"]
    assert one.spec()["source"]["test"] != two.spec()["source"]["test"]
    assert _task(train=(_X + 1, _Y)).digest != one.digest != _task(validation=(_X, _Y[::-1].copy())).digest
    assert _task(y=_Y.astype(float), kind="regression").digest != one.digest


def test_another_process_rebuilds_the_task(home):
    x = {"ids": np.arange(12).reshape(6, 2), "mask": _numbers(6, 2)}
    task = _task(x, np.array(["b", "a"] * 3), preprocessing={"std": [1, 2]}, licence="MIT")
    code = (
        "import json, sys, workbench as wb; t = wb.tasks.from_spec(json.loads(sys.argv[1])); "
        "print(t.digest, t.test.digest, t.classes, list(t.train.inputs), t.preprocessing, t.licence, t.name, t.spec() == "
        "json.loads(sys.argv[1]), 'torch' in sys.modules)"
    )
    import json

    done = subprocess.run([sys.executable, "-c", code, json.dumps(task.spec())], capture_output=True, text=True, check=True)
    expected = (task.digest, task.test.digest, ("a", "b"), ["ids", "mask"], {"std": [1, 2]}, "MIT", "mine", True, False)
    assert done.stdout.split("\n")[0] == " ".join(str(v) for v in expected)
    assert not list(home.rglob("*.pkl")) and {p.suffix for p in home.rglob("*.*") if p.is_file()} == {".npy", ".json"}


def test_nothing_is_written_before_the_spec_is_needed(home):
    task = _task()
    assert not home.exists()
    spec = task.spec()
    assert Objects().get(spec["source"]["objects"]) and Objects().get(spec["source"]["test"])


def test_outputs_only_and_single_arrays_survive_the_store():
    part = (_numbers(4, 2), None)
    task = wb.tasks.from_arrays("o", train=part, validation=part, test=part, kind="outputs")
    again = wb.tasks.from_spec(task.spec())
    assert again.kind == "outputs" and again.train.targets is None and np.array_equal(again.test.inputs, task.test.inputs)


def test_damaged_arrays_are_found_and_written_again():
    task = _task(x=_numbers(6, 4))
    spec = task.spec()
    folder = Objects().get(spec["source"]["objects"])
    file = folder / "train-0.npy"
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        wb.tasks.from_spec(spec)
    assert caught.value.code == "data-gone" and "mine" in str(caught.value)
    assert wb.tasks.from_spec(task.spec()).digest == task.digest


@given(
    hnp.arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 3)), elements=st.floats(-1e6, 1e6, width=32)), st.data()
)
def test_batches_cover_a_split_once_whatever_their_size(x, data):
    y = np.arange(len(x))
    split = wb.tasks.Split("train", x, y)
    size, seed = data.draw(st.integers(1, 10)), data.draw(st.none() | st.integers(0, 5))
    parts = list(split.batches(size, seed))
    assert all(len(b) == size for _, b in parts[:-1]) and len(parts) == -(-len(x) // size)
    rows = np.concatenate([b for _, b in parts])
    assert sorted(rows) == list(y) and np.array_equal(np.concatenate([a["input"] for a, _ in parts]), x[rows])
    assert seed is not None or np.array_equal(rows, y)


def test_tensors_are_called_otherwise_and_the_data_stay(home):
    x = np.arange(12, dtype=np.float32).reshape(6, 2)
    task = wb.tasks.from_arrays("t", *[({"a": x, "b": x + 1}, None)] * 3, kind="outputs")
    called = wb.tasks.named(task, ["first", "second"], "answer")
    again = wb.tasks.from_spec(called.spec())
    for named in (called, again):
        assert list(named.train.arrays) == ["first", "second"] and named.output_name == "answer"
        assert np.array_equal(named.test.arrays["second"], x + 1)
    assert again.digest == called.digest != task.digest
    assert wb.tasks.named(task, ["first", "second"], "other").digest != called.digest
    assert wb.tasks.named(called, ["a", "b"], "output").digest == task.digest
    rows = wb.tasks.from_arrays("r", *[(x, np.arange(6) % 2)] * 3)
    again = wb.tasks.named(wb.tasks.named(rows, ["first"], "second"), ["input"], "logits")
    assert again.digest == wb.tasks.from_arrays("r", *[({"input": x}, np.arange(6) % 2)] * 3).digest


@pytest.mark.parametrize("names", [(["a"], "y"), (["a", "a"], "y"), (["a", "y"], "y"), (["a", " "], "y")])
def test_names_that_name_nothing(names):
    x = np.zeros((6, 2), np.float32)
    task = wb.tasks.from_arrays("t", *[({"a": x, "b": x}, None)] * 3, kind="outputs")
    with pytest.raises(InputError, match="has 2 inputs and one output"):
        wb.tasks.named(task, *names)
