"""The certificate that an int8 file answers alike on x86 CPUs with VNNI and without: no pair sum can leave 16 bits."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench import words
from workbench.errors import InputError, NotFound
from workbench.graphs.file import GraphFile
from workbench.graphs.pairs import reach, saturable
from workbench.graphs.products import Product, products

if TYPE_CHECKING:
    from onnx import ModelProto

Verdict = Literal["certified", "can-saturate", "unknown"]
Ranges = Mapping[str, tuple[float, float]]
"""The lowest and the highest real value of activations, by the name of their tensor."""

_VERDICTS: dict[str, Verdict] = {
    "pairs-fit": "certified",
    "pairs-saturate": "can-saturate",
    "sums-of-two-unsigned": "certified",
    "sums-of-two-signed": "certified",
    "sums-of-depthwise": "certified",
    "sums-of-conv-integer": "certified",
    "weights-computed": "can-saturate",
    "weights-moved": "unknown",
    "weights-of-another-type": "unknown",
    "kernel-not-known": "unknown",
}


@dataclass(frozen=True)
class OperatorVerdict:
    """What is proved of one operator. Iterating gives name, verdict and reason."""

    name: str
    kind: str
    code: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        return _VERDICTS[self.code]

    @property
    def reason(self) -> str:
        return words.say(self.code, kind=self.kind, **self.fields)

    def __iter__(self) -> Iterator[str]:
        return iter((self.name, self.verdict, self.reason))


@dataclass(frozen=True)
class Certificate:
    """The verdicts on every integer operator of a file; `calibrated` where activations were bounded by ranges."""

    operators: tuple[OperatorVerdict, ...]
    calibrated: bool = False

    @property
    def portable(self) -> bool:
        """Whether no operator can saturate. A file without integer operators is portable."""
        return all(o.verdict == "certified" for o in self.operators)

    @property
    def sentence(self) -> str:
        total, found = len(self.operators), Counter(o.verdict for o in self.operators)
        if not total:
            return words.say("certificate-float")
        if self.portable:
            return words.say("certificate-of-ranges" if self.calibrated else "certificate", total=total)
        if found["can-saturate"]:
            return words.say("certificate-refused", total=total, count=found["can-saturate"])
        return words.say("certificate-unknown", total=total, count=found["unknown"])

    def __str__(self) -> str:
        return "\n".join([self.sentence, *(f"  {o.name}: {o.reason}" for o in self.operators)])


def certify(file: GraphFile | Path | str, ranges: Ranges | None = None) -> Certificate:
    """Proves from the weights which integer operators of an ONNX file can saturate in the 16-bit pair sums of x86 CPUs
    without VNNI, and which cannot.

    For any input, or, with `ranges`, for activations inside them (`observed` takes ranges from data). A tensor's name is
    the operator's input, or that of the QuantizeLinear that it comes from; activations that have no range reach from 0 to
    255. Files of QuantizeLinear and DequantizeLinear pairs, QLinear operators, and dynamically quantized files are read;
    an operator whose kernel is not known gets the verdict "unknown", and the file is not portable. Raises `NotFound`
    where there is no file, and `InputError` where it is no ONNX file.
    """
    return judged(_read(file if isinstance(file, GraphFile) else GraphFile(Path(file))), ranges)


def judged(model: "ModelProto", ranges: Ranges | None = None) -> Certificate:
    """The certificate of a graph; its operators are those of `products`, in their order."""
    return Certificate(tuple(_judged(p, ranges or {}) for p in products(model)), ranges is not None)


def _read(file: GraphFile) -> "ModelProto":
    if not file.path.is_file():
        raise NotFound("file-missing", path=file.path)
    try:
        model = file.load()
    except Exception as error:  # protobuf's own error, or one about data beside the file
        raise InputError("not-onnx", path=file.path.name) from error
    if not model.graph.node:
        raise InputError("not-onnx", path=file.path.name)
    return model


def span(product: Product, ranges: Ranges) -> tuple[int, int]:
    """The lowest and the highest stored activation: what a convolution pads with, its zero point, is among them."""
    name = next((n for n in product.names if n in ranges), None)
    if name is None or product.scale is None:
        return 0, 255
    zero = product.zero or 0
    low, high = (int(np.clip(np.rint(end / product.scale) + zero, 0, 255)) for end in ranges[name])
    return min(low, zero), max(high, zero)


def _judged(product: Product, ranges: Ranges) -> OperatorVerdict:
    if product.weights is None:
        return OperatorVerdict(product.name, product.kind, product.code)
    low, high = span(product, ranges)
    risky = saturable(product.weights, low, high)
    if risky.any():
        channels = int(risky.any(axis=1).sum())
        fields = {"count": int(risky.sum()), "pairs": risky.size, "channels": channels, "total": len(risky)}
        return OperatorVerdict(product.name, product.kind, "pairs-saturate", fields)
    lowest, highest = reach(product.weights, low, high)
    fields = {"low": int(lowest.min(initial=0)), "high": int(highest.max(initial=0))}
    return OperatorVerdict(product.name, product.kind, "pairs-fit", fields)
