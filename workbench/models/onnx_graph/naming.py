"""Names of layers from names in the file: "layer1.0.conv1" of the weight "layer1.0.conv1.weight", or of the node
"/layer1/layer1.0/conv1/Conv"."""

import re
from collections.abc import Sequence

_WEIGHT = re.compile(r"(.+?)[._/](weight|weights|kernel|gamma|scale|bias|beta|w|b)(:0)?$", re.IGNORECASE)
_GENERATED = re.compile(r"(onnx::.*|val_?\d+|_v_.*|\d+|.*_output_\d+|.*_folded.*|node_.*)$")


class Names:
    """Gives every layer a name of its own: pieces of letters, digits and underscores, joined by points."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._around: set[str] = set()
        self._count: dict[str, int] = {}

    def layer(self, node: str, operator: str, weights: Sequence[str]) -> str:
        """Of the weight's name, else the bias's, else the node's, else the operator's."""
        for weight in weights:
            told = _WEIGHT.match(weight)
            if told and not _GENERATED.match(weight):
                return self._free(_clean(told[1]))
        scope = _scope(node)
        return self._free(_clean(scope) if scope else operator.lower())

    def tensor(self, name: str) -> str:
        """Of a tensor that belongs to no layer. A name that an exporter made up would meet those that the next one makes up."""
        made_up = _GENERATED.match(name)
        return self._free(_clean(f"held_{name.removeprefix('onnx::')}" if made_up else name))

    def _free(self, wanted: str) -> str:
        """The name, or one like it that neither is taken nor lies within, or around, one that is."""
        name = wanted = self._outside(wanted)
        while name in self._around:
            self._count[wanted] = self._count.get(wanted, 1) + 1
            name = f"{wanted}_{self._count[wanted]}"
        self._taken.add(name)
        self._around |= {name, *(name[: dot.start()] for dot in re.finditer(r"\.", name))}
        return name

    def _outside(self, wanted: str) -> str:
        """A name that would lie within a layer, beside it: "4_bias" for "4.bias" where "4" is one."""
        for end in (found.start() for found in re.finditer(r"\.", wanted)):
            if wanted[:end] in self._taken:
                return self._outside(f"{wanted[:end]}_{wanted[end + 1 :]}")
        return wanted


def _scope(node: str) -> str:
    """Where a node stands: "/a/a.0/conv/Conv" is in "a.0.conv"; of names without places, the name."""
    parts = [p for p in node.split("/") if p and p != "StatefulPartitionedCall"]
    parts = parts[:-1] if len(parts) > 1 else parts
    joined: list[str] = []
    for part in parts:
        if joined and part.startswith(f"{joined[-1]}."):
            joined.pop()
        joined.append(part)
    return ".".join(joined).removeprefix("node_")


def _clean(name: str) -> str:
    pieces = [re.sub(r"\W", "_", piece) for piece in re.split(r"[./]", name)]
    return ".".join(f"{piece}_" if piece in _RESERVED else piece for piece in pieces if piece) or "layer"


_RESERVED = frozenset(
    [
        *("apply", "bfloat16", "buffers", "call_super_init", "children", "compile", "cpu", "cuda", "double", "dump_patches"),
        *("eval", "extra_repr", "float", "forward", "half", "hold", "ipu", "modules", "mtia", "parameters", "share_memory"),
        *("state_dict", "to", "to_empty", "train", "training", "type", "values", "xpu", "zero_grad"),
    ]
)
"""What a module has under that name already."""
