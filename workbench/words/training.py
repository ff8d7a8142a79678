"""Sentences about training."""

SENTENCES = {
    "needs-labels": "{step} learns from targets, and the data has none (kind '{kind}'). Distil from a teacher instead, "
    "or make the task with targets.",
    "needs-validation": "{step} stops early by the loss on validation, and there is no validation split. "
    "Leave patience out, or give one.",
    "nothing-to-train": "{step} finds no weights to train: every one of them is frozen. Set requires_grad where it is wanted.",
    "diverged": "{step} diverged in epoch {epoch}: the loss or a weight is not a finite number any more. "
    "Take a learning_rate below {learning_rate}.",
    "gpu-out-of-memory": "{step} does not fit into the memory of the GPU with batches of {batch_size}. "
    "Take a lower batch_size, or device='cpu'.",
    "gpu-too-small": "{step} does not fit into what is free of the GPU's memory. End what else uses it, or choose the CPU "
    "(device='cpu').",
    "no-cuda": "PyTorch {version} finds no GPU that it can use, so there is no device {device}. Take 'cpu', or install a build of "
    "PyTorch that fits the machine's driver.",
    "no-device": "There is no device {device} here. Take 'auto' or 'cpu'.",
    "folds-value": "{folds} folds of {samples} samples cannot be made. Take a whole number from 2 to {samples}.",
}
