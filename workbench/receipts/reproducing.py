"""A receipt is made again: in a fresh process with a home of its own, so that nothing is read back from the first time."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import workbench
from workbench import errors
from workbench.errors import InputError, StepFailed
from workbench.events import Event, Said
from workbench.files import home, read_json
from workbench.jobs.progress import reader
from workbench.receipts.comparison import Reproduction, compared, elsewhere
from workbench.receipts.receipt import Receipt, beside, read

TO = "WORKBENCH_RECEIPTS"
"""The variable that names the folder that a script writes its table and its receipt into, instead of beside itself."""

ERROR = "error.json"
"""The file in that folder that says why there is no new receipt (`WorkbenchError.to_json`)."""


def reproduce(path: Path | str, *, on_event: Callable[[Event], None] | None = None) -> Reproduction:
    """Makes what a receipt is of again, and says of each figure whether it lies where it lay.

    A benchmark's script is run again; of a study the model is fitted, the recipes are run and the files are measured
    again. It takes as long as the first time. `on_event` hears first what differs here from where the receipt was
    written (`Said`): what depends on that is shown and not judged. Raises what `receipts.read` raises, `InputError` for a
    model, data or a script that are not at hand any more, and `StepFailed` where the new run ended without figures.
    """
    path = Path(path).expanduser().absolute()
    receipt = read(path)
    remark = elsewhere(receipt)
    with reader(on_event) as told:
        if remark is not None:
            told(Said(remark[0], dict(remark[1])))
    with tempfile.TemporaryDirectory(prefix="workbench-", ignore_cleanup_errors=True) as folder:
        return compared(receipt, _made_again(receipt, path, Path(folder)))


def _made_again(receipt: Receipt, path: Path, folder: Path) -> Receipt:
    """The new receipt. Progress of the new process goes to standard error, its answers nowhere."""
    to = folder / "made"
    to.mkdir()
    words, root = _script(receipt, path) if "script" in receipt.again else _study(path, to)
    env = _surroundings(folder / "home", to)
    try:
        code = subprocess.run([sys.executable, *words], cwd=root, env=env, stdout=subprocess.DEVNULL).returncode
    finally:
        subprocess.run([sys.executable, "-c", "from workbench import jobs; jobs.retire()"], env=env)
    if (to / ERROR).exists():
        raise errors.from_json(read_json(to / ERROR))
    if code or not beside(to / receipt.of).exists():
        raise StepFailed("receipt-no-answer", command=receipt.command, exit=code)
    return read(beside(to / receipt.of))


def _script(receipt: Receipt, path: Path) -> tuple[list[str], Path]:
    """The script, and the root that it is named from: the nearest folder above the receipt, or above this one, that has it."""
    script = receipt.again["script"][0]
    for root in (*path.parents, Path.cwd(), *Path.cwd().parents):
        if (root / script).is_file():
            return list(receipt.again["script"]), root
    raise InputError("receipt-script-gone", script=script)


def _study(path: Path, to: Path) -> tuple[list[str], Path]:
    return ["-m", "workbench.study.again", str(path), str(to), str(home())], Path.cwd()


def _surroundings(fresh: Path, to: Path) -> dict[str, str]:
    """The environment of the new process; the library is found where this process found it."""
    env = {name: value for name, value in os.environ.items() if name != "WORKBENCH_RECORDS"}
    found = [str(Path(workbench.__file__).parents[1]), *filter(None, [env.get("PYTHONPATH")])]
    return env | {"WORKBENCH_HOME": str(fresh), TO: str(to), "PYTHONPATH": os.pathsep.join(found)}
