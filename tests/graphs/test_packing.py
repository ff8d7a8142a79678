"""Packed files give back every byte, are never larger than xz's, and well below where weights tell of one another."""

import hashlib
import lzma

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto

from workbench.graphs.packing import packed, unpacked
from workbench.graphs.packing.parts import take_apart

from .conftest import RNG, array, kernels, onnx_file, settled, tensor

TYPES = {
    TensorProto.FLOAT: 4,
    TensorProto.FLOAT16: 2,
    TensorProto.BFLOAT16: 2,
    TensorProto.DOUBLE: 8,
    TensorProto.INT8: 1,
    TensorProto.UINT8: 1,
    TensorProto.INT16: 2,
    TensorProto.UINT16: 2,
    TensorProto.INT32: 4,
    TensorProto.INT64: 8,
    TensorProto.UINT32: 4,
    TensorProto.UINT64: 8,
    TensorProto.BOOL: 1,
}


def xz(data):
    return len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))


def held(data):
    """The size of the packed form, once it has given back every byte and is no larger than xz's."""
    made = packed(data)
    assert unpacked(made, "it") == data
    assert len(made) <= xz(data)
    return len(made)


def entropy(values):
    """Bytes of an ideal coder that knows how often each value is there, and nothing else."""
    share = np.unique(values, return_counts=True)[1] / values.size
    return -values.size * (share * np.log2(share)).sum() / 8


@settings(max_examples=25, deadline=None)
@given(
    st.binary(min_size=1, max_size=600) | st.builds(lambda a, n: a * n, st.binary(min_size=1, max_size=9), st.integers(1, 900))
)
def test_any_bytes_come_back(data):
    held(data)


