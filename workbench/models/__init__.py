"""Where a network comes from: the zoo, a person's factory, a person's module. All are described alike."""

from workbench.models.answering import answers
from workbench.models.calling import call, input_order
from workbench.models.catalogue import create, names
from workbench.models.class_order import ClassOrder, class_order
from workbench.models.cuts import cuts_between, cuts_from_source
from workbench.models.factories import load
from workbench.models.fitting import check_fits
from workbench.models.live import describe
from workbench.models.model import Cut, Model
from workbench.models.onnx_graph import FileForm, file_form
from workbench.models.tensors import as_called
from workbench.models.weights import check_weights, store_weights, tensor_shapes

__all__ = [
    "ClassOrder",
    "Cut",
    "FileForm",
    "Model",
    "answers",
    "as_called",
    "call",
    "check_fits",
    "check_weights",
    "class_order",
    "create",
    "cuts_between",
    "cuts_from_source",
    "describe",
    "file_form",
    "input_order",
    "load",
    "names",
    "store_weights",
    "tensor_shapes",
]
