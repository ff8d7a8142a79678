"""What is done with the page, and what each time is measured: opening, moving a slider, pointing, running, losing."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import numpy as np
from receipt import exact, timed
from served import Served, Tab, resident

import workbench as wb
from workbench.events import Progress
from workbench.receipts import Figure

FRAME = 1000 / 60
ROOM = 1.05
"""A frame's time is told by the screen's clock, which is itself exact to a few per cent."""


@dataclass(frozen=True)
class Line:
    """A figure, what it is held against (None where it is only told), and how it is written."""

    figure: Figure
    target: float | None
    digits: int = 0

    @property
    def holds(self) -> bool:
        room = ROOM if self.target == FRAME else 1.0
        return self.target is None or self.figure.value <= self.target * room

    def row(self) -> str:
        target = "" if self.target is None else f"{self.target:,.{max(self.digits, 1) if self.target == FRAME else 0}f}"
        said = "" if self.target is None else "yes" if self.holds else "**no**"
        unit = f" {self.figure.unit}" if self.figure.unit else ""
        return (
            f"| {self.figure.name} | {self.figure.value:,.{self.digits}f}{unit} | {target}{unit if target else ''} | {said} |"
        )


def opening(served: Served, loads: int) -> Iterator[Line]:
    """A new visitor's first seconds, the pool of kernels full."""
    found = []
    for _ in range(loads):
        tab = served.opened()
        found.append(tab.run("await meter.frame(); return [meter.skeleton, meter.ready]"))
        tab.close()
    yield Line(timed("skeleton painted", [skeleton for skeleton, _ in found], "ms"), 500)
    yield Line(timed("ready for input", [ready for _, ready in found], "ms"), 3000)


def kernel(tab: Tab) -> Iterator[Line]:
    """What a visitor's kernel holds, with a study in hand."""
    torch = "libtorch" in Path(f"/proc/{tab.kernel}/maps").read_text()
    yield Line(timed("memory of a visitor's kernel", [resident(tab.kernel)], "MB"), None)
    yield Line(exact("torch in a visitor's kernel", float(torch)), 0)


def moving(tab: Tab, name: str, moves: int) -> Iterator[Line]:
    """The slider's handler, and the frame that it is drawn in."""
    script = """
const slider = document.querySelector(".wb-cards input[type=range]");
const [low, high] = [Number(slider.min), Number(slider.max)];
const found = [];
for (let k = 0; k <= given[0]; k += 1) {
  slider.value = low + ((high - low) * ((k * 7) % given[0])) / given[0];
  const begun = performance.now();
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  const handled = performance.now() - begun;
  await meter.frame();
  const frame = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 30));
  found.push([handled, frame - begun]);
}
return found.slice(1);
"""
    found = tab.run(script, moves)
    yield Line(timed(f"slider's handler, {name}", [handled for handled, _ in found], "ms"), 4, 1)
    yield Line(exact(f"slider's handler, {name}: slowest of {moves}", max(h for h, _ in found), "ms", local=True), None, 1)
    yield Line(timed(f"slider to the next frame, {name}", [frame for _, frame in found], "ms"), None, 1)


def following(tab: Tab, moves: int) -> Iterator[Line]:
    """From a slider's move to the file that it gives, and to what that file answers, on the page."""
    script = """
const slider = document.querySelector(".wb-cards input[type=range]");
const [low, high] = [Number(slider.min), Number(slider.max)];
const [file] = document.querySelectorAll(".wb-read-found");
const quality = document.querySelectorAll(".wb-read-value")[1];
const found = [];
for (let k = 1; k <= given[0]; k += 1) {
  slider.value = low + ((high - low) * k) / (given[0] + 2);
  const begun = performance.now();
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  await meter.until(() => !file.textContent.startsWith("file"));
  await meter.until(() => file.textContent.startsWith("file"));
  const first = performance.now() - begun;
  await meter.until(() => quality.classList.contains("wb-solid"));
  found.push([first, performance.now() - begun]);
}
return found;
"""
    found = tab.run(script, moves)
    yield Line(timed("slider to the file's bytes", [first for first, _ in found], "ms"), 500)
    yield Line(timed("slider to the file's quality", [last for _, last in found], "ms"), None)


