"""The border between module and file: a module becomes one slim ONNX file, held against the module's own answers."""

from workbench.export.onnx_file import export
from workbench.export.template import Template, make_template

__all__ = ["Template", "export", "make_template"]
