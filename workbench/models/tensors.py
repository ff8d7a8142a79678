"""What a model's own file calls its tensors."""

from workbench.models.model import Model
from workbench.tasks import Task, named


def as_called(task: Task, model: Model) -> Task:
    """The task with tensors called as in the ONNX file that the model was loaded from, so that a file made of it can take that
    one's place. A network that was in no file calls its tensors nothing: the task is returned as it is."""
    inputs = model.arguments.get("inputs", ())
    output = model.arguments.get("output", task.output_name)
    if not model.source.startswith("onnx:") or not inputs or output in inputs:
        return task
    return named(task, inputs, output)
