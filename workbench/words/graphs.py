"""Sentences about ONNX files."""

SENTENCES = {
    "runtime-refuses": "ONNX Runtime cannot load {path}: {why}",
}
