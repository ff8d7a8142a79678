"""The page's examples: a task of the library and a network that is fitted to it once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.events import Event
    from workbench.study import Study
    from workbench.tasks import Task


@dataclass(frozen=True)
class Built:
    """A network of the zoo, and for how many epochs it is fitted."""

    title: str
    network: str
    epochs: int


EXAMPLES: Mapping[str, Built] = {
    "digits": Built("Handwritten digits, ResNet-8", "resnet8", 10),
    "digits-tokens": Built("Digits as sequences, LSTM", "lstm", 10),
    "fashion-mnist": Built("Fashion-MNIST, ResNet-14", "resnet14", 3),
}
"""By the name of the task, in the order in which they are offered."""


def study_of(example: str) -> str:
    """The name of an example's study."""
    return f"page-{example}"


def opened(example: str, task: "Task", on_event: "Callable[[Event], None]") -> "Study":
    """The example's study; where it is not there, its network is fitted and measured first, by the home's worker."""
    import workbench as wb

    built = EXAMPLES[example]
    model = wb.models.create(built.network, task, seed=0)
    fitted = wb.fit(model, task, epochs=built.epochs, seed=0, on_event=on_event)
    return wb.Study.open(study_of(example), task=task, model=fitted, on_event=on_event)


def script(example: str) -> str:
    """The Python that makes or opens an example's study."""
    built = EXAMPLES[example]
    return f"""import workbench as wb

task = wb.tasks.load({example!r})
model = wb.models.create({built.network!r}, task, seed=0)
model = wb.fit(model, task, epochs={built.epochs}, seed=0)
study = wb.Study.open({study_of(example)!r}, task=task, model=model)
print(study.baseline)
"""
