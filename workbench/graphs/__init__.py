"""Everything that is done to an ONNX file as a file."""

from workbench.graphs.file import GraphFile

__all__ = ["GraphFile"]