def pointing(tab: Tab, files: int) -> Iterator[Line]:
    """Frames while the chart is used, and what a choice costs."""
    chart = tab.page.locator("[data-key=chart]")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    left, top, wide, tall = box["x"] + 60, box["y"] + 40, box["width"] - 90, box["height"] - 120
    mouse = tab.page.mouse

    def hover() -> None:
        mouse.move(left, top)
        for k in range(4):
            mouse.move(left + wide * (k % 2 == 0), top + tall * (k + 1) / 4, steps=50)

    def zoom() -> None:
        mouse.move(left + wide / 2, top + tall / 2)
        for k in range(120):
            mouse.wheel(0, -12 if k < 60 else 12)

    def pan() -> None:
        tab.page.keyboard.down("Alt")
        mouse.move(left + wide / 2, top + tall / 2)
        mouse.down()
        for k in range(4):
            mouse.move(left + wide * (0.3 + 0.4 * (k % 2)), top + tall * (0.3 + 0.1 * k), steps=40)
        mouse.up()
        tab.page.keyboard.up("Alt")

    chart.focus()
    for name, act in (("hovering", hover), ("zooming", zoom), ("panning", pan)):
        tab.run("await meter.frame(); meter.start()")
        act()
        frames = np.array(tab.run("return meter.stop()"))
        for share in (50, 95):
            label = f"{files:,} files, {name}: frame, {share} of 100 are within"
            yield Line(exact(label, float(np.percentile(frames, share)), "ms", local=True), FRAME, 1)
    yield from parallel(tab, files)
    yield from choosing(tab, files)


def parallel(tab: Tab, files: int) -> Iterator[Line]:
    """Frames while the lines of so many files are pointed at, one after the other."""
    tab.page.get_by_role("region", name="Frontier").get_by_role("button", name="Parallel", exact=True).click()
    lines = tab.page.locator("[data-key=parallel]")
    lines.scroll_into_view_if_needed()
    box = lines.bounding_box()
    assert box is not None
    left, top, wide, tall = box["x"] + 40, box["y"] + 70, box["width"] - 80, box["height"] - 120
    tab.page.mouse.move(left, top)
    tab.page.wait_for_timeout(500)
    tab.run("await meter.frame(); meter.start()")
    for k in range(4):
        tab.page.mouse.move(left + wide * (k % 2 == 0), top + tall * (k + 1) / 4, steps=50)
    frames = np.array(tab.run("return meter.stop()"))
    for share in (50, 95):
        label = f"{files:,} files as parallel lines, hovering: frame, {share} of 100 are within"
        yield Line(exact(label, float(np.percentile(frames, share)), "ms", local=True), FRAME, 1)


def choosing(tab: Tab, files: int) -> Iterator[Line]:
    """A choice in the table of so many files: what comes over the wire, and when it is seen."""
    script = """
await meter.until(() => document.querySelectorAll(".wb-files .wb-take").length >= given[0]);
const found = [];
for (const id of ["c3", "c40", "c77", "c21", "c5"]) {
  const begun = performance.now();
  document.querySelector(`.wb-files [data-key=take-${id}]`).click();
  await meter.until(() => document.querySelector(`.wb-files [data-key=take-${id}]`).getAttribute("aria-pressed") === "true");
  found.push(performance.now() - begun);
  await new Promise((resolve) => setTimeout(resolve, 1500));
}
return found;
"""
    tab.page.get_by_role("region", name="Frontier").get_by_role("button", name="Table", exact=True).click()
    before = sum(tab.heard)
    found = tab.run(script, min(files, 80))
    yield Line(timed(f"{files:,} files, a file is chosen: seen after", found, "ms"), None)
    yield Line(
        exact(f"{files:,} files, a file is chosen: sent to the browser", (sum(tab.heard) - before) / 5e3, "kB", True), None
    )


def saved(served: Served, study: wb.Study, files: int, loads: int) -> Iterator[Line]:
    """A study as one file, opened without a network."""
    path = study.to_html(served.home / "page.html")
    context = served.browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    found = []
    for _ in range(loads + 1):
        tab = Tab(served, context)
        tab.go(path.as_uri())
        found.append(tab.run("await meter.frame(); return meter.ready"))
        tab.page.close()
    context.close()
    yield Line(exact(f"saved page of {files:,} files", path.stat().st_size / 1000, "kB", local=True), 150)
    yield Line(timed("saved page, opened offline", found[1:], "ms"), 300)


