"""The one training loop: fitting, fine-tuning and distilling differ in their loss alone.

All data lies on the device from the start, and nothing in the loop waits for it. Each epoch shuffles and drops out by
generators of its own, so that a run that goes on from a checkpoint gives the same bits as one that was not interrupted.
On the CPU the memory layout stays as it is: torch 2.13 corrupts its heap when a channels_last network with 4, 6 or 7
channels trains, which is what a pruned one has.
"""

import copy
import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from workbench.errors import InputError, StepFailed
from workbench.events import EpochMeasured, Event, Progress
from workbench.models.calling import call, tensors
from workbench.models.weights import check_weights
from workbench.tasks.task import Split
from workbench.training import checkpoint as checkpoints
from workbench.training.checkpoint import Progressed
from workbench.training.device import pick, within_memory
from workbench.training.losses import Loss, supervised
from workbench.training.optimizers import optimizer_of
from workbench.training.repeatable import repeatable, shuffled
from workbench.training.schedules import share
from workbench.training.settings import Settings
from workbench.training.teacher import Taught
from workbench.training.validation import figures

_PROGRESS_SECONDS = 0.1


def train(
    module: nn.Module,
    train: Split,
    validation: Split | None,
    kind: str,
    settings: Settings,
    *,
    seed: int,
    device: str = "auto",
    loss: Loss | None = None,
    teacher: nn.Module | None = None,
    emit: Callable[[Event], None] = lambda event: None,
    check: Callable[[], None] = lambda: None,
    step_name: str = "fit",
    checkpoint: Path | None = None,
    keep_zeros: bool = False,
) -> tuple[nn.Module, list[dict[str, float]]]:
    """Trains a copy of a module; returns it in evaluation mode, where `module` is, and the figures of each epoch.

    `loss` replaces the one of the task's kind, and is given what `teacher` answers where there is one; `check` is called
    between batches and may raise; `checkpoint` names the file that an interrupted run goes on from; with `keep_zeros`
    weights that are zero stay zero (a pruned network).

    Raises `InputError` without targets to learn from, `StepFailed` "diverged" and "gpu-out-of-memory".
    """
    if loss is None and (train.targets is None or kind == "outputs"):
        raise InputError("needs-labels", step=step_name, kind=kind)
    if settings.patience is not None and validation is None:
        raise InputError("needs-validation", step=step_name)
    device = pick(device)
    with repeatable(device), within_memory(step_name, settings.batch_size):
        loss = loss or supervised(kind)
        course = _Course(module, train, validation, kind, settings, seed, device, loss, step_name, keep_zeros)
        if teacher is not None:
            course.ask(teacher, check)
        course.run(emit, check, checkpoint)
        return course.result(module), course.so_far.history


