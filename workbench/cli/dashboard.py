"""`workbench dashboard`: the page, served by Voila."""

import importlib.util
import os
import sys
from pathlib import Path

import click

from workbench.errors import NotFound

_EXTENSIONS = ("@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager")
"""Voila loads every extension of JupyterLab that is installed, used or not, unless it is told which."""


@click.command()
@click.option("--port", default=8866, show_default=True, help="The port on this machine.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
def dashboard(port: int, no_browser: bool) -> None:
    """Serves the page for people who write no code."""
    if importlib.util.find_spec("voila") is None or importlib.util.find_spec("ipywidgets") is None:
        raise NotFound("no-lab")
    words = [sys.executable, "-m", "voila", str(_notebook()), f"--port={port}", "--show_tracebacks=False"]
    words += [f"--VoilaConfiguration.extension_allowlist={name}" for name in _EXTENSIONS]
    words += [
        "--VoilaExecutor.timeout=60",
        "--MappingKernelManager.cull_idle_timeout=120",
        "--MappingKernelManager.cull_interval=60",
    ]
    words += ["--no-browser"] if no_browser else []
    os.execv(sys.executable, words)


def _notebook() -> Path:
    """The page's notebook: beside the widgets where they are installed, in `notebooks/` of a checkout."""
    spec = importlib.util.find_spec("workbench_widgets")
    if spec is None or spec.origin is None:
        raise NotFound("no-lab")
    package = Path(spec.origin).parent
    found = [path for path in (package / "dashboard.ipynb", package.parents[1] / "notebooks/dashboard.ipynb") if path.exists()]
    if not found:
        raise NotFound("file-missing", path=str(package / "dashboard.ipynb"))
    return found[0]
