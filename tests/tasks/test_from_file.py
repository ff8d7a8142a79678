"""A person's own file as a task: what is read, how it is split, what is refused and never opened."""

import io
import os
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.errors import Damaged, InputError, NotFound
from workbench.files import is_pickle

RNG = np.random.default_rng(0)


class Hostile:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def refused(path, code, kind=InputError, **asked):
    with pytest.raises(kind) as caught:
        wb.tasks.from_file(path, **asked)
    assert caught.value.code == code, caught.value
    return caught.value


def arrays(path, **named):
    np.savez(path, **named)
    return path


def test_arrays_are_split_with_every_class_in_its_share(tmp_path):
    x, y = RNG.normal(size=(200, 5)), np.repeat([0, 1], [150, 50])
    task = wb.tasks.from_file(arrays(tmp_path / "mine.npz", x=x, y=y))
    splits = (task.train, task.validation, task.test)
    assert (task.name, task.kind, [len(s) for s in splits]) == ("mine", "classification", [140, 30, 30])
    rare = [int((s.targets == 1).sum()) for s in splits]
    assert rare[0] == 35 and sorted(rare[1:]) == [7, 8]
    rows = np.concatenate([s.inputs for s in splits])
    assert np.array_equal(np.sort(rows, axis=0), np.sort(x.astype(np.float32), axis=0))
    assert task.digest == wb.tasks.from_file(tmp_path / "mine.npz").digest


def test_parts_that_are_named_stay_as_they_are(tmp_path):
    parts = {
        f"{v}_{s}": a
        for s, n in (("train", 12), ("val", 4), ("test", 5))
        for v, a in (("x", np.ones((n, 2))), ("y", np.ones(n)))
    }
    task = wb.tasks.from_file(arrays(tmp_path / "parts.npz", **parts))
    assert [len(s) for s in (task.train, task.validation, task.test)] == [12, 4, 5] and task.kind == "regression"


def test_without_a_validation_part_a_sixth_of_train_is_it(tmp_path):
    x = np.arange(60)[:, None] / 1.0
    task = wb.tasks.from_file(
        arrays(tmp_path / "m.npz", x_train=x, y_train=np.arange(60) % 3, x_test=x[:9], y_test=np.arange(9) % 3)
    )
    assert [len(s) for s in (task.train, task.validation, task.test)] == [50, 10, 9]
    assert sorted(np.concatenate([task.train.inputs, task.validation.inputs])[:, 0]) == list(range(60))


def test_arrays_without_targets_are_judged_by_their_answers(tmp_path):
    assert wb.tasks.from_file(arrays(tmp_path / "m.npz", x=RNG.normal(size=(20, 3)))).kind == "outputs"


@pytest.mark.parametrize("shape, expected", [((20, 8, 9), (1, 8, 9)), ((20, 8, 9, 3), (3, 8, 9)), ((20, 3, 8, 9), (3, 8, 9))])
def test_pictures_of_bytes_become_shares_of_white(tmp_path, shape, expected):
    x = RNG.integers(0, 256, shape, dtype=np.uint8)
    task = wb.tasks.from_file(arrays(tmp_path / "m.npz", x=x, y=np.arange(20) % 2))
    (spec,) = task.signature.inputs
    assert (spec.shape, spec.dtype, task.preprocessing["scale"]) == (expected, "float32", 1 / 255)
    assert task.train.inputs.max() <= 1 and np.isin(np.round(task.train.inputs * 255).astype(int), x).all()


def test_a_table_has_its_target_by_name_or_last_and_keeps_the_names_of_the_others(tmp_path, home):
    path = tmp_path / "rows.csv"
    path.write_text("a, label, b\n" + "".join(f"{k}, {'yes' if k % 2 else 'no'}, {k / 8}\n" for k in range(40)))
    task = wb.tasks.from_file(path)
    assert (task.kind, task.classes, task.signature.inputs[0].shape) == ("classification", ("no", "yes"), (2,))
    other = wb.tasks.from_file(arrays_without(path, tmp_path), target="b")
    assert (other.kind, other.signature.inputs[0].shape) == ("regression", (1,))
    assert (task.preprocessing, other.preprocessing) == ({"columns": ["a", "b"]}, {"columns": ["a"]})
    assert wb.tasks.from_spec(task.spec()).preprocessing == task.preprocessing
    assert [wb.tasks.target_column(p) for p in (path, tmp_path / "x.npz")] == ["label", None]
    assert refused(path, "table-column", NotFound, target="lable").fields["nearest"] == "label"


