"""An artifact: a published folder, verified when it is loaded, and what it answers. Imports neither torch nor onnx."""

import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from workbench.errors import Damaged
from workbench.files import Digest, digest_bytes
from workbench.graphs.packing import unpack
from workbench.graphs.runtime import open_session
from workbench.publish.prediction import Prediction, answer
from workbench.publish.seal import MANIFEST, SEAL, unseal
from workbench.publish.usage import usage

if TYPE_CHECKING:
    import onnxruntime as ort

MODEL, PACKED, CARD, PICTURE = "model.onnx", "model.onnx.packed", "README.md", "frontier.png"


@dataclass(frozen=True, eq=False)
class Artifact:
    """A published version: its folder and its manifest. It never changes."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.manifest["name"])

    @property
    def version(self) -> int:
        return int(self.manifest["version"])

    @property
    def digest(self) -> Digest:
        """Of the ONNX file that was measured, whether it is stored as it is or packed."""
        return str(self.manifest.get("model") or self.manifest["files"][MODEL])

    @property
    def card(self) -> str:
        """The model card, Markdown with a YAML head."""
        return (self.path / CARD).read_text(encoding="utf-8")

    @property
    def usage(self) -> str:
        """Python that loads this version and asks it once, as it stands."""
        return usage(self.manifest)

    def predict(self, inputs: Any) -> Prediction:
        """The answers to a batch, in the form that the task's own inputs have: an array (N x ...), or a dict of arrays.

        Lists are taken as arrays, and numbers are brought to the type of the signature where nothing is lost but digits.
        Runs in consecutive batches of 64, as accuracy was counted. Raises `InputError` for a name, a shape, a type or a
        value (NaN, infinity) that does not fit.
        """
        return answer(self._session, self.manifest, inputs)

    @cached_property
    def _session(self) -> "ort.InferenceSession":
        file = self._unpacked() if PACKED in self.manifest["files"] else self.path / MODEL
        return open_session(file, threads=0)  # as its figures were taken: an LSTM in 8 bits answers by their number

    def _unpacked(self) -> bytes:
        """The ONNX file, in memory only. What is not the very file that was measured never reaches the runtime."""
        raw = unpack(self.path / PACKED)
        if digest_bytes(raw) != self.digest:
            raise Damaged("artifact-changed", path=str(self.path), file=PACKED)
        return raw

    def to_zip(self, to: IO[bytes]) -> None:
        """Writes the folder into an open binary file as one ZIP archive, as "name-version/...": unpacked it is the artifact
        again, for `load_artifact`. The same version gives the same bytes. Raises `Damaged` as loading it does, and `to` then
        holds no artifact."""
        with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as archive:  # weights hardly get smaller, and it takes long
            for file in sorted([*self.manifest["files"], MANIFEST, SEAL]):
                entry = zipfile.ZipInfo(f"{self.name}-{self.version}/{file}")
                entry.external_attr = 0o644 << 16
                with open(self.path / file, "rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                    shutil.copyfileobj(source, target, 1 << 20)
        unseal(self.path)  # after the copy, so that nothing that was changed before it goes on its way

    def __repr__(self) -> str:
        return f"Artifact({self.name}, version {self.version}, {self.path})"


def load_artifact(path: Path | str) -> Artifact:
    """The artifact in a folder, or the published one that a reference names: "name", "name:version", "name@alias".

    Every byte is verified. Raises `NotFound` where there is none, and `Damaged` with the name of the file that is
    missing or changed.
    """
    folder = Path(path).expanduser().absolute()
    if not folder.exists() and isinstance(path, str):
        from workbench.publish.reference import read

        if read(path) is not None:
            from workbench.publish.registry import locate

            folder = locate(path)
    return Artifact(folder, unseal(folder))
