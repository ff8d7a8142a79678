"""Training: one loop for fitting, fine-tuning and distilling."""

from workbench.training.crossvalidation import cross_validate
from workbench.training.device import pick
from workbench.training.fitting import fit, history
from workbench.training.settings import Settings

__all__ = ["Settings", "cross_validate", "fit", "history", "pick"]
