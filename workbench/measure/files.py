"""Measures that are read off the file: bytes, parameters, zeros, multiply-accumulates. They are exact."""

from workbench.graphs import packing
from workbench.graphs.costs import costs
from workbench.graphs.file import GraphFile
from workbench.records import Measurement


def file_measures(file: GraphFile, packed: bool = True) -> dict[str, Measurement]:
    """`size_bytes`, `packed_bytes` (by `wb.pack`, at most xz), `parameters`, `nonzero_share`, and `macs` of one sample.

    `macs` is left out where the shapes inside the file cannot be inferred, `packed_bytes` without `packed`: it takes long.
    """
    raw = file.path.read_bytes()
    found = costs(file.load())
    share = found.nonzero / found.parameters if found.parameters else 1.0
    figures = [("size_bytes", float(len(raw)), "B", False)]
    if packed:
        figures.append(("packed_bytes", float(len(packing.packed(raw))), "B", False))
    figures += [("parameters", float(found.parameters), "", False), ("nonzero_share", share, "", False)]
    if found.macs is not None:
        figures.append(("macs", float(found.macs), "", False))
    digest = file.digest
    return {name: Measurement(name, v, v, v, unit, up, 1, file_digest=digest) for name, v, unit, up in figures}
