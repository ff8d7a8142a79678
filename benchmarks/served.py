"""The page as a person has it: a server of its own, a real Chromium, and what is read off both while it is used."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.recipes import Recipe

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
FLAGS += ("--disable-component-update", "--disable-sync", "--enable-precise-memory-info")

METER = """
window.meter = { ready: null, skeleton: null, frames: [], on: false };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (entry.name === "first-contentful-paint") meter.skeleton = entry.startTime;
}).observe({ type: "paint", buffered: true });
new MutationObserver((_, watching) => {
  if (!document.querySelector("[data-ready=true]")) return;
  meter.ready = performance.now();
  watching.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });
meter.start = () => {
  meter.frames = [];
  meter.on = true;
  const step = (now) => (meter.frames.push(now), meter.on && requestAnimationFrame(step));
  requestAnimationFrame(step);
};
meter.stop = () => ((meter.on = false), meter.frames.slice(1).map((now, k) => now - meter.frames[k]));
meter.frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
meter.until = async (met, seconds = 60) => {
  const begun = performance.now();
  while (!met()) {
    if (performance.now() - begun > 1000 * seconds) throw new Error(`not in ${seconds} s: ${met}`);
    await meter.frame();
  }
  return performance.now() - begun;
};
"""
"""In every tab: when something was painted and when the panels were there, in ms from the opening; and how long frames are."""


def kernels(home: Path) -> set[int]:
    """The kernels of the server over this home, those of its pool among them."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            mine = b"ipykernel" in (entry / "cmdline").read_bytes() and str(home).encode() in (entry / "environ").read_bytes()
        except OSError:
            continue
        if mine:
            found.add(int(entry.name))
    return found


def resident(process: int) -> float:
    """The memory that a process holds, in MB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024 / 1e6


def _ticks(processes: set[int]) -> int:
    """The processor's time that these have had, in hundredths of a second."""
    total = 0
    for process in processes:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total


class Served:
    """`workbench dashboard` over a home, and a browser."""

    def __init__(self, home: Path, url: str, server: int, browser: Any) -> None:
        self.home = home
        self.url = url
        self.server = server
        self.browser = browser
        self.visitors: set[int] = set()

    def calm(self, pool: int = 2) -> None:
        """Waits until the pool is full and nobody works: as it is when a visitor comes."""
        for _ in range(240):
            waiting = kernels(self.home) - self.visitors
            before = _ticks(waiting | {self.server})
            time.sleep(0.5)
            if len(waiting) >= pool and _ticks(waiting | {self.server}) - before <= 2:
                return
        raise AssertionError("the pool of kernels does not fill")

    def opened(self, **context: Any) -> "Tab":
        """A new visitor's tab, once its panels are there."""
        self.calm()
        tab = Tab(self, self.browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US", **context))
        tab.go(self.url)
        self.visitors.add(tab.kernel)
        return tab

    @contextmanager
    def tab(self, study: str) -> "Iterator[Tab]":
        """A new visitor who has taken up a study."""
        tab = self.opened()
        tab.go_on(study)
        yield tab
        tab.close()


class Tab:
    """One visitor's page and its kernel."""

    def __init__(self, served: Served, context: Any) -> None:
        self.served = served
        self.context = context
        self.page = context.new_page()
        self.page.add_init_script(METER)
        self.heard: list[int] = []
        self._kernel = ""
        self.page.on("websocket", self._listen)

    def _listen(self, socket: Any) -> None:
        found = re.search("/api/kernels/([0-9a-f-]+)/channels", socket.url)
        if found is not None:
            self._kernel = found[1]
            socket.on("framereceived", lambda payload: self.heard.append(len(payload)))

    def go(self, url: str) -> None:
        self.page.goto(url, wait_until="commit")
        self.page.wait_for_selector("[data-ready=true]", state="attached", timeout=60_000)

    @property
    def kernel(self) -> int:
        """The process of the visitor's kernel."""
        for process in kernels(self.served.home):
            if self._kernel.encode() in Path(f"/proc/{process}/cmdline").read_bytes():
                return process
        raise AssertionError("the page has no kernel")

    def run(self, script: str, *given: Any) -> Any:
        """What the body of an asynchronous function in the page returns; `given` is its list of arguments."""
        return self.page.evaluate(f"async (given) => {{ {script} }}", list(given))

    def go_on(self, study: str) -> None:
        """Takes up a study by the menu of the panel Load, and waits until its recipe can be run."""
        load = self.page.get_by_role("region", name="Load", exact=True)
        load.get_by_label("Studies that are here").select_option(study)
        load.get_by_role("button", name="Go on", exact=True).click()
        self.page.wait_for_selector(".wb-read-run:not([disabled])", timeout=60_000)
        self.run("await meter.until(() => document.querySelector('.wb-frontier .wb-canvas').width > 300)")

    def recipe(self, recipe: "Recipe") -> None:
        """Makes it the recipe in hand, by its text."""
        panel = self.page.get_by_role("region", name="Recipe", exact=True)
        panel.get_by_role("button", name="YAML", exact=True).click()
        panel.locator("textarea").fill(recipe.to_yaml())
        self.page.wait_for_timeout(1000)
        panel.get_by_role("button", name="Cards", exact=True).click()
        titles = panel.locator(".wb-cards > *")
        assert titles.count() == len(recipe), titles.all_inner_texts()

    def heap(self) -> float:
        """What the page's scripts hold after a collection, in MB."""
        session = self.context.new_cdp_session(self.page)
        for _ in range(3):
            session.send("HeapProfiler.collectGarbage")
        used = session.send("Runtime.getHeapUsage")["usedSize"]
        session.detach()
        return float(used) / 1e6

    def close(self) -> None:
        self.page.close(run_before_unload=True)
        self.context.close()


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """Serves the page over a home, and has a browser, until the end."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit(
            "No Chromium is here: install Debian's package chromium, or name another one by the variable CHROMIUM."
        )
    from playwright.sync_api import sync_playwright

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [sys.executable, "-c", "from workbench.cli import main; main()", "dashboard", f"--port={port}", "--no-browser"]
    with open(home / "server.log", "wb") as log:
        server = subprocess.Popen(command, env=os.environ | {"WORKBENCH_HOME": str(home)}, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}/"
        _answering(server, url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            yield Served(home, url, server.pid, browser)
            browser.close()
    finally:
        server.terminate()
        server.wait(20)


def _answering(server: "subprocess.Popen[bytes]", url: str) -> None:
    for _ in range(300):
        assert server.poll() is None, "the server has ended: see server.log in its home"
        try:
            urllib.request.urlopen(url + "voila/static/", timeout=2)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server does not answer")