def flooded(tab: Tab, study: wb.Study, events: int) -> Iterator[Line]:
    """A run tells of so many events in a few seconds; the page is asked for an answer all the while."""
    _run(tab, wb.Recipe([wb.FineTuning(epochs=1000, learning_rate=0.0123)]))
    (run,) = study.running
    assert run.job is not None
    log = run.job.log

    def write() -> None:
        for k in range(events):
            log.append(Progress("FineTuning", k, events, 1.0))
            if k % 20 == 0:
                time.sleep(0.005)

    tab.run("await meter.frame(); meter.start()")
    before, began = len(tab.heard), time.perf_counter()
    writer = Thread(target=write)
    writer.start()
    while writer.is_alive():
        tab.page.wait_for_timeout(100)
    tab.page.wait_for_timeout(500)
    seconds = time.perf_counter() - began
    frames = tab.run("return meter.stop()")
    yield Line(
        exact(f"{events:,} events: messages to the browser a second", (len(tab.heard) - before) / seconds, "", True), 10, 1
    )
    yield Line(exact(f"{events:,} events: longest frame", max(frames), "ms", local=True), 100)
    tab.run(CANCEL)


CANCEL = """
const button = await (async () => {
  const found = () => document.querySelector(".wb-job[data-state=running] [data-key^=cancel]");
  await meter.until(() => found() !== null);
  return found();
})();
const row = button.closest(".wb-job");
const begun = performance.now();
button.click();
await meter.until(() => row.dataset.state === "cancelled");
return performance.now() - begun;
"""


def cancelling(tab: Tab, times: int) -> Iterator[Line]:
    """A run that trains is cancelled by its button."""
    found = []
    for k in range(times):
        _run(tab, wb.Recipe([wb.FineTuning(epochs=1000, learning_rate=0.01 + 0.001 * k)]))
        tab.page.wait_for_timeout(1500)
        found.append(tab.run(CANCEL))
    yield Line(timed("cancel: from the click to the word cancelled", found, "ms"), 1000)


def _run(tab: Tab, recipe: wb.Recipe) -> None:
    """Has a recipe run from the page, and waits until its first step is under way."""
    tab.recipe(recipe)
    tab.page.click(".wb-read-run")
    script = """
const said = () => document.querySelector(".wb-job[data-state=running] .wb-job-step");
await meter.until(() => said() !== null && said().textContent.includes("Fine-tun"));
"""
    tab.run(script)


EVERY = 50
"""Of the many runs one in so many goes on to its end, which takes seconds since a file's speed is timed; the others are
cancelled when they are under way."""


def many_runs(tab: Tab, marks: Sequence[int]) -> Iterator[Line]:
    """Small recipes, one after the other, by the buttons; memory of browser and kernel at the first mark and the last."""
    tab.recipe(wb.Recipe([wb.StructuredPruning(ratio=0.04), wb.FineTuning(epochs=2)]))
    script = """
const box = document.querySelector(".wb-cards input.wb-number");
const caption = document.querySelector(".wb-read-caption");
const button = document.querySelector(".wb-read-run");
const row = (state) => document.querySelector(`.wb-job[data-state=${state}]`);
for (let k = given[0]; k < given[1]; k += 1) {
  box.value = String(5 + 0.4 * k);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  await meter.until(() => !button.disabled && !caption.textContent.startsWith("Measured"));
  button.click();
  await meter.until(() => row("running") !== null || row("waiting") !== null);
  if (k % given[2]) {
    await meter.until(() => document.querySelector(".wb-job [data-key^=cancel-]") !== null);
    document.querySelector(".wb-job [data-key^=cancel-]").click();
  }
  await meter.until(() => row("running") === null && row("waiting") === null);
}
"""
    done, found = 0, []
    for mark in marks:
        tab.run(script, done, mark, EVERY)
        tab.page.wait_for_timeout(2500)
        done = mark
        found.append((tab.heap(), resident(tab.kernel), tab.run("return document.querySelectorAll('*').length")))
    (heap, memory, elements), (heap_now, memory_now, elements_now) = found
    runs = f"{marks[0]} and {marks[1]} runs"
    for who, before, after in (("browser's scripts", heap, heap_now), ("kernel", memory, memory_now)):
        yield Line(timed(f"memory of the {who} after {marks[0]} runs", [before], "MB"), None, 1)
        yield Line(timed(f"memory of the {who} after {marks[1]} runs", [after], "MB"), 1.2 * before + 2, 1)
    yield Line(exact(f"elements of the page, between {runs}: more", elements_now - elements, "", True), None)


def losing(served: Served, times: int) -> Iterator[Line]:
    """A visitor's kernel is killed."""
    found = []
    for _ in range(times):
        tab = served.opened()
        tab.page.wait_for_timeout(2000)
        began = time.perf_counter()
        os.kill(tab.kernel, signal.SIGKILL)
        tab.page.wait_for_selector(".wb-lost-note:not([hidden])", timeout=20_000)
        found.append(time.perf_counter() - began)
        tab.close()
    yield Line(timed("lost kernel: told after", found, "s"), 5, 1)
