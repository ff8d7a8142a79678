"""A trained model as one ONNX file: read without running anything, made again as a PyTorch module, held against the file."""

from workbench.models.onnx_graph.loading import load

__all__ = ["load"]