@st.composite
def tensors(draw):
    """A tensor of any type and shape, whose bytes are noise, few levels, mostly zeros, or all the same."""
    kind = draw(st.sampled_from([*TYPES, TensorProto.INT4, TensorProto.UINT4]))
    dims = draw(st.lists(st.integers(1, 9), max_size=2)) + draw(st.lists(st.integers(1, 12), min_size=1, max_size=2))
    count = int(np.prod(dims))
    width = TYPES.get(kind, 0)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    size = count * width if width else (count + 1) // 2
    noise = rng.integers(0, 256, size, np.uint8)
    form = draw(st.sampled_from(["noise", "levels", "sparse", "rounded", "one"]))
    if form == "levels":
        few = rng.integers(0, 256, (draw(st.integers(1, 20)), max(width, 1)), np.uint8)
        noise = few[rng.integers(0, len(few), size // max(width, 1))].ravel()
    if form == "sparse":
        noise = (noise.reshape(-1, max(width, 1)) * rng.integers(0, 2, (size // max(width, 1), 1))).astype(np.uint8).ravel()
    if form == "rounded":
        noise.reshape(-1, max(width, 1))[:, : width // 2] = 0
    if form == "one":
        noise[:] = noise[:1]
    return tensor(draw(st.text(max_size=5)), kind, dims, noise.tobytes())


@settings(max_examples=30, deadline=None)
@given(st.lists(tensors(), max_size=4))
def test_any_onnx_file_comes_back(given_tensors):
    held(onnx_file(*given_tensors))


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_what_is_nearly_an_onnx_file_comes_back(data):
    whole = bytearray(onnx_file(array(np.arange(300, dtype=np.int8).reshape(100, 3)), array(RNG.normal(size=100))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    held(bytes(whole[: data.draw(st.integers(1, len(whole)))]))


SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-45, -1e-45]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_that_are_no_numbers_come_back(dtype):
    values = RNG.normal(size=4000).astype(dtype)
    with np.errstate(over="ignore", under="ignore"):
        values[::50] = np.resize(np.array(SPECIAL, dtype), 80)
    values.view(f"u{values.itemsize}")[7] |= 1  # a NaN has many forms
    held(onnx_file(array(values)))


def test_weights_of_few_levels_are_coded_near_their_entropy():
    for levels in (np.arange(-7, 8) * 18, np.array([-100, -33, 5, 90])):
        often = np.exp(-(np.linspace(-2, 2, len(levels)) ** 2))
        values = RNG.choice(levels, (64, 300), p=often / often.sum())
        data = onnx_file(array(values.astype(np.int8)))
        assert held(data) < entropy(values) * 1.012 + 230
        assert held(data) < 0.95 * xz(data)


def test_levels_cost_the_same_in_any_type():
    places = RNG.binomial(14, 0.5, (64, 200))
    table = RNG.normal(size=15).astype(np.float32)
    for values in (table[places], np.sort(table.astype(np.float64))[places], (places * 1001).astype(np.int32)):
        assert entropy(places) < held(onnx_file(array(values))) < entropy(places) * 1.012 + 330


def test_levels_far_apart_come_back():
    levels = np.array([-(2**63), -(2**61) + 3, 5, 2**63 - 1])
    held(onnx_file(array(levels[RNG.integers(0, 4, 300)]), array(levels.astype(np.uint64)[RNG.integers(0, 4, 300)], "u")))


def test_values_without_structure_cost_their_entropy():
    values = np.clip(np.round(RNG.normal(size=(200, 200)) * 25), -127, 127).astype(np.int8)
    assert 0.999 * entropy(values) < held(onnx_file(array(values))) < 1.004 * entropy(values) + 230
    assert held(onnx_file(array(values))) < xz(onnx_file(array(values)))


def test_neighbours_in_a_kernel_tell_of_each_other():
    values = np.clip(np.round(kernels()), -127, 127).astype(np.int8)
    shuffled = RNG.permutation(values.ravel()).reshape(values.shape)
    assert held(onnx_file(array(values))) < 0.95 * entropy(values)
    assert held(onnx_file(array(shuffled))) > 0.99 * entropy(values)
    coarse = np.round(values / 18).astype(np.int8) * 18
    assert held(onnx_file(array(coarse))) < 0.9 * entropy(coarse)


@pytest.mark.parametrize("side", [0, 1])
def test_channels_of_another_scale_are_found(side):
    scales = np.where(np.arange(64) % 2, 3.0, 30.0).reshape((64, 1) if side == 0 else (1, 64))
    # in a matrix: rows only show in pieces of a row, columns in the rows before
    values = np.clip(np.round(RNG.normal(size=(64, 64, 9)) * scales[..., None]), -127, 127).astype(np.int8)
    parts = [entropy(values[i::2] if side == 0 else values[:, i::2]) for i in (0, 1)]
    assert held(onnx_file(array(values))) < 0.5 * sum(parts) + 0.5 * entropy(values)


def test_floats_cost_less_than_by_xz():
    weights = (RNG.normal(size=(64, 64, 3, 3)) * 0.05).astype(np.float32)
    assert held(onnx_file(array(weights))) < 0.93 * xz(onnx_file(array(weights)))
    assert held(onnx_file(array(weights.astype(np.float16)))) < 0.97 * xz(onnx_file(array(weights.astype(np.float16))))
    pruned = np.where(np.abs(weights) > 0.04, weights, 0).astype(np.float32)
    kept = np.count_nonzero(pruned) / pruned.size
    mask = -(kept * np.log2(kept) + (1 - kept) * np.log2(1 - kept)) / 8 * pruned.size
    noise = 3 * np.count_nonzero(pruned)
    assert held(onnx_file(array(pruned))) < noise + mask + 0.27 * np.count_nonzero(pruned) + 400


def test_rounded_floats_do_not_pay_for_what_they_lost():
    weights = (RNG.normal(size=(100, 100)) * 0.05).astype(np.float16).astype(np.float32)
    half = onnx_file(array(weights.astype(np.float16)))
    assert held(onnx_file(array(weights))) < 1.03 * held(half)


def test_what_lzma_does_better_is_left_to_it():
    repeated = np.tile(RNG.integers(-100, 100, 500).astype(np.int8), 40)
    data = onnx_file(array(repeated))
    assert take_apart(data).tensors == 0
    assert held(data) < 1200


def test_a_tensor_learns_from_the_one_before():
    one, two = (np.clip(np.round(RNG.laplace(size=(60, 60)) * 20), -127, 127).astype(np.int8) for _ in "ab")
    alone = [held(onnx_file(array(t))) for t in (one, two)]
    graph = held(onnx_file(array(np.zeros(1, np.int8))))
    assert held(onnx_file(array(one), array(two, "v"))) - graph < sum(alone) - 2 * graph


def test_the_form_of_coded_tensors_stays():
    """Files that were packed once are to be read for ever: whoever changes what is coded has to raise the version."""
    data = settled()
    parts = take_apart(data)
    assert parts.tensors == 4
    rest = len(data) - sum(len(t.raw_data) for t in onnx.load_from_string(data).graph.initializer)
    told = parts.text[:-rest]
    digest = hashlib.sha256(told + parts.noise + parts.coded).hexdigest()
    assert (len(told), len(parts.noise), len(parts.coded), digest[:16]) == (153, 9000, 3330, "7832e8b3e67d2b6d")
