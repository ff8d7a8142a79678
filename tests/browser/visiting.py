"""Servers as a person starts them, and visitors with a fresh profile each."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
MINUTE = 60_000
RUN = re.compile("^Run")
LOCAL = re.compile(r"(http|ws)s?://(127\.0\.0\.1|localhost)[:/]|data:|blob:|file:")
KERNEL = re.compile("/api/kernels/([0-9a-f-]+)/channels")


def surroundings(home: Path) -> dict[str, str]:
    """The environment of what works in this home. For the gallery files are timed as a person has it, else as quickly as can
    be."""
    rest = {name: value for name, value in os.environ.items() if name != "WORKBENCH_TIMING_PROCESSES"}
    timed = {} if "GALLERY" in os.environ else {"WORKBENCH_TIMING_PROCESSES": "2"}
    return rest | timed | {"WORKBENCH_HOME": str(home)}


class Server:
    """A command that serves pages on `port`; `alive_at` is a path that is answered without a kernel being started."""

    def __init__(self, command: Sequence[str], home: Path, alive_at: str) -> None:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.home = home
        self.url = f"http://127.0.0.1:{self.port}/"
        self._command = [*command, f"--port={self.port}"]
        self.log = home.parent / f"server-{self.port}.log"
        self._alive_at = self.url + alive_at
        self.start()

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                self._command, env=surroundings(self.home), cwd=self.home.parent, stdout=out, stderr=out
            )
        end = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < end, self.log.read_text()[-2000:]
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(self._alive_at, timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


class Visit:
    """One person's browser: what it asked for from outside, and what it complained about.

    `beside` is a page of the same person's browser that is still, or was, open; else the profile is a fresh one.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        width: int = 1280,
        height: int = 900,
        locale: str = "en-US",
        scheme: Any = "light",
        beside: "Visit | None" = None,
    ) -> None:
        fresh: Any = {"viewport": {"width": width, "height": height}, "locale": locale, "color_scheme": scheme}
        self.context = beside.context if beside else browser.new_context(**fresh)
        self.page: Page = self.context.new_page()
        self.outside: list[str] = []
        self.complaints: list[str] = []
        self.kernels: list[str] = []
        self.page.on("request", lambda r: None if LOCAL.match(r.url) else self.outside.append(r.url))
        self.page.on("websocket", lambda w: self._websocket(w.url))
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.goto(url, wait_until="commit", timeout=2 * MINUTE)

    def _websocket(self, url: str) -> None:
        if not LOCAL.match(url):
            self.outside.append(url)
        self.kernels += KERNEL.findall(url)

    def ready(self) -> "Visit":
        """Waits until the panels take input: with no kernel waiting in the pool, one is started first."""
        self.page.wait_for_selector("[data-ready=true]", state="attached", timeout=2 * MINUTE)
        return self

    def region(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    def choose_digits(self) -> None:
        """Chooses the example, and waits until its baseline is there."""
        self.region("Load").get_by_role("radio", name=re.compile("digits, ResNet", re.I)).first.check()
        self.opened("page-digits")

    def go_on_with(self, study: str) -> None:
        """Chooses one of the studies that are there."""
        load = self.region("Load")
        load.get_by_label("Studies that are here").select_option(study)
        load.get_by_role("button", name="Go on", exact=True).click()
        self.opened(study)

    def opened(self, study: str) -> None:
        """Waits until it is this study that is worked on."""
        expect(self.page.locator("header").get_by_text(study, exact=True)).to_be_visible(timeout=2 * MINUTE)
        expect(self.table().get_by_text("baseline", exact=False).first).to_be_visible(timeout=MINUTE)

    def write(self, yaml: str) -> None:
        write(self.region("Recipe"), yaml)

    def run(self, yaml: str) -> None:
        """Types a recipe and runs it."""
        self.write(yaml)
        self.region("Recipe").get_by_role("button", name=RUN).click()

    def jobs(self, state: str) -> Locator:
        """The rows of the panel Run in a state: "running", "done", "cancelled", "failed"."""
        return self.region("Run").locator(f"li[data-state={state}]")

    def job(self, candidate: str) -> Locator:
        """The row of a candidate in the panel Run."""
        return self.region("Run").locator("li").filter(has=self.page.locator(f".wb-job-file:text-is('{candidate}')"))

    def measures(self, candidate: str) -> None:
        """Waits until the candidate is measured: in the panel Run, and with its figures in the Frontier's table."""
        expect(self.job(candidate)).to_have_attribute("data-state", "done", timeout=2 * MINUTE)
        expect(self.rows().filter(has_text=candidate).first).to_contain_text("%")

    def yaml(self) -> str:
        """The recipe as the page has it."""
        recipe = self.region("Recipe")
        recipe.get_by_role("button", name="YAML", exact=True).click()
        text = recipe.get_by_role("textbox").first.input_value()
        recipe.get_by_role("button", name="Cards", exact=True).click()
        return text

    def table(self) -> Locator:
        """The Frontier's table. Its button is pressed by key: a click is lost where panels above grow while it is made."""
        button = self.region("Frontier").get_by_role("button", name="Table", exact=True)
        if button.count() and button.get_attribute("aria-pressed") != "true":
            button.press("Enter")
            expect(button).to_have_attribute("aria-pressed", "true")
        return self.region("Frontier").get_by_role("table").first

    def rows(self) -> Locator:
        return self.table().get_by_role("row")

    def measured(self) -> int:
        return max(self.rows().count() - 1, 0)

    def close(self) -> None:
        self.context.close()


def write(recipe: Locator, yaml: str) -> None:
    """Types a recipe as YAML, and goes back to the cards."""
    recipe.get_by_role("button", name="YAML", exact=True).click()
    box = recipe.get_by_role("textbox").first
    box.fill(yaml)
    box.blur()
    recipe.get_by_role("button", name="Cards", exact=True).click()
    expect(recipe.locator(".wb-card")).to_have_count(len(re.findall("^- ", yaml, re.M)))


def processes(home: Path, word: str) -> list[int]:
    """Ids of processes that work in this home and have `word` in their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            mine = str(home).encode() in (entry / "environ").read_bytes()
            if mine and word.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue  # it has ended meanwhile
    return found


def kill(pids: Sequence[int]) -> None:
    """Kills them at once, as the system does that is out of memory."""
    assert pids, "nothing is there to be killed"
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def picture(page: Page, name: str) -> None:
    """The whole page in a window as high as it is: what sticks to the window's foot then stands where it belongs."""
    gallery = Path(os.environ.get("GALLERY", ROOT / "build" / "gallery"))
    gallery.mkdir(parents=True, exist_ok=True)
    size: Any = page.viewport_size
    page.set_viewport_size({**size, "height": page.evaluate("document.documentElement.scrollHeight")})
    page.evaluate("scrollTo(0, 0)")
    if "GALLERY" in os.environ:
        page.wait_for_timeout(700)  # ticks are drawn and points have flown to their places
    page.screenshot(path=gallery / f"{name}.png")
    page.set_viewport_size(size)
