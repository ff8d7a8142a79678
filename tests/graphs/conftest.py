"""ONNX files made of given tensors, for the tests of packing."""

import numpy as np
from onnx import TensorProto, helper

RNG = np.random.default_rng(0)


def tensor(name, kind, dims, raw):
    return TensorProto(name=name, data_type=kind, dims=dims, raw_data=raw)


def onnx_file(*tensors):
    nodes = [helper.make_node("Identity", ["x"], ["y"], name="a node", doc_string="what it is for")]
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 3])
    return helper.make_model(helper.make_graph(nodes, "g", [value], [result], list(tensors))).SerializeToString()


def array(values, name="w"):
    return tensor(name, helper.np_dtype_to_tensor_dtype(values.dtype), values.shape, values.tobytes())


def kernels(channels=48, correlation=0.6, scale=25.0):
    """Trained kernels in small: neighbours correlate, and channels differ in scale."""
    w = RNG.normal(size=(channels, channels, 3, 3))
    for axis in (2, 3):
        w = np.moveaxis(w, axis, 0)
        for place in (1, 2):
            w[place] = correlation * w[place - 1] + np.sqrt(1 - correlation**2) * w[place]
        w = np.moveaxis(w, 0, axis)
    return w * scale * RNG.uniform(0.5, 1.5, (channels, 1, 1, 1))


def steps(count, start=1):
    """Whole numbers around 0 that are the same everywhere."""
    x = start
    for _ in range(count):
        total = 0
        for _ in range(4):
            x = (x * 1103515245 + 12345) % 2**31
            total += x >> 16
        yield total // 512 - 128


def settled():
    """A file with every kind of tensor, made without a generator of random numbers."""
    kernel = np.array(list(steps(12 * 12 * 9))).reshape(12, 12, 9)
    kernel[:, :, 1:] = (kernel[:, :, 1:] + kernel[:, :, :-1]) // 2
    wide = kernel.reshape(12, 12, 3, 3).clip(-127, 127).astype(np.int8)
    narrow = (wide // 20).astype(np.float32) / 8
    floats = (np.array(list(steps(3000, 7))) / 4096).astype(np.float32)
    floats.view(np.uint32)[:] += np.arange(3000, dtype=np.uint32) * 2654435761 >> 9
    half = floats[:500].astype(np.float16).astype(np.float32)
    return onnx_file(array(wide, "a"), array(narrow, "b"), array(floats.reshape(30, 100), "c"), array(half, "d"))
