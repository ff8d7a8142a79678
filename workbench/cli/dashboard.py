"""`workbench dashboard`: the page, served by Voila."""

import importlib.util
import os
import sys
from pathlib import Path

import click

from workbench.errors import NotFound

_EXTENSIONS = ("@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "anywidget")
"""Voila loads every extension of JupyterLab that is installed, used or not, unless it is told which."""

_POOL = 2
"""Kernels that wait for visitors with the page already in them."""

_LARGEST_MESSAGE = 16 * 2**20
"""Bytes of one message: files are sent in pieces of a megabyte."""


@click.command()
@click.option("--port", default=8866, show_default=True, help="The port on this machine.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
def dashboard(port: int, no_browser: bool) -> None:
    """Serves the page for people who write no code."""
    if importlib.util.find_spec("voila") is None or importlib.util.find_spec("anywidget") is None:
        raise NotFound("no-lab")
    from workbench.models.sources import STARTED_IN

    package = _package()
    words = [sys.executable, "-m", "workbench_widgets.serving", str(_notebook(package)), f"--port={port}"]
    words += [f"--VoilaConfiguration.extension_allowlist={name}" for name in _EXTENSIONS]
    words += [
        "--template=workbench",
        "--Voila.ip=127.0.0.1",  # a machine need not know the name localhost
        "--show_tracebacks=False",
        "--preheat_kernel=True",
        f"--pool_size={_POOL}",
        "--VoilaConfiguration.multi_kernel_manager_class=workbench_widgets.kernels.Kernels",
        "--KernelManager.autorestart=False",  # a kernel that was started again has no page in it
        "--VoilaExecutor.timeout=60",
        "--MappingKernelManager.cull_idle_timeout=120",
        "--MappingKernelManager.cull_interval=60",
        f"--Voila.tornado_settings={{'websocket_max_message_size': {_LARGEST_MESSAGE}}}",
    ]
    words += ["--no-browser"] if no_browser else []
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(package / "share/jupyter"), os.environ.get("JUPYTER_PATH")]))
    os.environ[STARTED_IN] = os.getcwd()
    os.execv(sys.executable, words)


def _package() -> Path:
    spec = importlib.util.find_spec("workbench_widgets")
    if spec is None or spec.origin is None:
        raise NotFound("no-lab")
    return Path(spec.origin).parent


def _notebook(package: Path) -> Path:
    """The page's notebook: beside the widgets where they are installed, in `notebooks/` of a checkout."""
    found = [path for path in (package / "dashboard.ipynb", package.parents[1] / "notebooks/dashboard.ipynb") if path.exists()]
    if not found:
        raise NotFound("file-missing", path=str(package / "dashboard.ipynb"))
    return found[0]
