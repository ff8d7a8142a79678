"""The foot of every table: how it came about, so that it can be made again and compared."""

from workbench import machine
from workbench.tasks import Task


def foot(script: str, seed: int, *tasks: Task) -> list[str]:
    """Lines that name command, seed, data, versions and machine."""
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions().items())
    data = "; ".join(f"{task.name} {task.digest[:16]}" for task in tasks) or "made by the script"
    return [
        "",
        f"`python benchmarks/{script}.py`, seed {seed}. Data: {data}. Machine: {machine.here().summary}.",
        f"{versions}.",
        "",
    ]
