"""Samples in the form in which people know them."""

import base64

import numpy as np
import pytest
from workbench_widgets.views.samples import of_task

import workbench as wb


def shown(x, **words):
    task = wb.tasks.from_arrays("t", *[(x, np.arange(len(x)) % 2)] * 3, **words)
    return of_task(task, 2)


def test_pictures_with_and_without_an_axis_for_channels_are_the_same():
    x = np.random.default_rng(0).normal(size=(4, 28, 20)).astype(np.float32)
    with_axis, without = shown(x[:, None])[0], shown(x)[0]
    assert with_axis == without and (without["width"], without["height"]) == (20, 28)
    grey = np.frombuffer(base64.b64decode(without["gray"]), np.uint8)
    low, high = x[:2].min(), x[:2].max()
    assert np.abs(grey.reshape(28, 20) - (x[0] - low) / (high - low) * 255).max() <= 0.51


@pytest.mark.parametrize(
    "form, kind",
    [
        ((8, 8), "picture"),
        ((64, 431), "picture"),
        ((12, 1000), "signal"),
        ((9, 128), "signal"),
        ((8, 24), "signal"),
        ((2, 1, 90), "signal"),
        ((2, 90, 1), "signal"),
        ((4, 6), "row"),
    ],
)
def test_a_picture_is_told_from_a_signal_of_many_channels(form, kind):
    assert shown(np.random.default_rng(0).normal(size=(4, *form)).astype(np.float32))[0]["kind"] == kind


@pytest.mark.parametrize("form", [(2, 500), (500, 2), (500,)])
def test_a_signal_is_lines_along_its_longer_side_whichever_comes_first(form):
    wave = np.sin(np.linspace(0, 20, 500)).astype(np.float32)
    x = np.stack([wave * 0.5, wave]) if len(form) == 2 else wave
    x = x.T if form[0] == 500 and len(form) == 2 else x
    first = shown(np.stack([x] * 4))[0]
    assert first["kind"] == "signal" and first["length"] == 500 and len(first["lines"]) == (2 if len(form) == 2 else 1)
    lines = np.array(first["lines"])
    assert lines.shape[1] <= 120 and lines.min() == 0 and lines.max() == 255
    drawn = wave[np.linspace(0, 499, lines.shape[1]).round().astype(int)]
    assert np.corrcoef(lines[-1], drawn)[0, 1] > 0.999


def test_tables_tokens_and_short_rows_stay_text():
    rng = np.random.default_rng(0)
    named = {"preprocessing": {"columns": [f"c{k}" for k in range(30)]}}
    assert shown(rng.normal(size=(4, 30)).astype(np.float32), **named)[0]["kind"] == "row"
    assert shown(rng.normal(size=(4, 60)).astype(np.float32))[0]["kind"] == "row"
    assert shown(rng.integers(0, 9, (4, 40)))[0]["kind"] == "text"