def arrays_without(path, folder):
    """The table without its column of texts, and without names of columns called as a target."""
    lines = [line.split(", ") for line in path.read_text().splitlines()]
    (folder / "two.csv").write_text("\n".join(f"{a},{b}" for a, _, b in lines))
    return folder / "two.csv"


def test_classes_stand_in_the_order_that_is_asked_for_and_signs_are_two_classes(tmp_path, home):
    path = tmp_path / "rows.csv"
    path.write_text("a,label\n" + "".join(f"{k},{'yes' if k % 2 else 'no'}\n" for k in range(40)))
    task = wb.tasks.from_file(path, classes=["yes", "no"])
    assert task.classes == ("yes", "no") and np.array_equal(task.train.targets, 1 - task.train.inputs[:, 0] % 2)
    assert wb.tasks.from_spec(task.spec()).digest == task.digest != wb.tasks.from_file(path).digest
    assert refused(path, "label-unknown", classes=["yes", "maybe"]).fields["value"] == "no"
    signs = wb.tasks.from_file(arrays(tmp_path / "signs.npz", x=RNG.normal(size=(40, 2)), y=np.arange(40) % 2 * 2 - 1))
    assert (signs.kind, signs.classes) == ("classification", ("-1", "1"))
    others = wb.tasks.from_file(arrays(tmp_path / "o.npz", x=RNG.normal(size=(40, 2)), y=np.arange(40) % 3 - 1))
    assert others.kind == "regression"


def test_a_first_row_that_ends_in_a_label_is_a_sample(tmp_path):
    lines = [f"{k}.5,{k % 3},{'red' if k % 2 else 'blue'}" for k in range(40)]
    (tmp_path / "bare.csv").write_text("\n".join(lines))
    task = wb.tasks.from_file(tmp_path / "bare.csv")
    assert len(task.train) + len(task.validation) + len(task.test) == 40 and task.classes == ("blue", "red")
    assert task.preprocessing == {} and wb.tasks.target_column(tmp_path / "bare.csv") is None
    for labels in (("false", "true"), ("0", "1")):
        rows = ["5.1,5.1," + labels[1], *(f"{k}.5,{k % 3},{labels[k % 2]}" for k in range(40))]
        (tmp_path / "twice.csv").write_text("\n".join(rows))
        twice = wb.tasks.from_file(tmp_path / "twice.csv")
        assert len(twice.train) + len(twice.validation) + len(twice.test) == 41 and twice.preprocessing == {}
    (tmp_path / "years.csv").write_text("\n".join(["2019,2020,colour", *lines]))
    years = wb.tasks.from_file(tmp_path / "years.csv")
    assert years.preprocessing == {"columns": ["2019", "2020"]} and years.classes == task.classes


def test_a_table_in_another_encoding_says_which_one_is_wanted(tmp_path):
    (tmp_path / "old.csv").write_bytes("a,größe\n".encode("latin-1") + b"1,2\n" * 20)
    assert "UTF-8" in str(refused(tmp_path / "old.csv", "table-encoding"))