class _Course:
    """One run: the copy that is trained, its data on the device, its optimizer, and how far it is."""

    def __init__(
        self,
        module: nn.Module,
        train: Split,
        validation: Split | None,
        kind: str,
        settings: Settings,
        seed: int,
        device: str,
        loss: Loss,
        step_name: str,
        keep_zeros: bool,
    ) -> None:
        self.module = copy.deepcopy(module).to(device)
        self.settings, self.seed, self.device, self.kind = settings, seed, device, kind
        self.loss, self.step_name, self.validation = loss, step_name, validation
        if self.fast:
            _lay_out(self.module, torch.channels_last)
        self.inputs, self.targets = _placed(train, device)
        self.held = None if validation is None else _placed(validation, device)
        self.optimizer, self.weights = optimizer_of(self.module, settings, step_name)
        self.masks = [(w, w != 0) for w in self.weights if keep_zeros and bool((w == 0).any())]
        self.taught: Taught | None = None
        self.held_taught: Taught | None = None
        self.so_far = Progressed()

    def ask(self, teacher: nn.Module, check: Callable[[], None]) -> None:
        """Has a teacher answer all samples."""
        self.taught = Taught(teacher, self.inputs, check)
        self.held_taught = None if self.held is None else Taught(teacher, self.held[0], check)

    @property
    def fast(self) -> bool:
        """Whether bfloat16 and channels_last are used: on a GPU only."""
        return self.device.startswith("cuda")

    def run(self, emit: Callable[[Event], None], check: Callable[[], None], checkpoint: Path | None) -> None:
        described = {"settings": self.settings.to_json(), "seed": self.seed, "samples": len(next(iter(self.inputs.values())))}
        if checkpoint is not None:
            self.so_far = checkpoints.restore(checkpoint, described, self.module, self.optimizer)
        told = _Told(emit, self.step_name)
        while not self.finished:
            self.epoch(told, check)
            emit(EpochMeasured(self.so_far.epoch, self.settings.epochs, _figures(self.so_far.history[-1])))
            if checkpoint is not None:
                checkpoints.save(checkpoint, described, self.module, self.optimizer, self.so_far)

    @property
    def finished(self) -> bool:
        waited = self.so_far.epoch - self.so_far.best_epoch
        return self.so_far.epoch >= self.settings.epochs or (
            self.settings.patience is not None and waited >= self.settings.patience
        )

    def epoch(self, told: "_Told", check: Callable[[], None]) -> None:
        """Sees every sample once, then looks at validation."""
        number = self.so_far.epoch
        drawn = (self.seed * 1_000_003 + number) % 2**63
        batches = shuffled(len(next(iter(self.inputs.values()))), self.settings.batch_size, drawn, self.device)
        total = len(batches) * self.settings.epochs
        summed = torch.zeros((), device=self.device)
        self.module.train()
        torch.manual_seed(drawn)
        for k, rows in enumerate(batches):
            check()
            done = number * len(batches) + k
            summed += len(rows) * self.step(rows, share(self.settings.schedule, done, total))
            told.progress(done + 1, total)
        found = {"epoch": number + 1.0, "train_loss": float(summed) / sum(len(rows) for rows in batches)}
        if self.held is not None:
            found |= figures(self.module, *self.held, self.kind, self.loss, self.held_taught)
        self._require_finite(found)
        self._remember(found)

    def step(self, rows: Tensor, share_of_rate: float) -> Tensor:
        """One step down the gradient of a batch; returns its loss, without the penalty."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * share_of_rate
        inputs = {name: self._laid_out(tensor[rows]) for name, tensor in self.inputs.items()}
        targets = None if self.targets is None else self.targets[rows]
        taught = None if self.taught is None else self.taught(rows)
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda", torch.bfloat16, enabled=self.fast):
            loss = self.loss(call(self.module, inputs), targets, taught)
        penalty = self.settings.l1 * torch.stack([w.abs().sum() for w in self.weights]).sum() if self.settings.l1 else 0.0
        (loss + penalty).backward()
        self.optimizer.step()
        with torch.no_grad():
            for weight, mask in self.masks:
                weight.mul_(mask)
        return loss.detach()

    def _laid_out(self, batch: Tensor) -> Tensor:
        return batch.to(memory_format=torch.channels_last) if self.fast and batch.ndim == 4 else batch

    def _require_finite(self, found: dict[str, float]) -> None:
        try:
            check_weights(self.module)
        except InputError:
            found = {"weights": math.nan}
        if not all(math.isfinite(v) for v in found.values()):
            rate = self.settings.learning_rate
            raise StepFailed("diverged", step=self.step_name, epoch=self.so_far.epoch + 1, learning_rate=rate)

    def _remember(self, found: dict[str, float]) -> None:
        self.so_far.epoch += 1
        self.so_far.history.append(found)
        if self.settings.patience is not None and found["validation_loss"] < self.so_far.best_loss:
            self.so_far.best_epoch, self.so_far.best_loss = self.so_far.epoch, found["validation_loss"]
            self.so_far.best = {name: t.detach().clone() for name, t in self.module.state_dict().items()}

    def result(self, original: nn.Module) -> nn.Module:
        """The module of the best epoch where it was asked for, else of the last one, where the original is."""
        if self.so_far.best:
            self.module.load_state_dict(self.so_far.best)
        home = next((p.device for p in original.parameters()), torch.device("cpu"))
        self.module.zero_grad(set_to_none=True)
        if self.fast:
            _lay_out(self.module, torch.contiguous_format)
        return self.module.to(home).eval()


class _Told:
    """Tells of progress, at most ten times a second, and at the end."""

    def __init__(self, emit: Callable[[Event], None], step: str) -> None:
        self.emit, self.step = emit, step
        self.begun = self.last = time.monotonic()
        self.counted = 0

    def progress(self, done: int, total: int) -> None:
        now = time.monotonic()
        self.counted += 1
        if now - self.last >= _PROGRESS_SECONDS or done == total:
            self.last = now
            self.emit(Progress(self.step, done, total, self.counted / max(now - self.begun, 1e-9)))


def _figures(epoch: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in epoch.items() if name != "epoch"}


def _lay_out(module: nn.Module, layout: torch.memory_format) -> None:
    """Lays out what has four dimensions; channels_last is defined for nothing else."""
    for tensor in (*module.parameters(), *module.buffers()):
        if tensor.ndim == 4:
            tensor.data = tensor.data.to(memory_format=layout)


def _placed(split: Split, device: str) -> tuple[dict[str, Tensor], Tensor | None]:
    targets = None if split.targets is None else torch.tensor(split.targets, device=device)
    return tensors(split.arrays, device), targets
