"""One declaration validates, words the error and describes itself."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.knobs import Record, knob, knobs


class Thing(Record):
    ratio: float = knob(0.5, ge=0, le=0.95, search=(0.1, 0.8), unit="", say="share that goes")
    epochs: int = knob(3, ge=1, say="passes over the data")
    way: Literal["a", "b"] = knob("a", say="which way")
    names: tuple[str, ...] = knob((), say="layers left alone")
    on: bool = knob(True, say="whether")
    limit: float | None = knob(None, gt=0, lt=10, say="a bound")


def refusal(**fields):
    with pytest.raises(InputError) as caught:
        Thing(**fields)
    return caught.value


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_number_is_taken_inside_its_range_and_nowhere_else(value):
    if 0 <= value <= 0.95:
        assert Thing(ratio=value).ratio == value
    else:
        assert refusal(ratio=value).code == "knob-value"


@pytest.mark.parametrize(
    "fields",
    [
        *({"ratio": "half"}, {"ratio": "0.5"}, {"ratio": True}, {"epochs": 1.5}, {"epochs": 0}, {"epochs": "3"}, {"way": "c"}),
        *({"names": 7}, {"names": "conv"}, {"on": 1}, {"on": "yes"}, {"limit": 0.0}, {"limit": 10.0}, {"ratio": None}),
    ],
)
def test_what_is_not_declared_is_refused_by_name(fields):
    error = refusal(**fields)
    assert error.code == "knob-value" and error.fields["name"] in fields and error.fields["owner"] == "Thing"


def test_the_sentence_names_field_range_and_value():
    assert str(refusal(ratio=1.5)) == "Thing: ratio must be a number from 0 to 0.95, not 1.5."
    assert "one of a, b" in str(refusal(way="c"))
    assert "above 0 and below 10 or nothing" in str(refusal(limit=-1.0))


def test_a_misspelt_field_gets_the_nearest():
    error = refusal(ratoi=0.5)
    assert (error.code, error.fields["nearest"]) == ("knob-unknown", "ratio")


def test_equal_values_are_equal_whatever_they_were_written_as():
    one, two = Thing(ratio=0, names=["x"], epochs=2), Thing(ratio=0.0, names=("x",), epochs=2)
    assert one == two and hash(one) == hash(two) and len({one, two}) == 1
    assert Thing(**one.to_json()) == one and one.to_json()["names"] == ["x"]
    assert hash(one) != hash(one.replace(epochs=3))


def test_a_record_does_not_change():
    with pytest.raises(Exception, match="frozen"):
        Thing().ratio = 0.1
    thing = Thing()
    assert thing.replace(ratio=0.1).ratio == 0.1 and thing.ratio == 0.5
    with pytest.raises(InputError):
        thing.replace(ratio=2)


def test_knobs_describe_every_field():
    described = {k.name: k for k in knobs(Thing)}
    ratio = described["ratio"]
    assert (ratio.kind, ratio.default, ratio.low, ratio.high, ratio.search, ratio.say) == (
        *("number", 0.5, 0, 0.95),
        (0.1, 0.8),
        "share that goes",
    )
    assert [k.kind for k in described.values()] == ["number", "whole", "choice", "list", "switch", "number"]
    assert described["way"].choices == ("a", "b") and described["limit"].optional and not ratio.optional


@pytest.mark.parametrize("name", [k.name for k in knobs(Thing)])
def test_the_illegal_value_of_every_knob_is_refused(name):
    illegal = next(k for k in knobs(Thing) if k.name == name).illegal()
    assert refusal(**{name: illegal}).fields["name"] == name