def test_a_table_without_names_is_counted(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("".join(f"{k}.5,{k % 3}\n" for k in range(30)))
    task = wb.tasks.from_file(path)
    assert len(task.train) + len(task.validation) + len(task.test) == 30 and task.classes == ("0", "1", "2")
    assert task.preprocessing == {}


@pytest.mark.parametrize(
    "text, code",
    [
        ("a,b\n" + "1,0\n" * 11 + "x,1\n", "table-cell"),
        ("a,b\n" + "1,0\n" * 11 + ",1\n", "table-empty"),
        ("a,b\n" + "1,0\n" * 11 + "1,\n", "table-empty"),
        ("a\n" + "1\n" * 20, "table-narrow"),
        ("a,b\n" + "1,0\n" * 5, "samples-few"),
    ],
)
def test_a_table_that_cannot_be_one_says_where(tmp_path, text, code):
    path = tmp_path / "rows.csv"
    path.write_text(text)
    error = refused(path, code)
    assert error.fields.get("row", 12) == 12


def table(path, text):
    path.write_bytes(text.encode())
    return wb.tasks.from_file(path)


def test_semicolons_and_tabs_part_cells_and_a_comma_is_then_a_decimal_sign(tmp_path):
    plain = table(
        tmp_path / "a.csv", "a,b,label\n" + "".join(f"{k + 0.5},{k},{'ja' if k % 2 else 'nein'}\n" for k in range(40))
    )
    rows = [f"{k},5;{k};{'ja' if k % 2 else 'nein'}\r\n" for k in range(40)]
    german = table(tmp_path / "b.csv", "\ufeffa;b;label\r\n" + "".join(rows))
    points = table(tmp_path / "c.csv", "a;b;label\n" + "".join(rows).replace(",", "."))
    tabs = table(tmp_path / "d.csv", "a\tb\tlabel\n" + "".join(rows).replace(",", ".").replace(";", "\t"))
    quoted = table(tmp_path / "f.csv", '"a, in m";b;label\n' + "".join(rows))
    for task in (german, points, tabs, quoted):
        assert np.array_equal(task.train.inputs, plain.train.inputs) and task.classes == ("ja", "nein")
    assert german.preprocessing == {"columns": ["a", "b"]} and quoted.preprocessing == {"columns": ["a, in m", "b"]}
    unnamed = table(tmp_path / "e.csv", "".join(f"{k},5;{k};{k % 2}\n" for k in range(40)))
    assert unnamed.preprocessing == {} and np.array_equal(unnamed.train.inputs[:, 0], unnamed.train.inputs[:, 1] + 0.5)
    amounts = table(tmp_path / "g.csv", "a;wert\n" + "".join(f"{k};{k},25\n" for k in range(40)))
    assert amounts.kind == "regression" and float(amounts.train.targets[0]) % 1 == 0.25


def test_a_cell_that_is_no_number_is_said_in_a_table_with_semicolons_too(tmp_path):
    (tmp_path / "a.csv").write_text("a;b\n" + "1,5;0\n" * 11 + "1.234,5;1\n")
    error = refused(tmp_path / "a.csv", "table-cell")
    assert "1,5" in error.fields["value"] or "1.234,5" in error.fields["value"]
    (tmp_path / "b.csv").write_text("a;b\n" + "1,5;0\n" * 11 + ";1\n")
    assert refused(tmp_path / "b.csv", "table-empty").fields["row"] == 12


@pytest.mark.parametrize("broken", [np.nan, np.inf, 1e300])
def test_what_is_not_finite_is_found_in_the_file_and_not_in_a_split(tmp_path, broken):
    x, y = RNG.normal(size=(40, 2, 3)), np.arange(40) % 2
    x[17, 1, 2] = broken
    fields = refused(arrays(tmp_path / "a.npz", x=x, y=y), "file-not-finite").fields
    assert fields == {"name": "a.npz", "array": "x", "row": 17}
    parts = {"x_train": x[:10], "y_train": y[:10], "x_test": x[10:], "y_test": y[10:]}
    assert refused(arrays(tmp_path / "b.npz", **parts), "file-not-finite").fields == {
        "name": "b.npz",
        "array": "x_test",
        "row": 7,
    }
    assert len(wb.tasks.from_file(arrays(tmp_path / "c.npz", x=x[18:], y=y[18:], other=x)).train) == 16
    if not np.isnan(broken):
        (tmp_path / "d.csv").write_text("a,b,y\n" + "1.5,2,0\n1,2,1\n" * 8 + f"1,{broken},0\n")
        fields = refused(tmp_path / "d.csv", "table-not-finite").fields
        assert fields == {"name": "d.csv", "column": "b", "row": 17}


def test_labels_of_one_class_are_refused_with_the_way_out(tmp_path):
    x = RNG.normal(size=(40, 3))
    for label in (0, 3, "cat"):
        error = refused(arrays(tmp_path / "a.npz", x=x, y=np.full(40, label)), "classes-one")
        assert f"one class only, {label}," in str(error) and "kind='outputs'" in str(error)


@pytest.mark.parametrize("name", ["net.pt", "net.pkl", "rows.npz", "rows.csv"])
def test_a_pickle_is_refused_and_never_opened(tmp_path, name):
    trap, path = tmp_path / "trap", tmp_path / name
    path.write_bytes(pickle.dumps(Hostile(trap)))
    assert is_pickle(path)
    refused(path, "pickle-unopened")
    assert not trap.exists()


def test_an_archive_with_a_pickle_is_one_and_so_are_objects_among_arrays(tmp_path):
    trap, path = tmp_path / "trap", tmp_path / "rows.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Hostile(trap)))
    refused(path, "pickle-unopened")
    np.savez(path, x=np.array([Hostile(trap)] * 12, dtype=object), y=np.zeros(12))
    refused(path, "pickle-unopened")
    assert not trap.exists()


def test_a_head_that_asks_for_more_than_there_is_is_damage(tmp_path):
    path, head = tmp_path / "rows.npz", io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (10**13,)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", head.getvalue() + b"\0" * 64)
    refused(path, "file-damaged", Damaged)


def test_lengths_names_kinds_and_missing_files_are_said(tmp_path):
    error = refused(arrays(tmp_path / "a.npz", x=np.ones((20, 2)), y=np.ones(19)), "split-lengths")
    assert (error.fields["first_length"], error.fields["second_length"]) == (20, 19)
    assert refused(arrays(tmp_path / "b.npz", data=np.ones((20, 2))), "arrays-named").fields["found"] == "data"
    refused(arrays(tmp_path / "c.npz", x=np.ones((9, 2)), y=np.ones(9)), "samples-few")
    (tmp_path / "d.txt").write_text("1,2\n")
    refused(tmp_path / "d.txt", "file-kind")
    refused(tmp_path / "e.npz", "file-missing", NotFound)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 1), flip=st.integers(0, 255), csv=st.booleans())
