"""The command `workbench`: one file a verb, and no algorithm. Standard output belongs to the answer, progress and
sentences go to standard error. Exit codes: 0 done, 1 refused or failed, 2 wrongly called, 130 interrupted."""

from workbench.cli.app import call, main, workbench

__all__ = ["call", "main", "workbench"]
