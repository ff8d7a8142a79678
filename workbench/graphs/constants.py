"""Values of an ONNX graph that are known before it runs."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

    from workbench.tasks.task import Array


class Constants:
    """Looks values up in a graph: initializers, and what nodes make of initializers alone (a cast, a codebook's lookup)."""

    def __init__(self, model: "ModelProto") -> None:
        self._model = model
        self._tensors = {t.name: t for t in model.graph.initializer}
        self._known: dict[str, Array | None] = {}
        self.makers = {name: node for node in model.graph.node for name in node.output}

    def value(self, name: str) -> "Array | None":
        """The array of that name, or None where it depends on an input of the graph."""
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> "Array | None":
        from onnx import numpy_helper

        if name in self._tensors:
            return numpy_helper.to_array(self._tensors[name])
        maker = self.makers.get(name)
        if maker is None or len(maker.output) != 1 or maker.domain not in ("", "ai.onnx"):
            return None
        if not maker.input and maker.op_type != "Constant":
            return None
        given = {i: self.value(i) for i in maker.input if i}
        return None if any(v is None for v in given.values()) else self._made(maker, given)

    def _made(self, node: "NodeProto", given: dict[str, Any]) -> "Array":
        from onnx import helper
        from onnx.reference import ReferenceEvaluator

        ends = [helper.make_empty_tensor_value_info(name) for name in given]
        graph = helper.make_graph([node], "one", ends, [helper.make_empty_tensor_value_info(node.output[0])])
        single = helper.make_model(graph, opset_imports=self._model.opset_import)
        made: Array = ReferenceEvaluator(single).run(None, given)[0]
        return made


def attribute(node: "NodeProto", name: str, default: Any) -> Any:
    """An attribute of a node as a Python value."""
    from onnx import helper

    return next((helper.get_attribute_value(a) for a in node.attribute if a.name == name), default)
