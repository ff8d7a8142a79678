"""Somebody looks at a session: while that is so, a thread sees what goes on in its study, and the panels follow.

A page tells that it is there once in a while; when none has for `PATIENCE` seconds the thread ends, so that a kernel whose tab
was closed is idle and can be taken back. Runs go on all the same: they are the study's, and the next look finds them.
"""

import threading
import time
from typing import TYPE_CHECKING

from workbench import machine
from workbench.errors import WorkbenchError
from workbench_widgets.following import Following, following
from workbench_widgets.refusals import kept

if TYPE_CHECKING:
    from workbench_widgets.session import Session

PATIENCE = 15.0
QUICK, SLOW = 0.2, 1.0
"""Seconds from one look to the next while something runs (so that panels change five times a second at most, however many
events there are), and while nothing does."""

AFTER = ("recipe", "frontier", "run", "compare", "publish")
"""The panels that show a study's candidates."""

COUNTED = 10.0
"""Seconds after which the devices and their free memory are asked for again."""


class Watch:
    """The thread of one session. `wake` is called whenever a page, or a command, shows that somebody is there."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._until = 0.0
        self._now = threading.Event()
        self._whole = self._again = 0.0
        self._counting: threading.Thread | None = None
        self._seen = self._marked = ""

    @property
    def awake(self) -> bool:
        """Whether it looks."""
        return self._thread is not None and self._thread.is_alive()

    def wake(self, *, at_once: bool = False) -> None:
        """Goes on for a while longer; `at_once` does not wait for the next look."""
        with self._lock:
            self._until = time.monotonic() + PATIENCE
            if at_once:
                self._whole = 0.0
                self._now.set()
            if not self.awake:
                self._thread = threading.Thread(target=self._go, daemon=True)
                self._thread.start()

    def _go(self) -> None:
        while True:
            self._count()
            running = self._look()
            self._now.wait(QUICK if running else SLOW)
            self._now.clear()
            with self._lock:
                if time.monotonic() > self._until:
                    self._thread = None
                    return

    def _look(self) -> bool:
        """One look; says whether something runs."""
        try:
            followed = following(self._session)
            if followed is None:
                return False
            moved = followed.read_on()
            if followed.over or time.monotonic() - self._whole >= SLOW:
                self._whole, moved = time.monotonic(), followed.running
                followed.look()
            self._tell(followed, moved)
        except WorkbenchError as error:  # the study is gone, the disk is full
            self._session.memory["run-error"] = kept(error)
            self._session.show("run")
            return False
        return followed.running

    def _tell(self, followed: Following, moved: bool) -> None:
        seen = followed.study.name + followed.stamp
        if seen != self._seen:
            self._seen = seen
            self._session.refresh(*AFTER)
        elif followed.marked != self._marked:
            self._session.refresh("frontier", "run", "compare", "publish")
        elif moved:
            self._session.show("run")
        self._marked = followed.marked

    def _count(self) -> None:
        """Has the devices asked for once in a while, by a thread of its own: `nvidia-smi` may take seconds to answer."""
        if (self._counting is not None and self._counting.is_alive()) or time.monotonic() < self._again:
            return
        self._again = time.monotonic() + COUNTED
        self._counting = threading.Thread(target=self._ask, daemon=True)
        self._counting.start()

    def _ask(self) -> None:
        machine.devices()
        self._session.show("run")
