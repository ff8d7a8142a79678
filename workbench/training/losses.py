"""What training makes small. A loss is a function of a module's answer, the targets, and what a teacher answers."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

Loss = Callable[["Tensor", "Tensor | None", "Tensor | None"], "Tensor"]


def supervised(kind: str) -> Loss:
    """Cross-entropy for a classification, mean squared error for a regression; mean over the batch."""

    def loss(answer: "Tensor", targets: "Tensor | None", taught: "Tensor | None" = None) -> "Tensor":
        assert targets is not None
        return against_targets(kind, answer, targets)

    return loss


def distilling(kind: str, alpha: float, temperature: float = 1.0) -> Loss:
    """What a student makes small that learns from labels and from a frozen teacher.

    Classification: alpha CE(f(x), y) + (1 - alpha) T^2 KL(softmax(t(x) / T) || softmax(f(x) / T)), the mean over the
    batch (G. Hinton, O. Vinyals, J. Dean, "Distilling the Knowledge in a Neural Network", 2015). Other kinds:
    alpha MSE(f(x), y) + (1 - alpha) MSE(f(x), t(x)). Without labels alpha is 0.
    """

    def loss(answer: "Tensor", targets: "Tensor | None", taught: "Tensor | None") -> "Tensor":
        assert taught is not None
        weight = alpha if targets is not None else 0.0
        total = (1 - weight) * against_teacher(kind, answer, taught, temperature)
        return total if targets is None else total + weight * against_targets(kind, answer, targets)

    return loss


def against_targets(kind: str, answer: "Tensor", targets: "Tensor") -> "Tensor":
    """Answers N x C against class numbers N, or numbers against numbers; N x 1 and N are the same."""
    import torch.nn.functional as F

    if kind == "classification":
        return F.cross_entropy(answer.float(), targets)
    return F.mse_loss(answer.float().reshape(targets.shape), targets)


def against_teacher(kind: str, answer: "Tensor", taught: "Tensor", temperature: float) -> "Tensor":
    """T^2 KL(teacher || student) of a classification's logits; the mean squared difference of other answers."""
    import torch.nn.functional as F

    if kind != "classification":
        return F.mse_loss(answer.float(), taught.float())
    student = F.log_softmax(answer.float() / temperature, dim=1)
    target = F.log_softmax(taught.float() / temperature, dim=1)
    return temperature**2 * F.kl_div(student, target, reduction="batchmean", log_target=True)
