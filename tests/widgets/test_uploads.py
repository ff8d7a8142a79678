"""A session's folder of uploads: it goes with its process, and a killed one's with the next that is opened."""

import os
import signal
import subprocess
import sys

import pytest
from workbench_widgets.uploads import Folder

OWNER = """
import sys
from workbench_widgets.uploads import Folder
folder = Folder()
(folder.path / "given.npz").write_bytes(b"given")
print(folder.path, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def owner():
    """Starts a process that holds a folder until a line comes; it has said which."""
    started = []

    def start():
        process = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_killed_owners_folder_goes_with_the_next_and_a_living_ones_stays(owner, home):
    (dead, left), (_, kept) = owner(), owner()
    assert os.path.exists(f"{left}/given.npz") and left.startswith(str(home / "uploads"))
    os.kill(dead.pid, signal.SIGKILL)
    dead.wait()
    assert os.path.exists(left), "nobody was there to take it away"
    mine = Folder()
    assert not os.path.exists(left)
    assert os.path.exists(f"{kept}/given.npz") and mine.path.is_dir()


def test_a_folder_goes_with_its_session_and_with_its_process(owner):
    process, left = owner()
    process.communicate("over\n")
    assert process.returncode == 0 and not os.path.exists(left)
    mine = Folder()
    path = mine.path
    del mine
    assert not path.exists()
