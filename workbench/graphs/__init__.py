"""Everything that is done to an ONNX file as a file."""

from workbench.graphs.certificate import Certificate, certify
from workbench.graphs.file import GraphFile
from workbench.graphs.packing import pack, unpack

__all__ = ["Certificate", "GraphFile", "certify", "pack", "unpack"]
