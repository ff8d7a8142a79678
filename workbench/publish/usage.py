"""How an artifact is asked, as Python that runs as it stands."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


def usage(manifest: Json) -> str:
    """A script that loads the version and asks it once, with inputs of the right form in place of a person's own."""
    inputs = manifest["signature"]["inputs"]
    given = _zeros(inputs[0]) if len(inputs) == 1 else "{" + ", ".join(f"{x['name']!r}: {_zeros(x)}" for x in inputs) + "}"
    answer = "labels" if manifest["kind"] == "classification" else "outputs"
    lines = [
        "import numpy as np",
        "",
        "import workbench as wb",
        "",
        f'artifact = wb.load_artifact("{manifest["name"]}:{manifest["version"]}")',
        f"inputs = {given}  # one sample; put your own here",
        f"print(artifact.predict(inputs).{answer})",
    ]
    return "\n".join(lines)


def _zeros(spec: Json) -> str:
    return f'np.zeros({(1, *spec["shape"])}, "{spec["dtype"]}")'