def test_a_broken_file_gives_a_task_or_a_sentence(tmp_path, cut, flip, csv):
    """Bytes lost from the end, one byte changed: never another exception."""
    path = tmp_path / ("rows.csv" if csv else "rows.npz")
    path.write_text("a,b\n" + "1.5,0\n" * 20) if csv else arrays(path, x=np.arange(40.0).reshape(20, 2), y=np.arange(20) % 2)
    data = bytearray(path.read_bytes())
    place = int(cut * (len(data) - 1))
    data[place] ^= flip
    path.write_bytes(bytes(data[: place + 40]))
    try:
        assert len(wb.tasks.from_file(path).train) > 0
    except wb.errors.WorkbenchError as error:
        assert error.code != str(error)


def test_what_is_available_can_be_loaded(tmp_path, monkeypatch):
    there = wb.tasks.available()
    assert {"digits", "digits-tokens"} <= set(there) <= set(wb.tasks.names())
    monkeypatch.setattr("workbench.tasks.builtin.fashion_mnist.FOLDER", tmp_path)
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    assert "fashion-mnist" not in wb.tasks.available()
    for name in wb.tasks.builtin.fashion_mnist.FILES:
        (tmp_path / name).write_bytes(b"")
    assert "fashion-mnist" in wb.tasks.available()


def test_tables_that_hold_no_row_or_keys_too_large_are_told(tmp_path):
    bare, keys = tmp_path / "bare.csv", tmp_path / "keys.csv"
    bare.write_text("a;b;label\n")
    keys.write_text("key,label\n" + "".join(f"{10**25 + k},{k % 2}\n" for k in range(20)))
    refused(bare, "table-bare")
    refused(keys, "table-large")
