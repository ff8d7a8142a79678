"""What goes into a published file and what comes out: as the task says, or, where it names no outputs, as the file does."""

from dataclasses import replace

from workbench.graphs.runtime import open_session
from workbench.publish.source import Source
from workbench.tasks.task import Signature, TensorSpec


def signature_of(candidate: Source) -> Signature:
    """The task's signature; a task without targets has no outputs, and then they are named, and have the shape of a sample
    and the type, as the measured file gives them for two samples of validation."""
    task = candidate.study.task
    if task.signature.outputs:
        return task.signature
    assert candidate.file is not None
    session = open_session(candidate.file)
    given = session.run(None, task.validation.head(2).arrays)
    names = [output.name for output in session.get_outputs()]
    specs = [TensorSpec(name, array.shape[1:], array.dtype.name) for name, array in zip(names, given, strict=True)]
    return replace(task.signature, outputs=tuple(specs))
