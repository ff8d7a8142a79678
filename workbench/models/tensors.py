"""What a model's own file calls its tensors."""

from workbench.errors import InputError
from workbench.models.model import Model
from workbench.models.onnx_graph import kept_output
from workbench.tasks import Task, can_be_named, named


def as_called(task: Task, model: Model) -> Task:
    """The task with tensors called as in the ONNX file that the model was loaded from, so that a file made of it can take that
    one's place.

    The task is returned as it is where the network was in no file, where a person has named its tensors by
    `workbench.tasks.named`, and where the names cannot be told apart. Raises `InputError` where the task has the file's
    inputs in another order than that in which the model takes them.
    """
    inputs, own = list(model.arguments.get("inputs", ())), [spec.name for spec in task.signature.inputs]
    if not model.source.startswith("onnx:") or "tensors" in task.source:
        return task
    if sorted(inputs) == sorted(own) and inputs != own:
        raise InputError("inputs-order", model=model.name, wanted=", ".join(inputs), task=task.name, found=", ".join(own))
    for output in (kept_output(model) or task.output_name, task.output_name):
        if can_be_named(task, inputs, output):
            return named(task, inputs, output)
    return task
