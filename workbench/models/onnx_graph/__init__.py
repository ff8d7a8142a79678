"""A trained model as one ONNX file: read without running anything, made again as a PyTorch module, held against the file."""

from workbench.models.onnx_graph.form import FileForm, file_form
from workbench.models.onnx_graph.loading import kept_output, load
from workbench.models.onnx_graph.reading import data_files

__all__ = ["FileForm", "data_files", "file_form", "kept_output", "load"]
