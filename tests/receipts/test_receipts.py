"""A receipt as a file, and what is made of two of them: no study and no run is needed for that."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import machine
from workbench.errors import Damaged, InputError, NotFound, WorkbenchError
from workbench.receipts import Figure, Receipt, beside, read, write
from workbench.receipts.comparison import compared, elsewhere


def receipt(*figures, **other):
    made = Receipt.now("pack.md", "python b/pack.py", {"script": ["b/pack.py", "5"]}, 3, {"digits": "ab" * 32}, figures)
    return replace(made, **other)


SIZE, TIME = Figure("size", 1204, 1204, 1204, "B"), Figure("time", 2.0, 1.9, 2.1, "s", local=True)
SHARE = Figure("accuracy", 0.9, 0.86, 0.93, "share")

numbers = st.floats(-1e9, 1e9)


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=4), st.booleans())
def test_a_receipt_is_read_as_it_was_written(tmp_path_factory, drawn, local):
    figures = [Figure(f"f {k}", sorted(v)[1], min(v), max(v) if k else math.inf, "ms", local) for k, v in enumerate(drawn)]
    folder = tmp_path_factory.mktemp("receipt")
    written = write(receipt(*figures), folder)
    assert written == folder / "pack.receipt.json" == beside(folder / "pack.md")
    assert read(written) == receipt(*figures)
    assert "Infinity" not in written.read_text()


def test_it_names_command_seed_data_versions_and_machine_and_no_folder(tmp_path):
    said = json.loads(write(receipt(SIZE), tmp_path).read_text())
    assert said["command"] == "python b/pack.py" and said["seed"] == 3 and said["data"] == {"digits": "ab" * 32}
    assert said["versions"] == machine.versions() and said["machine"]["processor"] == machine.here().processor
    assert str(tmp_path) not in json.dumps(said)


def changed(data, path, value):
    *parts, last = path
    for part in parts:
        data = data[part]
    data[last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("seed",), "three"),
        (("data",), ["digits"]),
        (("machine", "instructions"), None),
        (("machine",), {}),
        (("versions", "torch"), 2),
        (("of",), "../pack.md"),
        (("figures",), {"size": 1}),
        (("figures", 0, "value"), None),
        (("figures", 0, "value"), True),
        (("figures", 0, "low"), 2000),
        (("figures", 1, "name"), "size"),
        (("again",), {}),
        (("again", "script"), []),
        (("again", "script", 0), "/tmp/pack.py"),
        (("again", "script", 0), "b/../../pack.py"),
        (("again", "script", 0), "b/pack.sh"),
        (("again",), {"shell": "rm"}),
        (("again",), {"study": 7}),
        (("figures", 0, "value"), 10**400),
        (("figures", 0, "high"), -(10**400)),
        (("figures", 0, "local"), "no"),
        (("figures",), []),
        (("format",), True),
        (("format",), None),
        (("seed",), True),
        (("machine", "cores"), "two"),
        (("machine", "processor"), None),
        (("machine", "gpus"), "none"),
    ],
)
def test_a_changed_part_is_damage(tmp_path, path, value):
    written = write(receipt(SIZE, TIME), tmp_path)
    data = json.loads(written.read_text())
    changed(data, path, value)
    written.write_text(json.dumps(data))
    with pytest.raises(Damaged) as refused:
        read(written)
    assert refused.value.code == "receipt-damaged" and str(written) in str(refused.value)


@given(st.data())
def test_whatever_is_cut_or_flipped_is_read_or_refused_in_words(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cut")
    path = write(receipt(SIZE, TIME), folder)
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 3))  # the closing brace is cut off
    path.write_bytes(whole[:at])
    with pytest.raises(WorkbenchError) as refused:
        read(path)
    assert refused.value.code in ("receipt-damaged", "receipt-none")
    path.write_bytes(whole[:at] + data.draw(st.binary(min_size=1, max_size=1)) + whole[at + 1 :])
    try:
        read(path)
    except WorkbenchError as error:
        assert error.code in ("receipt-damaged", "receipt-none", "receipt-later")


def test_what_is_no_receipt_is_told(tmp_path):
    for name, text in {"a.md": "# A table", "b.json": "[1]", "c.json": '{"figures": []}', "d.png": b"\x89PNG\xff"}.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(InputError) as refused:
            read(tmp_path / name)
        assert refused.value.code == "receipt-none", name
    with pytest.raises(NotFound):
        read(tmp_path / "none.receipt.json")
    with pytest.raises(InputError) as refused:
        read(tmp_path)
    assert refused.value.code == "receipt-none"


def test_a_later_format_is_refused(tmp_path):
    written = write(receipt(SIZE), tmp_path)
    written.write_text(json.dumps(json.loads(written.read_text()) | {"format": 2}))
    with pytest.raises(InputError) as refused:
        read(written)
    assert refused.value.code == "receipt-later" and "format 2" in str(refused.value)


@pytest.mark.parametrize(
    ("old", "value", "low", "high", "verdict"),
    [
        (SIZE, 1204, 1204, 1204, "inside"),
        (SIZE, 1205, 1205, 1205, "outside"),
        (SHARE, 0.86, 0.80, 0.9, "inside"),
        (SHARE, 0.859, 0.80, 0.9, "outside"),  # intervals that meet are not enough where nothing is timed
        (TIME, 2.3, 2.05, 2.6, "inside"),
        (TIME, 2.3, 2.11, 2.6, "outside"),
        (TIME, 1.5, -math.inf, math.inf, "inside"),
        (replace(SHARE, low=-math.inf), -5, -6, -4, "inside"),
        (Figure("sum", 0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2), 0.3, 0.3, 0.3, "inside"),
    ],
)
def test_the_rule(old, value, low, high, verdict):
    found = compared(receipt(old), receipt(replace(old, value=value, low=low, high=high)))
    assert found.figures[0].verdict == verdict and found.holds == (verdict == "inside")


def test_a_figure_that_is_not_found_again_is_outside():
    found = compared(receipt(SIZE, TIME), receipt(TIME))
    assert [row.verdict for row in found.figures] == ["outside", "inside"] and not found.holds
    assert found.sentence.startswith("1 of 2") and found.to_json()["figures"][0]["now"] is None


ELSEWHERE = replace(machine.here(), processor="A processor of 1979")


def test_on_another_machine_only_what_it_bears_on_is_not_judged():
    old = receipt(SIZE, SHARE, TIME, machine=ELSEWHERE)
    found = compared(old, receipt(replace(SIZE, value=7, low=7, high=7), SHARE, replace(TIME, value=9, low=9, high=9)))
    assert [row.verdict for row in found.figures] == ["outside", "inside", "not judged"] and not found.holds
    assert [code for code, _ in found.remarks] == ["receipt-machine"] and "1979" in found.to_json()["remarks"][0]


def test_of_another_version_nothing_is_judged():
    old = receipt(SIZE, TIME, versions=machine.versions() | {"torch": "1.0.0"})
    found = compared(old, receipt(replace(SIZE, value=7, low=7, high=7)))
    assert [row.verdict for row in found.figures] == ["not judged"] * 2 and found.holds
    assert elsewhere(old)[0] == "receipt-versions" and "torch 1.0.0 (here 2." in found.to_json()["remarks"][0]
    assert found.sentence.startswith("0 of 0")
    assert elsewhere(replace(old, machine=ELSEWHERE))[0] == "receipt-elsewhere"


def test_builds_and_last_numbers_of_python_are_one_version():
    here = machine.versions()
    python = ".".join([*here["python"].split(".")[:2], "999"])
    torch = here["torch"].partition("+")[0] + "+cu999"
    assert elsewhere(receipt(SIZE, versions=here | {"python": python, "torch": torch})) is None
    assert elsewhere(receipt(SIZE, versions=here | {"python": "2.7.18"}))[0] == "receipt-versions"
    assert elsewhere(receipt(SIZE, machine=replace(machine.here(), memory_bytes=1))) is None


def test_other_data_is_said():
    found = compared(receipt(SIZE), receipt(SIZE, data={"digits": "cd" * 32}))
    assert found.remarks == (("receipt-other-data", {"names": "digits"}),)
