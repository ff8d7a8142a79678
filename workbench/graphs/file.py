"""An ONNX file on disk, as file-stage techniques and measures see it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.files import Digest, digest_file, write_atomic

if TYPE_CHECKING:
    from onnx import ModelProto

    from workbench.tasks.task import Array


@dataclass(frozen=True)
class GraphFile:
    """The file at `path`."""

    path: Path

    @property
    def digest(self) -> Digest:
        return digest_file(self.path)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files that are read when the model is loaded."""
        return self.path.stat().st_size

    def load(self) -> "ModelProto":
        """A fresh copy of the graph: changing it changes nothing on disk."""
        import onnx

        return onnx.load(str(self.path))

    @classmethod
    def save(cls, model: "ModelProto", path: Path) -> "GraphFile":
        """Writes a graph as one file, always in the same byte order, and returns it."""
        write_atomic(path, model.SerializeToString(deterministic=True))
        return cls(path)

    def run(self, feeds: "dict[str, Array]", threads: int = 1) -> "dict[str, Array]":
        """One call in ONNX Runtime on the CPU: outputs by name. For many calls open a session of your own."""
        from workbench.graphs.runtime import open_session

        session = open_session(self.path, threads=threads)
        names = [o.name for o in session.get_outputs()]
        return dict(zip(names, session.run(names, feeds), strict=True))
