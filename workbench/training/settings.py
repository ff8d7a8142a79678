"""How a network is trained, declared once."""

from typing import ClassVar, Literal

from workbench.knobs import Record, knob


class Settings(Record):
    """What `fit`, fine-tuning and distilling have in common."""

    called: ClassVar[str] = "fit"

    epochs: int = knob(10, ge=1, le=10_000, search=(2, 40), unit="epochs", say="how often all samples are seen")
    learning_rate: float = knob(3e-3, gt=0, le=10, search=(1e-4, 3e-2), scale="log", say="the highest step size")
    batch_size: int = knob(64, ge=2, le=65_536, search=(16, 256), scale="log", unit="samples", say="samples a step")
    optimizer: Literal["adamw", "sgd"] = knob("adamw", say="AdamW, or SGD with Nesterov momentum 0.9")
    schedule: Literal["onecycle", "cosine", "constant"] = knob("onecycle", say="how the step size goes over the run")
    weight_decay: float = knob(1e-2, ge=0, le=1, search=(1e-4, 1e-1), scale="log", say="L2 shrinkage; not of biases and norms")
    l1: float = knob(0.0, ge=0, le=1, search=(1e-6, 1e-3), scale="log", say="L1 penalty on weights; not on biases and norms")
    patience: int | None = knob(
        None,
        ge=1,
        le=10_000,
        search=(2, 10),
        unit="epochs",
        say="ends so long after the best validation loss, and goes back to it",
    )
